// What waits on this phone: entries and photos in IndexedDB, apart, so that a big photo is read only when it is sent.
"use strict";
window.Street = window.Street || {};
// `name`: each kind of entry has a store of its own, sent to an address of its own.
Street.openStore = (name) => {
  let opened = null;
  const open = () => {
    opened ??= new Promise((resolve, reject) => {
      const asked = indexedDB.open(name, 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("entries", { keyPath: "client_id" });
        asked.result.createObjectStore("photos", { keyPath: "key" });
      };
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => {
        opened = null;
        reject(asked.error);
      };
    });
    return opened;
  };

  // One transaction over both stores: an entry and its photos are written, or neither is.
  const run = async (mode, work) => {
    const database = await open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(["entries", "photos"], mode);
      let answer;
      transaction.oncomplete = () => resolve(answer?.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
      answer = work(transaction.objectStore("entries"), transaction.objectStore("photos"));
    });
  };

  // What was sent may have been corrected or deleted while the answer was on its way: `act` is done, and true is given, only
  // if the entry is still stored as it was read.
  const ifUnchanged = (entry, act) =>
    run("readwrite", (entries, photos) => {
      const answer = { result: false };
      const asked = entries.get(entry.client_id);
      asked.onsuccess = () => {
        answer.result = asked.result?.saved === entry.saved;
        if (answer.result) act(entries, photos);
      };
      return answer;
    });

  return {
    name,
    // `old`: the entry that this one takes the place of, under the same key; never is neither of them stored.
    add: (entry, blobs, old = null) =>
      run("readwrite", (entries, photos) => {
        old?.photos.forEach((photo) => photos.delete(photo.key));
        blobs.forEach((blob, index) => photos.put({ key: entry.photos[index].key, blob }));
        return entries.put(entry);
      }),
    stands: (entry) => ifUnchanged(entry, () => {}),
    put: (entry) => ifUnchanged(entry, (entries) => entries.put(entry)),
    all: async () => (await run("readonly", (entries) => entries.getAll())).sort((one, other) => one.saved - other.saved),
    photo: async (key) => (await run("readonly", (entries, photos) => photos.get(key)))?.blob,
    dropPhoto: (key) => run("readwrite", (entries, photos) => photos.delete(key)),
    drop: (entry) =>
      ifUnchanged(entry, (entries, photos) => {
        entry.photos.forEach((photo) => photos.delete(photo.key));
        entries.delete(entry.client_id);
      }),
  };
};

// The sha256 of a picture, "" where the browser has no means (a page without https).
Street.sha256 = async (blob) => {
  if (!crypto.subtle) return "";
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

// A key of the phone's own; randomUUID needs https, random bytes do not.
Street.newKey = () => {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const text = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
};
