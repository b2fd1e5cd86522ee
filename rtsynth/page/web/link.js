/** The WebSocket to the instrument: it comes back by itself and keeps the clocks in step. */

const FIRST_DELAY = 250; // ms; doubles up to LAST_DELAY
const LAST_DELAY = 4000;
const PING_EVERY = 2000;
const DEAD_AFTER = 7000; // without a pong: a laptop that slept, a network that went
const SAMPLES = 8;
const REFUSED = new Set([403, 401]);

/** This page's clock in ms, the one that events' time stamps are on. */
export const clock = (stamp = performance.now()) => performance.timeOrigin + stamp;

/** Connects and stays connected; `status(fn)` gives "connecting", "live", "reconnecting" or "refused". */
export function connect(store) {
  const token = new URLSearchParams(location.search).get("token") ?? "";
  const query = `?token=${encodeURIComponent(token)}`;
  const link = { socket: null, state: "connecting", delay: FIRST_DELAY, retry: 0 };
  const statuses = new Set();
  const hearers = new Set();
  const watched = new Map();
  const clocks = follow(send, lose);

  function become(state) {
    link.state = state;
    for (const fn of statuses) fn(state);
  }

  function send(message) {
    if (link.socket?.readyState !== WebSocket.OPEN) return false;
    link.socket.send(JSON.stringify(message));
    return true;
  }

  function sendWatched() {
    send({ do: "watch", topics: document.hidden ? [] : [...watched.keys()] });
  }

  function open() {
    clearTimeout(link.retry);
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/ws${query}`);
    link.socket = socket;
    socket.onopen = opened;
    socket.onmessage = ({ data }) => receive(JSON.parse(data));
    socket.onclose = () => socket === link.socket && closed();
  }

  function opened() {
    link.delay = FIRST_DELAY;
    become("live");
    sendWatched();
    clocks.start();
  }

  function receive(message) {
    if (message.state) store.apply(message.state);
    if (message.pong !== undefined) clocks.pong(message);
    if (message.error || message.said) [...hearers].some((fn) => fn(message)); // who takes it returns true
  }

  /** Nobody answers: neither would anybody answer our goodbye, which closing waits for. */
  function lose() {
    link.socket.close();
    closed();
  }

  async function closed() {
    link.socket = null;
    clocks.stop();
    become(link.state === "connecting" ? "connecting" : "reconnecting");
    const ended = await refused(query);
    if (link.socket) return; // opened in a hurry meanwhile
    if (ended) return become("refused");
    link.retry = setTimeout(open, link.delay);
    link.delay = Math.min(2 * link.delay, LAST_DELAY);
  }

  function hurry() {
    if (link.socket === null && !document.hidden) open();
  }

  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", () => { sendWatched(); hurry(); });
  open();

  return {
    send,
    watch(topic, wanted) {
      const count = (watched.get(topic) ?? 0) + (wanted ? 1 : -1);
      if (count > 0) watched.set(topic, count);
      else watched.delete(topic);
      sendWatched();
    },
    status(fn) { statuses.add(fn); fn(link.state); },
    hear(fn) { hearers.add(fn); },
  };
}

const asking = () => ({ method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(LAST_DELAY) });

/** Whether the token is of a session that has ended: a WebSocket does not tell, plain HTTP does. */
async function refused(query) {
  try {
    return REFUSED.has((await fetch(`/api/state${query}`, asking())).status);
  } catch {
    return false; // nobody answers: it may come back
  }
}

/** Pings; tells the server how far its clock is ahead, by the quickest of the last answers. */
function follow(send, dead) {
  let samples = [], timer = 0, heard = 0, told = NaN;

  function ping() {
    if (performance.now() - heard > DEAD_AFTER) return dead();
    send({ do: "ping", t: clock() });
    timer = setTimeout(ping, samples.length < SAMPLES / 2 ? 100 : PING_EVERY);
  }

  function pong({ pong: sent, now }) {
    heard = performance.now();
    const trip = clock() - sent;
    samples = [...samples, { trip, offset: now - sent - trip / 2 }].slice(-SAMPLES);
    const { offset } = samples.reduce((best, one) => (one.trip < best.trip ? one : best));
    if (offset !== told) send({ do: "clock", offset });
    told = offset;
  }

  return {
    pong,
    start() { samples = []; told = NaN; heard = performance.now(); ping(); },
    stop() { clearTimeout(timer); },
  };
}
