// From the diner to the kitchen and back: two people, two browsers, one order.

import { AxeBuilder } from "@axe-core/playwright";
import { alive, expect, texts, LANGS, type Lang } from "../servery";
import { add, DINER, dish, fillIn, filled, placed, toCheckout } from "../ordering";
import { BOARD, counter, inMode, ticket, toTheBoard, unfold } from "../staff";
import type { APIRequestContext, Page } from "@playwright/test";

const words = texts.en;

/** Places an order and stays on its page. */
async function order(page: Page, request: APIRequestContext, mode: "thin" | "hydrated") {
  const runs = mode === "thin" ? "none" : mode;
  await add(page, request, "Cobb Salad", runs);
  await toCheckout(page, runs);
  await fillIn(page);
  const token = await placed(page);
  if (mode === "hydrated") await alive(page);
  return token;
}

for (const mode of ["thin", "hydrated"] as const) {
  counter.describe(`the counter, ${mode}`, () => {
    counter.beforeEach(async ({ context, board, servery }) => {
      await inMode(context, servery.url, mode);
      await inMode(board.context(), servery.url, mode);
      await toTheBoard(board, servery);
      if (mode === "hydrated") await alive(board);
    });

    /** What the diner sees: by itself where a program runs, and else when the page asks again. */
    const sees = async (page: Page, state: string) => {
      if (mode === "thin") await page.reload();
      await expect(page.locator(".state")).toHaveText(words[state]);
    };

    counter("an order goes over it, and its diner sees each step", async ({ page, board, request }) => {
      counter.setTimeout(40_000);
      const token = await order(page, request, mode);
      await sees(page, "state.placed");
      await page.evaluate(() => ((window as unknown as { stays: boolean }).stays = true));
      if (mode === "thin") await board.reload();
      const own = await ticket(board, request, token);
      await expect(own).toContainText("Cobb Salad");
      await expect(own).toContainText(filled("board.allergies", { text: "peanuts" }));
      await own.getByLabel(words["board.ready-in"]).selectOption("45");
      await own.getByRole("button", { name: words["board.accept"] }).click();
      await sees(page, "state.accepted");
      const { order: accepted } = await (await request.get(`/api/v1/orders/${token}`)).json();
      await expect(page.locator(".promise")).toContainText(accepted.progress.ready_at.slice(11));
      for (const [button, state] of [["board.preparing", "state.preparing"], ["board.ready", "state.ready"], ["board.collected", "state.collected"]]) {
        await own.getByRole("button", { name: words[button] }).click();
        await sees(page, state);
      }
      await expect(own).toHaveCount(0);
      expect(await page.evaluate(() => (window as unknown as { stays?: boolean }).stays ?? false), "without a reload").toBe(mode === "hydrated");
    });

    counter("one that is rejected says why", async ({ page, board, request }) => {
      const token = await order(page, request, mode);
      if (mode === "thin") await board.reload();
      const own = await ticket(board, request, token);
      await own.getByText(words["board.more"]).click();
      await own.getByLabel(words["board.reason"]).selectOption(words["board.reason-busy"]);
      await own.getByRole("button", { name: words["board.reject"] }).click();
      await sees(page, "state.rejected");
      await expect(page.locator(".progress")).toContainText(words["board.reason-busy"]);
      await expect(own).toHaveCount(0);
    });

    counter("a dish that has run out is shown so, and is ordered by nobody", async ({ page, board, request }) => {
      const { id } = await dish(request, "Tuna Melt");
      await page.goto(`/restaurants/${DINER}/dishes/${id}`);
      await expect(page.getByRole("button", { name: words["dish.add"] })).toBeEnabled();
      const row = board.locator("#stock li").filter({ hasText: "Tuna Melt" });
      await board.locator("#stock > summary").click();
      await row.getByRole("button", { name: words["board.sold-out"] }).click();
      await expect.poll(async () => (await (await request.get(`/api/v1/restaurants/${DINER}`)).json()).sold_out).toEqual([id]);
      await page.goto(`/restaurants/${DINER}`);
      await expect(page.locator(".dishes li").filter({ hasText: "Tuna Melt" })).toContainText(words["dish.sold-out"]);
      await page.goto(`/restaurants/${DINER}/dishes/${id}`);
      await expect(page.getByRole("button", { name: words["dish.sold-out"] })).toBeDisabled();
      await row.getByRole("button", { name: words["board.available"] }).click();
      await expect.poll(async () => (await (await request.get(`/api/v1/restaurants/${DINER}`)).json()).sold_out ?? []).toEqual([]);
    });

    for (const lang of ["en", "ar"] as Lang[]) {
      counter(`has nothing that axe finds, in ${lang}`, async ({ page, board, request }) => {
        counter.slow();
        await order(page, request, mode);
        await board.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
        await board.goto(`${BOARD}?lang=${lang}`);
        if (mode === "hydrated") await alive(board, lang);
        await unfold(board);
        // A plain board asks again by itself, because that is what it is for.
        const axe = () => new AxeBuilder({ page: board }).disableRules(["meta-refresh"]);
        expect((await axe().analyze()).violations).toEqual([]);
        await board.emulateMedia({ colorScheme: "dark" });
        expect((await axe().withRules(["color-contrast"]).analyze()).violations).toEqual([]);
      });
    }
  });
}

counter.describe("a line that breaks off", () => {
  counter("is said to be down, and what happened meanwhile is shown when it is back", async ({ page, board, request, servery, context, complaints }) => {
    counter.setTimeout(60_000);
    complaints.expect(/\/board\/events|api\/v1|ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_NETWORK/);
    await inMode(context, servery.url, "thin");
    await inMode(board.context(), servery.url, "hydrated");
    await toTheBoard(board, servery);
    await alive(board);
    const first = await order(page, request, "thin");
    const own = await ticket(board, request, first);
    await expect(own).toBeVisible();
    await board.evaluate(() => ((window as unknown as { stays: boolean }).stays = true));
    await expect(board.getByText(words["board.live"])).toBeVisible();
    await servery.stop();
    try {
      await expect(board.getByText(words["board.lost"])).toBeVisible();
      await expect(board.getByText(words["board.live"])).toHaveCount(0);
    } finally {
      await servery.start();
    }
    await expect(board.getByText(words["board.live"])).toBeVisible({ timeout: 20_000 });
    const second = await order(page, request, "thin");
    await expect(await ticket(board, request, second)).toBeVisible();
    expect(await board.evaluate(() => (window as unknown as { stays?: boolean }).stays ?? false), "without a reload").toBe(true);
  });

  counter("is asked for again after an answer that is no stream, and what was closed meanwhile is gone", async ({ page, board, request, servery, context, complaints }) => {
    counter.setTimeout(60_000);
    complaints.expect(/\/board\/events|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_REFUSED|ERR_NETWORK|502/);
    await inMode(context, servery.url, "thin");
    await inMode(board.context(), servery.url, "hydrated");
    await toTheBoard(board, servery);
    await alive(board);
    const token = await order(page, request, "thin");
    const own = await ticket(board, request, token);
    await expect(own).toBeVisible();
    await board.route("**/board/events", (route) => route.fulfill({ status: 502, body: "a deploy" }));
    await servery.stop();
    await servery.start();
    await expect(board.getByText(words["board.lost"])).toBeVisible({ timeout: 15_000 });
    await request.post(`/api/v1/orders/${token}/cancel`, { data: {} });
    await expect(own).toBeVisible();
    await board.unroute("**/board/events");
    await expect(own).toHaveCount(0, { timeout: 15_000 });
    await expect(board.getByText(words["board.live"])).toBeVisible();
  });
});

counter.describe("on a phone", () => {
  for (const lang of LANGS) {
    counter(`the board fits and is used with a thumb, in ${lang}`, async ({ page, board, request, servery, context }) => {
      await inMode(context, servery.url, "thin");
      await inMode(board.context(), servery.url, "thin");
      await order(page, request, "thin");
      await toTheBoard(board, servery);
      await board.setViewportSize({ width: 360, height: 740 });
      await board.goto(`${BOARD}?lang=${lang}`);
      await unfold(board);
      expect(await board.evaluate(() => document.documentElement.scrollWidth), "nothing is wider than the screen").toBe(360);
      const small = await board.locator(".board").locator("a[href], button, input:not([type=hidden]), select, summary").evaluateAll((all) =>
        all.map((target) => ({ target: target.outerHTML.slice(0, 120), box: target.getBoundingClientRect() })).filter(({ box }) => box.width < 43.9 || box.height < 43.9),
      );
      expect(small).toEqual([]);
    });
  }
});
