/** Two rows of segments, the highest held a while, and the peak's figure that stays red after a clip. */

import { make } from "./elements.js";
import { surface } from "./surface.js";
import { figure, write } from "./words.js";

const LOW = -60, HOT = -9; // dB: the bottom, and where the warm colour begins
const FALL = 0.03; // dB a ms
const HOLD = 1500; // ms
const SEGMENT = 3, SPACE = 1; // px

/** The stereo meter and the clip latch. */
export function meter({ store, send }) {
  const box = make("div", { class: "meter", role: "img", "aria-label": "Level meter, left and right" });
  const channels = [channel(), channel()];
  const { redraw } = surface(box, (context, width, height, colours, now) =>
    channels.filter((one, row) => one.draw(context, width, height, row, colours, now)).length > 0);
  store.on("meter", (peaks) => {
    channels.forEach((one, row) => one.hear(peaks[row]));
    redraw();
  });
  return make("div", { class: "level" }, box, latch(store, send));
}

function channel() {
  let heard = -90, shown = -90, peak = -90, since = 0, before = 0;

  function move(now) {
    shown = Math.max(heard, shown - FALL * Math.min(100, now - before));
    before = now;
    if (heard >= peak) [peak, since] = [heard, now];
    else if (now - since > HOLD) peak = Math.max(heard, peak - FALL * 17);
    return shown > heard || peak > heard;
  }

  function draw(context, width, height, row, colours, now) {
    const moving = move(now);
    const count = Math.floor((width + SPACE) / (SEGMENT + SPACE));
    const tall = Math.floor((height - 2) / 2), top = row * (tall + 2);
    const lit = reach(shown, count), held = reach(peak, count) - 1;
    for (let at = 0; at < count; at++) {
      const hot = LOW - (LOW * at) / count >= HOT;
      context.fillStyle = at < lit || at === held ? (hot ? colours.accent : colours.ink) : colours.line;
      context.fillRect(at * (SEGMENT + SPACE), top, SEGMENT, tall);
    }
    return moving;
  }

  return { draw, hear: (db) => { heard = db; } };
}

const reach = (db, count) => Math.max(0, Math.min(count, Math.ceil((1 - db / LOW) * count)));

/** The highest peak since it was cleared. It is never spoken by itself: only when it takes the focus. */
function latch(store, send) {
  let highest = -90;
  const button = make("button", { type: "button", class: "clip figure", "data-tip": "Highest peak in dB; red after a clip. Click to clear" });

  function show() {
    button.classList.toggle("clipped", store.state.clip === true);
    write(button, highest <= -90 ? "−∞" : figure(highest));
  }

  function name() {
    const clipped = store.state.clip ? "clipped" : "no clip";
    button.setAttribute("aria-label", `Peak ${button.textContent} dB, ${clipped}; clears`);
  }

  button.onclick = () => { highest = -90; send({ do: "clear" }); show(); };
  button.onfocus = name;
  store.on("meter", (peaks) => {
    const peak = Math.max(...peaks);
    if (peak <= highest) return;
    highest = peak;
    show();
  });
  store.on("clip", show);
  show();
  name();
  return button;
}
