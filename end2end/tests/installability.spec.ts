// The app can be installed as a PWA.

import { appReady, serviceWorkerReady, expect, test } from "../servery";

test("the browser reports no installability errors", async ({ page, context }) => {
  await page.goto("/");
  await appReady(page);
  await serviceWorkerReady(page);
  const browser = await context.newCDPSession(page);
  const { installabilityErrors } = await browser.send("Page.getInstallabilityErrors");
  // A test's window is a private one.
  expect(installabilityErrors.filter((error) => error.errorId !== "in-incognito")).toEqual([]);
  const { url, errors, data } = await browser.send("Page.getAppManifest");
  expect(url).toMatch(/\/app\.webmanifest$/);
  expect(errors).toEqual([]);
  expect(JSON.parse(data!)).toMatchObject({ name: "Servery", start_url: "/", display: "standalone" });
});

test("a page that was requested before the service worker was active gets it too", async ({ page, context }) => {
  // The page's answer is held back until the worker is active, so that the worker claims the pages before this one is there.
  await page.route("**/restaurants/lighthouse-diner", async (route) => {
    const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent("serviceworker"));
    await expect.poll(() => worker.evaluate("registration.active?.state")).toBe("activated");
    await route.continue();
  });
  await page.goto("/");
  await appReady(page);
  await page.goto("/restaurants/lighthouse-diner");
  await appReady(page);
  await serviceWorkerReady(page);
});

test("every icon and screenshot of the manifest is served", async ({ request }) => {
  const manifest = await (await request.get("/app.webmanifest")).json();
  const pictures: { src: string; type: string }[] = [...manifest.icons, ...(manifest.screenshots ?? [])];
  expect(pictures.length).toBeGreaterThan(0);
  for (const { src, type } of pictures) {
    const answer = await request.get(src);
    expect(answer.status(), src).toBe(200);
    expect(answer.headers()["content-type"], src).toBe(type);
  }
});
