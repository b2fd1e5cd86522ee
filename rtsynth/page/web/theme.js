/** Dark or light: the system's choice until a person makes another. */

import { remembered } from "./elements.js";

const KEPT = "rtsynth.theme";
const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: light)");

/** Dark becomes light and light dark, from now on in this browser. */
export function toggleTheme() {
  const theme = root.dataset.theme === "light" ? "dark" : "light";
  remembered.set(KEPT, theme);
  become(theme);
}

function become(theme) {
  root.dataset.theme = theme;
  document.querySelector("meta[name=theme-color]").content = getComputedStyle(root).getPropertyValue("--ground").trim();
}

system.addEventListener("change", () => remembered.get(KEPT) ?? become(system.matches ? "light" : "dark"));
become(root.dataset.theme);
