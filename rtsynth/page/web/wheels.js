/** Pitch and modulation wheels and the sustain pedal of the page's own channel. */

import { arrow } from "./control.js";
import { clamp, make, ownership, perFrame } from "./elements.js";

const MODULATION = 1, SUSTAIN = 64; // control numbers

export function wheels(root, { store, send }) {
  const back = () => show(store.state.wheels);
  const bend = wheel({ name: "Pitch", back, low: -1, high: 1, step: 0.1, springs: true, say: percent,
    turned: perFrame((value) => send({ do: "bend", value: Number(value.toFixed(4)) })) });
  const mod = wheel({ name: "Mod", back, low: 0, high: 127, step: 4, springs: false, say: Math.round,
    turned: perFrame((value) => send({ do: "control", number: MODULATION, value: Math.round(value) })) });
  const pedal = sustain(send);
  root.append(make("div", { class: "pair" }, bend.element, mod.element), pedal);
  store.on("wheels", show);

  function show(all) {
    bend.show(all.bend);
    mod.show(all.mod);
    pedal.setAttribute("aria-pressed", all.sustain);
  }
}

const percent = (value) => `${value > 0 ? "+" : ""}${Math.round(100 * value)} %`;

function sustain(send) {
  const pedal = make("button", { type: "button", class: "button sustain", text: "Sustain", "aria-pressed": "false",
    "data-tip": "Hold the notes that are let go" });
  pedal.addEventListener("click", () => {
    const down = pedal.getAttribute("aria-pressed") !== "true";
    pedal.setAttribute("aria-pressed", down);
    send({ do: "control", number: SUSTAIN, value: down ? 127 : 0 });
  });
  return pedal;
}

function wheel(way) {
  const grip = make("i", { class: "grip" });
  const slot = make("div", { class: "slot", tabindex: 0, role: "slider", "aria-label": `${way.name} wheel`,
    "aria-orientation": "vertical", "aria-valuemin": way.low, "aria-valuemax": way.high }, grip);
  const element = make("div", { class: "wheel" }, slot, make("span", { class: "label", text: way.name }));
  const hand = ownership(way.back);
  const wheel = { ...way, slot, hand, value: 0, rest: 0 };

  wheel.paint = (value) => {
    wheel.value = value;
    slot.style.setProperty("--turn", (value - way.low) / (way.high - way.low));
    slot.setAttribute("aria-valuenow", Number(value.toFixed(2)));
    slot.setAttribute("aria-valuetext", way.say(value));
  };
  wheel.turn = (value) => {
    wheel.paint(clamp(value, way.low, way.high));
    way.turned(wheel.value);
  };
  pulled(wheel);
  keyed(wheel);
  slot.addEventListener("dblclick", () => wheel.turn(wheel.rest));
  wheel.paint(0);
  return { element, show: (value) => hand.mine || wheel.paint(value) };
}

/** A wheel goes with the finger from where it stands; it does not jump to the finger. */
function pulled(wheel) {
  const { slot, hand } = wheel;
  let from = null;

  slot.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    slot.setPointerCapture(event.pointerId);
    hand.hold();
    from = { y: event.clientY, value: wheel.value };
    slot.classList.add("held");
  });
  slot.addEventListener("pointermove", (event) => {
    if (!from) return;
    const travel = (from.y - event.clientY) / (slot.clientHeight * 0.72);
    wheel.turn(from.value + travel * (wheel.high - wheel.low));
  });
  slot.addEventListener("lostpointercapture", () => {
    from = null;
    letGo(wheel);
  });
}

function letGo(wheel) {
  wheel.hand.leave();
  wheel.slot.classList.remove("held");
  if (wheel.springs && wheel.value) wheel.turn(wheel.rest);
}

function keyed(wheel) {
  const { slot } = wheel;
  slot.addEventListener("keydown", (event) => {
    const end = { Home: wheel.low, End: wheel.high }[event.key];
    const step = end === undefined ? arrow(event) : null;
    if (end === undefined && !step) return;
    event.preventDefault();
    wheel.hand.hold();
    wheel.turn(end ?? wheel.value + wheel.step * (step[0] + step[1]));
  });
  slot.addEventListener("keyup", () => letGo(wheel));
  slot.addEventListener("blur", () => letGo(wheel));
}
