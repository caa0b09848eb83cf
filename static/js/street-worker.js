// The service worker of a page that takes entries (staff/offline.py): keeps its shell, so that the page opens without signal. It sends nothing itself.
"use strict";
const { name, version, home, reference, files } = self.SHELL;
const CACHE = `${name}-${version}`;
const WAIT = 6000;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(files)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  const old = (names) => Promise.all(names.filter((each) => each.startsWith(`${name}-`) && each !== CACHE).map((each) => caches.delete(each)));
  event.waitUntil(caches.keys().then(old).then(() => self.clients.claim()));
});

const timed = (request) =>
  new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("slow")), WAIT);
    fetch(request).then(resolve, reject);
  });

// A copy that says that it comes from the phone: the sender must not take it for the server's word.
const marked = async (response) => {
  const headers = new Headers(response.headers);
  headers.set("X-From-Phone", "yes");
  return new Response(await response.blob(), { status: response.status, headers });
};

// The page and what it knows: from the server if it answers, else as last seen.
const freshest = async (request, path) => {
  const cache = await caches.open(CACHE);
  try {
    const response = await timed(request);
    if (response.ok && !response.redirected) await cache.put(path, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(path);
    if (!kept) throw error;
    return marked(kept);
  }
};

// The page that has just registered us was not fetched through us: it asks for itself and what it knows to be kept.
self.addEventListener("message", (event) => {
  if (event.data === "keep") event.waitUntil(Promise.allSettled([home, reference].map((path) => freshest(path, path))));
});

const kept = async (request) => (await caches.match(request, { ignoreVary: true })) || fetch(request);

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname === home || url.pathname === reference) event.respondWith(freshest(request, url.pathname));
  else if (files.includes(url.pathname)) event.respondWith(kept(request));
});
