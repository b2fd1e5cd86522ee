// A classic script: the theme has to be set before the first paint, and modules run after it.
(() => {
  let kept = null;
  try { kept = localStorage.getItem("rtsynth.theme"); } catch { /* a browser without storage follows the system */ }
  const system = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
  document.documentElement.dataset.theme = kept ?? system;
})();
