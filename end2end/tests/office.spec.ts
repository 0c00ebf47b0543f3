// An owner's first evening: from a server in which nobody is to the first order, without a terminal.

import { setRenderMode } from "../board";
import { expectFitsAndAccessible, takePictures } from "../every-width";
import { emptyTest as test, field, fillInRestaurant, keyboard, makeAccount, mouse, NAME, openRestaurant, preview } from "../first-start";
import { expect, LANGS, appReady, officeTexts, texts, type Lang, type Servery } from "../servery";
import type { Page } from "@playwright/test";

/** A guest orders what the owner has typed, and pays at the door. */
async function order(page: Page, lang: Lang) {
  const words = texts[lang];
  await page.getByRole("link", { name: officeTexts[lang]["created.page"] }).click();
  await page.getByRole("link", { name: "Focaccia" }).click();
  await page.getByRole("button", { name: words["dish.add"] }).click();
  await page.getByRole("button", { name: words["basket.checkout"] }).click();
  await page.getByLabel(words["checkout.name"], { exact: true }).fill("Ada Lovelace");
  await page.getByLabel(words["checkout.phone"]).fill("+49 40 555 0199");
  await page.locator("button[name=place]").click();
  await expect(page).toHaveURL(/\/orders\/[0-9a-f]{44}$/);
}

async function seeOrder(page: Page) {
  const slug = /harbour-pizza|pizzeria-am-hafen|pizza/;
  await page.goto("/account");
  await page.locator('a[href^="/board/"]').first().click();
  await expect(page).toHaveURL(slug);
  await expect(page.locator(".ticket")).toContainText("Focaccia");
}

test.describe("with a script", () => {
  for (const [how, hands] of [["mouse", mouse], ["keyboard", keyboard]] as const) {
    test(`an owner opens a restaurant and gets an order, by ${how}`, async ({ page, context, empty }) => {
      await setRenderMode(context, empty.url, "hydrated");
      await makeAccount(page, empty, hands, "en");
      await appReady(page);
      await fillInRestaurant(page, hands, "en");
      await expect(preview(page)).toContainText("Focaccia");
      await expect(preview(page).locator("h1")).toHaveText(NAME.en);
      await openRestaurant(page, hands, "en");
      await setRenderMode(context, empty.url, "thin");
      await order(page, "en");
      await seeOrder(page);
    });
  }

  test("in Arabic", async ({ page, context, empty }) => {
    await setRenderMode(context, empty.url, "hydrated");
    await context.addCookies([{ name: "servery_lang", value: "ar", url: empty.url }]);
    await makeAccount(page, empty, mouse, "ar");
    await appReady(page, "ar");
    await fillInRestaurant(page, mouse, "ar");
    await openRestaurant(page, mouse, "ar");
    await setRenderMode(context, empty.url, "thin");
    await order(page, "ar");
    await seeOrder(page);
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

  test("an owner opens a restaurant and gets an order", async ({ page, empty }) => {
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
    await order(page, "en");
    await seeOrder(page);
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
