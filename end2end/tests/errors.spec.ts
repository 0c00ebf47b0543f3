// Error pages: what they say, and their link back.

import { expect, LANGS, test, texts, type Lang } from "../servery";

const CASES = [
  { what: "an unknown restaurant", path: "/restaurants/no-such-place", status: 404, title: "problem.not-found-title", advice: "problem.not-found" },
  { what: "an unknown path", path: "/no/such/page", status: 404, title: "problem.not-found-title", advice: "problem.not-found" },
  { what: "an invalid restaurant slug", path: "/restaurants/%F0%9F%8D%95", status: 404, title: "problem.not-found-title", advice: "problem.not-found" },
  { what: "an unknown mode", path: "/?render=fat", status: 400, title: "problem.request-title", advice: "problem.request" },
  { what: "an unknown cuisine", path: "/?cuisine=martian", status: 400, title: "problem.request-title", advice: "problem.request" },
];

async function setLanguage(context: import("@playwright/test").BrowserContext, url: string, lang: Lang) {
  await context.addCookies([{ name: "servery_lang", value: lang, url }]);
}

for (const { what, path, status, title, advice } of CASES) {
  for (const lang of LANGS) {
    test(`${what}: an error page in ${lang} with a link to the home page`, async ({ page, context, servery, complaints }) => {
      complaints.expect(new RegExp(`status of ${status}`));
      await setLanguage(context, servery.url, lang);
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
  test(`an unknown restaurant: an error page, ${mode}`, async ({ page, complaints }) => {
    complaints.expect(/status of 404/);
    await page.goto(`/restaurants/no-such-place?render=${mode}`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(texts.en["problem.not-found-title"]);
    await expect(page).toHaveTitle(`${texts.en["problem.not-found-title"]} · Servery`);
    await page.getByRole("main").getByRole("link", { name: texts.en["problem.home"] }).click();
    await expect(page.locator(".town li").first()).toBeVisible();
  });
}

test("an invalid query gives the page for a bad request", async ({ page, complaints }) => {
  complaints.expect(/status of 400/);
  await page.goto("/?render=fat");
  await expect(page).toHaveTitle(`${texts.en["problem.request-title"]} · Servery`);
});

test("API clients get problem details as JSON", async ({ request }) => {
  const answer = await request.get("/api/v1/restaurants/no-such-place");
  expect(answer.status()).toBe(404);
  expect(answer.headers()["content-type"]).toContain("application/problem+json");
  expect(await answer.json()).toMatchObject({ status: 404 });
});
