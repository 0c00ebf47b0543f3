// What a test has to name, so that nothing else passes with it.

import { Complaints, DROPPED, expect, OFFLINE, test } from "../servery";

const [ORDERS, EVENTS] = ["/api/v1/orders", "/api/v1/orders/{token}/events"];

/** What is heard when the page asks for these, in order. */
async function asked(page: import("@playwright/test").Page, own: Complaints, ...paths: string[]) {
  own.watch(page);
  for (const path of paths) await page.evaluate((path) => fetch(path).catch(() => undefined), path);
}

test("a call without an answer is named by its path and its error", async ({ page, complaints }) => {
  await page.goto("/");
  await page.route("**/api/v1/orders{,/**}", (route) => route.abort("failed"));
  complaints.expectNoAnswer(DROPPED, ORDERS, EVENTS);
  const other = new Complaints();
  other.expectNoAnswer(OFFLINE, ORDERS);
  other.expectNoAnswer(DROPPED, EVENTS);
  await asked(page, other, "/api/v1/orders", "/api/v1/orders/0a/events");
  const at = `${new URL(page.url()).origin}/api/v1/orders`;
  await expect.poll(() => other.unexpected.toSorted()).toEqual([`console.error: Failed to load resource: net::ERR_FAILED (${at})`, `request: ${at} net::ERR_FAILED`]);
});

test("a server that fails is not expected in passing", async ({ page, complaints }) => {
  await page.goto("/");
  await page.route("**/api/v1/orders", (route) => route.fulfill({ status: 500 }));
  complaints.expectStatus(500, ORDERS);
  const other = new Complaints();
  other.expect(/./);
  await asked(page, other, "/api/v1/orders");
  await expect.poll(() => other.unexpected).toEqual([expect.stringContaining("a status of 500 ")]);
});
