// A server of its own for each worker, and a page that notices every complaint of the browser.

import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test as base, type Page } from "@playwright/test";

const run = promisify(execFile);

const program = process.env.SERVERY ?? "servery";

/** A running `servery` in a folder that goes away with it: with the demo town, or with nobody in it yet. */
export class Servery {
  #server: ChildProcess | undefined;
  #log = "";

  private constructor(readonly folder: string, readonly port: number, readonly host: string, readonly settings: string[]) {}

  /** With `settings` as an operator would give them. */
  static async start({ host = "127.0.0.1", settings = [], demo = true }: { host?: string; settings?: string[]; demo?: boolean } = {}): Promise<Servery> {
    const servery = new Servery(await mkdtemp(join(tmpdir(), "servery-e2e-")), await freePort(), host, settings);
    if (demo) await servery.cli("demo");
    await servery.start();
    return servery;
  }

  get url() {
    return `http://${this.host}:${this.port}`;
  }

  /** `servery ARGUMENTS` on this server's database; answers with what it printed. */
  async cli(...args: string[]): Promise<string> {
    return (await run(program, [...args, "--database", this.#database], { cwd: this.folder })).stdout;
  }

  /** The path of the link that the first start of an empty server shows. */
  get firstLink() {
    return /\/invitations\/[0-9a-f]+/.exec(this.#log)![0];
  }

  get #database() {
    return `sqlite:${join(this.folder, "e2e.db")}`;
  }

  /** Again, on the same port; does nothing while it runs. */
  async start() {
    if (this.#server) return;
    // Pages are not kept plain because the machine that runs the tests is busy.
    const calm = ["--heavy-at", "600000"];
    const place = ["--database", this.#database, "--listen", `127.0.0.1:${this.port}`, "--public-url", this.url];
    const server = spawn(program, ["serve", ...place, ...calm, ...this.settings], {
      cwd: this.folder,
      // The push service of the tests is on this machine.
      env: { ...process.env, SERVERY_LOG: "warn", SERVERY_PRIVATE_ADDRESSES: "true" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    server.stdout.on("data", (text) => (this.#log += text));
    server.stderr.on("data", (text) => (this.#log += text));
    server.on("error", (error) => (this.#log += error));
    this.#server = server;
    const ready = async () => {
      if (server.exitCode !== null) throw new Error(`servery ended with ${server.exitCode}: ${this.#log}`);
      return (await fetch(`${this.url}/readyz`).catch(() => undefined))?.status;
    };
    await expect.poll(ready, { message: "servery is ready", timeout: 10_000, intervals: [20] }).toBe(200);
  }

  /** As an operator does: asks it to end, and waits until it has. */
  async stop() {
    const server = this.#server;
    this.#server = undefined;
    if (!server || server.exitCode !== null) return;
    const ended = once(server, "exit");
    server.kill("SIGTERM");
    const [code] = await ended;
    if (code !== 0) throw new Error(`servery ended with ${code}: ${this.#log}`);
  }

  async remove() {
    try {
      await this.stop();
    } finally {
      await rm(this.folder, { recursive: true, force: true });
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** Why a request had no answer: its network was cut, its server was stopped, or a test dropped it. */
export const OFFLINE = "net::ERR_INTERNET_DISCONNECTED";
export const DOWN = "net::ERR_CONNECTION_REFUSED";
export const DROPPED = "net::ERR_FAILED";

/** What a page has preloaded for a program that does not run. */
export const UNUSED = /^console\.warning: The resource .* was preloaded using link preload but not used /;

/** This path at any server, with anything for a `{name}`. */
function addresses(path: string): string {
  const parts = path.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^$()|[\]\\]/g, "\\$&"));
  return `http://[^/]+${parts.join("[^/]+")}`;
}

/** What the browser complained about. A test names the complaints that it provokes; any other fails it. */
export class Complaints {
  #messages: string[] = [];
  #expected: RegExp[] = [];
  #named: RegExp[] = [];

  constructor() {
    // A new device may get an id with the receipt prefix of another, by chance: the app then makes another id.
    this.expectStatus(409, "/api/v1/devices");
  }

  expect(...complaints: RegExp[]) {
    this.#expected.push(...complaints);
  }

  /** Calls of these paths have no answer, for this reason. */
  expectNoAnswer(why: typeof OFFLINE | typeof DOWN | typeof DROPPED, ...paths: string[]) {
    const calls = `(${paths.map(addresses).join("|")})`;
    this.#named.push(new RegExp(`^request: ${calls} ${why}$`), new RegExp(`^console\\.error: Failed to load resource: ${why} \\(${calls}\\)$`));
  }

  /** Calls of these paths are answered with this status. */
  expectStatus(status: number, ...paths: string[]) {
    const calls = `(${paths.map(addresses).join("|")})`;
    this.#named.push(new RegExp(`^console\\.error: Failed to load resource: the server responded with a status of ${status} \\([^)]*\\) \\(${calls}\\)$`));
  }

  /** With scripts off, Chromium reports the preloaded script as blocked, and what that would have used as unused once the page is seconds old. */
  expectNoScripts() {
    this.expect(/^request: .*\.js csp$/, UNUSED);
  }

  watch(page: Page) {
    page.on("console", (message) => this.#messages.push(`console.${message.type()}: ${message.text()} (${message.location().url})`));
    page.on("pageerror", (error) => this.#messages.push(`error: ${error.message}`));
    page.on("requestfailed", (request) => {
      const why = request.failure()?.errorText ?? "";
      // A page that is left drops what it still waited for.
      if (why !== "net::ERR_ABORTED") this.#messages.push(`request: ${request.url()} ${why}`);
    });
  }

  /** A server that fails is not expected in passing: its 500 has to be named. */
  get unexpected() {
    const isExpected = (complaint: string) => {
      const expected = complaint.includes("a status of 500 ") ? this.#named : [...this.#named, ...this.#expected];
      return expected.some((pattern) => pattern.test(complaint));
    };
    return [...new Set(this.#messages)].filter((complaint) => !isExpected(complaint));
  }
}

export const test = base.extend<{ complaints: Complaints }, { servery: Servery; host: string }>({
  /** What the server is called: passkeys want a name. */
  host: ["127.0.0.1", { option: true, scope: "worker" }],
  servery: [
    async ({ host }, use) => {
      const servery = await Servery.start({ host });
      await use(servery);
      await servery.remove();
    },
    { scope: "worker", timeout: 30_000 },
  ],
  baseURL: async ({ servery }, use) => use(servery.url),
  complaints: async ({}, use) => {
    const complaints = new Complaints();
    await use(complaints);
    expect(complaints.unexpected, "complaints of the browser").toEqual([]);
  },
  page: async ({ page, complaints, javaScriptEnabled }, use) => {
    if (!javaScriptEnabled) complaints.expectNoScripts();
    complaints.watch(page);
    await use(page);
  },
});

export { expect };

export type Mode = "thin" | "hydrated" | "thick";
export type Lang = "en" | "de" | "ar";

export const LANGS: Lang[] = ["en", "de", "ar"];

type Catalogue = Record<string, string>;
const catalogue = async (lang: string): Promise<Catalogue> => JSON.parse(await readFile(new URL(`../app/text/${lang}.json`, import.meta.url), "utf8"));

/** The words of the pages, from the catalogues that translators edit. */
export const officeTexts: Record<Lang, Catalogue> = { en: await catalogue("office.en"), de: await catalogue("office.de"), ar: await catalogue("office.ar") };
export const texts: Record<Lang, Catalogue> = { en: await catalogue("en"), de: await catalogue("de"), ar: await catalogue("ar") };

/** A text with `{name}`s, as a pattern that takes any value for each. */
export function pattern(text: string): RegExp {
  return new RegExp(text.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^$()|[\]\\]/g, "\\$&")).join(".+"));
}

/** Resolves once the app has taken the page over: the footer then tells what the browser itself measured. */
export async function appReady(page: Page, lang: Lang = "en") {
  await expect(page.locator(".made p"), "the app is alive").toHaveText(pattern(texts[lang]["made.browser"]));
}

/** Resolves once a service worker answers for this page. */
export async function serviceWorkerReady(page: Page) {
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state), { message: "a service worker is in charge" }).toBe("activated");
}
