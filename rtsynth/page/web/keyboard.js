/** The on-screen keyboard: a piano's geometry, keys that light up, a guide of lamps that tells what is ready. */

import { clamp, make } from "./elements.js";
import { hinted, legendRow } from "./legend.js";
import { hit, layout, range } from "./piano.js";
import { holding, leaving, letters, pointers } from "./touches.js";
import { keyName } from "./words.js";

const READY = { 0: "missing", 1: "ready", 2: "stale", ".": "none" };
const SPOKEN = { missing: "not ready", ready: "ready", stale: "being renewed", none: "out of range" };
const coarse = matchMedia("(pointer: coarse)");
const narrowest = () => (coarse.matches ? 26 : 14); // px of a white key

export function keyboard(root, { store, send, status }) {
  const board = make("div", { class: "board", tabindex: 0, role: "application",
    "aria-label": "Piano keyboard: arrow keys choose a key, Enter plays it", "aria-roledescription": "piano" });
  const view = { board, keys: [], elements: new Map(), shift: 0, cursor: 60, shown: null, hints: hinted() };
  const light = (key) => lightUp(view, key, hold, store.state.keys ?? []);
  const hold = holding(send, light);
  const computer = letters(hold, () => legend.say());
  const legend = legendRow(view, computer, () => rebuild());

  function rebuild() {
    build(view, legend);
    lamps(view, store.state.lamps ?? "");
    bounds(view, store.state.preset);
    legend.say();
    for (const key of view.elements.keys()) light(key);
  }

  root.append(board, legend.element);
  pointers(board, (event) => under(view, event), hold, send);
  arrows(view, hold, computer);
  leaving(hold);
  status?.((state) => { if (state !== "live") hold.liftAll(); });
  new ResizeObserver(rebuild).observe(board);
  coarse.addEventListener("change", rebuild);
  store.on("lamps", (all) => lamps(view, all));
  store.on("preset", (preset) => bounds(view, preset));
  store.on("keys", follow(light));
}

/** Keys come as the list of all that are down: those of the last list may have gone up. */
function follow(light) {
  let before = [];
  return (all) => {
    const now = all.map(([key]) => key);
    new Set([...before, ...now]).forEach(light);
    before = now;
  };
}

function build(view, legend) {
  const width = view.board.clientWidth;
  if (!width) return;
  view.shown = range(width, narrowest(), view.shift);
  view.keys = layout(view.shown);
  view.elements = new Map(view.keys.map((place) => [place.key, keyElement(place, width)]));
  view.board.replaceChildren(...view.elements.values());
  legend.shifts(!view.shown.whole);
  point(view, clamp(view.cursor, view.shown.low, view.shown.high));
}

/** Edges lie on whole pixels, so that all gaps between keys look the same. */
function keyElement({ key, black, left, width, lamp }, wide) {
  const guide = make("i", { class: "lamp" });
  const element = make("div", { class: `key ${black ? "black" : "white"}`, id: `key-${key}`, role: "button" },
    guide, make("span", { class: "name", text: key % 12 ? "" : keyName(key) }), make("kbd", { class: "letter" }));
  const [from, to] = [Math.round(left * wide), Math.round((left + width) * wide)];
  element.style.left = `${from}px`;
  element.style.width = `${to - from}px`;
  guide.style.left = `${Math.round(lamp * wide) - from}px`;
  return element;
}

/** A finger's place in shares of the keyboard. */
function under(view, event) {
  const box = view.board.getBoundingClientRect();
  return hit(view.keys, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
}

function lightUp(view, key, hold, down) {
  const element = view.elements.get(key);
  if (!element) return;
  const heard = down.filter(([each]) => each === key).map(([, velocity]) => velocity);
  const velocity = Math.max(hold.velocity(key), ...heard, 0);
  element.classList.toggle("down", velocity > 0);
  if (velocity) element.style.setProperty("--strength", (0.35 + 0.65 * velocity / 127).toFixed(2));
}

function lamps(view, all) {
  for (const [key, element] of view.elements) {
    const ready = READY[all[key]] ?? "none";
    if (element.dataset.ready === ready) continue;
    element.dataset.ready = ready;
    element.setAttribute("aria-label", `${keyName(key)}, ${SPOKEN[ready]}`);
  }
}

function bounds(view, preset) {
  const { low = 0, high = 127 } = preset ?? {};
  for (const [key, element] of view.elements) element.classList.toggle("outside", key < low || key > high);
}

function point(view, key) {
  view.elements.get(view.cursor)?.classList.remove("cursor");
  view.cursor = key;
  view.elements.get(key)?.classList.add("cursor");
  view.board.setAttribute("aria-activedescendant", `key-${key}`);
}

const MOVES = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: 12, ArrowDown: -12 };

/** Arrow keys choose a key, Enter and the space bar play it. */
function arrows(view, hold, computer) {
  view.board.addEventListener("keydown", (event) => {
    const plays = event.key === "Enter" || event.key === " ";
    if (event.ctrlKey || event.altKey || event.metaKey || !(plays || event.key in MOVES)) return;
    event.preventDefault();
    if (!plays) point(view, clamp(view.cursor + MOVES[event.key], view.shown.low, view.shown.high));
    else if (!event.repeat) hold.press(event.code, view.cursor, computer.state.velocity, event);
  });
}
