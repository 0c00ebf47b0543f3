// A card provider to test with, a program of its own; a line to it that can be cut; and the page on which cards are typed, which is the operator's.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, freePort, Servery } from "./servery";

const SECRET = "sk_test_servery";

export const GOOD = "4242424242424242";
export const DECLINED = "4000000000000341";
export const WANTS_TO_SEE_YOU = "4000002500003155";

const address = (server: Server) => `http://127.0.0.1:${(server.address() as { port: number }).port}`;

async function listening(answer: (asked: IncomingMessage, answer: ServerResponse) => Promise<unknown>): Promise<Server> {
  const server = createServer((asked, response) => void answer(asked, response).catch(() => response.destroy())).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function body(asked: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of asked) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

export class Provider {
  /** "lost": what is asked arrives, and its answer does not. */
  line: "good" | "cut" | "lost" = "good";
  #process!: ChildProcess;
  #url = "";
  #folder = "";
  #wire!: Server;
  #page!: Server;

  static async start(): Promise<Provider> {
    const python = process.env.SERVERY_TEST_PEERS;
    if (!python) throw new Error("SERVERY_TEST_PEERS names a Python that has 'localstripe'; './dev e2e' installs one");
    const provider = new Provider();
    const port = await freePort();
    provider.#url = `http://127.0.0.1:${port}`;
    provider.#folder = await mkdtemp(join(tmpdir(), "servery-cards-"));
    provider.#process = spawn(python, ["-m", "localstripe", "--from-scratch", "--port", `${port}`], { cwd: provider.#folder, stdio: "ignore" });
    provider.#wire = await listening((asked, answer) => provider.#pass(asked, answer));
    provider.#page = await listening((asked, answer) => provider.#show(asked, answer));
    const ready = async () => (await fetch(`${provider.#url}/js.stripe.com/v3/`).catch(() => undefined))?.status;
    await expect.poll(ready, { message: "localstripe answers", timeout: 20_000, intervals: [50] }).toBe(200);
    return provider;
  }

  /** As the operator tells the server of it. */
  get settings() {
    return ["--card-provider", address(this.#wire), "--card-secret", SECRET, "--card-webhook-secret", "whsec_servery", "--card-page", `${address(this.#page)}/pay`];
  }

  async stop() {
    const ended = once(this.#process, "exit");
    this.#process.kill();
    await ended;
    for (const server of [this.#wire, this.#page]) {
      server.closeAllConnections();
      server.close();
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #ask<T>(path: string, fields?: Record<string, string>): Promise<T> {
    const headers = { authorization: `Bearer ${SECRET}` };
    const asked = fields ? { method: "POST", headers, body: new URLSearchParams(fields) } : { headers };
    const answer = await fetch(`${this.#url}${path}`, asked);
    expect(answer.status, path).toBe(200);
    return answer.json() as Promise<T>;
  }

  /** What cards were charged for an order, in minor units, one entry per charge. */
  async charged(order: string): Promise<number[]> {
    type Intents = { data: { status: string; amount: number; metadata: { order?: string } }[] };
    const { data } = await this.#ask<Intents>("/v1/payment_intents?limit=100");
    return data.filter(({ status, metadata }) => status === "succeeded" && metadata.order === order).map(({ amount }) => amount);
  }

  async refunded(order: string): Promise<number[]> {
    type Intents = { data: { id: string; metadata: { order?: string } }[] };
    const intents = (await this.#ask<Intents>("/v1/payment_intents?limit=100")).data.filter(({ metadata }) => metadata.order === order);
    type Refunds = { data: { amount: number }[] };
    const refunds = await Promise.all(intents.map(({ id }) => this.#ask<Refunds>(`/v1/refunds?payment_intent=${id}`)));
    return refunds.flatMap(({ data }) => data.map(({ amount }) => amount));
  }

  async #pass(asked: IncomingMessage, answer: ServerResponse) {
    if (this.line === "cut") return answer.destroy();
    const { authorization, "content-type": contentType } = asked.headers;
    const headers = Object.fromEntries(Object.entries({ authorization, "content-type": contentType }).filter(([, value]) => value)) as Record<string, string>;
    const sent = asked.method === "GET" ? undefined : await body(asked);
    const got = await fetch(`${this.#url}${asked.url}`, { method: asked.method, headers, body: sent });
    const text = await got.text();
    if (this.line === "lost") return answer.destroy();
    answer.writeHead(got.status, { "content-type": "application/json" }).end(text);
  }

  /** Works without a script, as any operator's should. */
  async #show(asked: IncomingMessage, answer: ServerResponse) {
    const url = new URL(asked.url ?? "/", address(this.#page));
    const of = (name: string) => url.searchParams.get(name) ?? "";
    const go = (path: string) => answer.writeHead(303, { location: path }).end();
    if (asked.method === "POST") {
      const typed = new URLSearchParams(await body(asked));
      if (of("payment_intent")) {
        await this.#ask(`/v1/payment_intents/${of("payment_intent")}/_authenticate`, { client_secret: of("client_secret"), success: "true", key: "pk_test_servery" });
        return go(of("return"));
      }
      const card = { "card[number]": typed.get("number") ?? "", "card[exp_month]": "12", "card[exp_year]": "2040", "card[cvc]": "123" };
      const { id } = await this.#ask<{ id: string }>("/v1/payment_methods", { type: "card", ...card });
      return go(`${of("return")}?payment_method=${id}`);
    }
    if (url.pathname !== "/pay") return answer.writeHead(204).end();
    const asks = of("payment_intent") ? "<button>It is me</button>" : `<label>Card <input name="number"></label><button>Pay ${escaped(`${of("amount")} ${of("currency")}`)}</button>`;
    const page = `<!doctype html><html lang="en"><title>Cards</title><h1>Your card</h1><form method="post">${asks}</form></html>`;
    answer.writeHead(200, { "content-type": "text/html" }).end(page);
  }
}

/** A server that takes cards. */
export const startWith = (provider: Provider) => Servery.start({ settings: provider.settings });
