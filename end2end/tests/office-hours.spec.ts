// Opening hours in the office: a week, public holidays and closures.

import { boardTest as test, setRenderMode, signInToBoard } from "../board";
import { expectFitsAndAccessible, takePictures } from "../every-width";
import { DINER } from "../ordering";
import { appReady, expect, LANGS, officeTexts, type Lang, type Mode, type Servery } from "../servery";
import type { APIRequestContext, Page } from "@playwright/test";

const OFFICE = `/office/${DINER}`;
const words = officeTexts.en;

const field = (page: Page, name: string) => page.locator(`form [name="${name}"]`);
const save = (page: Page, lang: Lang = "en") => page.getByRole("button", { name: officeTexts[lang]["part.save"] }).click();

interface Listing {
  restaurant: { hours: string };
  opening: { open: boolean; change?: { in_days: number } };
  today: string;
}

async function listing(request: APIRequestContext): Promise<Listing> {
  return (await request.get(`/api/v1/restaurants/${DINER}`)).json();
}

function daysAfter(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

async function openHours(page: Page, servery: Servery, mode: Mode) {
  await signInToBoard(page, servery);
  await setRenderMode(page.context(), servery.url, mode);
  await page.goto(`${OFFICE}/parts/opening`);
  if (mode === "hydrated") await appReady(page);
}

async function publish(page: Page) {
  await page.goto(`${OFFICE}/changes`);
  await page.getByRole("button", { name: words["changes.publish"] }).click();
  await expect(page.getByText(words["office.done-published"])).toBeVisible();
}

for (const mode of ["thin", "hydrated"] as const) {
  test(`a closure is entered by its days, and guests see when it begins, ${mode}`, async ({ page, request, servery }) => {
    const { restaurant, today } = await listing(request);
    await openHours(page, servery, mode);
    await field(page, "closure-1-from").fill(daysAfter(today, 2));
    await field(page, "closure-1-to").fill(daysAfter(today, 4));
    await field(page, "holiday").selectOption("closed");
    await save(page);
    await expect(page.getByText(words["office.done-saved"])).toBeVisible();
    expect((await listing(request)).restaurant.hours, "it is not published").toBe(restaurant.hours);
    await publish(page);
    await expect.poll(async () => (await listing(request)).opening).toMatchObject({ open: true, change: { in_days: 2 } });
    // It comes back as it was entered, and is taken away by emptying its days.
    await page.goto(`${OFFICE}/parts/opening`);
    if (mode === "hydrated") await appReady(page);
    await expect(field(page, "closure-1-to")).toHaveValue(daysAfter(today, 4));
    await expect(field(page, "holiday")).toHaveValue("closed");
    for (const end of ["from", "to"]) await field(page, `closure-1-${end}`).fill("");
    await field(page, "holiday").selectOption("usual");
    await save(page);
    await publish(page);
    await expect.poll(async () => (await listing(request)).opening).toEqual({ open: true });
  });
}

test("times that contradict each other are named, and stay in the form", async ({ page, servery }) => {
  await openHours(page, servery, "hydrated");
  await field(page, "mo-to-1").fill("");
  await field(page, "closure-1-from").fill("2027-08-20");
  await field(page, "closure-1-to").fill("2027-08-10");
  await save(page);
  await appReady(page);
  await expect(page.locator("#wrong-week")).toBeVisible();
  await expect(page.locator("#wrong-closures")).toBeVisible();
  await expect(field(page, "closure-1-to")).toHaveValue("2027-08-10");
  await field(page, "closure-1-to").fill("2027-08-30");
  await expect(page.locator("#wrong-closures")).toHaveCount(0);
});

test("hours with other rules are a text, which loses nothing", async ({ page, servery }) => {
  await openHours(page, servery, "thin");
  await page.getByText(words["part.hours-as-text"]).click();
  await page.getByLabel(words["part.hours-use-text"]).check();
  await field(page, "hours").fill("Mo-Su 08:00-22:00; Aug off");
  await save(page);
  await expect(page.getByText(words["office.done-saved"])).toBeVisible();
  await page.goto(`${OFFICE}/parts/opening`);
  await expect(page.getByText(words["part.hours-no-table"])).toBeVisible();
  await expect(field(page, "hours")).toHaveValue("Mo-Su 08:00-22:00; Aug off");
  await expect(field(page, "mo-from-1")).toHaveCount(0);
  await page.goto(`${OFFICE}/changes`);
  await page.getByRole("button", { name: words["changes.undo"] }).first().click();
  await expect(page.getByText(words["office.done-undone"])).toBeVisible();
  // Both edits together change nothing.
  await publish(page);
});

/** As it is, and with what is not accepted. */
async function visitAll(page: Page, servery: Servery, lang: Lang, look: (name: string) => Promise<void>) {
  await openHours(page, servery, "thin");
  await page.context().addCookies([{ name: "servery_lang", value: lang, url: servery.url }]);
  await page.reload();
  await look("form");
  await field(page, "holiday").selectOption("times");
  await field(page, "closure-1-from").fill("2027-08-20");
  await field(page, "closure-1-to").fill("2027-08-10");
  await save(page, lang);
  await expect(page.locator("#wrong-closures")).toBeVisible();
  await look("refused");
}

for (const lang of LANGS) {
  test(`the form of the opening hours is accessible and fits, ${lang}`, async ({ page, servery }) => {
    await visitAll(page, servery, lang, (name) => expectFitsAndAccessible(page, name));
  });

  test(`pictures of the opening hours and the legal pages, ${lang} @looks`, async ({ page, servery }) => {
    await visitAll(page, servery, lang, (name) => takePictures(page, `office-hours-${name}-${lang}`));
    for (const path of ["legal", "allergens"]) {
      await page.goto(`/restaurants/gasthaus-zur-alten-muehle/${path}`);
      await takePictures(page, `${path}-${lang}`);
    }
  });
}
