// The town as the API tells it: what the pages must show.

import { expect, type APIRequestContext } from "@playwright/test";

export interface Listed {
  restaurant: { slug: string; name: string; lang: string; currency: string; accent: string; description: string };
  opening: { open: boolean };
}

export interface Dish {
  name: string;
  price: number;
}

export interface Menu {
  currency: string;
  categories: { name: string; dishes: Dish[] }[];
}

async function get<T>(request: APIRequestContext, address: string): Promise<T> {
  const answer = await request.get(address, { headers: { accept: "application/json" } });
  expect(answer.status(), address).toBe(200);
  return answer.json();
}

export const restaurants = async (request: APIRequestContext, query = ""): Promise<Listed[]> =>
  (await get<{ items: Listed[] }>(request, `/api/v1/restaurants${query}`)).items;

export const restaurant = (request: APIRequestContext, slug: string) => get<Listed>(request, `/api/v1/restaurants/${slug}`);

export const menu = (request: APIRequestContext, slug: string) => get<Menu>(request, `/api/v1/restaurants/${slug}/menu`);

export const dishes = (menu: Menu): Dish[] => menu.categories.flatMap((category) => category.dishes);
