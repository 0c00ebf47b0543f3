// Keeps one version of the app, whole, and opens it when the network is away.
// `{{version}}` and the list are filled in by the server from the files it holds.

const VERSION = "{{version}}";
const PRECACHE = [/* precache */];
const FILES = `files-${VERSION}`;
/** How the server last made each page: address → mode and language. */
const VIEWS = "views";
const PICTURES = "pictures";
const MOST_PICTURES = 300;
const PATIENCE = 6000;

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(activate()));
addEventListener("message", (event) => event.waitUntil(hear(event.data)));
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
  const cache = await caches.open(FILES);
  try {
    await Promise.all(PRECACHE.map(async (address) => {
      const answer = await fetch(address, { cache: "no-cache" });
      const version = answer.headers.get("servery-version");
      if (!answer.ok || (version && version !== VERSION)) throw new Error(`${address} is not of version ${VERSION}`);
      await cache.put(address, answer);
    }));
  } catch (error) {
    // What was whole before this began is still in use.
    if (!known) await caches.delete(FILES);
    throw error;
  }
}

async function activate() {
  const old = (await caches.keys()).filter((name) => name.startsWith("files-") && name !== FILES);
  await Promise.all(old.map((name) => caches.delete(name)));
  await clients.claim();
}

async function hear(message) {
  if (message === "forget") await caches.delete(VIEWS);
  if (message === "take over") {
    // The page that asks has loaded all it needs; another one may not have.
    const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
    if (pages.length <= 1) await skipWaiting();
  }
}

async function navigate(event, url) {
  const chosen = ["render", "lang", "browser"].some((name) => url.searchParams.has(name));
  if (chosen) await caches.delete(VIEWS);
  const known = await seen(url);
  if (known?.mode === "thick") {
    // Shown at once; if the server has come to make this page another way, the next visit learns of it.
    event.waitUntil(ask(event.request, url).catch(() => {}));
    return shell(known.lang);
  }
  try {
    return await ask(event.request, url);
  } catch {
    return shell(known?.lang ?? (await seen(new URL("/", location)))?.lang);
  }
}

async function ask(request, url) {
  const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
  const mode = answer.headers.get("servery-render")?.split(";")[0];
  const lang = answer.headers.get("content-language");
  if (answer.ok && mode && lang) {
    const views = await caches.open(VIEWS);
    await views.put(url.pathname, new Response(null, { headers: { mode, lang } }));
  }
  return answer;
}

async function seen(url) {
  const headers = (await (await caches.open(VIEWS)).match(url.pathname))?.headers;
  return headers && { mode: headers.get("mode"), lang: headers.get("lang") };
}

async function shell(lang) {
  const tag = lang ?? navigator.languages.map((tag) => tag.split("-")[0]).find((tag) => PRECACHE.includes(`/shell/${tag}`)) ?? "en";
  return (await caches.match(`/shell/${tag}`, { cacheName: FILES })) ?? Response.error();
}

async function file(request) {
  return (await caches.match(request)) ?? fetch(request);
}

async function picture(event) {
  const kept = await caches.open(PICTURES);
  const found = await kept.match(event.request);
  if (found) return found;
  const answer = await fetch(event.request);
  if (answer.ok) event.waitUntil(keepPicture(kept, event.request, answer.clone()));
  return answer;
}

async function keepPicture(kept, request, answer) {
  await kept.put(request, answer);
  const all = await kept.keys();
  await Promise.all(all.slice(0, Math.max(0, all.length - MOST_PICTURES)).map((oldest) => kept.delete(oldest)));
}
