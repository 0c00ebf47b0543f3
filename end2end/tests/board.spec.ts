// The board and a diner's order page in two browsers: what staff do is shown to the diner.

import { COLOURS, expectAccessible } from "../axe";
import { appReady, expect, pattern, texts, LANGS, type Lang } from "../servery";
import { addToBasket, DINER, findDish, fillContact, formatText, placeOrder, goToCheckout } from "../ordering";
import { BOARD, boardTest, setRenderMode, orderTicket, signInToBoard, openDetails } from "../board";
import type { APIRequestContext, Page } from "@playwright/test";

const words = texts.en;

/** Places an order and stays on its page. */
async function order(page: Page, request: APIRequestContext, mode: "thin" | "hydrated") {
  const runs = mode === "thin" ? "none" : mode;
  await addToBasket(page, request, "Cobb Salad", runs);
  await goToCheckout(page, runs);
  await fillContact(page);
  const token = await placeOrder(page);
  if (mode === "hydrated") await appReady(page);
  return token;
}

for (const mode of ["thin", "hydrated"] as const) {
  boardTest.describe(`board, ${mode}`, () => {
    boardTest.beforeEach(async ({ context, board, servery }) => {
      await setRenderMode(context, servery.url, mode);
      await setRenderMode(board.context(), servery.url, mode);
      await signInToBoard(board, servery);
      if (mode === "hydrated") await appReady(board);
    });

    /** The state on the diner's page. A hydrated page updates itself, a thin one is reloaded. */
    const expectState = async (page: Page, state: string) => {
      if (mode === "thin") await page.reload();
      await expect(page.locator(".state")).toHaveText(words[state]);
    };

    boardTest("staff take an order through all its states, and the order page shows each", async ({ page, board, request }) => {
      boardTest.setTimeout(40_000);
      const token = await order(page, request, mode);
      await expectState(page, "state.placed");
      await page.evaluate(() => ((window as unknown as { stays: boolean }).stays = true));
      if (mode === "thin") await board.reload();
      const own = await orderTicket(board, request, token);
      await expect(own).toContainText("Cobb Salad");
      await expect(own).toContainText(formatText("board.allergies", { text: "peanuts" }));
      await own.getByLabel(words["board.ready-in"]).selectOption("45");
      await own.getByRole("button", { name: words["board.accept"] }).click();
      await expectState(page, "state.accepted");
      const { order: accepted } = await (await request.get(`/api/v1/orders/${token}`)).json();
      await expect(page.locator(".promise")).toContainText(accepted.progress.ready_at.slice(11));
      for (const [button, state] of [["board.preparing", "state.preparing"], ["board.ready", "state.ready"], ["board.collected", "state.collected"]]) {
        await own.getByRole("button", { name: words[button] }).click();
        await expectState(page, state);
      }
      await expect(own).toHaveCount(0);
      expect(await page.evaluate(() => (window as unknown as { stays?: boolean }).stays ?? false), "without a reload").toBe(mode === "hydrated");
    });

    boardTest("a rejected order shows the reason to the diner", async ({ page, board, request }) => {
      const token = await order(page, request, mode);
      if (mode === "thin") await board.reload();
      const own = await orderTicket(board, request, token);
      await own.getByText(words["board.more"]).click();
      await own.getByLabel(words["board.reason"]).selectOption(words["board.reason-busy"]);
      await own.getByRole("button", { name: words["board.reject"] }).click();
      await expectState(page, "state.rejected");
      await expect(page.locator(".progress")).toContainText(words["board.reason-busy"]);
      await expect(own).toHaveCount(0);
    });

    boardTest("an order is moved to another day, and the diner is told", async ({ page, board, request }) => {
      const token = await order(page, request, mode);
      if (mode === "thin") await board.reload();
      const own = await orderTicket(board, request, token);
      await own.getByText(words["board.more"]).click();
      const tomorrow = new Date(Date.now() + 24 * 3_600_000).toISOString().slice(0, 10);
      await own.getByLabel(words["board.reschedule-to"]).fill(`${tomorrow}T18:30`);
      await own.getByRole("button", { name: words["board.reschedule"] }).click();
      await expect(own.locator(".due")).toContainText("18:30");
      await own.getByRole("button", { name: words["board.accept"] }).click();
      await expectState(page, "state.accepted");
      await expect(page.locator(".promise")).toContainText("18:30");
      const { order: moved } = await (await request.get(`/api/v1/orders/${token}`)).json();
      expect(moved.progress).toMatchObject({ ready_at: `${tomorrow}T18:30`, rescheduled_to: `${tomorrow}T18:30` });
    });

    boardTest("an order is printed as its receipt", async ({ page, board, request }) => {
      const token = await order(page, request, mode);
      await board.context().addInitScript(() => (window.print = () => (document.documentElement.dataset.printed = "yes")));
      await board.reload();
      const ticket = await orderTicket(board, request, token);
      await expect(ticket).toContainText("Cobb Salad");
      const print = ticket.getByRole("button", { name: words["board.print"] });
      // Browsers print by themselves where no script runs.
      if (mode === "thin") return expect(print).toHaveCount(0);
      const [paper] = await Promise.all([board.waitForEvent("popup"), print.click()]);
      await expect(paper.getByRole("heading", { level: 1 })).toBeVisible();
      await expect(paper.locator("html")).toHaveAttribute("data-printed", "yes");
    });

    boardTest("a dish marked as sold out cannot be ordered until it is available again", async ({ page, board, request }) => {
      const { id } = await findDish(request, "Tuna Melt");
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

    boardTest("orders are paused until further notice and taken again, and a busy kitchen is said", async ({ page, board }) => {
      const intake = board.locator(".intake");
      const press = (name: string) => intake.getByRole("button", { name, exact: true }).click();
      const opening = async () => {
        await page.goto(`/restaurants/${DINER}`);
        return (await page.locator(".opening summary").textContent())!;
      };
      await press(words["intake.close"]);
      await expect(intake).toContainText(words["intake.closed"]);
      expect(await opening()).toBe(words["opening.never"]);
      await press(words["intake.resume"]);
      expect(await opening()).toBe(words["opening.always"]);
      await press("20 minutes");
      await expect(intake).toContainText(pattern(words["intake.paused-until"]));
      expect(await opening()).toMatch(/^Opens/);
      await press(words["intake.resume"]);
      await press("+15 minutes");
      await expect(intake).toContainText(pattern(words["intake.busy-until"]));
      await press(words["intake.as-usual"]);
      await expect(intake.getByRole("button", { name: "+15 minutes", exact: true })).toBeVisible();
      if (mode === "thin") return;
      // Somebody else does it: the board learns of it without a reload.
      const pause = async (pause: object | null) => {
        const answer = await board.request.put(`/api/v1/restaurants/${DINER}/intake`, { data: { pause } });
        expect(answer.status()).toBe(204);
      };
      await pause({});
      await expect(intake).toContainText(words["intake.closed"]);
      await pause(null);
      await expect(intake).not.toContainText(words["intake.closed"]);
    });

    for (const lang of ["en", "ar"] as Lang[]) {
      boardTest(`axe finds no violations, in ${lang}`, async ({ page, board, request }) => {
        boardTest.slow();
        await order(page, request, mode);
        await board.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
        await board.goto(`${BOARD}?lang=${lang}`);
        if (mode === "hydrated") await appReady(board, lang);
        await openDetails(board);
        // A thin board reloads itself on purpose.
        await expectAccessible(board, { without: ["meta-refresh"] });
        await board.emulateMedia({ colorScheme: "dark" });
        await expectAccessible(board, { rules: COLOURS });
      });
    }
  });
}

boardTest.describe("reconnecting", () => {
  boardTest("a lost connection is shown, and orders placed meanwhile appear after reconnecting", async ({ page, board, request, servery, context, complaints }) => {
    boardTest.setTimeout(60_000);
    complaints.expect(/\/board\/events|api\/v1|ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_NETWORK/);
    await setRenderMode(context, servery.url, "thin");
    await setRenderMode(board.context(), servery.url, "hydrated");
    await signInToBoard(board, servery);
    await appReady(board);
    const first = await order(page, request, "thin");
    const own = await orderTicket(board, request, first);
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
    await expect(await orderTicket(board, request, second)).toBeVisible();
    expect(await board.evaluate(() => (window as unknown as { stays?: boolean }).stays ?? false), "without a reload").toBe(true);
  });

  boardTest("the board reconnects after a 502, and an order cancelled meanwhile disappears", async ({ page, board, request, servery, context, complaints }) => {
    boardTest.setTimeout(60_000);
    complaints.expect(/\/board\/events|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_REFUSED|ERR_NETWORK|502/);
    await setRenderMode(context, servery.url, "thin");
    await setRenderMode(board.context(), servery.url, "hydrated");
    await signInToBoard(board, servery);
    await appReady(board);
    const token = await order(page, request, "thin");
    const own = await orderTicket(board, request, token);
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

boardTest.describe("on a narrow screen", () => {
  for (const lang of LANGS) {
    boardTest(`the board fits and its touch targets are large enough, in ${lang}`, async ({ page, board, request, servery, context }) => {
      await setRenderMode(context, servery.url, "thin");
      await setRenderMode(board.context(), servery.url, "thin");
      await order(page, request, "thin");
      await signInToBoard(board, servery);
      await board.setViewportSize({ width: 360, height: 740 });
      await board.goto(`${BOARD}?lang=${lang}`);
      await openDetails(board);
      expect(await board.evaluate(() => document.documentElement.scrollWidth), "nothing is wider than the screen").toBe(360);
      const small = await board.locator(".board").locator("a[href], button, input:not([type=hidden]), select, summary").evaluateAll((all) =>
        all.map((target) => ({ target: target.outerHTML.slice(0, 120), box: target.getBoundingClientRect() })).filter(({ box }) => box.width < 43.9 || box.height < 43.9),
      );
      expect(small).toEqual([]);
    });
  }
});
