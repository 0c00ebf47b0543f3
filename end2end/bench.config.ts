import { defineConfig } from "@playwright/test";
import tests from "./playwright.config";

// Measured one after the other, on a machine that does nothing else.
export default defineConfig({ ...tests, testDir: "bench", testMatch: "*.bench.ts", workers: 1, timeout: 300_000 });
