// Beside an editor: a figure clicked in the list is inserted at the cursor, in the wording chosen; the list narrows as one types.
"use strict";

document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-token]");
  if (!choice) return;
  const area = document.getElementById(choice.closest("[data-target]").dataset.target);
  const style = document.querySelector("[data-token-style]").value;
  const plain = !/^\{\{ (\?|table |chart )/.test(choice.dataset.token);
  const token = style && plain ? choice.dataset.token.replace(" }}", ` | ${style} }}`) : choice.dataset.token;
  if (area.chips) {
    area.chips.insert(token);
    return;
  }
  area.focus();
  area.setRangeText(token, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
});

document.addEventListener("input", (event) => {
  const list = document.getElementById(event.target.dataset.filterList || "");
  if (!list) return;
  const words = event.target.value.trim().toLowerCase();
  for (const entry of list.children) entry.hidden = !entry.textContent.toLowerCase().includes(words);
});
