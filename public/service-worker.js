// Keeps one version of the app, whole, and opens it when the network is away.
// `{{version}}` and the lists are filled in by the server, from the files it holds and its table of pages.

const VERSION = "{{version}}";
const PRECACHE = [/* precache */];
/** The staff app's, for devices that work with it. */
const STAFF = [/* staff */];
/** Of each page a pattern of its paths, and the program that shows it. */
const CHUNKS = [/* chunks */];
const FILES = `files-${VERSION}`;
/** How the server last made each page: address → mode and language. */
const VIEWS = "views";
/** It is there, and empty, on a device that works with the staff app. */
const STAFFED = "staff";
const PICTURES = "pictures";
const MOST_PICTURES = 300;
const PATIENCE = 6000;

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(activate()));
addEventListener("message", (event) => event.waitUntil(hear(event.data)));
addEventListener("push", (event) => event.waitUntil(tell(event.data?.json())));
addEventListener("notificationclick", (event) => event.waitUntil(lead(event.notification)));
addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(navigate(event, url));
  else if (url.pathname.startsWith("/assets/")) event.respondWith(file(event.request));
  else if (url.pathname.startsWith("/pictures/")) event.respondWith(picture(event));
});

// All of a version or nothing: a server that was replaced meanwhile answers with another version, and then nothing is kept.
async function install() {
  const known = await caches.has(FILES);
  try {
    await keep((await caches.has(STAFFED)) ? [...PRECACHE, ...STAFF] : PRECACHE);
  } catch (error) {
    // What was whole before this began is still in use.
    if (!known) await caches.delete(FILES);
    throw error;
  }
}

async function keep(addresses) {
  const cache = await caches.open(FILES);
  await Promise.all(addresses.map(async (address) => {
    // A file under the name of its content may come from the browser's own cache, where the page has just put it.
    const answer = await fetch(address, { cache: address.startsWith("/assets/") ? "default" : "no-cache" });
    const version = answer.headers.get("servery-version");
    if (!answer.ok || (version && version !== VERSION)) throw new Error(`${address} is not of version ${VERSION}`);
    await cache.put(address, answer);
  }));
}

// From now on with each version. A server that was replaced meanwhile has another version, which comes with all of it.
async function keepStaff() {
  await caches.open(STAFFED);
  const cache = await caches.open(FILES);
  const kept = await Promise.all(STAFF.map((address) => cache.match(address)));
  await keep(STAFF.filter((_, at) => !kept[at]));
}

async function activate() {
  const old = (await caches.keys()).filter((name) => name.startsWith("files-") && name !== FILES);
  await Promise.all(old.map((name) => caches.delete(name)));
  await clients.claim();
}

async function hear(message) {
  if (message === "forget") await caches.delete(VIEWS);
  if (message === "keep staff") await keepStaff().catch(() => {});
  if (message === "update") await skipWaiting();
  if (message === "take over") {
    // The page that asks has loaded all it needs; another one may not have.
    const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
    if (pages.length <= 1) await skipWaiting();
  }
}

// An order has one notification: what was told before is no news any more.
async function tell(notice) {
  if (!notice) return;
  const { title, body, lang, dir, path } = notice;
  await registration.showNotification(title, { body, lang, dir, tag: path, renotify: true, data: path });
}

async function lead(notification) {
  notification.close();
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const shown = pages.find((page) => new URL(page.url).pathname === notification.data);
  await (shown ? shown.focus() : clients.openWindow(notification.data));
}

async function navigate(event, url) {
  // What a visitor chooses in the address is for the server to hear; all that is known of other pages is then old.
  const chosen = ["render", "lang", "browser"].some((name) => url.searchParams.has(name));
  const known = await seen(url);
  if (!chosen && known?.mode === "thick") {
    // Shown at once; if the server has come to make this page another way, the next visit learns of it.
    event.waitUntil(ask(event, url).catch(() => {}));
    return shell(url, known.lang);
  }
  try {
    return await ask(event, url, chosen);
  } catch {
    return shell(url, url.searchParams.get("lang") ?? known?.lang ?? (await seen(new URL("/", location)))?.lang);
  }
}

// The patience is for the first byte: a long page on a slow line is let through.
async function ask(event, url, chosen = false) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), PATIENCE);
  const answer = await fetch(event.request, { signal: control.signal });
  clearTimeout(timer);
  event.waitUntil(note(url, answer, chosen).catch(() => {}));
  return answer;
}

async function note(url, answer, chosen) {
  const mode = answer.headers.get("servery-render")?.split(";")[0];
  const lang = answer.headers.get("content-language");
  if (chosen) await caches.delete(VIEWS);
  if (!answer.ok || !mode || !lang) return;
  const views = await caches.open(VIEWS);
  await views.put(url.pathname, new Response(null, { headers: { mode, lang } }));
}

async function seen(url) {
  try {
    const headers = (await (await caches.open(VIEWS)).match(url.pathname))?.headers;
    return headers && { mode: headers.get("mode"), lang: headers.get("lang") };
  } catch {
    // No storage: the server is asked each time.
    return undefined;
  }
}

// An address that is no page's is told so by the first program.
async function shell(url, lang) {
  const [, chunk] = CHUNKS.find(([pattern]) => new RegExp(pattern).test(url.pathname)) ?? CHUNKS[0];
  const there = (tag) => [...PRECACHE, ...STAFF].includes(`/shell/${chunk}/${tag}`);
  const tag = there(lang) ? lang : navigator.languages.map((tag) => tag.split("-")[0]).find(there) ?? "en";
  return (await caches.match(`/shell/${chunk}/${tag}`, { cacheName: FILES })) ?? Response.error();
}

async function file(request) {
  return (await caches.match(request)) ?? fetch(request);
}

async function picture(event) {
  const kept = await caches.open(PICTURES);
  const found = await kept.match(event.request);
  // Shown at once, and looked up for the next time: a restaurant may have a better one by now.
  const fresh = fetch(event.request).then((answer) => {
    if (answer.ok) event.waitUntil(keepPicture(kept, event.request, answer.clone()));
    return answer;
  });
  if (!found) return fresh;
  event.waitUntil(fresh.catch(() => {}));
  return found;
}

async function keepPicture(kept, request, answer) {
  await kept.put(request, answer);
  const all = await kept.keys();
  await Promise.all(all.slice(0, Math.max(0, all.length - MOST_PICTURES)).map((oldest) => kept.delete(oldest)));
}
