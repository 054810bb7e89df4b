interface Place {
  x: number;
  y: number;
}

/** The index of the point nearest to (x, y), if one lies within `reach`. */
export function nearestTo(points: Place[], x: number, y: number, reach: number): number | null {
  let best: number | null = null;
  let least = reach;
  points.forEach((point, i) => {
    const distance = Math.hypot(point.x - x, point.y - y);
    if (distance <= least) {
      least = distance;
      best = i;
    }
  });
  return best;
}

/**
 * The point to go to from one in a direction: near, and rather straight ahead than to the side; null where there is none.
 * @param dx, dy  a unit vector along an axis, y downwards
 */
export function neighbour(points: Place[], from: number, dx: number, dy: number): number | null {
  const origin = points[from]!;
  let best: number | null = null;
  let least = Infinity;
  points.forEach((point, i) => {
    const ahead = (point.x - origin.x) * dx + (point.y - origin.y) * dy;
    const aside = Math.abs((point.x - origin.x) * dy) + Math.abs((point.y - origin.y) * dx);
    if (i === from || ahead <= 0 || aside > 2 * ahead) return;
    const cost = ahead + 2 * aside;
    if (cost < least) {
      least = cost;
      best = i;
    }
  });
  return best;
}
