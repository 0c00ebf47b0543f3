// Who works in a restaurant, and the codes that stand on its tables.

import { boardTest as test, setRenderMode, signInToBoard } from "../board";
import { expectFitsAndAccessible, takePictures } from "../every-width";
import { DINER } from "../ordering";
import { appReady, expect, LANGS, officeTexts, texts, type Lang, type Servery } from "../servery";
import { pairDevice } from "../devices";
import { cleanUp, staffText, Till } from "../till";
import type { Locator, Page } from "@playwright/test";

const OFFICE = `/office/${DINER}`;
const words = officeTexts.en;

const named = (key: string, name: string) => words[key].replace("{name}", name);
const isolated = (name: string) => `\u2068${name}\u2069`;
const member = (page: Page, name: string) => page.locator(".rows > li", { hasText: name });
const newRole = (page: Page) => page.locator('form.fields [name="role"]');
const button = (page: Page, key: string) => page.getByRole("button", { name: words[key], exact: true });

/** Signed in at the office, whose pages for this need no program. */
async function openAs(page: Page, servery: Servery, role: string) {
  await setRenderMode(page.context(), servery.url, "thin");
  await signInToBoard(page, servery, role);
}

/** Invites somebody in this role; answers with the link that the page shows. */
async function inviteAs(page: Page, role: string): Promise<string> {
  await page.goto(`${OFFICE}/staff`);
  await newRole(page).selectOption(role);
  await button(page, "staff.make-invitation").click();
  return (await page.locator(".invitation-link .address").textContent())!;
}

/** Accepts a link with a new account. */
async function accept(page: Page, link: string, name: string) {
  await page.goto(link);
  await page.getByLabel(words["invitation.name"]).fill(name);
  await page.getByLabel(texts.en["sign-in.email"]).fill(`${name.toLowerCase()}-${crypto.randomUUID()}@example.org`);
  await page.getByLabel(texts.en["sign-in.password"]).fill("correct horse battery");
  await button(page, "invitation.create").click();
}

test("a colleague is invited, gets another role and is removed; the open board ends within seconds", async ({ page, board, servery, complaints }) => {
  await openAs(page, servery, "owner");
  const link = await inviteAs(page, "kitchen");
  await expect(page.getByRole("img", { name: words["staff.link-alt"] })).toBeVisible();
  await expect(page.getByRole("heading", { name: words["staff.invited"] })).toBeVisible();
  await setRenderMode(board.context(), servery.url, "hydrated");
  await accept(board, link, "Grace");
  await expect(board).toHaveURL(new RegExp(`/board/${DINER}$`));
  await appReady(board);
  await page.goto(`${OFFICE}/staff`);
  await expect(page.locator(".invitation-link")).toHaveCount(0);
  const grace = member(page, "Grace");
  await grace.getByRole("combobox").selectOption("cashier");
  await grace.getByRole("button", { name: words["staff.save"] }).click();
  await expect(page.getByText(words["staff.done-role"])).toBeVisible();
  await expect(grace.getByRole("combobox")).toHaveValue("cashier");
  await grace.getByRole("button", { name: named("staff.remove-of", isolated("Grace")) }).click();
  await expect(page.getByText(words["staff.done-removed"])).toBeVisible();
  await expect(grace).toHaveCount(0);
  complaints.expect(/403/, /request: .*board\/events/);
  expect((await board.request.get(`/api/v1/restaurants/${DINER}/board`)).status()).toBe(403);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("an invitation is withdrawn, and its link says so", async ({ page, board, servery }) => {
    await openAs(page, servery, "owner");
    const link = await inviteAs(page, "courier");
    await page.getByRole("button", { name: named("staff.withdraw-of", texts.en["log.somebody"]) }).first().click();
    await expect(page.getByText(words["staff.done-withdrawn"])).toBeVisible();
    await board.goto(link);
    await expect(board.getByText(words["invitation.over"])).toBeVisible();
  });
});

test("a manager cannot give or take a role above cashier", async ({ page, servery }) => {
  await openAs(page, servery, "manager");
  await page.goto(`${OFFICE}/staff`);
  const roles = newRole(page).locator("option");
  await expect(roles).toHaveText([texts.en["role.cashier"], texts.en["role.kitchen"], texts.en["role.courier"]]);
  await expect(page.getByRole("button", { name: words["staff.leave"] })).toHaveCount(1);
});

test("a table code is made, published and printed", async ({ page, servery }) => {
  await openAs(page, servery, "owner");
  await page.goto(`${OFFICE}/tables`);
  await page.getByRole("link", { name: words["office.add-table"] }).click();
  await page.locator('form [name="name"]').fill("Window 4");
  await page.locator('form [name="code"]').fill("window4");
  await page.getByRole("button", { name: words["part.save"] }).click();
  await expect(page.getByText(words["office.done-saved"])).toBeVisible();
  await page.goto(`${OFFICE}/tables`);
  await expect(page.locator(".qr-cards li", { hasText: "Window 4" }), "not before it is published").toHaveCount(0);
  await page.goto(`${OFFICE}/changes`);
  await page.getByRole("button", { name: words["changes.publish"] }).click();
  await page.goto(`${OFFICE}/tables`);
  const code = page.getByRole("img", { name: named("tables.alt", isolated("Window 4")) });
  await expect(code).toBeVisible();
  await expect.poll(() => code.evaluate((picture: HTMLImageElement) => picture.naturalWidth)).toBeGreaterThan(0);
  const sheet = await page.request.get(`${OFFICE}/tables/sheet.pdf`);
  expect(sheet.headers()["content-type"]).toBe("application/pdf");
  expect((await sheet.body()).toString("latin1")).toContain("Window 4");
  // What comes out of a printer: the codes and no navigation.
  await page.emulateMedia({ media: "print" });
  await expect(page.locator(".office > nav")).toBeHidden();
  await expect(page.getByRole("link", { name: words["tables.pdf"] })).toBeHidden();
  await expect(code).toBeVisible();
});

test("a PIN that the office sets opens the till, and another replaces it", async ({ page, board, servery }) => {
  await cleanUp(servery);
  await pairDevice(board, servery, "till", "Bar till");
  const till = new Till(board);
  await till.open();
  await openAs(page, servery, "owner");
  await page.goto(`${OFFICE}/staff`);
  const section = page.locator("#cashiers");
  await section.getByText(words["cashiers.add"]).click();
  const setPin = async (within: Locator, name: string, pin: string) => {
    await within.getByLabel(words["cashiers.name"], { exact: true }).fill(name);
    await within.locator('[name="pin"]').fill(pin);
    await within.getByRole("button", { name: words["part.save"] }).click();
    await expect(page.getByText(words["cashiers.done-pin"])).toBeVisible();
  };
  await setPin(section.locator("> details"), "Grace", "2580");
  await expect(board.getByText(staffText("cashier.first")), "the till asks who sells").toBeVisible();
  const signIn = async (pin: string) => {
    if (await till.sheet.isVisible()) await board.keyboard.press("Escape");
    await expect(till.sheet).toHaveCount(0);
    await board.locator("button.who").first().click();
    await till.sheet.getByRole("button", { name: "Grace" }).click();
    await till.sheet.getByLabel(staffText("cashier.pin"), { exact: true }).fill(pin);
    await till.sheet.getByRole("button", { name: staffText("cashier.enter") }).click();
  };
  await signIn("2580");
  await expect(till.sheet).toHaveCount(0);
  await till.openShift();
  await board.locator("button.who").first().click();
  await till.sheet.getByRole("button", { name: staffText("cashier.leave") }).click();
  const grace = section.locator("li", { hasText: "Grace" });
  await grace.getByText(words["cashiers.change"], { exact: true }).click();
  await setPin(grace, "Grace", "1470");
  // The till hears of it without a reload.
  await expect(async () => {
    await signIn("1470");
    await expect(till.sheet).toHaveCount(0, { timeout: 2_000 });
  }).toPass();
  await board.locator("button.who").first().click();
  await till.sheet.getByRole("button", { name: staffText("cashier.leave") }).click();
  await signIn("2580");
  await expect(till.sheet.getByRole("alert")).toContainText(staffText("cashier.wrong-pin"));
  await signIn("1470");
  await expect(board.locator("button.who").first()).toHaveText("Grace");
  // Who is removed is signed out.
  await grace.getByRole("button", { name: named("staff.remove-of", isolated("Grace")) }).click();
  await expect(page.getByText(words["cashiers.done-removed"])).toBeVisible();
  await expect(board.locator("button.who").first()).toHaveText(staffText("cashier.nobody"));
  await cleanUp(servery);
});

/** The pages, with something on them. */
async function visitAll(page: Page, servery: Servery, lang: Lang, look: (name: string) => Promise<void>) {
  await servery.cli("staff", "add", `cook-${lang}@${DINER}.example`, "--restaurant", DINER, "--role", "kitchen");
  await openAs(page, servery, "owner");
  await inviteAs(page, "cashier");
  await page.context().addCookies([{ name: "servery_lang", value: lang, url: servery.url }]);
  await page.goto(`${OFFICE}/staff`);
  await look("staff");
  await page.goto(`${OFFICE}/tables`);
  await look("tables");
}

for (const lang of LANGS) {
  test(`the pages of staff and tables are accessible and fit, ${lang}`, async ({ page, servery }) => {
    await visitAll(page, servery, lang, (name) => expectFitsAndAccessible(page, name));
  });

  test(`pictures of staff and tables, ${lang} @looks`, async ({ page, servery }) => {
    await visitAll(page, servery, lang, (name) => takePictures(page, `office-${name}-${lang}`));
  });
}
