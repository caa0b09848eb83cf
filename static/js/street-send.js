// Sending what waits, one by one. Nothing leaves the phone's store before the server has named its key or its hash.
"use strict";
window.Street = window.Street || {};
Street.sender = (addresses, tell, store) => {
  let reference = null;
  let busy = false;
  let missed = false;
  let pause = 2000; // doubled with every vain attempt, up to half a minute
  let timer = 0;

  class LoggedOut extends Error {}
  class Offline extends Error {}

  const ask = async (address, options = {}) => {
    let response;
    try {
      response = await fetch(address, { credentials: "same-origin", cache: "no-store", ...options });
    } catch {
      throw new Offline();
    }
    const json = (response.headers.get("Content-Type") || "").includes("application/json");
    if (response.redirected && !json) throw new LoggedOut(); // the session ended: the answer is the login page
    return { status: response.status, kept: response.headers.get("X-From-Phone") === "yes", body: json ? await response.json() : null };
  };

  // What the page knows; fetched anew it also brings a fresh token and says whose session this is.
  const refresh = async () => {
    const answer = await ask(addresses.reference);
    if (answer.status !== 200 || !answer.body) throw new Offline();
    reference = answer.body;
    if (!answer.kept) localStorage.setItem("street-clock", String(Date.parse(reference.now) - Date.now()));
    return { reference, kept: answer.kept };
  };

  const post = async (address, fields) => {
    const send = () => {
      const body = new FormData();
      Object.entries(fields).forEach(([name, value]) => value !== null && value !== undefined && body.append(name, value));
      return ask(address, { method: "POST", body, headers: { "X-CSRFToken": reference.csrf } });
    };
    let answer = await send();
    if (answer.status === 403 && !answer.body) {
      await refresh(); // the token is of an earlier session
      answer = await send();
    }
    return answer;
  };

  const problem = (answer) => answer.body?.problems?.join(" ") || `服务器没有接收（错误 ${answer.status}）。记录还在手机里，请稍后重试。`;

  // Each of these says whether the entry still stands as it was sent. `wrong`: the fields that the server refused, if it says.
  const refuse = (entry, words, wrong = []) => {
    Object.assign(entry, { problem: words, wrong });
    return store.put(entry);
  };

  const sendEntry = async (entry) => {
    const answer = await post(addresses.submit, { ...entry.values, client_id: entry.client_id });
    if (answer.status !== 200 || answer.body?.client_id !== entry.client_id) return refuse(entry, problem(answer), answer.body?.wrong);
    Object.assign(entry, { number: answer.body.number, answer: answer.body, problem: "" });
    return store.put(entry);
  };

  const sendPhoto = async (entry, photo) => {
    const blob = await store.photo(photo.key);
    if (!blob) return true; // acknowledged before, when the page was closed too early
    const answer = await post(addresses.photo, { client_id: entry.client_id, sha256: photo.sha256, photo: new File([blob], photo.name, { type: blob.type }) });
    const hash = answer.body?.sha256;
    if (answer.status !== 200 || !hash || (photo.sha256 && photo.sha256 !== hash)) {
      return refuse(entry, `照片“${photo.name}”：${problem(answer)}`);
    }
    photo.done = true;
    if (!(await store.put(entry))) return false;
    await store.dropPhoto(photo.key);
    return true;
  };

  // What is taken up for correction meanwhile waits for that; what was corrected goes with the next round, under the same key.
  const sendOne = async (entry) => {
    let stands = entry.number ? true : await sendEntry(entry);
    for (const photo of entry.number ? entry.photos : []) {
      if (photo.done) continue;
      if (!stands || tell.held(entry)) break;
      entry.problem = "";
      stands = await sendPhoto(entry, photo);
      if (entry.problem) break;
    }
    const whole = stands && entry.number && entry.photos.every((photo) => photo.done) && !tell.held(entry);
    if (whole && (await store.drop(entry))) tell.sent(entry);
    await tell.changed();
  };

  const sendAll = async (again) => {
    const waiting = await store.all();
    if (!waiting.length) return;
    const { kept } = await refresh();
    if (kept) throw new Offline(); // the answer came from the phone itself
    const mine = waiting.filter((entry) => entry.user === reference.user);
    tell.others(waiting.length - mine.length);
    for (const entry of mine) {
      if ((again || !entry.problem) && !tell.held(entry) && (await store.stands(entry))) await sendOne(entry);
    }
  };

  const later = () => {
    tell.notice("没有连上服务器。记录都在手机里，有信号时自动上传。");
    clearTimeout(timer);
    timer = setTimeout(() => navigator.onLine && run(), pause);
    pause = Math.min(pause * 2, 30000);
  };

  // `again`: also those that were refused. Two tabs do not send at the same time; if they did, nothing would double.
  const run = async (again = false) => {
    if (busy) {
      missed = true; // what was saved meanwhile is not among what is being sent
      return;
    }
    busy = true;
    missed = false;
    let reached = false;
    try {
      if (navigator.locks) await navigator.locks.request(`${store.name}-send`, { ifAvailable: true }, (lock) => (lock ? sendAll(again) : null));
      else await sendAll(again);
      tell.notice("");
      pause = 2000;
      reached = true;
    } catch (error) {
      if (error instanceof LoggedOut) tell.loggedOut();
      else if (error instanceof Offline) later();
      else throw error;
    } finally {
      busy = false;
    }
    if (reached && missed) await run();
  };

  return { run, refresh, post, LoggedOut, Offline };
};
