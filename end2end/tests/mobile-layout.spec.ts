// Every page at 360 px: no horizontal scrolling, and touch targets of at least 44 px.

import { expect, test, LANGS } from "../servery";
import { ORDERING_PAGES } from "../ordering";
import { ACCOUNT_PAGES } from "../accounts";
import { resolvePath } from "../restaurants";
import type { APIRequestContext, Page } from "@playwright/test";

test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

const PATHS = ["/", "/restaurants/trattoria-da-lucia", "/restaurants/diwaniyat-al-bahar", "/restaurants/jade-lantern", "/restaurants/trattoria-da-lucia/dishes/*", "/restaurants/diwaniyat-al-bahar/dishes/*", "/about", "/?q=nothing+has+this+name", "/no/such/page"];

type Visit = (page: Page, request: APIRequestContext) => Promise<string>;
const VISITS: [string, Visit][] = PATHS.map((path) => [path, (_, request) => resolvePath(request, path)]);

for (const [name, visit] of [...VISITS, ...Object.entries({ ...ORDERING_PAGES, ...ACCOUNT_PAGES })]) {
  for (const lang of LANGS) {
    test(`${name} in ${lang} fits a phone, and its touch targets are large enough`, async ({ page, request, complaints, context, servery }) => {
      complaints.expect(/status of 404/);
      await context.addCookies([{ name: "servery_render", value: "thin", url: servery.url }]);
      const path = await visit(page, request);
      await page.goto(`${path}${path.includes("?") ? "&" : "?"}render=thin&lang=${lang}`);
      await page.locator("details").evaluateAll((all: HTMLDetailsElement[]) => all.forEach((details) => (details.open = true)));
      const wide = await page.evaluate(() => ({ page: document.documentElement.scrollWidth, screen: innerWidth }));
      expect(wide.screen).toBe(360);
      expect(wide.page, "nothing is wider than the screen").toBe(360);

      const { targets, small } = await page.locator("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']").evaluateAll((all) => {
        // WCAG 2.5.8: a link in running text is as high as its line.
        const inText = (target: Element) => getComputedStyle(target).display === "inline" && (target.parentElement?.textContent ?? "").trim() !== (target.textContent ?? "").trim();
        // A label is part of what it names.
        const box = (target: Element) => {
          const boxes = [target, target.closest("label")].filter((element) => element !== null).map((element) => element.getBoundingClientRect());
          return { width: Math.max(...boxes.map((box) => box.width)), height: Math.max(...boxes.map((box) => box.height)) };
        };
        const shown = all.filter((target) => target.checkVisibility() && !inText(target)).map((target) => ({ target: target.outerHTML.slice(0, 120), ...box(target) }));
        // A tenth of a pixel of tolerance for rounding.
        return { targets: shown.length, small: shown.filter(({ width, height }) => width < 43.9 || height < 43.9) };
      });
      expect(targets).toBeGreaterThan(4);
      expect(small).toEqual([]);
    });
  }
}
