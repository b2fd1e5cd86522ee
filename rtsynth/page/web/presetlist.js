/** The presets by category. All rows are made once; a search only hides those that do not fit. */

import { make } from "./elements.js";
import { roving } from "./focus.js";
import { icon } from "./icons.js";
import { title } from "./words.js";

/** The list; `close()` is called when a preset was chosen for good. */
export function presetList({ store, send, close }) {
  const element = make("div", { class: "list" });
  let groups = [], rows = [];

  const play = (id) => send({ do: "preset", id });
  const shown = () => rows.filter(({ item }) => !item.hidden);
  const names = () => rows.map(({ name }) => name);
  const stop = roving(element, names, columns);

  function columns() {
    const [first, ...others] = shown();
    const top = (row) => row.item.offsetTop;
    const next = others.findIndex((row) => top(row) !== top(first));
    return next < 0 ? others.length + 1 : next + 1;
  }

  function build() {
    if (rows.length) return;
    rows = (store.state.presets ?? []).map((preset) => row(preset, { store, send, play, close }));
    groups = [...Map.groupBy(rows, ({ preset }) => preset.category)].map(group);
    element.replaceChildren(...groups.map(({ section }) => section));
    mark();
  }

  function sift(fits) {
    for (const { item, preset } of rows) item.hidden = !fits(preset);
    for (const { section, rows } of groups) section.hidden = rows.every(({ item }) => item.hidden);
    element.classList.toggle("empty", shown().length === 0);
    stop((shown().find(({ name }) => name.ariaCurrent === "true") ?? shown()[0])?.name);
    return shown().length;
  }

  function mark() {
    const { preset, favourites = [] } = store.state;
    for (const one of rows) {
      one.name.ariaCurrent = `${one.preset.id === preset?.id}`;
      one.star.ariaPressed = `${favourites.includes(one.preset.id)}`;
    }
  }

  store.on("preset", mark);
  store.on("favourites", mark);
  return {
    element, build, sift,
    forget: () => { rows = []; },
    reveal: () => element.querySelector("[aria-current=true]")?.scrollIntoView({ block: "center" }),
    enter: () => element.querySelector(".name[tabindex='0']")?.focus(),
    playFirst() { if (shown().length) { play(shown()[0].preset.id); close(); } },
  };
}

function row(preset, { store, send, play, close }) {
  const detail = [preset.instrument_name, ...(preset.own ? ["mine"] : []), ...(preset.tags ?? [])].join(" · ");
  const name = make("button", { type: "button", class: "name", onclick: () => play(preset.id), ondblclick: close },
    make("span", {}, preset.name), make("span", { class: "label" }, detail));
  name.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    play(preset.id);
    close();
  });
  const star = make("button", { type: "button", class: "star", "aria-label": `Favourite ${preset.name}`,
    onclick: () => send({ do: "favourite", id: preset.id, on: !(store.state.favourites ?? []).includes(preset.id) }) }, icon("star"));
  return { preset, name, star, item: make("li", {}, name, star) };
}

function group([category, rows]) {
  const section = make("section", { "aria-label": category }, make("h3", {}, title(category)),
    make("ul", {}, ...rows.map(({ item }) => item)));
  return { section, rows };
}
