/** Line icons, and buttons that are an icon alone. */

import { make } from "./elements.js";

const SVG = "http://www.w3.org/2000/svg";
const ICONS = { // 16 × 16, strokes
  previous: "M10 3 5 8l5 5",
  next: "m6 3 5 5-5 5",
  star: "m8 1.9 1.9 3.9 4.2.6-3 3 .7 4.2L8 11.6l-3.8 2 .7-4.2-3-3 4.2-.6z",
  save: "M2.5 3.5a1 1 0 0 1 1-1h7.6l2.4 2.4v7.6a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1zM5.2 2.7v3h4.6v-3M4.8 13.3V9h6.4v4.3",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zm3.6-1.4L14 14",
  close: "m3.5 3.5 9 9m0-9-9 9",
  theme: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 2v12M8 5l4.8-.4M8 8h6M8 11l4.8.4",
  settings: "M2 4.5h6.5m3.5 0h2m-2 0a1.75 1.75 0 1 1-3.5 0 1.75 1.75 0 0 1 3.5 0zM14 11.5H7.5m-3.5 0H2m2 0a1.75 1.75 0 1 0 3.5 0 1.75 1.75 0 0 0-3.5 0z",
  more: "M3.4 8a.4.4 0 1 1-.8 0 .4.4 0 0 1 .8 0zm5 0a.4.4 0 1 1-.8 0 .4.4 0 0 1 .8 0zm5 0a.4.4 0 1 1-.8 0 .4.4 0 0 1 .8 0z",
  stop: "M5.2 2h5.6L14 5.2v5.6L10.8 14H5.2L2 10.8V5.2zM8 5v3.5M8 11h.01",
  keep: "M8 4.5V8l2.4 1.6M2.6 6.5A5.6 5.6 0 1 1 2.4 9M2.4 3.2v3.4h3.4",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  check: "m3 8.5 3.2 3.2L13 5",
  dice: "M3.5 2.5h9a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1zM5.5 5.5h.01M10.5 5.5h.01M8 8h.01M5.5 10.5h.01M10.5 10.5h.01",
  record: "M8 12.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM8 9.2a1.2 1.2 0 1 0 0-2.4 1.2 1.2 0 0 0 0 2.4z",
  loop: "M4.5 6.5h6a3 3 0 0 1 0 6h-5a3 3 0 0 1-3-3M11 6.5H4.5M7 4 4.5 6.5 7 9",
  vary: "M2 9.5c1.5-4 3-4 4.5-.8s3 3 4.2-.4c.8-2.2 2-2.6 3.3-1.3M2 13h12",
  home: "M2.5 7.5 8 2.7l5.5 4.8M4 6.5v7h8v-7",
};

/** A line icon in the text's colour. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  const attributes = { viewBox: "0 0 16 16", width: 16, height: 16, fill: "none", stroke: "currentColor",
    "stroke-width": 1.5, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** A button that is an icon alone: `label` is spoken, and shown when pointed at. */
export function iconButton(name, label, onclick, more = {}) {
  const attributes = { type: "button", class: "button icon quiet", "aria-label": label, "data-tip": label, onclick };
  return make("button", { ...attributes, ...more }, icon(name));
}
