// Texts with their figures as chips: nobody sees braces. The textarea underneath stays what is sent.
"use strict";
(() => {
  const areas = document.querySelectorAll("textarea[data-chips]");
  if (!areas.length) return;
  const COMPARED = new Set(["同比", "环比"]); // their words are not the figure's own value
  const TOKEN = /\{\{.*?\}\}/g;
  const list = document.querySelector(".figure-list[data-target]");

  const known = new Map();
  for (const choice of document.querySelectorAll("[data-token]")) {
    const [name, value] = choice.querySelectorAll("span, strong");
    known.set(choice.dataset.token, { label: name.textContent.trim(), value: value.textContent.trim() });
  }

  const chipOf = (token) => {
    const [, body, , style] = token.match(/^\{\{\s*(.*?)\s*(\|\s*(.*?)\s*)?\}\}$/s) || [null, token];
    const chip = document.createElement("span");
    const found = known.get(`{{ ${body} }}`);
    const typed = body.startsWith("=");
    chip.className = `chip${typed ? " chip-typed" : found ? "" : " chip-wrong"}`;
    chip.contentEditable = "false";
    chip.dataset.token = token;
    if (typed) chip.textContent = `${body.slice(1).trim()}（手填：${style || "没有出处"}）`;
    else if (found) chip.textContent = `${found.label}${style ? `·${style}` : ""}${COMPARED.has(style) || !found.value ? "" : ` ${found.value}`}`;
    else chip.textContent = `取不到的数据：${body}`;
    return chip;
  };

  const nodesOf = (text) => {
    const nodes = document.createDocumentFragment();
    let place = 0;
    for (const match of text.matchAll(TOKEN)) {
      nodes.append(text.slice(place, match.index), chipOf(match[0]));
      place = match.index + match[0].length;
    }
    nodes.append(text.slice(place));
    return nodes;
  };

  const edit = (area, number) => {
    const box = document.createElement("div");
    const label = document.querySelector(`label[for="${area.id}"]`);

    const textOf = (node) => {
      if (node.nodeType === Node.TEXT_NODE) return node.data;
      if (node.dataset?.token) return node.dataset.token;
      if (node.nodeName === "BR") return "\n";
      const inside = [...node.childNodes].map(textOf).join("");
      return ["DIV", "P"].includes(node.nodeName) && node !== box && node.previousSibling ? `\n${inside}` : inside;
    };

    const read = () => textOf(box).replace(/\n$/, "");
    const send = () => {
      area.value = read();
      area.dispatchEvent(new Event("input", { bubbles: true }));
    };
    const draw = () => box.replaceChildren(nodesOf(area.value));

    let caret = null; // where the writer was before a click into the list of figures
    document.addEventListener("selectionchange", () => {
      const selection = getSelection();
      if (selection.rangeCount && box.contains(selection.anchorNode)) caret = selection.getRangeAt(0).cloneRange();
    });

    const put = (nodes) => {
      box.focus();
      const range = caret && box.contains(caret.startContainer) ? caret : document.createRange();
      if (range !== caret) {
        range.selectNodeContents(box);
        range.collapse(false);
      }
      range.deleteContents();
      const last = nodes.lastChild || nodes;
      range.insertNode(nodes);
      range.setStartAfter(last);
      range.collapse(true);
      const selection = getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      send();
    };

    box.addEventListener("input", send);
    box.addEventListener("focus", () => {
      if (list) list.dataset.target = area.id; // a figure clicked in the list comes here
    });
    box.addEventListener("paste", (event) => {
      event.preventDefault();
      put(nodesOf(event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n")));
    });
    for (const kind of ["copy", "cut"]) {
      box.addEventListener(kind, (event) => {
        const selection = getSelection();
        if (!selection.rangeCount || selection.isCollapsed) return;
        const holder = document.createElement("div");
        holder.append(selection.getRangeAt(0).cloneContents());
        event.clipboardData.setData("text/plain", [...holder.childNodes].map(textOf).join(""));
        event.preventDefault();
        if (kind === "cut") {
          selection.deleteFromDocument();
          send();
        }
      });
    }
    // A draft kept on this device, or the button that clears it, changes the textarea behind our back.
    document.addEventListener("click", () => setTimeout(() => area.value !== read() && draw(), 0));

    box.id = number ? `chip-editor-${number}` : "chip-editor";
    box.className = "form-control chip-editor";
    box.setAttribute("contenteditable", "plaintext-only");
    if (box.contentEditable !== "plaintext-only") box.contentEditable = "true";
    box.setAttribute("role", "textbox");
    box.setAttribute("aria-multiline", "true");
    box.spellcheck = false;
    if (label) {
      label.id ||= `${area.id}-label`;
      label.removeAttribute("for");
      label.addEventListener("click", () => box.focus());
      box.setAttribute("aria-labelledby", label.id);
    }
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (area.hasAttribute(name)) box.setAttribute(name, area.getAttribute(name));
    }
    draw();
    area.hidden = true;
    area.after(box);
    area.chips = { insert: (token) => put(nodesOf(token)) };
  };
  areas.forEach(edit);
})();
