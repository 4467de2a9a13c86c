// The checklist in a meeting room with a poor connection: every change is kept in this browser at once, sent after a
// pause, and forgotten here only when the server has acknowledged it. Without the script each line is a form of its own.
// Longer texts (minutes, conclusion, limitations) are kept too, and given back to their form until the server has them.
(() => {
  "use strict";

  const PREFIX = "openpar:inspection:";
  const PAUSE = 700, AGAIN = 15_000, KEPT_FOR = 60 * 24 * 60 * 60 * 1000;
  const line = document.querySelector("[data-line]");
  const lines = [...document.querySelectorAll("form[data-answer]")].map((form) => ({
    form, key: PREFIX + form.dataset.answer, state: form.querySelector(".inspection-state"), timer: 0, busy: false, again: false,
  }));

  const kept = (one) => {
    try { return JSON.parse(localStorage.getItem(one.key)); } catch { return null; }
  };
  const keep = (one, value) => {
    // A full or forbidden store: sending still works, and what is typed stays on the screen.
    try { localStorage.setItem(one.key, JSON.stringify({ ...value, at: Date.now() })); } catch { /* nothing to keep it in */ }
  };
  const drop = (one) => { try { localStorage.removeItem(one.key); } catch { /* nothing was kept */ } };

  // What nobody came back for in sixty days goes.
  try {
    for (const key of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) {
      if (Date.now() - (JSON.parse(localStorage.getItem(key)).at ?? 0) > KEPT_FOR) localStorage.removeItem(key);
    }
  } catch { /* a store that cannot be read holds nothing for us */ }

  const field = (one, name) => one.form.elements.namedItem(name);
  const typed = (one) => ({ result: field(one, "result").value, text: field(one, "text").value, version: field(one, "version").value });
  function fill(one, value) {
    field(one, "text").value = value.text;
    field(one, "version").value = value.version;
    for (const radio of one.form.querySelectorAll("input[name=result]")) radio.checked = radio.value === value.result;
  }
  function tell(one, text, kind) {
    one.state.textContent = text;
    one.state.className = `inspection-state${kind ? ` is-${kind}` : ""}`;
  }

  function changed(one) {
    keep(one, typed(one));
    tell(one, one.form.dataset.textKept, "kept");
    clearTimeout(one.timer);
    one.timer = setTimeout(() => send(one), PAUSE);
  }
  function later(one, seconds) {
    tell(one, one.form.dataset.textKept, "kept");
    clearTimeout(one.timer);
    one.timer = setTimeout(() => send(one), seconds ? seconds * 1000 : AGAIN);
  }

  async function send(one) {
    const value = kept(one) ?? typed(one);
    if (one.busy) { one.again = true; return; }
    if (!navigator.onLine) { later(one); return; }
    one.busy = true;
    tell(one, one.form.dataset.textSending, "kept");
    const body = new FormData(one.form);
    for (const name of ["text", "version"]) body.set(name, value[name]);
    body.delete("result");
    if (value.result) body.set("result", value.result);
    let answer, told;
    try {
      answer = await fetch(one.form.action, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" });
      told = await answer.json();
    } catch {
      // No connection; or, instead of an answer, the way to the log-in page.
      later(one);
      if (answer && answer.status < 500) tell(one, one.form.dataset.textOut, "bad");
      one.busy = false;
      return;
    }
    one.busy = false;
    if (answer.ok) acknowledged(one, value, told);
    else if (answer.status === 409) conflict(one, value, told);
    else if (answer.status === 429 || answer.status >= 500) later(one, Number(answer.headers.get("Retry-After")));
    else tell(one, told.said || one.form.dataset.textKept, "bad");
  }

  function acknowledged(one, sent, told) {
    field(one, "version").value = told.version;
    const now = kept(one);
    const isSame = !now || (now.result === sent.result && now.text === sent.text);
    if (isSame) { drop(one); tell(one, told.said, "saved"); } else keep(one, { ...now, version: String(told.version) });
    if (!isSame || one.again) { one.again = false; if (!isSame) send(one); }
  }

  // Somebody else saved this line: both versions stand beside each other until one is chosen.
  function conflict(one, mine, theirs) {
    tell(one, one.form.dataset.textConflict, "bad");
    one.form.querySelector(".inspection-conflict")?.remove();
    const box = document.createElement("div");
    box.className = "inspection-conflict";
    const said = document.createElement("p");
    said.textContent = `${theirs.by}, ${theirs.at}: ${[theirs.label, theirs.text].filter(Boolean).join(" – ")}`;
    box.append(said);
    const choose = (text, value, act) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-sm";
      button.textContent = text;
      button.addEventListener("click", () => { box.remove(); fill(one, value); act(); });
      box.append(button, " ");
    };
    choose(one.form.dataset.textMine, { ...mine, version: theirs.version }, () => { keep(one, typed(one)); send(one); });
    choose(one.form.dataset.textStored, theirs, () => { drop(one); tell(one, "", ""); });
    one.form.append(box);
  }

  // The longer texts. `data-mark` is another one when the server has taken something in; a form with `data-adds` is empty
  // then, every other shows what was sent.
  const drafts = [...document.querySelectorAll("form[data-draft]")].map((form) => ({
    form, key: PREFIX + form.dataset.draft, state: form.querySelector(".inspection-state"),
  }));
  const kinds = "textarea, select, input:not([type=hidden], [type=file], [type=checkbox], [type=radio]), [name=version]";
  const fieldsOf = (one) => [...one.form.elements].filter((each) => each.name && each.matches(kinds));
  const plain = (text) => text.normalize("NFC").replace(/\r\n/g, "\n").trim();
  function served(each) {
    if (each.tagName !== "SELECT") return each.defaultValue;
    return ([...each.options].find((option) => option.defaultSelected) ?? each.options[0])?.value;
  }
  function hold(one, sent) {
    const fields = fieldsOf(one);
    if (!sent && fields.every((each) => each.value === served(each))) { drop(one); tell(one, "", ""); return; }
    keep(one, { values: Object.fromEntries(fields.map((each) => [each.name, each.value])), mark: one.form.dataset.mark, sent });
    tell(one, one.state.dataset.textKept, "kept");
  }
  function isTaken(one, held) {
    if (!held.sent || held.mark === one.form.dataset.mark) return false;
    const texts = fieldsOf(one).filter((each) => each.tagName === "TEXTAREA");
    return "adds" in one.form.dataset || texts.every((each) => plain(each.value) === plain(held.values[each.name] ?? ""));
  }
  function giveBack(one) {
    const held = kept(one);
    if (!held?.values) return;
    if (isTaken(one, held)) { drop(one); return; }
    // With the version that was seen: what somebody else has saved since is not written over.
    for (const each of fieldsOf(one)) if (each.name in held.values) each.value = held.values[each.name];
    const details = one.form.closest("details");
    if (details) details.open = true;
    tell(one, one.state.dataset.textKept, "kept");
  }
  for (const one of drafts) {
    one.form.addEventListener("input", () => hold(one, false));
    one.form.addEventListener("submit", (event) => {
      hold(one, true);
      if (!navigator.onLine) event.preventDefault();
    });
    giveBack(one);
  }
  // What was sent and has no form any more was taken in; where nothing can be written any more nothing is kept.
  const place = document.querySelector("[data-drafts]")?.dataset.drafts;
  if (place) {
    const shown = new Set(drafts.map((one) => one.key));
    try {
      for (const key of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX + place) && !shown.has(name))) {
        if (!drafts.length || kept({ key })?.sent) drop({ key });
      }
    } catch { /* a store that cannot be read holds nothing for us */ }
  }

  for (const one of lines) {
    one.form.addEventListener("input", () => changed(one));
    one.form.addEventListener("submit", (event) => { event.preventDefault(); keep(one, typed(one)); clearTimeout(one.timer); send(one); });
    const waiting = kept(one);
    if (waiting) { fill(one, waiting); later(one, 0.1); }
  }
  function online() {
    if (line) {
      line.hidden = navigator.onLine;
      line.textContent = navigator.onLine ? line.dataset.textOnline : line.dataset.textOffline;
    }
    if (navigator.onLine) for (const one of lines) if (kept(one)) send(one);
  }
  window.addEventListener("online", online);
  window.addEventListener("offline", online);
  online();
})();
