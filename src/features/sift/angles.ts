/**
 * atan2(y, x) from 0 to 2π, true to 1e-7: some hundred million of them are taken for a large photograph, and bins
 * are a hundred thousand times wider. A polynomial in the smaller ratio, fitted to the arc tangent over 0..1.
 * Abramowitz, Stegun: Handbook of Mathematical Functions, 4.4.49.
 */
export function direction(y: number, x: number): number {
  const [ax, ay] = [x < 0 ? -x : x, y < 0 ? -y : y];
  const larger = ax > ay ? ax : ay;
  if (larger === 0) return 0;
  const t = (ax > ay ? ay : ax) / larger;
  const s = t * t;
  let angle =
    t *
    (1 +
      s *
        (-0.3333314528 +
          s *
            (0.1999355085 +
              s *
                (-0.1420889944 +
                  s *
                    (0.1065626393 +
                      s * (-0.07528964 + s * (0.0429096138 + s * (-0.0161657367 + s * 0.0028662257))))))));
  if (ay > ax) angle = Math.PI / 2 - angle;
  if (x < 0) angle = Math.PI - angle;
  return y < 0 ? 2 * Math.PI - angle : angle;
}
