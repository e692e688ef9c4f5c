/** The same room without WebGL, as a still picture: in parallel projection every map is its image, leaning. */
import { axesOf, type Camera, projected } from "./camera.js";
import type { Line, Look } from "./gl.js";
import { cornersOf, type Scene } from "./scene.js";

export function paintStill(
  canvas: HTMLCanvasElement,
  { boxes, numbers }: Scene,
  lines: readonly Line[],
  camera: Camera,
  look: Look,
  size: { width: number; height: number },
): void {
  const sharp = Math.min(globalThis.devicePixelRatio || 1, 2);
  canvas.width = Math.round(size.width * sharp);
  canvas.height = Math.round(size.height * sharp);
  const context = canvas.getContext("2d");
  if (!context) return;
  context.scale(sharp, sharp);
  context.imageSmoothingEnabled = false;
  const [, , away] = axesOf(camera);
  const far = ({ at }: (typeof boxes)[number]) => away[0] * at[0] + away[1] * at[1] + away[2] * at[2];
  const map = document.createElement("canvas");
  const css = ([r, g, b, a]: readonly number[]) => `rgb(${255 * r} ${255 * g} ${255 * b} / ${a})`;
  for (const box of [...boxes].sort((a, b) => far(b) - far(a))) {
    map.width = box.columns;
    map.height = box.rows;
    const drawing = map.getContext("2d")!;
    const image = drawing.createImageData(box.columns, box.rows);
    for (let row = 0; row < box.rows; row++)
      for (let column = 0; column < box.columns; column++) {
        const k = box.isLine ? column * box.rows + row : row * box.columns + column;
        if (k >= box.count) continue;
        const value = numbers[box.offset + k * box.stride];
        const share = box.isPicture ? value / box.range : value / box.range / 2 + 0.5;
        const step = Math.min(511, Math.max(0, Math.round(share * 511))) + (box.isPicture ? 512 : 0);
        image.data.set(look.palette.subarray(4 * step, 4 * step + 4), 4 * (row * box.columns + column));
      }
    drawing.putImageData(image, 0, 0);
    const whole = { row: 0, column: 0, rows: box.rows, columns: box.columns };
    const [topLeft, topRight, , bottomLeft] = cornersOf(box, whole).map((point) =>
      projected(camera, point, size),
    );
    context.save();
    context.transform(
      (topRight[0] - topLeft[0]) / box.columns,
      (topRight[1] - topLeft[1]) / box.columns,
      (bottomLeft[0] - topLeft[0]) / box.rows,
      (bottomLeft[1] - topLeft[1]) / box.rows,
      topLeft[0],
      topLeft[1],
    );
    context.drawImage(map, 0, 0);
    context.restore();
    context.beginPath();
    const corners = cornersOf(box, whole).map((point) => projected(camera, point, size));
    for (const [x, y] of corners) context.lineTo(x, y);
    context.closePath();
    context.strokeStyle = css(look.edge);
    context.lineWidth = 1;
    context.stroke();
  }
  for (const { from, to, width, colour } of lines) {
    const [a, b] = [projected(camera, from, size), projected(camera, to, size)];
    context.beginPath();
    context.moveTo(...(a as [number, number]));
    context.lineTo(...(b as [number, number]));
    context.strokeStyle = css(colour);
    context.lineWidth = width;
    context.stroke();
  }
}
