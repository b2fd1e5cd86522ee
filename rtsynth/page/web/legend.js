/** Below the keyboard: its range, the computer's keys and their velocity, in a quiet row. */

import { clamp, make, remembered } from "./elements.js";
import { iconButton } from "./icons.js";
import { LETTERS } from "./touches.js";
import { keyName } from "./words.js";

const KEPT = "rtsynth.letters";

/** Whether the computer's letters are written on the keys; a phone has none. */
export const hinted = () => remembered.get(KEPT, !matchMedia("(pointer: coarse)").matches);

export function legendRow(view, computer, rebuild) {
  const shift = (by) => () => { view.shift = clamp(view.shift + by, -4, 4); rebuild(); };
  const range = stepper("Range", ["previous", "An octave down", shift(-1)], ["next", "An octave up", shift(1)]);
  const letters = stepper("Computer keys",
    ["minus", "Octave down (Z)", computer.lower], ["plus", "Octave up (X)", computer.higher]);
  const velocity = stepper("Velocity",
    ["minus", "Softer (C)", computer.softer], ["plus", "Harder (V)", computer.harder]);
  const hint = make("button", { type: "button", class: "button quiet hint", text: "Letters",
    "data-tip": "Show which of the computer's keys play", onclick: () => { remember(view); say(); } });

  function say() {
    range.figure.textContent = view.shown ? `${keyName(view.shown.low)} – ${keyName(view.shown.high)}` : "";
    letters.figure.textContent = `A = ${keyName(computer.state.first)}`;
    velocity.figure.textContent = computer.state.velocity;
    hint.setAttribute("aria-pressed", view.hints);
    for (const each of [letters, velocity]) each.element.hidden = !view.hints;
    spell(view, computer.state.first);
  }

  const element = make("div", { class: "legend" }, range.element, letters.element, velocity.element, hint);
  return { element, say, shifts: (needed) => { range.element.hidden = !needed; } };
}

function remember(view) {
  view.hints = !view.hints;
  remembered.set(KEPT, view.hints);
}

/** A figure between the buttons that make it less and more. */
function stepper(name, less, more) {
  const figure = make("output", { class: "figure" });
  const element = make("div", { class: "group", role: "group", "aria-label": name },
    make("span", { class: "label", text: name }), iconButton(...less), figure, iconButton(...more));
  return { element, figure };
}

/** The computer's letters, on the keys that they play. */
function spell(view, first) {
  for (const [key, element] of view.elements) {
    element.lastChild.textContent = (view.hints && LETTERS[key - first]?.toUpperCase()) || "";
  }
}
