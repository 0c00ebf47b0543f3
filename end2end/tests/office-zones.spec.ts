// Delivery zones in the office: typed, and drawn on a map.

import { expectAccessible } from "../axe";
import { setRenderMode, signInToBoard } from "../board";
import { expectFitsAndAccessible, takePictures } from "../every-width";
import { canvasOf, clickMap, dragTo, expectDrawn, mapTest as test } from "../map";
import { DINER, fillAddress, openDeliveryCheckout } from "../ordering";
import { appReady, expect, officeTexts, texts, type Lang, type Mode, type Servery } from "../servery";
import type { Page } from "@playwright/test";

const OFFICE = `/office/${DINER}`;
const FORM = `${OFFICE}/parts/ordering`;
const words = officeTexts.en;
/** Around Far Shore Avenue, which no zone has at first. */
const FAR_SHORE = "40.84, -73.89\n40.84, -73.885\n40.845, -73.885\n40.845, -73.89";
const HOURGLASS = "40.84, -73.89\n40.845, -73.885\n40.84, -73.885\n40.845, -73.89";

const field = (page: Page, name: string) => page.locator(`form [name="${name}"]`);
const map = (page: Page) => page.locator("zone-map");
const corners = (page: Page) => map(page).locator(".corner");
const opener = (page: Page, lang: Lang = "en") => page.getByRole("button", { name: officeTexts[lang]["zone-map.open"] });
const tool = (page: Page, name: string) => map(page).getByRole("button", { name: words[`zone-map.${name}`], exact: true });
const crossing = (page: Page, number: number) => page.locator(`#wrong-zone-crossing-${number}`);
const sentence = (number: number) => words["wrong.part-zone-crossing"].replace("{n}", String(number));
const lines = async (page: Page, number: number) => (await field(page, `zone-${number}-points`).inputValue()).split("\n").filter(Boolean);

async function openForm(page: Page, servery: Servery, mode: Mode, lang: Lang = "en") {
  await signInToBoard(page, servery);
  await setRenderMode(page.context(), servery.url, mode);
  await page.context().addCookies([{ name: "servery_lang", value: lang, url: servery.url }]);
  await page.goto(FORM);
  if (mode === "hydrated") await appReady(page, lang);
}

async function openMap(page: Page, lang: Lang = "en") {
  await opener(page, lang).click();
  await expectDrawn(map(page));
}

async function choose(page: Page, zone: number, shape?: "corners" | "circle") {
  await page.locator("#drawn-zone").selectOption(String(zone - 1));
  if (shape) await page.locator("#drawn-shape").selectOption(shape);
}

async function save(page: Page) {
  await page.getByRole("button", { name: words["part.save"] }).click();
  await expect(page.getByText(words["office.done-saved"])).toBeVisible();
}

async function publish(page: Page) {
  await page.goto(`${OFFICE}/changes`);
  await page.getByRole("button", { name: words["changes.publish"] }).click();
  await expect(page.getByText(words["office.done-published"])).toBeVisible();
}

test("an area is typed without a script, refused while its lines cross, and counts for guests", async ({ page, context, request, servery }) => {
  test.slow();
  await openForm(page, servery, "thin");
  await expect(field(page, "zone-2-points"), "the circle of the demo").toHaveValue("40.733600, -74.002700");
  await expect(field(page, "zone-2-radius")).toHaveValue("3000");
  await expect(opener(page)).toHaveCount(0);
  await field(page, "zone-3-name").fill("Far Shore");
  await field(page, "zone-3-points").fill(HOURGLASS);
  await page.getByRole("button", { name: words["part.save"] }).click();
  await expect(crossing(page, 3)).toHaveText(sentence(3));
  await expect(field(page, "zone-3-points"), "what was typed stays").toHaveValue(HOURGLASS);
  await field(page, "zone-3-postcodes").fill("10460");
  await field(page, "zone-3-points").fill(FAR_SHORE);
  await page.getByRole("button", { name: words["part.save"] }).click();
  await expect(page.locator("#wrong-zone-points")).toBeVisible();
  await field(page, "zone-3-postcodes").fill("");
  await field(page, "zone-3-fee").fill("7.50");
  await save(page);
  await publish(page);
  await openDeliveryCheckout({ page, context, request, servery }, "hydrated");
  await fillAddress(page, "1 Far Shore Avenue", "10460");
  await expect(page.locator(".bill")).toContainText("Far Shore");
  // The form shows it again, and to empty its name removes it.
  await setRenderMode(context, servery.url, "thin");
  await page.goto(FORM);
  await expect(field(page, "zone-3-points")).toHaveValue(/^40\.840000, -73\.890000\n/);
  await field(page, "zone-3-name").fill("");
  for (const name of ["points", "fee", "minimum"]) await field(page, `zone-3-${name}`).fill("");
  await save(page);
  await publish(page);
});

test("an area is drawn with the mouse, and the order page takes who is inside and refuses who is outside", async ({ page, context, request, servery, loaded }) => {
  test.slow();
  await openForm(page, servery, "hydrated");
  expect(loaded, "nothing of the map is loaded before the click").toEqual([]);
  await openMap(page);
  await choose(page, 2);
  await expect(corners(page), "the centre and the edge of a circle").toHaveCount(2);
  await choose(page, 2, "corners");
  // The first corner replaces the circle.
  for (const [right, down] of [[20, 20], [40, 20], [40, 80], [20, 80]]) {
    const before = await field(page, "zone-2-points").inputValue();
    await clickMap(map(page), right, down);
    await expect(field(page, "zone-2-points")).not.toHaveValue(before);
  }
  expect(await lines(page, 2)).toHaveLength(4);
  await expect(field(page, "zone-2-radius")).toHaveValue("");
  await expect(corners(page)).toHaveCount(4);

  await dragTo(page, corners(page).nth(1), map(page), 30, 90);
  await expect(crossing(page, 2)).toHaveText(sentence(2));
  await expect(page.locator(".zone-drawing .wrong")).toHaveText(sentence(2));
  await tool(page, "undo").click();
  await expect(crossing(page, 2)).toHaveCount(0);

  // A corner between two others, and away again.
  await dragTo(page, map(page).locator(".middle").first(), map(page), 30, 10);
  await expect(corners(page)).toHaveCount(5);
  await tool(page, "remove").click();
  await expect(corners(page)).toHaveCount(4);
  await save(page);
  await publish(page);

  // To the east of it, where the circle was.
  await openDeliveryCheckout({ page, context, request, servery }, "hydrated");
  await fillAddress(page, "3 Harbor Lane", "10012");
  await expect(page.locator("#wrong-postcode")).toHaveText(texts.en["blocker.out-of-area"]);

  await page.goto(FORM);
  await appReady(page);
  await openMap(page);
  await choose(page, 2);
  await dragTo(page, corners(page).nth(1), map(page), 95, 10);
  await dragTo(page, corners(page).nth(2), map(page), 95, 90);
  await save(page);
  await publish(page);
  await openDeliveryCheckout({ page, context, request, servery }, "hydrated");
  await fillAddress(page, "3 Harbor Lane", "10012");
  await expect(page.locator(".bill")).toContainText("Downtown");
  await fillAddress(page, "1 Far Shore Avenue", "10460");
  await expect(page.locator("#wrong-postcode")).toHaveText(texts.en["blocker.out-of-area"]);
});

test("an area is drawn with the keyboard alone", async ({ page, servery }) => {
  await openForm(page, servery, "hydrated");
  await opener(page).focus();
  await page.keyboard.press("Enter");
  await expectDrawn(map(page));
  await choose(page, 3, "corners");
  await canvasOf(map(page)).focus();
  const add = async (...keys: string[]) => {
    const before = (await lines(page, 3)).length;
    for (const key of keys) await page.keyboard.press(key);
    await page.keyboard.press("Enter");
    await expect.poll(() => lines(page, 3)).toHaveLength(before + 1);
  };
  await add();
  await add("Shift+ArrowRight");
  await add("Shift+ArrowDown");
  const [first, second, third] = (await lines(page, 3)).map((line) => line.split(", ").map(Number));
  expect(second[1], "to the east").toBeGreaterThan(first[1]);
  expect(third[0], "to the south").toBeLessThan(second[0]);
  await expect(corners(page).nth(2)).toHaveAccessibleName(words["zone-map.corner"].replace("{n}", "3").replace("{count}", "3"));

  await page.keyboard.press("Tab");
  await expect(corners(page).first()).toBeFocused();
  await page.keyboard.press("Shift+ArrowLeft");
  await expect.poll(async () => Number((await lines(page, 3))[0].split(", ")[1])).toBeLessThan(first[1]);
  await expect(corners(page).first(), "it keeps the focus").toBeFocused();
  await page.keyboard.press("Enter");
  await expect(corners(page)).toHaveCount(4);
  await expect(corners(page).nth(1)).toBeFocused();
  await page.keyboard.press("Delete");
  await expect(corners(page)).toHaveCount(3);
  await page.keyboard.press("Control+z");
  await expect(corners(page)).toHaveCount(4);

  // The same place twice has no lines between it, and another one crosses.
  await field(page, "zone-3-points").fill(HOURGLASS);
  await expect(crossing(page, 3)).toHaveText(sentence(3));
  await expect(corners(page), "what is typed is on the map").toHaveCount(4);
});

test("a circle is drawn by its centre and its radius", async ({ page, servery }) => {
  await openForm(page, servery, "hydrated");
  await openMap(page);
  await choose(page, 3, "circle");
  await clickMap(map(page), 60, 40);
  await expect(corners(page)).toHaveCount(2);
  const radius = async () => Number(await field(page, "zone-3-radius").inputValue());
  const first = await radius();
  expect(first).toBeGreaterThan(0);
  await corners(page).nth(1).focus();
  await page.keyboard.press("Shift+ArrowRight");
  await expect.poll(radius).toBeGreaterThan(first);
  await expect(corners(page).nth(1)).toHaveAccessibleName(words["zone-map.edge"].replace("{metres}", String(await radius())));
  await field(page, "zone-3-radius").fill("500");
  await expect(page.locator(".zone-drawing").getByText("500")).toBeVisible();
  await tool(page, "clear").click();
  await expect(field(page, "zone-3-points")).toHaveValue("");
  await expect(field(page, "zone-3-radius")).toHaveValue("");
});

test("a map that cannot be loaded says so, and the fields go on", async ({ page, context, servery, complaints }) => {
  complaints.expect(/\/assets\/map-library\.[0-9a-f]+\.js\b/, /^console\.warning: TypeError: Failed to fetch dynamically imported module/);
  await context.route("**/assets/map-library.*", (route) => route.abort("failed"));
  await openForm(page, servery, "hydrated");
  await opener(page).click();
  await expect(map(page).getByRole("status")).toHaveText(words["zone-map.failed"]);
  await field(page, "zone-3-points").fill(HOURGLASS);
  await expect(crossing(page, 3)).toBeVisible();
});

for (const lang of ["en", "ar"] as const) {
  test(`the form with its map is accessible and fits, ${lang}`, async ({ page, servery }) => {
    test.slow();
    await page.emulateMedia({ reducedMotion: "reduce" });
    await openForm(page, servery, "hydrated", lang);
    await openMap(page, lang);
    await field(page, "zone-3-points").fill(HOURGLASS);
    await choose(page, 3);
    await expect(corners(page)).toHaveCount(4);
    await expectFitsAndAccessible(page, `zones ${lang}`);
    await page.setViewportSize({ width: 360, height: 780 });
    for (const target of [...(await corners(page).all()), ...(await map(page).getByRole("button").all())]) {
      const { width, height } = (await target.boundingBox())!;
      expect(Math.min(width, height)).toBeGreaterThanOrEqual(44);
    }
    await expectAccessible(page);
  });

  test(`pictures of zones on the map, ${lang} @looks`, async ({ page, servery }) => {
    test.setTimeout(90_000);
    await openForm(page, servery, "hydrated", lang);
    await openMap(page, lang);
    await takePictures(page, `zones-circle-${lang}`);
    await field(page, "zone-3-points").fill(HOURGLASS);
    await choose(page, 3);
    await expect(corners(page)).toHaveCount(4);
    await takePictures(page, `zones-crossing-${lang}`);
  });
}
