// Translations in the office: the menu beside the menu in another language.

import { boardTest as test, setRenderMode, signInToBoard } from "../board";
import { expectFitsAndAccessible, takePictures } from "../every-width";
import { DINER, findDish } from "../ordering";
import { appReady, expect, LANGS, officeTexts, type Lang, type Servery } from "../servery";
import type { Page } from "@playwright/test";

const PAGE = `/office/${DINER}/translations`;
const words = officeTexts.en;
const COBB = "Cobb Salad";

const translation = (page: Page, name: string) => page.getByLabel(name, { exact: true });
const save = (page: Page, lang: Lang = "en") => page.getByRole("button", { name: officeTexts[lang]["part.save"] }).click();

/** Opens the texts of the category that has the salad. No page of translations has a script. */
async function openCategory(page: Page) {
  const menu = await (await page.request.get(`/api/v1/restaurants/${DINER}/menu`)).json();
  const has = (category: { dishes: { name: string }[] }) => category.dishes.some((dish) => dish.name === COBB);
  await page.goto(`${PAGE}?to=de&category=${menu.categories.find(has).id}`);
}

async function signIn(page: Page, servery: Servery) {
  await signInToBoard(page, servery);
  await setRenderMode(page.context(), servery.url, "thin");
}

async function publish(page: Page) {
  await page.goto(`/office/${DINER}/changes`);
  await page.getByRole("button", { name: words["changes.publish"] }).click();
  await expect(page.getByText(words["office.done-published"])).toBeVisible();
}

test("a dish is translated, published, seen by guests in their language, and marked once its name changes", async ({ page, request, servery }) => {
  const { id } = await findDish(request, COBB);
  await signIn(page, servery);
  await openCategory(page);
  await expect(translation(page, COBB)).toHaveAccessibleDescription(words["translations.text-missing"]);
  await translation(page, COBB).fill("Salat nach Cobb");
  await save(page);
  await expect(page.getByText(words["office.done-saved"])).toBeVisible();
  await expect(translation(page, COBB)).toHaveValue("Salat nach Cobb");
  await publish(page);
  const inGerman = async () => {
    const menu = await (await request.get(`/api/v1/restaurants/${DINER}/menu?lang=de`)).json();
    return menu.categories.flatMap((category: { dishes: object[] }) => category.dishes).find((dish: { id: string }) => dish.id === id).name;
  };
  await expect.poll(inGerman).toBe("Salat nach Cobb");

  for (const mode of ["thin", "hydrated", "thick"] as const) {
    await page.goto(`/restaurants/${DINER}?lang=de&render=${mode}`);
    if (mode !== "thin") await appReady(page, "de");
    await expect(page.getByRole("link", { name: "Salat nach Cobb" })).toBeVisible();
    await expect(page.getByRole("heading", { name: "Classic Club" }).locator("bdi")).toHaveAttribute("lang", "en");
    await page.goto(`/restaurants/${DINER}/dishes/${id}?lang=de&render=${mode}`);
    if (mode !== "thin") await appReady(page, "de");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Salat nach Cobb");
  }
  await page.goto(`/restaurants/${DINER}?lang=de&render=hydrated`);
  await appReady(page, "de");
  await page.getByRole("searchbox").fill("nach cobb");
  await expect(page.locator(".dishes > li")).toHaveCount(1);

  await page.goto(`/office/${DINER}/parts/dish-${id}?lang=en&render=thin`);
  await page.locator('form [name="name"]').fill("Cobb Salad with Egg");
  await save(page);
  await openCategory(page);
  const renamed = translation(page, "Cobb Salad with Egg");
  await expect(renamed).toHaveAccessibleDescription(/Cobb Salad/);
  await page.getByLabel(words["translations.still-right"]).check();
  await save(page);
  await expect(page.getByText(words["office.done-saved"])).toBeVisible();
  await expect(page.getByLabel(words["translations.still-right"])).toHaveCount(0);
  // As it was, for other tests.
  await page.goto(`/office/${DINER}/parts/dish-${id}`);
  await page.locator('form [name="name"]').fill(COBB);
  await save(page);
  await openCategory(page);
  await translation(page, COBB).fill("");
  await save(page);
  await publish(page);
  await expect.poll(inGerman).toBe(COBB);
});

test("what somebody else has translated meanwhile is shown beside what was typed", async ({ page, context, servery }) => {
  await signIn(page, servery);
  await openCategory(page);
  const other = await context.newPage();
  await other.goto(page.url());
  await translation(other, COBB).fill("Cobb-Salat");
  await save(other);
  await expect(other.getByText(words["office.done-saved"])).toBeVisible();
  await translation(page, COBB).fill("Salat Cobb");
  await save(page);
  await expect(page.getByText(words["translations.wrong"])).toBeVisible();
  await expect(translation(page, COBB)).toHaveValue("Salat Cobb");
  await expect(translation(page, COBB)).toHaveAccessibleDescription(/Cobb-Salat/);
  await save(page);
  await expect(page.getByText(words["office.done-saved"])).toBeVisible();
  await expect(translation(page, COBB)).toHaveValue("Salat Cobb");
  await translation(page, COBB).fill("");
  await save(page);
  await publish(page);
});

/** As it is, and with what is missing only. */
async function visitAll(page: Page, servery: Servery, lang: Lang, look: (name: string) => Promise<void>) {
  await signIn(page, servery);
  await page.context().addCookies([{ name: "servery_lang", value: lang, url: servery.url }]);
  await page.goto(`${PAGE}?to=ar`);
  await look("all");
  await page.goto(`${PAGE}?to=de&category=options&show=open`);
  await look("options");
}

for (const lang of LANGS) {
  test(`the page of translations is accessible and fits, ${lang}`, async ({ page, servery }) => {
    await visitAll(page, servery, lang, (name) => expectFitsAndAccessible(page, name));
  });

  test(`pictures of the page of translations, ${lang} @looks`, async ({ page, servery }) => {
    await visitAll(page, servery, lang, (name) => takePictures(page, `translations-${name}-${lang}`));
    for (const slug of ["gasthaus-zur-alten-muehle", "bistro-lindenhof"]) {
      await page.goto(`/restaurants/${slug}`);
      await takePictures(page, `menu-${slug}-${lang}`);
    }
  });
}
