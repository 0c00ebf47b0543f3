// The devices page of the board: a manager creates a pairing code, a device pairs with it, and is revoked.

import { expectAccessible } from "../axe";
import { appReady, expect, texts } from "../servery";
import { BOARD, boardTest, setRenderMode, signInToBoard } from "../board";
import { randomBytes } from "node:crypto";

const words = texts.en;
const HERE = `${BOARD}/devices`;

for (const mode of ["thin", "hydrated"] as const) {
  boardTest(`a device is paired and revoked, ${mode}`, async ({ board, playwright, servery }) => {
    await setRenderMode(board.context(), servery.url, mode);
    await signInToBoard(board, servery);
    await board.getByRole("link", { name: words["board.devices"], exact: true }).click();
    await expect(board).toHaveURL(new RegExp(`${HERE}$`));
    if (mode === "hydrated") await appReady(board);
    const name = `Pass ${mode}`;
    await board.getByLabel(words["devices.kind"]).selectOption("kitchen");
    await board.getByLabel(words["devices.name"]).fill(name);
    await board.getByRole("button", { name: words["devices.make"] }).click();
    const code = await board.locator(".pairing .code").textContent();
    expect(code).toMatch(/^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$/);
    await expectAccessible(board);

    const device = await playwright.request.newContext({ baseURL: servery.url });
    const paired = await device.post("/api/v1/devices", { data: { code, device: randomBytes(16).toString("hex") } });
    expect(paired.status()).toBe(201);
    await board.goto(HERE);
    const row = board.getByRole("listitem").filter({ hasText: name });
    await expect(row).toContainText(words["devices.kitchen"]);
    await row.getByRole("button", { name: words["devices.sign-out"] }).click();
    await expect(board.getByRole("status").filter({ hasText: words["devices.signed-out"] })).toBeVisible();
    await expect(row).toHaveCount(0);
    await device.dispose();
  });
}
