// The operator sets how a page is made while it is served; visitors and their browsers have their say in the order of the design.

import { alive, controlled, expect, test } from "../servery";
import type { APIRequestContext, Page } from "@playwright/test";

const PAGES = ["/", "/restaurants/{slug}", "/about", "/restaurants/{slug}/dishes/{dish}"];
const MENU = "/restaurants/trattoria-da-lucia";

/** How a page is made for a visitor without cookies. */
async function made(request: APIRequestContext, path: string, headers = {}) {
  const answer = await request.get(path, { headers: { accept: "text/html", cookie: "", ...headers } });
  return answer.headers()["servery-render"];
}

/** Polls as a visitor would see it: within a second, and a little for the question itself. */
const soon = { timeout: 1_200, intervals: [50] };

test.afterEach(async ({ servery, playwright }) => {
  for (const path of PAGES) await servery.cli("routes", "set", path, "auto");
  const request = await playwright.request.newContext({ baseURL: servery.url });
  for (const [path, usual] of [["/", "hydrated"], [MENU, "hydrated"], ["/about", "thin"]]) {
    await expect.poll(() => made(request, path), { message: "the pages are made as usual again" }).toBe(`${usual}; reason=default`);
  }
  await request.dispose();
});

test("a page changes within a second and without a restart, and back", async ({ servery, request }) => {
  expect(await made(request, "/")).toBe("hydrated; reason=default");
  for (const mode of ["thin", "thick"]) {
    const table = await servery.cli("routes", "set", "/", mode);
    expect(table).toMatch(new RegExp(`^/ .* ${mode} +operator$`, "m"));
    await expect.poll(() => made(request, "/"), soon).toBe(`${mode}; reason=operator`);
    expect(await made(request, MENU)).toBe("hydrated; reason=default");
  }
  await servery.cli("routes", "set", "/", "auto");
  await expect.poll(() => made(request, "/"), soon).toBe("hydrated; reason=default");
});

test("one row is every menu", async ({ servery, request }) => {
  await servery.cli("routes", "set", "/restaurants/{slug}", "thin");
  await expect.poll(() => made(request, MENU), soon).toBe("thin; reason=operator");
  expect(await made(request, "/restaurants/jade-lantern")).toBe("thin; reason=operator");
});

test("a page cannot be set to what its row does not allow", async ({ servery, request }) => {
  await expect(servery.cli("routes", "set", "/about", "thick")).rejects.toThrow("/about cannot be thick");
  await expect(servery.cli("routes", "set", "/nowhere", "thin")).rejects.toThrow("'/nowhere' is not a page");
  expect(await made(request, "/about")).toBe("thin; reason=default");
});

test("what a visitor chose goes before the operator, on every page after", async ({ servery, page, request }) => {
  await servery.cli("routes", "set", "/", "thin");
  await expect.poll(() => made(request, "/"), soon).toBe("thin; reason=operator");
  const chosen = await page.goto("/?render=hydrated");
  expect(chosen?.headers()["servery-render"]).toBe("hydrated; reason=visitor");
  await alive(page);
  const again = await page.goto("/");
  expect(again?.headers()["servery-render"]).toBe("hydrated; reason=visitor");
  const taken = await page.goto("/?render=auto");
  expect(taken?.headers()["servery-render"]).toBe("thin; reason=operator");
});

test("a browser that saves data gets pages without script", async ({ request }) => {
  expect(await made(request, "/", { "save-data": "on" })).toBe("thin; reason=browser");
  expect(await made(request, MENU, { "save-data": "on" })).toBe("thin; reason=browser");
  expect(await made(request, "/?render=hydrated", { "save-data": "on" })).toBe("hydrated; reason=visitor");
});

/** The town as an app that the operator chose, kept by a service worker, in a document that can be told from the next one. */
async function openApp(page: Page) {
  await page.goto("/");
  await alive(page);
  await controlled(page);
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
}

test("the app asks the server for the next page once the operator has changed how pages are made", async ({ servery, page, request }) => {
  await servery.cli("routes", "set", "/", "thick");
  await servery.cli("routes", "set", "/restaurants/{slug}", "thick");
  await expect.poll(() => made(request, "/"), soon).toBe("thick; reason=operator");
  await expect.poll(() => made(request, MENU), soon).toBe("thick; reason=operator");
  await openApp(page);
  await servery.cli("routes", "set", "/", "thin");
  await expect.poll(() => made(request, "/"), soon).toBe("thin; reason=operator");

  // The app learns of the change with the first data that it fetches, and the next link goes to the server.
  await page.getByRole("link", { name: "Trattoria da Lucia" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Trattoria da Lucia");
  expect(await page.evaluate(() => "sameDocument" in window)).toBe(true);
  await page.getByRole("link", { name: "Servery", exact: true }).click();
  await expect(page.locator("html")).toHaveAttribute("data-mode", "thin");
  await expect(page.locator("html")).toHaveAttribute("data-reason", "operator");
  await expect(page.locator(".town li").first()).toBeVisible();
});

test("a page that the operator wants plain is plain also when the app leads to it", async ({ servery, page, request }) => {
  await servery.cli("routes", "set", "/", "thick");
  await servery.cli("routes", "set", "/restaurants/{slug}", "thin");
  await expect.poll(() => made(request, "/"), soon).toBe("thick; reason=operator");
  await expect.poll(() => made(request, MENU), soon).toBe("thin; reason=operator");
  await openApp(page);
  await page.getByRole("link", { name: "Trattoria da Lucia" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Trattoria da Lucia");
  await expect(page.locator("html")).toHaveAttribute("data-mode", "thin");
});
