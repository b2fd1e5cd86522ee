/** The top bar: which instrument and preset, the master, and what silences all. */

import { make } from "./elements.js";
import { icon, iconButton } from "./icons.js";
import { meter } from "./meter.js";
import { more } from "./more.js";
import { volume } from "./volume.js";
import { title, write } from "./words.js";

/** Fills the header. `presets`, `settings` and `save` open those. */
export function header(root, parts) {
  const { store, send } = parts;
  const favour = () => send({ do: "favourite", id: store.state.preset?.id, on: !favoured(store) });
  root.append(mark(store), preset(parts, favour), master(parts, favour));
}

function mark(store) {
  const of = make("span", { class: "label of" });
  store.on("session", (session) => {
    write(of, session.instrument?.name ?? "");
    document.title = session.title || "rtsynth";
  });
  const wave = make("img", { src: "web/icon.svg", width: 28, height: 28, alt: "" });
  return make("div", { class: "mark" }, wave, make("div", {}, make("h1", {}, "rtsynth"), of));
}

function preset({ store, presets, save }, favour) {
  const kind = make("span", { class: "label kind" }), name = make("span", { class: "name" }, "–");
  const changed = make("span", { class: "changed", hidden: true, "data-tip": "Changed since it was loaded" });
  const open = make("button", { type: "button", class: "open", "aria-haspopup": "dialog",
    "aria-label": "Presets", "data-tip": "All presets (/)", onclick: presets.toggle },
  kind, make("span", { class: "line" }, name, changed));
  store.on("preset", (preset) => {
    write(name, preset.name);
    write(kind, title(preset.category ?? ""));
    changed.hidden = !preset.changed;
    open.setAttribute("aria-label", `Preset ${preset.name}${preset.changed ? ", changed" : ""}; opens all presets`);
  });
  return make("div", { class: "preset", role: "group", "aria-label": "Preset" },
    iconButton("previous", "Previous preset", () => presets.step(-1)), open,
    iconButton("next", "Next preset", () => presets.step(1)), favourite(store, favour),
    iconButton("save", "Save as a preset of yours", save, { class: "button icon quiet save" }));
}

function favourite(store, favour) {
  const star = iconButton("star", "Favourite", favour, { class: "button icon quiet star" });
  const show = () => star.setAttribute("aria-pressed", `${favoured(store)}`);
  store.on("favourites", show);
  store.on("preset", show);
  return star;
}

const favoured = ({ state }) => (state.favourites ?? []).includes(state.preset?.id);

function master(parts, favour) {
  const panic = make("button", { type: "button", class: "button panic", "aria-label": "Panic",
    "data-tip": "Panic: all sound off, pedals up", onclick: () => parts.send({ do: "panic" }) },
  icon("stop"), make("span", { class: "word" }, "Panic"));
  return make("div", { class: "master", role: "group", "aria-label": "Master" },
    volume(parts), meter(parts), panic, more({ ...parts, favour }));
}
