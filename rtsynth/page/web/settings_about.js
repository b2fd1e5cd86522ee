/** The card of the instrument in hand, and this session's own. */

import { make } from "./elements.js";
import { facts } from "./forms.js";
import { keyName } from "./words.js";

/** Fills the section. */
export function about(root, { store }) {
  store.on("session", (session) => root.replaceChildren(...card(session)));
}

function card({ instrument, version, network, memory, polyphony }) {
  const { name, author, licence, family, latent, low, high } = instrument ?? {};
  return [
    make("h3", {}, name ?? "No instrument"),
    facts([["Author", author], ["Licence", licence], ["Family", family], ["Latent size", latent],
      ["Keys", low === undefined ? "" : `${keyName(low)} – ${keyName(high)}`]]),
    make("h3", {}, "rtsynth"),
    facts([["Version", version], ["Network", network], ["Memory", memory], ["Voices at most", polyphony]]),
  ];
}
