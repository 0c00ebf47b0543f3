// Checks the accessibility of pages with axe-core (https://github.com/dequelabs/axe-core).

import axe from "axe-core";
import { expect } from "./servery";
import type { Page } from "@playwright/test";

/** The rules to check again in the dark colour scheme, which changes colours only. */
export const COLOURS = ["color-contrast", "link-in-text-block"];

interface Checks {
  /** Only these rules. */
  rules?: string[];
  /** All rules but these. */
  without?: string[];
  /** Elements that are not ours. */
  exclude?: string;
}

/** The page as it is now breaks no rule of axe. */
export async function expectAccessible(page: Page, { rules, without = [], exclude }: Checks = {}) {
  const options: axe.RunOptions = {
    ...(rules ? { runOnly: { type: "rule", values: rules } } : {}),
    rules: Object.fromEntries(without.map((rule) => [rule, { enabled: false }])),
    resultTypes: ["violations"],
  };
  const context = { include: ["html"], exclude: exclude ? [exclude] : [] };
  await page.evaluate(axe.source);
  const { violations, passes } = await page.evaluate(
    ({ context, options }) => (window as unknown as { axe: typeof axe }).axe.run(context, options),
    { context, options },
  );
  expect(passes.length, "axe ran rules").toBeGreaterThan(0);
  const found = violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.slice(0, 5).map((node) => `${node.target} ${node.failureSummary}`) }));
  expect(found).toEqual([]);
}
