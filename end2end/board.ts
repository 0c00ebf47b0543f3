// What people behind the counter do, by the names of records on the board.

import { expect, pattern, test, texts, type Mode, type Servery } from "./servery";
import { DINER } from "./ordering";
import { randomUUID } from "node:crypto";
import type { APIRequestContext, BrowserContext, Page } from "@playwright/test";

const words = texts.en;

export const BOARD = `/board/${DINER}`;

/** A second browser, whose complaints count as the first one's do. */
export const boardTest = test.extend<{ board: Page }>({
  board: async ({ browser, complaints, servery }, use) => {
    const context = await browser.newContext({ baseURL: servery.url, locale: "en-GB" });
    const board = await context.newPage();
    complaints.watch(board);
    await use(board);
    await context.close();
  },
});

export const setRenderMode = (context: BrowserContext, url: string, mode: Mode) => context.addCookies([{ name: "servery_render", value: mode, url }]);

/** Signs somebody in who works at a restaurant, usually the diner; ends on the board. */
export async function signInToBoard(page: Page, servery: Servery, role = "manager", slug = DINER) {
  const email = `${randomUUID()}@${slug}.example`;
  const output = await servery.cli("staff", "add", email, "--restaurant", slug, "--role", role);
  await page.goto(`/board/${slug}`);
  await page.getByLabel(words["sign-in.email"]).fill(email);
  await page.getByLabel(words["sign-in.password"]).fill(/the password is (\S+)/.exec(output)![1]);
  await page.getByRole("button", { name: words["sign-in.submit"] }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(pattern(words["board.title"]));
}

/** The ticket of an order, whoever may look at it. */
export async function orderTicket(page: Page, request: APIRequestContext, token: string) {
  const { order } = await (await request.get(`/api/v1/orders/${token}`)).json();
  return page.locator(`#o${order.number}`);
}

/** What is folded away on a ticket. */
export const openDetails = (page: Page) =>
  page.locator(".board details").evaluateAll((all: HTMLDetailsElement[]) => all.forEach((details) => (details.open = true)));
