/** A short list of presets to search, beside what it is for. */

import { make } from "./elements.js";
import { popover, step } from "./menu.js";

const MOST = 60;

export function picker(anchor, presets, chosen, title) {
  const field = make("input", { class: "field", type: "search", placeholder: "Search presets", "aria-label": title });
  const list = make("div", { class: "menu found" });
  const none = make("p", { class: "label", text: "No preset has these words." });
  const close = popover(anchor, make("div", { class: "picker" }, field, list), "large");

  function search() {
    const words = field.value.toLowerCase().split(/\s+/);
    const fits = ({ name, category, tags = [] }) => {
      const text = [name, category, ...tags].join(" ").toLowerCase();
      return words.every((word) => text.includes(word));
    };
    const found = presets.filter(fits).slice(0, MOST);
    list.replaceChildren(...(found.length ? found.map(item) : [none]));
  }

  function item({ id, name, category }) {
    return make("button", { type: "button", onclick: () => { close(); chosen(id); } },
      make("span", { text: name }), make("span", { class: "label", text: category }));
  }

  field.addEventListener("input", search);
  field.addEventListener("keydown", ({ key }) => {
    if (key === "Enter") list.querySelector("button")?.click();
    if (key === "ArrowDown") list.querySelector("button")?.focus();
  });
  list.addEventListener("keydown", step);
  search();
  field.focus();
}
