/** The rooms and their views, in the order in which they stand in the header. */
import type { Component } from "svelte";
import type { Keys } from "../state/address.js";
import { convolveViews } from "./convolve/views.js";
import { homeViews } from "./home/views.js";
import { insideViews } from "./inside/views.js";
import { kernelsViews } from "./kernels/views.js";
import { learnedViews } from "./learned/views.js";
import { lectureViews } from "./lecture/views.js";
import { networksViews } from "./networks/views.js";
import { rankViews } from "./rank/views.js";
import { speechViews } from "./speech/views.js";
import { textViews } from "./text/views.js";
import { trainViews } from "./train/views.js";

export interface View {
  readonly name: string;
  /** What Find knows it by, beside its name. */
  readonly title: string;
  readonly keys: Keys;
  /** What is there with the shell, or is loaded when the view is opened. */
  readonly component: Component | Loaded;
}

export interface Loaded {
  load(): Promise<{ default: Component }>;
}

export interface Room {
  readonly name: string;
  readonly title: string;
  readonly views: readonly View[];
}

export const rooms: readonly Room[] = [
  { name: "", title: "Home", views: homeViews },
  { name: "convolve", title: "Convolve", views: convolveViews },
  { name: "kernels", title: "Kernels", views: kernelsViews },
  { name: "train", title: "Train", views: trainViews },
  { name: "inside", title: "Inside", views: insideViews },
  { name: "learned", title: "Learned", views: learnedViews },
  { name: "networks", title: "Networks", views: networksViews },
  { name: "text", title: "Text", views: textViews },
  { name: "rank", title: "Rank", views: rankViews },
  { name: "speech", title: "Speech", views: speechViews },
  { name: "lecture", title: "Lecture", views: lectureViews },
];
