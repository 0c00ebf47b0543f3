// Every page works without JavaScript.

import { expect, test, texts } from "../servery";

test.use({ javaScriptEnabled: false });

test("a menu is opened, and Back returns to the home page", async ({ page }) => {
  const answer = await page.goto("/");
  expect(answer?.headers()["servery-render"]).toBe("hydrated; reason=default");
  await page.getByRole("link", { name: "Trattoria da Lucia" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Trattoria da Lucia");
  await expect(page.locator(".dishes .price").first()).toHaveText(/^€\d+\.\d\d$/);
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(texts.en["home.title"]);
});

test("the search is submitted as a form", async ({ page }) => {
  await page.goto("/");
  await page.getByLabel(texts.en["home.search"]).fill("lantern");
  await page.getByLabel(texts.en["home.search"]).press("Enter");
  await expect(page.locator(".town h2")).toHaveText(["Jade Lantern"]);
});

test("a hydrated page links to its thin version, and the next pages are thin", async ({ page }) => {
  await page.goto("/?q=lantern");
  await page.getByRole("link", { name: texts.en["noscript"] }).click();
  await expect(page.locator("html")).toHaveAttribute("data-mode", "thin");
  await expect(page.locator("html")).toHaveAttribute("data-reason", "browser");
  await expect(page.locator(".town h2")).toHaveText(["Jade Lantern"]);
  const next = await page.goto("/restaurants/trattoria-da-lucia");
  expect(next?.headers()["servery-render"]).toBe("thin; reason=browser");
});

for (const path of ["/", "/restaurants/trattoria-da-lucia"]) {
  test(`a thick page that the visitor selected redirects to a thin one, ${path}`, async ({ page }) => {
    await page.goto(`${path}?render=thick`);
    await expect(page.locator("html")).toHaveAttribute("data-mode", "thin");
    await expect(page.locator(".town li, .dishes li").first()).toBeVisible();
  });
}

test("a thick page that the operator selected redirects to a thin one", async ({ page, servery }) => {
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

test("the mode switch in the footer is a form and keeps the search", async ({ page }) => {
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
