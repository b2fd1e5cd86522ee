/** What `doctor` finds about this machine, and what to do about it. */

import { make } from "./elements.js";
import { icon } from "./icons.js";

/** Fills the section. */
export function advice(root, { store, send }) {
  const list = make("ul", { class: "findings", "aria-live": "polite" });
  const run = make("button", { type: "button", class: "button" }, "Look at this machine");
  run.onclick = () => {
    run.disabled = send({ do: "doctor" });
    run.textContent = "Looking…";
  };
  root.append(make("p", { class: "hint" }, "Audio, MIDI, priority, memory lock and CPU governor: what may cost you a click."), list, run);

  store.on("doctor", (found) => {
    run.disabled = false;
    run.textContent = found ? "Look again" : "Look at this machine";
    list.replaceChildren(...(found ?? []).map(finding));
  });
}

function finding({ topic, good, found, remedy }) {
  const mark = make("span", { class: good ? "mark good" : "mark" }, icon(good ? "check" : "stop"));
  return make("li", {}, mark, make("div", {}, make("strong", {}, topic), make("span", {}, ` ${found}`),
    remedy ? make("p", { class: "remedy" }, remedy) : null));
}
