// The grid of figures: keys that move between rows, and a range of cells pasted from a spreadsheet.
// Without it the grid is a table of fields, and is saved all the same.
(() => {
  "use strict";

  const fields = (row) => [...row.querySelectorAll("input:not([type=hidden])")];
  const rowsOf = (grid) => [...grid.querySelectorAll("tbody tr")].filter((row) => row.querySelector("input"));

  function step(grid, field, by) {
    const rows = rowsOf(grid);
    const at = rows.indexOf(field.closest("tr"));
    const place = fields(rows[at]).indexOf(field);
    const wanted = rows[at + by] && fields(rows[at + by])[place];
    if (!wanted) return false;
    wanted.focus();
    wanted.select();
    return true;
  }

  document.addEventListener("keydown", (event) => {
    const grid = event.target.closest?.("[data-figure-grid]");
    if (!grid || !event.target.matches("input") || event.altKey || event.ctrlKey || event.metaKey) return;
    const by = { ArrowDown: 1, Enter: 1, ArrowUp: -1 }[event.key];
    // The list of fields of procedures has arrows of its own.
    if (!by || (event.target.list && event.key !== "Enter")) return;
    step(grid, event.target, by);
    event.preventDefault();
  });

  document.addEventListener("paste", (event) => {
    const grid = event.target.closest?.("[data-figure-grid]");
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!grid || !event.target.matches("input") || !/[\t\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    const rows = rowsOf(grid);
    const first = rows.indexOf(event.target.closest("tr"));
    const place = fields(rows[first]).indexOf(event.target);
    text.trimEnd().split(/\r?\n/).forEach((line, down) => {
      if (!rows[first + down]) return;
      const targets = fields(rows[first + down]);
      line.split("\t").forEach((value, across) => {
        const field = targets[place + across];
        if (field) field.value = value.trim();
      });
    });
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
