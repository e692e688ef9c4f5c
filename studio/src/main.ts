import "./styles/tokens.css";
import "./styles/studio.css";
import { mount } from "svelte";
import App from "./App.svelte";

mount(App, { target: document.getElementById("studio")! });
