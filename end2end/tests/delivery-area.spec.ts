// Delivery to an area that is drawn on the map: the list of places, or the device, says where an address is.

import { expectAccessible } from "../axe";
import { join } from "node:path";
import { expect, test, texts } from "../servery";
import { addToBasket, CHECKOUT, fillAddress, fillContact, openDeliveryCheckout, placeOrder, submitOrder } from "../ordering";
import type { Page } from "@playwright/test";

const words = texts.en;
/** In the diner's circle, and far from it. */
const NEAR = { latitude: 40.729, longitude: -73.995 };
const FAR = { latitude: 40.842, longitude: -73.888 };

const street = (page: Page) => page.locator("#street");
const suggestions = (page: Page) => page.getByRole("listbox").getByRole("option");
const bill = (page: Page) => page.locator(".bill");
const wrong = (page: Page) => page.locator("#wrong-street");

test("an address is chosen with the keyboard while one types", async ({ page, context, request, servery }) => {
  await openDeliveryCheckout({ page, context, request, servery }, "hydrated");
  await expect(street(page)).toHaveAttribute("aria-expanded", "false");
  await street(page).pressSequentially("harbor lane 1");
  await expect(suggestions(page)).toHaveText(["11 Harbor Lane, 10012 Millbrook", "13 Harbor Lane, 10012 Millbrook", "15 Harbor Lane, 10012 Millbrook"]);
  await expect(page.getByRole("combobox", { name: words["checkout.street"] })).toHaveAttribute("aria-expanded", "true");
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await expect(suggestions(page)).toHaveCount(0);
  await page.keyboard.type("5");
  await expect(suggestions(page)).toHaveCount(1);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowDown");
  await expect(suggestions(page).first()).toHaveAttribute("aria-selected", "true");
  await expect(street(page)).toHaveAttribute("aria-activedescendant", "street-place-0");
  await page.keyboard.press("Enter");
  await expect(suggestions(page)).toHaveCount(0);
  await expect(street(page)).toHaveValue("15 Harbor Lane");
  await expect(street(page)).toBeFocused();
  await expect(page.getByLabel(words["checkout.postcode"])).toHaveValue("10012");
  await expect(page.getByLabel(words["checkout.city"])).toHaveValue("Millbrook");
  await expect(bill(page)).toContainText("Downtown");
  await fillContact(page);
  const token = await placeOrder(page);
  const { order } = await (await request.get(`/api/v1/orders/${token}`)).json();
  expect(order.ordered.fulfilment.delivery.location.source).toBe("place");
});

test("an address is chosen by a click, and one outside of the areas is refused", async ({ page, context, request, servery }) => {
  await openDeliveryCheckout({ page, context, request, servery }, "hydrated");
  await street(page).pressSequentially("far sh");
  await suggestions(page).first().click();
  await expect(street(page)).toHaveValue("1 Far Shore Avenue");
  await expect(page.locator("#wrong-postcode")).toHaveText(words["blocker.out-of-area"]);
});

test.describe("with a device that knows where it is", () => {
  test.use({ permissions: ["geolocation"] });

  test("its location counts for an address that is in no list, and not for one that is", async ({ page, context, request, servery }) => {
    await context.setGeolocation(NEAR);
    await openDeliveryCheckout({ page, context, request, servery }, "hydrated");
    await fillAddress(page, "1 Unknown Street", "10012");
    await expect(wrong(page)).toHaveText(words["blocker.address-not-found"]);
    await page.getByRole("button", { name: words["checkout.use-location"] }).click();
    await expect(page.locator(".location")).toContainText(words["checkout.located"]);
    await expect(bill(page)).toContainText("Downtown");
    await expect(wrong(page)).toHaveText("");
    await expectAccessible(page);
    await page.getByRole("button", { name: words["checkout.forget-location"] }).click();
    await expect(wrong(page)).toHaveText(words["blocker.address-not-found"]);
    await context.setGeolocation(FAR);
    await fillAddress(page, "11 Harbor Lane", "10012");
    await expect(bill(page)).toContainText("Downtown");
    await page.getByRole("button", { name: words["checkout.use-location"] }).click();
    await fillContact(page);
    const token = await placeOrder(page);
    const { order } = await (await request.get(`/api/v1/orders/${token}`)).json();
    expect(order.ordered.fulfilment.delivery.location).toEqual({ point: { latitude: 40730200, longitude: -73994200 }, source: "place" });
  });
});

test("a device that may not say where it is leads to the list", async ({ page, context, request, servery }) => {
  await openDeliveryCheckout({ page, context, request, servery }, "hydrated");
  await fillAddress(page, "1 Unknown Street", "10012");
  await page.getByRole("button", { name: words["checkout.use-location"] }).click();
  await expect(page.locator(".location")).toContainText(words["checkout.location-refused"]);
  await submitOrder(page);
  await expect(street(page)).toBeFocused();
  await expect(wrong(page)).toHaveText(words["blocker.address-not-found"]);
});

for (const [name, mode] of [["in a thin page", "thin"], ["in a page whose program does not run", "hydrated"]] as const) {
  test.describe("without JavaScript", () => {
    test.use({ javaScriptEnabled: false, viewport: { width: 360, height: 780 } });

    test(`an address is chosen from a list, ${name}`, async ({ page, context, request, servery }) => {
      await context.addCookies([{ name: "servery_render", value: "thin", url: servery.url }]);
      await addToBasket(page, request, "Cobb Salad", "thin", [], 2);
      await context.addCookies([{ name: "servery_render", value: mode, url: servery.url }]);
      await page.goto(CHECKOUT);
      await page.getByLabel(words["checkout.delivery"]).check();
      await page.getByLabel(words["checkout.street"]).fill("harbor lane 1");
      await page.getByRole("button", { name: words["checkout.find-address"] }).click();
      await page.getByRole("button", { name: "15 Harbor Lane, 10012 Millbrook" }).click();
      await expect(street(page)).toHaveValue("15 Harbor Lane");
      await expect(bill(page)).toContainText("Downtown");
      await fillAddress(page, "1 Unknown Street", "10012");
      await page.getByRole("button", { name: words["checkout.find-address"] }).click();
      await expect(page.locator(".places")).toContainText(words["checkout.no-places"]);
      await expect(wrong(page)).toHaveText(words["blocker.address-not-found"]);
    });
  });
}

test("the list without a script is accessible, right to left too", async ({ page, context, request, servery }) => {
  await page.setViewportSize({ width: 360, height: 780 });
  await openDeliveryCheckout({ page, context, request, servery }, "thin", "ar");
  await street(page).fill("harbor lane 1");
  await page.getByRole("button", { name: texts.ar["checkout.find-address"] }).click();
  await expect(page.locator(".places button")).toHaveCount(3);
  await expectAccessible(page);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(360);
});

for (const lang of ["en", "ar"] as const) {
  test(`suggestions are accessible on a narrow page, in ${lang}`, async ({ page, context, request, servery }) => {
    await page.setViewportSize({ width: 360, height: 780 });
    await openDeliveryCheckout({ page, context, request, servery }, "hydrated", lang);
    await street(page).pressSequentially("harbor lane 1");
    await expect(suggestions(page)).toHaveCount(3);
    await page.keyboard.press("ArrowDown");
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await expectAccessible(page);
    }
    for (const option of await suggestions(page).all()) expect((await option.boundingBox())!.height).toBeGreaterThanOrEqual(44);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });
}

for (const width of [360, 820, 1440]) {
  test(`checkout with addresses at ${width} @looks`, async ({ page, context, request, servery }) => {
    test.setTimeout(60_000);
    await page.setViewportSize({ width, height: 900 });
    for (const lang of ["en", "ar"] as const) {
      const take = async (name: string) => {
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          await page.screenshot({ path: join(process.env.LOOKS!, `address-${name}-${width}-${lang}-${colorScheme}.png`), animations: "disabled", fullPage: true });
        }
      };
      await openDeliveryCheckout({ page, context, request, servery }, "hydrated", lang);
      await street(page).fill("");
      await street(page).pressSequentially("harbor lane 1");
      await expect(suggestions(page)).toHaveCount(3);
      await page.keyboard.press("ArrowDown");
      await take("suggested");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: texts[lang]["checkout.use-location"] }).click();
      await expect(page.locator(".location .facts")).not.toHaveText("");
      await take("refused");
      await openDeliveryCheckout({ page, context, request, servery }, "thin", lang);
      await street(page).fill("harbor lane 1");
      await page.getByRole("button", { name: texts[lang]["checkout.find-address"] }).click();
      await expect(page.locator(".places button")).toHaveCount(3);
      await take("list");
      await context.clearCookies();
    }
  });
}
