// A passkey is made, opens the account, and opens nothing once it is removed. The device is the browser's own virtual one.

import { alive, expect, test, texts, type Mode } from "../servery";
import { signIn, signUp } from "../signed";
import type { CDPSession, Page } from "@playwright/test";

const words = texts.en;

// A passkey is made for a name, and an address in digits is none.
test.use({ host: "localhost" });

// Keys for RS256 are not taken: what passkeys are kept on has known ES256 for years.
test.beforeEach(({ complaints }) => complaints.expect(/pubKeyCredParams is missing/));

async function device(page: Page): Promise<{ cdp: CDPSession; authenticatorId: string }> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const options = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } as const;
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options });
  return { cdp, authenticatorId };
}

async function add(page: Page, name: string) {
  await page.locator("summary", { hasText: words["passkey.add"] }).click();
  await page.getByLabel(words["passkey.name"]).fill(name);
  await page.getByRole("button", { name: words["passkey.add"] }).click();
}

async function signOut(page: Page) {
  await page.getByRole("button", { name: words["account.sign-out"], exact: true }).click();
  await expect(page).toHaveURL(/\/$/);
}

const row = (page: Page, name: string) => page.locator(".rows li").filter({ hasText: name });
const usePasskey = (page: Page) => page.getByRole("button", { name: words["sign-in.passkey"] }).click();

for (const mode of ["hydrated", "thick"] as Mode[]) {
  test(`a passkey opens the account until it is removed, ${mode}`, async ({ page, complaints }) => {
    test.setTimeout(40_000);
    complaints.expect(/status of 401/);
    await device(page);
    await signIn(page, await signUp(page.request), mode);
    await expect(page.getByText(words["passkey.none"])).toBeVisible();
    await add(page, "My phone");
    await expect(page.getByRole("status")).toHaveText(words["passkey.added"]);
    await expect(row(page, "My phone")).toContainText(new Date().toISOString().slice(0, 10));
    await add(page, "My phone once more");
    await expect(page.getByRole("alert")).toHaveText(words["passkey.known"]);

    await signOut(page);
    await page.goto("/account");
    await alive(page);
    await usePasskey(page);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(words["account.title"]);
    await row(page, "My phone").getByRole("button", { name: words["account.remove"] }).click();
    await expect(page.getByText(words["account.saved"])).toBeVisible();
    await expect(row(page, "My phone")).toHaveCount(0);

    await signOut(page);
    await page.goto("/account");
    await alive(page);
    await usePasskey(page);
    await expect(page.getByRole("alert")).toHaveText(words["passkey.unknown"]);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(words["sign-in.title"]);
  });
}

test("who does not want to be recognised is told that nothing happened", async ({ page }) => {
  const { cdp, authenticatorId } = await device(page);
  await signIn(page, await signUp(page.request));
  await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
  await add(page, "My phone");
  await expect(page.getByRole("alert")).toHaveText(words["passkey.cancelled"]);
  await expect(page.getByText(words["passkey.none"])).toBeVisible();
});

test("a browser that knows no passkeys is offered none", async ({ page }) => {
  await page.addInitScript(() => Reflect.deleteProperty(window, "PublicKeyCredential"));
  await page.goto("/account?render=hydrated");
  await alive(page);
  await expect(page.getByRole("button", { name: words["sign-in.passkey"] })).toBeHidden();
  await signIn(page, await signUp(page.request));
  await expect(page.getByText(words["passkey.impossible"])).toBeVisible();
  await expect(page.getByText(words["passkey.add"]).first()).toBeHidden();
});

test("a plain page shows nothing of it until there is a passkey to remove", async ({ page }) => {
  await device(page);
  await page.goto("/account?render=thin");
  await expect(page.getByText(words["sign-in.passkey"])).toHaveCount(0);
  await signIn(page, await signUp(page.request), "thin");
  await expect(page.getByText(words["passkey.title"])).toHaveCount(0);
  await page.goto("/account?render=hydrated");
  await alive(page);
  await add(page, "My phone");
  await expect(row(page, "My phone")).toBeVisible();
  await page.goto("/account?render=thin");
  await row(page, "My phone").getByRole("button", { name: words["account.remove"] }).click();
  await expect(row(page, "My phone")).toHaveCount(0);
  await expect(page.getByText(words["passkey.title"])).toHaveCount(0);
});
