// Keeps one whole version of the app in the cache, and opens it when there is no network.
// `{{version}}` and the lists are filled in by the server, from the files it holds and its table of pages.

const VERSION = "{{version}}";
const PRECACHE = [/* precache */];
/** Files of programs that only devices keep on which they were opened, by the program's name. */
const PROGRAMS = {/* programs */};
/** A pattern of the paths of each page, and the program that shows it. */
const CHUNKS = [/* chunks */];
const FILES = `files-${VERSION}`;
/** How the server last made each page: address → mode and language. */
const VIEWS = "views";
/** In `VIEWS`, how the last page was made, whatever it was. */
const LAST_VIEW = "/last-view";
const PICTURES = "pictures";
/** Stored answers of the API: the names of these caches begin with this. */
const ANSWERS = "answers-";
const MAX_PICTURES = 300;
/** Milliseconds until the first byte of a page. */
const TIMEOUT = 6000;
const TAKE_OVER_TRIES = 40;
/** In milliseconds. */
const TAKE_OVER_INTERVAL = 250;

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(activate()));
addEventListener("message", (event) => event.waitUntil(handleMessage(event.data, event.source)));
addEventListener("push", (event) => event.waitUntil(showNotification(event.data?.json())));
addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renewSubscription(event.oldSubscription, event.newSubscription)));
addEventListener("notificationclick", (event) => event.waitUntil(openNotification(event.notification)));
addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== location.origin) return;
  if (event.request.method === "POST" && url.pathname === "/account/sign-out") event.respondWith(signOut(event.request));
  if (event.request.method !== "GET") return;
  if (event.request.mode === "navigate") event.respondWith(navigate(event, url));
  else if (url.pathname.startsWith("/assets/")) event.respondWith(file(event.request));
  else if (url.pathname.startsWith("/pictures/")) event.respondWith(picture(event));
});

// Caches all files of a version or none: a server that was updated in between answers with another version, and then nothing is cached.
async function install() {
  const known = await caches.has(FILES);
  try {
    await keep([...PRECACHE, ...(await programFiles())]);
  } catch (error) {
    // A version that was complete before is still in use.
    if (!known) await caches.delete(FILES);
    throw error;
  }
}

async function keep(addresses) {
  const cache = await caches.open(FILES);
  await Promise.all(addresses.map(async (address) => {
    // A file with its hash in its name may come from the browser's own cache, where the page has just put it.
    const answer = await fetch(address, { cache: address.startsWith("/assets/") ? "default" : "no-cache" });
    const version = answer.headers.get("servery-version");
    if (!answer.ok || (version && version !== VERSION)) throw new Error(`${address} is not of version ${VERSION}`);
    await cache.put(address, answer);
  }));
}

// An empty cache with the name of a program marks a device that keeps it.
async function programFiles() {
  const marked = await Promise.all(Object.keys(PROGRAMS).map(async (name) => (await caches.has(name)) ? PROGRAMS[name] : []));
  return marked.flat();
}

// Marks the device and adds a program to this version; later versions include it. A server that was updated has another version, which comes with all of it.
async function keepProgram(name) {
  if (!PROGRAMS[name]) return;
  await caches.open(name);
  const cache = await caches.open(FILES);
  const kept = await Promise.all(PROGRAMS[name].map((address) => cache.match(address)));
  await keep(PROGRAMS[name].filter((_, at) => !kept[at]));
}

async function activate() {
  const old = (await caches.keys()).filter((name) => name.startsWith("files-") && name !== FILES);
  await Promise.all(old.map((name) => caches.delete(name)));
  await clients.claim();
}

async function handleMessage(message, page) {
  if (message === "forget") await caches.delete(VIEWS);
  if (message.startsWith?.("keep ")) await keepProgram(message.slice("keep ".length)).catch(() => {});
  if (message === "update") await skipWaiting();
  if (message === "take over") await takeOver(page);
  if (message === "claim") await clients.claim();
}

// The page that asks has loaded all it needs; another one may not have. A page that was reloaded or left is listed for a moment longer,
// so the worker looks again until only the page that asks is left. With another page that stays open, the next visit asks again.
async function takeOver(asking) {
  for (let tries = 0; tries < TAKE_OVER_TRIES; tries++) {
    const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
    if (pages.every((page) => page.id === asking?.id)) return skipWaiting();
    await new Promise((resolve) => setTimeout(resolve, TAKE_OVER_INTERVAL));
  }
}

// An order has one notification: a later one replaces it.
async function showNotification(notice) {
  if (!notice) return;
  const { title, body, lang, dir, path } = notice;
  await registration.showNotification(title, { body, lang, dir, tag: path, renotify: true, data: path });
}

// The push service has given this browser another address. The server knows the browser by its cookie.
async function renewSubscription(old, fresh) {
  const { pushManager } = registration;
  const subscription = fresh ?? (await pushManager.getSubscription()) ?? (old && (await pushManager.subscribe(old.options)));
  if (!subscription) return;
  const { endpoint, keys } = subscription.toJSON();
  await fetch("/api/v1/push", { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify({ endpoint, keys }) });
}

async function openNotification(notification) {
  notification.close();
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const shown = pages.find((page) => new URL(page.url).pathname === notification.data);
  await (shown ? shown.focus() : clients.openWindow(notification.data));
}

// Whoever signs out on a shared computer leaves no order and no name in a cache.
async function signOut(request) {
  const answer = await fetch(request);
  const answers = (await caches.keys()).filter((name) => name.startsWith(ANSWERS));
  await Promise.all(answers.map((name) => caches.delete(name)));
  return answer;
}

async function navigate(event, url) {
  // A choice in the address goes to the server; what is known of other pages is outdated then.
  const chosen = ["render", "lang", "browser"].some((name) => url.searchParams.has(name));
  const known = await seen(url);
  if (!chosen && known?.mode === "thick") {
    // Shown at once; if the server renders this page in another mode now, the next visit does so.
    event.waitUntil(ask(event, url).catch(() => {}));
    return shell(url, known.lang);
  }
  try {
    return await ask(event, url, chosen);
  } catch {
    return shell(url, url.searchParams.get("lang") ?? known?.lang ?? (await seen(new URL(LAST_VIEW, location)))?.lang);
  }
}

// The timeout is for the first byte: a long page on a slow connection may take longer.
async function ask(event, url, chosen = false) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), TIMEOUT);
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
  for (const path of [url.pathname, LAST_VIEW]) await views.put(path, new Response(null, { headers: { mode, lang } }));
}

async function seen(url) {
  try {
    const headers = (await (await caches.open(VIEWS)).match(url.pathname))?.headers;
    return headers && { mode: headers.get("mode"), lang: headers.get("lang") };
  } catch {
    // Without storage every page comes from the server.
    return undefined;
  }
}

// The first program shows the error page of an unknown address.
async function shell(url, lang) {
  const [, chunk] = CHUNKS.find(([pattern]) => new RegExp(pattern).test(url.pathname)) ?? CHUNKS[0];
  const there = (tag) => [...PRECACHE, ...Object.values(PROGRAMS).flat()].includes(`/shell/${chunk}/${tag}`);
  const tag = there(lang) ? lang : navigator.languages.map((tag) => tag.split("-")[0]).find(there) ?? "en";
  return (await caches.match(`/shell/${chunk}/${tag}`, { cacheName: FILES })) ?? Response.error();
}

async function file(request) {
  return (await caches.match(request)) ?? fetch(request);
}

async function picture(event) {
  const kept = await caches.open(PICTURES);
  const found = await kept.match(event.request);
  // Shown at once, and updated for the next time.
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
  await Promise.all(all.slice(0, Math.max(0, all.length - MAX_PICTURES)).map((oldest) => kept.delete(oldest)));
}
