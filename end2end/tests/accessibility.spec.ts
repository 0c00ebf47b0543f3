// axe checks every page, in light and dark, left to right and right to left.

import { COLOURS, expectAccessible } from "../axe";
import { appReady, expect, test } from "../servery";
import { ORDERING_PAGES } from "../ordering";
import { ACCOUNT_PAGES } from "../accounts";
import { resolvePath } from "../restaurants";

const PAGES = [
  { path: "/", modes: ["thin", "hydrated"] },
  { path: "/restaurants/trattoria-da-lucia", modes: ["thin", "hydrated"] },
  { path: "/restaurants/diwaniyat-al-bahar", modes: ["thin", "hydrated"] },
  { path: "/restaurants/jade-lantern", modes: ["thin", "hydrated"] },
  { path: "/restaurants/trattoria-da-lucia/dishes/*", modes: ["thin", "hydrated"] },
  { path: "/restaurants/diwaniyat-al-bahar/dishes/*", modes: ["thin", "hydrated"] },
  { path: "/restaurants/gasthaus-zur-alten-muehle/legal", modes: ["thin"] },
  { path: "/restaurants/diwaniyat-al-bahar/allergens", modes: ["thin"] },
  { path: "/about", modes: ["thin", "hydrated"] },
  { path: "/?q=nothing+has+this+name", modes: ["thin", "hydrated"] },
  { path: "/no/such/page", modes: ["thin"] },
];

for (const { path, modes } of PAGES) {
  for (const mode of modes) {
    for (const lang of ["en", "ar"] as const) {
      test(`${path}, ${mode}, in ${lang}: axe finds no violations`, async ({ page, request, complaints }) => {
        if (path === "/no/such/page") complaints.expect(/status of 404/);
        await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
        await page.goto(`${await resolvePath(request, path)}${path.includes("?") ? "&" : "?"}render=${mode}&lang=${lang}`);
        if (mode === "hydrated") await appReady(page, lang);
        // The content of closed details is checked, too.
        await page.locator("details").evaluateAll((all: HTMLDetailsElement[]) => all.forEach((details) => (details.open = true)));
        await expectAccessible(page);
        await page.emulateMedia({ colorScheme: "dark" });
        await expectAccessible(page, { rules: COLOURS });
      });
    }
  }
}

for (const [name, visit] of Object.entries({ ...ORDERING_PAGES, ...ACCOUNT_PAGES })) {
  for (const mode of ["thin", "hydrated"]) {
    for (const lang of ["en", "ar"] as const) {
      test(`${name}, ${mode}, in ${lang}: axe finds no violations`, async ({ page, request, context, servery }) => {
        test.slow();
        await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
        await context.addCookies([{ name: "servery_render", value: "thin", url: servery.url }]);
        const path = await visit(page, request);
        await page.goto(`${path}${path.includes("?") ? "&" : "?"}render=${mode}&lang=${lang}`);
        if (mode === "hydrated") await appReady(page, lang);
        // A thin order page reloads itself. Beside it is a link that stops that, which axe does not know.
        await expectAccessible(page, { without: name === "order" ? ["meta-refresh"] : [] });
        await page.emulateMedia({ colorScheme: "dark" });
        await expectAccessible(page, { rules: COLOURS });
      });
    }
  }
}

test("axe notices grey text on white and a field without a name", async ({ page }) => {
  await page.goto("/?q=nothing+has+this+name&render=thin");
  await page.locator("main").evaluate((main) => {
    main.append(Object.assign(document.createElement("p"), { id: "faint", textContent: "Faint" }), document.createElement("input"));
    Object.assign(document.getElementById("faint")!.style, { color: "#ccc", background: "#fff" });
  });
  await expect(expectAccessible(page)).rejects.toThrow(/color-contrast[^]*label/);
  await expect(expectAccessible(page, { rules: COLOURS })).rejects.toThrow(/color-contrast/);
  await expectAccessible(page, { rules: COLOURS, exclude: "#faint" });
});
