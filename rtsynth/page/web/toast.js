/** What the instrument answers to this page alone: one line at a time, gone by itself or when dismissed. */

import { make } from "./elements.js";
import { iconButton } from "./icons.js";

const STAYS = { said: 4000, error: 9000 }; // ms
const MOST = 3;
const ENDED = "This session has ended; start `rtsynth play` and open the address it prints.";

/** Fills `root`; returns `tell({said} or {error})` for what the page itself has to say. */
export function toasts(root, { hear, status }) {
  let ended = null;
  root.popover = "manual";

  function tell({ error, said }) {
    while (root.childElementCount >= MOST) root.firstElementChild.remove();
    const toast = line(error ?? said, error ? "error" : "said");
    add(toast);
    leave(toast, error ? STAYS.error : STAYS.said);
  }

  function add(toast) {
    root.append(toast);
    if (root.matches(":popover-open")) root.hidePopover(); // shown anew, it lies over a dialog opened since
    root.showPopover();
  }

  hear(tell);
  status((state) => {
    if (state !== "refused") ended?.remove();
    else if (!ended?.isConnected) add(ended = line(ENDED, "error"));
  });
  return tell;
}

function line(text, kind) {
  const toast = make("div", { class: `toast ${kind}` }, make("span", {}, text));
  toast.append(iconButton("close", "Dismiss", () => toast.remove()));
  return toast;
}

function leave(toast, stays) {
  let timer = setTimeout(() => toast.remove(), stays);
  toast.addEventListener("pointerenter", () => clearTimeout(timer));
  toast.addEventListener("pointerleave", () => { timer = setTimeout(() => toast.remove(), stays); });
}
