/** What the controls under a hand have in common. */

const STEPS = {
  ArrowUp: [0, 1], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowLeft: [-1, 0], PageUp: [0, 10], PageDown: [0, -10],
};

/** What an arrow key asks for, in steps to the right and up; shift makes it fine. */
export function arrow(event) {
  const step = STEPS[event.key];
  if (!step || event.ctrlKey || event.altKey || event.metaKey) return null;
  event.preventDefault();
  return event.shiftKey ? step.map((each) => each / 5) : step;
}

const LONG = 550; // ms that a finger stays
const STRAYS = 6; // px

/** Calls `open` at a right click, the menu key, or a finger that stays; that finger's click is no click. */
export function asksMenu(element, open) {
  let timer = 0, long = false, from = null;

  function stayed({ pointerId }) {
    long = true;
    if (element.hasPointerCapture(pointerId)) element.releasePointerCapture(pointerId);
    open();
  }

  element.addEventListener("pointerdown", (event) => {
    long = false;
    from = event;
    if (event.pointerType === "touch") timer = setTimeout(stayed, LONG, event);
  });
  element.addEventListener("pointermove", ({ clientX, clientY }) => {
    if (from && Math.hypot(clientX - from.clientX, clientY - from.clientY) > STRAYS) clearTimeout(timer);
  });
  for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, () => clearTimeout(timer));
  element.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    if (!long) open(); // some browsers ask by themselves when a finger stays
  });
  element.addEventListener("mousedown", (event) => { if (long) event.preventDefault(); }); // the menu keeps the focus
  element.addEventListener("click", (event) => { if (long) event.stopImmediatePropagation(); }, true);
}
