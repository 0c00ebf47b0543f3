// The town as the API tells it: what the pages must show.

import { expect, type APIRequestContext } from "@playwright/test";

export interface Listing {
  restaurant: { slug: string; name: string; lang: string; currency: string; accent: string; description: string };
  opening: { open: boolean };
}

export interface Choice {
  id: string;
  name: string;
  price: number;
  preselected?: boolean;
  option_groups?: string[];
}

export interface OptionGroup {
  id: string;
  name: string;
  min: number;
  max: number;
  choices: Choice[];
}

export interface Dish {
  id: string;
  name: string;
  price: number;
  option_groups?: string[];
}

export interface Menu {
  currency: string;
  categories: { name: string; dishes: Dish[] }[];
  option_groups: OptionGroup[];
}

async function get<T>(request: APIRequestContext, url: string): Promise<T> {
  const response = await request.get(url, { headers: { accept: "application/json" } });
  expect(response.status(), url).toBe(200);
  return response.json();
}

export const getRestaurants = async (request: APIRequestContext, query = ""): Promise<Listing[]> =>
  (await get<{ items: Listing[] }>(request, `/api/v1/restaurants${query}`)).items;

export const getRestaurant = (request: APIRequestContext, slug: string) => get<Listing>(request, `/api/v1/restaurants/${slug}`);

export const getMenu = (request: APIRequestContext, slug: string) => get<Menu>(request, `/api/v1/restaurants/${slug}/menu`);

export const dishes = (menu: Menu): Dish[] => menu.categories.flatMap((category) => category.dishes);

/** The first dish of a menu with a group of which one choice must be taken and a group of which several may, its groups and its page. */
export async function dishWithOptions(request: APIRequestContext, slug: string) {
  const menu = await getMenu(request, slug);
  const groups = (dish: Dish) => (dish.option_groups ?? []).map((id) => menu.option_groups.find((group) => group.id === id)!);
  const dish = dishes(menu).find((dish) => {
    const limits = groups(dish).map(({ min, max }) => `${min}-${max}`);
    return limits.includes("1-1") && limits.some((limit) => limit.startsWith("0-"));
  })!;
  expect(dish, `${slug} has a dish with options`).toBeDefined();
  return { dish, groups: groups(dish), menu, path: `/restaurants/${slug}/dishes/${dish.id}` };
}

/** `/restaurants/SLUG/dishes/*` with the dish filled in; any other path as it is. */
export async function resolvePath(request: APIRequestContext, path: string) {
  const slug = /^\/restaurants\/([^/]+)\/dishes\/\*$/.exec(path)?.[1];
  return slug ? (await dishWithOptions(request, slug)).path : path;
}
