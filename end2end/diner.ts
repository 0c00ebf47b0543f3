// A diner who only knows the API.

import { expect } from "./servery";
import { DINER } from "./ordering";
import { id } from "./devices";
import { dish } from "./ordering";
import type { APIRequestContext } from "@playwright/test";

export interface Placed {
  id: string;
  token: string;
  number: number;
  total: number;
}

/** Two salads for somebody, to be paid at the door. */
export async function placed(request: APIRequestContext, { service = "collection" as unknown, name = "Ada Lovelace" } = {}): Promise<Placed> {
  const salad = await dish(request, "Onion Rings");
  const basket = { lines: [{ id: id(), dish: salad.id, count: 2 }], service };
  const path = `/api/v1/restaurants/${DINER}`;
  const quote = await (await request.post(`${path}/quotes`, { data: basket })).json();
  const order = { id: id(), basket, contact: { name, phone: "+1 212 555 0199" }, payment: "door", seen: quote.total, lang: "en" };
  const answer = await request.post(`${path}/orders`, { data: order, headers: { "idempotency-key": id() } });
  expect(answer.status(), await answer.text()).toBe(201);
  const { token, number } = await answer.json();
  return { id: order.id, token, number, total: quote.total };
}
