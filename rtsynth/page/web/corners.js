/** The pad between four presets: each corner takes one, and the nearer the puck the more of it there is. */

import { make } from "./elements.js";
import { picker } from "./picker.js";
import { hairline, tint } from "./surface.js";
import { disc } from "./trail.js";
import { write } from "./words.js";

const PLACES = ["top left", "top right", "bottom left", "bottom right"];
const SIDES = [[-1, 1], [1, 1], [-1, -1], [1, -1]];

/** The share of each corner at a place: bilinear. */
export const weights = ([x, y]) => SIDES.map(([right, up]) => ((1 + right * x) * (1 + up * y)) / 4);

export function corners({ store, send }) {
  const name = (id) => nameOf(store.state.presets, id);
  const buttons = PLACES.map((place, corner) => cornerButton(place, () => choose(corner)));
  const overlay = make("div", { class: "overlay" }, ...buttons.map((each) => each.element));

  function choose(corner) {
    picker(buttons[corner].element, ofInstrument(store.state), (preset) => send({ do: "pad", corner, preset }),
      `Preset for the corner ${PLACES[corner]}`);
  }

  function show({ corners: chosen }) {
    buttons.forEach((each, corner) => {
      write(each.name, name(chosen[corner]));
      each.element.setAttribute("aria-label", `Corner ${PLACES[corner]}: ${name(chosen[corner])}`);
    });
  }

  function draw(context, space, colours, at) {
    const { width, height } = space;
    hairline(context, 0, space.y(0), width, space.y(0), colours.line);
    hairline(context, space.x(0), 0, space.x(0), height, colours.line);
    weights(at).forEach((weight, corner) => {
      const [right, up] = SIDES[corner];
      shine(context, space, SIDES[corner], weight, colours);
      disc(context, space.x(right), space.y(up), 3, colours.well, colours.faint, 1.5);
      write(buttons[corner].share, `${Math.round(100 * weight)} %`);
    });
  }

  const said = (pad, at) => weights(at).map((weight, corner) => [name(pad.corners[corner]), weight]);
  return { overlay, show, draw, said };
}

function cornerButton(place, onclick) {
  const name = make("span", { class: "what" }), share = make("span", { class: "share label", "aria-hidden": "true" });
  const element = make("button", { type: "button", class: `corner ${place.replace(" ", "-")}`,
    "aria-haspopup": "dialog", "data-tip": `Choose the preset ${place}`, onclick }, name, share);
  return { element, name, share };
}

function shine(context, { width, height }, [right, up], weight, colours) {
  const [x, y] = [right > 0 ? width : 0, up > 0 ? 0 : height];
  const light = context.createRadialGradient(x, y, 0, x, y, Math.hypot(width, height) * 0.62);
  light.addColorStop(0, tint(colours.accent, 0.3 * weight));
  light.addColorStop(1, tint(colours.accent, 0));
  context.fillStyle = light;
  context.fillRect(0, 0, width, height);
}

const nameOf = (presets, id) => presets?.find((each) => each.id === id)?.name ?? id ?? "Choose a preset";

const ofInstrument = ({ presets = [], preset }) => presets.filter((each) => each.instrument === preset?.instrument);
