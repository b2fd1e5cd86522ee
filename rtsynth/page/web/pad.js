/** The latent pad: one puck, three ways to read the plane it moves on. */

import { corners } from "./corners.js";
import { directions } from "./directions.js";
import { make, ownership, perFrame } from "./elements.js";
import { roving } from "./focus.js";
import { icon } from "./icons.js";
import { presetMap } from "./map.js";
import { bookmarkBar, pathBar } from "./places.js";
import { plane, steer } from "./steer.js";
import { hairline, surface, tint } from "./surface.js";
import { puck, trail } from "./trail.js";
import { figure, write } from "./words.js";

const MODES = { directions: "Directions", corners: "Corners", map: "Map" };
const NOTHING = { mode: "directions", directions: [], corners: [], map: [], at: [0, 0], home: true,
  bookmarks: [], path: { points: [] } };

export function pad(root, { store, send }) {
  const field = make("div", { class: "plane", tabindex: 0, role: "application",
    "aria-label": "Latent pad: arrow keys move, shift is fine, Home goes back to the preset" });
  const readout = make("output", { class: "readout label", "aria-live": "off" });
  const self = { pad: NOTHING, puck: puck(), trail: trail(), send, field, readout };
  self.hand = ownership(() => { self.puck.to = self.pad.at; self.redraw(); });
  const canvas = surface(field, (...given) => draw(self, ...given), { "aria-hidden": "true" }, 0);
  self.redraw = canvas.redraw;
  self.views = { directions: directions({ send }), corners: corners({ store, send }),
    map: presetMap({ store, redraw: canvas.redraw }) };
  const head = heading(send), path = pathBar(send), bookmarks = bookmarkBar(send);
  self.tell = perFrame(send); // one queue: what comes last, a move or home, is what is meant

  field.append(...Object.values(self.views).map((view) => view.overlay), readout);
  root.append(head.element, field, make("div", { class: "foot" }, path.element, bookmarks.element));
  steer(self);
  const shows = [head, path, bookmarks];
  store.on("pad", (given) => show(self, whole(given ?? NOTHING, store.state), shows));
  for (const topic of ["map", "trace"]) store.on(topic, () => show(self, whole(self.pad, store.state), shows));
  for (const topic of ["preset", "presets"]) store.on(topic, () => show(self, self.pad, shows));
}

/** The pad with what changes rarely, or only while a path is recorded: those are topics of their own. */
const whole = (pad, { map = [], trace = [] }) => ({ ...pad, map, path: { ...pad.path, points: trace } });

function show(self, pad, others) {
  const turned = pad.mode !== self.pad.mode;
  self.field.dataset.mode = pad.mode;
  self.pad = pad;
  for (const [mode, view] of Object.entries(self.views)) view.overlay.hidden = mode !== pad.mode;
  for (const each of [self.views[pad.mode], ...others]) each.show(pad);
  if (turned) {
    self.trail.clear();
    self.puck.jump(...pad.at);
  }
  if (!self.hand.mine) self.puck.to = pad.at;
  self.redraw();
}

function draw(self, context, width, height, colours, now) {
  const space = plane(width, height), view = self.views[self.pad.mode], { puck } = self;
  const travels = puck.follow(now);
  if (travels) self.trail.add(puck.x, puck.y, now);
  grid(context, space, colours);
  view.draw(context, space, colours, [puck.x, puck.y]);
  path(context, space, self.pad.path, colours);
  const fades = self.trail.draw(context, space, colours, now);
  puck.draw(context, space, colours);
  write(self.readout, reading(view.said(self.pad, [puck.x, puck.y])));
  return travels || fades;
}

const reading = (said) =>
  said.map(([name, value]) => (value === null ? name : `${name} ${figure(value, 2)}`)).join("\n");

function grid(context, space, colours) {
  for (let i = -4; i <= 4; i++) {
    hairline(context, space.x(i / 4), 0, space.x(i / 4), space.height, colours.line);
    hairline(context, 0, space.y(i / 4), space.width, space.y(i / 4), colours.line);
  }
}

function path(context, space, { points = [], recording }, colours) {
  if (points.length < 2) return;
  context.strokeStyle = tint(recording ? colours.bad : colours.ink, 0.5);
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  context.beginPath();
  for (const [, x, y] of points) context.lineTo(space.x(x), space.y(y));
  context.stroke();
}

function heading(send) {
  const modes = Object.entries(MODES).map(([mode, text]) =>
    make("button", { type: "button", role: "radio", text, onclick: () => send({ do: "pad", mode }) }));
  const segments = make("div", { class: "segments", role: "radiogroup", "aria-label": "What the pad shows" }, ...modes);
  const choose = roving(segments, () => modes);
  const act = (name, text, what, tip) => make("button", { type: "button", class: "button quiet act", "data-tip": tip,
    "aria-label": text, onclick: () => send({ do: what }) }, icon(name), make("span", { text }));
  const element = make("div", { class: "head" }, segments, make("div", { class: "acts" },
    act("dice", "Surprise me", "surprise", "Somewhere else in the space"),
    act("vary", "A little different", "vary", "A small step to any side"),
    act("home", "Home", "home", "Back to the preset as it is")));

  function show({ mode }) {
    Object.keys(MODES).forEach((each, at) => modes[at].setAttribute("aria-checked", each === mode));
    choose(modes[Object.keys(MODES).indexOf(mode)]);
  }

  return { element, show };
}
