// A push service on this machine, and the keys of the browser that subscribed to it.

import { createDecipheriv, createECDH, hkdfSync, randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import { once } from "node:events";

export class PushService {
  /** What was taken for the browser, as only it can read it. */
  readonly notices: string[] = [];
  readonly #keys = createECDH("prime256v1");
  readonly #auth = randomBytes(16);
  readonly #server: Server;

  private constructor() {
    this.#keys.generateKeys();
    this.#server = createServer(async (incoming, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk);
      this.notices.push(this.#decrypt(Buffer.concat(chunks)));
      response.writeHead(201).end();
    });
  }

  static async start(): Promise<PushService> {
    const service = new PushService();
    service.#server.listen(0, "127.0.0.1");
    await once(service.#server, "listening");
    return service;
  }

  /** RFC 8291. */
  #decrypt(body: Buffer): string {
    const salt = body.subarray(0, 16);
    const sender = body.subarray(21, 21 + body[20]);
    const sealed = body.subarray(21 + body[20]);
    const derive = (salt: Buffer, secret: Buffer, info: Buffer | string, length: number) => Buffer.from(hkdfSync("sha256", secret, salt, info, length));
    const info = Buffer.concat([Buffer.from("WebPush: info\0"), this.#keys.getPublicKey(), sender]);
    const secret = derive(this.#auth, this.#keys.computeSecret(sender), info, 32);
    const decipher = createDecipheriv("aes-128-gcm", derive(salt, secret, "Content-Encoding: aes128gcm\0", 16), derive(salt, secret, "Content-Encoding: nonce\0", 12));
    decipher.setAuthTag(sealed.subarray(-16));
    const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
    return plain.subarray(0, plain.lastIndexOf(2)).toString();
  }

  /** What `PushSubscription.toJSON()` gives. */
  get subscription() {
    const { port } = this.#server.address() as { port: number };
    const keys = { p256dh: this.#keys.getPublicKey("base64url"), auth: this.#auth.toString("base64url") };
    return { endpoint: `http://127.0.0.1:${port}/send/ada`, expirationTime: null, keys };
  }

  async close() {
    this.#server.close();
    // A connection that is kept alive would keep it open.
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }
}
