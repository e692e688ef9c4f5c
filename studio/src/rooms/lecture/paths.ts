/** All paths: the chapters of the lecture, and the five decks slide by slide. */
import { parsed, valuesFrom } from "../../state/address.js";
import { pageKeys } from "../../state/page-keys.js";
import type { Room } from "../rooms.js";
import { type ChapterName, chapterNames, type DeckName, deckNames } from "./names.js";
import type { Step } from "./step.js";
import { applications } from "./steps/applications.js";
import { architectures } from "./steps/architectures.js";
import { convolution } from "./steps/convolution.js";
import { learned } from "./steps/learned.js";
import { learning } from "./steps/learning.js";
import { pooling } from "./steps/pooling.js";
import { whole } from "./steps/whole.js";
import { why } from "./steps/why.js";
import { lectureWords as words } from "./words.js";

export interface Path {
  /** As it stands in `path=` before the point: a chapter, or a deck's letter. */
  readonly name: string;
  readonly title: string;
  readonly says: string;
  /** Its own address. */
  readonly view: string;
  readonly deck?: DeckName;
  readonly steps: readonly Step[];
}

const chapters: Readonly<Record<ChapterName, readonly Step[]>> = {
  why,
  convolution,
  pooling,
  whole,
  learning,
  architectures,
  learned,
  applications,
};
const everyStep = Object.values(chapters).flat();

/** @param rooms  those that are there: steps into others are left out */
export function pathsThrough(rooms: readonly Room[]): readonly Path[] {
  const isThere = ({ to }: Step): boolean => viewOf(to, rooms) !== undefined;
  return [
    ...chapterNames.map((name) => ({
      name,
      view: name,
      ...words.chapters[name],
      steps: chapters[name].filter((step) => !step.isOfDecks && isThere(step)),
    })),
    ...deckNames.map((deck) => ({
      name: deck,
      view: "deck",
      deck,
      ...words.decks[deck],
      steps: everyStep
        .filter((step) => step.slides[deck] && isThere(step))
        .sort((a, b) => a.slides[deck]![0] - b.slides[deck]![0]),
    })),
  ];
}

export function viewOf(to: string, rooms: readonly Room[]) {
  const { room, view } = parsed(to);
  const views = rooms.find(({ name }) => name === room)?.views;
  return views?.find(({ name }) => name === view);
}

/** What a step's address says, by the keys of its view and of every page. */
export function valuesAt(to: string, rooms: readonly Room[]) {
  const { room, view, given } = parsed(to);
  const { keys } = viewOf(to, rooms)!;
  const isOfPage = ([key]: readonly [string, string]) => Object.hasOwn(pageKeys, key);
  const own = valuesFrom(
    keys,
    given.filter((one) => !isOfPage(one)),
  );
  return {
    room,
    view,
    keys,
    values: own.values,
    refused: own.refused,
    page: Object.fromEntries(given.filter(isOfPage)),
  };
}

/** The step that an address names: "pooling.2". */
export function stepAt(
  paths: readonly Path[],
  at: string,
): { path: Path; step: Step; index: number } | undefined {
  const [name, number] = at.split(".");
  const path = paths.find((one) => one.name === name);
  const index = Number(number) - 1;
  const step = path?.steps[index];
  return path && step && { path, step, index };
}
