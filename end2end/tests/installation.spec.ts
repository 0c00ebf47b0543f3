// What an operator does with the installation: invites owners, and removes the demo.

import { setRenderMode } from "../board";
import { expectFitsAndAccessible, takePictures } from "../every-width";
import { DINER } from "../ordering";
import { expect, LANGS, officeTexts, Servery, test as base, texts, type Lang } from "../servery";
import type { Browser, Page } from "@playwright/test";

const words = officeTexts.en;
const PASSWORD = "correct horse battery";

/** A server with the demo, of each test's own. */
const test = base.extend<{ demo: Servery }>({
  demo: async ({}, use) => {
    const demo = await Servery.start();
    await use(demo);
    await demo.remove();
  },
  baseURL: async ({ demo }, use) => use(demo.url),
});

const button = (page: Page, key: string) => page.getByRole("button", { name: words[key], exact: true });

/** Accepts an invitation with a new account. */
async function accept(page: Page, link: string, name: string) {
  await page.goto(link);
  await page.getByLabel(words["invitation.name"]).fill(name);
  await page.getByLabel(texts.en["sign-in.email"]).fill(`${name.toLowerCase()}@example.org`);
  await page.getByLabel(texts.en["sign-in.password"]).fill(PASSWORD);
  await button(page, "invitation.create").click();
  await expect(page).toHaveURL(/\/new-restaurant$/);
}

async function openAsOperator(page: Page, demo: Servery) {
  await setRenderMode(page.context(), demo.url, "thin");
  const invited = await demo.cli("invite", "--operator");
  await accept(page, /\/invitations\/[0-9a-f]+/.exec(invited)![0], "Olive");
  await page.goto("/account");
  await page.getByRole("link", { name: texts.en["account.operator"] }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(words["operator.title"]);
}

async function stranger(browser: Browser, demo: Servery) {
  const context = await browser.newContext({ baseURL: demo.url });
  await setRenderMode(context, demo.url, "thin");
  return context.newPage();
}

test.describe("without a script", () => {
  test.use({ javaScriptEnabled: false });

  test("an owner is invited by a link, and sets a restaurant up", async ({ page, browser, demo }) => {
    await openAsOperator(page, demo);
    await button(page, "staff.make-invitation").click();
    const link = (await page.locator(".invitation-link .address").textContent())!;
    const owner = await stranger(browser, demo);
    await accept(owner, link, "Grace");
    await expect(owner.getByRole("heading", { level: 1 })).toHaveText(words["new.title"]);
    await page.reload();
    await expect(page.locator(".invitation-link")).toHaveCount(0);
    await owner.context().close();
  });

  test("an invitation is withdrawn, and its link says so", async ({ page, browser, demo }) => {
    await openAsOperator(page, demo);
    await page.locator('[name="kind"]').selectOption("operator");
    await button(page, "staff.make-invitation").click();
    const link = (await page.locator(".invitation-link .address").textContent())!;
    const withdraw = words["staff.withdraw-of"].replace("{name}", texts.en["log.somebody"]);
    await page.getByRole("button", { name: withdraw }).click();
    await expect(page.getByText(words["staff.done-withdrawn"])).toBeVisible();
    const late = await stranger(browser, demo);
    await late.goto(link);
    await expect(late.getByText(words["invitation.over"])).toBeVisible();
    await late.context().close();
  });

  test("the demo says what it is everywhere, until a click removes it", async ({ page, demo }) => {
    await openAsOperator(page, demo);
    const notice = page.getByText(texts.en["demo.notice"]);
    for (const path of ["/", `/restaurants/${DINER}`, `/restaurants/${DINER}/checkout`, "/orders", "/operator"]) {
      await page.goto(path);
      await expect(notice, path).toBeVisible();
    }
    await button(page, "operator.remove-demo").click();
    await expect(page.getByText(words["operator.done-demo"])).toBeVisible();
    await expect(page.getByText(words["operator.none"])).toBeVisible();
    await expect(button(page, "operator.remove-demo")).toHaveCount(0);
    await expect(notice).toHaveCount(0);
    await page.goto("/");
    await expect(page.getByRole("link", { name: "Lighthouse Diner" })).toHaveCount(0);
    await expect(notice).toHaveCount(0);
  });
});

async function visitAll(page: Page, demo: Servery, lang: Lang, look: (name: string) => Promise<void>) {
  await openAsOperator(page, demo);
  await page.context().addCookies([{ name: "servery_lang", value: lang, url: demo.url }]);
  await page.goto("/operator");
  await page.getByRole("button", { name: officeTexts[lang]["staff.make-invitation"], exact: true }).click();
  await expect(page.locator(".invitation-link")).toBeVisible();
  await look("operator");
  await page.goto("/");
  await look("demo-home");
  await page.goto(`/restaurants/${DINER}`);
  await look("demo-restaurant");
}

for (const lang of LANGS) {
  test(`the operator's page and the demo's notice are accessible and fit, ${lang}`, async ({ page, demo }) => {
    await visitAll(page, demo, lang, (name) => expectFitsAndAccessible(page, name));
  });

  test(`pictures of the operator's page, ${lang} @looks`, async ({ page, demo }) => {
    await visitAll(page, demo, lang, (name) => takePictures(page, `installation-${name}-${lang}`));
  });
}
