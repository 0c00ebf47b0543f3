// Screenshots of every screen of the staff app with many orders, written to the folder in LOOKS: LOOKS=/tmp/looks npx playwright test staff-screenshots

import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, LANGS, test } from "../servery";
import { DEVICE, id, pairDevice, ApiDevice } from "../devices";
import { prepareOrders, placeOrder } from "../api-orders";

const PICTURES = process.env.LOOKS!;

/** The sheets of the till, and how each is opened. */
const SHEETS: Record<string, (page: Page) => Promise<void>> = {
  pay: (page) => page.locator(".doings .pay").click(),
  more: (page) => page.locator(".doings button").first().click(),
  receipts: (page) => page.locator(".shift button").first().click(),
};

async function picture(page: Page, name: string) {
  for (const ground of ["dark", "bright"]) {
    await page.evaluate((ground) => (ground === "bright" ? document.documentElement.setAttribute("data-ground", ground) : document.documentElement.removeAttribute("data-ground")), ground);
    await page.screenshot({ path: join(PICTURES, `${name}-${ground}.png`), animations: "disabled" });
  }
}

test("every screen of the staff app @looks", async ({ page, servery, request, browser, complaints }) => {
  test.setTimeout(300_000);
  complaints.expect(/./);
  await pairDevice(page, servery, "till", "Bar till");
  const other = await ApiDevice.pair(servery);
  const menu = await (await request.get("/api/v1/restaurants/lighthouse-diner/menu")).json();
  const dishes = menu.categories.flatMap((category: { dishes: { id: string; name: string; price: number }[] }) => category.dishes);
  const tables = (await other.records("table")) as { id: string; plan: { name: string } }[];
  const line = (at: number, count = 1) => ({ id: id(), dish: dishes[at].id, name: dishes[at].name, price: dishes[at].price, taxed: [[88_750, dishes[at].price]], count });
  const shift = id();
  await other.sync({ open_shift: { shift, float: 15_000 } });
  for (const [at, table] of tables.slice(0, 3).entries()) {
    const [bill, lines] = [id(), [line(at * 3 + 1, 2), line(at * 3 + 2), line(at * 3 + 7)]];
    const news = lines.map(({ id, count }) => ({ line: id, count }));
    await other.sync({ open: { bill, seat: { table: table.id }, plus_tax: true } }, { guests: { bill, guests: at + 2 } }, ...lines.map((line) => ({ add: { bill, line } })));
    if (at > 0) await other.sync({ send: { bill, ticket: id(), changes: news } }, { add: { bill, line: line(at + 12) } });
  }
  const sold = id();
  await other.sync({ open: { bill: sold, seat: "counter", plus_tax: true } }, { add: { bill: sold, line: line(4) } }, { pay: { bill: sold, shift, tender: { id: id(), method: "cash", amount: Math.round(dishes[4].price * 1.08875) } } });
  await placeOrder(request, { name: "Grace Hopper" });
  const ready = await placeOrder(request, { name: "Alan Turing" });
  await prepareOrders(other, ready);
  const courier = await browser.newContext({ baseURL: servery.url });
  const phone = await courier.newPage();
  await pairDevice(phone, servery, "courier", "Ada's bike");
  const door = (street: string) => ({ delivery: { street, postcode: "10014", city: "New York", hint: "Second bell, green door" } });
  const brought = [await placeOrder(request, { fulfilment: door("12 Bank Street"), name: "Nell Near" }), await placeOrder(request, { fulfilment: door("400 Hudson Street"), name: "Finn Far" })];
  await placeOrder(request, { fulfilment: door("77 Perry Street"), name: "Pam Perry" }).then((order) => other.sync({ order: { order: order.id, event: { accepted: { ready_at: "2030-01-01T12:00" } } } }));
  await prepareOrders(other, ...brought);
  const device = ((await other.records("device")) as { device: string; name: string }[]).find((device) => device.name === "Ada's bike")!.device;
  await other.sync({ assign: { run: id(), courier: device, orders: brought.map((order) => order.id) } });

  for (const lang of LANGS) {
    for (const width of [360, 820, 1440]) {
      const name = (screen: string) => `staff-${screen}-${width}-${lang}`;
      await page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
      for (const [screen, path] of [["device", ""], ["kitchen", "/kitchen"], ["floor", "/floor"], ["runs", "/runs"], ["bills", "/till"]]) {
        await page.goto(`${DEVICE}${path}?lang=${lang}`);
        await expect(page.getByRole("heading", { level: 1 })).toBeAttached();
        await expect(page.locator(".bar .line")).toBeVisible();
        if (screen === "bills") await expect(page.locator("nav.bills > ol:not([class]) button").first()).toBeVisible();
        await picture(page, name(screen));
      }
      await page.locator("nav.bills > ol:not([class]) button").nth(1).click();
      await expect(page.locator("section.bill .lines > li").first()).toBeVisible();
      await picture(page, name("till"));
      for (const [sheet, open] of Object.entries(SHEETS)) {
        await open(page);
        await expect(page.locator("dialog.sheet")).toBeVisible();
        await picture(page, name(sheet));
        await page.keyboard.press("Escape");
        await expect(page.locator("dialog.sheet")).toHaveCount(0);
      }
    }
    await phone.setViewportSize({ width: 360, height: 740 });
    await phone.goto(`${DEVICE}/runs?lang=${lang}`);
    await expect(phone.locator(".stops > li").first()).toBeVisible();
    await picture(phone, `staff-courier-360-${lang}`);
  }
  await other.end();
  await courier.close();
});
