// The pages are usable with the keyboard alone.

import { appReady, expect, test, texts, type Mode } from "../servery";
import type { Page } from "@playwright/test";

/** Presses Tab until the element has the focus, at most `most` times. Answers with all that had it. */
async function tabTo(page: Page, name: string, most: number) {
  const seen: string[] = [];
  for (let step = 0; step < most; step++) {
    await page.keyboard.press("Tab");
    const here = await page.evaluate(() => {
      const focused = document.activeElement as HTMLInputElement | null;
      return focused?.name || focused?.textContent?.trim() || focused?.tagName || "";
    });
    seen.push(here);
    if (here === name) return seen;
  }
  throw new Error(`Tab never reached ${name}, only ${seen.join(", ")}`);
}

for (const mode of ["thin", "hydrated", "thick"] as Mode[]) {
  test(`Tab goes from the skip link to the search and to the restaurants, ${mode}`, async ({ page }) => {
    await page.goto(`/?render=${mode}`);
    if (mode !== "thin") await appReady(page);
    await page.keyboard.press("Tab");
    await expect(page.locator(".skip")).toBeFocused();
    await expect(page.locator(".skip")).toBeInViewport();
    expect(await tabTo(page, "q", 6)).toEqual(["Servery", "English", "Deutsch", "العربية", "q"]);
    await page.keyboard.type("lantern");
    await page.keyboard.press("Enter");
    // What was typed has found it already; the app then shows the address that was sent, and begins at its top.
    if (mode === "thick") await expect(page.locator("#main")).toBeFocused();
    await expect(page.locator(".town h2")).toHaveText(["Jade Lantern"]);
    await page.getByLabel(texts.en["home.search"]).focus();
    expect(await tabTo(page, "Jade Lantern", 5)).toEqual(["cuisine", "open", texts.en["home.submit"], "Jade Lantern"]);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Jade Lantern");
    await expect(page).toHaveURL(/\/restaurants\/jade-lantern$/);
  });

  test(`the skip link moves the focus to the content, ${mode}`, async ({ page }) => {
    await page.goto(`/?render=${mode}`);
    if (mode !== "thin") await appReady(page);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await expect(page.locator("#main")).toBeFocused();
    await page.keyboard.press("Tab");
    await expect(page.getByLabel(texts.en["home.search"])).toBeFocused();
  });

  test(`details open with Enter, ${mode}`, async ({ page }) => {
    await page.goto(`/restaurants/trattoria-da-lucia?render=${mode}`);
    if (mode !== "thin") await appReady(page);
    const hours = page.locator("details.opening");
    await hours.locator("summary").focus();
    await page.keyboard.press("Enter");
    await expect(hours.getByRole("row")).toHaveCount(7);
    await expect(hours.getByRole("row").first()).toBeVisible();
  });
}

test("focused elements have an outline", async ({ page }) => {
  await page.goto("/?render=thin");
  for (let step = 0; step < 9; step++) {
    await page.keyboard.press("Tab");
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle);
    expect(outline, await page.evaluate(() => document.activeElement!.outerHTML)).not.toBe("none");
  }
});
