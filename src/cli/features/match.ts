import { basename } from "node:path";
import { type Command, Option } from "commander";
import { UsageError } from "../../door/usage-error.js";
import { keepsWhole, matchFeatures, project, ransacHomography } from "../../features/matching/index.js";
import type { Raster } from "../../features/raster.js";
import { sift } from "../../features/sift/index.js";
import { surf } from "../../features/surf/index.js";
import { count } from "../../formatting/numbers.js";
import { readImage } from "../../images/read.js";
import { renderMatches } from "../../report/features/match-picture.js";
import { positive, seed, share } from "../values.js";
import { besides, checkPng, finish } from "./output.js";

export function matchCommand(features: Command): void {
  features
    .command("match")
    .description("the same places in two photographs: SIFT or SURF, ratio test, RANSAC homography")
    .argument("<first>", "a picture file")
    .argument("<second>", "a picture file")
    .addOption(
      new Option("--method <name>", "what finds and describes keypoints")
        .choices(["sift", "surf"])
        .default("sift"),
    )
    .option("--ratio <share>", "nearest against second nearest", share, 0.8)
    .option("--tolerance <pixels>", "how far a pair may be off the homography", positive, 3)
    .option("--root", "RootSIFT descriptors")
    .option("--extended", "SURF descriptors of 128 numbers instead of 64")
    .option("--upright", "SURF without directions, for pictures that are not turned")
    .option("--seed <n>", "of the samples that RANSAC draws", seed, 0)
    .option("--output <file>", "the PNG to write (default: <first>-match.png)")
    .option(
      "--json",
      "one line of JSON, with the pairs in pixels, whether they agree on the homography, and that",
    )
    .addHelpText("after", "\nExample:\n  $ receptive features match left.jpg right.jpg")
    .action(runMatch);
}

interface MatchOptions extends KeypointOptions {
  ratio: number;
  tolerance: number;
  seed: number;
  output?: string;
  json?: boolean;
}

interface KeypointOptions {
  method: "sift" | "surf";
  root?: boolean;
  extended?: boolean;
  upright?: boolean;
}

async function featuresOf(picture: Raster, { method, root, extended, upright }: KeypointOptions) {
  return method === "sift" ? sift(picture, { root }) : surf(picture, { extended, upright });
}

/** @throws UsageError for an option of the other method, which would do nothing */
function checkOptions({ method, root, extended, upright }: KeypointOptions): void {
  if (method === "surf" && root) throw new UsageError("--root belongs to SIFT: leave out --method surf");
  if (method === "sift" && (extended || upright))
    throw new UsageError(`--${extended ? "extended" : "upright"} belongs to SURF: add --method surf`);
}

/** More lines would hide the pictures. */
const mostLines = 150;

/** Fewer places that agree say little about two photographs. */
const leastInliers = 8;

/** As many as can be told apart, evenly out of all. */
const everyFew = <T>(list: readonly T[]): T[] => {
  const step = Math.max(1, list.length / mostLines);
  return Array.from({ length: Math.min(list.length, mostLines) }, (_, i) => list[Math.floor(i * step)]);
};

async function runMatch(
  first: string,
  second: string,
  { ratio, tolerance, seed: number, json, output = besides(first, "match"), ...keypoints }: MatchOptions,
): Promise<void> {
  checkPng(output);
  checkOptions(keypoints);
  const [a, b] = [await readImage(first), await readImage(second)];
  const [from, to] = [await featuresOf(a, keypoints), await featuresOf(b, keypoints)];
  const matches = await matchFeatures(from, to, { ratio });
  const pairs = matches.map((match) => ({ from: from.keypoints[match.from], to: to.keypoints[match.to] }));
  const found = ransacHomography(pairs, { tolerance, leastInliers, seed: number });
  const isAgreeing = new Set(found?.inliers);
  const agreeing = found ? found.inliers.map((i) => pairs[i]) : [];
  const [right, bottom] = [a.width - 1, a.height - 1];
  const corners = [
    { x: 0, y: 0 },
    { x: right, y: 0 },
    { x: right, y: bottom },
    { x: 0, y: bottom },
  ];
  // Where the horizon of the plane runs through the first picture, its frame has no outline in the second.
  const outline =
    found && keepsWhole(found.homography, corners)
      ? corners.map((corner) => project(found.homography, corner))
      : undefined;
  const shown = Math.min(mostLines, (found ? agreeing : pairs).length);
  const said = `${count(matches.length)} of ${count(from.keypoints.length)} keypoints have a match${found ? `, ${count(agreeing.length)} agree on a homography` : "; they do not agree on a homography"}`;
  const png = await renderMatches({
    title: `${basename(first)} in ${basename(second)}`,
    subtitle: `${said}; ${shown} of them are drawn${outline ? "; the frame: the first picture, where it lies in the second" : ""}`,
    pictures: [a, b],
    pairs: everyFew(found ? agreeing : pairs),
    outline,
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
          homography: found?.homography ?? null,
        }
      : undefined,
  });
}
