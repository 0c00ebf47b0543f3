//! The pages that one orders with.

mod basket;
mod checkout;
mod components;
mod dish;
mod draft_editor;
mod history;
mod order;
mod priced_draft;

use std::sync::Arc;

use leptos::{
    either::{Either, EitherOf5},
    prelude::*,
};
use servery_domain::{
    brand_color::Accent,
    id::{DishId, OrderId},
    menu::{Dish, Menu},
    order::TrackedOrder,
    problem::Problem,
    restaurant::Listed,
};

use self::priced_draft::Begun;
use super::{Pages, WholeBackend};
use crate::{
    backend::{Actions, OrderingBackend, PasskeyActions, Watch},
    content::{document_title, nothing_here},
    page_address::Visit,
    pos_client::Desks,
    routes::{Chunk, View, slug},
    text::{Key, Texts},
};

#[derive(Debug, Clone)]
pub enum Ordering {
    Dish {
        listed: Box<Listed>,
        menu: Arc<Menu>,
        dish: Box<Dish>,
    },
    Basket(Begun),
    Checkout {
        begun: Begun,
        id: OrderId,
        came: Came,
    },
    Order {
        tracked: Box<TrackedOrder>,
        listed: Box<Listed>,
        came: Came,
    },
    History(Vec<TrackedOrder>),
}

/// What the address says of how a form fared.
#[derive(Debug, Clone)]
pub struct Came {
    pub wrong: Option<String>,
    /// The total that was seen before it changed.
    pub was: Option<i64>,
    /// The page is not to be asked for again by itself.
    pub still: bool,
}

impl Came {
    fn of(visit: &Visit) -> Self {
        let was = visit.get("was").and_then(|was| was.parse().ok());
        Self {
            wrong: visit.get("wrong").map(str::to_owned),
            was,
            still: visit.get("still").is_some(),
        }
    }
}

/// How often a page without a script looks after its order.
const REFRESH: u32 = 15;

impl Pages for Ordering {
    const CHUNK: Chunk = Chunk::Ordering;
    type Backend = dyn OrderingBackend;

    fn backend(whole: Arc<impl WholeBackend + 'static>) -> Arc<dyn OrderingBackend> {
        whole
    }

    fn provide(device: Arc<impl Actions + Desks + PasskeyActions + Watch + 'static>) {
        let watch: Arc<dyn Watch> = device.clone();
        provide_context(watch);
        let actions: Arc<dyn Actions> = device;
        actions.start();
        provide_context(actions);
    }

    async fn load(
        view: View,
        values: &[&str],
        visit: &Visit,
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
                let listed = backend.restaurant(&slug).await?;
                let menu = backend.menu(&slug).await?;
                let dish = menu.dish(id).cloned().ok_or_else(nothing_here)?;
                Ok(Self::Dish {
                    listed: Box::new(listed),
                    menu,
                    dish: Box::new(dish),
                })
            }
            View::Basket => Ok(Self::Basket(Begun::load(&slug()?, backend).await?)),
            View::Checkout => {
                let begun = Begun::load(&slug()?, backend).await?;
                Ok(Self::Checkout {
                    begun,
                    id: backend.new_order().await?,
                    came: Came::of(visit),
                })
            }
            View::Order => {
                let tracked = backend.order(values.first().copied().unwrap_or_default()).await?;
                let listed = backend.restaurant(&tracked.slug).await?;
                Ok(Self::Order {
                    tracked: Box::new(tracked),
                    listed: Box::new(listed),
                    came: Came::of(visit),
                })
            }
            View::History => Ok(Self::History(backend.orders().await?)),
            _ => Err(nothing_here()),
        }
    }

    fn view(self) -> impl IntoView + 'static {
        match self {
            Self::Dish { listed, menu, dish } => EitherOf5::A(view! { <dish::Dish listed menu dish/> }),
            Self::Basket(begun) => EitherOf5::B(view! { <basket::Basket begun/> }),
            Self::Checkout { begun, id, came } => EitherOf5::C(match begun.draft.basket.lines.is_empty() {
                // There is nothing to pay for.
                true => Either::Left(view! { <basket::Basket begun/> }),
                false => Either::Right(view! { <checkout::Checkout begun id came/> }),
            }),
            Self::Order {
                tracked,
                listed,
                came,
            } => EitherOf5::D(view! { <order::Order tracked=*tracked listed came/> }),
            Self::History(orders) => EitherOf5::E(view! { <history::History orders/> }),
        }
    }

    fn title(&self, texts: Texts) -> String {
        let at = |key, listed: &Listed| texts.fill(key, &[("name", &listed.restaurant.name)]);
        document_title(&match self {
            Self::Dish { dish, .. } => dish.name.clone(),
            Self::Basket(begun) => at(Key::BasketTitle, &begun.listed),
            Self::Checkout { begun, .. } => at(Key::CheckoutTitle, &begun.listed),
            Self::Order { tracked, .. } => {
                texts.fill(Key::OrderTitle, &[("number", &tracked.order.number.to_string())])
            }
            Self::History(_) => texts.get(Key::HistoryTitle).to_owned(),
        })
    }

    fn description(&self, texts: Texts) -> &str {
        match self {
            Self::Dish { dish, .. } if !dish.description.is_empty() => &dish.description,
            _ => texts.get(Key::HomeDescription),
        }
    }

    fn accent(&self) -> Option<Accent> {
        match self {
            Self::Dish { listed, .. } | Self::Order { listed, .. } => Some(listed.restaurant.accent),
            Self::Basket(begun) | Self::Checkout { begun, .. } => Some(begun.listed.restaurant.accent),
            Self::History(_) => None,
        }
    }

    fn refresh(&self) -> Option<u32> {
        match self {
            Self::Order { tracked, came, .. } if !came.still && !tracked.order.progress.state.is_over() => {
                Some(REFRESH)
            }
            _ => None,
        }
    }
}
