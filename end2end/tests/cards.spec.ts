// Card payments on Servery's card page: accepted, declined, with authentication, with the provider unreachable. Nobody is charged twice.

import { COLOURS, expectAccessible } from "../axe";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { appReady, DOWN, expect, pattern, texts, type Lang } from "../servery";
import { addToBasket, fillContact, formatText, goToCheckout, submitOrder } from "../ordering";
import { DECLINED, ACCEPTED, cardTest, REQUIRES_AUTHENTICATION } from "../card-provider";
import { placeOrder } from "../api-orders";
import { BOARD, orderTicket, setRenderMode, signInToBoard } from "../board";
import { createHmac } from "node:crypto";
import type { APIRequestContext, Page } from "@playwright/test";

const words = texts.en;
const cardTexts = async (lang: Lang) => JSON.parse(await readFile(new URL(`../../app/text/card.${lang}.json`, import.meta.url), "utf8")) as Record<string, string>;
const cardWords = await cardTexts("en");

const test = cardTest.extend({
  context: async ({ context, provider }, use) => {
    await provider.standIn(context);
    await use(context);
  },
});

const VARIANTS = [
  { name: "thin", mode: "thin", runs: "none" },
  { name: "hydrated", mode: "hydrated", runs: "hydrated" },
] as const;

/** Ends on the card page. */
async function order(page: Page, request: APIRequestContext, runs: "none" | "hydrated") {
  await addToBasket(page, request, "Cobb Salad", runs);
  await goToCheckout(page, runs);
  await page.getByLabel(words["checkout.card"]).check();
  await fillContact(page);
  await submitOrder(page);
}

const payButton = (page: Page) => page.locator("#card").getByRole("button", { name: pattern(cardWords.pay) });

const submitCard = async (page: Page, card: string) => {
  await expect(page.getByRole("heading", { name: cardWords.title })).toBeVisible();
  await page.frameLocator("#card-element iframe").getByLabel("Card number").fill(card);
  await payButton(page).click();
};

/** The order of the page, as the server has it. */
async function shownOrder(page: Page, request: APIRequestContext) {
  await expect(page).toHaveURL(/\/orders\/[0-9a-f]{44}(\?.*)?$/);
  const token = new URL(page.url()).pathname.split("/").at(-1)!;
  const { order } = await (await request.get(`/api/v1/orders/${token}`)).json();
  return { token, id: order.id as string, total: order.ordered.total as number };
}

function signed(body: string): string {
  const at = Math.floor(Date.now() / 1000);
  return `t=${at},v1=${createHmac("sha256", "whsec_servery").update(`${at}.${body}`).digest("hex")}`;
}

test("case_pinelab_620: three concurrent deliveries of one webhook settle the order once", async ({ page, request }) => {
  const { id, token, total } = await placeOrder(request, { payment: "card" });
  await page.goto(`/orders/${token}?render=hydrated`);
  await appReady(page);
  await expect(page.locator(".state")).toHaveText(words["state.unpaid"]);
  const revision = async () => (await (await request.get(`/api/v1/orders/${token}`)).json()).order.revision as number;
  const before = await revision();
  const object = { id: "pi_thrice", amount: total, currency: "usd", status: "succeeded", metadata: { order: id } };
  const body = JSON.stringify({ id: "evt_thrice", type: "payment_intent.succeeded", data: { object } });
  const hear = () => request.post("/api/v1/webhooks/cards", { data: Buffer.from(body), headers: { "content-type": "application/json", "stripe-signature": signed(body) } });
  expect((await Promise.all([hear(), hear(), hear()])).map((answer) => answer.status())).toEqual([200, 200, 200]);
  await expect(page.locator(".state")).toHaveText(words["state.placed"]);
  await expect(page.locator(".payment")).toContainText(formatText("order.paid", { amount: dollars(total) }));
  expect(await revision()).toBe(before + 1);
});

const dollars = (cents: number) => `$${(cents / 100).toFixed(2)}`;

for (const { name, mode, runs } of VARIANTS) {
  test.describe(name, () => {
    test.beforeEach(async ({ context, servery }) => {
      test.setTimeout(60_000);
      await setRenderMode(context, servery.url, mode);
    });

    /** A restarted server: after a failure it does not ask the provider for a while. */
    test.afterEach(async ({ page, servery, provider }) => {
      if (provider.network === "good") return;
      provider.network = "good";
      // No page is open while the server is down.
      await page.goto("about:blank");
      await servery.stop();
      await servery.start();
    });

    const ready = async (page: Page) => {
      if (mode === "hydrated") await appReady(page);
    };

    test("an accepted card is charged once, and the order page shows the payment", async ({ page, request, provider }) => {
      await order(page, request, runs);
      await submitCard(page, ACCEPTED);
      const { token, id, total } = await shownOrder(page, request);
      await expect(page.locator(".state")).toHaveText(words["state.placed"]);
      await expect(page.locator(".payment")).toContainText(formatText("order.paid", { amount: dollars(total) }));
      await page.goto(`/orders/${token}/paid?payment_method=pm_again`);
      await expect(page.locator(".state")).toHaveText(words["state.placed"]);
      await page.goto(`/orders/${token}`);
      expect(await provider.charges(id)).toEqual([total]);
    });

    test("after a declined card another card can be used", async ({ page, request, provider }) => {
      await order(page, request, runs);
      await submitCard(page, DECLINED);
      const { id, total } = await shownOrder(page, request);
      await expect(page.getByRole("alert")).toHaveText(words["order.declined"]);
      expect(await provider.charges(id)).toEqual([]);
      await page.getByRole("link", { name: formatText("order.pay-now", { amount: dollars(total) }) }).click();
      await submitCard(page, ACCEPTED);
      await expect(page.locator(".state")).toHaveText(words["state.placed"]);
      expect(await provider.charges(id)).toEqual([total]);
    });

    test("a card that requires authentication is charged after it", async ({ page, request, provider }) => {
      await order(page, request, runs);
      await submitCard(page, REQUIRES_AUTHENTICATION);
      await page.frameLocator('iframe[title="Your bank"]').getByRole("button", { name: "It is me" }).click();
      const { id, total } = await shownOrder(page, request);
      await expect(page.locator(".state")).toHaveText(words["state.placed"]);
      expect(await provider.charges(id)).toEqual([total]);
    });

    test("with the provider unreachable, the diner can choose to pay at the door", async ({ page, request, provider }) => {
      await order(page, request, runs);
      provider.network = "cut";
      await submitCard(page, ACCEPTED);
      await expect(page.getByRole("alert")).toHaveText(words["order.provider-away"], { timeout: 15_000 });
      const { id, total } = await shownOrder(page, request);
      await ready(page);
      await page.getByRole("button", { name: words["order.pay-at-door"] }).click();
      await expect(page.locator(".state")).toHaveText(words["state.placed"]);
      await expect(page.locator(".payment")).toContainText(formatText("order.pays-at-door", { amount: dollars(total) }));
      expect(await provider.charges(id)).toEqual([]);
    });

    test("a lost response of the provider charges once", async ({ page, request, provider, servery, complaints }) => {
      const events = "/api/v1/orders/{token}/events";
      // A browser asks for the icon when it likes, also while the server is stopped.
      complaints.expectNoAnswer(DOWN, events, "/icons/icon.svg");
      await order(page, request, runs);
      provider.network = "lost";
      await submitCard(page, ACCEPTED);
      await expect(page.getByRole("alert")).toHaveText(words["order.provider-away"], { timeout: 15_000 });
      const { token, id, total } = await shownOrder(page, request);
      provider.network = "good";
      // The page that shows the order stays open meanwhile, asks for its events in vain, and has them again in the end.
      await ready(page);
      await servery.stop();
      const heard = mode === "hydrated" && page.waitForResponse((answer) => answer.url().endsWith(events.replace("{token}", token)) && answer.ok());
      await servery.start();
      await heard;
      await page.goto(`/orders/${token}/pay`);
      await submitCard(page, ACCEPTED);
      await expect(page.locator(".state")).toHaveText(words["state.placed"]);
      expect(await provider.charges(id)).toEqual([total]);
    });

    test("staff refund a part, and the order page shows the reason", async ({ page, board, request, provider, servery }) => {
      await order(page, request, runs);
      await submitCard(page, ACCEPTED);
      const { token, id } = await shownOrder(page, request);
      await setRenderMode(board.context(), servery.url, mode);
      await signInToBoard(board, servery);
      if (mode === "hydrated") await appReady(board);
      const own = await orderTicket(board, request, token);
      await own.getByText(words["board.more"]).click();
      await own.getByRole("spinbutton").fill("2.50");
      await own.getByLabel(words["board.refund-reason"]).fill("No egg in it");
      await own.getByRole("button", { name: words["board.refund"] }).click();
      await expect(own).toContainText(formatText("board.given-back", { amount: "$2.50" }));
      const says = `${formatText("order.refunded", { amount: "$2.50" })} · \u2068No egg in it\u2069`;
      const asks = async () => {
        if (mode === "thin") await page.reload();
        return page.locator(".payment").textContent();
      };
      await expect.poll(asks).toContain(says);
      expect(await provider.refunds(id)).toEqual([250]);
      // The rest may go back later, when the order is off the board.
      await board.goto(`${BOARD}/orders/${id}`);
      await board.getByRole("spinbutton").fill("1");
      await board.getByLabel(words["board.refund-reason"]).fill("No bread");
      await board.getByRole("button", { name: words["board.refund"] }).click();
      await expect(board.locator(".paid")).toContainText(formatText("board.given-back", { amount: "$1.00" }));
      await expect.poll(async () => (await provider.refunds(id)).sort()).toEqual([100, 250]);
    });
  });
}

test.describe("the page for the card", () => {
  const unpaid = async (page: Page, request: APIRequestContext, lang: Lang = "en") => {
    const { token, id } = await placeOrder(request, { payment: "card" });
    const answer = await page.goto(`/orders/${token}/pay?lang=${lang}`);
    return { token, id, policy: answer!.headers()["content-security-policy"] };
  };

  test("has the provider's script, and no other page has", async ({ page, request }) => {
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    const { token, policy } = await unpaid(page, request);
    expect(policy).toContain("script-src 'self' https://js.stripe.com");
    await expect(page.locator("#card-element iframe")).toBeVisible();
    expect(asked.filter((url) => url.startsWith("https://js.stripe.com/")).length).toBeGreaterThan(0);
    asked.length = 0;
    const order = await page.goto(`/orders/${token}?render=hydrated`);
    await appReady(page);
    expect(order!.headers()["content-security-policy"]).not.toContain("stripe");
    expect(asked.filter((url) => url.includes("stripe"))).toEqual([]);
  });

  test("says what the provider's form says, and can be sent again", async ({ page, request, provider }) => {
    const { id } = await unpaid(page, request);
    await expect(payButton(page)).toBeVisible();
    await payButton(page).click();
    await expect(page.getByRole("alert")).toHaveText("Your card number is incomplete.");
    await submitCard(page, ACCEPTED);
    await expect(page.locator(".state")).toHaveText(words["state.placed"]);
    expect(await provider.charges(id)).toHaveLength(1);
  });

  test("says so when the provider's script cannot be loaded", async ({ page, request, context, complaints }) => {
    complaints.expect(/js\.stripe\.com|ERR_FAILED|net::ERR/);
    await context.unroute("https://js.stripe.com/**");
    await context.route("https://js.stripe.com/**", (route) => route.abort());
    await unpaid(page, request);
    await expect(page.getByRole("alert")).toHaveText(cardWords["missing-or-door"]);
    await page.getByRole("button", { name: words["order.pay-at-door"] }).click();
    await expect(page.locator(".state")).toHaveText(words["state.placed"]);
  });

  test.describe("without JavaScript", () => {
    test.use({ javaScriptEnabled: false });

    test("says what to do, and lets one pay at the door", async ({ page, request, context, servery, provider }) => {
      await setRenderMode(context, servery.url, "thin");
      await order(page, request, "none");
      // getByText looks into no <noscript>, whether or not scripts run.
      const notice = page.locator("noscript .wrong");
      await expect(notice).toHaveText(cardWords["needs-script-or-door"]);
      await expect(notice).toBeVisible();
      await expect(page.locator("#card")).toBeHidden();
      await page.getByRole("button", { name: words["order.pay-at-door"] }).click();
      await expect(page.locator(".state")).toHaveText(words["state.placed"]);
      const { id } = await shownOrder(page, request);
      expect(await provider.charges(id)).toEqual([]);
    });
  });

  for (const lang of ["en", "ar"] as const) {
    test(`in ${lang} has nothing that axe finds`, async ({ page, request }) => {
      await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
      await unpaid(page, request, lang);
      await expect(page.locator("#card button")).toBeVisible();
      // What is in the frame is the provider's.
      await expectAccessible(page, { exclude: "iframe" });
      await page.emulateMedia({ colorScheme: "dark" });
      await expectAccessible(page, { rules: COLOURS, exclude: "iframe" });
    });
  }

  for (const width of [360, 820, 1440]) {
    test(`at ${width} @looks`, async ({ page, request }) => {
      await page.setViewportSize({ width, height: 900 });
      for (const lang of ["en", "ar"] as const) {
        await unpaid(page, request, lang);
        await expect(page.locator("#card button")).toBeVisible();
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          await page.screenshot({ path: join(process.env.LOOKS!, `card-${width}-${lang}-${colorScheme}.png`), fullPage: true, animations: "disabled" });
        }
      }
    });
  }
});
