// Forms: nothing typed is lost (draft on this device, warning on leaving), no double submit, files seen before sending.
"use strict";
(() => {
  const WEEK = 7 * 24 * 3600 * 1000;
  const PREFIX = "draft:";
  const keyOf = (form) => `${PREFIX}${document.body.dataset.user || "-"}:${form.dataset.draft}`;
  const secret = (field) => ["password", "file", "hidden", "submit"].includes(field.type) || "noDraft" in field.dataset;
  const store = (() => {
    try {
      localStorage.setItem("draft-probe", "1");
      localStorage.removeItem("draft-probe");
      return localStorage;
    } catch {
      return null; // private windows may refuse; the warning on leaving still stands
    }
  })();

  const valuesOf = (form) => {
    const values = {};
    for (const field of form.elements) {
      if (!field.name || secret(field)) continue;
      if (["checkbox", "radio"].includes(field.type)) {
        values[field.name] ??= [];
        if (field.checked) values[field.name].push(field.value);
      } else if (field.multiple) {
        values[field.name] = [...field.selectedOptions].map((option) => option.value);
      } else (values[field.name] ??= []).push(field.value);
    }
    return values;
  };

  const fill = (form, values) => {
    const seen = {};
    for (const field of form.elements) {
      const kept = field.name && !secret(field) && values[field.name];
      if (!kept) continue;
      if (["checkbox", "radio"].includes(field.type)) field.checked = kept.includes(field.value);
      else if (field.multiple) for (const option of field.options) option.selected = kept.includes(option.value);
      else field.value = kept[(seen[field.name] = (seen[field.name] ?? -1) + 1)] ?? "";
    }
  };

  const offer = (form, original) => {
    const note = document.createElement("div");
    note.className = "notice notice-info notice-message";
    const text = document.createElement("p");
    text.textContent = "已恢复上次没有提交的内容。";
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "btn btn-sm btn-outline-secondary";
    drop.textContent = "清除，重新填";
    drop.addEventListener("click", () => {
      store.removeItem(keyOf(form));
      fill(form, original);
      form.dataset.dirty = "";
      form.dispatchEvent(new CustomEvent("bureau:draft-dropped"));
      note.remove();
    });
    note.append(text, drop);
    form.prepend(note);
  };

  const restore = (form) => {
    const kept = JSON.parse(store.getItem(keyOf(form)) || "null");
    const refused = form.querySelector(".error-summary"); // the server has sent back what was typed
    if (!kept || refused) return;
    const original = valuesOf(form);
    if (JSON.stringify(original) === JSON.stringify(kept.values)) return;
    fill(form, kept.values);
    form.keptDraft = kept.values; // for scripts that add fields later
    form.dataset.dirty = "yes";
    offer(form, original);
  };

  // A draft that was sent goes when the answer shows success, or is another page. It stays when the answer is the login
  // page, an error page, or the same form refused: the session may have ended over a long form.
  const delivered = (key) => {
    if (document.querySelector("#messages .notice-success")) return true;
    const { user, login } = document.body.dataset;
    const name = key.split(":").slice(2).join(":");
    const before = document.referrer && new URL(document.referrer).pathname;
    const fromLogin = login && before && [login, document.body.dataset.password].some((door) => before.startsWith(door)); // its codes and forced passwords too
    return Boolean(user) && !fromLogin && !document.querySelector(`form[data-draft="${CSS.escape(name)}"]`);
  };
  const tidy = () => {
    for (const key of Object.keys(store).filter((name) => name.startsWith(PREFIX))) {
      let kept = null;
      try {
        kept = JSON.parse(store.getItem(key));
      } catch {
        kept = null; // not ours, or cut off: goes with the old ones
      }
      if (!kept || Date.now() - kept.at > WEEK || (kept.sent && delivered(key))) store.removeItem(key);
    }
  };

  const remember = (form, sent = false) => {
    try {
      store.setItem(keyOf(form), JSON.stringify({ at: Date.now(), sent, values: valuesOf(form) }));
    } catch {
      document.dispatchEvent(new CustomEvent("bureau:say", { detail: { text: "本机空间不足，草稿没有保存。", bad: true } }));
    }
  };

  // A field with data-shown-when="kind=a,b" is asked only while the field `kind` says a or b. What is put away is not
  // sent; what was typed into it comes back with it. A field with an error is never put away.
  const showWhatFits = (form) => {
    for (const field of form.querySelectorAll("[data-shown-when]")) {
      const [name, values] = field.dataset.shownWhen.split("=");
      const frame = field.closest(".field");
      const fits = values.split(",").includes(form.elements[name]?.value) || frame.classList.contains("field-wrong");
      frame.hidden = field.disabled = !fits;
    }
  };

  if (store) {
    tidy();
    document.querySelectorAll("form[data-draft]").forEach(restore);
  }
  document.querySelectorAll("form:has([data-shown-when])").forEach((form) => {
    showWhatFits(form);
    form.addEventListener("change", () => showWhatFits(form));
    form.addEventListener("bureau:draft-dropped", () => showWhatFits(form));
  });
  let timer = 0;
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form?.matches("[data-guard], [data-draft]")) return;
    form.dataset.dirty = "yes";
    if (store && form.dataset.draft) {
      clearTimeout(timer);
      timer = setTimeout(() => remember(form), 400);
    }
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (form.method === "post" && !form.hasAttribute("hx-post")) {
      if (form.dataset.sending) return event.preventDefault();
      form.dataset.sending = "yes";
      setTimeout(() => delete form.dataset.sending, 5000); // the answer may be a download, and the page stays
    }
    clearTimeout(timer);
    if (store && form.dataset.draft) remember(form, true);
    form.dataset.dirty = "";
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach((form) => delete form.dataset.sending));
  window.addEventListener("beforeunload", (event) => {
    // Where a draft is kept nothing is lost, so nobody is asked.
    const open = [...document.querySelectorAll("form[data-guard]")].some((form) => form.dataset.dirty && !(store && form.dataset.draft));
    if (open) event.preventDefault();
  });

  // --- Files ---
  const size = (bytes) => (bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`);
  const line = (file, problem) => {
    const item = document.createElement("li");
    item.className = problem ? "file-item file-bad" : "file-item";
    if (file.type.startsWith("image/") && !/hei[cf]/.test(file.type)) {
      const picture = document.createElement("img");
      picture.alt = "";
      picture.src = URL.createObjectURL(file);
      picture.onload = () => URL.revokeObjectURL(picture.src);
      item.append(picture);
    }
    const words = document.createElement("span");
    words.textContent = `${file.name}（${size(file.size)}）${problem}`;
    item.append(words);
    return item;
  };
  const preview = (drop) => {
    const input = drop.querySelector("input[type=file]");
    const list = drop.querySelector(".file-list");
    const limit = Number(drop.dataset.maxMb);
    const most = Number(drop.dataset.maxFiles);
    const files = [...input.files];
    const lines = files.map((file) => line(file, file.size > limit * 1048576 ? `：超过 ${limit} MB，请压缩后再选` : file.size ? "" : "：是空文件"));
    const bad = lines.some((item) => item.classList.contains("file-bad"));
    const many = files.length > most;
    input.setCustomValidity(many ? `一次最多 ${most} 个文件，现在选了 ${files.length} 个。` : bad ? "有文件不能上传，请看下面的说明后重新选择。" : "");
    list.replaceChildren(...lines);
    list.hidden = !files.length;
    if (many || bad) input.reportValidity();
  };
  document.addEventListener("change", (event) => {
    const drop = event.target.closest("[data-file-drop]");
    if (drop && event.target.type === "file") preview(drop);
  });
  for (const [kind, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
    document.addEventListener(kind, (event) => {
      const zone = event.target.closest?.(".file-zone");
      if (!zone) return;
      event.preventDefault();
      zone.classList.toggle("file-over", over);
      if (kind !== "drop" || !event.dataTransfer.files.length) return;
      const input = zone.querySelector("input[type=file]");
      const chosen = new DataTransfer();
      [...event.dataTransfer.files].slice(0, input.multiple ? undefined : 1).forEach((file) => chosen.items.add(file));
      input.files = chosen.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
})();
