// At the end of a run: what failed, and what the page showed, also if the second try passed. The line of the failure itself is far above by then.

import { readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import type { Reporter, TestCase, TestResult } from "@playwright/test/reporter";

const LINES_OF_A_PAGE = 60;

export default class Failures implements Reporter {
  #failed: { test: TestCase; result: TestResult }[] = [];

  onTestEnd(test: TestCase, result: TestResult) {
    if (result.status !== test.expectedStatus && result.status !== "skipped") this.#failed.push({ test, result });
  }

  onEnd() {
    for (const { test, result } of this.#failed) {
      console.log(`\n✗ ${test.titlePath().filter(Boolean).join(" › ")}, try ${result.retry + 1}, ${result.status} after ${result.duration} ms`);
      for (const { message, snippet } of result.errors) console.log(stripVTControlCharacters([message, snippet].filter(Boolean).join("\n")));
      for (const { name, path } of result.attachments) {
        if (name !== "error-context" || !path) continue;
        const lines = readFileSync(path, "utf8").split("\n");
        const main = lines.indexOf("- main:") + 1;
        console.log(lines.slice(main, main + LINES_OF_A_PAGE).join("\n"));
      }
    }
  }

  printsToStdio() {
    return false;
  }
}
