/** The slim row: how the engine is, what it heard last, how late it is. Each figure says what it means. */

import { make } from "./elements.js";
import { roving } from "./focus.js";
import { iconButton } from "./icons.js";
import { toggleTheme } from "./theme.js";
import { figure, write } from "./words.js";

const SAID = { connecting: "connecting", live: "live", reconnecting: "reconnecting", refused: "ended" };
const TIPS = {
  voices: "Notes that sound now, releases included.",
  load: "How much of each period the audio callback takes, in percent; at 100 the sound breaks up.",
  xruns: "Periods that the audio system lost; each may be a click. Click to clear.",
  late: "Blocks the network gave too late; the voice held its last sound meanwhile. Click to clear.",
  quality: "Partials quieter than this are left out until the processor has room again.",
  activity: "The last event that was played, from any input.",
  period: "One audio period: the step in which the engine hears and answers.",
  key: "From a key in a page until the engine acted on it; the median of the last ones.",
  link: "Whether this page hears the instrument.",
};

/** Fills the row. */
export function status(root, { store, send, status, settings }) {
  const clear = () => send({ do: "clear" });
  const items = {
    voices: item("Voices", TIPS.voices), load: item("Load", TIPS.load),
    xruns: item("Xruns", TIPS.xruns, clear), late: item("Late", TIPS.late, clear),
    quality: item("Quality", TIPS.quality), activity: item("MIDI", TIPS.activity),
    period: item("Period", TIPS.period), key: item("Key", TIPS.key), link: item("Link", TIPS.link),
  };
  for (const [name, { element }] of Object.entries(items)) element.classList.add(name);
  const { activity, link, ...figures } = items;
  lamp(activity.element);
  lamp(link.element);
  counts(store, figures);
  latency(store, figures);
  events(store, activity);
  status((now) => { link.say(SAID[now]); link.element.dataset.link = now; });

  root.append(...Object.values(items).map(({ element }) => element),
    iconButton("theme", "Light or dark", toggleTheme), iconButton("settings", "Settings", () => settings.open()));
  roving(root, () => [...root.children]);
}

/** A figure with its label: a button where a click does something, else only a place to stop and read. */
function item(label, tip, onclick = null) {
  const value = make("span", { class: "figure" }, "–");
  const kind = onclick ? { type: "button", onclick } : { role: "group", "aria-label": label };
  const element = make(onclick ? "button" : "div", { class: "item", "data-tip": tip, "aria-description": tip, ...kind },
    make("span", { class: "label" }, label), value);
  const say = (text, bad = false) => {
    write(value, text);
    element.classList.toggle("bad", bad);
  };
  return { element, say };
}

function lamp(element) {
  element.querySelector(".figure").before(make("span", { class: "lamp" }));
}

function counts(store, { voices, load, xruns, late, quality }) {
  quality.element.hidden = true;
  store.on("counts", (now) => {
    voices.say(`${now.voices}`);
    load.say(`${now.load} %`, now.load >= 100);
    xruns.say(`${now.xruns}`, now.xruns > 0);
    late.say(`${now.late}`, now.late > 0);
    quality.say(`${figure(now.quality, 0)} dB`);
    quality.element.hidden = now.quality === 0;
  });
}

function latency(store, { period, key }) {
  store.on("session", (session) => period.say(`${figure((1000 * session.period) / session.rate)} ms`));
  store.on("round", ({ count, median }) => key.say(count ? `${figure(median)} ms` : "–"));
}

function events(store, { element, say }) {
  let count = 0;
  store.on("activity", (activity) => {
    say(activity.last || "–");
    if (activity.count !== count) flash(element.querySelector(".lamp"));
    count = activity.count;
  });
}

function flash(light) {
  light.getAnimations().forEach((one) => one.cancel());
  light.animate([{ opacity: 1 }, { opacity: 0.25 }], { duration: 300, easing: "ease-out" });
}
