// Tables: ↑ ↓ choose a row, Enter opens it, space ticks it, / goes to the search; selection with its bar; columns.
"use strict";
(() => {
  const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog");
  const rowsOf = (list) => [...list.querySelectorAll("tbody tr")];

  const move = (list, step) => {
    const rows = rowsOf(list);
    if (!rows.length) return;
    const here = rows.indexOf(document.activeElement.closest("tr"));
    const row = rows[here < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(here + step, 0), rows.length - 1)];
    row.tabIndex = -1;
    row.focus();
    row.scrollIntoView({ block: "nearest" });
  };

  const keys = {
    ArrowDown: (list) => move(list, 1),
    ArrowUp: (list) => move(list, -1),
    Enter: (list, row) => (document.activeElement === row ? row.querySelector("a[href], button")?.click() : false),
    " ": (list, row) => (document.activeElement === row ? row.querySelector("[name=pk]")?.click() : false),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "/") {
      const search = document.querySelector(".filter-bar [type=search], .filter-bar [name=q], [data-search-all]");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
      return;
    }
    const list = event.target.closest(".list");
    if (!list || !event.target.closest(".table-scroll") || !(event.key in keys)) return;
    const row = event.target.closest("tbody tr");
    if (!row && !event.key.startsWith("Arrow")) return;
    if (keys[event.key](list, row) !== false) event.preventDefault();
  });

  // --- Selection ---
  const count = (list) => {
    const boxes = [...list.querySelectorAll("tbody [name=pk]")];
    const chosen = boxes.filter((box) => box.checked);
    boxes.forEach((box) => box.closest("tr").classList.toggle("row-chosen", box.checked));
    const all = list.querySelector("[data-check-all]");
    if (all) {
      all.checked = boxes.length > 0 && chosen.length === boxes.length;
      all.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
    }
    const bar = list.querySelector("[data-batch]");
    if (!bar) return;
    bar.classList.toggle("batch-ready", chosen.length > 0);
    bar.querySelector(".batch-count").textContent = chosen.length ? `已选 ${chosen.length} 条` : "勾选后可批量办理";
    bar.querySelectorAll("button").forEach((button) => (button.disabled = chosen.length === 0));
  };
  let last = null;
  document.addEventListener("click", (event) => {
    const box = event.target.closest(".list tbody [name=pk]");
    if (!box) return;
    const list = box.closest(".list");
    if (event.shiftKey && last && list.contains(last)) {
      const boxes = [...list.querySelectorAll("tbody [name=pk]")];
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      boxes.slice(from, to + 1).forEach((each) => (each.checked = box.checked));
    }
    last = box;
    count(list);
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-check-all]")) return;
    const list = event.target.closest(".list");
    list.querySelectorAll("tbody [name=pk]").forEach((box) => (box.checked = event.target.checked));
    count(list);
  });

  // --- Columns beyond the right edge: the edge fades as long as some wait there ---
  const fade = (box) => box.classList.toggle("more-right", box.scrollWidth - box.clientWidth - box.scrollLeft > 1);
  const watched = new ResizeObserver((changes) => changes.forEach((change) => fade(change.target)));
  document.addEventListener("scroll", (event) => event.target.matches?.(".table-scroll") && fade(event.target), true);

  const start = (root) => {
    root.querySelectorAll?.(".list").forEach(count);
    root.querySelectorAll?.(".table-scroll").forEach((box) => watched.observe(box));
  };
  start(document);
  document.addEventListener("htmx:afterSettle", () => start(document));

  // --- Columns: remembered on this device, known to the server before it draws ---
  document.addEventListener("submit", (event) => {
    const chooser = event.target.closest("[data-chooser]");
    if (!chooser) return;
    const name = chooser.closest("[data-table]").dataset.table;
    const chosen = [...chooser.querySelectorAll("[type=checkbox]:checked")].map((box) => box.value);
    document.cookie = `columns-${name}=${chosen.join(".")}; path=/; max-age=31536000; samesite=lax`;
  });
})();
