// The operator sets the mode of a page at runtime. A visitor's choice comes first, then the browser's abilities, then the operator's setting.

import { appReady, serviceWorkerReady, expect, test } from "../servery";
import type { APIRequestContext, Page } from "@playwright/test";

const PAGES = ["/", "/restaurants/{slug}", "/about", "/restaurants/{slug}/dishes/{dish}"];
const MENU = "/restaurants/trattoria-da-lucia";

/** The servery-render header for a visitor without cookies. */
async function renderHeader(request: APIRequestContext, path: string, headers = {}) {
  const answer = await request.get(path, { headers: { accept: "text/html", cookie: "", ...headers } });
  return answer.headers()["servery-render"];
}

/** A second, and a little for the request itself. */
const withinASecond = { timeout: 1_200, intervals: [50] };

test.afterEach(async ({ servery, playwright }) => {
  for (const path of PAGES) await servery.cli("routes", "set", path, "auto");
  const request = await playwright.request.newContext({ baseURL: servery.url });
  for (const [path, usual] of [["/", "hydrated"], [MENU, "hydrated"], ["/about", "thin"]]) {
    await expect.poll(() => renderHeader(request, path), { message: "the modes are the default again" }).toBe(`${usual}; reason=default`);
  }
  await request.dispose();
});

test("a mode that is set is used within a second and without a restart", async ({ servery, request }) => {
  expect(await renderHeader(request, "/")).toBe("hydrated; reason=default");
  for (const mode of ["thin", "thick"]) {
    const table = await servery.cli("routes", "set", "/", mode);
    expect(table).toMatch(new RegExp(`^/ .* ${mode} +operator$`, "m"));
    await expect.poll(() => renderHeader(request, "/"), withinASecond).toBe(`${mode}; reason=operator`);
    expect(await renderHeader(request, MENU)).toBe("hydrated; reason=default");
  }
  await servery.cli("routes", "set", "/", "auto");
  await expect.poll(() => renderHeader(request, "/"), withinASecond).toBe("hydrated; reason=default");
});

test("a setting applies to all menus", async ({ servery, request }) => {
  await servery.cli("routes", "set", "/restaurants/{slug}", "thin");
  await expect.poll(() => renderHeader(request, MENU), withinASecond).toBe("thin; reason=operator");
  expect(await renderHeader(request, "/restaurants/jade-lantern")).toBe("thin; reason=operator");
});

test("a mode that the page does not allow is rejected", async ({ servery, request }) => {
  await expect(servery.cli("routes", "set", "/about", "thick")).rejects.toThrow("/about cannot be thick");
  await expect(servery.cli("routes", "set", "/nowhere", "thin")).rejects.toThrow("'/nowhere' is not a page");
  expect(await renderHeader(request, "/about")).toBe("thin; reason=default");
});

test("the visitor's choice has priority over the operator's, also on later pages", async ({ servery, page, request }) => {
  await servery.cli("routes", "set", "/", "thin");
  await expect.poll(() => renderHeader(request, "/"), withinASecond).toBe("thin; reason=operator");
  const chosen = await page.goto("/?render=hydrated");
  expect(chosen?.headers()["servery-render"]).toBe("hydrated; reason=visitor");
  await appReady(page);
  const again = await page.goto("/");
  expect(again?.headers()["servery-render"]).toBe("hydrated; reason=visitor");
  const taken = await page.goto("/?render=auto");
  expect(taken?.headers()["servery-render"]).toBe("thin; reason=operator");
});

test("a browser with Save-Data gets thin pages", async ({ request }) => {
  expect(await renderHeader(request, "/", { "save-data": "on" })).toBe("thin; reason=browser");
  expect(await renderHeader(request, MENU, { "save-data": "on" })).toBe("thin; reason=browser");
  expect(await renderHeader(request, "/?render=hydrated", { "save-data": "on" })).toBe("hydrated; reason=visitor");
});

/** Opens the thick home page, controlled by a service worker, and marks the document, so that another one is noticed. */
async function openApp(page: Page) {
  await page.goto("/");
  await appReady(page);
  await serviceWorkerReady(page);
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
}

test("a thick page loads the next page from the server after the operator changed a mode", async ({ servery, page, request }) => {
  await servery.cli("routes", "set", "/", "thick");
  await servery.cli("routes", "set", "/restaurants/{slug}", "thick");
  await expect.poll(() => renderHeader(request, "/"), withinASecond).toBe("thick; reason=operator");
  await expect.poll(() => renderHeader(request, MENU), withinASecond).toBe("thick; reason=operator");
  await openApp(page);
  await servery.cli("routes", "set", "/", "thin");
  await expect.poll(() => renderHeader(request, "/"), withinASecond).toBe("thin; reason=operator");

  // The app learns of the change with the first data that it fetches, and the next link goes to the server.
  await page.getByRole("link", { name: "Trattoria da Lucia" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Trattoria da Lucia");
  expect(await page.evaluate(() => "sameDocument" in window)).toBe(true);
  await page.getByRole("link", { name: "Servery", exact: true }).click();
  await expect(page.locator("html")).toHaveAttribute("data-mode", "thin");
  await expect(page.locator("html")).toHaveAttribute("data-reason", "operator");
  await expect(page.locator(".town li").first()).toBeVisible();
});

test("a link from a thick page to a page that is set to thin gives a thin page", async ({ servery, page, request }) => {
  await servery.cli("routes", "set", "/", "thick");
  await servery.cli("routes", "set", "/restaurants/{slug}", "thin");
  await expect.poll(() => renderHeader(request, "/"), withinASecond).toBe("thick; reason=operator");
  await expect.poll(() => renderHeader(request, MENU), withinASecond).toBe("thin; reason=operator");
  await openApp(page);
  await page.getByRole("link", { name: "Trattoria da Lucia" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Trattoria da Lucia");
  await expect(page.locator("html")).toHaveAttribute("data-mode", "thin");
});
