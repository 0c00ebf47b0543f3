// Pages for everybody: a machine's check of each, in light and dark, in both directions of writing.

import { AxeBuilder } from "@axe-core/playwright";
import { alive, expect, test } from "../servery";
import { ORDERING_PAGES } from "../ordering";
import { SIGNED_PAGES } from "../signed";
import { resolved } from "../town";

const PAGES = [
  { path: "/", modes: ["thin", "hydrated"] },
  { path: "/restaurants/trattoria-da-lucia", modes: ["thin", "hydrated"] },
  { path: "/restaurants/diwaniyat-al-bahar", modes: ["thin", "hydrated"] },
  { path: "/restaurants/jade-lantern", modes: ["thin", "hydrated"] },
  { path: "/restaurants/trattoria-da-lucia/dishes/*", modes: ["thin", "hydrated"] },
  { path: "/restaurants/diwaniyat-al-bahar/dishes/*", modes: ["thin", "hydrated"] },
  { path: "/about", modes: ["thin", "hydrated"] },
  { path: "/?q=nothing+has+this+name", modes: ["thin", "hydrated"] },
  { path: "/no/such/page", modes: ["thin"] },
];

async function violations(axe: AxeBuilder) {
  const { violations, passes } = await axe.analyze();
  expect(passes.length, "axe looked at something").toBeGreaterThan(0);
  return violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.slice(0, 5).map((node) => `${node.target} ${node.failureSummary}`) }));
}

for (const { path, modes } of PAGES) {
  for (const mode of modes) {
    for (const lang of ["en", "ar"] as const) {
      test(`${path}, ${mode}, in ${lang}, has nothing that axe finds`, async ({ page, request, complaints }) => {
        // Five hundred dishes are much to look at.
        if (path.includes("jade-lantern")) test.slow();
        if (modes.length === 1) complaints.expect(/status of 404/);
        await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
        await page.goto(`${await resolved(request, path)}${path.includes("?") ? "&" : "?"}render=${mode}&lang=${lang}`);
        if (mode === "hydrated") await alive(page, lang);
        // What is folded away is part of the page, too.
        await page.locator("details").evaluateAll((all: HTMLDetailsElement[]) => all.forEach((details) => (details.open = true)));
        expect(await violations(new AxeBuilder({ page }))).toEqual([]);
        // Darkness changes colours and nothing else.
        await page.emulateMedia({ colorScheme: "dark" });
        expect(await violations(new AxeBuilder({ page }).withRules(["color-contrast", "link-in-text-block"])), "in the dark").toEqual([]);
      });
    }
  }
}

for (const [name, come] of Object.entries({ ...ORDERING_PAGES, ...SIGNED_PAGES })) {
  for (const mode of ["thin", "hydrated"]) {
    for (const lang of ["en", "ar"] as const) {
      test(`${name}, ${mode}, in ${lang}, has nothing that axe finds`, async ({ page, request, context, servery }) => {
        test.slow();
        await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
        await context.addCookies([{ name: "servery_render", value: "thin", url: servery.url }]);
        const path = await come(page, request);
        await page.goto(`${path}${path.includes("?") ? "&" : "?"}render=${mode}&lang=${lang}`);
        if (mode === "hydrated") await alive(page, lang);
        // A plain order page looks after its order by itself; the link beside keeps it still, which is what axe cannot see.
        const axe = () => new AxeBuilder({ page });
        expect(await violations(axe().disableRules(name === "order" ? ["meta-refresh"] : []))).toEqual([]);
        await page.emulateMedia({ colorScheme: "dark" });
        expect(await violations(axe().withRules(["color-contrast", "link-in-text-block"])), "in the dark").toEqual([]);
      });
    }
  }
}
