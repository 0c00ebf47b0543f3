// An error is a page: it says what happened, and leads on.

import { expect, LANGS, test, texts, type Lang } from "../servery";

const CASES = [
  { what: "an unknown restaurant", path: "/restaurants/no-such-place", status: 404, title: "problem.not-found-title", advice: "problem.not-found" },
  { what: "an unknown address", path: "/no/such/page", status: 404, title: "problem.not-found-title", advice: "problem.not-found" },
  { what: "a restaurant's name that cannot be one", path: "/restaurants/%F0%9F%8D%95", status: 404, title: "problem.not-found-title", advice: "problem.not-found" },
  { what: "a mode that there is not", path: "/?render=fat", status: 400, title: "problem.request-title", advice: "problem.request" },
  { what: "a filter that there is not", path: "/?cuisine=martian", status: 400, title: "problem.request-title", advice: "problem.request" },
];

async function speak(context: import("@playwright/test").BrowserContext, url: string, lang: Lang) {
  await context.addCookies([{ name: "servery_lang", value: lang, url }]);
}

for (const { what, path, status, title, advice } of CASES) {
  for (const lang of LANGS) {
    test(`${what} is explained in ${lang}, and the way back is there`, async ({ page, context, servery, complaints }) => {
      complaints.expect(new RegExp(`status of ${status}`));
      await speak(context, servery.url, lang);
      const answer = await page.goto(path);
      expect(answer?.status()).toBe(status);
      await expect(page.locator("html")).toHaveAttribute("lang", lang);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(texts[lang][title]);
      await expect(page.locator("main")).toContainText(texts[lang][advice]);
      await page.getByRole("main").getByRole("link", { name: texts[lang]["problem.home"] }).click();
      await expect(page).toHaveURL(`${servery.url}/`);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(texts[lang]["home.title"]);
    });
  }
}

for (const mode of ["thin", "hydrated", "thick"]) {
  test(`an unknown restaurant is explained when pages are ${mode}`, async ({ page, complaints }) => {
    complaints.expect(/status of 404/);
    await page.goto(`/restaurants/no-such-place?render=${mode}`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(texts.en["problem.not-found-title"]);
    await expect(page).toHaveTitle(`${texts.en["problem.not-found-title"]} · Servery`);
    await page.getByRole("main").getByRole("link", { name: texts.en["problem.home"] }).click();
    await expect(page.locator(".town li").first()).toBeVisible();
  });
}

test("a malformed address does not blame the server", async ({ page, complaints }) => {
  complaints.expect(/status of 400/);
  await page.goto("/?render=fat");
  await expect(page).toHaveTitle(`${texts.en["problem.request-title"]} · Servery`);
});

test("programs get problems as JSON", async ({ request }) => {
  const answer = await request.get("/api/v1/restaurants/no-such-place");
  expect(answer.status()).toBe(404);
  expect(answer.headers()["content-type"]).toContain("application/problem+json");
  expect(await answer.json()).toMatchObject({ status: 404 });
});
