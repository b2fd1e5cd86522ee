/** Where the sound goes, and in what steps. */

import { make } from "./elements.js";
import { chooser, facts, row } from "./forms.js";
import { figure } from "./words.js";

/** Fills the section. */
export function sound(root, { store, send }) {
  const audio = chooser((name) => send({ do: "settings", audio: name }));
  const period = chooser((frames) => send({ do: "settings", period: Number(frames) }));
  const rate = () => store.state.session?.rate ?? 48000;
  const now = make("div", {});
  root.append(
    row("Audio device", audio.element, "The sound pauses for a moment while it changes."),
    row("Period", period.element, "Shorter answers sooner; longer is safer on a busy machine."), now);

  store.on("settings", (settings) => {
    audio.show(settings.audio.map(({ name }) => [name, name]), settings.audio.find(({ chosen }) => chosen)?.name);
    showPeriod();
  });
  store.on("session", (session) => {
    showPeriod();
    now.replaceChildren(known(session));
  });

  function showPeriod() {
    const { settings, session } = store.state;
    const of = (frames) => [frames, `${frames} frames · ${figure((1000 * frames) / rate())} ms`];
    if (settings && session) period.show(settings.periods.map(of), session.period);
  }
}

function known({ driver, rate, latency_ms, quality, remote }) {
  return facts([["Driver", driver], ["Rate", `${figure(rate / 1000)} kHz`], ["Output latency", `${figure(latency_ms)} ms`],
    ["Quality", quality], ["Reachable from", remote ? "other machines too" : "this machine only"]]);
}
