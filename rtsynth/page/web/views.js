/** On a phone one of the three panels is seen at a time: which one is chosen here. */

import { make, remembered } from "./elements.js";
import { roving } from "./focus.js";

const VIEWS = { pad: "Pad", knobs: "Knobs", sight: "Sight" };
const KEPT = "rtsynth.view";

/** Fills the row of tabs. */
export function views(root) {
  const tabs = Object.entries(VIEWS).map(([id, text]) =>
    make("button", { type: "button", role: "tab", "aria-controls": id, onclick: () => choose(id) }, text));
  root.classList.add("segments");
  root.append(...tabs);
  const stop = roving(root, () => tabs);
  root.addEventListener("focusin", ({ target }) => target.matches(":focus-visible") && target.click());

  function choose(id) {
    document.body.dataset.view = id;
    remembered.set(KEPT, id);
    for (const tab of tabs) tab.setAttribute("aria-selected", tab.getAttribute("aria-controls") === id);
    stop(tabs.find((tab) => tab.getAttribute("aria-controls") === id));
  }

  const kept = remembered.get(KEPT, "pad");
  choose(kept in VIEWS ? kept : "pad");
}
