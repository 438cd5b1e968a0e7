// Keeps the page for use without a network. The build writes the list, so that every change of a file
// is a new list and so a new cache; a page that is open goes on with the files it began with.

const FILES = "{{files}}";
const CACHE = `geoul-${FILES.map(([, hash]) => hash.slice(7, 13)).join("")}`;

self.addEventListener("install", (event) => {
  const keep = async () => {
    const cache = await caches.open(CACHE);
    // Each file is taken only if it is the one that the list means. The manifest has the hash of this file and so
    // none here.
    const files = FILES.map(([path, integrity]) => new Request(path, { integrity, cache: "no-cache" }));
    await cache.addAll([...files, new Request("manifest.json", { cache: "no-cache" })]);
  };
  event.waitUntil(keep());
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith("geoul-") && name !== CACHE).map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(self.registration.scope)) return;
  const find = async () => {
    const cache = await caches.open(CACHE);
    const { scope } = self.registration;
    const wanted = new URL(request.url).pathname === new URL(scope).pathname ? `${scope}index.html` : request;
    return (await cache.match(wanted, { ignoreSearch: true })) ?? fetch(request);
  };
  event.respondWith(find());
});
