/** How figures are written. */

const NOTES = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"];

/** A number with a true minus sign: -6 → "−6.0". */
export const figure = (value, digits = 1) => value.toFixed(digits).replace("-", "−");

/** A key's name: 60 → "C4". */
export const keyName = (key) => `${NOTES[key % 12]}${Math.floor(key / 12) - 1}`.replace("-", "−");

/** "morph" → "Morph". */
export const title = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** Sets a text only if it is another: what is written 30 times a second should cost nothing when it stands. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
