// A card provider to test with, a program of its own; a proxy in front of it that can drop connections; and a stand-in for the script that the provider gives to browsers.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { BrowserContext } from "@playwright/test";
import { boardTest } from "./board";
import { expect, Servery } from "./servery";

const SECRET = "sk_test_servery";

export const ACCEPTED = "4242424242424242";
export const DECLINED = "4000000000000341";
export const REQUIRES_AUTHENTICATION = "4000002500003155";

const address = (server: Server) => `http://127.0.0.1:${(server.address() as { port: number }).port}`;

async function startServer(handle: (incoming: IncomingMessage, response: ServerResponse) => Promise<unknown>): Promise<Server> {
  const server = createServer((incoming, response) => void handle(incoming, response).catch(() => response.destroy())).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** The port that localstripe was given, said once it listens there. */
async function portOf(localstripe: ChildProcess): Promise<number> {
  const signal = AbortSignal.timeout(20_000);
  for await (const line of createInterface({ input: localstripe.stdout!, signal })) {
    const port = /Running on .*:(\d+) /.exec(line)?.[1];
    if (port) return Number(port);
  }
  throw new Error("localstripe does not listen");
}

async function body(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** What Stripe's script does for the card page, as its documentation has it: a form in a frame of another site. */
const SCRIPT = `
  window.Stripe = (key) => {
    if (!key.startsWith("pk_")) throw new Error("not a publishable key");
    const ask = async (path, fields) => {
      const answer = await fetch("https://api.stripe.com" + path, { method: "POST", body: new URLSearchParams(fields) });
      return answer.json();
    };
    const frame = (source, title, hear) => {
      const frame = document.createElement("iframe");
      frame.src = source;
      frame.title = title;
      addEventListener("message", ({ source, data }) => source === frame.contentWindow && hear(data));
      return frame;
    };
    return {
      elements({ mode, amount, currency, allowedPaymentMethodTypes, paymentMethodCreation }) {
        const sound = mode === "payment" && Number.isInteger(amount) && currency === currency.toLowerCase();
        if (!sound || String(allowedPaymentMethodTypes) !== "card" || paymentMethodCreation !== "manual") throw new Error("other options");
        let number = "";
        const heard = {};
        return {
          create: () => ({
            on: (event, callback) => (heard[event] = callback),
            mount: (place) =>
              document.querySelector(place).append(
                frame("https://js.stripe.com/stand-in/element.html", "Secure payment input frame", (data) => {
                  if (data === "ready") heard.ready();
                  else number = data.number;
                }),
              ),
          }),
          submit: async () => (number ? {} : { error: { message: "Your card number is incomplete." } }),
          number: () => number,
        };
      },
      createPaymentMethod: async ({ elements }) => {
        const card = { "card[number]": elements.number(), "card[exp_month]": "12", "card[exp_year]": "2040", "card[cvc]": "123" };
        return { paymentMethod: await ask("/v1/payment_methods", { type: "card", ...card }) };
      },
      handleNextAction: ({ clientSecret }) =>
        new Promise((resolve) => {
          const bank = frame("https://hooks.stripe.com/stand-in/bank.html", "Your bank", async () => {
            const intent = clientSecret.split("_secret_")[0];
            await ask("/v1/payment_intents/" + intent + "/_authenticate", { client_secret: clientSecret, success: "true", key });
            resolve({});
          });
          document.body.append(bank);
        }),
    };
  };
`;

const FRAMES: Record<string, string> = {
  "https://js.stripe.com/stand-in/element.html": `<!doctype html><html lang="en"><title>Card</title><main><label>Card number <input></label></main><script>
    document.querySelector("input").addEventListener("input", ({ target }) => parent.postMessage({ number: target.value }, "*"));
    parent.postMessage("ready", "*");
  </script></html>`,
  "https://hooks.stripe.com/stand-in/bank.html": `<!doctype html><html lang="en"><title>Bank</title><main><button onclick="parent.postMessage('yes', '*')">It is me</button></main></html>`,
};

/** A card reader of the account, of which localstripe has none: what it shows and what became of it. */
interface Reader {
  id: string;
  label: string;
  serial_number: string;
  action: { type: string; status: string; failure_code: string | null; process_payment_intent: { payment_intent: string } } | null;
}

export class Provider {
  readonly reader: Reader = { id: "tmr_bar", label: "Bar reader", serial_number: "SN-1", action: null };
  /** Why the last card at the reader was declined, by intent. */
  #declined: Record<string, object> = {};
  /** "cut": no request arrives. "lost": requests arrive, and their responses do not come back. */
  network: "good" | "cut" | "lost" = "good";
  #process!: ChildProcess;
  #url = "";
  #folder = "";
  #proxy!: Server;

  static async start(): Promise<Provider> {
    const python = process.env.SERVERY_TEST_PEERS;
    if (!python) throw new Error("SERVERY_TEST_PEERS names a Python that has 'localstripe'; './dev e2e' installs one");
    const provider = new Provider();
    provider.#folder = await mkdtemp(join(tmpdir(), "servery-cards-"));
    provider.#process = spawn(python, ["-u", "-m", "localstripe", "--from-scratch", "--port", "0"], { cwd: provider.#folder, stdio: ["ignore", "pipe", "ignore"] });
    provider.#url = `http://127.0.0.1:${await portOf(provider.#process)}`;
    provider.#proxy = await startServer((incoming, response) => provider.#forward(incoming, response));
    return provider;
  }

  /** As the operator tells the server of it. */
  get settings() {
    return ["--card-provider", address(this.#proxy), "--card-secret", SECRET, "--card-webhook-secret", "whsec_servery", "--card-publishable-key", "pk_test_servery"];
  }

  async stop() {
    const ended = once(this.#process, "exit");
    this.#process.kill();
    await ended;
    this.#proxy.closeAllConnections();
    this.#proxy.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #ask<T>(path: string, fields?: Record<string, string>): Promise<T> {
    const headers = { authorization: `Bearer ${SECRET}` };
    const asked = fields ? { method: "POST", headers, body: new URLSearchParams(fields) } : { headers };
    const answer = await fetch(`${this.#url}${path}`, asked);
    expect(answer.status, path).toBe(200);
    return answer.json() as Promise<T>;
  }

  /** A guest holds a card to the reader, which is charged or declined. */
  async holdCard(declinedFor?: string) {
    await expect.poll(() => this.reader.action?.status, { message: "the reader shows an amount" }).toBe("in_progress");
    const action = this.reader.action!;
    const intent = action.process_payment_intent.payment_intent;
    if (declinedFor) {
      this.#declined[intent] = { code: "card_declined", decline_code: declinedFor };
      Object.assign(action, { status: "failed", failure_code: "card_declined" });
    } else {
      await this.#ask(`/v1/payment_intents/${intent}/confirm`, {});
      action.status = "succeeded";
    }
  }

  /** What the reader has charged, in minor units. */
  async chargedOnReader(): Promise<number[]> {
    type Intents = { data: { status: string; amount: number; metadata: { payment?: string } }[] };
    const { data } = await this.#ask<Intents>("/v1/payment_intents?limit=100");
    return data.filter(({ status, metadata }) => status === "succeeded" && metadata.payment).map(({ amount }) => amount);
  }

  #answerForReader(path: string, sent?: URLSearchParams): object {
    if (path.endsWith("/readers")) return { object: "list", data: [this.reader] };
    const intent = sent?.get("payment_intent");
    if (path.endsWith("/cancel_action")) this.reader.action = null;
    else if (intent) this.reader.action = { type: "process_payment_intent", status: "in_progress", failure_code: null, process_payment_intent: { payment_intent: intent } };
    return this.reader;
  }

  /** localstripe gives an intent of a reader its card from the start, because it takes none later. */
  async #cardForReader(sent?: URLSearchParams) {
    if (sent?.get("allowed_payment_method_types[]") !== "card_present") return;
    const card = { type: "card", "card[number]": ACCEPTED, "card[exp_month]": "12", "card[exp_year]": "2040", "card[cvc]": "123" };
    sent.set("payment_method", (await this.#ask<{ id: string }>("/v1/payment_methods", card)).id);
  }

  #asStripeHasIt(text: string): string {
    const intent = JSON.parse(text) as { id?: string; status?: string; metadata?: { payment?: string } };
    if (!intent.metadata?.payment) return text;
    const status = intent.status === "requires_confirmation" ? "requires_payment_method" : intent.status;
    return JSON.stringify({ ...intent, status, last_payment_error: this.#declined[intent.id ?? ""] ?? null });
  }

  /** What cards were charged for an order, in minor units, one entry per charge. */
  async charges(order: string): Promise<number[]> {
    type Intents = { data: { status: string; amount: number; metadata: { order?: string } }[] };
    const { data } = await this.#ask<Intents>("/v1/payment_intents?limit=100");
    return data.filter(({ status, metadata }) => status === "succeeded" && metadata.order === order).map(({ amount }) => amount);
  }

  async refunds(order: string): Promise<number[]> {
    type Intents = { data: { id: string; metadata: { order?: string } }[] };
    const intents = (await this.#ask<Intents>("/v1/payment_intents?limit=100")).data.filter(({ metadata }) => metadata.order === order);
    type Refunds = { data: { amount: number }[] };
    const refunds = await Promise.all(intents.map(({ id }) => this.#ask<Refunds>(`/v1/refunds?payment_intent=${id}`)));
    return refunds.flatMap(({ data }) => data.map(({ amount }) => amount));
  }

  /** Browsers get the stand-in for the provider's script, and what it asks reaches the provider. */
  async standIn(context: BrowserContext) {
    await context.route("https://js.stripe.com/**", (route) => {
      const frame = FRAMES[route.request().url()];
      return route.fulfill(frame ? { contentType: "text/html", body: frame } : { contentType: "text/javascript", body: SCRIPT });
    });
    await context.route("https://hooks.stripe.com/**", (route) => route.fulfill({ contentType: "text/html", body: FRAMES[route.request().url()] }));
    await context.route("https://api.stripe.com/**", async (route) => {
      const asked = route.request();
      const answer = await fetch(`${this.#url}${new URL(asked.url()).pathname}`, {
        method: "POST",
        headers: { authorization: `Bearer ${SECRET}` },
        body: new URLSearchParams(asked.postData() ?? ""),
      });
      await route.fulfill({ status: answer.status, headers: { "access-control-allow-origin": "*" }, contentType: "application/json", body: await answer.text() });
    });
  }

  async #forward(incoming: IncomingMessage, response: ServerResponse) {
    if (this.network === "cut") return response.destroy();
    const { authorization, "content-type": contentType } = incoming.headers;
    const headers = Object.fromEntries(Object.entries({ authorization, "content-type": contentType }).filter(([, value]) => value)) as Record<string, string>;
    const sent = incoming.method === "GET" ? undefined : new URLSearchParams(await body(incoming));
    const path = new URL(incoming.url ?? "", this.#url).pathname;
    if (path.startsWith("/v1/terminal/")) {
      const answer = JSON.stringify(this.#answerForReader(path, sent));
      if (this.network === "lost") return response.destroy();
      return response.writeHead(200, { "content-type": "application/json" }).end(answer);
    }
    await this.#cardForReader(sent);
    // localstripe knows neither of them.
    for (const name of ["return_url", "allowed_payment_method_types[]"]) sent?.delete(name);
    const upstream = await fetch(`${this.#url}${incoming.url}`, { method: incoming.method, headers, body: sent });
    const text = this.#asStripeHasIt(await upstream.text());
    if (this.network === "lost") return response.destroy();
    response.writeHead(upstream.status, { "content-type": "application/json" }).end(text);
  }
}

/** A server that takes cards. */
export const startWithCards = (provider: Provider) => Servery.start({ settings: provider.settings });

/** A server that takes cards, and its provider. */
export const cardTest = boardTest.extend<{}, { provider: Provider; servery: Servery }>({
  provider: [
    async ({}, use) => {
      const provider = await Provider.start();
      await use(provider);
      await provider.stop();
    },
    { scope: "worker", timeout: 30_000 },
  ],
  servery: [
    async ({ provider }, use) => {
      const servery = await startWithCards(provider);
      await use(servery);
      await servery.remove();
    },
    { scope: "worker", timeout: 30_000 },
  ],
});
