/** What can be seen of the sound and of the time it takes: one view at a time, told of its topics only while seen. */

import { callback } from "./timeline.js";
import { envelopes } from "./envelopes.js";
import { latency } from "./latency.js";
import { make, remembered } from "./elements.js";
import { roving } from "./focus.js";
import { spectrum } from "./spectrum.js";

const VIEWS = { spectrum: ["Spectrum", spectrum], notes: ["Notes", envelopes], latency: ["Latency", latency],
  callback: ["Callback", callback] };
const KEPT = "rtsynth.sight";

export function sight(root, { store, watch }) {
  const views = Object.entries(VIEWS).map(([id, [name, view]]) => viewOf(id, name, view, store));
  const tabs = make("div", { class: "segments", role: "tablist", "aria-label": "What is seen" },
    ...views.map((each) => each.tab));
  const remark = make("span", { class: "label remark" });
  const choose = roving(tabs, () => views.map((each) => each.tab));
  let seen = false, chosen = null;

  function watched(wanted) {
    if (seen) for (const topic of chosen.topics) watch(topic, wanted);
  }

  function select(view) {
    if (view === chosen) return;
    if (chosen) watched(false);
    chosen = view;
    remembered.set(KEPT, view.id);
    watched(true);
    choose(view.tab);
    remark.textContent = view.remark;
    for (const each of views) {
      each.tab.setAttribute("aria-selected", each === view);
      each.panel.hidden = each !== view;
    }
  }

  root.append(make("div", { class: "head" }, tabs, remark), ...views.map((each) => each.panel));
  for (const view of views) view.tab.addEventListener("click", () => select(view));
  tabs.addEventListener("focusin", ({ target }) => target.matches(":focus-visible") && target.click());
  select(views.find((each) => each.id === remembered.get(KEPT)) ?? views[0]);
  new IntersectionObserver(([{ isIntersecting }]) => {
    if (isIntersecting === seen) return;
    if (seen) watched(false);
    seen = isIntersecting;
    watched(true);
  }).observe(root);
}

function viewOf(id, name, view, store) {
  const tab = make("button", { type: "button", role: "tab", id: `sight-${id}`, text: name,
    "aria-controls": `view-${id}` });
  const panel = make("div", { class: "view", role: "tabpanel", id: `view-${id}`,
    "aria-labelledby": `sight-${id}`, hidden: true });
  return { id, tab, panel, ...view(panel, store) };
}
