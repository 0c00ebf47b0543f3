// Paying by card, in every mode, at a provider that declines, hesitates and goes away: nobody is charged twice.

import { alive, DOWN, expect, texts, type Servery } from "../servery";
import { add, fillIn, filled, place, toCheckout } from "../ordering";
import { DECLINED, GOOD, Provider, startWith, WANTS_TO_SEE_YOU } from "../cards";
import { placed } from "../diner";
import { counter, inMode, ticket, toTheBoard } from "../staff";
import { createHmac } from "node:crypto";
import type { APIRequestContext, Page } from "@playwright/test";

const words = texts.en;

const test = counter.extend<{}, { provider: Provider; servery: Servery }>({
  provider: [
    async ({}, use) => {
      const provider = await Provider.start();
      await use(provider);
      await provider.stop();
    },
    { scope: "worker", timeout: 30_000 },
  ],
  servery: [
    async ({ provider }, use) => {
      const servery = await startWith(provider);
      await use(servery);
      await servery.remove();
    },
    { scope: "worker", timeout: 30_000 },
  ],
});

const WAYS = [
  { name: "without JavaScript", mode: "thin", runs: "none", javaScriptEnabled: false },
  { name: "hydrated", mode: "hydrated", runs: "hydrated", javaScriptEnabled: true },
] as const;

/** Up to where the card is typed. */
async function order(page: Page, request: APIRequestContext, runs: "none" | "hydrated") {
  await add(page, request, "Cobb Salad", runs);
  await toCheckout(page, runs);
  await page.getByLabel(words["checkout.card"]).check();
  await fillIn(page);
  await place(page);
}

const type = async (page: Page, card: string) => {
  await expect(page.getByRole("heading", { name: "Your card" })).toBeVisible();
  await page.getByLabel("Card").fill(card);
  await page.getByRole("button").click();
};

/** The order of the page, as the server has it. */
async function shown(page: Page, request: APIRequestContext) {
  await expect(page).toHaveURL(/\/orders\/[0-9a-f]{44}(\?.*)?$/);
  const token = new URL(page.url()).pathname.split("/").at(-1)!;
  const { order } = await (await request.get(`/api/v1/orders/${token}`)).json();
  return { token, id: order.id as string, total: order.ordered.total as number };
}

function signed(body: string): string {
  const at = Math.floor(Date.now() / 1000);
  return `t=${at},v1=${createHmac("sha256", "whsec_servery").update(`${at}.${body}`).digest("hex")}`;
}

test("case_pinelab_620: the webhook comes three times at once while the diner looks, and the order is settled once", async ({ page, request }) => {
  const { id, token, total } = await placed(request, { payment: "card" });
  await page.goto(`/orders/${token}?render=hydrated`);
  await alive(page);
  await expect(page.locator(".state")).toHaveText(words["state.unpaid"]);
  const revision = async () => (await (await request.get(`/api/v1/orders/${token}`)).json()).order.revision as number;
  const before = await revision();
  const object = { id: "pi_thrice", amount: total, currency: "usd", status: "succeeded", metadata: { order: id } };
  const body = JSON.stringify({ id: "evt_thrice", type: "payment_intent.succeeded", data: { object } });
  const hear = () => request.post("/api/v1/webhooks/cards", { data: Buffer.from(body), headers: { "content-type": "application/json", "stripe-signature": signed(body) } });
  expect((await Promise.all([hear(), hear(), hear()])).map((answer) => answer.status())).toEqual([200, 200, 200]);
  await expect(page.locator(".state")).toHaveText(words["state.placed"]);
  await expect(page.locator(".payment")).toContainText(filled("order.paid", { amount: dollars(total) }));
  expect(await revision()).toBe(before + 1);
});

const dollars = (cents: number) => `$${(cents / 100).toFixed(2)}`;

for (const { name, mode, runs, javaScriptEnabled } of WAYS) {
  test.describe(name, () => {
    test.use({ javaScriptEnabled });

    test.beforeEach(async ({ context, servery }) => {
      test.setTimeout(60_000);
      await inMode(context, servery.url, mode);
    });

    /** A server that has not found the provider away: it would leave it alone for a while. */
    test.afterEach(async ({ page, servery, provider }) => {
      if (provider.line === "good") return;
      provider.line = "good";
      // Nobody looks on while it is gone.
      await page.goto("about:blank");
      await servery.stop();
      await servery.start();
    });

    const ready = async (page: Page) => {
      if (mode === "hydrated") await alive(page);
    };

    test("a card is charged once, and its diner reads so", async ({ page, request, provider }) => {
      await order(page, request, runs);
      await type(page, GOOD);
      const { token, id, total } = await shown(page, request);
      await expect(page.locator(".state")).toHaveText(words["state.placed"]);
      await expect(page.locator(".payment")).toContainText(filled("order.paid", { amount: dollars(total) }));
      await page.goto(`/orders/${token}/paid?payment_method=pm_again`);
      await expect(page.locator(".state")).toHaveText(words["state.placed"]);
      await page.goto(`/orders/${token}`);
      expect(await provider.charged(id)).toEqual([total]);
    });

    test("a card that is declined is followed by another", async ({ page, request, provider }) => {
      await order(page, request, runs);
      await type(page, DECLINED);
      const { id, total } = await shown(page, request);
      await expect(page.getByRole("alert")).toHaveText(words["order.declined"]);
      expect(await provider.charged(id)).toEqual([]);
      await page.getByRole("link", { name: filled("order.pay-now", { amount: dollars(total) }) }).click();
      await type(page, GOOD);
      await expect(page.locator(".state")).toHaveText(words["state.placed"]);
      expect(await provider.charged(id)).toEqual([total]);
    });

    test("a bank that wants to see its customer does", async ({ page, request, provider }) => {
      await order(page, request, runs);
      await type(page, WANTS_TO_SEE_YOU);
      await page.getByRole("button", { name: "It is me" }).click();
      const { id, total } = await shown(page, request);
      await expect(page.locator(".state")).toHaveText(words["state.placed"]);
      expect(await provider.charged(id)).toEqual([total]);
    });

    test("with the provider away one pays at the door", async ({ page, request, provider }) => {
      await order(page, request, runs);
      provider.line = "cut";
      await type(page, GOOD);
      await expect(page.getByRole("alert")).toHaveText(words["order.provider-away"], { timeout: 15_000 });
      const { id, total } = await shown(page, request);
      await ready(page);
      await page.getByRole("button", { name: words["order.pay-at-door"] }).click();
      await expect(page.locator(".state")).toHaveText(words["state.placed"]);
      await expect(page.locator(".payment")).toContainText(filled("order.pays-at-door", { amount: dollars(total) }));
      expect(await provider.charged(id)).toEqual([]);
    });

    test("an answer that is lost charges once", async ({ page, request, provider, servery, complaints }) => {
      const events = "/api/v1/orders/{token}/events";
      complaints.expectNoAnswer(DOWN, events);
      await order(page, request, runs);
      provider.line = "lost";
      await type(page, GOOD);
      await expect(page.getByRole("alert")).toHaveText(words["order.provider-away"], { timeout: 15_000 });
      const { token, id, total } = await shown(page, request);
      provider.line = "good";
      // The page that shows the order stays open meanwhile, asks for its events in vain, and has them again in the end.
      await ready(page);
      await servery.stop();
      const heard = mode === "hydrated" && page.waitForResponse((answer) => answer.url().endsWith(events.replace("{token}", token)) && answer.ok());
      await servery.start();
      await heard;
      await page.goto(`/orders/${token}/pay`);
      await type(page, GOOD);
      await expect(page.locator(".state")).toHaveText(words["state.placed"]);
      expect(await provider.charged(id)).toEqual([total]);
    });

    test("staff give back a part, with a reason that the diner reads", async ({ page, board, request, provider, servery }) => {
      await order(page, request, runs);
      await type(page, GOOD);
      const { token, id } = await shown(page, request);
      await inMode(board.context(), servery.url, mode);
      await toTheBoard(board, servery);
      if (mode === "hydrated") await alive(board);
      const own = await ticket(board, request, token);
      await own.getByText(words["board.more"]).click();
      await own.getByRole("spinbutton").fill("2.50");
      await own.getByLabel(words["board.refund-reason"]).fill("No egg in it");
      await own.getByRole("button", { name: words["board.refund"] }).click();
      await expect(own).toContainText(filled("board.given-back", { amount: "$2.50" }));
      const says = `${filled("order.refunded", { amount: "$2.50" })} · \u2068No egg in it\u2069`;
      const asks = async () => {
        if (mode === "thin") await page.reload();
        return page.locator(".payment").textContent();
      };
      await expect.poll(asks).toContain(says);
      expect(await provider.refunded(id)).toEqual([250]);
    });
  });
}
