import "./styles/tokens.css";
import "./styles/studio.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { offline } from "./offline/offline.svelte.js";

const target = document.getElementById("studio")!;
// What `receptive studio --checkpoint` brings along.
const brought = document.querySelector<HTMLMetaElement>('meta[name="receptive-network"]')?.content;
if (brought) {
  target.textContent = "The network is being loaded.";
  const opened = import("./network/brought.js").then(({ openBrought }) => openBrought(brought));
  void opened.then((trouble) => {
    target.textContent = "";
    mount(App, { target, props: { trouble } });
  });
} else mount(App, { target });

// What the page itself needs comes first.
if (!("embedded" in document.documentElement.dataset)) setTimeout(() => void offline.begin(), 1000);
