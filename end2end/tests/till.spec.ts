// The till and the kitchen screen, online and offline.

import { expectAccessible } from "../axe";
import { DINER, findDish } from "../ordering";
import { DOWN, expect, OFFLINE, test } from "../servery";
import { managerApi, pairDevice, SYNC_CALLS, connectionStatus, STARTUP_CALLS, ApiDevice, id, unsynced, words } from "../devices";
import { waitForNextSecond, KITCHEN, cleanUp, Till, staffText } from "../till";
import type { Page } from "@playwright/test";

test.describe.configure({ mode: "default" });

test.beforeEach(async ({ servery }) => cleanUp(servery));

test.afterEach(async ({ servery }) => {
  await servery.start();
  await cleanUp(servery);
});

const DISH = "Onion Rings";
const DRINK = "Coleslaw";

async function openTill(page: Page, servery: import("../servery").Servery, name = "Bar till") {
  await pairDevice(page, servery, "till", name);
  const till = new Till(page);
  await till.open();
  return till;
}

test("an offline sale is entered, sent, paid and printed, and is synced when the network is back", async ({ page, servery, context, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...STARTUP_CALLS, ...SYNC_CALLS);
  const till = await openTill(page, servery);
  await till.openShift();
  await context.setOffline(true);
  await till.openCounterBill();
  await till.ringUp(DISH);
  await till.ringUp(DRINK);
  await till.send();
  const due = await till.due();
  await till.pay();
  await expect(till.sheet.locator(".slip")).toContainText(due);
  await till.next();
  await expect(unsynced(page)).not.toHaveText(words["unsynced.none"]);
  await context.setOffline(false);
  await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 10_000 });
  const other = await ApiDevice.pair(servery);
  expect(await other.records("refused_op")).toEqual([]);
  const paid = (await readBooks(other)).bills.flatMap((bill) => bill.payments ?? []).map((payment) => payment.tender.amount);
  expect(paid).toContain(Math.round(Number(due.replace("$", "")) * 100));
  await other.end();
});

test("the first dish opens a counter bill, and a paid bill is closed with its receipt", async ({ page, servery }) => {
  const till = await openTill(page, servery);
  await till.openShift();
  await till.ringUp(DRINK);
  await expect(till.bill.locator("h2")).toHaveText(staffText("seat.counter"));
  await till.pay();
  await page.keyboard.press("Escape");
  await expect(till.sheet).toHaveCount(0);
  await expect(till.bill.locator("h2")).toHaveCount(0);
});

test("a double click opens one shift", async ({ page, servery }) => {
  const till = await openTill(page, servery);
  await page.locator(".shift").getByRole("button", { name: staffText("shift.open") }).click();
  await till.sheet.getByLabel(staffText("shift.float")).fill("100");
  await till.sheet.locator("button.main").dblclick();
  await expect(till.sheet).toHaveCount(0);
  await expect(page.locator(".shift")).toContainText(staffText("report.x"));
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(page.locator("nav.bills > ol:not([class]) > li")).toHaveCount(0);
});

test("a till opens from its address without a server", async ({ page, servery, context }) => {
  const till = await openTill(page, servery);
  await till.openCounterBill();
  await till.ringUp(DRINK);
  await page.close();
  await servery.stop();
  const again = new Till(await context.newPage());
  await again.open();
  await expect(connectionStatus(again.page)).toContainText(words["line.offline"]);
  await again.page.locator("nav.bills > ol:not([class]) button").first().click();
  await expect(again.lines).toHaveCount(1);
});

test("case_odoo_267799: a payment survives closing the page as soon as the receipt shows", async ({ page, servery, context, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...STARTUP_CALLS, ...SYNC_CALLS);
  const till = await openTill(page, servery);
  await till.openShift();
  await till.openCounterBill();
  await till.ringUp(DRINK);
  await context.setOffline(true);
  await till.pay();
  const number = await till.sheet.locator(".slip header p").nth(1).innerText();
  await page.close({ runBeforeUnload: false });
  const again = new Till(await context.newPage());
  await again.open();
  // It is paid: there is no open bill.
  await expect(again.page.locator("nav.bills > ol:not([class]) > li")).toHaveCount(0);
  await again.page.locator(".shift").getByRole("button", { name: staffText("report.x") }).click();
  const receipt = number.match(/-(\d+)/)?.[1];
  await expect(again.sheet.locator(".slip header")).toContainText(staffText("receipt.number", { number: receipt! }));
});

interface Books {
  bills: { id: string; closed?: boolean; lines?: { name: string }[]; payments?: { shift: string; tender: { amount: number } }[] }[];
  shifts: { id: string; till: string; closed?: object; taken?: { cash?: number } }[];
}

async function readBooks(other: ApiDevice): Promise<Books> {
  return { bills: await other.records("bill"), shifts: await other.records("shift") } as unknown as Books;
}

test("case_odoo_288974: a shared bill that is paid while the server is down stays paid once, after a reload and a change by another device", async ({ page, servery, complaints }) => {
  complaints.expectNoAnswer(DOWN, ...STARTUP_CALLS, ...SYNC_CALLS);
  const till = await openTill(page, servery);
  const other = await ApiDevice.pair(servery);
  await till.openShift();
  await till.openTableBill("Booth 1");
  await till.ringUp(DISH);
  await till.send();
  await expect(unsynced(page)).toHaveText(words["unsynced.none"]);
  const draft = (await readBooks(other)).bills.find((bill) => !bill.closed && bill.lines?.some((line) => line.name === DISH))!;
  await servery.stop();
  await till.pay();
  await page.reload();
  await expect(page.locator("nav.bills > ol:not([class]) > li")).toHaveCount(0);
  await expect(unsynced(page)).toContainText("1");
  await servery.start();
  await other.sync({ name: { bill: draft.id, name: "red jacket" } }, { guests: { bill: draft.id, guests: 2 } });
  await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 10_000 });
  const paid = (await readBooks(other)).bills.find((bill) => bill.id === draft.id)!;
  expect(paid).toMatchObject({ closed: true, name: "red jacket" });
  expect(paid.payments).toHaveLength(1);
  await expect(page.locator("nav.bills > ol:not([class]) > li")).toHaveCount(0);
  await other.end();
});

test("case_odoo_182058: an offline sale in a shift that was closed elsewhere is added to that shift", async ({ page, servery, context, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...STARTUP_CALLS, ...SYNC_CALLS);
  const till = await openTill(page, servery);
  const other = await ApiDevice.pair(servery);
  const before = (await readBooks(other)).shifts.map((shift) => shift.id);
  await till.openShift();
  await expect(unsynced(page)).toHaveText(words["unsynced.none"]);
  const [shift] = (await readBooks(other)).shifts.filter((shift) => !before.includes(shift.id));
  await context.setOffline(true);
  await other.sync({ close_shift: { shift: shift.id, counted: 10_000 } });
  await till.openCounterBill();
  await till.ringUp(DRINK);
  const due = Math.round(Number((await till.due()).replace("$", "")) * 100);
  await till.pay();
  await till.next();
  await context.setOffline(false);
  await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 10_000 });
  await expect(page.locator(".shift.closed")).toContainText(staffText("shift.none"));
  const { bills, shifts } = await readBooks(other);
  expect(shifts.filter((shift) => !before.includes(shift.id)).map(({ id, taken }) => [id, taken?.cash])).toEqual([[shift.id, due]]);
  expect(bills.flatMap((bill) => bill.payments ?? []).filter((payment) => payment.shift === shift.id).map((payment) => payment.tender.amount)).toEqual([due]);
  expect(await other.records("refused_op")).toEqual([]);
  await other.end();
});

test("case_odoo_138664, case_odoo_142467: two offline tills add to one table, and one bill has the lines of both", async ({ page, servery, browser, context, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...STARTUP_CALLS, ...SYNC_CALLS);
  const ada = await openTill(page, servery, "Ada's till");
  const others = await browser.newContext({ baseURL: servery.url });
  const ben = await openTill(await others.newPage(), servery, "Ben's till");
  await context.setOffline(true);
  await others.setOffline(true);
  await ada.openTableBill("Booth 2");
  await ada.ringUp(DISH);
  await ben.openTableBill("Booth 2");
  await ben.ringUp(DRINK);
  await context.setOffline(false);
  await others.setOffline(false);
  for (const each of [ada, ben]) {
    await expect(unsynced(each.page)).toHaveText(words["unsynced.none"], { timeout: 15_000 });
    await expect(each.lines).toHaveCount(2);
    await expect(each.page.locator("nav.bills > ol:not([class]) > li")).toHaveCount(1);
  }
  expect(await ada.due()).toBe(await ben.due());
  await ada.openShift();
  await ada.pay();
  await expect(ben.page.locator("nav.bills > ol:not([class]) > li")).toHaveCount(0);
  await others.close();
});

test("case_odoo_285993, case_odoo_210776: the kitchen gets each change once", async ({ page, servery, browser }) => {
  const till = await openTill(page, servery);
  const kitchens = await browser.newContext({ baseURL: servery.url });
  const kitchen = await kitchens.newPage();
  await pairDevice(kitchen, servery, "kitchen", "Pass");
  await kitchen.goto(KITCHEN);
  const tickets = kitchen.locator(".kitchen-ticket");
  await till.openTableBill("Booth 1");
  await till.ringUp(DRINK);
  await till.send();
  await expect(tickets).toHaveCount(1);
  // Lines that are sent in the same second are one ticket.
  await waitForNextSecond(page);
  await till.ringUp(DISH);
  await till.send();
  await expect(tickets).toHaveCount(2);
  await expect(tickets.nth(1)).toContainText(DISH);
  await expect(tickets.nth(1)).not.toContainText(DRINK);
  await expect(tickets.nth(1)).toContainText(words["kitchen.more"]);
  await till.takeBack(DISH, "void.changed-mind");
  await till.ringUp("French Fries");
  await till.send();
  await expect(tickets).toHaveCount(3);
  await expect(tickets.nth(2)).toContainText(staffText("kitchen.less", { n: 1, name: DISH }));
  await expect(tickets.nth(2)).toContainText("French Fries");
  // Bump, then recall.
  await tickets.first().locator(".bump").click();
  await expect(tickets).toHaveCount(2);
  await kitchen.getByRole("button", { name: staffText("kitchen.done"), exact: true }).first().click();
  await kitchen.locator(".kitchen-ticket .bump").first().click();
  await kitchen.getByRole("button", { name: staffText("kitchen.all"), exact: true }).click();
  await expect(tickets).toHaveCount(3);
  await kitchens.close();
});

test("tickets are sorted by the time of the till, also those sent offline", async ({ page, servery, browser, context, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...STARTUP_CALLS, ...SYNC_CALLS);
  const early = await openTill(page, servery, "Terrace till");
  const others = await browser.newContext({ baseURL: servery.url });
  const late = await openTill(await others.newPage(), servery, "Door till");
  await context.setOffline(true);
  await early.openTableBill("Booth 3");
  await early.ringUp(DISH);
  await early.send();
  // The kitchen screen of the offline till shows its ticket at once.
  await page.getByRole("link", { name: words["kitchen.title"] }).click();
  await expect(page.locator(".kitchen-ticket")).toHaveCount(1);
  await waitForNextSecond(page);
  await late.openTableBill("Counter");
  await late.ringUp(DRINK);
  await late.send();
  await late.page.getByRole("link", { name: words["kitchen.title"] }).click();
  await expect(late.page.locator(".kitchen-ticket")).toHaveCount(1);
  await context.setOffline(false);
  for (const each of [page, late.page]) {
    await expect(each.locator(".kitchen-ticket")).toHaveCount(2, { timeout: 15_000 });
    await expect(each.locator(".kitchen-ticket").first()).toContainText(DISH);
  }
  await others.close();
});

test("case_odoo_30418: a new price reaches an open till between two sales, and lines that were rung up keep theirs", async ({ page, servery }) => {
  const office = await managerApi(servery);
  const edits = `/api/v1/restaurants/${DINER}/edits`;
  const { price } = await findDish(office, DISH);
  const publish = async (from: number, to: number) => {
    const { edited } = await (await office.get(edits)).json();
    const dish = edited.categories.flatMap(({ dishes }: { dishes: { name: string }[] }) => dishes).find(({ name }: { name: string }) => name === DISH);
    const edit = id();
    const replace = { before: { dish: { ...dish, price: from } }, after: { dish: { ...dish, price: to } } };
    expect((await office.put(`${edits}/${edit}`, { data: [{ replace }] })).status()).toBe(204);
    expect((await office.put(`${edits}/${edit}/publication`, { data: {} })).status()).toBe(200);
  };
  const till = await openTill(page, servery);
  await till.openShift();
  await till.ringUp(DISH);
  const before = await till.due();
  const key = async () => {
    await page.getByRole("searchbox").fill(DISH);
    return page.locator(".dish-key", { hasText: DISH }).first().innerText();
  };
  await publish(price, 9_900);
  try {
    // A second one of the same sale costs what the first did.
    await expect.poll(async () => (await findDish(office, DISH)).price).toBe(9_900);
    await till.ringUp(DISH);
    const [one, two] = [before, await till.due()].map((due) => Number(due.replace("$", "")));
    expect(two / one).toBeCloseTo(2, 1);
    await till.pay();
    await till.next();
    await expect.poll(key, { timeout: 5_000 }).toContain("99.00");
    await till.ringUp(DISH);
    expect(Number((await till.due()).replace("$", "")), "with tax").toBeGreaterThanOrEqual(99);
  } finally {
    await publish(9_900, price);
  }
  // Nobody has anything in hand: what is published is shown at once.
  await till.pay();
  await till.next();
  await expect.poll(key, { timeout: 5_000 }).not.toContain("99.00");
});

test("case_oca_pos_1591: what cannot be pressed cannot be done by its key either", async ({ page, servery }) => {
  const till = await openTill(page, servery);
  const { id: dish } = await findDish(page.request, DISH);
  const other = await ApiDevice.pair(servery);
  await other.sync({ stock: { dish, left: 0 } });
  await page.getByRole("searchbox").fill(DISH);
  await expect(page.locator(".dish-key").first()).toContainText(words["picker.sold-out"]);
  await page.getByRole("searchbox").blur();
  await page.keyboard.press("1");
  await expect(page.getByText(words["refused.sold-out"])).toBeVisible();
  await expect(till.lines).toHaveCount(0);
  await other.sync({ stock: { dish, left: null } });
  await expect(page.locator(".dish-key").first()).not.toContainText(words["picker.sold-out"]);
  await page.keyboard.press("1");
  await expect(till.lines).toHaveCount(1);
  await other.end();
});

test("a bill is discounted and split by item and by guest, and the report agrees to the cent", async ({ page, servery }) => {
  const till = await openTill(page, servery);
  await till.openShift("50");
  await till.openTableBill("Booth 3");
  await till.ringUp(DISH);
  await till.ringUp(DRINK);
  await till.more("do.discount");
  await till.sheet.getByRole("button", { name: "10 %", exact: true }).click();
  await till.sheet.getByLabel(staffText("discount.reason")).fill("waited long");
  await till.sheet.locator("button.main").click();
  await expect(till.bill.locator(".sums")).toContainText("waited long");
  await till.more("do.split");
  await till.sheet.getByRole("button", { name: staffText("line.more", { name: DRINK }) }).click();
  await till.sheet.getByRole("button", { name: staffText("split.and-pay") }).click();
  await till.sheet.getByRole("button", { name: staffText("pay.card") }).click();
  await till.sheet.locator("button.main").click();
  await till.next();
  await page.locator("nav.bills > ol:not([class]) button").first().click();
  await page.locator(".doings .pay").click();
  await till.sheet.getByRole("button", { name: staffText("pay.more-guests") }).click();
  await till.sheet.locator("button.main").click();
  await till.sheet.locator(".beside .main").click();
  await till.sheet.getByLabel(staffText("pay.tip")).fill("1");
  await till.sheet.locator("button.main").click();
  await till.next();
  await page.locator(".shift").getByRole("button", { name: staffText("shift.close") }).click();
  const expected = await till.sheet.locator(".sums dd").first().innerText();
  await till.sheet.getByLabel(staffText("shift.counted")).fill(expected.replace(/[^0-9.]/g, ""));
  await till.sheet.locator("button.main").click();
  const slip = till.sheet.locator(".slip");
  await expect(slip).toContainText(staffText("report.z-of", { till: "", number: 1 }).split("·")[0].trim());
  await expect(slip.locator("dl > div", { hasText: staffText("shift.difference") }).locator("dd")).toHaveText(/0\.00$/);
});

test("a cashier signs in with a PIN, also offline", async ({ page, servery, context, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...STARTUP_CALLS, ...SYNC_CALLS);
  const till = await openTill(page, servery);
  await page.locator(".who").click();
  await till.sheet.getByRole("button", { name: staffText("cashier.new") }).click();
  await till.sheet.getByLabel(staffText("phone.name")).fill("Ada");
  await till.sheet.getByLabel(staffText("cashier.new-pin")).fill("2580");
  await till.sheet.locator("button.main").click();
  await expect(page.locator(".who")).toHaveText("Ada");
  await page.locator(".who").click();
  await till.button("cashier.leave").click();
  await expect(page.getByText(words["cashier.first"])).toBeVisible();
  await context.setOffline(true);
  await page.locator(".who").click();
  await till.sheet.getByRole("button", { name: "Ada", exact: true }).click();
  await till.sheet.getByLabel(staffText("cashier.pin"), { exact: true }).fill("1111");
  await till.sheet.locator("button.main").click();
  await expect(till.sheet.getByRole("alert")).toContainText(words["cashier.wrong-pin"]);
  await till.sheet.getByLabel(staffText("cashier.pin"), { exact: true }).fill("2580");
  await till.sheet.locator("button.main").click();
  await expect(page.locator(".who")).toHaveText("Ada");
});

/** Grace leads the shift, Ben does not, and Ben is at the till. */
async function signInBen(page: Page, till: Till) {
  const add = async (name: string, pin: string) => {
    if (!(await till.sheet.isVisible())) await page.locator(".who").first().click();
    await till.sheet.getByRole("button", { name: staffText("cashier.new") }).click();
    await till.sheet.getByLabel(staffText("phone.name")).fill(name);
    await till.sheet.getByLabel(staffText("cashier.new-pin")).fill(pin);
    await till.sheet.locator("button.main").click();
  };
  await add("Grace", "2580");
  await expect(page.locator(".who").first()).toHaveText("Grace");
  await add("Ben", "1470");
  await till.sheet.getByRole("button", { name: "Ben", exact: true }).click();
  await till.sheet.getByLabel(staffText("cashier.pin"), { exact: true }).fill("1470");
  await till.sheet.locator("button.main").click();
  await expect(page.locator(".who").first()).toHaveText("Ben");
  await expect(till.sheet).toHaveCount(0);
}

async function enterPin(till: Till, pin: string) {
  await till.approval.getByLabel(staffText("cashier.pin"), { exact: true }).fill(pin);
  await till.approval.getByRole("button", { name: staffText("approval.give") }).click();
}

async function giveDiscount(till: Till, reason: string) {
  await till.more("do.discount");
  await till.sheet.getByLabel(staffText("discount.reason")).fill(reason);
  await till.sheet.locator("button.main").click();
}

test("case_pos_addons_1028: an approval is of one act, also offline, and the books say who gave it", async ({ page, servery, context, complaints }) => {
  complaints.expectNoAnswer(OFFLINE, ...STARTUP_CALLS, ...SYNC_CALLS);
  const till = await openTill(page, servery);
  await signInBen(page, till);
  await till.openShift();
  await till.openCounterBill();
  await till.ringUp(DISH);
  await till.ringUp(DRINK);
  await till.send();
  await context.setOffline(true);
  const before = await till.due();
  // A reason first, then somebody who may.
  await till.takeBack(DISH, "void.sent-back");
  await expect(till.approval).toContainText(staffText("approval.void"));
  await enterPin(till, "1470");
  await expect(till.approval.getByRole("alert")).toContainText(staffText("cashier.wrong-pin"));
  expect(await till.due()).toBe(before);
  await enterPin(till, "2580");
  await expect(till.sheet).toHaveCount(0);
  await expect(till.lines.filter({ hasText: DISH })).toHaveAttribute("data-state", "less");
  await till.send();
  // The next act asks again, and is not done when nobody approves it.
  await giveDiscount(till, "waited long");
  await expect(till.approval).toContainText(staffText("approval.discount"));
  await page.keyboard.press("Escape");
  await expect(till.approval).toHaveCount(0);
  await expect(till.bill.locator(".sums")).not.toContainText("waited long");
  await till.sheet.locator("button.main").click();
  await enterPin(till, "2580");
  await expect(till.bill.locator(".sums")).toContainText("waited long");
  await expect(till.sheet).toHaveCount(0);
  await till.pay();
  await till.next();
  await page.locator(".shift").getByRole("button", { name: staffText("report.x") }).click();
  const slip = till.sheet.locator(".slip");
  const approved = staffText("approval.was", { name: "Ben", lead: "Grace" });
  await expect(slip.locator("div", { hasText: staffText("report.void") }).last()).toContainText(`1 × ${DISH} · ${staffText("void.sent-back")} · ${approved}`);
  await expect(slip.locator("div", { hasText: "waited long" }).last()).toContainText(approved);
  await expect(slip.locator(".unapproved")).toHaveCount(0);
  await context.setOffline(false);
  await expect(unsynced(page)).toHaveText(words["unsynced.none"], { timeout: 10_000 });
  const other = await ApiDevice.pair(servery);
  const [grace] = ((await other.records("cashier")) as { id: string; name: string }[]).filter(({ name }) => name === "Grace");
  const voids = ((await other.records("bill")) as { voids?: { allowance?: object; reason: string }[] }[]).flatMap((bill) => bill.voids ?? []);
  // Bills of other tests are cleared by a program that gives no reason.
  const [sentBack, ...others] = voids.filter(({ reason }) => reason === "sent_back");
  expect(sentBack).toMatchObject({ allowance: { approved_by: grace.id } });
  expect(others).toEqual([]);
  expect(await other.records("refused_op")).toEqual([]);
  await other.end();
});

test("who leads the shift is asked for nothing, and refunds and cash out are approved", async ({ page, servery }) => {
  const till = await openTill(page, servery);
  await signInBen(page, till);
  await till.openShift();
  await page.locator(".shift").getByRole("button", { name: staffText("shift.cash") }).click();
  await till.sheet.getByLabel(staffText("pay.amount")).fill("20");
  await till.sheet.getByLabel(staffText("discount.reason")).fill("flour");
  await till.sheet.locator("button.main").click();
  await expect(till.approval).toContainText(staffText("approval.cash-out"));
  await enterPin(till, "2580");
  await expect(till.sheet).toHaveCount(0);
  await page.locator(".who").first().click();
  await till.sheet.getByRole("button", { name: "Grace", exact: true }).click();
  await till.sheet.getByLabel(staffText("cashier.pin"), { exact: true }).fill("2580");
  await till.sheet.locator("button.main").click();
  await expect(page.locator(".who").first()).toHaveText("Grace");
  await till.openCounterBill();
  await till.ringUp(DRINK);
  await giveDiscount(till, "friend");
  await expect(till.approval).toHaveCount(0);
  await expect(till.bill.locator(".sums")).toContainText("friend");
});

test("an order by phone has a time, an address and the fee of its zone", async ({ page, servery, context }) => {
  const till = await openTill(page, servery);
  await till.openShift();
  await page.locator(".bills .new").getByRole("button", { name: staffText("bills.phone") }).click();
  const field = (key: string) => till.sheet.getByLabel(staffText(key), { exact: true });
  const zone = till.sheet.getByRole("combobox", { name: staffText("phone.zone") });
  await field("phone.name").fill("Ada Lovelace");
  await field("phone.number").fill("+1 212 555 0199");
  await field("phone.time").fill("18:30");
  await expect(field("phone.street")).toBeHidden();
  await field("phone.deliver").check();
  await field("phone.street").fill("1 Hudson Street");
  await till.sheet.locator("button.main").click();
  await expect(till.sheet.getByRole("alert")).toContainText(staffText("phone.no-zone"));
  await field("phone.postcode").fill("10014");
  await expect(zone, "the postcode says the zone").toHaveValue("0");
  await expectAccessible(page);
  await till.sheet.locator("button.main").click();
  await expect(till.bill.locator("h2")).toContainText("18:30");
  await expect(till.bill.locator(".goes-to")).toHaveText("1 Hudson Street · 10014 Millbrook · +1 212 555 0199");
  await till.ringUp(DISH);
  const fee = till.bill.locator(".sums div", { hasText: staffText("bill.delivery") });
  await expect(fee).toContainText("$2.99");
  await till.send();
  const kitchen = await context.newPage();
  await kitchen.goto(KITCHEN);
  const ticket = kitchen.locator(".kitchen-ticket", { hasText: "Ada Lovelace" });
  await expect(ticket).toContainText("18:30");
  await expect(ticket).not.toContainText("Hudson");
  await kitchen.close();
  // The guest has called again.
  await till.more("do.phone");
  await expect(field("phone.street")).toHaveValue("1 Hudson Street");
  await zone.selectOption("1");
  await field("phone.time").fill("19:15");
  await till.sheet.locator("button.main").click();
  await expect(till.sheet).toHaveCount(0);
  await expect(fee).toContainText("$4.99");
  await expect(till.bill.locator("h2")).toContainText("19:15");
  await till.pay();
  await expect(till.sheet.locator(".slip")).toContainText("1 Hudson Street");
  await expect(till.sheet.locator(".slip dl")).toContainText("$4.99");
});

test("the dialog for an approval is accessible", async ({ page, servery }) => {
  const till = await openTill(page, servery);
  await signInBen(page, till);
  await till.openShift();
  await till.openCounterBill();
  await till.ringUp(DISH);
  await till.send();
  await till.takeBack(DISH, undefined);
  await expectAccessible(page);
  await till.sheet.getByRole("button", { name: staffText("void.mistake") }).click();
  await expect(till.approval).toBeVisible();
  await expect(till.approval.getByLabel(staffText("cashier.pin"), { exact: true })).toBeFocused();
  await expectAccessible(page);
});

for (const screen of ["till", "kitchen", "floor", "runs"]) {
  test(`axe finds no violations, ${screen}`, async ({ page, servery }) => {
    await openTill(page, servery);
    await page.goto(`/staff/lighthouse-diner/${screen}`);
    await expect(page.locator(`article.${screen}`)).toBeVisible();
    await expectAccessible(page);
  });
}
