// Menus of spreadsheets and of other programs, in the office.

import { readFile } from "node:fs/promises";
import { setRenderMode, signInToBoard, boardTest as test } from "../board";
import { expectFitsAndAccessible, takePictures } from "../every-width";
import { emptyTest, fillInRestaurant, makeAccount, mouse, openRestaurant } from "../first-start";
import { DINER, findDish } from "../ordering";
import { expect, LANGS, officeTexts, texts, type Lang, type Servery } from "../servery";
import type { Page } from "@playwright/test";

const IMPORT = `/office/${DINER}/import`;
const words = officeTexts.en;

const menuOf = (name: string) => readFile(new URL(`../../server/tests/menus/${name}`, import.meta.url));
const said = (page: Page) => page.locator(".said:not(.waiting)");

async function openImport(page: Page, servery: Servery) {
  await signInToBoard(page, servery);
  await setRenderMode(page.context(), servery.url, "thin");
  await page.goto(IMPORT);
}

async function send(page: Page, file: string | Buffer, act: "import" | "check" = "import", lang: Lang = "en") {
  const buffer = Buffer.from(file);
  await page.locator("#file").setInputFiles({ name: "menu.csv", mimeType: "text/csv", buffer });
  await page.getByRole("button", { name: officeTexts[lang][`import.${act}`], exact: true }).click();
  await expect(page).toHaveURL(/\/import\?done=/);
}

test.describe("without a script", () => {
  test.use({ javaScriptEnabled: false });

  test("a table is mended, checked, imported and published", async ({ page, request, servery }) => {
    await openImport(page, servery);
    await send(page, "category;dish;price\nSoups;Lobster Bisque;1.234\nSoups;;6,25\n");
    await expect(said(page).getByRole("listitem")).toHaveText([/^Line 2:.*1\.234.* can be read in two ways/, /^Line 3: The name is missing/]);
    const mended = "category;dish;price\nSoups;Lobster Bisque;12,34 $\nSoups;Tomato Soup;6,25\n";
    await send(page, mended, "check");
    await expect(said(page)).toContainText("It would make 3 new, 0 changed, 0 removed.");
    await expect(page.locator(".waiting")).toHaveCount(0);
    await send(page, mended);
    await expect(said(page)).toContainText("Imported: 3 new, 0 changed, 0 removed.");
    await said(page).getByRole("link", { name: words["office.review"] }).click();
    await expect(page.locator(".differences")).toContainText("Lobster Bisque");
    await page.getByRole("button", { name: words["changes.publish"] }).click();
    await expect(page.getByText(words["office.done-published"])).toBeVisible();
    await expect.poll(async () => (await findDish(request, "Lobster Bisque"))?.price).toBe(1234);
  });
});

test("the downloaded menu is changed as a table, and imported again", async ({ page, servery }) => {
  await openImport(page, servery);
  const downloads = { [words["import.csv"]]: "menu.csv", [words["import.xlsx"]]: "menu.xlsx", [words["import.json"]]: "restaurant.json" };
  const files: Record<string, Buffer> = {};
  for (const [link, name] of Object.entries(downloads)) {
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: link }).click();
    expect((await download).suggestedFilename()).toBe(`${DINER}-${name}`);
    files[name] = await readFile(await (await download).path());
  }
  for (const file of Object.values(files)) {
    await send(page, file);
    await expect(said(page)).toContainText(words["import.same"]);
  }
  const dearer = files["menu.csv"].toString().replace(/(Cobb Salad,[^\n]*?),(\d+)\.\d\d,/, "$1,99.00,");
  await send(page, dearer);
  await expect(said(page)).toContainText("Imported: 0 new, 1 changed, 0 removed.");
  await page.goto(`/office/${DINER}/changes`);
  await expect(page.locator(".differences")).toContainText("$99.00");
  await page.getByRole("button", { name: words["changes.undo"] }).first().click();
  await expect(page.getByText(words["office.done-undone"])).toBeVisible();
});

emptyTest("an owner comes from GloriaFood, and gets an order", async ({ page, context, empty }) => {
  await setRenderMode(context, empty.url, "thin");
  await makeAccount(page, empty, mouse, "en");
  await fillInRestaurant(page, mouse, "en");
  await openRestaurant(page, mouse, "en");
  await page.getByRole("link", { name: words["created.import"] }).click();
  await page.getByLabel(words["import.unlisted-remove"]).check();
  await send(page, await menuOf("gloriafood.json"));
  await expect(said(page)).toContainText(/Imported: \d+ new/);
  await said(page).getByRole("link", { name: words["office.review"] }).click();
  await page.getByRole("button", { name: words["changes.publish"] }).click();
  await expect(page.getByText(words["office.done-published"])).toBeVisible();
  await page.getByRole("link", { name: words["office.page"] }).click();
  await expect(page.getByRole("link", { name: "Focaccia" })).toHaveCount(0);
  await page.getByRole("link", { name: "Pizza Margherita" }).click();
  await page.getByLabel(/32 cm/).check();
  await page.getByRole("button", { name: texts.en["dish.add"] }).click();
  await expect(page.locator(".lines")).toContainText("32 cm");
  await page.getByRole("button", { name: texts.en["basket.checkout"] }).click();
  await page.getByLabel(texts.en["checkout.name"], { exact: true }).fill("Ada Lovelace");
  await page.getByLabel(texts.en["checkout.phone"]).fill("+49 40 555 0199");
  await page.locator("button[name=place]").click();
  await expect(page).toHaveURL(/\/orders\/[0-9a-f]{44}$/);
  await expect(page.locator(".lines")).toContainText("Pizza Margherita");
});

/** The page as it is at first, with mistakes, and with what an import has made. */
async function visitAll(page: Page, servery: Servery, lang: Lang, look: (name: string) => Promise<void>) {
  await openImport(page, servery);
  await page.context().addCookies([{ name: "servery_lang", value: lang, url: servery.url }]);
  await page.goto(IMPORT);
  await look("import");
  await send(page, "category,dish,price,allergens,served\nSoups,,6.25,,\nSoups,Lobster Bisque,1.234,plutonium,soon\n", "import", lang);
  await look("import-mistakes");
  await send(page, `category,dish,price,status\nSoups,Soup of ${lang},8.50,1\nSoups,Gumbo,9,0\n`, "import", lang);
  await look("import-done");
}

for (const lang of LANGS) {
  test(`the page of imports is accessible and fits, ${lang}`, async ({ page, servery }) => {
    await visitAll(page, servery, lang, (name) => expectFitsAndAccessible(page, name));
  });

  test(`pictures of imports, ${lang} @looks`, async ({ page, servery }) => {
    await visitAll(page, servery, lang, (name) => takePictures(page, `office-${name}-${lang}`));
  });
}
