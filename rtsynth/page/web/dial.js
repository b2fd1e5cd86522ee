/** A knob's face: an arc from where the macro does nothing to where it stands. */

const SVG = "http://www.w3.org/2000/svg";
const REACH = 0.75 * Math.PI; // to either side of straight up
const SIZE = 56, MIDDLE = SIZE / 2, RADIUS = 23;

export function dial() {
  const ring = path("ring"), arc = path("arc"), hand = path("hand"), rest = path("rest");
  const cap = shape("circle", { class: "cap", cx: MIDDLE, cy: MIDDLE, r: 16.5 });
  const element = shape("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, "aria-hidden": "true", class: "dial" });
  element.append(ring, arc, rest, cap, hand);
  ring.setAttribute("d", sector(-REACH, REACH));

  function draw(value, { bipolar, default: usual }) {
    const angle = (each) => REACH * (bipolar ? each : 2 * each - 1);
    arc.setAttribute("d", sector(angle(0), angle(value)));
    hand.setAttribute("d", `M${spot(angle(value), 8)}L${spot(angle(value), 14)}`);
    rest.setAttribute("d", `M${spot(angle(usual), RADIUS + 2.5)}L${spot(angle(usual), RADIUS + 4.5)}`);
  }

  return { element, draw };
}

function shape(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

const path = (name) => shape("path", { class: name });

const spot = (angle, radius) =>
  `${(MIDDLE + radius * Math.sin(angle)).toFixed(2)} ${(MIDDLE - radius * Math.cos(angle)).toFixed(2)}`;

function sector(from, to) {
  if (Math.abs(to - from) < 0.01) return "";
  const [start, end] = from < to ? [from, to] : [to, from];
  return `M${spot(start, RADIUS)}A${RADIUS} ${RADIUS} 0 ${end - start > Math.PI ? 1 : 0} 1 ${spot(end, RADIUS)}`;
}
