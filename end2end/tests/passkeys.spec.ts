// Passkeys are added, used to sign in, and removed, with the browser's virtual authenticator.

import { appReady, expect, test, texts, type Mode } from "../servery";
import { signIn, signUp } from "../accounts";
import type { CDPSession, Page } from "@playwright/test";

const words = texts.en;

// A passkey belongs to a domain name, and an IP address is none.
test.use({ host: "localhost" });

async function addAuthenticator(page: Page): Promise<{ cdp: CDPSession; authenticatorId: string }> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const options = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } as const;
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options });
  return { cdp, authenticatorId };
}

async function addPasskey(page: Page, name: string) {
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
  test(`a passkey signs in until it is removed, ${mode}`, async ({ page, complaints }) => {
    test.setTimeout(40_000);
    complaints.expect(/status of 401/);
    await addAuthenticator(page);
    await signIn(page, await signUp(page.request), mode);
    await expect(page.getByText(words["passkey.none"])).toBeVisible();
    await addPasskey(page, "My phone");
    await expect(page.getByRole("status")).toHaveText(words["passkey.added"]);
    await expect(row(page, "My phone")).toContainText(new Date().toISOString().slice(0, 10));
    await addPasskey(page, "My phone once more");
    await expect(page.getByRole("alert")).toHaveText(words["passkey.known"]);

    await signOut(page);
    await page.goto("/account");
    await appReady(page);
    await usePasskey(page);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(words["account.title"]);
    await row(page, "My phone").getByRole("button", { name: words["account.remove"] }).click();
    await expect(page.getByText(words["account.saved"])).toBeVisible();
    await expect(row(page, "My phone")).toHaveCount(0);

    await signOut(page);
    await page.goto("/account");
    await appReady(page);
    await usePasskey(page);
    await expect(page.getByRole("alert")).toHaveText(words["passkey.unknown"]);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(words["sign-in.title"]);
  });
}

test("a cancelled passkey prompt is reported", async ({ page }) => {
  const { cdp, authenticatorId } = await addAuthenticator(page);
  await signIn(page, await signUp(page.request));
  await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
  await addPasskey(page, "My phone");
  await expect(page.getByRole("alert")).toHaveText(words["passkey.cancelled"]);
  await expect(page.getByText(words["passkey.none"])).toBeVisible();
});

test("a browser without passkeys does not show them", async ({ page }) => {
  await page.addInitScript(() => Reflect.deleteProperty(window, "PublicKeyCredential"));
  await page.goto("/account?render=hydrated");
  await appReady(page);
  await expect(page.getByRole("button", { name: words["sign-in.passkey"] })).toBeHidden();
  await signIn(page, await signUp(page.request));
  await expect(page.getByText(words["passkey.impossible"])).toBeVisible();
  await expect(page.getByText(words["passkey.add"]).first()).toBeHidden();
});

test("a thin page shows passkeys only if there is one to remove", async ({ page }) => {
  await addAuthenticator(page);
  await page.goto("/account?render=thin");
  await expect(page.getByText(words["sign-in.passkey"])).toHaveCount(0);
  await signIn(page, await signUp(page.request), "thin");
  await expect(page.getByText(words["passkey.title"])).toHaveCount(0);
  await page.goto("/account?render=hydrated");
  await appReady(page);
  await addPasskey(page, "My phone");
  await expect(row(page, "My phone")).toBeVisible();
  await page.goto("/account?render=thin");
  await row(page, "My phone").getByRole("button", { name: words["account.remove"] }).click();
  await expect(row(page, "My phone")).toHaveCount(0);
  await expect(page.getByText(words["passkey.title"])).toHaveCount(0);
});
