// The office without a network: what is changed is shown, waits on the device, and is sent once.

import { expectAccessible } from "../axe";
import { boardTest as test, setRenderMode, signInToBoard } from "../board";
import { expectFitsAndAccessible, takePictures } from "../every-width";
import { DINER } from "../ordering";
import { appReady, expect, LANGS, officeTexts, serviceWorkerReady, texts, type Lang, type Servery } from "../servery";
import type { Page } from "@playwright/test";

// No other test of the office changes this restaurant.
const SLUG = "saffron-lane";
const OFFICE = `/office/${SLUG}`;
const EDITS = `/api/v1/restaurants/${SLUG}/edits`;
const words = officeTexts.en;

// In sequence: the tests of a worker share its server.
test.describe.configure({ mode: "default" });

test.beforeEach(({ complaints }) => {
  // Calls fail while there is no network, and so do pictures that are not cached.
  complaints.expect(/net::ERR_(CONNECTION_REFUSED|INTERNET_DISCONNECTED)/, /net::ERR_FAILED \(.*\/pictures\//, /^request: .*\/pictures\/.* net::ERR_FAILED$/);
  complaints.expectStatus(409, `${EDITS}/{id}`);
  complaints.expectStatus(401, "/api/v1/account");
});

test.afterEach(async ({ servery }) => servery.start());

const field = (page: Page, name: string) => page.locator(`form [name="${name}"]`);
const names = (page: Page) => page.locator("ol.rows a.name");
const row = (page: Page, name: string) => page.locator("ol.rows li", { has: page.getByRole("link", { name, exact: true }) });
const unsent = (page: Page) => page.locator(".unsent");
const notSent = (count: number, lang: Lang = "en") => officeTexts[lang]["office.unsent"].replace("{count}", String(count));
const save = (page: Page, lang: Lang = "en") => page.getByRole("button", { name: officeTexts[lang]["part.save"] }).click();

interface Change {
  replace?: { after: { dish?: { name: string; price: number; description: string } } };
  move?: { part: string };
}

/** What the server has, in order. */
async function storedChanges(page: Page, slug = SLUG): Promise<Change[]> {
  const answer = await page.request.get(`/api/v1/restaurants/${slug}/edits`);
  const { edits } = (await answer.json()) as { edits: { edit: { changes: Change[] } }[] };
  return edits.flatMap(({ edit }) => edit.changes);
}

/** Opens the office, until this device can do without the server. */
async function openOffice(page: Page, servery: Servery, slug = SLUG, lang: Lang = "en") {
  await signInToBoard(page, servery, "manager", slug);
  await setRenderMode(page.context(), servery.url, "hydrated");
  await page.context().addCookies([{ name: "servery_lang", value: lang, url: servery.url }]);
  await page.goto(`/office/${slug}`);
  await appReady(page, lang);
  await serviceWorkerReady(page);
  const isKept = (address: string) => page.evaluate(async (address) => !!(await caches.match(address)), address);
  for (const address of [`/shell/office/${lang}`, `/api/v1/restaurants/${slug}/edits`]) {
    await expect.poll(() => isKept(address), { message: `${address} is kept` }).toBe(true);
  }
}

async function changePrice(page: Page, dish: string, price: string) {
  await page.getByRole("link", { name: dish, exact: true }).click();
  await expect(page).toHaveURL(/\/parts\/dish-[0-9a-f]{32}/);
  await expect(field(page, "price")).toBeVisible();
  await field(page, "price").fill(price);
  await save(page);
}

for (const [how, goOffline, goOnline] of [
  ["without a network", (page: Page) => page.context().setOffline(true), (page: Page) => page.context().setOffline(false)],
  ["while the server is down", (_: Page, servery: Servery) => servery.stop(), (_: Page, servery: Servery) => servery.start()],
] as const) {
  test(`what is changed ${how} is shown, survives a reload, and is sent once`, async ({ page, servery }) => {
    await openOffice(page, servery);
    const dishes = await names(page).allTextContents();
    const before = await storedChanges(page);
    await goOffline(page, servery);

    const price = how === "without a network" ? "17.77" : "18.88";
    await changePrice(page, dishes[0], price);
    await expect(page).toHaveURL(/\/office\/saffron-lane\?done=saved#dish-[0-9a-f]{32}$/);
    await expect(page.getByText(words["office.done-saved"])).toBeVisible();
    await expect(row(page, dishes[0])).toContainText(price);
    await expect(unsent(page)).toContainText(notSent(1));

    // By keys; the focus stays on the button, which can be pressed again.
    const up = row(page, dishes[2]).getByRole("button", { name: `Move ⁨${dishes[2]}⁩ up` });
    await up.focus();
    await page.keyboard.press("Enter");
    await expect(names(page).nth(1)).toHaveText(dishes[2]);
    await expect(up).toBeFocused();
    await expect(unsent(page)).toContainText(notSent(2));
    await expectAccessible(page);

    await page.reload();
    await expect(row(page, dishes[0])).toContainText(price);
    await expect(names(page).nth(1)).toHaveText(dishes[2]);
    await expect(unsent(page)).toContainText(notSent(2));
    expect(await page.evaluate(() => document.documentElement.dataset.mode)).toBe("thick");

    await goOnline(page, servery);
    await expect(unsent(page), "what waits is sent by itself").not.toContainText(notSent(2), { timeout: 15_000 });
    await expect.poll(async () => (await storedChanges(page)).length).toBe(before.length + 2);
    const [repriced, moved] = (await storedChanges(page)).slice(before.length);
    expect(repriced.replace?.after.dish?.price).toBe(Math.round(Number(price) * 100));
    expect(moved.move?.part).toMatch(/^dish-/);

    await page.goto(OFFICE);
    await appReady(page);
    await expect(unsent(page)).toBeEmpty();
    await expect(row(page, dishes[0])).toContainText(price);
    await expect(names(page).nth(1)).toHaveText(dishes[2]);
    expect((await storedChanges(page)).length, "nothing is sent again").toBe(before.length + 2);
  });
}

test("what somebody else has changed meanwhile stands, and the rest is sent", async ({ page, board, servery }) => {
  await openOffice(page, servery);
  await openOffice(board, servery);
  const dishes = await names(page).allTextContents();
  await page.context().setOffline(true);
  await changePrice(page, dishes[3], "31");
  await page.getByRole("link", { name: dishes[4], exact: true }).click();
  await field(page, "description").fill("With a slice of lime.");
  await save(page);
  await expect(unsent(page)).toContainText(notSent(2));
  await changePrice(board, dishes[3], "32");
  await expect(row(board, dishes[3])).toContainText("32");

  await page.context().setOffline(false);
  const refused = page.locator(".refused-edits li");
  await expect(refused).toHaveCount(1, { timeout: 15_000 });
  await expect(refused).toContainText(dishes[3]);
  await expect(refused).toContainText(words["office.refused-conflict"].replace("{fields}", words["part.price"]));
  await expect(unsent(page)).toBeEmpty();
  await expect(row(page, dishes[3])).toContainText("32");
  const changed = (await storedChanges(page)).map((change) => change.replace?.after.dish);
  expect(changed.filter((dish) => dish?.name === dishes[3]).map((dish) => dish?.price)).toEqual([3200]);
  expect(changed.find((dish) => dish?.name === dishes[4])?.description).toBe("With a slice of lime.");
  await expectFitsAndAccessible(page, "a refused change");

  // It survives a reload, too. The form has what was typed, and saved again it replaces what the other one did.
  await page.reload();
  await appReady(page);
  await refused.getByRole("link", { name: words["office.refused-open"] }).click();
  await expect(field(page, "price")).toHaveValue("31");
  await expect(page.getByText(words["office.wrong-conflict"])).toBeVisible();
  await appReady(page);
  await save(page);
  await expect(row(page, dishes[3])).toContainText("31");
  await expect(page.locator(".refused-edits")).toHaveCount(0);
  await expect(unsent(page)).toBeEmpty();
});

test("a refused change is thrown away", async ({ page, board, servery }) => {
  await openOffice(page, servery);
  await openOffice(board, servery);
  const dishes = await names(page).allTextContents();
  await page.context().setOffline(true);
  await changePrice(page, dishes[5], "41");
  await changePrice(board, dishes[5], "42");
  await expect(row(board, dishes[5])).toContainText("42");
  await page.context().setOffline(false);
  await page.locator(".refused-edits").getByRole("button", { name: words["office.refused-discard"] }).click({ timeout: 15_000 });
  await expect(page.locator(".refused-edits")).toHaveCount(0);
  await page.reload();
  await appReady(page);
  await expect(page.locator(".refused-edits")).toHaveCount(0);
  await expect(row(page, dishes[5])).toContainText("42");
});

test("a form is checked without a network, and publishing says that it needs one", async ({ page, servery }) => {
  await openOffice(page, servery);
  const [dish] = await names(page).allTextContents();
  await page.context().setOffline(true);
  await changePrice(page, dish, "ten");
  await expect(page.locator("#wrong-price")).toBeVisible();
  await expect(field(page, "price")).toHaveValue("ten");
  await expect(field(page, "price")).toBeFocused();
  await page.goBack();
  await expect(page.locator("#wrong-price")).toHaveCount(0);
  await page.locator(".office > nav").getByRole("link", { name: words["office.changes"] }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(texts.en["problem.unreachable-title"]);
  await page.goto(OFFICE);
  await expect(unsent(page)).toContainText(words["office.unsent-hint"]);
});

test("what waits is sent in the name of who made it", async ({ page, servery }) => {
  await openOffice(page, servery);
  const dishes = await names(page).allTextContents();
  const before = await storedChanges(page);
  await page.context().setOffline(true);
  await changePrice(page, dishes[1], "51");
  await expect(unsent(page)).toContainText(notSent(1));
  const state = await page.context().cookies();
  // The session ends, and a colleague signs in at this computer.
  await page.context().clearCookies({ name: /session/ });
  await page.context().setOffline(false);
  await expect(unsent(page)).toContainText(words["office.unsent-locked"], { timeout: 15_000 });
  await openOffice(page, servery);
  await expect(unsent(page)).toBeEmpty();
  expect(await storedChanges(page)).toEqual(before);
  // Whoever made the change is back.
  await page.context().clearCookies({ name: /session/ });
  await page.context().addCookies(state);
  await page.goto(OFFICE);
  await expect.poll(async () => (await storedChanges(page)).length).toBe(before.length + 1);
});

test("a guest's device keeps nothing of the office", async ({ page }) => {
  await page.goto("/?render=hydrated");
  await appReady(page);
  await serviceWorkerReady(page);
  await page.goto(`/restaurants/${DINER}`);
  await appReady(page);
  const kept = await page.evaluate(async () => {
    const stored = await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()));
    return stored.flat().map((request) => new URL(request.url).pathname);
  });
  expect(kept.length).toBeGreaterThan(0);
  expect(kept.filter((path) => /\/(assets|shell)\/(office|staff)/.test(path))).toEqual([]);
});

for (const lang of LANGS) {
  test(`what waits fits and is accessible, ${lang}`, async ({ page, servery }) => {
    test.slow();
    await openOffice(page, servery, SLUG, lang);
    const [dish] = await names(page).allTextContents();
    await page.context().setOffline(true);
    await page.getByRole("link", { name: dish, exact: true }).click();
    await field(page, "description").fill(`In ${lang}.`);
    await save(page, lang);
    await expect(unsent(page)).toContainText(notSent(1, lang));
    await expectFitsAndAccessible(page, `unsent ${lang}`);
    await page.context().setOffline(false);
    await expect(unsent(page)).toBeEmpty({ timeout: 15_000 });
  });

  test(`pictures of what waits, ${lang} @looks`, async ({ page, servery }) => {
    await openOffice(page, servery, SLUG, lang);
    const [dish] = await names(page).allTextContents();
    await page.context().setOffline(true);
    await page.getByRole("link", { name: dish, exact: true }).click();
    await takePictures(page, `offline-part-${lang}`);
    await field(page, "description").fill(`In ${lang}.`);
    await save(page, lang);
    await expect(unsent(page)).toContainText(notSent(1, lang));
    await takePictures(page, `offline-unsent-${lang}`);
    await page.context().setOffline(false);
    await expect(unsent(page)).toBeEmpty({ timeout: 15_000 });
  });
}
