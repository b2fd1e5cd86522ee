/** One tab stop for a row or list of controls; arrows, Home and End move among them. */

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** Makes `items()` of `root` one tab stop. `columns()` says how far up and down go. Returns how to choose one. */
export function roving(root, items, columns = () => 1) {
  const shown = () => items().filter((item) => item.getClientRects().length > 0);

  function choose(item, focus = false) {
    for (const other of items()) other.tabIndex = other === item ? 0 : -1;
    if (focus) item?.focus();
  }

  root.addEventListener("keydown", (event) => {
    const all = shown(), at = all.indexOf(event.target);
    if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const to = target(event.key, at, all.length, columns());
    if (to === null) return;
    event.preventDefault();
    choose(all[Math.min(all.length - 1, Math.max(0, to))], true);
  });
  root.addEventListener("focusin", ({ target }) => { if (items().includes(target)) choose(target); });
  choose(items()[0]);
  return choose;
}

function target(key, at, count, columns) {
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  if (!(key in STEPS)) return null;
  const far = key === "ArrowUp" || key === "ArrowDown" ? columns : 1;
  return at + far * STEPS[key];
}

/** Whether what has the focus takes text, so that plain keys are not for anything else. */
export const typing = (target = document.activeElement) =>
  target?.matches?.("input:not([type=range]):not([type=checkbox]), textarea, select, [contenteditable]") ?? false;
