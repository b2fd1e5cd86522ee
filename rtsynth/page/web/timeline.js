/** The callback's timeline: the longest of each thirtieth of a second, against the period that it must keep. */

import { hairline, hint, label, surface, tint } from "./surface.js";

const LEFT = 40, RIGHT = 8, TOP = 10, BOTTOM = 18;
const SECONDS = 10, SLOTS = 30 * SECONDS;

export function callback(panel, store) {
  const self = { period: 0, slots: [], seen: 0 };
  const { redraw } = surface(panel, (...given) => draw(self, ...given), { role: "img",
    "aria-label": "The longest audio callback of each thirtieth of a second, against the period" });
  store.on("timeline", ({ period, slots }) => {
    const now = performance.now(), gap = now - self.seen > 1000; // it was not looked at for a while
    Object.assign(self, { period, seen: now, slots: [...(gap ? [] : self.slots), ...slots].slice(-SLOTS) });
    redraw();
  });
  return { topics: ["timeline"], remark: "longest callback in each 1/30 s" };
}

function draw({ period, slots }, context, width, height, colours) {
  const most = Math.max(1.25 * period, ...slots.map(([longest]) => Math.min(longest, 4 * period))) || 1;
  const x = (slot) => LEFT + (width - LEFT - RIGHT) * slot / SLOTS;
  const y = (us) => height - BOTTOM - (height - TOP - BOTTOM) * us / most;
  axes(context, x, y, period, width, height, colours);
  if (!slots.length) {
    hint(context, "Each bar will be the longest audio callback of a moment, against the period as a line.",
      { left: LEFT, right: width - RIGHT, top: TOP, bottom: height - BOTTOM }, colours);
  }
  const wide = Math.max(0.75, x(1) - x(0) - 0.5);
  slots.forEach(([longest, late], index) => {
    context.fillStyle = late ? colours.bad : tint(colours.ink, 0.45);
    const top = Math.max(TOP, y(longest));
    context.fillRect(x(SLOTS - slots.length + index), top, late ? Math.max(2, wide) : wide, height - BOTTOM - top);
  });
}

function axes(context, x, y, period, width, height, colours) {
  for (const share of period ? [0.25, 0.5, 0.75] : []) {
    hairline(context, LEFT, y(share * period), width - RIGHT, y(share * period), colours.line);
    label(context, `${100 * share} %`, LEFT - 6, y(share * period), colours, { align: "right", base: "middle" });
  }
  if (period) {
    hairline(context, LEFT, y(period), width - RIGHT, y(period), colours.accent);
    label(context, `period ${(period / 1000).toFixed(2)} ms`, width - RIGHT, y(period) - 5, colours,
      { align: "right", colour: colours.accent });
    label(context, "100 %", LEFT - 6, y(period), colours, { align: "right", base: "middle" });
  }
  hairline(context, LEFT, y(0), width - RIGHT, y(0), colours.strong);
  for (let ago = 0; ago <= SECONDS; ago += 2) {
    label(context, ago ? `−${ago} s` : "now", x(SLOTS - 30 * ago), height - 4, colours,
      { align: ago === SECONDS ? "left" : ago ? "center" : "right" });
  }
}
