/** A canvas that is drawn when something changed, in the colours of the page's theme, and not otherwise. */

import { make } from "./elements.js";

const SOLID = ["ink", "muted", "faint", "panel", "well", "raised", "accent", "ok", "bad"];
const CALM = 40; // ms between two drawings: the processor belongs to the sound
const redraws = new Set();
let colours = null;

/** A colour of the theme, #rrggbb, with an alpha. */
export function tint(solid, alpha) {
  return solid + Math.round(255 * Math.min(1, Math.max(0, alpha))).toString(16).padStart(2, "0");
}

function theme() {
  const root = document.documentElement, style = getComputedStyle(root);
  const token = (name) => style.getPropertyValue(`--${name}`).trim();
  const light = root.dataset.theme === "light";
  const found = { light, font: token("font"), line: token("line"), strong: token("line-strong") };
  for (const name of SOLID) found[name] = opaque(token(name));
  return found;
}

/** Whatever way of writing a colour the tokens use, a pixel tells its red, green and blue. */
function opaque(written) {
  const pixel = make("canvas", { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  pixel.fillStyle = written;
  pixel.fillRect(0, 0, 1, 1);
  const parts = [...pixel.getImageData(0, 0, 1, 1).data].slice(0, 3);
  return "#" + parts.map((part) => part.toString(16).padStart(2, "0")).join("");
}

function redrawAll() {
  colours = null;
  for (const redraw of redraws) redraw();
}

new MutationObserver(redrawAll).observe(document.documentElement, { attributeFilter: ["data-theme"] });
document.fonts.ready.then(redrawAll);

/**
 * A canvas filling its parent; `draw(context, width, height, colours, now)` works in CSS pixels and
 * returns true while it is still moving and wants the next frame, `pace` ms after this one at least.
 */
export function surface(parent, draw, attributes = {}, pace = CALM) {
  const canvas = make("canvas", attributes);
  const context = canvas.getContext("2d");
  let waiting = 0, drawn = -Infinity;
  const redraw = () => { waiting ||= requestAnimationFrame(frame); };

  function frame(now) {
    waiting = 0;
    if (now - drawn < pace) return redraw();
    drawn = now;
    const { clientWidth: width, clientHeight: height } = canvas;
    if (!width || !height) return;
    fit(canvas, width, height);
    const ratio = canvas.width / width;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    if (draw(context, width, height, (colours ??= theme()), now)) redraw();
  }

  parent.append(canvas);
  new ResizeObserver(redraw).observe(canvas);
  redraws.add(redraw);
  return { canvas, redraw };
}

function fit(canvas, width, height) {
  const wide = Math.round(width * devicePixelRatio), high = Math.round(height * devicePixelRatio);
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== high) canvas.height = high;
}

/** A crisp line of one device pixel. */
export function hairline(context, x0, y0, x1, y1, colour) {
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(Math.round(x0) + 0.5, Math.round(y0) + 0.5);
  context.lineTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
  context.stroke();
}

export function label(context, text, x, y, colours, options = {}) {
  const { align = "left", base = "alphabetic", size = 10, colour, halo } = options;
  context.font = `${size}px ${colours.font}`;
  context.textAlign = align;
  context.textBaseline = base;
  if (halo) outline(context, text, x, y, halo);
  context.fillStyle = colour ?? colours.muted;
  context.fillText(text, x, y);
}

/** Keeps a text readable over what is drawn below it. */
function outline(context, text, x, y, colour) {
  context.strokeStyle = colour;
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.strokeText(text, x, y);
}

/** What will be seen where there is nothing yet, in the middle of a box and in as many lines as it takes. */
export function hint(context, text, { left, right, top, bottom }, colours) {
  context.font = `12px ${colours.font}`;
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (context.measureText(longer).width < right - left - 24) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  const first = (top + bottom) / 2 - 9 * (lines.length - 1);
  lines.forEach((line, at) => label(context, line, (left + right) / 2, first + 18 * at, colours,
    { align: "center", base: "middle", size: 12, halo: colours.panel }));
}
