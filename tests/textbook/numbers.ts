/** What the textbook computes with: float64 in row order. It knows nothing of the engine it is an oracle for. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export type Shape = readonly number[];

export const sizeOf = (shape: Shape): number => shape.reduce((product, extent) => product * extent, 1);

/** The given values in row order; without a shape, a vector of them. */
export function numbers(values: ArrayLike<number>, shape: Shape = [values.length]): Numbers {
  if (values.length !== sizeOf(shape)) throw new Error(`${values.length} values for ${shape.join("×")}`);
  return { shape: [...shape], data: Float64Array.from(values) };
}

/** y[place] = value(place). The array `place` is reused from call to call. */
export function fill(shape: Shape, value: (place: readonly number[]) => number): Numbers {
  const data = new Float64Array(sizeOf(shape));
  const place = shape.map(() => 0);
  for (let k = 0; k < data.length; k++) {
    data[k] = value(place);
    for (let axis = shape.length - 1; axis >= 0 && ++place[axis] === shape[axis]; axis--) place[axis] = 0;
  }
  return { shape: [...shape], data };
}

/** x[place] */
export function at(x: Numbers, place: readonly number[]): number {
  let k = 0;
  for (let axis = 0; axis < x.shape.length; axis++) k = k * x.shape[axis] + place[axis];
  return x.data[k];
}

/** A table as the lectures print them: one picture of one channel, 1×H×W×1. */
export function picture(rows: readonly (readonly number[])[]): Numbers {
  return numbers(rows.flat(), [1, rows.length, rows[0].length, 1]);
}

/** A filter as the lectures print them, for one channel: kH×kW×1×1. */
export function filter(rows: readonly (readonly number[])[]): Numbers {
  return numbers(rows.flat(), [rows.length, rows[0].length, 1, 1]);
}

/** The axis counted from the front; −1 is the last. */
export const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);
