/** Saving what sounds as a preset of one's own: a name, and a question where there is one of that name. */

import { make } from "./elements.js";

/** Returns what opens the dialog. */
export function saving({ store, send, hear }) {
  const name = make("input", { class: "field", required: true, maxLength: 80, autocomplete: "off", spellcheck: false,
    "aria-labelledby": "save-title" });
  const note = make("p", { class: "note", role: "status" });
  const save = make("button", { class: "button primary" });
  const cancel = make("button", { type: "button", class: "button" }, "Cancel");
  const form = make("form", { method: "dialog" }, make("h2", { id: "save-title" }, "Save preset as"), name, note,
    make("div", { class: "buttons" }, cancel, save));
  const dialog = make("dialog", { class: "small sheet", "aria-labelledby": "save-title" }, form);
  let refused = ""; // a name that the instrument knows and this page did not

  const wanted = () => name.value.trim();
  const taken = () => wanted() === refused || (store.state.presets ?? []).some((one) => one.own && one.name === wanted());

  function show() {
    note.textContent = taken() ? "There is one of that name; saving replaces it." : "";
    save.textContent = taken() ? "Replace" : "Save";
  }

  /** Takes a refusal of what was typed here; anything said is for all to see. */
  function answer({ error, said, of }) {
    if (!dialog.open) return false;
    if (said) dialog.close();
    if (of !== "save" || !error) return false;
    refused = wanted();
    show();
    note.textContent = error;
    return true;
  }

  name.oninput = show;
  cancel.onclick = () => dialog.close();
  form.onsubmit = (event) => {
    event.preventDefault();
    if (!wanted()) return;
    if (!send({ do: "save", name: wanted(), force: taken() })) note.textContent = "Not connected; save again in a moment.";
  };
  store.on("preset", (preset) => { if (dialog.open && preset.name === wanted() && !preset.changed) dialog.close(); });
  hear(answer);
  document.body.append(dialog);

  return () => {
    refused = "";
    name.value = store.state.preset?.name ?? "";
    show();
    dialog.showModal();
    name.select();
  };
}
