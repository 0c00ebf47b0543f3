//! The ordering pages: dish, basket, checkout, order, history.

mod basket;
mod checkout;
pub(super) mod components;
mod dish;
mod draft_editor;
mod history;
pub(super) mod order;
mod priced_draft;

use std::sync::Arc;

use leptos::{
    either::{Either, EitherOf5},
    prelude::*,
};
use servery_domain::{
    delivery_map::DeliveryMap,
    id::{DishId, OrderId},
    lang::Lang,
    menu::{Dish, Menu},
    order::TrackedOrder,
    place::PlaceSuggestion,
    problem::Problem,
    restaurant::Listing,
};

use self::priced_draft::PricedDraft;
use super::{BrowserFeatures, FullBackend, Head, Pages, document_title, nothing_here};
use crate::{
    backend::{BrowserActions, OrderEvents, OrderingBackend, PageScripts},
    page_address::PageAddress,
    query::{GetDeliveryMap, GetMenu, GetOrder, GetOrders, GetPlaces, GetRestaurant},
    routes::{Chunk, View, slug},
    text::{Key, Texts},
};

#[derive(Debug, Clone)]
pub enum OrderingPage {
    Dish {
        listing: Box<Listing>,
        menu: Arc<Menu>,
        dish: Box<Dish>,
    },
    Basket(PricedDraft),
    Checkout {
        priced: PricedDraft,
        id: OrderId,
        data: Box<PageData>,
    },
    Order {
        tracked: Box<TrackedOrder>,
        listing: Box<Listing>,
        data: PageData,
    },
    History(Vec<TrackedOrder>),
}

/// The result of a form, from the address, and what the page can do without.
#[derive(Debug, Clone)]
pub struct PageData {
    pub wrong: Option<String>,
    /// The total before it changed.
    pub was: Option<i64>,
    /// The page does not reload itself.
    pub still: bool,
    /// Addresses that may be meant, if somebody without a script asked for them.
    pub places: Option<Vec<PlaceSuggestion>>,
    /// Where the restaurant delivers to areas on the map, and the operator has one.
    pub map: Option<DeliveryMap>,
}

impl PageData {
    fn of(visit: &PageAddress) -> Self {
        let was = visit.get("was").and_then(|was| was.parse().ok());
        Self {
            wrong: visit.get("wrong").map(str::to_owned),
            was,
            still: visit.get("still").is_some(),
            places: None,
            map: None,
        }
    }
}

/// Seconds between reloads of an order's page without a script.
const REFRESH: u32 = 15;

impl Pages for OrderingPage {
    const CHUNK: Chunk = Chunk::Ordering;
    type Backend = dyn OrderingBackend;

    fn backend(whole: Arc<impl FullBackend + 'static>) -> Arc<dyn OrderingBackend> {
        whole
    }

    fn provide(device: Arc<impl BrowserFeatures>) {
        let watch: Arc<dyn OrderEvents> = device.clone();
        provide_context(watch);
        let scripts: Arc<dyn PageScripts> = device.clone();
        provide_context(scripts);
        let actions: Arc<dyn BrowserActions> = device;
        actions.start();
        provide_context(actions);
    }

    async fn load(
        view: View,
        values: &[&str],
        (visit, lang): (&PageAddress, Lang),
        backend: &Self::Backend,
    ) -> Result<Self, Problem> {
        let nothing_here = || nothing_here(visit);
        let slug = || slug(values).ok_or_else(nothing_here);
        match view {
            View::Dish => {
                let id: DishId = values
                    .get(1)
                    .and_then(|id| id.parse().ok())
                    .ok_or_else(nothing_here)?;
                let slug = slug()?;
                let listing = backend.ask(GetRestaurant(slug.clone())).await?;
                let menu = backend.ask(GetMenu(slug, Some(lang))).await?;
                let dish = menu.dish(id).cloned().ok_or_else(nothing_here)?;
                Ok(Self::Dish {
                    listing: Box::new(listing),
                    menu,
                    dish: Box::new(dish),
                })
            }
            View::Basket => Ok(Self::Basket(PricedDraft::load(&slug()?, lang, backend).await?)),
            View::Checkout => {
                let slug = slug()?;
                let priced = PricedDraft::load(&slug, lang, backend).await?;
                let mut data = PageData::of(visit);
                if visit.get("find").is_some() {
                    let typed = priced.draft.delivery_address().street;
                    // The checkout does without the list.
                    data.places = backend.ask(GetPlaces(slug, typed)).await.ok();
                }
                if priced.listing.restaurant.ordering.has_drawn_areas() {
                    // The checkout does without the map, too.
                    data.map = backend.ask(GetDeliveryMap).await.ok().flatten();
                }
                Ok(Self::Checkout {
                    priced,
                    id: OrderId(backend.new_id()?),
                    data: Box::new(data),
                })
            }
            View::Order => {
                let token = values.first().copied().unwrap_or_default();
                let tracked = backend.ask(GetOrder(token.into())).await?;
                let listing = backend.ask(GetRestaurant(tracked.slug.clone())).await?;
                Ok(Self::Order {
                    tracked: Box::new(tracked),
                    listing: Box::new(listing),
                    data: PageData::of(visit),
                })
            }
            View::History => Ok(Self::History(backend.ask(GetOrders).await?)),
            _ => Err(nothing_here()),
        }
    }

    fn view(self) -> impl IntoView + 'static {
        match self {
            Self::Dish { listing, menu, dish } => EitherOf5::A(view! { <dish::DishPage listing menu dish/> }),
            Self::Basket(priced) => EitherOf5::B(view! { <basket::BasketPage priced/> }),
            Self::Checkout { priced, id, data } => EitherOf5::C(match priced.draft.basket.lines.is_empty() {
                // An empty basket has no checkout.
                true => Either::Left(view! { <basket::BasketPage priced/> }),
                false => Either::Right(view! { <checkout::Checkout priced id data=*data/> }),
            }),
            Self::Order {
                tracked,
                listing,
                data,
            } => EitherOf5::D(view! { <order::OrderPage tracked=*tracked listing data/> }),
            Self::History(orders) => EitherOf5::E(view! { <history::History orders/> }),
        }
    }

    fn head(&self, texts: Texts) -> Head<'_> {
        let at_restaurant = |key, listing: &Listing| {
            let name = &listing.restaurant.name;
            let title = document_title(&texts.fill(key, &[("name", name)]));
            let theme = Some(listing.restaurant.theme());
            Head {
                theme,
                ..Head::new(title, texts)
            }
        };
        match self {
            Self::Dish { dish, listing, .. } => {
                let head = Head::new(document_title(&dish.name), texts);
                Head {
                    description: match dish.description.as_str() {
                        "" => head.description,
                        description => description,
                    },
                    theme: Some(listing.restaurant.theme()),
                    ..head
                }
            }
            Self::Basket(priced) => at_restaurant(Key::BasketTitle, &priced.listing),
            Self::Checkout { priced, .. } => at_restaurant(Key::CheckoutTitle, &priced.listing),
            Self::Order {
                tracked,
                listing,
                data,
            } => {
                let number = tracked.order.number.to_string();
                let title = texts.fill(Key::OrderTitle, &[("number", &number)]);
                let refreshes = !data.still && !tracked.order.progress.state.is_over();
                Head {
                    theme: Some(listing.restaurant.theme()),
                    refresh: refreshes.then_some(REFRESH),
                    ..Head::new(document_title(&title), texts)
                }
            }
            Self::History(_) => Head::new(document_title(texts.get(Key::HistoryTitle)), texts),
        }
    }
}
