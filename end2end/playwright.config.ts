import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";

export default defineConfig({
  testDir: "tests",
  workers: 2,
  fullyParallel: true,
  // In CI a second try leaves a trace. A test that was red once fails the run, even if the second try passes.
  retries: process.env.CI ? 1 : 0,
  failOnFlakyTests: true,
  // Enough for a machine whose cores are busy with something else.
  timeout: 40_000,
  expect: { timeout: 10_000 },
  forbidOnly: !!process.env.CI,
  reporter: [["line"], ["./failures.ts"]],
  // Pictures of every page are for people to look at: LOOKS=folder npx playwright test
  ...(process.env.LOOKS ? { grep: /@looks/ } : { grepInvert: /@looks/ }),
  use: {
    browserName: "chromium",
    locale: "en-GB",
    trace: "on-first-retry",
    launchOptions: {
      // Without one of the system's, Playwright uses its own.
      executablePath: existsSync(chromium) ? chromium : undefined,
      // Maps are drawn by the processor.
      args: ["--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader", "--disable-quic", "--disable-background-networking"],
    },
  },
});
