// Opening hours in the office: a week, public holidays and closures.

import { boardTest as test, setRenderMode, signInToBoard } from "../board";
import { expectFitsAndAccessible, takePictures } from "../every-width";
import { DINER } from "../ordering";
import { appReady, expect, LANGS, officeTexts, texts, type Lang, type Mode, type Servery } from "../servery";
import type { APIRequestContext, Locator, Page } from "@playwright/test";

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

async function openHours(page: Page, servery: Servery, mode: Mode, lang: Lang = "en") {
  await signInToBoard(page, servery);
  await setRenderMode(page.context(), servery.url, mode);
  await page.context().addCookies([{ name: "servery_lang", value: lang, url: servery.url }]);
  await page.goto(`${OFFICE}/parts/opening`);
  if (mode === "hydrated") await appReady(page, lang);
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
    await expect(page.getByText(words["office.done-saved"])).toBeVisible();
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

/** The cell of a day, from 0 for Monday, and half hour. */
const cell = (page: Page, day: number, time: string) => {
  const [hours, minutes] = time.split(":").map(Number);
  return page.locator(`[data-day="${day}"][data-cell="${hours * 2 + minutes / 30}"]`);
};

const times = (page: Page, day: string) =>
  Promise.all(["from-1", "to-1", "from-2", "to-2"].map((end) => field(page, `${day}-${end}`).inputValue()));

async function openGrid(page: Page, lang: Lang = "en") {
  await page.getByRole("button", { name: officeTexts[lang]["week-grid.open"] }).click();
  await expect(page.getByRole("grid")).toHaveAccessibleName(officeTexts[lang]["week-grid.label"]);
}

/** A week in which Monday has times of quarter hours, and the other days are closed. */
async function typeMonday(page: Page) {
  for (const day of ["mo", "tu", "we", "th", "fr", "sa", "su"]) {
    for (const end of ["from-1", "to-1", "from-2", "to-2"]) await field(page, `${day}-${end}`).fill("");
  }
  await field(page, "mo-from-1").fill("11:15");
  await field(page, "mo-to-1").fill("14:00");
}

async function paint(page: Page, from: Locator, to: Locator) {
  await from.scrollIntoViewIfNeeded();
  const middle = async (of: Locator) => {
    const { x, y, width, height } = (await of.boundingBox())!;
    return [x + width / 2, y + height / 2] as const;
  };
  await page.mouse.move(...(await middle(from)));
  await page.mouse.down();
  await page.mouse.move(...(await middle(to)), { steps: 4 });
  await page.mouse.up();
}

test("a week is painted with the mouse, past midnight, and a third time of a day is refused", async ({ page, servery }) => {
  await page.setViewportSize({ width: 820, height: 1400 });
  await openHours(page, servery, "hydrated");
  await typeMonday(page);
  await openGrid(page);
  const name = (time: string, until: string, state: string) =>
    words["week-grid.cell"].replace("{day}", texts.en["day.monday"]).replace("{from}", time).replace("{to}", until).replace("{state}", words[`week-grid.${state}`]);
  await expect(cell(page, 0, "11:00")).toHaveAccessibleName(name("11:00", "11:30", "partly"));
  await expect(cell(page, 0, "13:30")).toHaveAccessibleName(name("13:30", "14:00", "is-open"));
  await expect(cell(page, 0, "14:00")).toHaveAccessibleName(name("14:00", "14:30", "closed"));
  // Three evenings at once: what was typed on Monday stays as it was.
  await paint(page, cell(page, 0, "18:00"), cell(page, 2, "23:30"));
  expect(await times(page, "mo")).toEqual(["11:15", "14:00", "18:00", "00:00"]);
  expect(await times(page, "we")).toEqual(["18:00", "00:00", "", ""]);
  await paint(page, cell(page, 3, "00:00"), cell(page, 3, "01:30"));
  expect(await times(page, "we")).toEqual(["18:00", "02:00", "", ""]);
  expect(await times(page, "th")).toEqual(["", "", "", ""]);

  await paint(page, cell(page, 0, "08:00"), cell(page, 0, "08:30"));
  await expect(page.getByRole("alert")).toHaveText(words["week-grid.too-many"].replace("{day}", texts.en["day.monday"]));
  expect(await times(page, "mo"), "nothing was painted").toEqual(["11:15", "14:00", "18:00", "00:00"]);
  await cell(page, 0, "14:00").click();
  await expect(page.getByRole("alert")).toHaveCount(0);
  expect(await times(page, "mo")).toEqual(["11:15", "14:30", "18:00", "00:00"]);
  await paint(page, cell(page, 0, "11:30"), cell(page, 0, "14:30"));
  expect(await times(page, "mo"), "what is open is cleared").toEqual(["11:15", "11:30", "18:00", "00:00"]);

  // What is typed is painted.
  await field(page, "su-from-1").fill("12:00");
  await field(page, "su-to-1").fill("13:00");
  await expect(cell(page, 6, "12:30")).toHaveClass(/open/);
  await save(page);
  await expect(page.getByText(words["office.done-saved"])).toBeVisible();
  await page.goto(`${OFFICE}/parts/opening`);
  expect(await times(page, "we")).toEqual(["18:00", "02:00", "", ""]);
  await page.goto(`${OFFICE}/changes`);
  await page.getByRole("button", { name: words["changes.undo"] }).first().click();
  await expect(page.getByText(words["office.done-undone"])).toBeVisible();
  await publish(page);
});

for (const lang of ["en", "ar"] as const) {
  test(`a week is painted with the keyboard, ${lang}`, async ({ page, servery }) => {
    await openHours(page, servery, "hydrated", lang);
    await typeMonday(page);
    await openGrid(page, lang);
    const [next, before] = lang === "ar" ? ["ArrowLeft", "ArrowRight"] : ["ArrowRight", "ArrowLeft"];
    const noon = cell(page, 0, "12:00");
    await noon.focus();
    await page.keyboard.press(next);
    await expect(cell(page, 1, "12:00")).toBeFocused();
    for (const key of ["Shift+ArrowDown", `Shift+${next}`]) await page.keyboard.press(key);
    await expect(cell(page, 2, "12:30")).toBeFocused();
    await expect(page.locator('[role="gridcell"][aria-selected="true"]')).toHaveCount(4);
    await page.keyboard.press("Space");
    for (const day of ["tu", "we"]) expect(await times(page, day)).toEqual(["12:00", "13:00", "", ""]);
    await page.keyboard.press(before);
    await expect(cell(page, 1, "12:30")).toBeFocused();
    await page.keyboard.press("Space");
    expect(await times(page, "tu")).toEqual(["12:00", "12:30", "", ""]);
    expect(await times(page, "mo"), "what was typed stays").toEqual(["11:15", "14:00", "", ""]);
    await expectFitsAndAccessible(page, `week grid ${lang}`);
  });

  test(`pictures of a painted week, ${lang} @looks`, async ({ page, servery }) => {
    test.setTimeout(60_000);
    await openHours(page, servery, "hydrated", lang);
    await openGrid(page, lang);
    await takePictures(page, `painted-week-${lang}`);
  });
}

test("a finger paints the week on a phone", async ({ page, servery, browser }) => {
  await openHours(page, servery, "hydrated");
  const context = await browser.newContext({ baseURL: servery.url, storageState: await page.context().storageState(), hasTouch: true, viewport: { width: 360, height: 780 } });
  const phone = await context.newPage();
  await phone.goto(`${OFFICE}/parts/opening`);
  await appReady(phone);
  await typeMonday(phone);
  await openGrid(phone);
  await cell(phone, 1, "09:00").tap();
  expect(await times(phone, "tu")).toEqual(["09:00", "09:30", "", ""]);
  await context.close();
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
