/** How keys are felt and tuned, and where they come from. */

import { make } from "./elements.js";
import { chooser, facts, number, row, toggle } from "./forms.js";
import { browserMidi } from "./midi.js";
import { title } from "./words.js";

const EXPONENTS = { soft: 0.6, linear: 1, hard: 1.7 }; // as rtsynth/velocity.py has them
const FIXED = 0.787; // where a fixed velocity lies: 100 of 127
const SIZE = 72; // px
const SVG = "http://www.w3.org/2000/svg";

/** Fills the section. */
export function keys(root, { store, send, tell }) {
  const set = (name) => (value) => send({ do: "settings", [name]: value });
  const curve = chooser(set("velocity")), plot = curvePlot();
  const tuning = chooser((name) => set("tuning")(name || null));
  const bend = number(0, 96, 1, set("bend_range"));
  const mpe = number(0, 15, 1, set("mpe"));
  const inputs = make("div", {});
  root.append(
    plotted(row("Velocity curve", curve.element, "How hard a key must be struck to sound how loud."), plot.element),
    row("Tuning", tuning.element),
    row("Bend range", bend.element, "Semitones up and down."),
    row("MPE members", mpe.element, "Channels that carry one finger each; 0 without MPE."));
  if (browserMidi(send).possible) root.append(webMidi(send, tell));
  root.append(inputs);

  store.on("settings", (now) => {
    const curves = now.curves.includes(now.velocity) ? now.curves : [...now.curves, now.velocity];
    curve.show(curves.map((name) => [name, typeof name === "string" ? title(name) : `Exponent ${name}`]), now.velocity);
    plot.show(now.velocity);
    tuning.show([["", "Equal temperament"], ...now.tunings.map((name) => [name, title(name)])], now.tuning ?? "");
    bend.show(now.bend_range);
    mpe.show(now.mpe);
    inputs.replaceChildren(facts([["MIDI inputs", now.midi.join(", ") || "none"]]));
  });
}

function webMidi(send, tell) {
  const midi = browserMidi(send);
  const control = toggle(async (on) => {
    try {
      await midi.turn(on);
    } catch {
      tell({ error: "the browser gave no MIDI devices; allow MIDI for this address" });
    }
    control.checked = midi.on;
  });
  return row("MIDI of this browser", control,
    "For a page on another machine: devices beside the instrument are heard without this.");
}

function plotted(line, plot) {
  line.classList.add("plotted");
  line.lastElementChild.before(plot);
  return line;
}

/** A tiny plot: struck from left to right, loud upwards. */
function curvePlot() {
  const svg = document.createElementNS(SVG, "svg"), path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", `0 0 ${SIZE} ${SIZE}`);
  svg.setAttribute("class", "plot");
  svg.setAttribute("aria-hidden", "true");
  svg.append(path);
  return { element: svg, show: (curve) => path.setAttribute("d", drawn(curve)) };
}

function drawn(curve) {
  const loud = (x) => (curve === "fixed" ? FIXED : x ** (EXPONENTS[curve] ?? (Number(curve) || 1)));
  const points = Array.from({ length: 25 }, (_, at) => [at / 24, loud(at / 24)]);
  return `M${points.map(([x, y]) => `${(x * SIZE).toFixed(1)} ${((1 - y) * SIZE).toFixed(1)}`).join("L")}`;
}
