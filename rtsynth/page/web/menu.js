/** What opens beside a control and closes by itself: a small menu, a list to search. */

import { make } from "./elements.js";

/** `content` beside `anchor`, in the top layer; closes at Escape or a click elsewhere, and gives the focus back. */
export function popover(anchor, content, className) {
  const box = make("div", { class: `popover ${className}`, popover: "auto" }, content);
  let goesBack = true;
  const close = (back = true) => { goesBack = back; box.hidePopover(); };
  box.addEventListener("toggle", ({ newState }) => {
    if (newState !== "closed") return;
    if (goesBack && box.contains(document.activeElement) || document.activeElement === document.body) anchor.focus();
    box.remove();
  });
  document.body.append(box);
  box.showPopover();
  place(box, anchor);
  return close;
}

function place(box, anchor) {
  const at = anchor.getBoundingClientRect();
  const below = at.bottom + 4 + box.offsetHeight <= innerHeight;
  const top = below ? at.bottom + 4 : Math.max(8, at.top - 4 - box.offsetHeight);
  const left = Math.min(Math.max(8, at.left), innerWidth - box.offsetWidth - 8);
  box.style.top = `${top}px`;
  box.style.left = `${left}px`;
}

/** A menu of { text, act }; arrow keys go through it. An item that `keeps` takes the focus itself. */
export function menu(anchor, items) {
  const list = make("div", { role: "menu", class: "menu" });
  for (const { text, act, keeps } of items) {
    list.append(make("button", { type: "button", role: "menuitem", text,
      onclick: () => { close(!keeps); act(); } }));
  }
  list.addEventListener("keydown", step);
  const close = popover(anchor, list, "small");
  list.firstChild.focus();
}

/** Arrow keys among the buttons of a list. */
export function step(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const all = [...event.currentTarget.querySelectorAll("button:not([hidden])")];
  const next = all.indexOf(document.activeElement) + by;
  all[(next + all.length) % all.length]?.focus();
}
