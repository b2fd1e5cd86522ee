/** Playing the on-screen keyboard by pointers and by the computer's keys; knows nothing of drawing. */

import { clamp } from "./elements.js";
import { clock } from "./link.js";

const ROW = [
  "KeyA", "KeyW", "KeyS", "KeyE", "KeyD", "KeyF", "KeyT", "KeyG", "KeyY", "KeyH", "KeyU", "KeyJ",
  "KeyK", "KeyO", "KeyL", "KeyP", "Semicolon", "Quote",
];
const TYPING = "input, textarea, select, [contenteditable]";
const PRESSURES = 1000 / 60; // ms between two pressure messages of a key
const SOFTEST = 16;

export const LETTERS = [..."awsedftgyhujkolp;'"];

/** Keys held by fingers, letters and so on: a key sounds until the last of its holders leaves it. */
export function holding(send, changed) {
  const held = new Map(); // holder → { key, velocity }
  const isHeld = (key) => [...held.values()].some((each) => each.key === key);

  function press(holder, key, velocity, event) {
    if (held.get(holder)?.key === key) return;
    lift(holder);
    if (isHeld(key)) send({ do: "off", key });
    held.set(holder, { key, velocity });
    send({ do: "on", key, velocity, at: clock(event.timeStamp) });
    changed(key);
  }

  function lift(holder) {
    const left = held.get(holder);
    if (!held.delete(holder)) return;
    if (!isHeld(left.key)) send({ do: "off", key: left.key });
    changed(left.key);
  }

  const liftAll = () => [...held.keys()].forEach(lift);
  const velocity = (key) => [...held.values()].find((each) => each.key === key)?.velocity ?? 0;
  return { press, lift, liftAll, velocity, has: (holder) => held.has(holder), key: (holder) => held.get(holder)?.key };
}

/** Fingers and the mouse on `surface`; `under(event)` says which key is there and how far down it: { key, depth }. */
export function pointers(surface, under, hold, send) {
  const pressure = pressing(send);

  function down(event) {
    if (event.button !== 0) return;
    const found = under(event);
    if (!found) return;
    surface.setPointerCapture(event.pointerId);
    hold.press(event.pointerId, found.key, loudness(found.depth), event);
    pressure.start(event, found.key);
  }

  function glide(event) {
    if (!surface.hasPointerCapture(event.pointerId)) return;
    for (const point of steps(event)) {
      const found = under(point);
      if (found) hold.press(event.pointerId, found.key, loudness(found.depth), event);
      else hold.lift(event.pointerId);
    }
    if (hold.has(event.pointerId)) pressure.feel(event, hold.key(event.pointerId));
  }

  function up(event) {
    hold.lift(event.pointerId);
    pressure.end(event);
  }

  surface.addEventListener("pointerdown", down);
  surface.addEventListener("pointermove", glide);
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) surface.addEventListener(end, up);
  surface.addEventListener("contextmenu", (event) => event.preventDefault());
}

// A quick hand is seen in many points within one frame: a glissando keeps all its keys.
function steps(event) {
  const all = event.getCoalescedEvents?.() ?? [];
  return all.length ? all : [event];
}

const loudness = (depth) => Math.round(SOFTEST + (127 - SOFTEST) * depth);

/** Aftertouch: how much harder, or with how much more of the finger, than when it came down. */
function pressing(send) {
  const fingers = new Map(); // pointerId → { start, key, last, at }

  function start(event, key) {
    if (event.pointerType === "mouse") return;
    const { pressure, height } = event;
    fingers.set(event.pointerId, { start: { pressure, height }, key, last: 0, at: event.timeStamp });
  }

  function feel(event, key) {
    const finger = fingers.get(event.pointerId);
    if (!finger) return;
    if (finger.key !== key) ease(finger, key);
    const value = Math.round(127 * clamp(more(event, finger.start), 0, 1));
    if (value === finger.last || event.timeStamp - finger.at < PRESSURES) return;
    Object.assign(finger, { last: value, at: event.timeStamp });
    send({ do: "pressure", key, value });
  }

  /** A key that the finger left is pressed no more. */
  function ease(finger, key) {
    if (finger.last) send({ do: "pressure", key: finger.key, value: 0 });
    Object.assign(finger, { key, last: 0 });
  }

  function end({ pointerId }) {
    if (fingers.has(pointerId)) ease(fingers.get(pointerId));
    fingers.delete(pointerId);
  }

  return { start, feel, end };
}

function more(event, start) {
  if (event.pressure !== start.pressure) return (event.pressure - start.pressure) / Math.max(0.1, 1 - start.pressure);
  return start.height > 1 ? event.height / start.height - 1 : 0;
}

/** The computer's keyboard by the places of its keys, whatever its layout; `changed` when octave or velocity did. */
export function letters(hold, changed) {
  const state = { first: 60, velocity: 96 };
  const turns = {
    KeyZ: () => { state.first = clamp(state.first - 12, 0, 108); },
    KeyX: () => { state.first = clamp(state.first + 12, 0, 108); },
    KeyC: () => { state.velocity = clamp(state.velocity - 16, 16, 127); },
    KeyV: () => { state.velocity = clamp(state.velocity + 16, 16, 127); },
  };

  function down(event) {
    // macOS tells of no key that is let go while Meta is down.
    if (event.metaKey) hold.liftAll();
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || busy()) return;
    if (event.code in turns) turn(turns[event.code]);
    const key = state.first + ROW.indexOf(event.code);
    if (key < state.first || key > 127) return;
    event.preventDefault();
    hold.press(event.code, key, state.velocity, event);
  }

  function turn(how) {
    how();
    changed();
  }

  document.addEventListener("keydown", down);
  document.addEventListener("keyup", (event) => hold.lift(event.code));
  return { state, lower: () => turn(turns.KeyZ), higher: () => turn(turns.KeyX),
           softer: () => turn(turns.KeyC), harder: () => turn(turns.KeyV) };
}

function busy() {
  const focused = document.activeElement;
  return Boolean(focused?.closest(TYPING) || document.querySelector("dialog:modal"));
}

/** No note outlives the hand's presence: whatever takes the page away lifts all keys. */
export function leaving(hold) {
  addEventListener("blur", hold.liftAll);
  addEventListener("pagehide", hold.liftAll);
  document.addEventListener("visibilitychange", () => { if (document.hidden) hold.liftAll(); });
}
