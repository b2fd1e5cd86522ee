// A classic script: the theme has to be set before the first paint, and modules run after it.
(() => {
  let kept = null;
  try { kept = JSON.parse(localStorage.getItem("rtsynth.theme")); } catch { /* the system's choice, then */ }
  const system = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
  document.documentElement.dataset.theme = kept ?? system;
})();
