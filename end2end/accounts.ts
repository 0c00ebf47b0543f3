// Who signs in, and how they come to the pages for that.

import { appReady, expect, texts, type Mode, type Servery } from "./servery";
import type { APIRequestContext, Page } from "@playwright/test";

const words = texts.en;

export const PASSWORD = "correct horse battery";

/** A new account; without a mail server its address is taken at its word. */
export async function signUp(request: APIRequestContext): Promise<string> {
  const email = `ada-${crypto.randomUUID()}@example.org`;
  const answer = await request.post("/api/v1/accounts", { data: { email, password: PASSWORD, name: "Ada", lang: "en" } });
  expect(answer.ok(), await answer.text()).toBe(true);
  return email;
}

export async function signIn(page: Page, email: string, mode: Mode = "hydrated") {
  await page.goto(`/account?render=${mode}`);
  if (mode !== "thin") await appReady(page);
  await page.getByLabel(words["sign-in.email"]).fill(email);
  await page.getByLabel(words["sign-in.password"]).fill(PASSWORD);
  await page.getByRole("button", { name: words["sign-in.submit"], exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(words["account.title"]);
  if (mode !== "thin") await appReady(page);
}

/** Signed in as somebody of a restaurant's kitchen, for calls of the API. */
export async function signInAsKitchen(servery: Servery, request: APIRequestContext, slug: string) {
  const email = await signUp(request);
  await servery.cli("staff", "add", email, "--restaurant", slug, "--role", "kitchen", "--keep");
  expect((await request.post("/api/v1/sessions", { data: { email, password: PASSWORD } })).status()).toBe(201);
}

/** The pages of somebody who signs in, and how they are come to. */
export const ACCOUNT_PAGES: Record<string, (page: Page, request: APIRequestContext) => Promise<string>> = {
  "sign-in": async () => "/account",
  "sign-up": async () => "/account/sign-up",
  account: async (page) => {
    await signIn(page, await signUp(page.request), "thin");
    return "/account";
  },
};
