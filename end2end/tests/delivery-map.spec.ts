// The map on which a diner sets the point of an address that is in no list.

import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expectAccessible } from "../axe";
import { boardTest, orderTicket, setRenderMode, signInToBoard } from "../board";
import { ATTRIBUTION, canvasOf, clickMap as clickOn, DRIVER_NOTES, expectDrawn, mapTest as test } from "../map";
import { fillAddress, fillContact, openDeliveryCheckout, placeOrder } from "../ordering";
import { expect, Servery, texts } from "../servery";
import type { Page } from "@playwright/test";

const words = texts.en;
const opener = (page: Page, lang: keyof typeof texts = "en") => page.getByRole("button", { name: texts[lang]["checkout.set-pin"] });
const map = (page: Page) => page.locator("delivery-map");
const canvas = (page: Page) => canvasOf(map(page));
const said = (page: Page) => map(page).getByRole("status");
const bill = (page: Page) => page.locator(".bill");
const wrong = (page: Page, field: string) => page.locator(`#wrong-${field}`);

async function openMap(page: Page, lang: keyof typeof texts = "en") {
  await opener(page, lang).click();
  await expectDrawn(map(page));
}

/** The point stands in the middle at first, and is no part of the map. */
const clickMap = (page: Page, right: number, down: number) => clickOn(map(page), right, down);

for (const mode of ["hydrated", "thick"] as const) {
  test(`a point is set by keyboard and by click, and the server decides its zone, ${mode}`, async ({ page, context, request, servery, board, loaded }) => {
    test.slow();
    await openDeliveryCheckout({ page, context, request, servery }, mode);
    await fillAddress(page, "1 Unknown Street", "10012");
    await expect(wrong(page, "street")).toHaveText(words["blocker.address-not-found-map"]);
    expect(loaded, "nothing of the map is loaded before the click").toEqual([]);

    await openMap(page);
    await expect(map(page).getByText(ATTRIBUTION)).toBeVisible();
    await canvas(page).focus();
    const quoted = page.waitForRequest((request) => new URL(request.url()).pathname.endsWith("/quotes"));
    await page.keyboard.press("ArrowRight");
    expect((await quoted).postDataJSON().fulfilment.delivery.location.source).toBe("pin");
    await expect(bill(page)).toContainText("Downtown");
    await expect(wrong(page, "street")).toBeEmpty();
    await expect(said(page)).toHaveText(/^The point is at 40\.\d+, -74\.\d+\.$/);
    await expect(page.getByText(words["checkout.pinned"])).toBeVisible();

    await clickMap(page, 1, 1);
    await expect(wrong(page, "postcode")).toHaveText(words["blocker.out-of-area"]);
    await clickMap(page, 60, 60);
    await expect(bill(page)).toContainText("Downtown");
    await expect(wrong(page, "postcode")).toBeEmpty();

    await fillContact(page);
    const token = await placeOrder(page);
    const { order } = await (await request.get(`/api/v1/orders/${token}`)).json();
    expect(order.ordered.fulfilment.delivery.location.source).toBe("pin");
    await setRenderMode(board.context(), servery.url, "thin");
    await signInToBoard(board, servery);
    await expect(await orderTicket(board, request, token)).toContainText(words["located-by.pin"]);
  });
}

test("arrow keys move the point, and + and − change the scale", async ({ page, context, request, servery }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await openDeliveryCheckout({ page, context, request, servery }, "hydrated");
  await openMap(page);
  await canvas(page).focus();
  const place = async (key: string) => {
    const before = await said(page).textContent();
    await page.keyboard.press(key);
    await expect(said(page)).not.toHaveText(before!);
    const [latitude, longitude] = /at ([\d.-]+), ([\d.-]+)\.$/.exec((await said(page).textContent())!)!.slice(1).map(Number);
    return { latitude, longitude };
  };
  const start = await place("Enter");
  const right = await place("ArrowRight");
  expect(right.longitude).toBeGreaterThan(start.longitude);
  expect(right.latitude).toBeCloseTo(start.latitude, 4);
  const up = await place("ArrowUp");
  expect(up.latitude).toBeGreaterThan(right.latitude);
  const far = await place("Shift+ArrowLeft");
  expect(up.longitude - far.longitude).toBeGreaterThan(4 * (right.longitude - start.longitude));
  // On a larger scale a step is shorter on the ground.
  await page.keyboard.press("+");
  const near = await place("ArrowRight");
  expect(near.longitude - far.longitude).toBeLessThan(0.6 * (right.longitude - start.longitude));
  await page.keyboard.press("-");
  const back = await place("ArrowRight");
  expect(back.longitude - near.longitude).toBeCloseTo(right.longitude - start.longitude, 4);
});

test("a point that was set is forgotten again, and the map closed", async ({ page, context, request, servery }) => {
  await openDeliveryCheckout({ page, context, request, servery }, "hydrated");
  await fillAddress(page, "1 Unknown Street", "10012");
  await openMap(page);
  await clickMap(page, 60, 60);
  await expect(bill(page)).toContainText("Downtown");
  await page.getByRole("button", { name: words["checkout.forget-pin"] }).click();
  await expect(wrong(page, "street")).toHaveText(words["blocker.address-not-found-map"]);
  await expect(page.getByRole("button", { name: words["map.close"] })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(map(page)).toHaveCount(0);
});

test("an address in the list counts before the point", async ({ page, context, request, servery }) => {
  await openDeliveryCheckout({ page, context, request, servery }, "hydrated");
  await openMap(page);
  await clickMap(page, 1, 1);
  await fillAddress(page, "11 Harbor Lane", "10012");
  await expect(bill(page)).toContainText("Downtown");
  await fillContact(page);
  const token = await placeOrder(page);
  const { order } = await (await request.get(`/api/v1/orders/${token}`)).json();
  expect(order.ordered.fulfilment.delivery.location.source).toBe("place");
});

test("without a connection the button says so, and the map is there when it is back", async ({ page, context, request, servery, loaded }) => {
  await openDeliveryCheckout({ page, context, request, servery }, "hydrated");
  await context.setOffline(true);
  await opener(page).click();
  await expect(page.getByText(words["map.needs-connection"])).toBeVisible();
  expect(loaded).toEqual([]);
  await context.setOffline(false);
  await openMap(page);
});

test("a map that cannot be loaded says so, and the form goes on", async ({ page, context, request, servery, complaints }) => {
  complaints.expect(/\/assets\/map-library\.[0-9a-f]+\.js\b/, /^console\.warning: TypeError: Failed to fetch dynamically imported module/);
  await context.route("**/assets/map-library.*", (route) => route.abort("failed"));
  await openDeliveryCheckout({ page, context, request, servery }, "hydrated");
  await opener(page).click();
  await expect(said(page)).toHaveText(words["checkout.map-failed"]);
  await fillAddress(page, "11 Harbor Lane", "10012");
  await expect(bill(page)).toContainText("Downtown");
  await fillContact(page);
  await placeOrder(page);
});

test("a thin page has no map, and says nothing of one", async ({ page, context, request, servery, loaded }) => {
  await openDeliveryCheckout({ page, context, request, servery }, "thin");
  await fillAddress(page, "1 Unknown Street", "10012");
  await page.getByRole("button", { name: words["checkout.update"] }).click();
  await expect(wrong(page, "street")).toHaveText(words["blocker.address-not-found"]);
  await expect(opener(page)).toHaveCount(0);
  expect(loaded).toEqual([]);
});

for (const lang of ["en", "ar"] as const) {
  test(`the map is accessible on a narrow page, in ${lang}`, async ({ page, context, request, servery }) => {
    await page.setViewportSize({ width: 360, height: 780 });
    await openDeliveryCheckout({ page, context, request, servery }, "hydrated", lang);
    await openMap(page, lang);
    await expect(canvas(page)).toHaveAccessibleName(texts[lang]["checkout.map"]);
    await clickMap(page, 60, 60);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await expectAccessible(page);
    }
    const zoom = ["map.zoom-in", "map.zoom-out"].map((name) => map(page).getByRole("button", { name: texts[lang][name] }));
    for (const target of [...zoom, map(page).locator(".pin")]) {
      const { width, height } = (await target.boundingBox())!;
      expect(Math.min(width, height)).toBeGreaterThanOrEqual(44);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });
}

const PICTURE = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkqPtfDwAEgAI/7dJdXAAAAABJRU5ErkJggg==", "base64");

/** A server of tiles for pages of any other. */
async function startTileServer(asked: string[]): Promise<Server> {
  const server = createServer((request, response) => {
    asked.push(request.url!);
    response.writeHead(200, { "content-type": "image/png", "access-control-allow-origin": "*" }).end(PICTURE);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

const tilesTest = boardTest.extend<{}, { asked: string[]; servery: Servery }>({
  asked: [async ({}, use) => use([]), { scope: "worker" }],
  servery: [
    async ({ asked }, use) => {
      const tiles = await startTileServer(asked);
      const { port } = tiles.address() as AddressInfo;
      const servery = await Servery.start({ settings: ["--map", `http://127.0.0.1:${port}/{z}/{x}/{y}.png`, "--map-attribution", ATTRIBUTION] });
      await use(servery);
      await servery.remove();
      tiles.closeAllConnections();
      tiles.close();
    },
    { scope: "worker", timeout: 30_000 },
  ],
});

tilesTest("tiles of another host are asked for after the click only", async ({ page, context, request, servery, asked, complaints }) => {
  complaints.expect(DRIVER_NOTES);
  await openDeliveryCheckout({ page, context, request, servery }, "hydrated");
  await fillAddress(page, "1 Unknown Street", "10012");
  expect(asked).toEqual([]);
  await openMap(page);
  expect(asked[0]).toMatch(/^\/\d+\/\d+\/\d+\.png$/);
  await clickMap(page, 60, 60);
  await expect(bill(page)).toContainText("Downtown");
});

for (const width of [360, 820, 1440]) {
  test(`checkout with a map at ${width} @looks`, async ({ page, context, request, servery }) => {
    test.setTimeout(60_000);
    await page.setViewportSize({ width, height: 900 });
    for (const lang of ["en", "ar"] as const) {
      await openDeliveryCheckout({ page, context, request, servery }, "hydrated", lang);
      await openMap(page, lang);
      await clickMap(page, 60, 60);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: join(process.env.LOOKS!, `map-${width}-${lang}-${colorScheme}.png`), animations: "disabled", fullPage: true });
      }
      await context.clearCookies();
    }
  });
}
