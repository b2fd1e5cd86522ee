/** The parts: which preset plays on which keys, and how. */

import { make } from "./elements.js";
import { chooser, number } from "./forms.js";
import { icon, iconButton } from "./icons.js";
import { keyName, title } from "./words.js";

const MOST = 16;
const KEYS = Array.from({ length: 128 }, (_, key) => [key, keyName(key)]);
const CHANNELS = [["", "All"], ...Array.from({ length: 16 }, (_, at) => [at + 1, `${at + 1}`])];

/** Fills the section. */
export function parts(root, { store, send }) {
  const list = make("ol", { class: "parts" });
  const add = make("button", { type: "button", class: "button",
    onclick: () => send({ do: "settings", add_part: store.state.preset.id }) }, icon("plus"), "Add a part");
  let shown = [];
  root.append(make("p", { class: "hint" }, "Each part plays one preset: side by side they split the keyboard, over one another they layer."),
    list, add);

  function fit(count) {
    if (count === shown.length) return;
    shown = Array.from({ length: count }, (_, at) => part(at, store, send));
    list.replaceChildren(...shown.map(({ element }) => element));
  }

  function show(all) {
    fit(all.length);
    shown.forEach((one, at) => one.show(all[at], all.length > 1));
    add.disabled = all.length >= MOST;
  }

  store.on("parts", show);
  store.on("presets", () => show(store.state.parts ?? []));
}

function part(at, store, send) {
  const say = (change) => send({ do: "settings", part: at, ...change });
  const keys = () => [Number(low.element.value), Number(high.element.value)].sort((a, b) => a - b);
  const preset = chooser((id) => say({ preset: id }), { "aria-label": `Part ${at + 1}, preset` });
  const low = chooser(() => say({ keys: keys() })), high = chooser(() => say({ keys: keys() }));
  const transpose = number(-48, 48, 1, (value) => say({ transpose: value }));
  const level = number(-60, 12, 0.5, (value) => say({ level_db: value }));
  const pan = number(-1, 1, 0.1, (value) => say({ pan: value }));
  const channel = chooser((value) => say({ channel: value === "" ? null : Number(value) }));
  const remove = iconButton("close", `Remove part ${at + 1}`, () => say({ remove: true }));
  const element = make("li", {}, make("div", { class: "which" }, make("span", { class: "figure" }, `${at + 1}`), preset.element, remove),
    make("div", { class: "fields" }, field("From", low), field("To", high), field("Transpose", transpose),
      field("Level dB", level), field("Pan", pan), field("Channel", channel)));

  function show(now, removable) {
    preset.show((store.state.presets ?? []).map(({ id, name, category }) => [id, `${name} · ${title(category)}`]), now.preset);
    low.show(KEYS, now.low);
    high.show(KEYS, now.high);
    transpose.show(now.transpose);
    level.show(now.level_db);
    pan.show(now.pan);
    channel.show(CHANNELS, now.channel ?? "");
    remove.disabled = !removable;
  }

  return { element, show };
}

const field = (text, { element }) => make("label", {}, make("span", { class: "label" }, text), element);
