/** The pad along two named directions of the latent space, chosen at the ends of the axes. */

import { make } from "./elements.js";
import { hairline, label } from "./surface.js";

export function directions({ send }) {
  const [x, y] = [axis("Direction to the right"), axis("Direction upwards")];
  const tell = () => send({ do: "pad", x: x.value, y: y.value });
  for (const select of [x, y]) select.addEventListener("change", tell);
  const overlay = make("div", { class: "overlay" },
    ...[x, y].map((select) => make("div", { class: `axis ${select === x ? "x" : "y"}` }, select)));

  function show({ directions, x: across, y: up }) {
    fill(x, directions, across);
    fill(y, directions, up);
  }

  function draw(context, space, colours) {
    const { width, height } = space;
    const [middle, level] = [space.x(0), space.y(0)];
    hairline(context, 0, level, width, level, colours.strong);
    hairline(context, middle, 0, middle, height, colours.strong);
    const sign = (text, left, top, align) =>
      label(context, text, left, top, colours, { align, base: "middle", size: 13 });
    sign("−", 10, level - 12, "left");
    sign("+", width - 10, level - 12, "right");
    sign("+", middle - 10, 14, "right");
    sign("−", middle - 10, height - 14, "right");
  }

  const name = (all, id) => all.find((each) => each.id === id)?.name ?? id;
  const said = (pad, [right, up]) =>
    [[name(pad.directions, pad.x), right], [name(pad.directions, pad.y), up]];
  return { overlay, show, draw, said };
}

const axis = (text) => make("select", { "aria-label": text });

function fill(select, all, chosen) {
  const wanted = all.map(({ id }) => id).join();
  if (select.dataset.all !== wanted) {
    select.replaceChildren(...all.map(({ id, name }) => make("option", { value: id, text: name })));
    select.dataset.all = wanted;
  }
  if (document.activeElement !== select || select.value !== chosen) select.value = chosen ?? "";
}
