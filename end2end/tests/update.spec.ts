// Service worker updates: a device installs a release completely, or keeps the one it has.

import { NextRelease } from "../next-release";
import { appReady, serviceWorkerReady, expect, test as base, texts } from "../servery";
import type { Page } from "@playwright/test";

const MENU = "/restaurants/trattoria-da-lucia";

const test = base.extend<{ release: NextRelease }>({
  release: async ({ servery }, use) => {
    const release = await NextRelease.inFrontOf(servery.port);
    await use(release);
    await release.close();
  },
});

/** The releases in the cache. */
const versions = (page: Page) => page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith("files-")).toSorted());

/** The cached files of a release. */
const files = (page: Page, version: string) =>
  page.evaluate(async (version) => (await (await caches.open(version)).keys()).map((request) => new URL(request.url).pathname).toSorted(), version);

/** Checks for an update, as the browser does on each visit; answers with the state of the new worker. */
const update = (page: Page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    await registration!.update();
    const worker = registration!.installing ?? registration!.waiting;
    if (!worker) return "nothing new";
    const settled = () => worker.state !== "installing";
    if (!settled()) await new Promise<void>((resolve) => worker.addEventListener("statechange", () => settled() && resolve()));
    return worker.state;
  });

/** Installs the current release; answers with its cache and its files. */
async function installRelease(page: Page, release: NextRelease) {
  await page.goto(`${release.url}${MENU}?render=hydrated`);
  await appReady(page);
  await serviceWorkerReady(page);
  const [old, ...more] = await versions(page);
  expect(more).toEqual([]);
  const cachedFiles = await files(page, old);
  expect(cachedFiles).toContainEqual(expect.stringMatching(/\.wasm$/));
  return { old, cachedFiles };
}

/**
 * The next visit replaces the release. If Chromium has to start the old worker for a request in the moment of the change, that worker stays
 * until it has been idle for a while, which it never is while a test looks at it; then the visit after that replaces it.
 */
async function visitUntilReplaced(page: Page) {
  await page.reload();
  const isReplaced = () => versions(page).then((known) => known.length === 1 && known[0] === "files-thenext");
  const first = await expect.poll(isReplaced).toBe(true).then(() => true, () => false);
  if (!first) {
    const here = page.url();
    await page.goto("about:blank");
    await page.goto(here);
  }
  await expect.poll(() => versions(page)).toEqual(["files-thenext"]);
}

/** The visited menu is shown without a network. */
async function expectReadableOffline(page: Page, release: NextRelease) {
  await release.close();
  await page.reload();
  await expect(page.locator(".offline")).toHaveText(texts.en["offline.notice"]);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Trattoria da Lucia");
}

// A path without a content hash: hashed files may come from the browser's HTTP cache, although the server lost them.
const LOST = /^\/shell\/ordering\/ar$/;

test.beforeEach(({ complaints }) => {
  complaints.expect(/ERR_CONNECTION_REFUSED/, /\/pictures\/.*net::ERR_FAILED/, /net::ERR_FAILED.*\/pictures\//);
});

test("a new release replaces the old one once it is complete", async ({ page, release }) => {
  const { old, cachedFiles } = await installRelease(page, release);
  release.version = "thenext";
  expect(await update(page)).toBe("installed");
  // The open page goes on with the version that it began with; the next one asks for the new.
  expect(await versions(page)).toEqual([old, "files-thenext"].toSorted());
  await visitUntilReplaced(page);
  expect(await files(page, "files-thenext")).toEqual(cachedFiles);
  await expectReadableOffline(page, release);
});

test("a new release waits for another open page, and is activated when that page is closed", async ({ page, context, release }) => {
  const { old } = await installRelease(page, release);
  const other = await context.newPage();
  await other.goto(`${release.url}${MENU}?render=hydrated`);
  await appReady(other);
  release.version = "thenext";
  expect(await update(page)).toBe("installed");
  await page.reload();
  await appReady(page);
  expect(await versions(page)).toEqual([old, "files-thenext"].toSorted());
  await other.close();
  await expect.poll(() => versions(page), { timeout: 15_000 }).toEqual(["files-thenext"]);
});

test("the same release is not installed again", async ({ page, release }) => {
  const { old } = await installRelease(page, release);
  expect(await update(page)).toBe("nothing new");
  expect(await versions(page)).toEqual([old]);
});

for (const [what, way] of [
  ["lacks a file", "missing"],
  ["breaks off on the way", "broken"],
] as const) {
  test(`a release that ${what} is not installed and leaves no files`, async ({ page, release, complaints }) => {
    complaints.expect(/ERR_EMPTY_RESPONSE|status of 404|is not of version thenext/);
    const { old, cachedFiles } = await installRelease(page, release);
    release.version = "thenext";
    release[way] = LOST;
    expect(await update(page)).toBe("redundant");
    expect(await files(page, old)).toEqual(cachedFiles);
    await expect.poll(() => versions(page)).toEqual([old]);
    await expectReadableOffline(page, release);
  });
}

test("files of two releases are never mixed", async ({ page, release, complaints }) => {
  complaints.expect(/is not of version thenext/);
  const { old, cachedFiles } = await installRelease(page, release);
  release.version = "thenext";
  release.oldShells = true;
  expect(await update(page)).toBe("redundant");
  await expect.poll(() => versions(page)).toEqual([old]);
  expect(await files(page, old)).toEqual(cachedFiles);
});

test("a release that changes only the service worker leaves the cached files intact", async ({ page, release, complaints }) => {
  complaints.expect(/status of 404|is not of version/);
  const { old, cachedFiles } = await installRelease(page, release);
  release.workerChanged = true;
  release.missing = LOST;
  expect(await update(page)).toBe("redundant");
  await expect.poll(() => versions(page)).toEqual([old]);
  expect(await files(page, old)).toEqual(cachedFiles);
  await expectReadableOffline(page, release);
});

test("a release that failed to install is installed later", async ({ page, release, complaints }) => {
  complaints.expect(/status of 404|is not of version thenext/);
  const { cachedFiles } = await installRelease(page, release);
  release.version = "thenext";
  release.missing = LOST;
  expect(await update(page)).toBe("redundant");
  release.missing = undefined;
  expect(await update(page)).toBe("installed");
  await visitUntilReplaced(page);
  expect(await files(page, "files-thenext")).toEqual(cachedFiles);
});
