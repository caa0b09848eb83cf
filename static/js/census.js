// Census on the phone: where it is, boards of the ledger around, one of them taken over with a tap; what is saved waits on
// the phone until the server has named its key and its photo's hash.
"use strict";
(() => {
  const form = document.querySelector("[data-census]");
  if (!form) return;
  const fields = form.elements;
  const said = document.getElementById("census-position");
  const around = document.getElementById("census-nearby");
  const chosen = document.getElementById("census-board");
  const say = (text, bad = false) => document.dispatchEvent(new CustomEvent("bureau:say", { detail: { text, bad } }));

  let asked = 0; // a position that was asked for an entry before is not that of the one in the form now

  const locate = () => {
    const mine = ++asked;
    if (!navigator.geolocation) {
      said.textContent = "这台设备没有定位，可以照常登记。";
      return;
    }
    said.textContent = "正在等待定位。";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        if (mine !== asked) return;
        fields.latitude.value = coords.latitude.toFixed(6);
        fields.longitude.value = coords.longitude.toFixed(6);
        said.textContent = `已定位，误差约 ${Math.round(coords.accuracy)} 米。`;
        if (navigator.onLine) around.dispatchEvent(new Event("located"));
      },
      () => {
        if (mine !== asked) return;
        said.textContent = "没有取得定位，可以照常登记。";
      },
      { enableHighAccuracy: true, timeout: 10000, maximumAge: 30000 },
    );
  };

  const choose = (board, words) => {
    fields.board.value = board;
    if (!board) return chosen.replaceChildren();
    const none = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-link btn-sm", textContent: "不是这一处" });
    none.addEventListener("click", () => choose("", ""));
    chosen.replaceChildren(`已选台账中的设施${words} `, none);
  };
  around.addEventListener("click", (event) => {
    const button = event.target.closest("[data-board]");
    if (!button) return;
    choose(button.dataset.board, `：${button.textContent}`);
    fields.name.value = button.dataset.name;
    fields.place.value = button.dataset.place;
    fields.kind.value = button.dataset.kind;
  });
  document.getElementById("census-locate").addEventListener("click", locate);
  locate();

  // --- Kept on the phone first ---
  if (!window.indexedDB) return; // the form is posted as it stands
  const STAY = ["street", "community", "kind", "problem", "measure"];
  const NOT_KEPT = ["csrfmiddlewaretoken", "seen", "entry_key", "photo", "last"];
  let editing = null; // the waiting entry that is being corrected; it stays stored until the new one is

  const photo = (files) => {
    const chosenFiles = new DataTransfer();
    files.forEach((file) => chosenFiles.items.add(file));
    fields.photo.files = chosenFiles.files;
    fields.photo.dispatchEvent(new Event("change", { bubbles: true })); // the preview follows
  };
  const today = () => {
    const now = new Date(Date.now() + Number(localStorage.getItem("street-clock") || 0));
    return new Date(now - now.getTimezoneOffset() * 60000).toISOString().slice(0, 10);
  };
  const clear = () => {
    const stay = STAY.map((name) => [name, fields[name].value]);
    form.reset();
    stay.forEach(([name, value]) => (fields[name].value = value));
    ["latitude", "longitude"].forEach((name) => (fields[name].value = ""));
    fields.found_on.value = today(); // the page may be of yesterday
    choose("", "");
    around.replaceChildren();
    photo([]);
    form.dataset.dirty = "";
    editing = null;
  };
  const values = () => {
    const typed = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !NOT_KEPT.includes(name));
    return { ...Object.fromEntries(typed), campaign: form.dataset.campaign };
  };
  const back = (entry, files) => {
    if (entry.values.campaign !== form.dataset.campaign) return say("这一条是另一次专项的，请到那一次的摸底登记页修改。", true);
    editing = entry;
    for (const [name, value] of Object.entries(entry.values)) if (fields[name]) fields[name].value = value;
    photo(files);
    choose(entry.values.board, "");
    asked += 1;
    said.textContent = entry.values.latitude ? "位置是登记时的；人还在现场的，可以重新定位。" : "登记时没有定位；人还在现场的，可以重新定位。";
    say("改好后点“保存并下一条”；原来的在保存前不会丢。");
    scrollTo({ top: 0 });
  };
  const queue = Street.queue(form, "census", {
    edit: back,
    editing: () => editing,
    dropped: (entry) => editing?.client_id === entry.client_id && (editing = null),
    told: ({ answer }) => answer.told,
  });
  const keep = async () => {
    const data = values();
    const label = `${data.name} · ${data.place}`;
    const files = [...fields.photo.files];
    if (!(await queue.keep({ user: Number(document.body.dataset.user), label, values: data }, files))) {
      return say("手机空间不足，这条没有保存。请先上传或清理空间，填的内容还在。", true);
    }
    clear();
    scrollTo({ top: 0 });
    locate();
    await queue.list();
    say("已保存在手机里。");
    queue.sender.run();
  };
  form.addEventListener("submit", (event) => {
    if (event.submitter?.name === "last" && navigator.onLine && !editing) return; // looked at on its own page
    event.preventDefault();
    if (form.reportValidity()) keep();
  });

  document.getElementById("census-waiting").hidden = false;
  if (!form.querySelector(".error-summary") && fields.found_on.value < today()) fields.found_on.value = today();
  queue.keepPage();
  queue.list().then(() => queue.sender.run());
})();
