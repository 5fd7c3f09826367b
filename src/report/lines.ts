/** Points, and paths of SVG through them. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The distance from a corner to the start of its bend. */
export const BEND = 9;

export function at({ x, y }: Point): string {
  return `${x} ${y}`;
}

/** Bézier curves: a start, then three points for each. Begins without a command, so it can continue another line. */
export function curve([start, ...rest]: readonly Point[]): string {
  return start === undefined ? '' : `${at(start)}${rest.length === 0 ? '' : `C${rest.map(at).join(' ')}`}`;
}

/** Straight lines with rounded corners, from the first point, where the path is already, to the last. */
export function rounded(points: readonly Point[]): string {
  return points
    .slice(1)
    .map((corner, index) => {
      const [before, after] = [points[index]!, points[index + 2]];
      if (after === undefined) return `L${at(corner)}`;
      const towards = (to: Point): Point => {
        const distance = Math.hypot(to.x - corner.x, to.y - corner.y);
        const share = distance === 0 ? 0 : Math.min(BEND, distance / 2) / distance;
        return { x: round(corner.x + (to.x - corner.x) * share), y: round(corner.y + (to.y - corner.y) * share) };
      };
      return `L${at(towards(before))}Q${at(corner)} ${at(towards(after))}`;
    })
    .join('');
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
