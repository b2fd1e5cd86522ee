/** The browser of presets: it lies over the panels, so that one can play while one looks. */

import { make } from "./elements.js";
import { filters } from "./filters.js";
import { typing } from "./focus.js";
import { icon, iconButton } from "./icons.js";
import { presetList } from "./presetlist.js";

const finger = matchMedia("(pointer: coarse)"); // a field in focus would call up the tablet's own keyboard

const ABOVE = "dialog:modal, [popover=auto]:popover-open"; // what takes the keys before this does

/** Puts the browser into `root`; returns { open, close, toggle, step }. */
export function presets(root, { store, send }) {
  const search = make("input", { type: "search", class: "field", placeholder: "Search presets", "aria-label": "Search presets",
    autocomplete: "off", spellcheck: "false", enterkeyhint: "search" });
  const count = make("span", { class: "label count", role: "status" });
  const chosen = filters(store, () => sift());
  const list = presetList({ store, send, close: () => close() });
  const dialog = make("dialog", { id: "browser", class: "panel", "aria-label": "Presets" },
    make("div", { class: "top" }, make("div", { class: "search" }, icon("search"), search), count,
      iconButton("close", "Close (Esc)", () => close())),
    chosen.element, list.element);
  let opener = null;
  root.append(dialog);

  function sift() {
    const many = list.sift((preset) => chosen.match(preset) && matches(preset, search.value));
    count.textContent = many === 1 ? "1 preset" : `${many} presets`;
  }

  function open() {
    if (dialog.open) return;
    opener = document.activeElement;
    search.value = "";
    list.build();
    sift();
    dialog.show();
    list.reveal();
    if (finger.matches) list.enter();
    else search.focus();
  }

  function find(event) {
    event.preventDefault();
    open();
    search.focus();
  }

  function escape() {
    if (!search.value) return close();
    search.value = "";
    sift();
  }

  function close() {
    if (!dialog.open) return;
    dialog.close();
    opener?.focus({ preventScroll: true });
  }

  /** The next or the previous one of those that the browser shows, or of all if the one in hand is not among them. */
  function step(by) {
    const all = store.state.presets ?? [], inHand = store.state.preset?.id;
    const shown = all.filter(chosen.match);
    const among = shown.some(({ id }) => id === inHand) ? shown : all;
    const at = among.findIndex(({ id }) => id === inHand);
    if (among.length) send({ do: "preset", id: among[(at + by + among.length) % among.length].id });
  }

  search.addEventListener("input", sift);
  search.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") list.enter();
    else if (event.key === "Enter") list.playFirst();
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (document.querySelector(ABOVE)) return;
    if (event.key === "Escape" && dialog.open) escape();
    else if (event.key === "/" && !typing(event.target)) find(event);
  });
  store.on("presets", () => { list.forget(); if (dialog.open) { list.build(); sift(); } });
  return { open, close, toggle: () => (dialog.open ? close() : open()), step };
}

/** Whether each word is somewhere in what is known of the preset. */
function matches({ name, category, tags, instrument_name }, text) {
  const known = [name, category, instrument_name, ...(tags ?? [])].join(" ").toLowerCase();
  return text.toLowerCase().split(/\s+/).every((word) => known.includes(word));
}
