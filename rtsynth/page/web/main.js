/** Starts the page: the link to the instrument, and each widget in its place. */
import { header } from "./header.js";
import { keyboard } from "./keyboard.js";
import { knobs } from "./knobs.js";
import { connect } from "./link.js";
import { pad } from "./pad.js";
import { presets } from "./presets.js";
import { saving } from "./saving.js";
import { settings } from "./settings.js";
import { sight } from "./sight.js";
import { status } from "./status.js";
import { createStore } from "./store.js";
import { tips } from "./tip.js";
import { toasts } from "./toast.js";
import { views } from "./views.js";
import { wheels } from "./wheels.js";

const store = createStore();
const link = connect(store);
const parts = { store, ...link };
const at = (id) => document.getElementById(id);

tips();
parts.save = saving(parts);
parts.tell = toasts(at("toasts"), parts);
parts.presets = presets(at("stage"), parts);
parts.settings = settings(document.body, parts);
header(at("header"), parts);
status(at("status"), parts);
views(at("views"));
for (const [id, widget] of Object.entries({ pad, knobs, sight, wheels, keyboard })) widget(at(id), parts);

const seen = store.on("session", () => requestAnimationFrame(shown));

/** The first state stands on the page. */
function shown() {
  seen();
  performance.mark("ready");
}
