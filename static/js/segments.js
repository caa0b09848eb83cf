// 路段: one more row by a button, areas and their total while typing. The server reckons again and decides.
"use strict";
(() => {
  // Hundredths of a metre as whole numbers, so that 17.2 × 0.6 is 10.32 and nothing else.
  const CENTS = /^\d{1,6}(\.\d{1,2})?$/;
  const cents = (text) => (CENTS.test(text.trim()) ? Math.round(Number(text) * 100) : null);
  const area = (length, width) => Math.round((length * width) / 100);
  const words = (hundredths) => `${(hundredths / 100).toFixed(2)} ㎡`;

  for (const box of document.querySelectorAll("[data-segments]")) {
    const form = box.closest("form");
    const blank = box.querySelector("[data-segment-blank]");
    const add = box.querySelector("[data-segment-add]");
    const count = box.querySelector("[name$=-TOTAL_FORMS]");
    const most = Number(box.querySelector("[name$=-MAX_NUM_FORMS]").value);
    const prefix = count.name.replace("TOTAL_FORMS", "");
    const shown = Number(count.value);

    const grow = () => {
      const number = Number(count.value);
      if (number >= most) return null;
      const holder = document.createElement("div");
      holder.innerHTML = blank.innerHTML.replaceAll("__prefix__", number);
      const row = holder.firstElementChild;
      row.id = `segment-${number + 1}`;
      row.querySelector("[data-number]").textContent = number + 1;
      blank.before(row);
      count.value = number + 1;
      add.disabled = number + 1 >= most;
      return row;
    };

    const sum = () => {
      let total = 0;
      let whole = false;
      for (const row of box.querySelectorAll("[data-segment]")) {
        const [length, width, typed] = ["length", "width", "area"].map((name) => cents(row.querySelector(`[name$=-${name}]`).value));
        const product = length && width ? area(length, width) : null;
        const wrong = product !== null && typed !== null && typed !== product;
        row.querySelector("[data-sum]").textContent = product === null ? "" : `${words(product)}${wrong ? "，与所填面积不符" : ""}`;
        if (product === null) continue;
        total += product;
        whole = true;
      }
      const typed = cents(form.elements.total_area?.value || "");
      const differs = whole && typed !== null && typed !== total ? "，与所填总面积不符" : "";
      box.querySelector("[data-total]").textContent = whole ? `各段合计 ${words(total)}${differs}` : "";
    };

    // A draft kept on this device may hold more rows than the page brought.
    const restore = (values) => {
      const kept = Object.keys(values).filter((name) => name.startsWith(prefix) && values[name].some(Boolean));
      const rows = Math.max(0, ...kept.map((name) => Number(name.slice(prefix.length).split("-")[0]) + 1));
      while (Number(count.value) < rows) {
        const row = grow();
        if (!row) break;
        for (const field of row.querySelectorAll("[name]")) {
          const value = values[field.name];
          if (!value) continue;
          if (field.type === "checkbox") field.checked = value.includes(field.value);
          else field.value = value[0];
        }
      }
    };
    const cut = () => {
      [...box.querySelectorAll("[data-segment]")].slice(shown).forEach((row) => row.remove());
      count.value = shown;
      add.disabled = false;
      sum();
    };

    add.hidden = false;
    add.addEventListener("click", () => {
      grow()?.querySelector("select, input").focus();
      sum();
    });
    form.addEventListener("input", sum);
    form.addEventListener("bureau:draft-dropped", cut);
    if (form.keptDraft) restore(form.keptDraft);
    sum();
  }
})();
