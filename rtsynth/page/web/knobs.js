/** The preset's macros as knobs: what a hand, a wheel, a key or a typed number does to each. */

import { arrow, asksMenu } from "./control.js";
import { dial } from "./dial.js";
import { clamp, make, ownership, perFrame } from "./elements.js";
import { menu } from "./menu.js";

const TRAVEL = 180; // px of drag from end to end
const FINE = 8;

export function knobs(root, { store, send }) {
  const grid = make("div", { class: "grid" });
  const empty = make("p", { class: "empty", text: "This preset has no macros. Its pad still moves the sound." });
  const shown = [];
  root.append(make("h2", { class: "unseen", text: "Macros" }), grid, empty);

  store.on("macros", (macros) => {
    while (shown.length > macros.length) shown.pop().element.remove();
    while (shown.length < macros.length) shown.push(knob(grid, shown.length, send, store));
    shown.forEach((each, index) => each.show(macros[index]));
    empty.hidden = macros.length > 0;
  });
  store.on("learning", (learning) => shown.forEach((each, index) => each.learning(learning?.macro === index)));
}

function knob(grid, index, send, store) {
  const face = dial();
  const name = make("span", { class: "name label" });
  const value = make("button", { type: "button", class: "value figure", tabindex: -1, "aria-hidden": "true" });
  const badge = make("span", { class: "learnt" });
  const turner = make("div", { class: "turner", tabindex: 0, role: "slider", "aria-haspopup": "menu" }, face.element);
  const element = make("div", { class: "knob" }, turner, name, value, badge);
  const hand = ownership(() => self.show(store.state.macros[index]));
  const tell = perFrame(send);
  const self = { element, turner, face, name, value, badge, index, hand, send, store, macro: null, last: null };

  self.set = (wanted) => {
    hand.touch();
    paint(self, clamp(wanted, lowest(self.macro), 1));
    tell({ do: "macro", index, value: Number(self.macro.value.toFixed(4)) });
  };
  self.reset = () => {
    hand.touch();
    paint(self, self.macro.default);
    tell({ do: "macro", index, default: true });
  };
  self.show = (macro) => describe(self, macro);
  self.learning = (on) => element.classList.toggle("learning", on);
  grid.append(element);
  dragged(self);
  keyed(self);
  return self;
}

const lowest = (macro) => (macro.bipolar ? -1 : 0);

function spoken({ value, bipolar }) {
  const percent = Math.round(100 * value);
  return `${bipolar && percent > 0 ? "+" : percent < 0 ? "−" : ""}${Math.abs(percent)}`;
}

function describe(self, macro) {
  const value = self.hand.mine && self.macro ? self.macro.value : macro.value;
  self.macro = { ...macro };
  const { turner, name, badge } = self;
  turner.setAttribute("aria-label", macro.name);
  turner.setAttribute("aria-valuemin", 100 * lowest(macro));
  turner.setAttribute("aria-valuemax", 100);
  turner.dataset.tip = [macro.what, macro.learnt && `follows ${macro.learnt}`].filter(Boolean).join(" · ");
  name.textContent = macro.name;
  badge.textContent = macro.learnt ?? "";
  paint(self, value);
}

function paint(self, value) {
  self.macro.value = value;
  const text = spoken(self.macro);
  self.value.textContent = text;
  self.turner.setAttribute("aria-valuenow", Math.round(100 * value));
  self.turner.setAttribute("aria-valuetext", `${text.replace("−", "minus ")} percent`);
  self.face.draw(value, self.macro);
}

function dragged(self) {
  const { turner } = self;
  turner.addEventListener("pointerdown", (event) => grab(self, event));
  turner.addEventListener("pointermove", (event) => pull(self, event));
  turner.addEventListener("lostpointercapture", () => letGo(self));
  turner.addEventListener("dblclick", self.reset);
  turner.addEventListener("wheel", (event) => wheeled(self, event), { passive: false });
  asksMenu(turner, () => open(self));
  self.value.addEventListener("click", () => type(self));
}

function grab(self, event) {
  if (event.button !== 0) return;
  self.turner.setPointerCapture(event.pointerId);
  self.hand.hold();
  self.last = event.clientY;
}

function pull(self, event) {
  if (self.last === null || event.clientY === self.last) return;
  const span = TRAVEL * (event.shiftKey ? FINE : 1) / (1 - lowest(self.macro));
  const wanted = self.macro.value + (self.last - event.clientY) / span;
  self.last = event.clientY;
  self.set(wanted);
}

function letGo(self) {
  self.last = null;
  self.hand.leave();
}

function wheeled(self, event) {
  if (event.ctrlKey) return; // zooms the page
  event.preventDefault();
  const turn = event.deltaY || event.deltaX; // shift makes a mouse's wheel go sideways
  self.set(self.macro.value - Math.sign(turn) * (event.shiftKey ? 0.005 : 0.04));
}

function keyed(self) {
  self.turner.addEventListener("keydown", (event) => {
    const ends = { Home: lowest(self.macro), End: 1 };
    const step = arrow(event);
    if (step) self.set(self.macro.value + 0.05 * (step[0] + step[1]));
    else if (event.key in ends) self.set(ends[event.key]);
    else if (event.key === "Enter") type(self);
    else if (event.key === "Delete" || event.key === "Backspace") self.reset();
    else return;
    event.preventDefault();
  });
}

/** A typed value: the figure becomes a field; Enter takes it, Escape leaves it. */
function type(self) {
  const field = make("input", { class: "typed figure", inputmode: "decimal", value: spoken(self.macro), maxlength: 6,
    "aria-label": `${self.macro.name} in percent` });
  let open = true;

  function close(takes, back) {
    if (!open) return;
    open = false; // what follows takes the focus from the field, which closes it again
    const wanted = parseFloat(field.value.replace("−", "-").replace(",", "."));
    if (takes && Number.isFinite(wanted)) self.set(wanted / 100);
    field.replaceWith(self.value);
    if (back) self.turner.focus();
  }

  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === "Escape") close(event.key === "Enter", true);
  });
  field.addEventListener("blur", () => close(true, false));
  self.value.replaceWith(field);
  field.select();
}

function open(self) {
  const { macro, index, send, store } = self;
  self.hand.leave();
  const learning = store.state.learning?.macro === index;
  menu(self.turner, [
    learning ? { text: "Stop learning", act: () => send({ do: "learn", cancel: true }) }
      : { text: "Learn MIDI control", act: () => send({ do: "learn", macro: index }) },
    macro.learnt && { text: `Forget ${macro.learnt}`, act: () => send({ do: "forget", macro: index }) },
    { text: "Default", act: self.reset },
    { text: "Type a value", act: () => type(self), keeps: true },
  ].filter(Boolean));
}
