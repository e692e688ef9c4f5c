import { basename } from "node:path";
import type { Command } from "commander";
import {
  matchDescriptors,
  project,
  ransacHomography,
  type SiftOptions,
  sift,
} from "../../features/sift/index.js";
import { readImage } from "../../images/read.js";
import { keypointMarks } from "../../report/features/marks.js";
import { renderMatches } from "../../report/features/match-picture.js";
import { renderPanels } from "../../report/features/panels.js";
import { count, duration } from "../../report/numbers.js";
import { positive, seed, share, whole } from "../values.js";
import { besides, checkPng, finish } from "./output.js";

export function siftCommands(features: Command): void {
  features
    .command("sift")
    .description("keypoints with scale and direction, drawn into the picture")
    .argument("<picture>", "a picture file")
    .option("--contrast <share>", "least contrast of a keypoint", share, 0.04)
    .option("--edge <ratio>", "greatest ratio of curvatures", positive, 10)
    .option("--most <n>", "only so many, of the greatest contrast", whole(1))
    .option("--root", "RootSIFT descriptors")
    .option("--output <file>", "the PNG to write (default: <picture>-sift.png)")
    .option("--json", "one line of JSON, with keypoints and descriptors")
    .addHelpText("after", "\nExample:\n  $ receptive features sift photo.jpg --most 500")
    .action(runSift);
  features
    .command("match")
    .description("the same places in two photographs: SIFT, ratio test, RANSAC homography")
    .argument("<first>", "a picture file")
    .argument("<second>", "a picture file")
    .option("--ratio <share>", "nearest against second nearest", share, 0.8)
    .option("--tolerance <pixels>", "how far a pair may be off the homography", positive, 3)
    .option("--root", "RootSIFT descriptors")
    .option("--seed <n>", "of the samples that RANSAC draws", seed, 0)
    .option("--output <file>", "the PNG to write (default: <first>-match.png)")
    .option(
      "--json",
      "one line of JSON, with the pairs in pixels, whether they agree on the homography, and that",
    )
    .addHelpText("after", "\nExample:\n  $ receptive features match left.jpg right.jpg")
    .action(runMatch);
}

async function runSift(
  path: string,
  { output = besides(path, "sift"), json, ...options }: SiftOptions & { output?: string; json?: boolean },
): Promise<void> {
  checkPng(output);
  const picture = await readImage(path);
  const begun = performance.now();
  const { keypoints, descriptors } = await sift(picture, options);
  const seconds = (performance.now() - begun) / 1000;
  const png = await renderPanels({
    title: `SIFT keypoints of ${basename(path)}`,
    subtitle: `${count(keypoints.length)} keypoints; the line in each circle is its direction, red to the right, then clockwise through yellow and green`,
    panels: [
      { caption: `${picture.width}×${picture.height} pixels`, picture, overlay: keypointMarks(keypoints) },
    ],
  });
  await finish(output, png, {
    text: `${count(keypoints.length)} keypoints in ${duration(seconds)}`,
    json: json ? { picture: path, keypoints, descriptors: Array.from(descriptors) } : undefined,
  });
}

interface MatchOptions {
  ratio: number;
  tolerance: number;
  root?: boolean;
  seed: number;
  output?: string;
  json?: boolean;
}

/** More lines would hide the pictures. */
const mostLines = 150;

/** As many as can be told apart, evenly out of all. */
const everyFew = <T>(list: readonly T[]): T[] => {
  const step = Math.max(1, list.length / mostLines);
  return Array.from({ length: Math.min(list.length, mostLines) }, (_, i) => list[Math.floor(i * step)]);
};

async function runMatch(
  first: string,
  second: string,
  { ratio, tolerance, root, seed: number, json, output = besides(first, "match") }: MatchOptions,
): Promise<void> {
  checkPng(output);
  const [a, b] = [await readImage(first), await readImage(second)];
  const [from, to] = [await sift(a, { root }), await sift(b, { root })];
  const matches = await matchDescriptors(from.descriptors, to.descriptors, { ratio });
  const pairs = matches.map((match) => ({ from: from.keypoints[match.from], to: to.keypoints[match.to] }));
  const found = ransacHomography(pairs, { tolerance, seed: number });
  const isAgreeing = new Set(found?.inliers);
  const agreeing = found ? found.inliers.map((i) => pairs[i]) : [];
  const [right, bottom] = [a.width - 1, a.height - 1];
  const corners = [
    { x: 0, y: 0 },
    { x: right, y: 0 },
    { x: right, y: bottom },
    { x: 0, y: bottom },
  ];
  const shown = Math.min(mostLines, (found ? agreeing : pairs).length);
  const said = `${count(matches.length)} of ${count(from.keypoints.length)} keypoints have a match, ${count(agreeing.length)} agree on a homography`;
  const png = await renderMatches({
    title: `${basename(first)} in ${basename(second)}`,
    subtitle: `${said}; ${shown} of them are drawn${found ? "; the frame: the first picture, where it lies in the second" : ""}`,
    pictures: [a, b],
    pairs: everyFew(found ? agreeing : pairs),
    outline: found ? corners.map((corner) => project(found.homography, corner)) : undefined,
  });
  await finish(output, png, {
    text: said,
    json: json
      ? {
          first,
          second,
          keypoints: [from.keypoints.length, to.keypoints.length],
          matches: matches.length,
          inliers: agreeing.length,
          pairs: pairs.map(({ from: a, to: b }, i) => ({
            from: [a.x, a.y],
            to: [b.x, b.y],
            agrees: isAgreeing.has(i),
          })),
          homography: found?.homography,
        }
      : undefined,
  });
}
