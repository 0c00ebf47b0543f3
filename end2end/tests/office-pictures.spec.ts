// Pictures of dishes and of the restaurant, in the office.

import { boardTest as test, setRenderMode, signInToBoard } from "../board";
import { expectFitsAndAccessible, takePictures } from "../every-width";
import { DINER, findDish } from "../ordering";
import { appReady, expect, LANGS, officeTexts, type Lang, type Mode, type Servery } from "../servery";
import type { Browser, Page } from "@playwright/test";

const OFFICE = `/office/${DINER}`;
const words = officeTexts.en;

const section = (page: Page) => page.locator("#picture");
const shown = (page: Page) => section(page).locator("picture img");

/** A plate on a table, as a camera would save it. */
async function photo(browser: Browser, width = 1600, height = 1200): Promise<Buffer> {
  const page = await browser.newPage();
  const base64 = await page.evaluate(
    async ([width, height]) => {
      const canvas = new OffscreenCanvas(width, height);
      const draw = canvas.getContext("2d")!;
      const disc = (radius: number, color: string) => {
        draw.fillStyle = color;
        draw.beginPath();
        draw.ellipse(width / 2, height / 2, radius * height, radius * height, 0, 0, 7);
        draw.fill();
      };
      draw.fillStyle = "#7a5c43";
      draw.fillRect(0, 0, width, height);
      disc(0.45, "#f4f1ea");
      disc(0.36, "#e6e0d2");
      for (const [index, color] of ["#8fae4b", "#c8402f", "#f0c75e", "#5d8a3a", "#e9a23b"].entries()) {
        draw.fillStyle = color;
        const turn = (index / 5) * Math.PI * 2;
        draw.beginPath();
        draw.arc(width / 2 + Math.cos(turn) * height * 0.16, height / 2 + Math.sin(turn) * height * 0.16, height * 0.13, 0, 7);
        draw.fill();
      }
      const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
      const bytes = new Uint8Array(await blob.arrayBuffer());
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    },
    [width, height],
  );
  await page.close();
  return Buffer.from(base64, "base64");
}

async function openPart(page: Page, servery: Servery, part: string, mode: Mode) {
  await signInToBoard(page, servery);
  await setRenderMode(page.context(), servery.url, mode);
  await page.goto(`${OFFICE}/parts/${part}`);
  if (mode === "hydrated") await appReady(page);
}

async function upload(page: Page, buffer: Buffer, lang: Lang = "en") {
  await section(page).locator("[type=file]").setInputFiles({ name: "IMG_0412.JPG", mimeType: "image/jpeg", buffer });
  await page.getByRole("button", { name: officeTexts[lang]["picture.upload"] }).click();
  await expect(page).toHaveURL(/\?picture=/);
}

/** The picture is there, and the browser can read it. */
async function expectLoaded(page: Page) {
  await shown(page).scrollIntoViewIfNeeded();
  await expect.poll(() => shown(page).evaluate((img: HTMLImageElement) => img.complete && img.naturalWidth)).toBeGreaterThan(0);
  expect(await shown(page).evaluate((img: HTMLImageElement) => img.currentSrc)).toMatch(/\/pictures\/[0-9a-f]{32}-\d+\.avif$/);
}

test.describe("without a script", () => {
  test.use({ javaScriptEnabled: false });

  test("a dish gets a picture, which guests see once it is published", async ({ page, browser, request, servery }) => {
    const dish = await findDish(request, "Classic Club");
    await openPart(page, servery, `dish-${dish.id}`, "thin");
    await upload(page, await photo(browser));
    await expect(section(page)).toContainText(words["picture.done"]);
    await page.goto(`${OFFICE}/changes`);
    await page.getByRole("button", { name: words["changes.publish"] }).click();
    await expect(page.getByText(words["office.done-published"])).toBeVisible();

    const guest = await browser.newPage({ baseURL: servery.url, viewport: { width: 360, height: 800 }, deviceScaleFactor: 3 });
    await guest.goto(`/restaurants/${DINER}`);
    const picture = guest.locator("li", { hasText: dish.name }).locator("picture img").first();
    await picture.scrollIntoViewIfNeeded();
    await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.currentSrc)).toMatch(/\/pictures\/[0-9a-f]{32}-320\.avif$/);
    await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.complete && img.naturalWidth)).toBeGreaterThan(0);
    await guest.close();

    await page.goto(`${OFFICE}/parts/dish-${dish.id}`);
    await page.getByRole("button", { name: words["picture.remove"] }).click();
    await expect(section(page)).toContainText(words["picture.removed"]);
    await expect(section(page)).toContainText(words["picture.none"]);
    await page.goto(`${OFFICE}/changes`);
    await page.getByRole("button", { name: words["changes.publish"] }).click();
    await expect(page.getByText(words["office.done-published"])).toBeVisible();
  });
});

test("a file that is no picture is refused in words", async ({ page, browser, servery }) => {
  await openPart(page, servery, "profile", "thin");
  const before = await shown(page).getAttribute("src");
  await upload(page, Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"));
  await expect(section(page).getByRole("alert")).toHaveText(words["picture.fault-unreadable"]);
  await upload(page, await photo(browser, 300, 200));
  await expect(section(page).getByRole("alert")).toHaveText(words["picture.fault-small"]);
  expect(await shown(page).getAttribute("src")).toBe(before);
});

/** Without a picture, with one, and with a file that is refused. */
async function visitAll(page: Page, browser: Browser, servery: Servery, lang: Lang, look: (name: string) => Promise<void>) {
  await openPart(page, servery, "profile", "thin");
  await page.context().addCookies([{ name: "servery_lang", value: lang, url: servery.url }]);
  await page.reload();
  await upload(page, await photo(browser), lang);
  await expectLoaded(page);
  await look("saved");
  await upload(page, Buffer.from("no picture"), lang);
  await expect(section(page).getByRole("alert")).toHaveText(officeTexts[lang]["picture.fault-unreadable"]);
  await look("refused");
  await page.getByRole("button", { name: officeTexts[lang]["picture.remove"] }).click();
  await expect(section(page)).toContainText(officeTexts[lang]["picture.none"]);
  await look("none");
  await page.goto(`${OFFICE}/changes`);
  // The newest edit is above, and taking one back is an edit, too.
  const undo = page.getByRole("button", { name: officeTexts[lang]["changes.undo"] });
  const edits = await undo.count();
  for (const [done, position] of [0, 2].entries()) {
    await undo.nth(position).click();
    await expect(undo).toHaveCount(edits + done + 1);
  }
}

for (const lang of LANGS) {
  test(`the page of a picture is accessible and fits, ${lang}`, async ({ page, browser, servery }) => {
    test.slow();
    await visitAll(page, browser, servery, lang, (name) => expectFitsAndAccessible(page, name));
  });

  test(`pictures of pictures, ${lang} @looks`, async ({ page, browser, servery }) => {
    test.slow();
    await visitAll(page, browser, servery, lang, (name) => takePictures(page, `office-picture-${name}-${lang}`));
  });
}
