// The pictures of the app's manifests, made anew: LOOKS=../public/icons npx playwright test app-pictures

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { test } from "../servery";

/** Enough for a page of text and flat pictures. */
const QUALITY = 0.8;

const inLooks = (name: string) => join(process.env.LOOKS!, name);

async function asWebp(page: Page, png: Buffer): Promise<Buffer> {
  const made = await page.evaluate(
    async ([source, quality]) => {
      const image = new Image();
      image.src = `data:image/png;base64,${source}`;
      await image.decode();
      const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
      // Without an alpha channel.
      canvas.getContext("2d", { alpha: false })!.drawImage(image, 0, 0);
      return canvas.toDataURL("image/webp", quality);
    },
    [png.toString("base64"), QUALITY] as const,
  );
  return Buffer.from(made.split(",")[1], "base64");
}

for (const size of [180, 192, 512]) {
  test(`icon of ${size} @looks`, async ({ page }) => {
    const drawing = await readFile(new URL("../../public/icons/icon.svg", import.meta.url), "utf8");
    await page.setViewportSize({ width: size, height: size });
    await page.setContent(`<body style="margin:0">${drawing.replace("<svg ", `<svg width="${size}" height="${size}" style="display:block" `)}`);
    await page.screenshot({ path: inLooks(`icon-${size}.png`) });
  });
}

for (const [name, path, width, height] of [
  ["town-narrow", "/", 540, 960],
  ["menu-wide", "/restaurants/trattoria-da-lucia", 1280, 800],
] as const) {
  test(`${name} @looks`, async ({ page, browser }) => {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto(`${path}?render=thin&lang=en`);
    await page.locator("img").evaluateAll((images: HTMLImageElement[]) => Promise.all(images.slice(0, 20).map((image) => ((image.loading = "eager"), image.decode().catch(() => {})))));
    const png = await page.screenshot({ animations: "disabled" });
    // A page of its own: those of the app allow no picture from an address like this.
    const blank = await browser.newPage();
    await writeFile(inLooks(`${name}.webp`), await asWebp(blank, png));
    await blank.close();
  });
}
