export type Place = { readonly x: number; readonly y: number };

/** Where boxes stand and arrows run; places are in steps from the first box, `x` along the life of a run. */
export type Layout = {
  readonly box: { readonly width: number; readonly height: number };
  readonly size: (steps: Place) => { readonly width: number; readonly height: number };
  readonly middle: (place: Place) => Place;
  readonly arrow: (from: Place, to: Place) => string;
};

const HEIGHT = 36;
const [WIDTH, COLUMN, ROW, AROUND, MARGIN, SIDE] = [116, 220, 84, 140, 52, 30];

/** From left to right. */
export const FLAT: Layout = {
  box: { width: WIDTH, height: HEIGHT },
  size: ({ x, y }) => ({ width: (x - 1) * COLUMN + WIDTH + 2 * SIDE, height: (y - 1) * ROW + HEIGHT + 2 * MARGIN }),
  middle: ({ x, y }) => ({ x: SIDE + x * COLUMN + WIDTH / 2, y: MARGIN + y * ROW + HEIGHT / 2 }),
  arrow: (from, to) => {
    if (from.x === to.x) {
      const [side, down] = [from.y < to.y ? -18 : 18, from.y < to.y ? 1 : -1];
      return `M${from.x + side} ${from.y + (down * HEIGHT) / 2}L${to.x + side} ${to.y - (down * HEIGHT) / 2}`;
    }
    const [start, end] = [from.x + WIDTH / 2, to.x - WIDTH / 2];
    if (end - start > COLUMN) {
      // Around the boxes between, above or below.
      const way = from.y < to.y ? -1 : 1;
      return `M${start} ${from.y}C${start + 60} ${from.y + way * AROUND} ${to.x} ${from.y + way * AROUND} ${to.x} ${to.y + (way * HEIGHT) / 2}`;
    }
    const middle = (start + end) / 2;
    return `M${start} ${from.y}C${middle} ${from.y} ${middle} ${to.y} ${end} ${to.y}`;
  },
};

const [NARROW, ACROSS, DOWN, EDGE, BEND] = [96, 112, 104, 21, 36];

/** From top to bottom, in the width of a phone. */
export const UPRIGHT: Layout = {
  box: { width: NARROW, height: HEIGHT },
  size: ({ x, y }) => ({ width: (y - 1) * ACROSS + NARROW + 2 * EDGE, height: (x - 1) * DOWN + HEIGHT + 8 }),
  middle: ({ x, y }) => ({ x: EDGE + y * ACROSS + NARROW / 2, y: 4 + x * DOWN + HEIGHT / 2 }),
  arrow: (from, to) => {
    if (from.y === to.y) {
      const [side, right] = [from.x < to.x ? -8 : 8, from.x < to.x ? 1 : -1];
      return `M${from.x + (right * NARROW) / 2} ${from.y + side}L${to.x - (right * NARROW) / 2} ${to.y + side}`;
    }
    const [start, end] = [from.y + HEIGHT / 2, to.y - HEIGHT / 2];
    if (end - start > DOWN) {
      // Around the boxes between, at the left or the right.
      const way = from.x < to.x ? -1 : 1;
      const edge = to.x + way * (ACROSS + NARROW / 2 + EDGE - 8);
      const [near, far] = [from.x + (way * NARROW) / 2, to.x + (way * NARROW) / 2];
      return `M${near} ${from.y}Q${edge} ${from.y} ${edge} ${from.y + BEND}V${to.y - BEND}Q${edge} ${to.y} ${far} ${to.y}`;
    }
    const middle = (start + end) / 2;
    return `M${from.x} ${start}C${from.x} ${middle} ${to.x} ${middle} ${to.x} ${end}`;
  },
};
