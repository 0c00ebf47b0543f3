// A diner who only knows the API.

import { expect } from "./servery";
import { findDish, DINER } from "./ordering";
import { id, type ApiDevice } from "./devices";
import type { APIRequestContext } from "@playwright/test";

export interface PlacedOrder {
  id: string;
  token: string;
  number: number;
  total: number;
}

/** Onion rings for somebody, to be paid at the door. */
export async function placeOrder(request: APIRequestContext, { fulfilment = "collection" as unknown, name = "Ada Lovelace", payment = "door", count = 2 } = {}): Promise<PlacedOrder> {
  const salad = await findDish(request, "Onion Rings");
  const basket = { lines: [{ id: id(), dish: salad.id, count }], fulfilment };
  const path = `/api/v1/restaurants/${DINER}`;
  const quote = await (await request.post(`${path}/quotes`, { data: basket })).json();
  const order = { id: id(), basket, contact: { name, phone: "+1 212 555 0199" }, payment, seen: quote.total, lang: "en" };
  const answer = await request.post(`${path}/orders`, { data: order, headers: { "idempotency-key": id() } });
  expect(answer.status(), await answer.text()).toBe(201);
  const { token, number } = await answer.json();
  return { id: order.id, token, number, total: quote.total };
}

/** Somebody else takes it on and makes it, by the API. */
export async function prepareOrders(other: ApiDevice, ...orders: PlacedOrder[]) {
  for (const { id: order } of orders) {
    await other.sync(...[{ accepted: { ready_at: "2030-01-01T12:00" } }, "preparing", "ready"].map((event) => ({ order: { order, event } })));
  }
  const states = ((await other.records("order")) as unknown as { id: string; progress: { state: unknown } }[]).filter(({ id }) => orders.some((order) => order.id === id));
  expect(states.map(({ progress }) => progress.state)).toEqual(orders.map(() => "ready"));
}
