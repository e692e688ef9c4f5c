import "./styles/tokens.css";
import "./styles/studio.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { offline } from "./offline/offline.svelte.js";

const target = document.getElementById("studio")!;
/** What the command line says on the page: a network that it brings along, a training that it shows. */
const said = (name: string) =>
  document.querySelector<HTMLMetaElement>(`meta[name="receptive-${name}"]`)?.content;
const [network, live, pictures] = [said("network"), said("live"), said("data")];

/** @returns what speaks against it, in words */
async function brought(): Promise<string | undefined> {
  const trouble = pictures && (await (await import("./network/given.js")).takeGiven(pictures));
  if (trouble) return trouble;
  if (network) return (await import("./network/brought.js")).openBrought(network);
  if (live) return (await import("./network/live.js")).followLive(live);
  return undefined;
}

if (network || live || pictures) {
  target.textContent = live ? "The training in the terminal begins." : "One moment.";
  void brought().then((trouble) => {
    target.textContent = "";
    mount(App, { target, props: { trouble } });
  });
} else mount(App, { target });

// What the page itself needs comes first.
if (!("embedded" in document.documentElement.dataset)) setTimeout(() => void offline.begin(), 1000);
