/** Small means of making the page's elements; text is set as text, never as markup: a preset's name can be any text. */

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

function set(element, name, value) {
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "text") element.textContent = value;
  else if (value === true) element.setAttribute(name, "");
  else if (value !== false && value !== null) element.setAttribute(name, value);
}

export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** Calls `act` with the latest arguments, once a frame at most: 60 messages a second however fast the hand. */
export function perFrame(act) {
  let latest = null;
  return (...given) => {
    if (latest === null) requestAnimationFrame(() => { const last = latest; latest = null; act(...last); });
    latest = given;
  };
}

/**
 * The value that another page or the host gave waits while a hand is on the control and for `stays` ms after;
 * `back` is then told to show what the server says.
 */
export function ownership(back = () => {}, stays = 250) {
  let mine = false, held = false, timer = 0;

  function free() {
    clearTimeout(timer);
    mine = held = false;
    back();
  }

  function touch() {
    mine = true;
    clearTimeout(timer);
    if (!held) timer = setTimeout(free, stays);
  }

  return {
    hold: () => { held = true; touch(); },
    leave: () => { held = false; touch(); },
    touch,
    free,
    get mine() { return mine; },
  };
}

/** What a person chose about the page itself; a browser that forbids storage only forgets it. */
export const remembered = {
  get(name, otherwise = null) {
    try { return JSON.parse(localStorage.getItem(name)) ?? otherwise; } catch { return otherwise; }
  },
  set(name, value) {
    try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* forgotten at the next start */ }
  },
};
