// A client in TypeScript that others would generate from the API's document. The one in Python is tested beside the API.

import { execFile } from "node:child_process";
import { copyFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import openapiTypes, { astToString } from "openapi-typescript";
import { expect, test } from "../servery";

const run = promisify(execFile);
const HERE = new URL("..", import.meta.url).pathname;

test("a client that was generated from the API's document places an order and follows it", async ({ servery }, info) => {
  test.slow();
  const schema = astToString(await openapiTypes(new URL("/api/v1/openapi.json", servery.url)));
  await writeFile(info.outputPath("schema.d.ts"), schema);
  const client = info.outputPath("place-order.ts");
  await copyFile(`${HERE}generated-client/place-order.ts`, client);
  // The types of the document are checked against what the client does.
  const options = ["--strict", "--target", "es2023", "--module", "esnext", "--moduleResolution", "bundler", "--skipLibCheck"];
  const compiled = await run(`${HERE}node_modules/.bin/tsc`, [...options, client], { cwd: HERE }).catch((error) => error);
  expect(compiled.stdout).toBe("");
  const { stdout } = await run("node", [client.replace(/ts$/, "js"), servery.url]);
  expect(stdout).toContain("placed, followed and cancelled");
});
