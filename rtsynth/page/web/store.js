/** What the server has said: one value per topic, and who wants to hear of it. */

/** A store: `on(topic, fn)` returns how to stop; `apply(delta)` replaces topics whole. */
export function createStore() {
  const state = {};
  const listeners = new Map();

  function tell(fn, topic) {
    try {
      fn(state[topic], state);
    } catch (error) {
      reportError(error); // one widget's fault leaves the others alive
    }
  }

  function on(topic, fn) {
    if (!listeners.has(topic)) listeners.set(topic, new Set());
    listeners.get(topic).add(fn);
    if (topic in state) tell(fn, topic);
    return () => listeners.get(topic).delete(fn);
  }

  function apply(delta) {
    Object.assign(state, delta);
    for (const topic of Object.keys(delta)) {
      for (const fn of listeners.get(topic) ?? []) tell(fn, topic);
    }
  }

  return { state, on, apply };
}
