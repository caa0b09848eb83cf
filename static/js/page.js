// What every page does: lost sessions, lost networks, passing words, copying, focus on what was refused.
"use strict";
(() => {
  document.documentElement.classList.add("js");

  const say = (text, bad = false) => {
    const place = document.getElementById("toasts");
    if (!place) return;
    const toast = document.createElement("p");
    toast.className = bad ? "toast-line toast-bad" : "toast-line";
    toast.textContent = text;
    place.append(toast);
    setTimeout(() => toast.remove(), bad ? 8000 : 3000);
  };
  document.addEventListener("bureau:say", (event) => say(event.detail.text, event.detail.bad));

  // The office network has no https everywhere, and the clipboard API is missing there.
  const copyOldWay = (text) => {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "visually-hidden";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done ? Promise.resolve() : Promise.reject(new Error("copy"));
  };
  const copy = (text) => (navigator.clipboard ? navigator.clipboard.writeText(text).catch(() => copyOldWay(text)) : copyOldWay(text));

  document.addEventListener("click", (event) => {
    const copier = event.target.closest("[data-copy], [data-copy-text]");
    if (copier) {
      const source = copier.dataset.copy && document.querySelector(copier.dataset.copy);
      const text = copier.dataset.copyText ?? source?.value ?? source?.innerText ?? "";
      copy(text.trim()).then(() => say("已复制，可以粘贴到群里。"), () => say("没有复制成功，请长按选中后复制。", true));
    }
    event.target.closest("[data-dismiss]")?.closest(".notice")?.remove();
    const back = event.target.closest("[data-back]");
    if (back && history.length > 1) {
      event.preventDefault();
      history.back();
    }
    const toggle = event.target.closest("[data-toggle-next]");
    if (toggle) toggle.setAttribute("aria-expanded", toggle.nextElementSibling.classList.toggle("shown"));
    if (event.target.closest("[data-print]")) print();
    const same = event.target.closest("[data-same-query]"); // a paper of the list as it is filtered now
    if (same) same.search = location.search;
    for (const open of document.querySelectorAll("details:is(.chooser, [data-choices])[open]")) if (!open.contains(event.target)) open.open = false;
  });

  // A link that names a key follows it, unless somebody types (the next and the previous case of a session).
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, select, dialog[open]") || event.altKey || event.ctrlKey || event.metaKey) return;
    document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`)?.click();
  });

  // Choosing is enough to filter, order or resize a list; what is typed waits for Enter or the button.
  document.addEventListener("change", (event) => {
    const chosen = event.target.closest("select, [type=date], [type=month], [type=checkbox], [type=radio]");
    const several = chosen?.closest("[data-choices]");
    if (several) several.dataset.changed = "";
    else if (chosen?.form?.matches("[data-auto]")) chosen.form.requestSubmit();
  });
  document.addEventListener("toggle", ({ target }) => {
    if (target.matches("[data-choices]") && !target.open && "changed" in target.dataset) target.closest("[data-auto]")?.requestSubmit();
  }, true);

  // The menu is longer than the screen: where one is stands in sight.
  const here = document.querySelector(".side-nav [aria-current]");
  const menu = here?.closest(".side-nav");
  if (menu && here.offsetTop + here.offsetHeight > menu.scrollTop + menu.clientHeight) {
    menu.scrollTop = here.offsetTop - menu.clientHeight / 2;
  }

  const attend = () => document.querySelector("[data-focus]")?.focus();
  document.addEventListener("DOMContentLoaded", attend);
  attend();

  // The session ended while the page stood open, or a code or new password is due: that page must not land inside a table.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { login, password } = document.body.dataset;
    const from = event.detail.xhr.responseURL && new URL(event.detail.xhr.responseURL).pathname;
    if (login && from && [login, password].some((door) => from.startsWith(door))) {
      event.detail.shouldSwap = false;
      location.reload();
    }
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (event.detail.elt.id !== "bell") say("没有连上服务器，请检查网络后再试。", true);
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.elt.id !== "bell") say(`没有成功（错误 ${event.detail.xhr.status}），请刷新后再试。`, true);
  });

  // Empty filters do not belong in an address that is sent to a colleague.
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") return;
    const { formData } = event.detail;
    for (const key of new Set(formData.keys())) {
      const filled = formData.getAll(key).filter((value) => value !== "");
      formData.delete(key);
      filled.forEach((value) => formData.append(key, value));
    }
  });
})();
