// From the dish to the receipt, in every mode: basket, checkout, order page.

import { appReady, serviceWorkerReady, expect, test, texts, type Mode, type Servery, UNUSED } from "../servery";
import { addToBasket, DINER, findDish, fillContact, formatText, submitOrder, placeOrder, goToCheckout } from "../ordering";
import type { APIRequestContext, Page } from "@playwright/test";

const words = texts.en;

/** The order without ids and times. */
async function orderedWithoutIds(request: APIRequestContext, token: string) {
  const { order } = await (await request.get(`/api/v1/orders/${token}`)).json();
  const { placed_at, placed_on, due, lines, ...rest } = order.ordered;
  return { ...rest, scheduled: order.ordered.scheduled, lines: lines.map(({ id, ...line }: { id: string }) => line), method: order.progress.payment.method };
}

type Variant = { name: string; mode: Mode | "none"; javaScriptEnabled?: boolean; wasm?: boolean };
const VARIANTS: Variant[] = [
  { name: "without JavaScript", mode: "none", javaScriptEnabled: false },
  { name: "without wasm", mode: "none", wasm: false },
  { name: "hydrated", mode: "hydrated" },
  { name: "thick", mode: "thick" },
];

/** Places the order; answers with its token. */
async function order(page: Page, request: APIRequestContext, mode: Mode | "none") {
  await addToBasket(page, request, "Blue Plate Special", mode);
  await addToBasket(page, request, "Cobb Salad", mode, [], 2);
  await goToCheckout(page, mode);
  await page.getByLabel(words["checkout.delivery"]).check();
  await page.getByLabel(words["checkout.street"]).fill("12 Harbor Avenue");
  await page.getByLabel(words["checkout.postcode"]).fill("10014");
  await page.getByLabel(words["checkout.city"]).fill("Millbrook");
  await fillContact(page);
  await page.getByLabel(words["checkout.note"]).fill("Blue door");
  return placeOrder(page);
}

test.describe("the same order in every mode", () => {
  // In sequence: the later orders are compared with the first.
  test.describe.configure({ mode: "default" });
  let expected: unknown;

  for (const { name, mode, javaScriptEnabled = true, wasm = true } of VARIANTS) {
    test.describe(name, () => {
      test.use({ javaScriptEnabled });

      test("an order is placed with the same content", async ({ page, request, complaints, servery, context }) => {
        test.setTimeout(60_000);
        if (!wasm) {
          await page.route("**/*.wasm", (route) => route.abort("failed"));
          complaints.expect(/\.wasm/, /TypeError: Failed to fetch/, UNUSED);
        }
        if (mode !== "none") await context.addCookies([{ name: "servery_render", value: mode, url: servery.url }]);
        const token = await order(page, request, mode);
        await expect(page.locator(".lines")).toContainText("Blue Plate Special");
        await expect(page.locator(".state")).toHaveText(words["state.placed"]);
        const found = await orderedWithoutIds(request, token);
        expect(found.lines.map((line: { name: string; count: number }) => [line.name, line.count])).toEqual([["Blue Plate Special", 1], ["Cobb Salad", 2]]);
        expect(found.fulfilment).toEqual({ delivery: { street: "12 Harbor Avenue", postcode: "10014", city: "Millbrook" } });
        expect([found.note, found.allergies, found.contact.name]).toEqual(["Blue door", "peanuts", "Ada Lovelace"]);
          expect(found).toEqual((expected ??= found));
      });
    });
  }
});

test.describe("checkout", () => {
  for (const mode of ["thin", "hydrated", "thick"] as Mode[]) {
    test(`validation errors are shown beside their fields, ${mode}`, async ({ page, request, context, servery }) => {
      await context.addCookies([{ name: "servery_render", value: mode, url: servery.url }]);
      await addToBasket(page, request, "Cobb Salad", mode);
      await goToCheckout(page, mode);
      await submitOrder(page);
      await expect(page.locator("#wrong-name")).toHaveText(words["wrong.name"]);
      await expect(page.getByLabel(words["checkout.name"], { exact: true })).toBeFocused();
      const describedBy = (all: Element[]) => all.flatMap((field) => field.getAttribute("aria-describedby")!.split(" "));
      const descriptions = (await page.locator("[aria-describedby]").evaluateAll(describedBy)).map((id) => page.locator(`#${id}`));
      for (const description of descriptions) await expect(description).toHaveCount(1);
      await page.getByLabel(words["checkout.name"], { exact: true }).fill("Ada");
      await page.getByLabel(words["checkout.phone"]).fill("call me");
      await submitOrder(page);
      await expect(page.locator("#wrong-phone")).toHaveText(words["wrong.phone"]);
      await expect(page.getByLabel(words["checkout.phone"])).toBeFocused();
    });
  }

  test("a line with missing options blocks the order and is named", async ({ page, request }) => {
    await page.goto("/");
    const { id } = await findDish(request, "Blue Plate Special");
    const status = await page.evaluate(async ([slug, id]) => {
      const basket = { lines: [{ id: "1".padStart(32, "0"), dish: id, count: 1 }], fulfilment: "collection", coupon: "", tip: 0 };
      const body = JSON.stringify({ basket, contact: { name: "Ada", phone: "555" }, changes: 1 });
      return (await fetch(`/api/v1/restaurants/${slug}/draft`, { method: "PUT", headers: { "content-type": "application/json" }, body })).status;
    }, [DINER, id]);
    expect(status).toBe(204);
    for (const mode of ["thin", "hydrated"]) {
      await page.goto(`/restaurants/${DINER}/checkout?render=${mode}`);
      if (mode === "hydrated") await appReady(page);
      await expect(page.locator("#wrong-lines")).toContainText("Blue Plate Special");
      await submitOrder(page);
      await expect(page).toHaveURL(/\/checkout/);
      await expect(page.locator("#wrong-lines")).toContainText("Blue Plate Special");
    }
  });

  test("a thin page shows that the total changed, and asks for confirmation", async ({ page, request, context, servery }) => {
    await context.addCookies([{ name: "servery_render", value: "thin", url: servery.url }]);
    await addToBasket(page, request, "Cobb Salad", "none");
    await goToCheckout(page, "none");
    await fillContact(page);
    const was = await page.locator(".sums tfoot td").textContent();
    await page.locator("input[name=tip]").nth(1).check();
    await submitOrder(page);
    const now = await page.locator(".sums tfoot td").textContent();
    expect(now).not.toBe(was);
    await expect(page.locator(".news")).toHaveText(formatText("checkout.changed", { was: was!, now: now! }));
    await placeOrder(page);
  });

  test("a coupon that the server refuses is reported, and the order can be placed without it", async ({ page, request, context, complaints }) => {
    complaints.expect(/status of 409/);
    // A coupon is used once by each customer, and the tests of one server share it.
    const phone = `+1 212 555 ${1_000 + Math.floor(Math.random() * 9_000)}`;
    const orderWithCoupon = async () => {
      await addToBasket(page, request, "Cobb Salad", "hydrated", [], 2);
      await goToCheckout(page, "hydrated");
      await page.getByLabel(words["checkout.coupon"]).fill("HELLO10");
      await page.getByRole("button", { name: words["checkout.apply"] }).click();
    };
    const expectApplied = () => expect(page.locator(".sums")).toContainText("HELLO10");
    const expectRefused = () => expect(page.locator("#wrong-coupon")).toHaveText(words["coupon.used-by-you"]);
    const fillPhone = async () => {
      await fillContact(page);
      await page.getByLabel(words["checkout.phone"]).fill(phone);
    };
    const expectOrdered = () => expect(page).toHaveURL(/\/orders\/[0-9a-f]{44}$/);
    await orderWithCoupon();
    await expectApplied();
    await fillPhone();
    await submitOrder(page);
    await expectOrdered();

    // The same browser is known before it says who orders.
    await orderWithCoupon();
    await expectRefused();

    // Another browser of the same person is known by the phone number.
    await page.goto("about:blank");
    await context.clearCookies();
    await orderWithCoupon();
    await expectApplied();
    await fillPhone();
    await submitOrder(page);
    await expectRefused();
    await expect(page.locator(".news")).toContainText("Nothing was ordered");
    await page.getByLabel(words["checkout.coupon"]).fill("");
    await page.getByRole("button", { name: words["checkout.apply"] }).click();
    await expect(page.locator(".sums")).not.toContainText("HELLO10");
    await submitOrder(page);
    await expectOrdered();
  });

  test("changes in the checkout update the total at once", async ({ page, request }) => {
    await addToBasket(page, request, "Cobb Salad", "hydrated");
    await goToCheckout(page, "hydrated");
    const total = page.locator(".sums tfoot td");
    const before = await total.textContent();
    await page.getByLabel("$", { exact: false }).first().check();
    await expect(total).not.toHaveText(before!);
    await page.getByLabel(words["checkout.coupon"]).fill("nonsense");
    await page.getByRole("button", { name: words["checkout.apply"] }).click();
    await expect(page.locator("#wrong-coupon")).toHaveText(words["coupon.unknown"]);
    await page.getByLabel(words["checkout.coupon"]).fill("hello10");
    await page.getByRole("button", { name: words["checkout.apply"] }).click();
    await expect(page.locator(".sums")).toContainText("HELLO10");
    await page.getByLabel(words["checkout.delivery"]).check();
    await page.getByLabel(words["checkout.street"]).fill("1 Unknown Street");
    await page.getByLabel(words["checkout.postcode"]).fill("99999");
    await page.getByLabel(words["checkout.city"]).fill("Millbrook");
    await expect(page.locator("#wrong-street")).toHaveText(words["blocker.address-not-found"]);
    await page.getByLabel(words["checkout.postcode"]).fill("10014");
    await expect(page.locator("#wrong-street")).toHaveText("");
    await expect(page.locator(".sums")).toContainText("Harbour");
  });

  for (const mode of ["thin", "hydrated"] as Mode[]) {
    test(`switching to collection and back keeps the address, ${mode}`, async ({ page, request, context, servery }) => {
      await context.addCookies([{ name: "servery_render", value: mode, url: servery.url }]);
      await addToBasket(page, request, "Cobb Salad", mode);
      await goToCheckout(page, mode);
      await page.getByLabel(words["checkout.delivery"]).check();
      await page.getByLabel(words["checkout.street"]).fill("12 Harbor Avenue");
      await page.getByLabel(words["checkout.postcode"]).fill("10014");
      const settled = async () => {
        if (mode === "thin") return page.getByRole("button", { name: words["checkout.update"] }).click();
        // Kept a moment after it was typed.
        await expect.poll(async () => (await page.evaluate((slug) => fetch(`/api/v1/restaurants/${slug}/draft`).then((answer) => answer.json()), DINER)).basket.fulfilment).toEqual("collection");
      };
      await page.getByLabel(words["checkout.collection"]).check();
      await settled();
      await page.goto(`/restaurants/${DINER}/checkout`);
      if (mode === "hydrated") await appReady(page);
      await expect(page.getByLabel(words["checkout.collection"])).toBeChecked();
      await page.getByLabel(words["checkout.delivery"]).check();
      await expect(page.getByLabel(words["checkout.street"])).toHaveValue("12 Harbor Avenue");
      await expect(page.getByLabel(words["checkout.postcode"])).toHaveValue("10014");
    });
  }

  test("an order can be placed with the keyboard alone", async ({ page, request }) => {
    await addToBasket(page, request, "Cobb Salad", "hydrated");
    await page.getByRole("button", { name: words["basket.checkout"] }).focus();
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/checkout/);
    await appReady(page);
    const tabTo = async (selector: string) => {
      for (let tab = 0; tab < 60; tab++) {
        if (await page.locator(selector).evaluate((wanted) => wanted === document.activeElement)) return;
        await page.keyboard.press("Tab");
      }
      throw new Error(`${selector} is out of the keyboard's reach`);
    };
    await tabTo("#name");
    await page.keyboard.type("Ada");
    await tabTo("#phone");
    await page.keyboard.type("555 0199");
    await tabTo("button[name=place]");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/orders\/[0-9a-f]{44}$/);
  });
});

const OFFLINE = [/ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to load resource/];

/** An order that waits for the network. */
async function placeOrderOffline(page: Page, request: APIRequestContext, servery: Servery) {
  await page.context().addCookies([{ name: "servery_render", value: "thick", url: servery.url }]);
  await addToBasket(page, request, "Cobb Salad", "thick");
  await goToCheckout(page, "thick");
  await fillContact(page);
  await serviceWorkerReady(page);
  await page.context().setOffline(true);
  await submitOrder(page);
  await expect(page.locator(".waiting")).toContainText(words["checkout.waiting"]);
}

test.describe("the basket", () => {
  test("the count of a line can be changed", async ({ page, request }) => {
    await addToBasket(page, request, "Cobb Salad", "hydrated");
    const more = page.getByRole("button", { name: formatText("basket.more-of", { dish: "\u2068Cobb Salad\u2069" }) });
    await more.click();
    await expect(page.getByRole("spinbutton")).toHaveValue("2");
    await expect(more).toBeFocused();
  });

  for (const mode of ["thin", "hydrated"] as Mode[]) {
    test(`removing a line can be undone until something else changes, ${mode}`, async ({ page, request, context, servery }) => {
      await context.addCookies([{ name: "servery_render", value: mode, url: servery.url }]);
      const takeOut = (name: string) => page.getByRole("button", { name: formatText("basket.remove-dish", { dish: `\u2068${name}\u2069` }) }).click();
      const undo = page.getByRole("button", { name: words["basket.undo"] });
      await addToBasket(page, request, "Cobb Salad", mode, [], 2);
      await takeOut("Cobb Salad");
      await expect(page.locator(".empty")).toContainText(words["basket.empty"]);
      await undo.click();
      await expect(page.getByRole("spinbutton")).toHaveValue("2");
      await expect(undo).toHaveCount(0);
      await addToBasket(page, request, "Blue Plate Special", mode);
      await takeOut("Cobb Salad");
      await expect(page.locator(".lines > li .name")).toHaveText(["Blue Plate Special"]);
      await undo.click();
      await expect(page.locator(".lines > li .name")).toHaveText(["Cobb Salad", "Blue Plate Special"]);
      await takeOut("Cobb Salad");
      await page.getByRole("spinbutton").fill("3");
      if (mode === "thin") await page.getByRole("button", { name: words["basket.update"] }).click();
      else await page.getByRole("spinbutton").blur();
      await expect(undo).toHaveCount(0);
    });
  }

  test("the basket is the same in another mode", async ({ page, request, context, servery }) => {
    const mode = (value: string) => context.addCookies([{ name: "servery_render", value, url: servery.url }]);
    await mode("thin");
    await addToBasket(page, request, "Cobb Salad", "none");
    await mode("hydrated");
    await addToBasket(page, request, "Blue Plate Special", "hydrated");
    await expect(page.locator(".lines > li")).toHaveCount(2);
    await mode("thin");
    await page.goto(`/restaurants/${DINER}/basket`);
    await expect(page.locator(".lines > li")).toHaveCount(2);
    await page.getByRole("spinbutton").first().fill("3");
    await page.getByRole("button", { name: words["basket.update"] }).click();
    await mode("thick");
    await page.goto(`/restaurants/${DINER}/basket`);
    await appReady(page);
    await expect(page.getByRole("spinbutton").first()).toHaveValue("3");
  });

  test("offline the basket has the same totals, and the order is sent when the network is back", async ({ page, request, context, servery, complaints }) => {
    test.setTimeout(60_000);
    complaints.expect(...OFFLINE);
    await context.addCookies([{ name: "servery_render", value: "thick", url: servery.url }]);
    await addToBasket(page, request, "Cobb Salad", "thick");
    await goToCheckout(page, "thick");
    await fillContact(page);
    await serviceWorkerReady(page);
    await page.goto(`/restaurants/${DINER}/basket`);
    await appReady(page);
    await context.setOffline(true);
    await page.reload();
    await appReady(page);
    await page.getByRole("button", { name: formatText("basket.more-of", { dish: "\u2068Cobb Salad\u2069" }) }).click();
    const total = await page.locator(".sums tfoot td").textContent();
    await goToCheckout(page, "thick");
    await expect(page.locator("button[name=place]")).toHaveText(formatText("checkout.place-later", { total: total! }));
    await submitOrder(page);
    await expect(page.locator(".waiting")).toContainText(words["checkout.waiting"]);
    await context.setOffline(false);
    await expect(page).toHaveURL(/\/orders\/[0-9a-f]{44}$/, { timeout: 15_000 });
    await expect(page.locator(".sums tfoot td")).toHaveText(total!);
  });

  test("an order that waited too long is not sent without confirmation", async ({ page, request, context, servery, complaints }) => {
    test.setTimeout(60_000);
    complaints.expect(...OFFLINE);
    await placeOrderOffline(page, request, servery);
    await page.evaluate(() => {
      const waiting = JSON.parse(localStorage.getItem("placing")!);
      localStorage.setItem("placing", JSON.stringify({ ...waiting, at: waiting.at - 16 * 60_000 }));
    });
    await context.setOffline(false);
    await page.reload();
    await appReady(page);
    await expect(page.getByText(words["checkout.too-late"])).toBeVisible();
    expect(await (await page.request.get("/api/v1/orders")).json()).toEqual([]);
    await submitOrder(page);
    await expect(page).toHaveURL(/\/orders\/[0-9a-f]{44}$/, { timeout: 15_000 });
  });

  test("lines that are added while an order waits stay in the basket", async ({ page, request, context, servery, complaints }) => {
    test.setTimeout(60_000);
    complaints.expect(...OFFLINE);
    await placeOrderOffline(page, request, servery);
    await page.goto(`/restaurants/${DINER}/basket`);
    await appReady(page);
    await page.getByRole("button", { name: formatText("basket.more-of", { dish: "\u2068Cobb Salad\u2069" }) }).click();
    await expect(page.getByRole("spinbutton").first()).toHaveValue("2");
    await context.setOffline(false);
    const counts = async () => {
      const draft = await (await page.request.get(`/api/v1/restaurants/${DINER}/draft`)).json();
      return draft.basket.lines.map((line: { count: number }) => line.count);
    };
    await expect.poll(async () => (await (await page.request.get("/api/v1/orders")).json()).length, { timeout: 15_000 }).toBe(1);
    await expect.poll(counts).toEqual([1]);
  });
});

test.describe("the order", () => {
  const placeSalad = async (page: Page, request: APIRequestContext, mode: Mode | "none") => {
    await addToBasket(page, request, "Cobb Salad", mode);
    await goToCheckout(page, mode);
    await fillContact(page);
    return placeOrder(page);
  };

  test("the order page updates itself", async ({ page, request }) => {
    const token = await placeSalad(page, request, "hydrated");
    await appReady(page);
    await expect(page.locator(".state")).toHaveText(words["state.placed"]);
    expect((await request.post(`/api/v1/orders/${token}/cancel`)).status()).toBe(200);
    await expect(page.locator(".state")).toHaveText(words["state.cancelled"]);
    await expect(page.getByRole("button", { name: words["order.cancel"] })).toHaveCount(0);
  });

  test("a thin order page reloads itself until that is turned off", async ({ page, request, context, servery }) => {
    await context.addCookies([{ name: "servery_render", value: "thin", url: servery.url }]);
    await placeSalad(page, request, "none");
    await expect(page.locator("meta[http-equiv=refresh]")).toHaveAttribute("content", "15");
    await page.getByRole("link", { name: words["order.keep-still"] }).click();
    await expect(page.locator("meta[http-equiv=refresh]")).toHaveCount(0);
  });

  for (const mode of ["thin", "hydrated"] as Mode[]) {
    test(`printed, it is a receipt, ${mode}`, async ({ page, request, context, servery }) => {
      await context.addCookies([{ name: "servery_render", value: mode, url: servery.url }]);
      await placeSalad(page, request, mode);
      await page.emulateMedia({ media: "print" });
      for (const hidden of ["header.top", "footer.bottom", ".deeds", ".timeline", ".state", ".order-page > p a"]) await expect(page.locator(hidden).first(), hidden).toBeHidden();
      for (const button of await page.locator("button, summary").all()) await expect(button).toBeHidden();
      const address = (await (await request.get(`/api/v1/restaurants/${DINER}`)).json()).restaurant.address.street;
      for (const text of ["Lighthouse Diner", address, "Cobb Salad"]) await expect(page.locator(".order-page").getByText(text).first(), text).toBeVisible();
      for (const width of [302, 794]) {
        await page.setViewportSize({ width, height: 900 });
        const ends = await page.locator(".lines .price, .sums td").evaluateAll((all) => all.map((price) => Math.round(price.getBoundingClientRect().right)));
        expect(new Set(ends).size, "prices end in one line").toBe(1);
        expect(await page.evaluate(() => document.documentElement.scrollWidth), "it is as wide as the paper").toBe(width);
      }
    });
  }

  for (const mode of ["thin", "hydrated", "thick"] as Mode[]) {
    test(`an order is cancelled, found in the history, and ordered again, ${mode}`, async ({ page, request, context, servery }) => {
      test.setTimeout(40_000);
      await context.addCookies([{ name: "servery_render", value: mode, url: servery.url }]);
      await placeSalad(page, request, mode);
      if (mode !== "thin") await appReady(page);
      await page.getByRole("button", { name: words["order.cancel"] }).click();
      await expect(page.locator(".state")).toHaveText(words["state.cancelled"]);
      await page.getByRole("link", { name: words["order.all"] }).click();
      await expect(page.locator(".history li")).toHaveCount(1);
      await expect(page.locator(".history li .facts")).toContainText(/\d{1,2} [A-Z][a-z]+ 20\d\d, \d\d:\d\d/);
      if (mode !== "thin") await appReady(page);
      await page.getByRole("button", { name: words["order.again"] }).click();
      await expect(page).toHaveURL(/\/basket$/);
      await expect(page.locator(".lines > li .name")).toHaveText(["Cobb Salad"]);
    });
  }
});
