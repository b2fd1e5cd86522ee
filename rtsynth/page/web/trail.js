/** Where the puck has been, fading; and the puck itself, which follows what the server says softly. */

import { tint } from "./surface.js";

const LIFE = 1400; // ms
const SOFT = 55; // ms that the puck takes for two thirds of the way when something else moves it
const still = matchMedia("(prefers-reduced-motion: reduce)");

export function trail() {
  const points = [];

  function add(x, y, now) {
    const last = points.at(-1);
    if (!still.matches && !(last && last.x === x && last.y === y)) points.push({ x, y, now });
  }

  /** True while there is something left to fade. */
  function draw(context, space, colours, now) {
    while (points.length && now - points[0].now > LIFE) points.shift();
    context.lineCap = "butt"; // round ends would show as beads where they overlap
    for (let i = 1; i < points.length; i++) {
      const left = Math.max(0, 1 - (now - points[i].now) / LIFE);
      context.strokeStyle = tint(colours.accent, 0.75 * left * left);
      context.lineWidth = 0.5 + 2.5 * left;
      context.beginPath();
      context.moveTo(space.x(points[i - 1].x), space.y(points[i - 1].y));
      context.lineTo(space.x(points[i].x), space.y(points[i].y));
      context.stroke();
    }
    return points.length > 1;
  }

  return { add, draw, clear: () => { points.length = 0; } };
}

export function puck() {
  const self = { x: 0, y: 0, to: [0, 0], held: false, seen: 0 };

  self.jump = (x, y) => Object.assign(self, { x, y, to: [x, y] });

  /** A step nearer to where it should be; true while it is on its way. */
  self.follow = (now) => {
    const share = still.matches ? 1 : 1 - Math.exp(-Math.min(34, now - self.seen) / SOFT);
    self.seen = now;
    const [right, up] = [self.to[0] - self.x, self.to[1] - self.y];
    if (Math.hypot(right, up) < 0.001) {
      self.jump(...self.to);
      return false;
    }
    Object.assign(self, { x: self.x + share * right, y: self.y + share * up });
    return true;
  };

  self.draw = (context, space, colours) => {
    const [x, y] = [space.x(self.x), space.y(self.y)];
    cross(context, space, x, y, colours);
    glow(context, x, y, self.held ? 64 : 40, tint(colours.accent, self.held ? 0.42 : 0.26), colours);
    disc(context, x, y, self.held ? 9 : 8, colours.well, colours.accent, 2);
    disc(context, x, y, 3, colours.accent);
  };
  return self;
}

function cross(context, { width, height }, x, y, colours) {
  context.fillStyle = tint(colours.accent, 0.28);
  context.fillRect(0, Math.round(y), width, 1);
  context.fillRect(Math.round(x), 0, 1, height);
}

function glow(context, x, y, radius, colour, colours) {
  const light = context.createRadialGradient(x, y, 0, x, y, radius);
  light.addColorStop(0, colour);
  light.addColorStop(1, tint(colours.accent, 0));
  context.fillStyle = light;
  context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
}

export function disc(context, x, y, radius, fill, edge, width = 1) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.fill();
  if (!edge) return;
  context.strokeStyle = edge;
  context.lineWidth = width;
  context.stroke();
}
