// A server with a map of a town, in which every tile is the same, and what one does on a map.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { boardTest } from "./board";
import { pmtiles } from "./pmtiles";
import { expect, Servery } from "./servery";
import type { Locator, Page } from "@playwright/test";

export const ATTRIBUTION = "© Millbrook surveyors";

/** What shows a map, and the map. */
const MAP_FILES = /\/(assets\/map|map\/)/;

/** The driver's notes about drawing without a graphics card. */
export const DRIVER_NOTES = /^console\.warning: \[\.WebGL/;

export const mapTest = boardTest.extend<{ loaded: string[]; calmDriver: void }, { servery: Servery }>({
  servery: [
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), "servery-map-"));
      await writeFile(join(folder, "town.pmtiles"), pmtiles());
      const servery = await Servery.start({ settings: ["--map", join(folder, "town.pmtiles"), "--map-attribution", ATTRIBUTION] });
      await use(servery);
      await servery.remove();
      await rm(folder, { recursive: true });
    },
    { scope: "worker", timeout: 30_000 },
  ],
  /** The addresses of what was loaded for the map. */
  loaded: async ({ page }, use) => {
    const loaded: string[] = [];
    page.on("request", (request) => MAP_FILES.test(request.url()) && loaded.push(request.url()));
    await use(loaded);
  },
  calmDriver: [
    async ({ complaints }, use) => {
      complaints.expect(DRIVER_NOTES);
      await use();
    },
    { auto: true },
  ],
});

/** The map itself, without what stands on it. */
export const canvasOf = (map: Locator) => map.getByRole("application");

/** Waits until there is a picture. */
export async function expectDrawn(map: Locator) {
  await expect(map.getByRole("status"), "the map is drawn").toBeEmpty();
  await expect(canvasOf(map)).toBeVisible();
}

/** In hundredths of the map, from its upper left corner. */
export async function placeOn(map: Locator, right: number, down: number) {
  const { width, height } = (await canvasOf(map).boundingBox())!;
  return { x: (width * right) / 100, y: (height * down) / 100 };
}

export async function clickMap(map: Locator, right: number, down: number) {
  await canvasOf(map).click({ position: await placeOn(map, right, down) });
}

/** Drags what is at an element's middle to a place on the map. */
export async function dragTo(page: Page, from: Locator, map: Locator, right: number, down: number) {
  await from.scrollIntoViewIfNeeded();
  const box = (await from.boundingBox())!;
  const surface = (await canvasOf(map).boundingBox())!;
  const to = await placeOn(map, right, down);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(surface.x + to.x, surface.y + to.y, { steps: 5 });
  await page.mouse.up();
}
