// What pages do beyond HTML and htmx. Everything works, more slowly, without it.
(() => {
  "use strict";

  const body = document.body;

  // ---- saying things: into the region that screen readers listen to ----
  function say(text, isBad) {
    const region = document.getElementById("messages");
    const line = document.createElement("p");
    line.className = isBad ? "message message-bad" : "message";
    line.append(text);
    region.replaceChildren(line);
  }
  body.addEventListener("said", (event) => say(event.detail.texts.join(" "), Boolean(event.detail.bad)));
  // A failed request swaps nothing, so what was typed stays; only say so.
  body.addEventListener("htmx:responseError", (event) => {
    // The database away, the disk full: the answer has said so itself.
    if (event.detail.xhr.status === 503 && event.detail.xhr.getResponseHeader("HX-Trigger")) return;
    const isDenied = [401, 403, 404].includes(event.detail.xhr.status);
    say(isDenied ? body.dataset.textDenied : body.dataset.textFailed, true);
  });
  body.addEventListener("htmx:sendError", () => say(body.dataset.textFailed, true));
  body.addEventListener("htmx:timeout", () => say(body.dataset.textFailed, true));

  // ---- where the reader is after something was exchanged ----
  function focusOn(part) {
    const wanted = part.matches("[data-focus]") ? part : part.querySelector("[data-focus]");
    if (wanted) {
      wanted.focus({ preventScroll: true });
      wanted.scrollIntoView({ block: "nearest" });
    }
  }
  body.addEventListener("htmx:afterSettle", (event) => {
    const answered = event.detail.xhr ? event.detail.xhr.status : 200;
    // What is checked while somebody types (data-live) is no answer to what was sent.
    if (event.detail.target.closest("[data-live]") === null) {
      const refusal = document.getElementById("refusal");
      if (answered < 400 && refusal && !refusal.contains(event.detail.target)) refusal.replaceChildren();
      // “Saved” beside a refusal, “the server did not answer” beside an answer: neither is true any more.
      const stale = answered < 400 ? ".message-bad" : ".message";
      for (const line of document.querySelectorAll(`#messages > ${stale}`)) line.remove();
    }
    focusOn(event.detail.elt);
    prepare(event.detail.elt);
  });

  // ---- forms with something typed and not saved ----
  const changed = new Set();
  let isLeavingOnPurpose = false;
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-guard]");
    if (form) changed.add(form);
  });
  document.addEventListener("submit", (event) => {
    const question = event.target.dataset.confirm || (event.submitter && event.submitter.dataset.confirm);
    if (question && !window.confirm(question)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    // Asked here, so the server need not ask again.
    const ask = event.target.elements.namedItem("ask");
    if (question && ask) ask.disabled = true;
    isLeavingOnPurpose = !event.defaultPrevented;
  }, true);
  body.addEventListener("htmx:beforeRequest", () => { isLeavingOnPurpose = false; });
  // “Lưu và sang …”: the answer leads to another page before afterRequest is told; all of it is saved.
  body.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.detail.xhr.getResponseHeader("HX-Redirect")) isLeavingOnPurpose = true;
  });
  // A link that says it drops what was typed (data-drops-changes) needs no second question.
  document.addEventListener("click", (event) => {
    if (event.target.closest("a[data-drops-changes]")) isLeavingOnPurpose = true;
  });
  body.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful) return;
    changed.delete(event.detail.elt);
    changed.delete(event.detail.elt.form);
  });
  window.addEventListener("beforeunload", (event) => {
    if (isLeavingOnPurpose) return;
    for (const form of changed) {
      if (form.isConnected) { event.preventDefault(); event.returnValue = body.dataset.textLeave; return; }
    }
  });
  window.addEventListener("pageshow", () => { isLeavingOnPurpose = false; });

  // ---- keys: data-key="ctrl+s" presses a button or follows a link, data-key="/" goes to a field ----
  const isField = (element) => element.matches("input:not([type=checkbox]):not([type=radio]):not([type=submit]), textarea, select");
  function keyOf(event) {
    const modifiers = (event.ctrlKey || event.metaKey ? "ctrl+" : "") + (event.altKey ? "alt+" : "");
    return modifiers + event.key.toLowerCase();
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { closeMenus(null); return; }
    const key = keyOf(event);
    if (event.target instanceof Element && isField(event.target) && !key.includes("+")) return;
    const wanted = [...document.querySelectorAll("[data-key]")].find(
      (element) => element.dataset.key === key && element.offsetParent !== null,
    );
    if (!wanted) return;
    event.preventDefault();
    if (isField(wanted)) { wanted.focus(); wanted.select?.(); } else wanted.click();
  });

  // ---- menus and drawers close when one goes elsewhere ----
  function closeMenus(except) {
    for (const open of document.querySelectorAll("details.menu[open], details.drawer[open]")) {
      if (open.contains(except)) continue;
      const hadFocus = open.contains(document.activeElement);
      open.open = false;
      if (hadFocus) open.querySelector("summary").focus();
    }
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) { closeMenus(null); return; }
    closeMenus(event.target);
    const disabled = event.target.closest("[aria-disabled=true]");
    if (disabled) event.preventDefault();
  });

  // ---- trees: keep the lines that hold every word, marks and đ aside ----
  const fold = (text) => text.toLowerCase().replaceAll("đ", "d").normalize("NFD").replace(/\p{Mn}/gu, "");
  function filterTree(tree, text) {
    const words = fold(text).split(/\s+/).filter(Boolean);
    let shown = 0;
    // Deepest lines first, so that a parent knows whether something below stays.
    for (const line of [...tree.querySelectorAll("li[data-filter-text]")].reverse()) {
      const own = fold(line.dataset.filterText);
      const below = line.querySelector("li[data-filter-text]:not([hidden])") !== null;
      const stays = below || words.every((word) => own.includes(word));
      line.hidden = !stays;
      if (stays) shown += 1;
      const details = line.querySelector(":scope > details");
      if (details && words.length) {
        if (details.dataset.wasOpen === undefined) details.dataset.wasOpen = details.open;
        details.open = below;
      } else if (details && details.dataset.wasOpen !== undefined) {
        details.open = details.dataset.wasOpen === "true";
        delete details.dataset.wasOpen;
      }
    }
    const nothing = tree.querySelector(".tree-nothing");
    if (nothing) nothing.hidden = shown > 0;
  }
  document.addEventListener("input", (event) => {
    const id = event.target.dataset.filter;
    if (id) filterTree(document.getElementById(id), event.target.value);
  });
  // A filter may stand in a form; looking for a line sends nothing.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.dataset?.filter) event.preventDefault();
  });

  // ---- one box for many: data-tick-all="unit" ticks every shown box of that name ----
  document.addEventListener("change", (event) => {
    const name = event.target.dataset.tickAll;
    if (name === undefined) return;
    for (const tick of document.querySelectorAll(`input[type=checkbox][name="${name}"]`)) tick.checked = event.target.checked;
  });

  // ---- filters that need no button ----
  document.addEventListener("change", (event) => {
    if (event.target.dataset.submit !== undefined) event.target.form.requestSubmit();
  });

  // ---- days: the field is dd/mm/yyyy, the button opens the browser's calendar ----
  function offerCalendar(button) {
    const field = button.parentElement.querySelector("[data-day]");
    const native = document.createElement("input");
    if (!field || typeof native.showPicker !== "function") return;
    native.type = "date";
    native.className = "day-native";
    native.tabIndex = -1;
    native.setAttribute("aria-hidden", "true");
    button.after(native);
    button.hidden = false;
    button.addEventListener("click", () => {
      const parts = field.value.trim().split(/[/.-]/);
      native.value = parts.length === 3 ? `${parts[2]}-${parts[1].padStart(2, "0")}-${parts[0].padStart(2, "0")}` : "";
      native.showPicker();
    });
    native.addEventListener("input", (event) => event.stopPropagation());
    native.addEventListener("change", (event) => {
      event.stopPropagation();
      if (!native.value) return;
      field.value = native.value.split("-").reverse().join("/");
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }

  // ---- what only the script can do appears when it can: calendars, filters, ticking all, printing, closing ----
  function prepare(part) {
    for (const button of part.querySelectorAll("[data-pick-day][hidden]")) offerCalendar(button);
    for (const control of part.querySelectorAll("[data-filter][hidden], [data-print][hidden], [data-close][hidden]")) control.hidden = false;
    for (const tick of part.querySelectorAll("[hidden] > [data-tick-all]")) {
      // A browser that went back keeps the tick and drops those below.
      tick.checked = false;
      tick.parentElement.hidden = false;
    }
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });

  prepare(document);
  const refusal = document.querySelector("#refusal [data-focus]");
  if (refusal) refusal.focus({ preventScroll: true });
  const current = document.querySelector(".split-side [aria-current=page]");
  if (current) current.scrollIntoView({ block: "nearest" });
})();
