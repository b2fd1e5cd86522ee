/** The master volume: a fader's law, so that the upper half is where one plays. */

import { clamp, make, ownership, perFrame } from "./elements.js";
import { figure, write } from "./words.js";

const LOW = -60, HIGH = 6; // dB
const LAW = 1.7; // how much of the way the loud part takes
const STEP = 0.5; // dB an arrow key; times 6 a page
const KEYS = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 6, PageDown: -6 };

const loudness = (way) => HIGH - (HIGH - LOW) * (1 - way) ** LAW;
const way = (db) => 1 - ((HIGH - db) / (HIGH - LOW)) ** (1 / LAW);
const rounded = (db) => clamp(Math.abs(db) < 0.4 ? 0 : Math.round(10 * db) / 10, LOW, HIGH);
const spoken = (db) => (db <= LOW ? "silent" : `${figure(db)} dB`);

/** A slider in dB with its figure; a double click is 0 dB. */
export function volume({ store, send }) {
  const slider = make("input", { type: "range", class: "slider", min: 0, max: 1, step: "any", value: 0, "aria-label": "Volume",
    "data-tip": "Master volume; double click for 0 dB" });
  const shown = make("output", { class: "figure db", "aria-hidden": "true" });
  const own = ownership(() => show(store.state.volume));
  const say = perFrame((db) => send({ do: "volume", db }));
  let now = 0;

  function show(db) {
    now = db;
    slider.value = way(db);
    slider.style.setProperty("--way", way(db));
    slider.setAttribute("aria-valuetext", spoken(db));
    write(shown, db <= LOW ? "−∞" : figure(db));
  }

  function set(db) {
    own.touch();
    show(rounded(db));
    say(now);
  }

  slider.addEventListener("input", () => set(loudness(slider.valueAsNumber)));
  slider.addEventListener("dblclick", () => set(0));
  slider.addEventListener("keydown", (event) => {
    if (!(event.key in KEYS)) return;
    event.preventDefault();
    set(now + STEP * KEYS[event.key]);
  });
  store.on("volume", (db) => own.mine || show(db));
  return make("div", { class: "volume" }, slider, shown);
}
