/** One line about what is pointed at or focused: the attribute `data-tip` of any element. */

import { clamp, make } from "./elements.js";

const DELAY = 450; // ms
const MARGIN = 8;

/** Shows the tips of the whole page. */
export function tips() {
  const tip = make("div", { id: "tip", "aria-hidden": "true", hidden: true });
  const state = { timer: 0, over: null };
  document.body.append(tip);

  function hide() {
    clearTimeout(state.timer);
    state.over = null;
    tip.hidden = true;
  }

  function soon(element, delay) {
    if (element === state.over) return;
    hide();
    state.over = element;
    if (element) state.timer = setTimeout(() => show(tip, element), delay);
  }

  const of = (target) => target.closest?.("[data-tip]") ?? null;
  document.addEventListener("pointerover", ({ target, pointerType }) => pointerType === "mouse" && soon(of(target), DELAY));
  document.addEventListener("focusin", ({ target }) => target.matches(":focus-visible") && soon(of(target), DELAY));
  for (const event of ["pointerdown", "keydown", "focusout", "wheel"]) document.addEventListener(event, hide, { passive: true });
  document.documentElement.addEventListener("pointerleave", hide);
}

function show(tip, element) {
  if (!element.isConnected) return;
  (element.closest("dialog[open]") ?? document.body).append(tip); // a modal dialog covers all that is outside it
  tip.textContent = element.dataset.tip;
  tip.hidden = false;
  const by = element.getBoundingClientRect(), { width, height } = tip.getBoundingClientRect();
  const below = by.bottom + MARGIN + height < innerHeight;
  tip.style.left = `${clamp(by.left + (by.width - width) / 2, MARGIN, innerWidth - width - MARGIN)}px`;
  tip.style.top = `${below ? by.bottom + MARGIN : by.top - MARGIN - height}px`;
}
