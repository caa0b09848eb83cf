// A score sheet: totals at once, ↓ ↑ Enter through the deductions, items of other areas hidden.
"use strict";
(() => {
  const sheet = document.querySelector("[data-score-sheet]");
  if (!sheet) return;
  const area = sheet.querySelector("[name=area]");
  const rows = [...sheet.querySelectorAll("[data-areas]")];
  const boxOf = (row, name) => row.querySelector(`[data-${name}]`);
  const plain = (number) => String(Math.round(number * 1000) / 1000);

  const add = () => {
    let total = 0;
    for (const row of rows) {
      const box = boxOf(row, "points");
      const value = Number(box.value.trim().replace("．", ".") || 0);
      const wrong = Number.isNaN(value) || value < 0 || value > Number(row.dataset.cap);
      box.setCustomValidity(wrong ? `应为 0 到 ${row.dataset.cap} 之间的数（扣完为止）。` : "");
      box.classList.toggle("is-invalid", wrong);
      if (!wrong && !row.hidden) total += value;
    }
    sheet.querySelector("[data-total]").textContent = plain(total);
    sheet.querySelector("[data-score]").textContent = plain(Math.max(0, 100 - total));
  };

  // An item of another area that holds a deduction stays in sight, so that nothing typed disappears.
  const choose = () => {
    for (const row of rows) {
      const fits = !area.value || row.dataset.areas.split(" ").includes(area.value);
      row.hidden = !fits && !boxOf(row, "points").value;
      row.classList.toggle("row-danger", !fits && !row.hidden);
    }
    for (const group of sheet.querySelectorAll("[data-category]")) group.hidden = !group.querySelector("[data-areas]:not([hidden])");
    add();
  };

  const step = (box, by) => {
    const kind = "points" in box.dataset ? "points" : "reason";
    const shown = rows.filter((row) => !row.hidden);
    const next = shown[shown.indexOf(box.closest("[data-areas]")) + by];
    if (next) {
      const target = boxOf(next, kind);
      target.focus();
      target.select();
    }
  };

  sheet.addEventListener("keydown", (event) => {
    if (!event.target.matches("[data-points], [data-reason]") || event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "Enter") step(event.target, 1);
    else if (event.key === "ArrowUp") step(event.target, -1);
    else return;
    event.preventDefault();
  });
  sheet.addEventListener("input", add);
  area.addEventListener("change", choose);
  document.addEventListener("DOMContentLoaded", choose); // after a draft was restored
  choose();
})();
