/** Below the pad: a path to record and loop, and places that are kept. */

import { asksMenu } from "./control.js";
import { make } from "./elements.js";
import { icon, iconButton } from "./icons.js";
import { menu, popover } from "./menu.js";
import { figure, write } from "./words.js";

export function pathBar(send) {
  const on = (button) => button.getAttribute("aria-pressed") === "true";
  const record = toggle("record", "Record a path", () => send({ do: "path", record: !on(record) }));
  const loop = toggle("loop", "Loop the path", () => send({ do: "path", loop: !on(loop) }));
  const clear = iconButton("close", "Clear the path", () => send({ do: "path", clear: true }));
  const length = make("span", { class: "label length" });
  const element = make("div", { class: "path", role: "group", "aria-label": "Path" }, record, loop, length, clear);

  function show({ path: { recording = false, looping = false, seconds = 0, points = [] } }) {
    record.setAttribute("aria-pressed", recording);
    loop.setAttribute("aria-pressed", looping);
    const empty = points.length < 2 || recording;
    loop.disabled = empty;
    clear.hidden = empty;
    write(length, seconds > 0 ? `${figure(seconds)} s` : recording ? "move the puck" : "");
  }

  return { element, show };
}

function toggle(name, text, onclick) {
  return make("button", { type: "button", class: `button quiet icon ${name}`, "aria-label": text, "data-tip": text,
    "aria-pressed": "false", onclick }, icon(name));
}

export function bookmarkBar(send) {
  const chips = make("div", { class: "chips" });
  const add = iconButton("plus", "Bookmark this place", () => ask(add, known.length + 1, send));
  const element = make("div", { class: "bookmarks", role: "group", "aria-label": "Bookmarks" }, chips, add);
  let known = [];

  function show({ bookmarks }) {
    if (JSON.stringify(bookmarks) === JSON.stringify(known)) return;
    known = bookmarks;
    chips.replaceChildren(...bookmarks.map(({ name }, place) => chip(name, place, send)));
  }

  return { element, show };
}

/** A chip goes there; a right click, a long press or Delete offers to remove it. */
function chip(name, place, send) {
  const remove = () => send({ do: "unbookmark", bookmark: place });
  const go = make("button", { type: "button", class: "chip", "data-tip": `Go to ${name}`,
    onclick: () => send({ do: "go", bookmark: place }) }, make("span", { text: name }));
  asksMenu(go, () => menu(go, [{ text: `Remove ${name}`, act: remove }]));
  go.addEventListener("keydown", ({ key }) => { if (key === "Delete" || key === "Backspace") remove(); });
  const cross = make("button", { type: "button", class: "remove", tabindex: -1, "aria-label": `Remove ${name}`,
    onclick: remove }, icon("close"));
  return make("span", { class: "chipped" }, go, cross);
}

function ask(anchor, number, send) {
  const field = make("input", { class: "field", maxlength: 40, value: `Place ${number}`,
    "aria-label": "Name of the bookmark" });
  const form = make("form", { class: "naming" }, field, make("button", { class: "button primary", text: "Keep" }));
  const close = popover(anchor, form, "small");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.trim()) send({ do: "bookmark", name: field.value.trim() });
    close();
  });
  field.select();
}
