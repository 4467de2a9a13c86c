// Going through rows by keys: j and k choose the current row; a, e, s, f, x act on it.
// After a row was saved, the next one that is not decided becomes current.
(() => {
  "use strict";

  let current = null;
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const isTyping = (element) =>
    element instanceof Element && element.matches("input:not([type=checkbox]):not([type=radio]), textarea, select");

  function choose(row, withFocus) {
    if (current && current !== row) current.classList.remove("is-current");
    current = row;
    if (!row) return;
    row.classList.add("is-current");
    if (withFocus) {
      row.focus({ preventScroll: true });
      row.scrollIntoView({ block: "nearest" });
    }
  }
  function step(way) {
    const all = rows();
    const at = all.indexOf(current);
    choose(all[at < 0 ? 0 : Math.min(Math.max(at + way, 0), all.length - 1)], true);
  }
  function chooseNextOpen(after) {
    const all = rows();
    const at = all.indexOf(after);
    const next = [...all.slice(at + 1), ...all.slice(0, Math.max(at, 0))].find((row) => "open" in row.dataset);
    choose(next || after, true);
  }
  function press(key) {
    const button = current && current.querySelector(`[data-row-key="${key}"]`);
    if (button) button.click();
    return Boolean(button);
  }

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.defaultPrevented) return;
    const key = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey) {
      if (key === "s" && press("s")) event.preventDefault();
      return;
    }
    if (isTyping(event.target)) return;
    if (key === "j" || key === "k") {
      event.preventDefault();
      step(key === "j" ? 1 : -1);
    } else if (key === "x" && current) {
      const tick = current.querySelector(".tick-cell input");
      if (tick) tick.click();
    } else if (["a", "e", "s", "f"].includes(key) && press(key)) {
      event.preventDefault();
    }
  });

  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-row]");
    if (row) choose(row, false);
  });

  let saved = null;
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const { requestConfig, successful, target } = event.detail;
    saved = successful && requestConfig.verb === "post" && target ? target.id : null;
  });
  document.body.addEventListener("htmx:afterSettle", (event) => {
    const row = event.target;
    if (!row.matches || !row.matches("[data-row]")) return;
    if (row.querySelector("[data-row-form]")) choose(row, false);
    else if (saved === row.id) chooseNextOpen(row);
    else choose(row, true);
  });

  choose(document.querySelector("[data-row].is-opened") || document.querySelector("[data-row][data-open]") || rows()[0], false);
})();
