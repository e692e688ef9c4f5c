import { percent } from "../../formatting/numbers.js";
import type { Picture } from "../../images/picture.js";
import { mistakesHeading } from "./mistakes-heading.js";
import { headingHeight } from "./panel.js";
import { type Box, fittedText, image, rectangle, text, textWidth } from "./svg.js";

/** A picture that was read wrongly. */
export interface SheetMistake {
  picture: Picture;
  /** Name of its class. */
  truth: string;
  /** Name of the class that it was taken for. */
  read: string;
  /** Probability that the network gave to that class. */
  confidence: number;
}

/** The mistakes in which the network was surest, in a grid, the surest first. */
export function mistakesPanel(box: Box, mistakes: readonly SheetMistake[], total: number): string {
  const columns = Math.max(1, Math.floor(box.width / 138));
  const rows = 3;
  const shown = [...mistakes].sort((a, b) => b.confidence - a.confidence).slice(0, columns * rows);
  const none = total === 0 ? "Every test picture was read rightly." : "No picture of them was kept.";
  const head = mistakesHeading(box, { shown: shown.length, total, none });
  if (shown.length === 0) return head;
  const cellWidth = box.width / columns;
  const cellHeight = (box.height - headingHeight) / rows;
  const textRoom = cellWidth - 8;
  const inOneLine = shown.every((mistake) => textWidth(oneLine(mistake), captionSize) <= textRoom);
  const captionHeight = inOneLine ? 18 : 32;
  const edge = Math.min(cellHeight - captionHeight - 8, cellWidth - 14);

  return (
    head +
    shown
      .map((mistake, index) => {
        const x = box.x + (index % columns) * cellWidth;
        const y = box.y + headingHeight + Math.floor(index / columns) * cellHeight;
        const frame = within(mistake.picture, { x, y, width: edge, height: edge });
        const lines = inOneLine ? [oneLine(mistake)] : twoLines(mistake, textRoom);
        const caption = lines.map((content, n) =>
          text(x, y + edge + 14 + 14 * n, content, { size: captionSize }),
        );
        return (
          image(mistake.picture, frame) +
          rectangle(frame, { fill: "none", stroke: "#c9d0d6" }) +
          caption.join("")
        );
      })
      .join("")
  );
}

const captionSize = 11;

const oneLine = ({ truth, read, confidence }: SheetMistake) =>
  `true ${truth} → read ${read} (${percent(confidence, 0)})`;

/** Long names are cut, the probability is not. */
function twoLines({ truth, read, confidence }: SheetMistake, room: number): string[] {
  const sureness = ` (${percent(confidence, 0)})`;
  return [
    fittedText(`true ${truth}`, room, captionSize),
    fittedText(`→ read ${read}`, room - textWidth(sureness, captionSize), captionSize) + sureness,
  ];
}

/** The picture's place: as large as the square allows with its own proportions, down at the caption. */
function within(picture: Picture, { x, y, width: edge }: Box): Box {
  const scale = edge / Math.max(picture.width, picture.height);
  const [width, height] = [picture.width * scale, picture.height * scale];
  return { x, y: y + edge - height, width, height };
}
