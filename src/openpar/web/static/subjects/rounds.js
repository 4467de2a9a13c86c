// Ticking all shown boxes of one name at once.
(() => {
  "use strict";

  document.addEventListener("change", (event) => {
    const name = event.target.dataset.tickAll;
    if (!name) return;
    for (const tick of document.querySelectorAll(`input[type=checkbox][name="${name}"]`)) tick.checked = event.target.checked;
  });
})();
