// Installed staff apps: how a browser becomes one, what is on its disk, and a second one that is no browser.

import { expect, type Servery } from "./servery";
import { DINER } from "./ordering";
import { PASSWORD, signUp } from "./signed";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { request, type APIRequestContext, type BrowserContext, type Page } from "@playwright/test";

export const words: Record<string, string> = JSON.parse(await readFile(new URL("../app/text/staff.en.json", import.meta.url), "utf8"));

export const DEVICE = `/staff/${DINER}`;

export const id = () => randomUUID().replaceAll("-", "");

export const unsynced = (page: Page) => page.locator(".bar .unsynced");
export const line = (page: Page) => page.locator(".bar .line");
export const refused = (page: Page) => page.locator(".refused li");

/** What an open page asks again and again, and what it asks when it is opened: it can be used before the answers are there, and then has them to lose. */
export const SYNC = `/api/v1/restaurants/${DINER}/sync`;
export const LINE = [SYNC, `${SYNC}/events`];
export const OPENING = [`/api/v1/restaurants/${DINER}`, `/api/v1/restaurants/${DINER}/menu`];

const managers = new WeakMap<Servery, Promise<APIRequestContext>>();

/** Signed in as somebody who lets devices in, for calls of the API. */
export function manager(servery: Servery): Promise<APIRequestContext> {
  const known = managers.get(servery) ?? signedIn(servery);
  managers.set(servery, known);
  return known;
}

async function signedIn(servery: Servery) {
  const api = await request.newContext({ baseURL: servery.url });
  const email = await signUp(api);
  await servery.cli("staff", "add", email, "--restaurant", DINER, "--role", "manager", "--keep");
  expect((await api.post("/api/v1/sessions", { data: { email, password: PASSWORD } })).status()).toBe(201);
  return api;
}

/** A code that lets one device in. */
export async function code(servery: Servery, kind = "till", name = "Bar till"): Promise<string> {
  const answer = await (await manager(servery)).post(`/api/v1/restaurants/${DINER}/devices`, { data: { kind, name } });
  expect(answer.status(), await answer.text()).toBe(201);
  return (await answer.json()).code;
}

/** Ends on the page of the device, which can be opened without a network from then on. */
export async function letIn(page: Page, servery: Servery, kind = "till", name = "Bar till") {
  await page.goto(DEVICE);
  await page.getByLabel(words["device.code"]).fill(await code(servery, kind, name));
  await page.getByRole("button", { name: words["device.pair"] }).click();
  await expect(page.locator(".health")).toContainText(name);
  await expect(line(page)).toContainText(words["line.online"]);
  await kept(page);
}

/** The app's files and what it opens with are in the device's keeping. */
async function kept(page: Page) {
  const found = () =>
    page.evaluate(async (slug) => {
      const files = (await caches.keys()).find((name) => name.startsWith("files-"));
      const staffs = files && (await (await caches.open(files)).keys()).filter((file) => /\/(assets|shell)\/staff/.test(file.url));
      const answers = await caches.open("answers-v1");
      const menu = await answers.match(`/api/v1/restaurants/${slug}/menu`);
      return (staffs ? staffs.length : 0) >= 9 && !!menu && !!navigator.serviceWorker.controller;
    }, DINER);
  await expect.poll(found, { message: "the staff app is kept", timeout: 15_000 }).toBe(true);
}

/** A device of the same restaurant that only knows the API. */
export class Other {
  #done = 0;
  private constructor(private readonly api: APIRequestContext, readonly device: string) {}

  static async letIn(servery: Servery, kind = "till"): Promise<Other> {
    const api = await request.newContext({ baseURL: servery.url });
    const device = id();
    const answer = await api.post("/api/v1/devices", { data: { code: await code(servery, kind, "Other till"), device } });
    expect(answer.status(), await answer.text()).toBe(201);
    return new Other(api, device);
  }

  async sync(...actions: object[]) {
    const at = Math.floor(Date.now() / 1000);
    const ops = actions.map((action) => ({ id: id(), device: this.device, n: ++this.#done, op_version: 1, at, action }));
    const answer = await this.api.post(`/api/v1/restaurants/${DINER}/sync`, { data: { device: this.device, since: 0, ops } });
    expect(answer.status(), await answer.text()).toBe(200);
    return answer.json();
  }

  /** Asks for what cannot be granted, so that every device has something to show. */
  async refusals(count: number) {
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
export async function putOnDisk(page: Page, actions: object[]) {
  const ops = actions.map((action) => ({ id: id(), action }));
  await page.evaluate(async (ops) => {
    const done = <T>(request: IDBRequest<T>) => new Promise<T>((resolve, reject) => ((request.onsuccess = () => resolve(request.result)), (request.onerror = () => reject(request.error))));
    const database = await done(indexedDB.open("staff"));
    const transaction = database.transaction(["meta", "outbox"], "readwrite");
    const [meta, outbox] = [transaction.objectStore("meta"), transaction.objectStore("outbox")];
    const head = JSON.parse(await done(meta.get("kept")));
    for (const op of ops) {
      head.made += 1;
      outbox.put(JSON.stringify({ ...op, device: head.device, n: head.made, op_version: 1, at: Math.floor(Date.now() / 1000) }), head.made);
    }
    meta.put(JSON.stringify(head), "kept");
    await new Promise((resolve, reject) => ((transaction.oncomplete = resolve), (transaction.onabort = reject)));
    database.close();
  }, ops);
}

/** Every op that leaves the device, as often as it does. */
export function listen(context: BrowserContext) {
  const sent: { id: string; device: string; n: number }[] = [];
  context.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/sync")) sent.push(...request.postDataJSON().ops);
  });
  return sent;
}

export { DINER };
