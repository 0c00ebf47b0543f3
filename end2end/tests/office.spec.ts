// An owner's first evening: from a server in which nobody is to the first order, without a terminal.

import { setRenderMode } from "../board";
import { expectFitsAndAccessible, takePictures } from "../every-width";
import { expect, LANGS, appReady, officeTexts, Servery, test as base, texts, type Lang } from "../servery";
import type { Locator, Page } from "@playwright/test";

/** A server of its own for each test, with nobody in it. */
const test = base.extend<{ empty: Servery }>({
  empty: async ({}, use) => {
    const servery = await Servery.start({ demo: false });
    await use(servery);
    await servery.remove();
  },
  baseURL: async ({ empty }, use) => use(empty.url),
});

const PASSWORD = "correct horse battery";
const NAME: Record<Lang, string> = { en: "Harbour Pizza", de: "Pizzeria am Hafen", ar: "Pizza المرفأ" };

const field = (page: Page, name: string) => page.locator(`[name="${name}"]`);
const preview = (page: Page) => page.locator(".preview .screen");

/** How somebody gets to a control, and what they do there. */
interface Hands {
  fill(control: Locator, text: string): Promise<void>;
  choose(control: Locator, value: string): Promise<void>;
  press(control: Locator): Promise<void>;
}

const mouse: Hands = {
  fill: (control, text) => control.fill(text),
  choose: async (control, value) => void (await control.selectOption(value)),
  press: (control) => control.click(),
};

/** Tab until the control has the focus; then keys only. */
const keyboard: Hands = {
  fill: async (control, text) => {
    await tabTo(control);
    await control.page().keyboard.press("ControlOrMeta+a");
    await control.page().keyboard.type(text);
  },
  choose: async (control, value) => {
    await tabTo(control);
    const name = await control.locator(`option[value="${value}"]`).textContent();
    await control.page().keyboard.type(name!);
    await expect(control).toHaveValue(value);
  },
  press: async (control) => {
    await tabTo(control);
    await control.page().keyboard.press("Enter");
  },
};

async function tabTo(control: Locator) {
  for (let presses = 0; presses < 120; presses++) {
    if (await control.evaluate((element) => element === document.activeElement)) return;
    await control.page().keyboard.press("Tab");
  }
  throw new Error("Tab does not lead to it");
}

async function makeAccount(page: Page, empty: Servery, hands: Hands, lang: Lang) {
  const words = officeTexts[lang];
  await page.goto(empty.firstLink);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(words["invitation.title"]);
  await hands.fill(field(page, "name"), "Lucia Marino");
  await hands.fill(field(page, "email"), "lucia@harbour-pizza.example");
  await hands.fill(field(page, "password"), PASSWORD);
  await hands.press(page.getByRole("button", { name: words["invitation.create"] }));
  await expect(page).toHaveURL(/\/new-restaurant$/);
}

async function fillInRestaurant(page: Page, hands: Hands, lang: Lang) {
  await hands.fill(field(page, "name"), NAME[lang]);
  await hands.fill(field(page, "phone"), "+49 40 555 0142");
  await hands.fill(field(page, "street"), "Fischmarkt 12");
  await hands.fill(field(page, "postcode"), "22767");
  await hands.fill(field(page, "city"), "Hamburg");
  await hands.choose(field(page, "country"), "DE");
  await hands.fill(field(page, "tax-eat-in"), "19");
  await hands.fill(field(page, "tax-takeaway"), "7");
  // Open at whatever time the test runs.
  for (const day of ["mo", "tu", "we", "th", "fr", "sa", "su"]) {
    await setTime(page, hands, `${day}-from-1`, "00:00");
    await setTime(page, hands, `${day}-to-1`, "00:00");
    await setTime(page, hands, `${day}-from-2`, "");
    await setTime(page, hands, `${day}-to-2`, "");
  }
  await hands.fill(field(page, "dish-1"), "Focaccia");
  await hands.fill(field(page, "price-1"), lang === "de" ? "4,50" : "4.50");
}

/** The browser of the tests has hours from 1 to 12, whatever language a page has. */
async function setTime(page: Page, hands: Hands, name: string, time: string) {
  if (hands === mouse) return field(page, name).fill(time);
  await tabTo(field(page, name));
  const [hours, minutes] = time.split(":");
  if (time === "") {
    for (const key of ["Backspace", "ArrowRight", "Backspace", "ArrowRight", "Backspace"]) await page.keyboard.press(key);
  } else await page.keyboard.type(`${String(Number(hours) % 12 || 12).padStart(2, "0")}${minutes}${Number(hours) < 12 ? "A" : "P"}M`);
  await expect(field(page, name)).toHaveValue(time);
}

async function openRestaurant(page: Page, hands: Hands, lang: Lang) {
  await hands.press(page.getByRole("button", { name: officeTexts[lang]["new.submit"] }));
  await expect(page).toHaveURL(/\/new-restaurant\?done=/);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(NAME[lang]);
}

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
