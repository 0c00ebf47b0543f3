// A server in front of a server: it answers as the next release would, with a version of its own, and can lose a file.

import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";

export class NextVersion {
  /** The version that service worker and shells carry from now on; as the server says when undefined. */
  version: string | undefined;
  /** Some nodes still run the version before: their shells say so. */
  half = false;
  /** The service worker's text is another one, and nothing else is. */
  retouched = false;
  /** A file that this release lost. */
  missing: RegExp | undefined;
  /** A file on whose way the line breaks. */
  broken: RegExp | undefined;
  #server: Server;

  private constructor(port: number) {
    this.#server = createServer((asked, answer) => {
      const address = asked.url ?? "/";
      if (this.broken?.test(address)) return void asked.socket.destroy();
      if (this.missing?.test(address)) return void answer.writeHead(404).end();
      // What is changed on the way is sent in full, and readable.
      const headers = { ...asked.headers, "accept-encoding": "identity" };
      delete headers["if-none-match"];
      const onward = request({ host: "127.0.0.1", port, path: address, method: asked.method, headers }, (got) => void this.#pass(address, got, answer));
      onward.on("error", () => answer.destroy());
      asked.pipe(onward);
    });
  }

  async #pass(address: string, got: IncomingMessage, answer: ServerResponse) {
    const chunks: Buffer[] = [];
    for await (const chunk of got) chunks.push(chunk);
    let body = Buffer.concat(chunks);
    const headers = { ...got.headers };
    if (this.version && address === "/service-worker.js" && got.statusCode === 200) {
      const text = body.toString().replace(/const VERSION = "[^"]*"/, `const VERSION = "${this.version}"`);
      if (!text.includes(this.version)) throw new Error("the service worker names no version");
      body = Buffer.from(text);
      delete headers.etag;
    }
    if (this.retouched && address === "/service-worker.js") body = Buffer.concat([body, Buffer.from("// Retouched.\n")]);
    if (this.version && !this.half && headers["servery-version"]) headers["servery-version"] = this.version;
    if (body.length > 0) headers["content-length"] = `${body.length}`;
    answer.writeHead(got.statusCode ?? 502, headers).end(body);
  }

  static async before(port: number): Promise<NextVersion> {
    const next = new NextVersion(port);
    next.#server.listen(0, "127.0.0.1");
    await once(next.#server, "listening");
    return next;
  }

  get url() {
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  async close() {
    this.#server.closeAllConnections();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, "close");
  }
}
