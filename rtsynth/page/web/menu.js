/** What opens beside a control and closes by itself: a small menu, a list to search. */

import { make } from "./elements.js";

let closeLast = () => {};

/** `content` beside `anchor`, in the top layer; closes at Escape or a touch elsewhere, and gives the focus back. */
export function popover(anchor, content, className) {
  closeLast();
  const box = make("div", { class: `popover ${className}`, popover: "manual" }, content);
  const elsewhere = ({ target }) => { if (!box.contains(target)) close(false); };

  function close(back = true) {
    if (!box.isConnected) return;
    document.removeEventListener("pointerdown", elsewhere, true);
    if (back) anchor.focus();
    box.remove();
  }

  box.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  box.addEventListener("focusout", ({ relatedTarget: to }) => { if (to && !box.contains(to)) close(false); });
  document.addEventListener("pointerdown", elsewhere, true);
  document.body.append(box);
  box.showPopover();
  place(box, anchor);
  closeLast = close;
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
