// A browser that runs scripts but gets no WebAssembly falls back to thin pages.

import { expect, test, texts, UNUSED } from "../servery";

test.beforeEach(async ({ page, complaints }) => {
  await page.route("**/*.wasm", (route) => route.abort("failed"));
  complaints.expect(/^request: .*\.wasm net::ERR_FAILED$/, /^console\.error: Failed to load resource: net::ERR_FAILED \(.*\.wasm\)$/, /^console\.error: TypeError: Failed to fetch/, UNUSED);
});

const wasmError = (page: import("@playwright/test").Page) => page.waitForEvent("console", (message) => message.text().includes("TypeError"));

test("a hydrated menu can be searched, and the next page is thin", async ({ page }) => {
  const error = wasmError(page);
  await page.goto("/restaurants/trattoria-da-lucia");
  await error;
  await expect(page.locator("html")).toHaveAttribute("data-mode", "hydrated");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Trattoria da Lucia");
  await page.getByLabel(texts.en["menu.search"]).fill("tomato");
  await page.getByRole("button", { name: texts.en["menu.submit"] }).click();
  await expect(page).toHaveURL(/q=tomato/);
  await expect(page.locator("html")).toHaveAttribute("data-mode", "thin");
  await expect(page.locator("html")).toHaveAttribute("data-reason", "browser");
  await expect(page.locator(".dishes li").first()).toBeVisible();
});

test("the links of a hydrated home page lead to thin pages", async ({ page }) => {
  const error = wasmError(page);
  await page.goto("/");
  await error;
  const next = page.waitForResponse(/\/restaurants\/jade-lantern$/);
  await page.getByRole("link", { name: "Jade Lantern" }).click();
  expect((await next).headers()["servery-render"]).toBe("thin; reason=browser");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Jade Lantern");
});

for (const path of ["/", "/restaurants/trattoria-da-lucia"]) {
  test(`a thick page that the visitor selected becomes thin, ${path}`, async ({ page }) => {
    await page.goto(`${path}?render=thick`);
    await expect(page.locator("html")).toHaveAttribute("data-mode", "thin");
    await expect(page.locator(".town li, .dishes li").first()).toBeVisible();
  });
}
