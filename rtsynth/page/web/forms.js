/** Rows of the settings: a label, what it means, and a control that shows the state and says what is wanted. */

import { make } from "./elements.js";

let made = 0;

/** A row: its label belongs to the control, its hint describes it. */
export function row(text, control, hint = "") {
  const id = `field-${++made}`;
  const note = hint ? make("p", { class: "hint", id: `${id}-hint` }, hint) : null;
  control.id = id;
  if (note) control.setAttribute("aria-describedby", note.id);
  return make("div", { class: "row" }, make("div", {}, make("label", { for: id }, text), note), control);
}

/** A list to choose from: `show(options, chosen)` with options [value, text]. */
export function chooser(chose, attributes = {}) {
  const select = make("select", { class: "field", onchange: () => chose(select.value), ...attributes });

  function show(options, chosen) {
    const written = JSON.stringify(options);
    if (written !== select.dataset.options) {
      select.replaceChildren(...options.map(([value, text]) => make("option", { value: `${value}` }, text)));
      select.dataset.options = written;
    }
    select.value = `${chosen}`;
  }

  return { element: select, show };
}

/** A number in a range; what is out of it is brought back. */
export function number(low, high, step, chose, attributes = {}) {
  const input = make("input", { class: "field", type: "number", min: low, max: high, step, inputmode: "decimal", ...attributes });
  input.addEventListener("change", () => {
    const value = Math.min(high, Math.max(low, input.valueAsNumber));
    if (Number.isFinite(value)) chose(value);
  });
  return { element: input, show: (value) => { if (document.activeElement !== input) input.value = value; } };
}

/** A switch. */
export function toggle(chose, attributes = {}) {
  const input = make("input", { class: "switch", type: "checkbox", role: "switch", ...attributes });
  input.addEventListener("change", () => chose(input.checked));
  return input;
}

/** A table of what is known: pairs of term and text; empty ones are left out. */
export function facts(pairs) {
  const known = pairs.filter(([, text]) => text !== undefined && text !== null && text !== "");
  return make("dl", { class: "facts" }, ...known.flatMap(([term, text]) => [make("dt", {}, term), make("dd", {}, `${text}`)]));
}
