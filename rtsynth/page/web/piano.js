/** The piano's geometry: where each key lies, in widths of a white key; no drawing. */

const BLACK = 0.58; // a black key is 13.7 mm wide, a white one 23.5
// The keys' backs share the room between the black ones evenly, from C to E and from F to B.
const back = (whites, blacks) => (whites - blacks * BLACK) / whites;
const [CE, FB] = [back(3, 2), back(4, 3)];
const LEFT = {
  1: CE, 3: 2 * CE + BLACK, 6: 3 + FB, 8: 3 + 2 * FB + BLACK, 10: 3 + 3 * FB + 2 * BLACK,
};
const WHITE = { 0: 0, 2: 1, 4: 2, 5: 3, 7: 4, 9: 5, 11: 6 };

export const isBlack = (key) => (key + 12) % 12 in LEFT;

/** Left edge, counted from the C of octave 0. */
const edge = (key) => 7 * Math.floor(key / 12) + (isBlack(key) ? LEFT[key % 12] : WHITE[key % 12]);

/** The white key that is `steps` white keys above a white key. */
export function whiteAbove(key, steps) {
  const place = edge(key) + steps;
  return 12 * Math.floor(place / 7) + Number(Object.keys(WHITE)[((place % 7) + 7) % 7]);
}

/** Which keys a width shows: all 88 if a white one stays as wide as `narrowest`, otherwise what fits around C4. */
export function range(width, narrowest, octaves) {
  const fitting = Math.min(52, Math.max(8, Math.floor(width / narrowest)));
  const whites = fitting === 52 || fitting < 15 ? fitting : fitting - ((fitting - 1) % 7); // from C to C
  if (whites === 52) return { low: 21, high: 108, whites, whole: true };
  let low = Math.max(0, 60 - 12 * Math.floor((whites - 4) / 14) + 12 * octaves);
  while (whiteAbove(low, whites - 1) > 127) low -= 12;
  return { low, high: whiteAbove(low, whites - 1), whites, whole: false };
}

/** The middle of what is seen of a key at its back, between its black neighbours: there its lamp is. */
function middle(key) {
  if (isBlack(key)) return edge(key) + BLACK / 2;
  const from = isBlack(key - 1) ? edge(key - 1) + BLACK : edge(key);
  const to = isBlack(key + 1) ? edge(key + 1) : edge(key) + 1;
  return (from + to) / 2;
}

/** Each key's left edge and width, and its lamp's place, as shares of the whole. */
export function layout({ low, high, whites }) {
  const start = edge(low);
  const keys = [];
  for (let key = low; key <= high; key++) {
    const black = isBlack(key);
    const share = (place) => (place - start) / whites;
    keys.push({ key, black, left: share(edge(key)), width: (black ? BLACK : 1) / whites, lamp: share(middle(key)) });
  }
  return keys;
}

export const BLACK_LENGTH = 0.63; // of a white key's

/** The key under a point given in shares of the keyboard, and how far down the key it is, 0 to 1. */
export function hit(keys, x, y) {
  const down = Math.min(1, Math.max(0, y));
  const inside = ({ left, width }) => x >= left && x < left + width;
  const black = down < BLACK_LENGTH ? keys.find((each) => each.black && inside(each)) : undefined;
  const found = black ?? keys.find((each) => !each.black && inside(each));
  return found && { key: found.key, depth: Math.min(1, down / (found.black ? BLACK_LENGTH : 1)) };
}
