/** The examples with a name, and their answers: computed when the site is built, painted before an engine is there. */
import {
  activateKeys,
  backpoolKeys,
  backwardKeys,
  channelsKeys,
  forwardKeys,
  poolKeys,
  shareKeys,
  textKeys,
  upsampleKeys,
} from "../rooms/convolve/keys.js";
import { pictureNames, pictures } from "../rooms/convolve/pictures.js";
import {
  activatedMap,
  backpoolOf,
  backwardOf,
  channelsOf,
  curveOf,
  forwardOf,
  mapsToPool,
  poolOf,
  shareOf,
  textOf,
  upsampleOf,
} from "../rooms/convolve/questions.js";
import { standards } from "../state/address.js";
import { type Answer, answerTo, type Question } from "./lessons.js";
import { nameOf } from "./question-name.js";

const functions = ["sigmoid", "tanh", "relu", "leaky", "maxout", "elu"] as const;

function withoutOtherAnswers(): Question[] {
  const forward = standards(forwardKeys);
  return [
    ...pictureNames.flatMap((img) =>
      [1, 2, 3].flatMap((s) =>
        (["own", "0", "1", "same"] as const).flatMap((p) => {
          const { padding } = pictures[img];
          return p === padding
            ? []
            : [false, true].map((flip) => forwardOf({ ...forward, img, s, p, flip }).question);
        }),
      ),
    ),
    ...["2×2", "2×2 mean"].map((k) => forwardOf({ ...forward, img: "letter", k, s: 2 }).question),
    forwardOf({ ...forward, h: 7, s: 2 }).question,
    channelsOf(standards(channelsKeys)),
    ...(["full", "local", "shared"] as const).map((at) => shareOf({ ...standards(shareKeys), at })),
    ...functions.map((fn) => curveOf({ ...standards(activateKeys), fn })),
    backwardOf(standards(backwardKeys)),
    backpoolOf(standards(backpoolKeys)),
    ...(["switches", "repeat"] as const).map((how) => upsampleOf({ ...standards(upsampleKeys), how })),
    ...[1, 2, 3].map((m) => textOf({ ...standards(textKeys), m })!),
  ];
}

/** @returns answers by the name of their question, numbers to the last digit that f32 has */
export async function answersOfNamed(): Promise<Record<string, Answer>> {
  const answers: Record<string, Answer> = {};
  const add = async <A extends Answer>(question: Question): Promise<A> => {
    const answer = asFloats(await answerTo(question)) as A;
    const name = nameOf(question);
    if (Object.hasOwn(answers, name) && JSON.stringify(answers[name]) !== JSON.stringify(answer))
      throw new Error(`two questions are called ${name}`);
    answers[name] = answer;
    return answer;
  };
  for (const question of withoutOtherAnswers()) await add(question);
  for (const of of ["strokes", "seven"] as const) {
    const { maps } = await add<Answer<"forward">>(mapsToPool(of));
    const pool = standards(poolKeys);
    for (const how of ["max", "average"] as const)
      for (const s of [2, 1]) await add(poolOf({ ...pool, of, how, s }, maps));
    for (const fn of functions) await add(activatedMap(fn, maps[0]));
  }
  return answers;
}

/** f32 numbers as short as they can be told apart: 0.4 in place of 0.4000000059604645. */
const asFloats = (answer: Answer): Answer =>
  JSON.parse(JSON.stringify(answer), (_, value) =>
    typeof value === "number" ? shortestFloat(value) : value,
  ) as Answer;

function shortestFloat(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return shorter;
  }
  return value;
}
