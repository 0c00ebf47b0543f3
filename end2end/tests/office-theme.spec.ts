// What a restaurant's pages look like: its colour, its typefaces, its logo.

import { boardTest as test, setRenderMode, signInToBoard } from "../board";
import { expectFitsAndAccessible, takePictures } from "../every-width";
import { DINER } from "../ordering";
import { appReady, expect, LANGS, officeTexts, type Lang, type Mode, type Servery } from "../servery";
import type { Browser, Page } from "@playwright/test";

const OFFICE = `/office/${DINER}`;
const words = officeTexts.en;

const colorField = (page: Page) => page.locator('[name="brand-color"]');
const typeField = (page: Page) => page.locator('[name="type-pair"]');
const samples = (page: Page) => page.locator(".contrasts figure");
const section = (page: Page) => page.locator("#picture");

/** A round sign, twice as wide as high, with nothing around it. */
async function sign(browser: Browser): Promise<Buffer> {
  const page = await browser.newPage();
  const base64 = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(400, 200);
    const draw = canvas.getContext("2d")!;
    draw.fillStyle = "#1f5f8b";
    draw.beginPath();
    draw.ellipse(200, 100, 190, 90, 0, 0, 7);
    draw.fill();
    const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  });
  await page.close();
  return Buffer.from(base64, "base64");
}

async function openTheme(page: Page, servery: Servery, mode: Mode) {
  await signInToBoard(page, servery);
  await setRenderMode(page.context(), servery.url, mode);
  await page.goto(`${OFFICE}/parts/theme`);
  if (mode === "hydrated") await appReady(page);
}

async function publish(page: Page) {
  await page.goto(`${OFFICE}/changes`);
  await page.getByRole("button", { name: words["changes.publish"] }).click();
  await expect(page.getByText(words["office.done-published"])).toBeVisible();
}

async function upload(page: Page, browser: Browser, lang: Lang = "en") {
  await section(page).locator("[type=file]").setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: await sign(browser) });
  await page.getByRole("button", { name: officeTexts[lang]["picture.upload"] }).click();
  await expect(section(page).getByText(officeTexts[lang]["picture.done"])).toBeVisible();
}

test("colour, typefaces and logo are chosen, and guests see them once they are published", async ({ page, board, browser, servery }) => {
  await openTheme(board, servery, "hydrated");
  const before = { color: await colorField(board).inputValue(), type: await typeField(board).inputValue() };
  await colorField(board).fill("#f2c14e");
  // A light yellow is darkened on a light page only.
  await expect(samples(board).first().locator(".adjusted")).toBeVisible();
  await expect(samples(board).last().locator(".adjusted")).toHaveCount(0);
  await typeField(board).selectOption("modern");
  await board.getByRole("button", { name: words["part.save"] }).click();
  await expect(board).toHaveURL(/\?done=saved/);
  await board.goto(`${OFFICE}/parts/theme`);
  await appReady(board);
  await upload(board, browser);

  await setRenderMode(page.context(), servery.url, "thick");
  await page.goto(`/restaurants/${DINER}`);
  await expect(page.locator(".masthead .logo"), "not before it is published").toHaveCount(0);
  await publish(board);
  await page.reload();
  const logo = page.locator(".masthead .logo");
  await expect.poll(() => logo.evaluate((img: HTMLImageElement) => img.complete && img.naturalWidth)).toBeGreaterThan(0);
  const heading = page.getByRole("heading", { level: 1 });
  const font = () => heading.evaluate((heading) => getComputedStyle(heading).fontFamily);
  expect(await font()).toContain("system-ui");
  await expect(heading).toHaveCSS("font-weight", "600");
  // The next restaurant has a look of its own, without a new document.
  await appReady(page);
  await page.evaluate(() => ((window as unknown as { stays: boolean }).stays = true));
  await page.locator("header.top a").first().click();
  await page.getByRole("link", { name: "Jade Lantern" }).click();
  await expect(heading).toHaveText("Jade Lantern");
  expect(await page.evaluate(() => (window as unknown as { stays?: boolean }).stays)).toBe(true);
  expect(await font()).not.toMatch(/^system-ui/);

  await board.goto(`${OFFICE}/parts/theme`);
  await appReady(board);
  await board.getByRole("button", { name: words["picture.remove"] }).click();
  await expect(section(board).getByText(words["picture.removed"])).toBeVisible();
  await board.goto(`${OFFICE}/parts/theme`);
  await appReady(board);
  await colorField(board).fill(before.color);
  await typeField(board).selectOption(before.type);
  await board.getByRole("button", { name: words["part.save"] }).click();
  await expect(board).toHaveURL(/\?done=saved/);
  await publish(board);
});

/** As it is, and with a colour that has to be changed and a logo. */
async function visitAll(page: Page, browser: Browser, servery: Servery, lang: Lang, look: (name: string) => Promise<void>) {
  await openTheme(page, servery, "hydrated");
  await page.context().addCookies([{ name: "servery_lang", value: lang, url: servery.url }]);
  await page.reload();
  await appReady(page, lang);
  await look("usual");
  await upload(page, browser, lang);
  await appReady(page, lang);
  await colorField(page).fill("#f2c14e");
  await expect(samples(page).first().locator(".adjusted")).toBeVisible();
  await look("adjusted");
  await page.goto(`${OFFICE}/changes`);
  const undo = page.getByRole("button", { name: officeTexts[lang]["changes.undo"] });
  const edits = await undo.count();
  await undo.first().click();
  await expect(undo).toHaveCount(edits + 1);
}

for (const lang of LANGS) {
  test(`the page of the theme is accessible and fits, ${lang}`, async ({ page, browser, servery }) => {
    test.slow();
    await visitAll(page, browser, servery, lang, (name) => expectFitsAndAccessible(page, name));
  });

  test(`pictures of the theme, ${lang} @looks`, async ({ page, browser, servery }) => {
    test.slow();
    await visitAll(page, browser, servery, lang, (name) => takePictures(page, `office-theme-${name}-${lang}`));
  });
}
