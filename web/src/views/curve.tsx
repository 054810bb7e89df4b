import type { CurvePoint } from "../api/types";
import { distance, duration } from "./format";

const WIDTH = 400;
const HEIGHT = 100;

/** Best distance over time, as steps from one improvement to the next; in a box of 400 x 100, 0 at the bottom. */
export function steps(points: CurvePoint[]): string {
  const last = points.at(-1);
  if (!last) return "";
  const top = Math.max(...points.map((point) => point.distance), 0.01);
  const x = (point: CurvePoint) => (last.seconds > 0 ? (WIDTH * point.seconds) / last.seconds : WIDTH).toFixed(1);
  const y = (point: CurvePoint) => (HEIGHT - (0.92 * HEIGHT * point.distance) / top).toFixed(1);
  return points.map((point, i) => (i === 0 ? `M${x(point)} ${y(point)}` : `H${x(point)}V${y(point)}`)).join("");
}

export function Curve({ points }: { points: CurvePoint[] }) {
  const first = points[0];
  const last = points.at(-1);
  const line = steps(points);
  const begin = /^M[\d.]+/.exec(line)?.[0].slice(1);
  return (
    <figure class="curve">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={last ? `Distance over time, now ${distance(last.distance)}` : "Distance over time"}>
        <path class="grid" d={`M0 ${HEIGHT - 0.5}H${WIDTH}M0 ${HEIGHT / 2}H${WIDTH}`} />
        {line && <path class="under" d={`${line}V${HEIGHT}H${begin}Z`} />}
        {line && <path class="line" d={line} />}
      </svg>
      <figcaption>
        {first && last ? (
          <>
            <span>Distance {distance(first.distance)}</span>
            <span class="soft">
              {last.renders.toLocaleString("en")} renders, {duration(last.seconds)}
            </span>
            <span class="now">{distance(last.distance)}</span>
          </>
        ) : (
          <span class="soft">The distance of the best, as it falls</span>
        )}
      </figcaption>
    </figure>
  );
}
