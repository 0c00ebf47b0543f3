// Every page in every mode that it allows has the same content.

import { appReady, expect, test, texts, type Mode } from "../servery";
import { dishes, getMenu, getRestaurant, getRestaurants } from "../restaurants";
import type { APIRequestContext, Page } from "@playwright/test";

interface Row {
  path: string;
  modes: Mode[];
  heading(request: APIRequestContext): Promise<string>;
  title(heading: string): string;
  shows(page: Page, request: APIRequestContext): Promise<void>;
}

function menuOf(slug: string, least: number): Row {
  return {
    path: `/restaurants/${slug}`,
    modes: ["thin", "hydrated", "thick"],
    heading: async (request) => (await getRestaurant(request, slug)).restaurant.name,
    title: (heading) => `${heading} · Servery`,
    async shows(page, request) {
      const names = dishes(await getMenu(request, slug)).map((dish) => dish.name);
      expect(names.length).toBeGreaterThanOrEqual(least);
      await expect(page.locator(".dishes h3")).toHaveText(names);
      await expect(page.locator(".dishes .price")).toHaveCount(names.length);
    },
  };
}

const ROWS: Row[] = [
  {
    path: "/",
    modes: ["thin", "hydrated", "thick"],
    heading: async () => texts.en["home.title"],
    title: () => texts.en["home.document-title"],
    async shows(page, request) {
      const town = await getRestaurants(request);
      expect(town.length).toBeGreaterThan(1);
      const shown = await page.locator(".town h2").allTextContents();
      expect(shown.toSorted()).toEqual(town.map((listing) => listing.restaurant.name).toSorted());
      await expect(page.locator(".count")).toHaveText(`${town.length} restaurants`);
    },
  },
  menuOf("trattoria-da-lucia", 20),
  menuOf("jade-lantern", 500),
  {
    path: "/about",
    modes: ["thin", "hydrated"],
    heading: async () => texts.en["about.title"],
    title: (heading) => `${heading} · Servery`,
    async shows(page, request) {
      const about = await (await request.get("/api/v1/about")).json();
      expect(about.components.length).toBeGreaterThan(1);
      await expect(page.locator("tbody tr")).toHaveCount(about.components.length);
      await expect(page.locator("article")).toContainText(about.version);
    },
  },
];

for (const { path, modes, heading, title, shows } of ROWS) {
  for (const mode of modes) {
    test(`${path} is ${mode} when the visitor selects it`, async ({ page, request }) => {
      const answer = await page.goto(`${path}?render=${mode}`);
      expect(answer?.status()).toBe(200);
      expect(answer?.headers()["servery-render"]).toBe(`${mode}; reason=visitor`);
      if (mode !== "thin") await appReady(page);
      const name = await heading(request);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
      await expect(page).toHaveTitle(title(name));
      await expect(page.locator("html")).toHaveAttribute("data-mode", mode);
      await shows(page, request);
      await expect(page.locator(".made [aria-pressed=true]")).toHaveAttribute("value", mode);
    });
  }

  test(`${path} is never in a mode that it does not allow`, async ({ request }) => {
    for (const mode of ["thin", "hydrated", "thick"] as const) {
      const answer = await request.get(`${path}?render=${mode}`, { headers: { accept: "text/html" } });
      const reason = modes.includes(mode) ? "visitor" : "default";
      expect(answer.headers()["servery-render"]).toMatch(new RegExp(`^(${modes.join("|")}); reason=${reason}$`));
    }
  });

  test(`${path} as thin has no scripts, and its policy forbids them`, async ({ request }) => {
    const answer = await request.get(`${path}?render=thin`, { headers: { accept: "text/html" } });
    // Structured data for search engines is not executed.
    const html = (await answer.text()).replace('<script type="application/ld+json">', "");
    expect(html).not.toMatch(/<script|javascript:|\son\w+=/i);
    expect(answer.headers()["content-security-policy"]).toContain("script-src 'none'");
  });

  for (const mode of modes.filter((mode) => mode !== "thin")) {
    test(`${path} as ${mode} allows only scripts of this server, and is identical for everybody`, async ({ request }) => {
      const bodies = [];
      for (let visit = 0; visit < 2; visit++) {
        const answer = await request.get(`${path}?render=${mode}`, { headers: { accept: "text/html" } });
        const policy = answer.headers()["content-security-policy"];
        expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
        expect(policy).not.toContain("unsafe-inline");
        const body = await answer.text();
        const scripts = body.match(/<script\b[^>]*>/g) ?? [];
        const running = scripts.filter((script) => !/type="application\/(ld\+)?json"/.test(script));
        expect(running).toHaveLength(1);
        expect(running[0]).toMatch(/src="\/assets\/boot\.\w+\.js"/);
        bodies.push(body);
      }
      expect(bodies[0]).toBe(bodies[1]);
    });
  }
}
