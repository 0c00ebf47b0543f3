// A browser that runs no script gets every page.

import { expect, test, texts } from "../servery";

test.use({ javaScriptEnabled: false });

test.beforeEach(({ complaints }) => {
  // With scripts off, Chromium says of the one that a page would preload that it may not.
  complaints.expect(/^request: .*\.js csp$/);
});

test("a diner reads a menu and comes back", async ({ page }) => {
  const answer = await page.goto("/");
  expect(answer?.headers()["servery-render"]).toBe("hydrated; reason=default");
  await page.getByRole("link", { name: "Trattoria da Lucia" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Trattoria da Lucia");
  await expect(page.locator(".dishes .price").first()).toHaveText(/^€\d+\.\d\d$/);
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(texts.en["home.title"]);
});

test("a search is sent as a form", async ({ page }) => {
  await page.goto("/");
  await page.getByLabel(texts.en["home.search"]).fill("lantern");
  await page.getByLabel(texts.en["home.search"]).press("Enter");
  await expect(page.locator(".town h2")).toHaveText(["Jade Lantern"]);
});

test("a page that would come alive offers the way to one that needs no script, and the next ones follow", async ({ page }) => {
  await page.goto("/?q=lantern");
  await page.getByRole("link", { name: texts.en["noscript"] }).click();
  await expect(page.locator("html")).toHaveAttribute("data-mode", "thin");
  await expect(page.locator("html")).toHaveAttribute("data-reason", "browser");
  await expect(page.locator(".town h2")).toHaveText(["Jade Lantern"]);
  const next = await page.goto("/restaurants/trattoria-da-lucia");
  expect(next?.headers()["servery-render"]).toBe("thin; reason=browser");
});

for (const path of ["/", "/restaurants/trattoria-da-lucia"]) {
  test(`the app at ${path} that a visitor chose gives way to a page without script`, async ({ page }) => {
    await page.goto(`${path}?render=thick`);
    await expect(page.locator("html")).toHaveAttribute("data-mode", "thin");
    await expect(page.locator(".town li, .dishes li").first()).toBeVisible();
  });
}

test("the app that the operator chose gives way to a page without script", async ({ page, servery }) => {
  await servery.cli("routes", "set", "/", "thick");
  try {
    await expect.poll(async () => (await page.request.get("/")).headers()["servery-render"]).toMatch(/^thick/);
    await page.goto("/");
    await expect(page.locator("html")).toHaveAttribute("data-mode", "thin");
    await expect(page.locator(".town li").first()).toBeVisible();
  } finally {
    await servery.cli("routes", "set", "/", "auto");
    await expect.poll(async () => (await page.request.get("/?render=auto&browser=able")).headers()["servery-render"]).toBe("hydrated; reason=default");
  }
});

test("the switch at the foot of the page is a plain form, and keeps the search", async ({ page }) => {
  await page.goto("/?q=lantern");
  await page.locator(".made summary").click();
  await page.getByRole("button", { name: texts.en["mode.thin"], exact: true }).click();
  await expect(page.locator("html")).toHaveAttribute("data-mode", "thin");
  await expect(page.locator("html")).toHaveAttribute("data-reason", "visitor");
  await expect(page.locator(".town h2")).toHaveText(["Jade Lantern"]);
  await page.goto("/about");
  await page.locator(".made summary").click();
  await expect(page.locator(".made p")).toContainText(texts.en["reason.visitor"]);
  await page.getByRole("button", { name: texts.en["made.auto"] }).click();
  await expect(page.locator("html")).toHaveAttribute("data-reason", "default");
});
