// From a server in which nobody is to a restaurant, by whatever hands.

import { expect, officeTexts, Servery, test as base, type Lang } from "./servery";
import type { Locator, Page } from "@playwright/test";

/** A server of its own for each test, with nobody in it. */
export const emptyTest = base.extend<{ empty: Servery }>({
  empty: async ({}, use) => {
    const servery = await Servery.start({ demo: false });
    await use(servery);
    await servery.remove();
  },
  baseURL: async ({ empty }, use) => use(empty.url),
});

const PASSWORD = "correct horse battery";
export const NAME: Record<Lang, string> = { en: "Harbour Pizza", de: "Pizzeria am Hafen", ar: "Pizza المرفأ" };

export const field = (page: Page, name: string) => page.locator(`[name="${name}"]`);
export const preview = (page: Page) => page.locator(".preview .screen");

/** How somebody gets to a control, and what they do there. */
export interface Hands {
  fill(control: Locator, text: string): Promise<void>;
  choose(control: Locator, value: string): Promise<void>;
  press(control: Locator): Promise<void>;
}

export const mouse: Hands = {
  fill: (control, text) => control.fill(text),
  choose: async (control, value) => void (await control.selectOption(value)),
  press: (control) => control.click(),
};

/** Tab until the control has the focus; then keys only. */
export const keyboard: Hands = {
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

export async function makeAccount(page: Page, empty: Servery, hands: Hands, lang: Lang) {
  const words = officeTexts[lang];
  await page.goto(empty.firstLink);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(words["invitation.title"]);
  await hands.fill(field(page, "name"), "Lucia Marino");
  await hands.fill(field(page, "email"), "lucia@harbour-pizza.example");
  await hands.fill(field(page, "password"), PASSWORD);
  await hands.press(page.getByRole("button", { name: words["invitation.create"] }));
  await expect(page).toHaveURL(/\/new-restaurant$/);
}

export async function fillInRestaurant(page: Page, hands: Hands, lang: Lang) {
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

export async function openRestaurant(page: Page, hands: Hands, lang: Lang) {
  await hands.press(page.getByRole("button", { name: officeTexts[lang]["new.submit"] }));
  await expect(page).toHaveURL(/\/new-restaurant\?done=/);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(NAME[lang]);
}
