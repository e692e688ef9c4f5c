/** The worker's side of rooms of tasks: each room's rules are loaded with its first question. */
import type { TaskAsked, TaskAsks, TaskRoom, TaskRules } from "./protocol.js";

const rooms: { readonly [R in TaskRoom]: () => Promise<{ rules: TaskRules<TaskAsks[R]> }> } = {
  text: () => import("./text.js"),
  rank: () => import("./rank.js"),
  speech: () => import("./speech.js"),
};

const loaded: { [R in TaskRoom]?: ReturnType<(typeof rooms)[R]> } = {};

type Rule = (asked: object, tell: (progress: object) => void) => Promise<object>;

export async function answerTo(
  { room, kind, asked }: TaskAsked["task"],
  tell: (progress: object) => void,
): Promise<object> {
  // Once: what was asked first is answered first.
  loaded[room] ??= rooms[room]() as never;
  const { rules } = await loaded[room]!;
  const rule = (rules as { readonly [kind: string]: Rule })[kind];
  if (!rule) throw new TypeError(`the worker knows no ${kind} of ${room}`);
  return rule(asked, tell);
}
