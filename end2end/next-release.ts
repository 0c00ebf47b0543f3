// A server in front of a server: it answers as the next release would, with a version of its own, and can lose a file.

import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";

export class NextRelease {
  /** The version that service worker and shells carry from now on; as the server says when undefined. */
  version: string | undefined;
  /** Some nodes still run the version before: their shells say so. */
  oldShells = false;
  /** The service worker's text is another one, and nothing else is. */
  workerChanged = false;
  /** A file that this release lost. */
  missing: RegExp | undefined;
  /** A file on whose way the line breaks. */
  broken: RegExp | undefined;
  #server: Server;

  private constructor(port: number) {
    this.#server = createServer((incoming, response) => {
      const address = incoming.url ?? "/";
      if (this.broken?.test(address)) return void incoming.socket.destroy();
      if (this.missing?.test(address)) return void response.writeHead(404).end();
      // What is changed on the way is sent in full, and readable.
      const headers = { ...incoming.headers, "accept-encoding": "identity" };
      delete headers["if-none-match"];
      const outgoing = request({ host: "127.0.0.1", port, path: address, method: incoming.method, headers }, (upstream) => void this.#forward(address, upstream, response));
      outgoing.on("error", () => response.destroy());
      incoming.pipe(outgoing);
    });
  }

  async #forward(address: string, upstream: IncomingMessage, response: ServerResponse) {
    const chunks: Buffer[] = [];
    for await (const chunk of upstream) chunks.push(chunk);
    let body = Buffer.concat(chunks);
    const headers = { ...upstream.headers };
    if (this.version && address === "/service-worker.js" && upstream.statusCode === 200) {
      const text = body.toString().replace(/const VERSION = "[^"]*"/, `const VERSION = "${this.version}"`);
      if (!text.includes(this.version)) throw new Error("the service worker names no version");
      body = Buffer.from(text);
      delete headers.etag;
    }
    if (this.workerChanged && address === "/service-worker.js") body = Buffer.concat([body, Buffer.from("// Retouched.\n")]);
    if (this.version && !this.oldShells && headers["servery-version"]) headers["servery-version"] = this.version;
    if (body.length > 0) headers["content-length"] = `${body.length}`;
    response.writeHead(upstream.statusCode ?? 502, headers).end(body);
  }

  static async inFrontOf(port: number): Promise<NextRelease> {
    const next = new NextRelease(port);
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
