// Entry on the street: camera first, place from the position, favourites, preview, save and next; all waits on the phone first.
"use strict";
(() => {
  const form = document.getElementById("street");
  if (!form) return;
  const { ground } = Street;
  const byId = (name) => document.getElementById(`street-${name}`);
  const field = (name) => form.elements.namedItem(name);
  const say = (text, bad = false) => document.dispatchEvent(new CustomEvent("bureau:say", { detail: { text, bad } }));
  const element = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text });
  const button = (text, className, act) => {
    const made = element("button", className, text);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  };
  let known = null; // the reference: items, places, units
  let photos = []; // File objects of the entry being typed
  let position = null; // {at: [latitude, longitude], accuracy}
  let chosen = { item: null, place: null };
  let editing = null; // the waiting entry that is being corrected; it stays stored until the new one is
  let reporting = 0;

  // --- What is known ---
  const option = (value, text) => Object.assign(document.createElement("option"), { value, textContent: text });
  const learn = (reference) => {
    known = reference;
    const unit = field("unit");
    const round = field("round");
    const stood = { unit: unit.value, round: round.value };
    unit.replaceChildren(option("", "请选择"), ...known.units.map((each) => option(each.id, each.name)));
    round.replaceChildren(option("", "本月日常"), ...known.rounds.map((each) => option(each.id, each.name)));
    [unit.value, round.value] = [stood.unit, stood.round];
    const by = field("found_by");
    by.value ||= localStorage.getItem("street-by") || known.name;
    offerItems();
    offerPlaces();
  };

  // --- Photos ---
  const complain = (name, text) => {
    const place = form.querySelector(name === "photos" ? "#street-photos .field-error" : `[data-field="${name}"] .field-error`);
    if (!place) return text && say(text, true);
    place.textContent = text;
    place.hidden = !text;
    place.closest(".field").classList.toggle("field-wrong", Boolean(text));
  };
  const showPhotos = () => {
    const list = form.querySelector(".file-list");
    list.hidden = !photos.length;
    list.replaceChildren(
      ...photos.map((file, index) => {
        const line = element("li", "file-item", "");
        if (!/hei[cf]/i.test(file.type + file.name)) {
          const picture = Object.assign(document.createElement("img"), { alt: "", src: URL.createObjectURL(file) });
          picture.onload = picture.onerror = () => URL.revokeObjectURL(picture.src);
          line.append(picture);
        }
        line.append(element("span", "", file.name));
        line.append(button("去掉", "btn btn-sm btn-outline-secondary", () => {
          photos.splice(index, 1);
          showPhotos();
        }));
        return line;
      }),
    );
  };
  const take = (input) => {
    const most = Number(form.dataset.maxMb);
    const wrong = [];
    for (const file of input.files) {
      const picture = file.type.startsWith("image/") || /\.(hei[cf]|jpe?g|png|webp)$/i.test(file.name);
      if (!picture) wrong.push(`“${file.name}”不是照片，没有加入。`);
      else if (file.size > most * 1048576) wrong.push(`“${file.name}”有 ${(file.size / 1048576).toFixed(1)} MB，超过 ${most} MB，没有加入。请压缩或重拍。`);
      else if (photos.length < 10) photos.push(file);
      else wrong.push("一条记录最多 10 张照片。");
    }
    input.value = "";
    complain("photos", wrong.join(" "));
    showPhotos();
  };
  for (const name of ["camera", "album"]) byId(name).addEventListener("change", (event) => take(event.target));

  // --- Place, area, unit ---
  const offerPlaces = () => {
    const near = position ? ground.near(known.places, position.at).slice(0, 6) : [];
    const ids = new Set(near.map((place) => place.id));
    const words = field("place").value.trim();
    const found = words ? known.places.filter((place) => place.name.includes(words) && !ids.has(place.id)).slice(0, 6) : [];
    const recent = known.recent.filter((place) => !ids.has(place.id) && !found.some((each) => each.name === place.name)).slice(0, words ? 0 : 4);
    const label = (place) => (place.away === undefined ? place.name : `${place.name} ${Math.round(place.away)} 米`);
    byId("places").replaceChildren(
      ...[...near, ...found, ...recent].map((place) => button(label(place), "btn btn-sm btn-outline-primary", () => choosePlace(place))),
    );
    return near;
  };
  const choosePlace = (place) => {
    chosen.place = place.id ? place : null;
    field("place").value = place.name;
    field("area").value = place.area;
    if (place.unit) guessUnit(place.unit);
    byId("keep").hidden = Boolean(place.id);
    ["place", "area", "unit"].forEach((name) => complain(name, ""));
    offerItems();
    report();
  };
  const guessUnit = (unit) => {
    field("unit").value = unit;
    byId("guess").hidden = false;
  };
  const typedPlace = () => {
    const words = field("place").value.trim();
    const same = known?.places.find((place) => place.name === words && (!field("area").value || place.area === field("area").value));
    chosen.place = same || null;
    byId("keep").hidden = !words || Boolean(same);
    if (same && same.unit && !field("unit").value) guessUnit(same.unit);
    if (known) offerPlaces();
  };
  const locate = async (event) => {
    const words = byId("position");
    words.textContent = "正在定位。";
    try {
      const before = position;
      position = await ground.locate(event?.currentTarget === byId("locate"));
      byId("unlocate").hidden = false;
      const away = known && !ground.inside(known.outline, position.at);
      words.textContent = away ? known.outside : `已定位，误差约 ${position.accuracy} 米。`;
      words.classList.toggle("street-warning", Boolean(away));
      if (before && ground.metres(before.at, position.at) > 30 && chosen.place) clearPlace();
      const near = known ? offerPlaces() : [];
      if (near[0]?.away <= 50 && !field("place").value) choosePlace(near[0]);
      else if (near[0]?.unit && !field("unit").value) guessUnit(near[0].unit);
    } catch {
      position = null;
      words.textContent = "没有定位（未授权或没有信号）。可以直接填地点。";
    }
  };
  const clearPlace = () => {
    chosen.place = null;
    field("place").value = "";
    byId("guess").hidden = true;
  };
  byId("locate").addEventListener("click", locate);
  byId("unlocate").addEventListener("click", () => {
    position = null;
    byId("unlocate").hidden = true;
    byId("position").textContent = "已去掉定位，这条记录不带位置。";
    report();
  });
  field("place").addEventListener("input", typedPlace);
  field("unit").addEventListener("change", () => (byId("guess").hidden = true));
  field("area").addEventListener("change", () => {
    typedPlace();
    offerItems();
  });

  // --- Item ---
  const fits = (item) => !field("area").value || item.areas.includes(field("area").value);
  const offerItems = () => {
    if (!known) return;
    const words = byId("search").value.trim().toLowerCase();
    const all = known.items.filter(fits);
    const shown = words
      ? all.filter((item) => item.name.toLowerCase().includes(words) || item.code.toLowerCase().startsWith(words))
      : known.favourites.map((id) => all.find((item) => item.id === id)).filter(Boolean);
    byId("items").replaceChildren(
      ...(shown.length || words ? shown : all).slice(0, 10).map((item) => {
        const made = button(`${item.code} ${item.name}`, "btn btn-sm btn-outline-primary", () => chooseItem(item));
        made.setAttribute("aria-pressed", String(chosen.item?.id === item.id));
        return made;
      }),
    );
    if (words && !shown.length) byId("items").textContent = "这类区域里没有这个小项，换个词试试。";
  };
  const chooseItem = (item) => {
    chosen.item = item;
    byId("chosen").hidden = !item;
    byId("chosen").textContent = item ? `${item.code} ${item.name}：每${item.unit}扣 ${Number(item.deduct)} 分` : "";
    byId("rule").textContent = item?.rule ? `${item.rule}，每${item.unit}扣 ${Number(item.severe)} 分` : "";
    if (item) byId("search").value = "";
    complain("item", "");
    offerItems();
    report();
  };
  byId("search").addEventListener("input", offerItems);
  byId("search").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    byId("items").querySelector("button")?.click();
  });
  form.addEventListener("click", (event) => {
    const step = Number(event.target.closest("[data-step]")?.dataset.step || 0);
    if (!step) return;
    field("count").value = Math.max(1, (Number(field("count").value) || 1) + step);
    report();
  });

  // --- What it would cost ---
  // A correction does not move when the problem was found, unless that moment is what the server refused.
  const foundAt = () => {
    if (editing && !editing.wrong?.includes("found_at")) return editing.values.found_at;
    return new Date(Date.now() + Number(localStorage.getItem("street-clock") || 0)).toISOString();
  };
  const values = () => ({
    found_at: foundAt(),
    item: chosen.item?.id ?? "",
    unit: field("unit").value,
    area: field("area").value,
    place: field("place").value.trim(),
    known_place: chosen.place?.id ?? "",
    latitude: position ? position.at[0].toFixed(6) : "",
    longitude: position ? position.at[1].toFixed(6) : "",
    count: field("count").value.trim(),
    severe: field("severe").checked ? "on" : "",
    handling: form.querySelector("[name=handling]:checked").value,
    description: field("description").value.trim(),
    source: field("source").value,
    found_by: field("found_by").value.trim(),
    round: field("round").value,
    keep_place: !byId("keep").hidden && field("keep_place").checked ? "on" : "",
    separate: field("separate").checked ? "on" : "",
  });
  const whole = (data) => data.item && data.unit && data.area && data.place && /^[1-9]\d{0,3}$/.test(data.count);
  const guess = (data) => {
    const each = Number(data.severe ? chosen.item.severe : chosen.item.deduct);
    const points = each * Number(data.count) * Number(known.coefficients[data.area] || 1);
    return [`预计扣 ${Math.round(points * 10000) / 10000} 分（未核对是否反复，上传后以系统为准）`];
  };
  const lines = (hint) => {
    if (hint.refusal) return [hint.refusal];
    const found = [`预计扣 ${hint.points} 分：${hint.sum}`, hint.parts.join("，")];
    if (hint.same) found.push(`同一问题 ${hint.same.number} 还没有销号：不重复扣分，照片会加到原问题里。不是同一处的，请勾选“另一处，单独登记”。`);
    else if (hint.recurrence) found.push(`${hint.days} 天内销号后又发现：第 ${hint.recurrence} 次反复，加倍扣分。`);
    if (hint.before.length) found.push(`${hint.days} 天内查过：${hint.before.join("；")}`);
    return [...found, ...hint.warnings];
  };
  // In full below the form; in short above the button, where the thumb is.
  const showHint = (words, brief = words[0] || "") => {
    byId("hint").replaceChildren(...words.map((text) => element("p", "", text)));
    byId("brief").textContent = brief;
  };
  const inShort = (hint) => hint.refusal || `${hint.same ? "同一问题未销号，不重复扣分" : `预计扣 ${hint.points} 分`}${hint.recurrence ? `，第 ${hint.recurrence} 次反复` : ""}`;
  // Offered where an open finding would take the entry in, and without signal, where that is not known.
  const offerSeparate = (asked) => (byId("separate").hidden = !asked && !field("separate").checked);
  const report = () => {
    clearTimeout(reporting);
    reporting = setTimeout(async () => {
      const data = values();
      if (!known || !whole(data)) return showHint([]);
      offerSeparate(!navigator.onLine);
      if (!navigator.onLine) return showHint(guess(data));
      try {
        const answer = await queue.sender.post(form.dataset.hint, { ...data, client_id: Street.newKey() });
        if (answer.status === 200) {
          offerSeparate(answer.body.same);
          showHint(lines(answer.body), inShort(answer.body));
        } else showHint(guess(data));
      } catch {
        showHint(guess(data));
      }
    }, 400);
  };
  form.addEventListener("change", report);

  // --- Save and next ---
  const check = (data) => {
    const wrong = {
      place: data.place ? "" : "请填写具体地点，或选一个点位。",
      area: data.area ? "" : "请选择区域类型。",
      unit: data.unit ? "" : "请选择责任单位。",
      item: data.item ? "" : "请选择小项。",
      count: /^[1-9]\d{0,3}$/.test(data.count) ? "" : "数量应为 1 到 9999 的整数。",
    };
    if (!wrong.item && !fits(chosen.item)) wrong.item = `“${chosen.item.name}”不适用于这个区域，请重新选择。`;
    Object.entries(wrong).forEach(([name, text]) => complain(name, text));
    const first = Object.keys(wrong).find((name) => wrong[name]);
    if (first) form.querySelector(`[data-field="${first}"] input, [data-field="${first}"] select`).focus();
    return !first;
  };
  const keep = async () => {
    const data = values();
    if (!known || !check(data)) return;
    const label = `${chosen.item.name} · ${data.place}`;
    if (!(await queue.keep({ user: known.user, label, values: data }, photos))) {
      return complain("photos", "手机空间不足，这条没有保存。请先上传或清理空间，填的内容还在。");
    }
    localStorage.setItem("street-by", data.found_by);
    next();
    await queue.list();
    say("已保存在手机里。");
    queue.sender.run();
  };
  const next = () => {
    editing = null;
    photos = [];
    showPhotos();
    chooseItem(null);
    field("count").value = "1";
    field("severe").checked = false;
    byId("handling-order").checked = true; // 即查即改 closes the finding: it is chosen each time
    field("description").value = "";
    field("keep_place").checked = false;
    field("separate").checked = false;
    offerSeparate(false);
    showHint([]);
    scrollTo({ top: 0 });
    locate();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    keep();
  });

  // --- What waits, what was sent ---
  const back = (entry, files) => {
    editing = entry;
    photos = files;
    showPhotos();
    for (const name of ["place", "area", "unit", "count", "description", "source", "found_by", "round"]) field(name).value = entry.values[name];
    field("severe").checked = Boolean(entry.values.severe);
    field("separate").checked = Boolean(entry.values.separate);
    offerSeparate(false);
    form.querySelector(`[name=handling][value=${entry.values.handling}]`).checked = true;
    position = entry.values.latitude ? { at: [Number(entry.values.latitude), Number(entry.values.longitude)], accuracy: 0 } : null;
    typedPlace();
    chooseItem(known.items.find((item) => item.id === entry.values.item) || null);
    say("改好后点“保存并下一条”；原来的在保存前不会丢。");
    scrollTo({ top: 0 });
  };
  const queue = Street.queue(form, "street", {
    edit: back,
    editing: () => editing,
    dropped: (entry) => editing?.client_id === entry.client_id && (editing = null),
    told: ({ answer }) => [answer.told, ...answer.warnings].join("；"),
  });

  const start = async () => {
    queue.keepPage();
    await queue.list();
    try {
      learn((await queue.sender.refresh()).reference);
    } catch (error) {
      if (error instanceof queue.sender.LoggedOut) queue.loggedOut();
      else queue.notice("没有连上服务器，而且这台手机还没有离线资料。请在有信号时打开一次本页。");
    }
    document.addEventListener("pointerdown", locate, { once: true }); // asked at the first touch, not before
    queue.sender.run();
  };
  start();
})();
