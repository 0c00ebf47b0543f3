// The page of a dish and its options: a form that works without JavaScript.

import { appReady, serviceWorkerReady, expect, test, texts, type Mode } from "../servery";
import { dishes, dishWithOptions, getMenu, type OptionGroup } from "../restaurants";
import type { APIRequestContext, Page } from "@playwright/test";

const SLUG = "trattoria-da-lucia";

const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const total = (page: Page) => page.locator(".total .price");
const exclusive = (group: OptionGroup) => group.min === 1 && group.max === 1;
const euros = (minor: number) => `€${(minor / 100).toFixed(2)}`;

for (const mode of ["thin", "hydrated", "thick"] as Mode[]) {
  test(`all options of a dish are shown, ${mode}`, async ({ page, request }) => {
    const { dish, groups, path } = await dishWithOptions(request, SLUG);
    const answer = await page.goto(`${path}?render=${mode}`);
    expect(answer?.headers()["servery-render"]).toBe(`${mode}; reason=visitor`);
    if (mode !== "thin") await appReady(page);
    await expect(heading(page)).toHaveText(dish.name);
    await expect(page).toHaveTitle(`${dish.name} · Servery`);
    await expect(page.locator(".dish > header .price")).toHaveText(euros(dish.price));
    for (const group of groups) {
      const field = page.getByRole("group", { name: group.name });
      await expect(field.getByRole(exclusive(group) ? "radio" : "checkbox")).toHaveCount(group.choices.length);
      for (const choice of group.choices) {
        const label = field.locator("label", { has: page.getByText(choice.name, { exact: true }) });
        if (choice.price > 0) await expect(label.locator(".price")).toHaveText(`+${euros(choice.price)}`);
        await expect(label.locator("input")).toBeChecked({ checked: choice.preselected ?? false });
      }
    }
    await page.locator(".back a").click();
    await expect(heading(page)).toHaveText("Trattoria da Lucia");
  });

  test(`the selected options are submitted, ${mode}`, async ({ page, request, complaints }) => {
    // The basket's answer is not part of this test.
    if (mode === "thin") {
      complaints.expect(/status of 204/);
      await page.route("**/basket", (route) => route.fulfill({ status: 204 }));
    }
    const { dish, groups, path } = await dishWithOptions(request, SLUG);
    await page.goto(`${path}?render=${mode}`);
    if (mode !== "thin") await appReady(page);
    const one = groups.find(exclusive)!;
    const several = groups.find((group) => !exclusive(group))!;
    const chosen = [one.choices.at(-1)!, ...several.choices.slice(0, 2)];
    for (const choice of chosen) await page.getByLabel(choice.name).check();
    await page.getByLabel(texts.en["dish.note"]).fill("no onions");
    await page.getByLabel(texts.en["dish.count"]).fill("3");
    const others = groups.filter((group) => group !== one && exclusive(group)).flatMap((group) => group.choices.filter((choice) => choice.preselected));
    const wanted = [...chosen, ...others].map((choice) => choice.id).toSorted();
    const sent = page.waitForRequest((request) => request.method() === (mode === "thin" ? "POST" : "PUT"));
    await page.getByRole("button", { name: texts.en["dish.add"] }).click();
    const post = await sent;
    if (mode !== "thin") {
      const [line] = post.postDataJSON().basket.lines;
      expect([line.dish, line.count, line.note]).toEqual([dish.id, 3, "no onions"]);
      expect(line.picks.map((pick: { choice: string }) => pick.choice).toSorted()).toEqual(wanted);
      await expect(page).toHaveURL(/\/basket$/);
      return;
    }
    expect([post.method(), new URL(post.url()).pathname]).toEqual(["POST", `/restaurants/${SLUG}/basket`]);
    const fields = [...new URLSearchParams(post.postData()!)];
    const picks = fields.filter(([name]) => name.startsWith("pick")).map(([, value]) => value);
    expect(picks.toSorted()).toEqual(wanted);
    expect(Object.fromEntries(fields.filter(([name]) => !name.startsWith("pick")))).toEqual({ dish: dish.id, count: "3", note: "no onions" });
  });
}

test("the total follows the selection", async ({ page, request }) => {
  const { dish, groups, path } = await dishWithOptions(request, SLUG);
  const preselected = groups.flatMap((group) => group.choices).filter((choice) => choice.preselected);
  const start = dish.price + preselected.reduce((sum, choice) => sum + choice.price, 0);
  await page.goto(`${path}?render=hydrated`);
  await expect(total(page)).toHaveText(euros(start));
  const extra = groups.find((group) => !exclusive(group))!.choices[0];
  await page.getByLabel(extra.name).check();
  await expect(total(page)).toHaveText(euros(start + extra.price));
  await page.getByRole("button", { name: texts.en["dish.more"] }).click();
  await expect(page.getByLabel(texts.en["dish.count"])).toHaveValue("2");
  await expect(total(page)).toHaveText(euros(2 * (start + extra.price)));
  await page.getByLabel(extra.name).uncheck();
  for (const value of ["1", "1"]) {
    await page.getByRole("button", { name: texts.en["dish.fewer"] }).click();
    await expect(page.getByLabel(texts.en["dish.count"])).toHaveValue(value);
  }
  await expect(total(page)).toHaveText(euros(start));
  await page.getByLabel(texts.en["dish.count"]).fill("100");
  await expect(total(page), "no total for an invalid count").toBeEmpty();
});

test("no more than the maximum of a group can be checked", async ({ page, request }) => {
  const { groups, path } = await dishWithOptions(request, SLUG);
  const group = groups.find(({ min, max, choices }) => min === 0 && max < choices.length)!;
  await page.goto(`${path}?render=hydrated`);
  await appReady(page);
  const boxes = page.getByRole("group", { name: group.name }).getByRole("checkbox");
  for (let box = 0; box < group.max; box++) await boxes.nth(box).check();
  await expect(boxes.nth(group.max)).toBeDisabled();
  await boxes.first().uncheck();
  await expect(boxes.nth(group.max)).toBeEnabled();
});

/** A dish of which a choice that costs more opens a group, and is not chosen at first. */
async function dishWithNestedOptions(request: APIRequestContext) {
  const served = await getMenu(request, "lighthouse-diner");
  const group = (id: string) => served.option_groups.find((group) => group.id === id)!;
  for (const dish of dishes(served)) {
    for (const choice of (dish.option_groups ?? []).flatMap((id) => group(id).choices)) {
      if (choice.option_groups && choice.price > 0 && !choice.preselected) {
        return { path: `/restaurants/lighthouse-diner/dishes/${dish.id}`, dish, choice, opened: group(choice.option_groups[0]) };
      }
    }
  }
  throw new Error("no dish has a choice that opens others");
}

for (const mode of ["thin", "hydrated"] as Mode[]) {
  test(`a choice shows its nested option group, ${mode}`, async ({ page, request, complaints }) => {
    if (mode === "thin") {
      complaints.expect(/status of 204/);
      await page.route("**/basket", (route) => route.fulfill({ status: 204 }));
    }
    const { path, choice, opened } = await dishWithNestedOptions(request);
    await page.goto(`${path}?render=${mode}`);
    if (mode !== "thin") await appReady(page);
    const group = page.getByRole("group", { name: `${choice.name} · ${opened.name}` });
    await expect(group).toBeHidden();
    await page.getByLabel(choice.name).check();
    await expect(group).toBeVisible();
    const chosen = opened.choices.at(-1)!;
    await group.getByLabel(chosen.name).check();
    const sent = page.waitForRequest((request) => request.method() === (mode === "thin" ? "POST" : "PUT"));
    await page.getByRole("button", { name: texts.en["dish.add"] }).click();
    const post = await sent;
    if (mode === "thin") {
      const fields = [...new URLSearchParams(post.postData()!)];
      expect(fields).toContainEqual([`pick-${choice.id}.${opened.id}`, chosen.id]);
    } else {
      const [{ picks }] = post.postDataJSON().basket.lines;
      expect(picks).toContainEqual({ choice: choice.id, picks: expect.arrayContaining([{ choice: chosen.id }]) });
      await expect(page).toHaveURL(/\/basket$/);
    }
  });
}

test("a deselected choice and its nested options cost nothing", async ({ page, request }) => {
  const { path, choice, opened } = await dishWithNestedOptions(request);
  await page.goto(`${path}?render=hydrated`);
  // Only the browser's program knows the total.
  await expect(total(page)).not.toBeEmpty();
  const before = await total(page).textContent();
  const others = page.locator("fieldset").filter({ has: page.getByLabel(choice.name) }).locator("input:checked");
  const first = await others.first().getAttribute("value");
  await page.getByLabel(choice.name).check();
  const dearest = opened.choices.toSorted((a, b) => b.price - a.price)[0];
  await page.getByRole("group", { name: opened.name }).getByLabel(dearest.name).check();
  await expect(total(page)).not.toHaveText(before!);
  await page.locator(`input[value="${first}"]`).check();
  await expect(total(page)).toHaveText(before!);
});

test("a thin page has no total and no buttons that need JavaScript", async ({ page, request }) => {
  const { path } = await dishWithOptions(request, SLUG);
  await page.goto(`${path}?render=thin`);
  await expect(page.locator(".total")).toHaveCount(0);
  await expect(page.locator(".dish").getByRole("button")).toHaveText([texts.en["dish.add"]]);
});

test("a dish opened from a thick menu is a new document, and Back returns to the menu", async ({ page, request }) => {
  const { dish } = await dishWithOptions(request, SLUG);
  const program = () => page.locator("link[rel=modulepreload]").getAttribute("href");
  await page.goto(`/restaurants/${SLUG}?render=thick`);
  await appReady(page);
  expect(await program()).toMatch(/^\/assets\/browse\./);
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  await page.getByRole("link", { name: dish.name, exact: true }).first().click();
  await expect(heading(page)).toHaveText(dish.name);
  expect(await program()).toMatch(/^\/assets\/ordering\./);
  expect(await page.evaluate(() => "sameDocument" in window)).toBe(false);
  await expect(page.locator("html")).toHaveAttribute("data-mode", "thick");
  await page.goBack();
  await expect(heading(page)).toHaveText("Trattoria da Lucia");
});

for (const mode of ["hydrated", "thick"] as Mode[]) {
  test(`dishes of a visited menu open without a server, ${mode}`, async ({ page, servery, request, complaints }) => {
    complaints.expect(/net::ERR_CONNECTION_REFUSED/, /net::ERR_FAILED \(.*\/pictures\//, /^request: .*\/pictures\/.* net::ERR_FAILED$/);
    const { dish } = await dishWithOptions(request, SLUG);
    await page.goto(`/restaurants/${SLUG}?render=${mode}`);
    await appReady(page);
    await serviceWorkerReady(page);
    const cached = () => page.evaluate(async (address) => !!(await (await caches.open("answers-v1")).match(address)), `/api/v1/restaurants/${SLUG}/menu?lang=en`);
    await expect.poll(cached).toBe(true);
    await servery.stop();
    try {
      await page.getByRole("link", { name: dish.name, exact: true }).first().click();
      await expect(heading(page)).toHaveText(dish.name);
      await expect(page.locator(".offline")).toHaveText(texts.en["offline.notice"]);
      await expect(total(page)).not.toBeEmpty();
      await page.locator(".back a").click();
      await expect(heading(page)).toHaveText("Trattoria da Lucia");
    } finally {
      await servery.start();
    }
  });
}
