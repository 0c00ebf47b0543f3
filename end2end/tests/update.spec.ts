// A device takes on a new version whole, or stays with the one it has.

import { NextVersion } from "../next-version";
import { alive, controlled, expect, test as base, texts } from "../servery";
import type { Page } from "@playwright/test";

const MENU = "/restaurants/trattoria-da-lucia";

const test = base.extend<{ release: NextVersion }>({
  release: async ({ servery }, use) => {
    const release = await NextVersion.before(servery.port);
    await use(release);
    await release.close();
  },
});

/** The versions that the device holds. */
const versions = (page: Page) => page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith("files-")).toSorted());

/** The files of a version that the device holds. */
const files = (page: Page, version: string) =>
  page.evaluate(async (version) => (await (await caches.open(version)).keys()).map((request) => new URL(request.url).pathname).toSorted(), version);

/** Looks for a new version as the browser does on each visit, and tells how that went. */
const update = (page: Page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    await registration!.update();
    const fresh = registration!.installing ?? registration!.waiting;
    if (!fresh) return "nothing new";
    const settled = () => fresh.state !== "installing";
    if (!settled()) await new Promise<void>((resolve) => fresh.addEventListener("statechange", () => settled() && resolve()));
    return fresh.state;
  });

/** A device with the version that is served now; answers with its name and files. */
async function firstVisit(page: Page, release: NextVersion) {
  await page.goto(`${release.url}${MENU}?render=hydrated`);
  await alive(page);
  await controlled(page);
  const [old, ...more] = await versions(page);
  expect(more).toEqual([]);
  const held = await files(page, old);
  expect(held).toContainEqual(expect.stringMatching(/\.wasm$/));
  return { old, held };
}

/** The menu that was read is read again, now without a network. */
async function readsOffline(page: Page, release: NextVersion) {
  await release.close();
  await page.reload();
  await expect(page.locator(".offline")).toHaveText(texts.en["offline.notice"]);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Trattoria da Lucia");
}

// Not a file under the name of its content: those may rightly come from the browser's own cache, whatever the server lost.
const LOST = /^\/shell\/ordering\/ar$/;

test.beforeEach(({ complaints }) => {
  complaints.expect(/ERR_CONNECTION_REFUSED/, /\/pictures\/.*net::ERR_FAILED/, /net::ERR_FAILED.*\/pictures\//);
});

test("a new version replaces the old one when it is there in full", async ({ page, release }) => {
  const { old, held } = await firstVisit(page, release);
  release.version = "thenext";
  expect(await update(page)).toBe("installed");
  // The open page goes on with the version that it began with; the next one asks for the new.
  expect(await versions(page)).toEqual([old, "files-thenext"].toSorted());
  await page.reload();
  await expect.poll(() => versions(page)).toEqual(["files-thenext"]);
  expect(await files(page, "files-thenext")).toEqual(held);
  await readsOffline(page, release);
});

test("a new version waits for another open page, and takes over when that page is closed", async ({ page, context, release }) => {
  const { old } = await firstVisit(page, release);
  const other = await context.newPage();
  await other.goto(`${release.url}${MENU}?render=hydrated`);
  await alive(other);
  release.version = "thenext";
  expect(await update(page)).toBe("installed");
  await page.reload();
  await alive(page);
  expect(await versions(page)).toEqual([old, "files-thenext"].toSorted());
  await other.close();
  await expect.poll(() => versions(page), { timeout: 15_000 }).toEqual(["files-thenext"]);
});

test("the same version is no new one", async ({ page, release }) => {
  const { old } = await firstVisit(page, release);
  expect(await update(page)).toBe("nothing new");
  expect(await versions(page)).toEqual([old]);
});

for (const [what, way] of [
  ["lacks a file", "missing"],
  ["breaks off on the way", "broken"],
] as const) {
  test(`a new version that ${what} leaves the old one as it was, and nothing of itself`, async ({ page, release, complaints }) => {
    complaints.expect(/ERR_EMPTY_RESPONSE|status of 404|is not of version thenext/);
    const { old, held } = await firstVisit(page, release);
    release.version = "thenext";
    release[way] = LOST;
    expect(await update(page)).toBe("redundant");
    expect(await files(page, old)).toEqual(held);
    await expect.poll(() => versions(page)).toEqual([old]);
    await readsOffline(page, release);
  });
}

test("files of two versions are never mixed", async ({ page, release, complaints }) => {
  complaints.expect(/is not of version thenext/);
  const { old, held } = await firstVisit(page, release);
  release.version = "thenext";
  release.half = true;
  expect(await update(page)).toBe("redundant");
  await expect.poll(() => versions(page)).toEqual([old]);
  expect(await files(page, old)).toEqual(held);
});

test("a release that changes the service worker alone cannot damage what the device has", async ({ page, release, complaints }) => {
  complaints.expect(/status of 404|is not of version/);
  const { old, held } = await firstVisit(page, release);
  release.retouched = true;
  release.missing = LOST;
  expect(await update(page)).toBe("redundant");
  await expect.poll(() => versions(page)).toEqual([old]);
  expect(await files(page, old)).toEqual(held);
  await readsOffline(page, release);
});

test("a device that missed a new version takes it on later", async ({ page, release, complaints }) => {
  complaints.expect(/status of 404|is not of version thenext/);
  const { held } = await firstVisit(page, release);
  release.version = "thenext";
  release.missing = LOST;
  expect(await update(page)).toBe("redundant");
  release.missing = undefined;
  expect(await update(page)).toBe("installed");
  await page.reload();
  await expect.poll(() => versions(page)).toEqual(["files-thenext"]);
  expect(await files(page, "files-thenext")).toEqual(held);
});
