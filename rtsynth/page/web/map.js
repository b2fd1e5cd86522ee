/** The map: where the instrument's presets lie in its latent space, and the puck among them. */

import { make } from "./elements.js";
import { label } from "./surface.js";
import { disc } from "./trail.js";

const NEAR = 16; // px
const COMPANY = 3; // presets that the puck is shown to be between
const GOLDEN = 137.508; // degrees: neighbours in the list get colours far apart

export function presetMap({ store, redraw }) {
  const overlay = make("div", { class: "overlay" });
  const self = { dots: [], regions: [], over: null };

  function show({ map }) {
    if (map === self.given) return;
    self.given = map;
    const categories = [...new Set((map ?? []).map((dot) => dot.category))].sort();
    self.dots = (map ?? []).map((dot) => ({ ...dot, hue: (40 + GOLDEN * categories.indexOf(dot.category)) % 360 }));
    self.regions = regions(self.dots);
  }

  function hover(space, x, y) {
    const over = x === null ? null : nearest(self.dots, space, x, y, NEAR);
    if (over === self.over) return;
    self.over = over;
    redraw();
  }

  function draw(context, space, colours, at) {
    const here = store.state.preset?.id;
    const close = company(self.dots, at);
    for (const dot of close) thread(context, space, at, dot, colours);
    for (const dot of self.dots) spot(context, space, dot, dot.id === here, dot === self.over, colours);
    names(context, space, [...new Set([self.over, ...close])], self.regions, colours, at);
  }

  const said = (pad, at) => company(self.dots, at).slice(0, 1).map(({ name }) => [name, null]);
  /** A tap beside a preset's dot means the preset. */
  const snap = (space, x, y) => nearest(self.dots, space, x, y, NEAR);
  return { overlay, show, draw, hover, snap, said };
}

const away = (dot, [x, y]) => Math.hypot(dot.x - x, dot.y - y);
const paint = (dot, colours, alpha = 1) => `oklch(${colours.light ? 0.6 : 0.74} 0.07 ${dot.hue} / ${alpha})`;

function nearest(dots, space, x, y, within) {
  let best = null, least = within;
  for (const dot of dots) {
    const far = Math.hypot(space.x(dot.x) - x, space.y(dot.y) - y);
    if (far < least) [best, least] = [dot, far];
  }
  return best;
}

const company = (dots, at) => [...dots].sort((a, b) => away(a, at) - away(b, at)).slice(0, COMPANY);

function spot(context, space, dot, here, over, colours) {
  const [x, y] = [space.x(dot.x), space.y(dot.y)];
  disc(context, x, y, over || here ? 4.5 : 3, paint(dot, colours, over ? 1 : 0.8));
  if (here) disc(context, x, y, 8, "transparent", colours.accent, 1.5);
}

function thread(context, space, at, dot, colours) {
  context.strokeStyle = paint(dot, colours, 0.6);
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(space.x(at[0]), space.y(at[1]));
  context.lineTo(space.x(dot.x), space.y(dot.y));
  context.stroke();
}

/** Where each category has its middle, the largest first. */
function regions(dots) {
  const groups = new Map();
  for (const dot of dots) groups.set(dot.category, [...(groups.get(dot.category) ?? []), dot]);
  const mean = (all, axis) => all.reduce((sum, dot) => sum + dot[axis], 0) / all.length;
  const middle = (name, all) => ({ name, count: all.length, hue: all[0].hue, x: mean(all, "x"), y: mean(all, "y") });
  return [...groups].map(([name, all]) => middle(name, all)).sort((a, b) => b.count - a.count);
}

/** Names where there is room: of what is pointed at first, then what is near, then the regions. */
function names(context, space, dots, all, colours, at) {
  const taken = [];
  const write = (text, x, y, options) => {
    const box = { left: x - 3.2 * text.length, right: x + 3.2 * text.length, top: y - 8, bottom: y + 8 };
    if (taken.some((other) => meet(box, other))) return;
    taken.push(box);
    label(context, text, inside(x, text, space.width), y, colours,
      { align: "center", base: "middle", halo: colours.well, ...options });
  };
  for (const dot of dots.filter(Boolean)) {
    write(dot.name, space.x(dot.x), above(space, dot, at), { size: 11, colour: colours.ink });
  }
  for (const region of all) {
    write(region.name, space.x(region.x), space.y(region.y), { colour: paint(region, colours, 0.75) });
  }
}

/** A name's height: over its dot, and over the puck where that is in the way. */
function above(space, dot, [x, y]) {
  const [left, top] = [space.x(x), space.y(y)];
  const covered = Math.abs(space.x(dot.x) - left) < 60 && Math.abs(space.y(dot.y) - 13 - top) < 22;
  return covered ? top - 20 : space.y(dot.y) - 13;
}

const inside = (x, text, width) => Math.min(width - 3.4 * text.length - 4, Math.max(3.4 * text.length + 4, x));
const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
