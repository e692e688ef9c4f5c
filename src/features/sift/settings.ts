/** The numbers of Lowe's paper, all open. */
export interface ScaleSettings {
  /** Scales of an octave at which keypoints are looked for (the paper's s). */
  readonly scales: number;
  /** Blur of an octave's first level, in its pixels. */
  readonly sigma: number;
  /** Least contrast of a keypoint, as a share of the range 0..255, divided by `scales`. */
  readonly contrast: number;
  /** Greatest ratio of the two curvatures: beyond it is an edge, which has no place along itself. */
  readonly edge: number;
}

/** Blur that a photograph is taken to have already, in pixels. */
export const cameraBlur = 0.5;

/** Keypoints lie at least so many pixels inside an octave. */
export const border = 5;

/** Bytes: contrast is told as a share of this. */
export const whitest = 255;

/** Blur of level i of an octave, in its pixels: σ · 2^(i / s). */
export const blurOf = ({ sigma, scales }: ScaleSettings, level: number): number =>
  sigma * 2 ** (level / scales);
