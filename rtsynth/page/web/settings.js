/** The settings: five sections in a dialog, each made when it is first looked at. */

import { make } from "./elements.js";
import { roving } from "./focus.js";
import { iconButton } from "./icons.js";
import { about } from "./settings_about.js";
import { advice } from "./settings_advice.js";
import { keys } from "./settings_keyboard.js";
import { parts } from "./settings_parts.js";
import { sound } from "./settings_sound.js";

const SECTIONS = { Sound: sound, Keyboard: keys, Parts: parts, Advice: advice, About: about };

/** Puts the dialog into `root`; returns { open }. */
export function settings(root, page) {
  const tabs = Object.keys(SECTIONS).map((name) => make("button", { type: "button", role: "tab", id: `tab-${name}`,
    "aria-controls": `settings-${name}`, onclick: () => choose(name) }, name));
  const sheets = Object.keys(SECTIONS).map((name) => make("section", { role: "tabpanel", id: `settings-${name}`,
    "aria-labelledby": `tab-${name}`, hidden: true }));
  const nav = make("div", { class: "tabs", role: "tablist", "aria-label": "Settings", "aria-orientation": "vertical" }, ...tabs);
  const dialog = make("dialog", { id: "settings", class: "sheet", "aria-labelledby": "settings-title" },
    make("header", {}, make("h2", { id: "settings-title" }, "Settings"), iconButton("close", "Close (Esc)", () => dialog.close())),
    nav, make("div", { class: "sheets" }, ...sheets));
  const stop = roving(nav, () => tabs);

  function choose(name) {
    Object.entries(SECTIONS).forEach(([each, fill], at) => {
      tabs[at].setAttribute("aria-selected", `${each === name}`);
      sheets[at].hidden = each !== name;
      if (each !== name) return;
      stop(tabs[at]);
      if (!sheets[at].hasChildNodes()) fill(sheets[at], page);
    });
  }

  nav.addEventListener("focusin", ({ target }) => target.matches(":focus-visible") && target.click());
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  root.append(dialog);
  choose("Sound");

  function open() {
    dialog.showModal();
    page.send({ do: "settings" }); // which devices are there now?
    tabs.find(({ tabIndex }) => tabIndex === 0).focus();
  }

  return { open };
}
