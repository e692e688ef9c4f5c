/** A caption with where was looked, word by word. */
import { percent } from "../../formatting/numbers.js";
import type { Picture } from "../../images/picture.js";
import { withChannels } from "../../images/preprocessing.js";
import { resize } from "../../images/resize.js";
import { attentionOver, type Caption, type CaptionWord } from "../../tasks/captions/index.js";
import { type Panel, renderPanels } from "../features/panels.js";
import { drawable, writableNames } from "../sheet/characters.js";

/** The longer edge of a panel, in pixels. */
const panelEdge = 240;

/** The picture, dark where was not looked. */
export function litPicture(
  picture: Picture,
  word: Pick<CaptionWord, "attention">,
  grid: Caption["grid"],
): Picture {
  const { width, height, pixels } = withChannels(picture, 3);
  const map = attentionOver(word, grid, picture);
  const lit = Uint8Array.from(pixels, (value, at) =>
    Math.round(value * (0.2 + 0.8 * map[Math.floor(at / 3)])),
  );
  return { width, height, channels: 3, pixels: lit };
}

/** The picture small enough for a panel. */
export function panelPicture(picture: Picture): Picture {
  const scale = panelEdge / Math.max(picture.width, picture.height);
  if (scale >= 1) return picture;
  const [width, height] = [picture.width, picture.height].map((edge) =>
    Math.max(1, Math.round(edge * scale)),
  );
  return resize(picture, { width, height }, "bilinear");
}

/** The picture, and one for each word of its caption. */
export function attentionPanels(picture: Picture, { words, grid }: Caption): Panel[] {
  const small = panelPicture(picture);
  const names = writableNames(words.map(({ word }) => word));
  return [
    { caption: "the picture", picture: withChannels(small, 3) },
    ...words.map((word, i) => ({
      caption: `${names[i]}  ${percent(word.probability, 0)}`,
      picture: litPicture(small, word, grid),
    })),
  ];
}

/** A PNG of it. */
export const renderAttention = (
  picture: Picture,
  caption: Caption,
  { title, subtitle }: { title: string; subtitle: string },
): Promise<Uint8Array> => {
  const panels = attentionPanels(picture, caption);
  return renderPanels({
    title: drawable(title),
    subtitle: drawable(subtitle),
    panels,
    // So that panels are of a size in which several stand beside each other.
    columns: Math.max(3, Math.min(5, panels.length)),
  });
};
