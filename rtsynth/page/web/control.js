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

