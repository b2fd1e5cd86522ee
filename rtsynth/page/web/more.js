/** What is wanted now and then, and on a phone what has no room in the bar. */

import { make } from "./elements.js";
import { roving } from "./focus.js";
import { icon, iconButton } from "./icons.js";
import { toggleTheme } from "./theme.js";

/** A button and the menu that it opens. */
export function more(parts) {
  const list = make("div", { id: "menu", role: "menu", popover: "auto", "aria-label": "More" },
    item("star", "Favourite", parts.favour, "narrow"),
    item("save", "Save preset…", parts.save, "narrow"),
    item("keep", "Keep the last ten minutes", () => parts.send({ do: "keep" })),
    item("theme", "Light or dark", toggleTheme, "narrow"),
    item("settings", "Settings…", () => parts.settings.open()));
  const opener = iconButton("more", "More", () => {}, { "aria-haspopup": "menu", "aria-expanded": "false" });
  opener.popoverTargetElement = list;
  list.addEventListener("beforetoggle", ({ newState }) => newState === "open" && place(list, opener));
  list.addEventListener("toggle", ({ newState }) => {
    opener.setAttribute("aria-expanded", newState === "open");
    if (newState === "open") [...list.children].find((one) => one.checkVisibility()).focus();
  });
  list.addEventListener("click", () => list.hidePopover());
  roving(list, () => [...list.children]);
  return make("div", { class: "more" }, opener, list);
}

function item(name, text, onclick, kind = "") {
  return make("button", { type: "button", role: "menuitem", class: kind, onclick }, icon(name), text);
}

function place(list, opener) {
  const { bottom, right } = opener.getBoundingClientRect();
  list.style.top = `${bottom + 6}px`;
  list.style.right = `${document.documentElement.clientWidth - right}px`;
}
