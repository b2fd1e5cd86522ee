/** The last seconds of each sounding voice, a ridge to a key: how notes rise, stay and die away. */

import { hairline, hint, label, surface, tint } from "./surface.js";
import { keyName } from "./words.js";

const SPAN = 5000; // ms from right to left
const FLOOR = -72; // dB at the foot of a ridge
const LEFT = 40, RIGHT = 8, BOTTOM = 18;
const MOST = 12; // ridges, the newest
const RELEASED = 2; // stages from here on: the key is up

export function envelopes(panel, store) {
  const voices = new Map(); // serial → { key, points: [{ now, db, stage }] }
  const { redraw } = surface(panel, (...given) => draw(voices, ...given), { role: "img",
    "aria-label": "Envelopes of the sounding notes over the last five seconds" });
  store.on("envelopes", (all) => {
    const now = performance.now();
    for (const [key, serial, db, stage] of all) {
      if (!voices.has(serial)) voices.set(serial, { key, points: [] });
      voices.get(serial).points.push({ now, db, stage });
    }
    redraw();
  });
  return { topics: ["envelopes"], remark: "level of each voice" };
}

function draw(voices, context, width, height, colours, now) {
  forget(voices, now);
  const rows = rowsOf(voices);
  const x = (time) => width - RIGHT - (width - LEFT - RIGHT) * (now - time) / SPAN;
  seconds(context, x, now, height, colours);
  if (!rows.length) {
    hint(context, "Play a note: how its level rises and falls is drawn here, a row to a key.",
      { left: LEFT, right: width - RIGHT, top: 0, bottom: height - BOTTOM }, colours);
  }
  const row = Math.min(84, (height - BOTTOM - 16) / Math.max(1, rows.length));
  const top = height - BOTTOM - row * rows.length;
  rows.forEach(([key, all], index) => {
    const foot = top + row * (index + 1) - 1;
    ridgeRow(context, key, all, { x, foot, tall: Math.min(78, row * 1.2), width }, colours, now);
  });
  return voices.size > 0;
}

function forget(voices, now) {
  for (const [serial, { points }] of voices) {
    while (points.length && now - points[0].now > SPAN) points.shift();
    if (!points.length) voices.delete(serial);
  }
}

/** High keys above low ones; where there are too many, those that were heard last. */
function rowsOf(voices) {
  const rows = new Map();
  for (const voice of voices.values()) rows.set(voice.key, [...(rows.get(voice.key) ?? []), voice]);
  const latest = (all) => Math.max(...all.map(({ points }) => points.at(-1).now));
  return [...rows].sort((a, b) => latest(b[1]) - latest(a[1])).slice(0, MOST).sort((a, b) => b[0] - a[0]);
}

function ridgeRow(context, key, voices, { x, foot, tall, width }, colours, now) {
  hairline(context, LEFT, foot, width - RIGHT, foot, colours.line);
  const sounds = voices.some(({ points }) => now - points.at(-1).now < 120);
  label(context, keyName(key), LEFT - 8, foot, colours,
    { align: "right", base: "bottom", colour: sounds ? colours.ink : colours.muted });
  const y = (db) => foot - tall * Math.max(0, Math.min(1, 1 - db / FLOOR));
  for (const { points } of voices) ridge(context, points, x, y, foot, colours);
}

function ridge(context, points, x, y, foot, colours) {
  const outline = () => points.forEach(({ now, db }) => context.lineTo(x(now), y(db)));
  context.beginPath();
  context.moveTo(x(points[0].now), foot);
  outline();
  context.lineTo(x(points.at(-1).now), foot);
  context.fillStyle = tint(colours.accent, 0.16);
  context.fill();
  context.beginPath();
  outline();
  context.strokeStyle = points.at(-1).stage >= RELEASED ? tint(colours.accent, 0.55) : colours.accent;
  context.lineWidth = 1.25;
  context.lineJoin = "round";
  context.stroke();
}

function seconds(context, x, now, height, colours) {
  for (let ago = 0; ago <= SPAN; ago += 1000) {
    hairline(context, x(now - ago), 4, x(now - ago), height - BOTTOM, colours.line);
    const align = ago ? ago === SPAN ? "left" : "center" : "right";
    label(context, ago ? `−${ago / 1000} s` : "now", x(now - ago), height - 4, colours, { align });
  }
}
