// An owner's first evening: from a server in which nobody is to the first paid order, without a terminal.

import { setRenderMode } from "../board";
import { expectFitsAndAccessible, takePictures } from "../every-width";
import { emptyTest as test, field, fillInRestaurant, keyboard, makeAccount, mouse, NAME, openRestaurant, preview, type Hands } from "../first-start";
import { expect, LANGS, appReady, officeTexts, pattern, texts, type Lang, type Servery } from "../servery";
import type { Page } from "@playwright/test";

/** A guest orders what the owner has typed, and pays on collection. Answers with the address of the order. */
async function order(page: Page, hands: Hands, lang: Lang): Promise<string> {
  const words = texts[lang];
  await hands.press(page.getByRole("link", { name: officeTexts[lang]["created.page"] }));
  await hands.press(page.getByRole("link", { name: "Focaccia" }));
  await hands.press(page.getByRole("button", { name: words["dish.add"] }));
  await hands.press(page.getByRole("button", { name: words["basket.checkout"] }));
  await hands.fill(page.getByLabel(words["checkout.name"], { exact: true }), "Ada Lovelace");
  await hands.fill(page.getByLabel(words["checkout.phone"]), "+49 40 555 0199");
  await hands.press(page.locator("button[name=place]"));
  await expect(page).toHaveURL(/\/orders\/[0-9a-f]{44}$/);
  return page.url();
}

/** The owner answers the order, makes it and hands it over against money; then the guest reads that it is paid. */
async function fulfil(page: Page, hands: Hands, lang: Lang, order: string) {
  const words = texts[lang];
  await page.goto("/account");
  await hands.press(page.locator('a[href^="/board/"]').first());
  const ticket = page.locator(".ticket");
  await expect(ticket).toContainText("Focaccia");
  for (const step of ["board.accept", "board.preparing", "board.ready", "board.collected"]) {
    await hands.press(ticket.getByRole("button", { name: words[step], exact: true }));
  }
  await expect(ticket).toHaveCount(0);
  await page.goto(order);
  await expect(page.getByText(pattern(words["order.paid-at-door"]))).toBeVisible();
}

/** The owner gives a table a code and prints the sheet; a guest who reads the code orders at that table. */
async function printTableSheet(page: Page, hands: Hands, lang: Lang) {
  const words = officeTexts[lang];
  await page.goto("/account");
  await hands.press(page.locator('a[href^="/office/"]').first());
  await hands.press(page.locator(".office > nav").getByRole("link", { name: words["tables.title"] }));
  await hands.press(page.getByRole("link", { name: words["office.add-table"] }));
  await hands.fill(field(page, "name"), "Window 4");
  await hands.fill(field(page, "code"), "window4");
  await hands.press(page.getByRole("button", { name: words["part.save"] }));
  await hands.press(page.locator(".office > nav").getByRole("link", { name: words["office.changes"] }));
  await hands.press(page.getByRole("button", { name: words["changes.publish"] }));
  await hands.press(page.locator(".office > nav").getByRole("link", { name: words["tables.title"] }));
  const sheet = await page.getByRole("link", { name: words["tables.pdf"] }).getAttribute("href");
  const pdf = await (await page.request.get(sheet!)).body();
  expect(pdf.toString("latin1")).toMatch(/^%PDF-[^]*Window 4/);
  await page.goto("/t/window4");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(NAME[lang]);
}

test.describe("with a script", () => {
  for (const [how, hands] of [["mouse", mouse], ["keyboard", keyboard]] as const) {
    test(`from an empty server to a paid order and a printed sheet of codes, by ${how}`, async ({ page, context, empty }) => {
      // A whole evening.
      test.slow();
      await setRenderMode(context, empty.url, "hydrated");
      await makeAccount(page, empty, hands, "en");
      await appReady(page);
      await fillInRestaurant(page, hands, "en");
      await expect(preview(page)).toContainText("Focaccia");
      await expect(preview(page).locator("h1")).toHaveText(NAME.en);
      await openRestaurant(page, hands, "en");
      await setRenderMode(context, empty.url, "thin");
      await fulfil(page, hands, "en", await order(page, hands, "en"));
      await printTableSheet(page, hands, "en");
    });
  }

  test("from an empty server to a paid order and a printed sheet of codes, in Arabic", async ({ page, context, empty }) => {
    test.slow();
    await setRenderMode(context, empty.url, "hydrated");
    await context.addCookies([{ name: "servery_lang", value: "ar", url: empty.url }]);
    await makeAccount(page, empty, mouse, "ar");
    await appReady(page, "ar");
    await fillInRestaurant(page, mouse, "ar");
    await openRestaurant(page, mouse, "ar");
    await setRenderMode(context, empty.url, "thin");
    await fulfil(page, mouse, "ar", await order(page, mouse, "ar"));
    await printTableSheet(page, mouse, "ar");
  });

  test("the page beside the form follows what is typed", async ({ page, context, empty }) => {
    await setRenderMode(context, empty.url, "hydrated");
    await makeAccount(page, empty, mouse, "en");
    await appReady(page);
    await page.getByRole("radio", { name: "Café" }).check();
    await expect(preview(page)).toContainText("Apple");
    await page.getByLabel(officeTexts.en["new.no-example"]).check();
    await expect(preview(page).locator(".dishes li")).toHaveCount(0);
    await field(page, "country").selectOption("JP");
    await field(page, "dish-1").fill("Onigiri");
    await field(page, "price-1").fill("250");
    await expect(preview(page).locator(".dishes li")).toContainText("¥250");
  });
});

test.describe("without a script", () => {
  test.use({ javaScriptEnabled: false });

  test("from an empty server to a paid order and a printed sheet of codes", async ({ page, empty }) => {
    await makeAccount(page, empty, mouse, "en");
    await fillInRestaurant(page, mouse, "en");
    // What is wrong is said beside it, and everything else stays.
    await field(page, "phone").fill("later");
    await page.getByRole("button", { name: officeTexts.en["new.submit"] }).click();
    await expect(page.locator("#wrong-phone")).toHaveText(officeTexts.en["wrong.phone"]);
    await expect(field(page, "name")).toHaveValue(NAME.en);
    await expect(preview(page)).toContainText("Focaccia");
    await field(page, "phone").fill("+49 40 555 0142");
    await openRestaurant(page, mouse, "en");
    await fulfil(page, mouse, "en", await order(page, mouse, "en"));
    await printTableSheet(page, mouse, "en");
  });
});

test("an owner who is invited makes one restaurant", async ({ page, empty }) => {
  const printed = await empty.cli("invite", "--public-url", empty.url);
  await page.goto(/http:\S+/.exec(printed)![0]);
  await expect(page.getByText(officeTexts.en["invitation.owner"])).toBeVisible();
  await page.goto("/new-restaurant");
  await expect(page.getByText(officeTexts.en["new.signed-out"])).toBeVisible();
});

/** Each page of the office, in the order in which an owner sees them. */
async function visitAll(page: Page, empty: Servery, lang: Lang, look: (name: string) => Promise<void>) {
  await page.context().addCookies([{ name: "servery_lang", value: lang, url: empty.url }]);
  await page.goto(empty.firstLink);
  await look("invitation");
  await makeAccount(page, empty, mouse, lang);
  await appReady(page, lang);
  await fillInRestaurant(page, mouse, lang);
  await look("new-restaurant");
  await field(page, "phone").fill("later");
  await field(page, "su-to-1").fill("");
  await page.getByRole("button", { name: officeTexts[lang]["new.submit"] }).click();
  await expect(page.locator("#wrong-hours")).toBeVisible();
  await look("new-restaurant-wrong");
  await field(page, "phone").fill("+49 40 555 0142");
  await field(page, "su-to-1").fill("00:00");
  await openRestaurant(page, mouse, lang);
  await look("created");
  await page.goto("/invitations/over");
  await look("invitation-over");
}

for (const lang of LANGS) {
  test(`every page of the office is accessible and fits, ${lang}`, async ({ page, empty }) => {
    await visitAll(page, empty, lang, (name) => expectFitsAndAccessible(page, name));
  });

  test(`pictures, ${lang} @looks`, async ({ page, empty }) => {
    await visitAll(page, empty, lang, (name) => takePictures(page, `office-${name}-${lang}`));
  });
}
