/** Dark or light: the system's choice until a person makes another. */

import { remembered } from "./elements.js";

const KEPT = "rtsynth.theme";
const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: light)");
const changed = new Set();

/** Calls fn now and whenever the theme changes; canvases draw anew. */
export function onTheme(fn) {
  changed.add(fn);
  fn(root.dataset.theme);
}

/** A token's colour as it is now: `colour("--accent")`. */
export const colour = (token) => getComputedStyle(root).getPropertyValue(token).trim();

/** Dark becomes light and light dark, from now on in this browser. */
export function toggleTheme() {
  const theme = root.dataset.theme === "light" ? "dark" : "light";
  remembered.set(KEPT, theme);
  become(theme);
}

function become(theme) {
  root.dataset.theme = theme;
  document.querySelector("meta[name=theme-color]").content = colour("--ground");
  for (const fn of changed) fn(theme);
}

system.addEventListener("change", () => remembered.get(KEPT) ?? become(system.matches ? "light" : "dark"));
become(root.dataset.theme);
