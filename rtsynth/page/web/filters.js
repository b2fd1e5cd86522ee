/** Chips that narrow the list of presets: favourites, one's own, one instrument, one category. */

import { make } from "./elements.js";
import { icon } from "./icons.js";
import { title } from "./words.js";

/** Returns the chips and `match(preset)`; `changed()` is called when another choice was made. */
export function filters(store, changed) {
  const chosen = { kept: false, own: false, instrument: null, category: null };
  const element = make("div", { class: "filters" });

  function toggle(name, value, otherwise) {
    chosen[name] = chosen[name] === value ? otherwise : value;
    for (const one of element.querySelectorAll(".chip")) one.setAttribute("aria-pressed", `${pressed(one.dataset)}`);
    changed();
  }

  const pressed = ({ name, value }) => `${chosen[name]}` === value;

  function chip(name, value, text, mark = null) {
    const otherwise = value === true ? false : null;
    return make("button", { type: "button", class: "chip", "data-name": name, "data-value": `${value}`,
      "aria-pressed": `${chosen[name] === value}`, onclick: () => toggle(name, value, otherwise) }, ...(mark ? [icon(mark)] : []), text);
  }

  function build(presets) {
    const instruments = new Map(presets.map((one) => [one.instrument, one.instrument_name]));
    const categories = [...new Set(presets.map((one) => one.category))];
    element.replaceChildren(
      group("Show", [chip("kept", true, "Favourites", "star"), chip("own", true, "Mine")]),
      group("Instrument", [...instruments].map(([id, name]) => chip("instrument", id, name))),
      group("Category", categories.map((name) => chip("category", name, title(name)))));
  }

  store.on("presets", build);
  return { element, match: (preset) => fits(preset, chosen, store.state.favourites ?? []) };
}

function fits(preset, { kept, own, instrument, category }, favourites) {
  return (!kept || favourites.includes(preset.id)) && (!own || preset.own)
    && (instrument ?? preset.instrument) === preset.instrument && (category ?? preset.category) === preset.category;
}

function group(name, chips) {
  return make("div", { class: "group", role: "group", "aria-label": name }, make("span", { class: "label" }, name), ...chips);
}
