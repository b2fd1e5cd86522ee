/** The spectrum of what is heard, its peaks held softly, and the partials of the voices as thin lines. */

import { hairline, hint, label, surface, tint } from "./surface.js";
import { figure } from "./words.js";

const LOW = 30, HIGH = 16000, BANDS = 96; // Hz
const FLOOR = -90, SILENT = -75; // dB
const HOLD = 700, FALL = 24; // ms, and dB a second after that
const LEFT = 30, BOTTOM = 18, TOP = 8; // px for the labels
const FREQUENCIES = { 50: "50", 100: "100", 200: "200", 500: "500", 1000: "1k", 2000: "2k", 5000: "5k", 10000: "10k" };

export function spectrum(panel, store) {
  const all = (value) => Array(BANDS).fill(value);
  const self = { bands: all(FLOOR), peaks: all(FLOOR), held: all(0), partials: [], seen: 0 };
  const { redraw } = surface(panel, (...given) => draw(self, ...given), { role: "img",
    "aria-label": "Spectrum from 30 Hz to 16 kHz, with the partials that sound" });
  store.on("spectrum", (bands) => { self.bands = bands; redraw(); });
  store.on("partials", (partials) => { self.partials = partials; redraw(); });
  return { topics: ["spectrum", "partials"], remark: "lines: partials of the voices" };
}

function draw(self, context, width, height, colours, now) {
  const x = (hz) => LEFT + (width - LEFT - 8) * Math.log(hz / LOW) / Math.log(HIGH / LOW);
  const y = (db) => TOP + (height - TOP - BOTTOM) * Math.max(0, Math.min(1, db / FLOOR));
  const band = (index) => LEFT + (width - LEFT - 8) * index / (BANDS - 1);
  const falls = fall(self, now);
  axes(context, x, y, width, height, colours);
  area(context, self.bands, band, y, colours);
  lines(context, self.partials, x, y, colours);
  curve(context, self.peaks, band, y, tint(colours.ink, 0.4), 1);
  if (!self.partials.length && Math.max(...self.peaks) < SILENT) {
    hint(context, "Play a note: its spectrum and its partials are drawn here.",
      { left: LEFT, right: width - 8, top: y(0), bottom: y(FLOOR) }, colours);
  }
  return falls;
}

/** Peaks stay for a while, then fall; true while one is above its band. */
function fall(self, now) {
  const drop = FALL * Math.min(100, now - self.seen) / 1000;
  self.seen = now;
  let falls = false;
  self.bands.forEach((db, index) => {
    if (db >= self.peaks[index]) [self.peaks[index], self.held[index]] = [db, now];
    else if (now - self.held[index] > HOLD) self.peaks[index] = Math.max(db, self.peaks[index] - drop);
    falls ||= self.peaks[index] > db;
  });
  return falls;
}

function axes(context, x, y, width, height, colours) {
  for (let db = 0; db >= FLOOR; db -= 10) {
    hairline(context, LEFT, y(db), width - 8, y(db), db % 30 ? colours.line : colours.strong);
    if (db % 30 === 0) label(context, figure(db, 0), LEFT - 6, y(db), colours, { align: "right", base: "middle" });
  }
  for (const [hz, text] of Object.entries(FREQUENCIES)) {
    hairline(context, x(hz), TOP, x(hz), height - BOTTOM, colours.line);
    label(context, text, x(hz), height - 4, colours, { align: "center" });
  }
}

/** Through the middles between the bands, so that nothing is sharper than it was measured. */
function trace(context, values, band, y) {
  context.beginPath();
  context.moveTo(band(0), y(values[0]));
  for (let i = 1; i < BANDS - 1; i++) {
    context.quadraticCurveTo(band(i), y(values[i]), (band(i) + band(i + 1)) / 2, (y(values[i]) + y(values[i + 1])) / 2);
  }
  context.lineTo(band(BANDS - 1), y(values[BANDS - 1]));
}

function area(context, bands, band, y, colours) {
  trace(context, bands, band, y);
  context.lineTo(band(BANDS - 1), y(FLOOR));
  context.lineTo(band(0), y(FLOOR));
  const fill = context.createLinearGradient(0, y(0), 0, y(FLOOR));
  fill.addColorStop(0, tint(colours.ink, 0.3));
  fill.addColorStop(1, tint(colours.ink, 0.06));
  context.fillStyle = fill;
  context.fill();
}

function curve(context, values, band, y, colour, thick) {
  trace(context, values, band, y);
  context.strokeStyle = colour;
  context.lineWidth = thick;
  context.lineJoin = "round";
  context.stroke();
}

function lines(context, partials, x, y, colours) {
  for (const [hz, db] of partials) {
    if (hz < LOW || hz > HIGH) continue;
    context.fillStyle = tint(colours.accent, 0.15 + 0.85 * Math.max(0, 1 - db / FLOOR) ** 2);
    context.fillRect(x(hz) - 0.5, y(db), 1, y(FLOOR) - y(db));
  }
}
