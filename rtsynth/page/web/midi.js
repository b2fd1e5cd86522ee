/** MIDI devices of the browser's own machine, where it has Web MIDI: their channel messages go to the instrument. */

const SYSTEM = 0xf0;

/** Returns { possible, on, turn(on) }; `turn` raises where the person or the browser forbids it. */
export function browserMidi(send) {
  const possible = "requestMIDIAccess" in navigator;
  let access = null;

  function forward({ data }) {
    if (data[0] < SYSTEM) send({ do: "midi", bytes: [...data] });
  }

  function listen() {
    for (const input of access.inputs.values()) input.onmidimessage = access.heard ? forward : null;
  }

  async function turn(on) {
    if (!access && on) {
      access = await navigator.requestMIDIAccess();
      access.onstatechange = listen;
    }
    if (!access) return;
    access.heard = on;
    listen();
    if (!on) send({ do: "release" });
  }

  return { possible, turn, get on() { return access?.heard ?? false; } };
}
