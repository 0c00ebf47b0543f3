// Installed staff apps: how a browser becomes one, what is on its disk, and a second one that is no browser.

import { expect, type Servery } from "./servery";
import { DINER } from "./ordering";
import { PASSWORD, signUp } from "./accounts";
import { createCipheriv, randomBytes, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { request, type APIRequestContext, type BrowserContext, type Page } from "@playwright/test";

export const words: Record<string, string> = JSON.parse(await readFile(new URL("../app/text/staff.en.json", import.meta.url), "utf8"));

export const DEVICE = `/staff/${DINER}`;

export const id = () => randomUUID().replaceAll("-", "");

export const unsynced = (page: Page) => page.locator(".bar .unsynced");
export const connectionStatus = (page: Page) => page.locator(".bar .line");
export const refusals = (page: Page) => page.locator(".refused li");

/** What an open page asks again and again, and what it asks when it is opened: it can be used before the answers are there, and then has them to lose. */
export const SYNC = `/api/v1/restaurants/${DINER}/sync`;
export const SYNC_CALLS = [SYNC, `${SYNC}/events`];
export const STARTUP_CALLS = [`/api/v1/restaurants/${DINER}`, `/api/v1/restaurants/${DINER}/menu`];

const managers = new WeakMap<Servery, Promise<APIRequestContext>>();

/** Signed in as somebody who lets devices in, for calls of the API. */
export function managerApi(servery: Servery): Promise<APIRequestContext> {
  const known = managers.get(servery) ?? signInManager(servery);
  managers.set(servery, known);
  return known;
}

async function signInManager(servery: Servery) {
  const api = await request.newContext({ baseURL: servery.url });
  const email = await signUp(api);
  await servery.cli("staff", "add", email, "--restaurant", DINER, "--role", "manager", "--keep");
  expect((await api.post("/api/v1/sessions", { data: { email, password: PASSWORD } })).status()).toBe(201);
  return api;
}

/** The id of the device with this name, as its manager sees it. */
export async function deviceCalled(servery: Servery, name: string): Promise<string> {
  const answer = await (await managerApi(servery)).get(`/api/v1/restaurants/${DINER}/devices`);
  const { devices }: { devices: { id: string; name: string }[] } = await answer.json();
  return devices.find((device) => device.name === name)!.id;
}

export async function revokeDevice(servery: Servery, device: string) {
  expect((await (await managerApi(servery)).delete(`/api/v1/restaurants/${DINER}/devices/${device}`)).status()).toBe(204);
}

/** A code that lets one device in. */
export async function pairingCode(servery: Servery, kind = "till", name = "Bar till"): Promise<string> {
  const answer = await (await managerApi(servery)).post(`/api/v1/restaurants/${DINER}/devices`, { data: { kind, name } });
  expect(answer.status(), await answer.text()).toBe(201);
  return (await answer.json()).code;
}

/** Ends on the page of the device, which can be opened without a network from then on. */
export async function pairDevice(page: Page, servery: Servery, kind = "till", name = "Bar till") {
  await page.goto(DEVICE);
  await page.getByLabel(words["device.code"]).fill(await pairingCode(servery, kind, name));
  await page.getByRole("button", { name: words["device.pair"] }).click();
  await expect(page.locator(".health")).toContainText(name);
  await expect(connectionStatus(page)).toContainText(words["line.online"]);
  await waitUntilCached(page);
}

/** The app's files and what it opens with are in the device's keeping. */
async function waitUntilCached(page: Page) {
  const cached = () =>
    page.evaluate(async (slug) => {
      const files = (await caches.keys()).find((name) => name.startsWith("files-"));
      const staffs = files && (await (await caches.open(files)).keys()).filter((file) => /\/(assets|shell)\/staff/.test(file.url));
      const answers = await caches.open("answers-v1");
      const menu = await answers.match(`/api/v1/restaurants/${slug}/menu`);
      return (staffs ? staffs.length : 0) >= 9 && !!menu && !!navigator.serviceWorker.controller;
    }, DINER);
  await expect.poll(cached, { message: "the staff app is cached", timeout: 15_000 }).toBe(true);
}

/** A device of the same restaurant that only knows the API. */
export class ApiDevice {
  #done = 0;
  private constructor(private readonly api: APIRequestContext, readonly device: string) {}

  static async pair(servery: Servery, kind = "till"): Promise<ApiDevice> {
    const api = await request.newContext({ baseURL: servery.url });
    const code = await pairingCode(servery, kind, "Other till");
    let device = id();
    const pair = () => api.post("/api/v1/devices", { data: { code, device } });
    let answer = await pair();
    // As the app does it: another device of the restaurant may have the receipt prefix of this id.
    if (answer.status() === 409) {
      device = id();
      answer = await pair();
    }
    expect(answer.status(), await answer.text()).toBe(201);
    return new ApiDevice(api, device);
  }

  async sync(...actions: object[]) {
    const at = Math.floor(Date.now() / 1000);
    const ops = actions.map((action) => ({ id: id(), device: this.device, n: ++this.#done, op_version: 1, at, action }));
    const answer = await this.api.post(`/api/v1/restaurants/${DINER}/sync`, { data: { device: this.device, since: 0, ops } });
    expect(answer.status(), await answer.text()).toBe(200);
    return answer.json();
  }

  /** Asks for what cannot be granted, so that every device has something to show. */
  async causeRefusals(count: number) {
    const { records } = await this.sync(...Array.from({ length: count }, () => ({ close: { bill: id() } })));
    return records.filter((record: object) => "refused_op" in record).length;
  }

  async records(kind: string) {
    let [since, found] = [0, [] as Record<string, Record<string, unknown>>[]];
    for (;;) {
      const { records, revision, more } = await (
        await this.api.post(`/api/v1/restaurants/${DINER}/sync`, { data: { device: this.device, since, ops: [] } })
      ).json();
      found = [...found, ...records];
      if (!more) return found.filter((record) => kind in record).map((record) => record[kind]);
      since = revision;
    }
  }

  async end() {
    await this.api.dispose();
  }
}

/** As if they had been done here without a network: they are on the disk when the page is opened the next time. */
export async function storeInOutbox(page: Page, actions: object[]) {
  const [head, paired] = await page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) => new Promise<T>((resolve, reject) => ((request.onsuccess = () => resolve(request.result)), (request.onerror = () => reject(request.error))));
    const database = await done(indexedDB.open("staff"));
    const meta = database.transaction("meta").objectStore("meta");
    const values = [JSON.parse(await done(meta.get("kept"))), JSON.parse(await done(meta.get("paired")))];
    database.close();
    return values;
  });
  const ops = actions.map((action) => {
    head.made += 1;
    const op = { id: id(), action, device: head.device, n: head.made, op_version: 1, at: Math.floor(Date.now() / 1000) };
    return { n: head.made, stored: encrypt(paired.storage_key, JSON.stringify(op)) };
  });
  await page.evaluate(
    async ({ head, ops }) => {
      const done = <T>(request: IDBRequest<T>) => new Promise<T>((resolve, reject) => ((request.onsuccess = () => resolve(request.result)), (request.onerror = () => reject(request.error))));
      const database = await done(indexedDB.open("staff"));
      const transaction = database.transaction(["meta", "outbox"], "readwrite");
      for (const { n, stored } of ops) transaction.objectStore("outbox").put(new Uint8Array(stored), n);
      transaction.objectStore("meta").put(JSON.stringify(head), "kept");
      await new Promise((resolve, reject) => ((transaction.oncomplete = resolve), (transaction.onabort = reject)));
      database.close();
    },
    { head, ops },
  );
}

/** As a device encrypts what it stores: nonce, text and tag of ChaCha20-Poly1305. */
function encrypt(storageKey: string, text: string): number[] {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("chacha20-poly1305", Buffer.from(storageKey, "hex"), nonce, { authTagLength: 16 });
  return [...Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()])];
}

/** Every op that leaves the device, as often as it does. */
export function recordSentOps(context: BrowserContext) {
  const sent: { id: string; device: string; n: number }[] = [];
  context.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/sync")) sent.push(...request.postDataJSON().ops);
  });
  return sent;
}

export { DINER };
