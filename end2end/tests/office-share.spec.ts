// The restaurant elsewhere: a domain of its own, its menu inside another web site, a button, a flyer.

import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expectAccessible } from "../axe";
import { boardTest as test, setRenderMode, signInToBoard } from "../board";
import { expectFitsAndAccessible, takePictures } from "../every-width";
import { DINER, fillContact, findDish, goToCheckout, placeOrder } from "../ordering";
import { appReady, expect, LANGS, officeTexts, texts, type Lang, type Mode, type Servery } from "../servery";
import type { Page } from "@playwright/test";

const SHARE = `/office/${DINER}/share`;
const words = officeTexts.en;
const OWN = "order.localhost";

const domainField = (page: Page) => page.locator('form [name="domain"]');

async function openShare(page: Page, servery: Servery) {
  await setRenderMode(page.context(), servery.url, "thin");
  await signInToBoard(page, servery, "owner");
  await page.goto(SHARE);
}

async function setDomain(page: Page, domain: string, said: string) {
  await page.goto(SHARE);
  await domainField(page).fill(domain);
  await page.getByRole("button", { name: words["part.save"] }).click();
  await expect(page.getByText(words[said])).toBeVisible();
}

test("the page for sharing has a button for a web site, and prints a flyer", async ({ page, servery }) => {
  await openShare(page, servery);
  const html = await page.locator("#share-html").inputValue();
  expect(html).toContain(`href="${servery.url}/restaurants/${DINER}"`);
  // As on another web site, which has a policy of its own.
  await page.goto("about:blank");
  await page.setContent(html);
  await expect(page.getByRole("link", { name: words["share.order"] })).toHaveCSS("color", "rgb(255, 255, 255)");
  await page.getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Lighthouse Diner");
  await page.goto(SHARE);
  await page.emulateMedia({ media: "print" });
  await expect(page.locator(".office > h1")).toBeHidden();
  await expect(page.getByText(words["share.lead"])).toBeHidden();
  await expect(page.getByRole("img", { name: words["share.page-alt"] })).toBeVisible();
  await expect(page.locator(".flyer")).toContainText("Lighthouse Diner");
});

/** The restaurant's own web site, in this language, with a policy that names the server and nothing else. */
async function startSite(html: string, lang: string, server: string): Promise<{ site: Server; url: string }> {
  const policy = `default-src 'none'; script-src ${server}; connect-src ${server}; style-src 'unsafe-inline'`;
  const body = `<!DOCTYPE html><html lang="${lang}"><head><title>The Lighthouse</title></head><body><main><h1>The Lighthouse</h1>${html}</main></body></html>`;
  const site = createServer((request, response) => {
    const found = request.url === "/";
    response.writeHead(found ? 200 : 204, { "content-type": "text/html; charset=utf-8", "content-security-policy": policy }).end(found ? body : "");
  }).listen(0, "127.0.0.1");
  await once(site, "listening");
  return { site, url: `http://127.0.0.1:${(site.address() as AddressInfo).port}/` };
}

for (const lang of ["de-AT", "pt"]) {
  test(`the menu is inside a web site in the language ${lang}, and a dish leads to its page`, async ({ page, request, servery }) => {
    await openShare(page, servery);
    const html = await page.locator("#share-widget").inputValue();
    const { site, url } = await startSite(html, lang, servery.url);
    await page.goto(url);
    const widget = page.locator("[data-servery]");
    const order = officeTexts[lang === "pt" ? "en" : "de"]["share.order"];
    await expect(widget.getByRole("link", { name: order })).toBeVisible();
    await expect(widget.getByRole("link", { name: order })).toHaveCSS("color", "rgb(255, 255, 255)");
    const dish = await findDish(request, "Classic Club");
    await expect(widget.getByRole("link", { name: dish.name })).toBeHidden();
    await widget.getByText("Sandwiches").click();
    await expectAccessible(page);
    await page.setViewportSize({ width: 320, height: 700 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    await widget.getByRole("link", { name: dish.name }).click();
    await expect(page).toHaveURL(new RegExp(`/restaurants/${DINER}/dishes/${dish.id}`));
    await expect(page.locator("html")).toHaveAttribute("lang", lang === "pt" ? "en" : "de");
    site.closeAllConnections();
    site.close();
  });
}

test("without the script, and without an answer, the button stays", async ({ page, browser, servery, complaints }) => {
  await openShare(page, servery);
  const html = await page.locator("#share-widget").inputValue();
  const { site, url } = await startSite(html, "en", servery.url);
  const plain = await browser.newPage({ javaScriptEnabled: false });
  await plain.goto(url);
  await expect(plain.getByRole("link", { name: words["share.order"] })).toHaveAttribute("href", `${servery.url}/restaurants/${DINER}`);
  await plain.close();
  complaints.expect(/widget\?lang=en/);
  await page.route(/\/widget\?/, (route) => route.abort());
  const asked = page.waitForEvent("requestfailed", (request) => request.url().includes("/widget?"));
  await page.goto(url);
  await asked;
  await expect(page.getByRole("link", { name: words["share.order"] })).toBeVisible();
  site.closeAllConnections();
  site.close();
});

for (const mode of ["thin", "hydrated", "thick"] as Mode[]) {
  test(`a guest orders under the restaurant's own domain, ${mode}`, async ({ page, board, servery }) => {
    await openShare(board, servery);
    await setDomain(board, `https://${OWN}/`, "share.done-domain");
    await expect(domainField(board)).toHaveValue(OWN);
    await expect(board.locator(".flyer")).toContainText(OWN);
    const own = `http://${OWN}:${servery.port}`;
    await setRenderMode(page.context(), own, mode);
    await page.goto(`${own}/`);
    await expect(page).toHaveURL(`${own}/restaurants/${DINER}`);
    if (mode !== "thin") await appReady(page);
    await page.getByRole("link", { name: "Cobb Salad" }).click();
    await page.getByRole("button", { name: texts.en["dish.add"] }).click();
    await expect(page).toHaveURL(`${own}/restaurants/${DINER}/basket`);
    await goToCheckout(page, mode);
    await fillContact(page);
    await placeOrder(page);
    expect(new URL(page.url()).host).toBe(`${OWN}:${servery.port}`);
    await page.locator("header.top a").first().click();
    await expect(page.getByRole("heading", { name: "Lighthouse Diner" }).or(page.getByRole("link", { name: "Lighthouse Diner" })).first()).toBeVisible();
    await expect(page.getByText("Jade Lantern"), "no other restaurant is shown here").toHaveCount(0);
    // People who work here, and other restaurants, are at the installation's address.
    await page.goto(`${own}/restaurants/jade-lantern`);
    await expect(page).toHaveURL(`${servery.url}/restaurants/jade-lantern`);
    await setDomain(board, "", "share.done-removed");
    await page.goto(`${own}/about`);
    await page.goto(`${own}/`);
    await expect(page, "nobody's domain shows the town").toHaveURL(`${own}/`);
  });
}

test("what is no domain is refused in words", async ({ page, servery }) => {
  await openShare(page, servery);
  await setDomain(page, "lighthouse diner", "share.wrong-domain");
  await setDomain(page, "192.0.2.7", "share.wrong-domain");
});

/** The page, with a domain and with a refusal. */
async function visitAll(page: Page, servery: Servery, lang: Lang, look: (name: string) => Promise<void>) {
  await openShare(page, servery);
  await page.context().addCookies([{ name: "servery_lang", value: lang, url: servery.url }]);
  await page.goto(`${SHARE}?wrong=taken`);
  await look("share");
}

for (const lang of LANGS) {
  test(`the page for sharing is accessible and fits, ${lang}`, async ({ page, servery }) => {
    await visitAll(page, servery, lang, (name) => expectFitsAndAccessible(page, name));
  });

  test(`pictures of sharing, ${lang} @looks`, async ({ page, servery }) => {
    await visitAll(page, servery, lang, (name) => takePictures(page, `office-${name}-${lang}`));
  });
}
