/** The hand on the pad: pointers and arrow keys move the puck, and the server is told once a frame. */

import { arrow } from "./control.js";
import { clamp } from "./elements.js";

const MARGIN = 20; // px around the plane, so that the puck is whole at the rim
const STEP = 0.05;
const TAP = 4; // px that a finger may stray and still tap

/** From −1 … 1 to CSS pixels and back. */
export function plane(width, height) {
  const [wide, high] = [width / 2 - MARGIN, height / 2 - MARGIN];
  return {
    width, height,
    x: (value) => width / 2 + value * wide,
    y: (value) => height / 2 - value * high,
    back: (left, top) => [clamp((left - width / 2) / wide, -1, 1), clamp((height / 2 - top) / high, -1, 1)],
  };
}

export function steer(self) {
  const { field } = self;
  const on = (name, act) => field.addEventListener(name, act);
  on("pointerdown", (event) => grab(self, event));
  on("pointermove", (event) => (self.tap ? pull(self, event) : hover(self, spot(self, event))));
  on("pointerleave", () => hover(self, [null, null]));
  on("lostpointercapture", () => letGo(self));
  on("dblclick", (event) => { if (!control(event)) home(self); });
  on("keydown", (event) => { if (event.target === field) keyed(self, event); });
  on("blur", () => self.readout.setAttribute("aria-live", "off"));
}

const control = (event) => event.target.closest("button, select");
const space = ({ field }) => plane(field.clientWidth, field.clientHeight);
const rounded = (value) => Number(value.toFixed(4));

function spot({ field }, event) {
  const box = field.getBoundingClientRect();
  return [event.clientX - box.left - field.clientLeft, event.clientY - box.top - field.clientTop];
}

function grab(self, event) {
  if (event.button !== 0 || self.tap || control(event)) return;
  self.field.setPointerCapture(event.pointerId);
  self.tap = { at: spot(self, event), strayed: false };
  self.puck.held = true;
  self.hand.hold();
  move(self, ...space(self).back(...self.tap.at), event.timeStamp);
}

function pull(self, event) {
  if (!self.field.hasPointerCapture(event.pointerId)) return;
  const to = spot(self, event), { at } = self.tap;
  for (const step of event.getCoalescedEvents?.() ?? []) {
    self.trail.add(...space(self).back(...spot(self, step)), step.timeStamp);
  }
  self.tap.strayed ||= Math.hypot(to[0] - at[0], to[1] - at[1]) > TAP;
  move(self, ...space(self).back(...to), event.timeStamp);
}

function letGo(self) {
  const { at, strayed } = self.tap;
  const dot = strayed ? null : view(self).snap?.(space(self), ...at);
  if (dot) move(self, dot.x, dot.y, performance.now());
  self.tap = null;
  self.puck.held = false;
  self.hand.leave();
  self.redraw();
}

const view = (self) => self.views[self.pad.mode];
const hover = (self, at) => view(self).hover?.(space(self), ...at);

function move(self, x, y, now) {
  self.puck.jump(clamp(x, -1, 1), clamp(y, -1, 1));
  self.trail.add(self.puck.x, self.puck.y, now);
  self.tell({ do: "move", x: rounded(self.puck.x), y: rounded(self.puck.y) });
  self.redraw();
}

function home(self) {
  self.hand.free();
  self.tell({ do: "home" });
}

function keyed(self, event) {
  if (event.key === "Home") return home(self);
  const step = arrow(event);
  if (!step) return;
  self.hand.touch();
  move(self, self.puck.to[0] + STEP * step[0], self.puck.to[1] + STEP * step[1], event.timeStamp);
  self.readout.setAttribute("aria-live", "polite"); // spoken when keys move it, not when a finger does
}
