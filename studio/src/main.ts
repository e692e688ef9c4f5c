import "./styles/tokens.css";
import "./styles/studio.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { offline } from "./offline/offline.svelte.js";

const target = document.getElementById("studio")!;
/** What the command line says on the page: a network that it brings along, a training that it shows. */
const said = (name: string) =>
  document.querySelector<HTMLMetaElement>(`meta[name="receptive-${name}"]`)?.content;
const [network, live] = [said("network"), said("live")];
const opened = network
  ? import("./network/brought.js").then(({ openBrought }) => openBrought(network))
  : live && import("./network/live.js").then(({ followLive }) => followLive(live));
if (opened) {
  target.textContent = live ? "The training in the terminal begins." : "The network is being loaded.";
  void opened.then((trouble) => {
    target.textContent = "";
    mount(App, { target, props: { trouble } });
  });
} else mount(App, { target });

// What the page itself needs comes first.
if (!("embedded" in document.documentElement.dataset)) setTimeout(() => void offline.begin(), 1000);
