// Compiled by tests/generated-client.spec.ts beside the types that were generated from the API's document.

import { strict as assert } from "node:assert";
import { randomUUID } from "node:crypto";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

const client = createClient<paths>({ baseUrl: process.argv[2] });
const id = () => randomUUID().replaceAll("-", "");
const path = { slug: "lighthouse-diner" };

const listing = await client.GET("/api/v1/restaurants/{slug}", { params: { path } });
assert.equal(listing.data?.restaurant.cuisine, "american" satisfies components["schemas"]["Cuisine"]);
const menu = await client.GET("/api/v1/restaurants/{slug}/menu", { params: { path } });
const dishes = menu.data?.categories.flatMap((category) => category.dishes) ?? [];
const coffee = dishes.find((dish) => dish.name === "Bottomless Coffee");
assert(coffee);

const basket: components["schemas"]["Basket"] = { lines: [{ id: id(), dish: coffee.id, count: 2 }], fulfilment: "collection", slot: null };
const quote = await client.POST("/api/v1/restaurants/{slug}/quotes", { params: { path }, body: basket });
assert(quote.data && quote.data.total > 0);
const placement: components["schemas"]["Placement"] = {
  id: id(),
  basket,
  contact: { name: "Ada Byron", phone: "+1 212 555 0100" },
  payment: "door",
  seen: quote.data.total,
  lang: "en",
};
const header = { "Idempotency-Key": id() };
const placed = await client.POST("/api/v1/restaurants/{slug}/orders", { params: { path, header }, body: placement });
assert.equal(placed.response.status, 201, JSON.stringify(placed.error));
const again = await client.POST("/api/v1/restaurants/{slug}/orders", { params: { path, header }, body: placement });
assert.deepEqual(again.data, placed.data, "placed once");

const token = placed.data!.token;
const tracked = await client.GET("/api/v1/orders/{token}", { params: { path: { token } } });
assert.equal(tracked.data?.order.ordered.contact.name, "Ada Byron");
const cancelled = await client.POST("/api/v1/orders/{token}/cancel", { params: { path: { token } } });
assert.equal(cancelled.data?.progress.state, "cancelled");
const unknown = await client.GET("/api/v1/orders/{token}", { params: { path: { token: "0".repeat(44) } } });
assert.equal(unknown.error?.title !== undefined, true);
console.log("placed, followed and cancelled");
