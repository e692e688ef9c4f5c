/** The sheet of a training that describes pictures. */
import { faint, green, muted, orange } from "../../formatting/inks.js";
import { count, percent } from "../../formatting/numbers.js";
import type { Picture } from "../../images/picture.js";
import { withChannels } from "../../images/preprocessing.js";
import type { Caption, CaptionEvaluation, DescribedPicture } from "../../tasks/captions/index.js";
import { renderSvg } from "../render.js";
import { drawable } from "../sheet/characters.js";
import { lossPanel, type SheetTraining } from "../sheet/loss.js";
import { page, place } from "../sheet/page.js";
import { heading, headingHeight } from "../sheet/panel.js";
import { type Box, fittedText, image, rectangle, text } from "../sheet/svg.js";
import { litPicture, panelPicture } from "./attention.js";

/** All that it shows. */
export interface CaptionSheetInput {
  title: string;
  subtitle: string;
  test: CaptionEvaluation;
  training: SheetTraining;
  /** A picture that was tested by. */
  picture(place: number): Promise<Picture>;
  /** The first one with what is said of it. */
  looked: { picture: Picture; caption: Caption };
}

/** The sheet as an SVG document of 1400×1000. */
export async function captionSheetSvg({
  title,
  subtitle,
  test,
  training,
  picture,
  looked,
}: CaptionSheetInput): Promise<string> {
  const worst = worstFirst(test.captions).slice(0, 4);
  const shown = await Promise.all(worst.map(async (one) => ({ ...one, picture: await picture(one.place) })));
  const head = {
    title: drawable(title),
    subtitle: drawable(subtitle),
    figure: `BLEU-4 ${test.bleu.bleu[3].toFixed(3)}`,
    caption: `${percent(test.exact)} word for word, ${count(test.count)} pictures`,
  };
  return page(head, [
    lossPanel(place("upper", "full"), training),
    lookedPanel(place("lower", "right"), looked),
    worstPanel(place("lower", "left"), shown),
  ]);
}

/** The same as a PNG file. */
export const renderCaptionSheet = async (input: CaptionSheetInput): Promise<Uint8Array> =>
  renderSvg(await captionSheetSvg(input));

/** Those that are not right before those that are; among them those that have fewest words of a reference. */
export function worstFirst(captions: readonly DescribedPicture[]): DescribedPicture[] {
  const shared = ({ text: own, references }: DescribedPicture): number => {
    const words = own.split(" ");
    return Math.max(
      ...references.map((reference) => {
        const known = new Set(reference.split(" "));
        return words.filter((word) => known.has(word)).length / Math.max(words.length, 1);
      }),
    );
  };
  return captions
    .map((one) => ({ one, rank: Number(one.isExact) + shared(one) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ one }) => one);
}

/** A picture, and for each word where was looked. */
function lookedPanel(box: Box, { picture, caption }: CaptionSheetInput["looked"]): string {
  const small = panelPicture(picture);
  const pictures = [
    { picture: withChannels(small, 3), below: "" },
    ...caption.words.map((word) => ({ picture: litPicture(small, word, caption.grid), below: word.word })),
  ].slice(0, 15);
  const columns = Math.max(5, Math.ceil(pictures.length / 2));
  const rows = 2;
  const gap = 8;
  const [cellWidth, cellHeight] = [
    (box.width - (columns - 1) * gap) / columns,
    (box.height - headingHeight) / rows - 20,
  ];
  const scale = Math.min(cellWidth / small.width, cellHeight / small.height);
  const drawn = pictures.map(({ picture: one, below }, i) => {
    const frame = {
      x: box.x + (i % columns) * (cellWidth + gap),
      y: box.y + headingHeight + Math.floor(i / columns) * (small.height * scale + 30),
      width: small.width * scale,
      height: small.height * scale,
    };
    return (
      image(one, frame) +
      rectangle(frame, { fill: "none", stroke: faint }) +
      text(frame.x, frame.y + frame.height + 14, fittedText(drawable(below), cellWidth, 12), { size: 12 })
    );
  });
  return heading(box, "Where it looks", "for each word, light") + drawn.join("");
}

/** Pictures with what was said of them and what people say. */
function worstPanel(box: Box, worst: readonly (DescribedPicture & { readonly picture: Picture })[]): string {
  const wrong = worst.filter(({ isExact }) => !isExact).length;
  const head = heading(box, wrong === 0 ? "Captions" : "Farthest from people's", "what they say grey");
  const height = (box.height - headingHeight) / Math.max(worst.length, 1);
  const edge = height - 12;
  const rows = worst.map(({ picture, text: own, references, isExact }, i) => {
    const y = box.y + headingHeight + i * height;
    const scale = Math.min(edge / picture.height, edge / picture.width);
    const frame = { x: box.x, y, width: picture.width * scale, height: picture.height * scale };
    const [x, room] = [box.x + edge + 12, box.width - edge - 12];
    return (
      image(picture, frame) +
      rectangle(frame, { fill: "none", stroke: faint }) +
      text(x, y + 18, fittedText(drawable(own), room, 12), { size: 12, colour: isExact ? green : orange }) +
      text(x, y + 38, fittedText(drawable(references[0]), room, 12), { size: 12, colour: muted })
    );
  });
  return head + rows.join("");
}
