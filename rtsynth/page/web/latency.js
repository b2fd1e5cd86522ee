/** How long a key takes to reach the engine, and how much of a period the audio callbacks take. */

import { hairline, hint, label, surface, tint } from "./surface.js";
import { figure } from "./words.js";

const LEFT = 2, RIGHT = 14, TOP = 30, BOTTOM = 18;
const TO_OCTAVE = 4; // bins of the callbacks' histogram
const SHARES = { 0.01: "1 %", 0.1: "10 %", 1: "100 %" };
const EVERY = 250; // ms
const GAP = 12; // px between the two where one is below the other
const SHOWN = 42; // bins: up to five periods

export function latency(panel, store) {
  const self = { round: null, histogram: null };
  const { redraw } = surface(panel, (...given) => draw(self, ...given), { role: "img",
    "aria-label": "Histograms of the time from key to engine and of the audio callbacks" });
  let waiting = 0; // callbacks come thirty times a second, and the picture hardly changes
  const soon = () => { waiting ||= setTimeout(() => { waiting = 0; redraw(); }, EVERY); };
  store.on("round", (round) => { self.round = round; redraw(); });
  store.on("histogram", (histogram) => { self.histogram = histogram; soon(); });
  return { topics: ["histogram"], remark: "callbacks are counted on a log scale" };
}

function draw({ round, histogram }, context, width, height, colours) {
  const beside = width > 460;
  const [wide, high] = beside ? [width / 2, height] : [width, (height - GAP) / 2];
  const box = (left, top) =>
    ({ left: left + LEFT, top: top + TOP, right: left + wide - RIGHT, bottom: top + high - BOTTOM });
  keys(context, round, box(0, 0), colours);
  calls(context, histogram, beside ? box(wide, 0) : box(0, high + GAP), colours);
}

function keys(context, round, box, colours) {
  const figures = round?.count ? `median ${figure(round.median)} ms   95 % within ${figure(round.p95)} ms` : "";
  title(context, "From key to engine", figures, box, colours);
  const bins = round?.bins ?? [], shown = Math.max(16, bins.findLastIndex((count) => count > 0) + 3);
  const x = (ms) => box.left + (box.right - box.left) * ms / shown;
  const apart = shown > 20 ? 10 : 5;
  for (let ms = 0; ms <= shown; ms += apart) tick(context, x(ms), ms ? `${ms}` : "0 ms", box, colours);
  if (!round?.count) return hint(context, "Play keys of this page: the time each takes is counted here.", box, colours);
  bars(context, bins.slice(0, shown), x, box, () => tint(colours.ink, 0.4));
  mark(context, x(round.median), "median", box, colours.accent, colours);
  mark(context, x(round.p95), "95 %", box, colours.muted, colours);
}

function calls(context, histogram, box, colours) {
  const bins = histogram?.bins ?? [], edge = histogram?.edges ?? 1 / 256;
  const place = (share) => TO_OCTAVE * Math.log2(share / edge);
  const x = (bin) => box.left + (box.right - box.left) * bin / SHOWN;
  title(context, "Audio callbacks, of a period", usual(bins, edge), box, colours);
  for (const [share, text] of Object.entries(SHARES)) tick(context, x(place(share)), text, box, colours);
  if (!bins.some(Boolean)) return hint(context, "The time each audio callback takes is counted here.", box, colours);
  const late = place(1);
  const paint = (bin) => (bin >= late ? colours.bad : tint(colours.ink, 0.4));
  bars(context, bins.slice(0, SHOWN).map(Math.log1p), x, box, paint);
  mark(context, x(late), "period", box, bins.slice(late).some(Boolean) ? colours.bad : colours.muted, colours);
}

function usual(bins, edge) {
  const all = bins.reduce((sum, count) => sum + count, 0);
  let sum = 0;
  const middle = bins.findIndex((count) => (sum += count) >= all / 2 && all > 0);
  return middle < 0 ? "" : `median ${Math.round(100 * edge * 2 ** ((middle + 0.5) / TO_OCTAVE))} %`;
}

function title(context, text, figures, { left, right, top }, colours) {
  label(context, text, left, top - 18, colours, { size: 11, colour: colours.ink });
  label(context, figures, right, top - 18, colours, { size: 11, align: "right" });
}

function bars(context, counts, x, box, paint) {
  const most = Math.max(...counts, 1e-9), wide = Math.max(1, x(1) - x(0) - 1);
  counts.forEach((count, bin) => {
    const tall = (box.bottom - box.top) * count / most;
    context.fillStyle = paint(bin);
    if (count) context.fillRect(x(bin) + 0.5, box.bottom - Math.max(1, tall), wide, Math.max(1, tall));
  });
}

function tick(context, x, text, { left, top, bottom }, colours) {
  hairline(context, x, top, x, bottom, colours.line);
  label(context, text, x, bottom + 14, colours, { align: x - left < 8 ? "left" : "center" });
}

function mark(context, x, text, { top, bottom, right }, colour, colours) {
  hairline(context, x, top - 6, x, bottom, colour);
  const room = right - x > 48;
  label(context, text, x + (room ? 5 : -5), top, colours, { colour, align: room ? "left" : "right" });
}
