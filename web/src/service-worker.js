// Keeps the built files, and nothing else, so that the page opens when the server does not answer.
// /api and /fhir are never touched: patient data lives in the encrypted store alone.
const cache = '__CACHE__';
const files = '__FILES__';

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(cache).then((kept) => kept.addAll(files)));
});

self.addEventListener('activate', (event) => {
  const old = (names) => names.filter((name) => name !== cache).map((name) => caches.delete(name));
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names))).then(() => self.clients.claim()));
});

// The page asks for this after a person has chosen to load the new version.
self.addEventListener('message', (event) => event.data === 'take over' && self.skipWaiting());

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (/^\/(api|fhir)(\/|$)/.test(pathname)) return;
  const wanted = request.mode === 'navigate' ? '/' : pathname;
  if (!files.includes(wanted)) return;
  event.respondWith(caches.open(cache).then((kept) => kept.match(wanted)).then((hit) => hit ?? fetch(request)));
});
