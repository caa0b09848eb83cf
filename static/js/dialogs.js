// Dialogs: <a href="#void" data-dialog> opens <dialog id="void">; data-confirm asks before a button submits.
"use strict";
(() => {
  const show = (dialog) => {
    dialog.removeAttribute("open");
    dialog.showModal();
  };

  const ask = (button) => {
    const dialog = document.getElementById("confirm");
    const form = button.form;
    const chosen = form?.id ? document.querySelectorAll(`[name=pk][form="${form.id}"]:checked`).length : 0;
    dialog.querySelector("#confirm-title").textContent = button.dataset.confirmTitle || "确定？";
    dialog.querySelector("#confirm-text").textContent = button.dataset.confirm.replaceAll("{n}", chosen);
    const yes = dialog.querySelector("[data-confirm-yes]");
    yes.textContent = button.textContent.trim();
    yes.className = /danger/.test(button.className) ? "btn btn-danger" : "btn btn-primary";
    yes.onclick = () => {
      dialog.close();
      button.dataset.confirmed = "yes";
      form.requestSubmit(button);
      delete button.dataset.confirmed;
    };
    show(dialog);
  };

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) {
      const dialog = document.getElementById((opener.getAttribute("href") || "").slice(1) || opener.dataset.dialog);
      if (dialog) {
        event.preventDefault();
        show(dialog);
      }
      return;
    }
    const closer = event.target.closest("[data-dialog-close], [data-confirm-no]");
    if (closer) {
      event.preventDefault();
      closer.closest("dialog").close();
      return;
    }
    const button = event.target.closest("button[data-confirm]");
    if (button && !button.dataset.confirmed) {
      if (button.form && !button.form.reportValidity()) return event.preventDefault();
      event.preventDefault();
      ask(button);
    }
  });
  // Enter in a field submits without a click on the button: ask then, too.
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button?.dataset.confirm && !button.dataset.confirmed) {
      event.preventDefault();
      event.stopImmediatePropagation();
      ask(button);
    }
  }, true);

  document.querySelectorAll("dialog[data-open]").forEach(show);
})();
