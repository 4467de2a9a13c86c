// The grid of a report: keys that move down and up a column, and a range of cells pasted from a spreadsheet.
// Without it the grid is a table of fields, and is saved all the same.
(() => {
  "use strict";

  const columnOf = (grid, column) => [...grid.querySelectorAll(`input[data-column="${column}"]`)];

  function step(grid, field, by) {
    const fields = columnOf(grid, field.dataset.column);
    const wanted = fields[fields.indexOf(field) + by];
    if (!wanted) return;
    wanted.focus();
    wanted.select();
  }

  document.addEventListener("keydown", (event) => {
    const grid = event.target.closest?.("[data-report-grid]");
    if (!grid || !event.target.matches("input[data-column]") || event.altKey || event.ctrlKey || event.metaKey) return;
    const by = { ArrowDown: 1, Enter: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    step(grid, event.target, by);
    event.preventDefault();
  });

  document.addEventListener("paste", (event) => {
    const grid = event.target.closest?.("[data-report-grid]");
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!grid || !event.target.matches("input[data-column]") || !/[\t\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    const rows = [...grid.querySelectorAll("tr")].filter((row) => row.querySelector("input[data-column]"));
    const first = rows.indexOf(event.target.closest("tr"));
    const place = Number(event.target.dataset.column);
    text.trimEnd().split(/\r?\n/).forEach((line, down) => {
      line.split("\t").forEach((value, across) => {
        const field = rows[first + down]?.querySelector(`input[data-column="${place + across}"]`);
        if (field) field.value = value.trim();
      });
    });
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
