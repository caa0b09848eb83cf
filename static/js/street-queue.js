// What waits on this phone and what was sent, as the page shows it; when the queue is sent. Ids begin with `name`.
"use strict";
window.Street = window.Street || {};
// page: edit(entry) puts an entry back into the form, editing() tells which one is there, dropped(entry) after a deletion,
// told(entry) the line and the words for the group of one that was sent.
Street.queue = (form, name, page) => {
  const store = Street.openStore(name);
  const byId = (id) => document.getElementById(`${name}-${id}`);
  const element = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text });
  const button = (text, className, act) => {
    const made = element("button", className, text);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  };

  const remove = async (entry) => {
    const words = entry.number ? `${entry.number} 已登记，没有传上去的照片会从手机里删除。确定？` : "这条记录和照片还没有上传。确定从手机里删除？";
    if (!confirm(words)) return;
    page.dropped(entry);
    await store.drop(entry);
    await list();
  };
  const line = (entry) => {
    const item = element("li", "", "");
    const left = entry.photos.filter((photo) => !photo.done).length;
    item.append(element("span", "visit-what", `${entry.label}${left ? `，照片 ${left} 张` : ""}${entry.number ? `（${entry.number}，照片未传完）` : ""}`));
    if (entry.problem) item.append(element("span", "field-error", entry.problem));
    if (!entry.number) item.append(button("改", "btn btn-sm btn-outline-secondary", async () => page.edit(entry, await filesOf(entry))));
    item.append(button(entry.number ? "不传剩下的照片" : "删除", "btn btn-sm btn-outline-danger", () => remove(entry)));
    return item;
  };
  const list = async () => {
    const waiting = await store.all();
    byId("waiting").textContent = `未上传 ${waiting.length}`;
    byId("waiting").className = `state state-${waiting.length ? "amber" : "grey"}`;
    byId("queue").hidden = !waiting.length;
    byId("queue").querySelector("ul").replaceChildren(...waiting.map(line));
  };
  const notice = (text, link) => {
    const place = byId("notice");
    place.hidden = !text;
    place.querySelector("p").replaceChildren(text, ...(link ? [Object.assign(element("a", "alert-link", " 重新登录"), { href: form.dataset.login })] : []));
  };
  const sent = (entry) => {
    const { number, url } = entry.answer;
    const item = element("li", "", "");
    item.append(Object.assign(element("a", "", number), { href: url }));
    item.append(element("span", "", ` ${entry.label}：${page.told(entry)}`));
    const copy = element("button", "btn btn-sm btn-outline-secondary", "复制到群");
    copy.type = "button";
    copy.dataset.copyText = `${entry.label}，${number}，${new URL(url, location.href)}`;
    item.append(copy);
    byId("sent").hidden = false;
    byId("sent").querySelector("ul").prepend(item);
  };
  const loggedOut = () => notice("登录已过期。没有上传的记录都在手机里，请重新登录后继续上传。", true);
  const filesOf = async (entry) => {
    const files = [];
    for (const photo of entry.photos) {
      const blob = await store.photo(photo.key);
      if (blob) files.push(new File([blob], photo.name, { type: blob.type }));
    }
    return files;
  };

  const sender = Street.sender(
    form.dataset,
    {
      sent,
      changed: list,
      held: (entry) => page.editing()?.client_id === entry.client_id,
      notice,
      others: (count) => count && notice(`手机里有 ${count} 条是别的账号录入的，请由本人登录后上传。`),
      loggedOut,
    },
    store,
  );
  byId("now").addEventListener("click", () => sender.run(true));
  addEventListener("online", () => sender.run());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sender.run());
  setInterval(() => navigator.onLine && sender.run(), 30000);

  // An entry with its photos into the store; false where the phone has no room. An entry that is corrected keeps its key,
  // and stays stored until the new one is.
  const keep = async ({ user, label, values }, files) => {
    const old = page.editing();
    const key = old?.client_id || Street.newKey();
    const photos = [];
    for (const file of files) photos.push({ key: `${key}/${Street.newKey()}`, name: file.name || "photo.jpg", sha256: await Street.sha256(file), done: false });
    try {
      await store.add({ client_id: key, user, saved: Date.now(), label, values, photos, problem: "" }, files, old);
    } catch {
      return false;
    }
    return true;
  };

  // Without https there is no service worker: entries still wait on the phone, only the page needs signal to open.
  const keepPage = async () => {
    if (!("serviceWorker" in navigator)) return;
    await navigator.serviceWorker.register(form.dataset.worker, { scope: location.pathname }).catch(() => {});
    (await navigator.serviceWorker.ready).active.postMessage("keep");
  };

  return { store, sender, list, notice, loggedOut, keep, keepPage };
};
