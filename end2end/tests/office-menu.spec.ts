// The menu editor: what an owner changes, publishes and takes back.

import { boardTest as test, setRenderMode, signInToBoard } from "../board";
import { expectFitsAndAccessible, takePictures } from "../every-width";
import { DINER, findDish } from "../ordering";
import { appReady, expect, LANGS, officeTexts, type Lang, type Mode, type Servery } from "../servery";
import type { Page } from "@playwright/test";

const OFFICE = `/office/${DINER}`;
const words = officeTexts.en;

const field = (page: Page, name: string) => page.locator(`form [name="${name}"]`);
const save = (page: Page, lang: Lang = "en") => page.getByRole("button", { name: officeTexts[lang]["part.save"] }).click();

async function openOffice(page: Page, servery: Servery, mode: Mode) {
  await signInToBoard(page, servery);
  await setRenderMode(page.context(), servery.url, mode);
  await page.goto(OFFICE);
}

/** Opens the form of a dish from the list. */
async function openDish(page: Page, name: string, mode: Mode) {
  await page.getByRole("link", { name, exact: true }).click();
  await expect(page).toHaveURL(/\/parts\/dish-[0-9a-f]{32}$/);
  if (mode === "hydrated") await appReady(page);
}

async function publish(page: Page) {
  await page.goto(`${OFFICE}/changes`);
  await page.getByRole("button", { name: words["changes.publish"] }).click();
  await expect(page.getByText(words["office.done-published"])).toBeVisible();
}

/** The last edit, which a later test would publish with its own. */
async function takeBack(page: Page) {
  await page.goto(`${OFFICE}/changes`);
  await page.getByRole("button", { name: words["changes.undo"] }).first().click();
  await expect(page.getByText(words["office.done-undone"])).toBeVisible();
}

for (const mode of ["thin", "hydrated"] as const) {
  test(`a price is changed, published, seen by guests and taken back, ${mode}`, async ({ page, request, servery }) => {
    const { name, price } = await findDish(request, "Cobb Salad");
    await openOffice(page, servery, mode);
    await openDish(page, name, mode);
    await field(page, "price").fill("21.50");
    await save(page);
    await expect(page.getByText(words["office.done-saved"])).toBeVisible();
    await expect(page.locator("li", { hasText: name }).first()).toContainText("$21.50");
    expect((await findDish(request, name)).price, "guests have the old price").toBe(price);
    await page.goto(`${OFFICE}/changes`);
    await expect(page.locator(".differences")).toContainText("$21.50");
    await publish(page);
    await expect.poll(async () => (await findDish(request, name)).price).toBe(2150);
    await page.goto(`${OFFICE}/history`);
    await page.getByRole("button", { name: words["changes.undo"] }).first().click();
    await expect(page.getByText(words["office.done-undone"])).toBeVisible();
    await publish(page);
    await expect.poll(async () => (await findDish(request, name)).price).toBe(price);
  });
}

test("a category and a dish are added, sorted, copied and removed", async ({ page, request, servery }) => {
  await openOffice(page, servery, "thin");
  await page.getByRole("link", { name: words["office.add-category"] }).click();
  await field(page, "name").fill("Sundaes");
  await save(page);
  const category = page.locator("section.category", { hasText: "Sundaes" });
  for (const [name, price] of [["Banana split", "9"], ["Knickerbocker glory", "8.75"]]) {
    await category.getByRole("link", { name: words["office.add-dish"] }).click();
    await field(page, "name").fill(name);
    await field(page, "price").fill(price);
    await page.getByLabel("Milk").check();
    await save(page);
  }
  const names = category.locator("li .name");
  await expect(names).toHaveText(["Banana split", "Knickerbocker glory"]);
  await category.getByRole("button", { name: "Move ⁨Knickerbocker glory⁩ up" }).click();
  await expect(names).toHaveText(["Knickerbocker glory", "Banana split"]);
  await category.getByRole("button", { name: "Duplicate ⁨Banana split⁩" }).click();
  await expect(names).toHaveText(["Knickerbocker glory", "Banana split", "Banana split (copy)"]);
  await category.getByRole("button", { name: "Remove ⁨Banana split (copy)⁩" }).click();
  await expect(names).toHaveText(["Knickerbocker glory", "Banana split"]);
  await publish(page);
  await expect.poll(async () => (await findDish(request, "Banana split"))?.price).toBe(900);
  await page.goto(OFFICE);
  await page.getByRole("button", { name: "Remove ⁨Sundaes⁩" }).click();
  await publish(page);
  await expect.poll(async () => (await findDish(request, "Banana split")) ?? "gone").toBe("gone");
});

test("dishes and categories are dragged, and what was dragged is taken back", async ({ page, servery }) => {
  await openOffice(page, servery, "hydrated");
  await appReady(page);
  const names = page.locator("ol.rows a.name");
  const before = await names.allTextContents();
  const expectFirst = async (...first: string[]) => {
    for (const [position, name] of first.entries()) await expect(names.nth(position)).toHaveText(name);
  };
  const drag = async (row: string, to: string, place: number) => {
    const [from, target] = [page.locator(row), page.locator(to)];
    // Away from the edges, where the page scrolls under what is dragged.
    await target.evaluate((element) => element.scrollIntoView({ block: "center" }));
    const handle = await from.locator(".handle").first().boundingBox();
    const box = await target.boundingBox();
    await page.mouse.move(handle!.x + handle!.width / 2, handle!.y + handle!.height / 2);
    await page.mouse.down();
    await page.mouse.move(box!.x + 40, box!.y + box!.height * place, { steps: 6 });
    await page.mouse.up();
  };
  const row = async (name: string) => `#${await page.locator("ol.rows li", { has: page.getByRole("link", { name, exact: true }) }).getAttribute("id")}`;
  await page.setViewportSize({ width: 1280, height: 1400 });
  await drag(await row(before[2]), await row(before[0]), 0.2);
  await expectFirst(before[2], before[0], before[1]);
  await appReady(page);
  await drag(await row(before[2]), await row(before[1]), 0.8);
  await expectFirst(before[0], before[1], before[2]);
  for (let edit = 0; edit < 2; edit++) await takeBack(page);
  await publish(page);
});

test("a form that is not accepted comes back as it was filled in", async ({ page, servery }) => {
  await openOffice(page, servery, "thin");
  await openDish(page, "Cobb Salad", "thin");
  await field(page, "price").fill("ten");
  await field(page, "served").fill("whenever");
  await save(page);
  await expect(page.locator("#wrong-served")).toHaveText(words["wrong.part-hours"]);
  await expect(page.locator("#wrong-price")).toBeVisible();
  await expect(field(page, "price")).toHaveValue("ten");
  await field(page, "price").fill("17");
  await field(page, "served").fill("Mo-Fr 11:30-14:30");
  await save(page);
  await expect(page.getByText(words["office.done-saved"])).toBeVisible();
  await takeBack(page);
});

test("what is mended while typing is no longer marked", async ({ page, servery }) => {
  await openOffice(page, servery, "hydrated");
  await openDish(page, "Cobb Salad", "hydrated");
  await field(page, "price").fill("ten");
  await save(page);
  await appReady(page);
  await expect(page.locator("#wrong-price")).toBeVisible();
  await field(page, "price").fill("17");
  await expect(page.locator("#wrong-price")).toHaveCount(0);
});

test("two people who edit one dish keep what each of them changed", async ({ page, board, servery }) => {
  await openOffice(page, servery, "thin");
  await openOffice(board, servery, "thin");
  await openDish(page, "Classic Club", "thin");
  await openDish(board, "Classic Club", "thin");
  await field(page, "price").fill("19");
  await save(page);
  await field(board, "description").fill("Three slices, and a pickle.");
  await save(board);
  await openDish(board, "Classic Club", "thin");
  await expect(field(board, "price")).toHaveValue("19.00");
  // Both change the price: the second one is told, and may replace it knowingly.
  await page.goto(OFFICE);
  await openDish(page, "Classic Club", "thin");
  await field(board, "price").fill("20");
  await save(board);
  await field(page, "price").fill("18");
  await save(page);
  await expect(page.getByText(words["office.wrong-conflict"])).toBeVisible();
  await expect(field(page, "price")).toHaveValue("18");
  await save(page);
  await expect(page.locator("li", { hasText: "Classic Club" }).first()).toContainText("$18.00");
});

test("a change is published later, and waits again", async ({ page, servery }) => {
  await openOffice(page, servery, "thin");
  await openDish(page, "Cobb Salad", "thin");
  await field(page, "price").fill("22.50");
  await save(page);
  await page.goto(`${OFFICE}/changes`);
  await page.getByText(words["changes.later"]).click();
  await page.getByLabel(words["changes.publish-at"]).fill(`${new Date().getFullYear() + 1}-12-01T06:00`);
  await page.getByRole("button", { name: words["changes.schedule"], exact: true }).click();
  await expect(page.getByText(words["changes.done-scheduled"])).toBeVisible();
  await expect(page.locator(".schedules")).toContainText("$22.50");
  await expect(page.getByText(words["changes.none"])).toBeVisible();
  await expectFitsAndAccessible(page, "scheduled changes");
  await page.locator(".schedules").getByRole("button").click();
  await expect(page.getByText(words["changes.done-unscheduled"])).toBeVisible();
  await expect(page.locator(".differences")).toContainText("$22.50");
  await takeBack(page);
});

test("many prices change at once", async ({ page, request, servery }) => {
  const { price } = await findDish(request, "Bottomless Coffee");
  await openOffice(page, servery, "thin");
  await page.locator("details.reprice summary").click();
  await field(page, "amount").fill("0.25");
  await page.getByRole("button", { name: words["office.reprice-submit"] }).click();
  await publish(page);
  await expect.poll(async () => (await findDish(request, "Bottomless Coffee")).price).toBe(price + 25);
  await page.goto(`${OFFICE}/history`);
  await page.getByRole("button", { name: words["changes.undo"] }).first().click();
  await publish(page);
  await expect.poll(async () => (await findDish(request, "Bottomless Coffee")).price).toBe(price);
});

test("a text is replaced in the whole menu", async ({ page, servery }) => {
  await openOffice(page, servery, "thin");
  await page.getByText(words["office.replace"], { exact: true }).click();
  await field(page, "find").fill("Coffee");
  await field(page, "with").fill("Filter coffee");
  await page.getByRole("button", { name: words["office.replace-submit"] }).click();
  await expect(page.getByText(words["office.done-saved"])).toBeVisible();
  await page.goto(`${OFFICE}/changes`);
  await expect(page.locator(".differences")).toContainText("Bottomless Filter coffee");
  await takeBack(page);
});

test("a coupon is printed, paused, and its uses are counted", async ({ page, servery }) => {
  await openOffice(page, servery, "thin");
  const row = page.locator("li", { hasText: "HELLO10" }).first();
  await expect(row).toContainText("used 0 times");
  await page.getByRole("link", { name: words["coupons.title"] }).click();
  await expect(page.locator(".qr-cards li", { hasText: "HELLO10" })).toBeVisible();
  await expectFitsAndAccessible(page, "coupons");
  await page.goto(`${OFFICE}/parts/coupon-HELLO10`);
  await field(page, "paused").check();
  await save(page);
  await expect(row).toContainText(words["part.coupon-paused"]);
  await publish(page);
  const offer = await page.request.get(`/api/v1/restaurants/${DINER}/coupons/HELLO10`);
  expect((await offer.json()).refusal).toBe("paused");
  await page.goto(`${OFFICE}/coupons`);
  await expect(page.locator(".qr-cards li", { hasText: "HELLO10" })).toHaveCount(0);
  await page.goto(`${OFFICE}/history`);
  await page.getByRole("button", { name: words["changes.undo"] }).first().click();
  await publish(page);
});

/** Each page of the editor, with something in it. */
async function visitAll(page: Page, servery: Servery, lang: Lang, look: (name: string) => Promise<void>) {
  await openOffice(page, servery, "thin");
  await page.context().addCookies([{ name: "servery_lang", value: lang, url: servery.url }]);
  await page.goto(OFFICE);
  await look("menu");
  await page.goto(OFFICE);
  await page.getByRole("link", { name: "Cobb Salad", exact: true }).click();
  await look("dish");
  await field(page, "price").fill("?");
  await save(page, lang);
  await look("dish-wrong");
  await field(page, "price").fill("16");
  await field(page, "description").fill("Chicken, bacon, egg, avocado and blue cheese.");
  await save(page, lang);
  for (const part of ["profile", "opening", "ordering", "tax", "legal", "new-options", "new-coupon", "new-table", "new-category"]) {
    await page.goto(`${OFFICE}/parts/${part}`);
    await look(part);
  }
  await page.goto(OFFICE);
  await page.locator('a[href*="/parts/options-"]').first().click();
  await look("options");
  await page.goto(`${OFFICE}/changes`);
  await look("changes");
  await page.goto(`${OFFICE}/history`);
  await look("history");
}

for (const lang of LANGS) {
  test(`every page of the menu editor is accessible and fits, ${lang}`, async ({ page, servery }) => {
    test.slow();
    await visitAll(page, servery, lang, (name) => expectFitsAndAccessible(page, name));
  });

  test(`pictures of the menu editor, ${lang} @looks`, async ({ page, servery }) => {
    test.slow();
    await visitAll(page, servery, lang, (name) => takePictures(page, `office-menu-${name}-${lang}`));
  });
}
