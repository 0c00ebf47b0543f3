//! What a page may ask, wherever it runs: each question is one call of the JSON API.
//!
//! A trait per set of pages, because a program carries an answer to every question of the trait that it uses.

use std::{any::Any, pin::Pin, sync::Arc};

use leptos::prelude::{RwSignal, use_context};
use servery_domain::{
    about::About,
    account::SignedIn,
    basket::Basket,
    board::Board,
    currency::Minor,
    cursor::Page,
    device::{DeviceList, Paired},
    draft::Draft,
    id::OrderId,
    lang::Lang,
    menu::Menu,
    order::{Order, Receipt, TrackedOrder},
    passkey::PasskeyView,
    pos::visibility::Look,
    problem::Problem,
    quote::Quote,
    restaurant::Listed,
    search::Search,
    slots::Times,
    slug::Slug,
};

pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Problem>> + Send + 'a>>;

/// The questions of whoever reads.
pub trait Backend: Send + Sync {
    fn restaurants<'a>(&'a self, search: &'a Search) -> Answer<'a, Page<Listed>>;
    fn restaurant<'a>(&'a self, slug: &'a Slug) -> Answer<'a, Listed>;
    fn menu<'a>(&'a self, slug: &'a Slug) -> Answer<'a, Arc<Menu>>;
    fn about(&self) -> Answer<'_, Arc<About>>;
}

/// The questions of whoever orders, too.
pub trait OrderingBackend: Backend {
    /// What this browser has begun to order at a restaurant.
    fn draft<'a>(&'a self, slug: &'a Slug) -> Answer<'a, Draft>;
    fn times<'a>(&'a self, slug: &'a Slug) -> Answer<'a, Times>;
    fn quote<'a>(&'a self, slug: &'a Slug, basket: &'a Basket) -> Answer<'a, Quote>;
    fn order<'a>(&'a self, token: &'a str) -> Answer<'a, TrackedOrder>;
    /// What this browser, or whoever is signed in, has ordered lately.
    fn orders(&self) -> Answer<'_, Vec<TrackedOrder>>;
    /// A name for an order that is about to be made.
    fn new_order(&self) -> Answer<'_, OrderId>;
}

/// What only a browser can do. Without it, which is on the server, pages rely on their forms.
pub trait Actions: Send + Sync {
    /// Goes on with what was begun on an earlier visit.
    fn start(&self);
    /// The device's own copy of what was begun.
    fn kept(&self, slug: &Slug) -> Option<Draft>;
    /// The newer of the copies of the device and of the server.
    fn newest<'a>(&'a self, slug: &'a Slug) -> Answer<'a, Draft>;
    /// On the device at once, and at the server when this is awaited. `summary` says on the menu what was begun.
    fn keep<'a>(&'a self, slug: &Slug, draft: &Draft, summary: &str) -> Answer<'a, ()>;
    /// A name for something that is made here.
    fn id(&self) -> u128;
    /// What became of the order that is being placed.
    fn placing(&self) -> RwSignal<Placing>;
    /// Kept on the device until the server has answered; asked again, it is placed once.
    fn place(&self, slug: &Slug, draft: &Draft, seen: Minor, lang: Lang);
    /// Sends it no more.
    fn take_back(&self);
    fn cancel<'a>(&'a self, token: &'a str) -> Answer<'a, Order>;
    fn pay_at_door<'a>(&'a self, token: &'a str) -> Answer<'a, Order>;
    /// Whether this browser is told of an order while nobody looks.
    fn telling<'a>(&'a self, token: &'a str) -> Answer<'a, Telling>;
    /// Has it told, or not any more; whoever never said whether this site may is asked by the browser.
    fn tell<'a>(&'a self, token: &'a str, lang: Lang, on: bool) -> Answer<'a, Telling>;
    /// Minutes since the page was opened, however the device's clock is set meanwhile.
    fn minutes(&self) -> i64;
    fn go(&self, path: &str);
}

/// Hears from the server what becomes of orders as it happens.
pub trait Watch: Send + Sync {
    /// A stream of the API, asked for again whenever it breaks off, until what this gives back is dropped.
    fn watch(&self, stream: &str, heard: Box<dyn Fn(Heard)>) -> Box<dyn Any>;
}

#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// From here on nothing is missed; what was said before may have been.
    Connected,
    Order(Box<Order>),
    /// Nothing is heard until it connects again.
    Lost,
}

pub fn watching() -> Option<Arc<dyn Watch>> {
    use_context()
}

#[derive(Debug, Clone, PartialEq)]
pub enum Placing {
    Idle,
    Sending,
    /// There is no connection; it is sent when there is one.
    Waiting,
    /// There was no connection for so long that it was not sent.
    TooLate,
    /// Nothing was placed, because this is how things are now.
    Changed {
        seen: Minor,
        quote: Box<Quote>,
    },
    /// Nothing was placed, and asking again does not help.
    Refused(Problem),
    Placed(Receipt),
}

/// What a browser does about telling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    /// It cannot.
    Impossible,
    Off,
    On,
    /// The person has forbidden it.
    Blocked,
}

/// Where the device notes how much was begun at a restaurant, for pages that only say so.
pub fn note(slug: &str) -> String {
    format!("begun:{slug}")
}

pub fn actions() -> Option<Arc<dyn Actions>> {
    use_context()
}

/// The questions of whoever is signed in. Nobody is, says the problem `signed-out`.
pub trait SignedBackend: Backend {
    fn signed_in(&self) -> Answer<'_, SignedIn>;
    fn board<'a>(&'a self, slug: &'a Slug) -> Answer<'a, Board>;
    fn devices<'a>(&'a self, slug: &'a Slug) -> Answer<'a, DeviceList>;
    fn passkeys(&self) -> Answer<'_, Vec<PasskeyView>>;
}

/// The questions of a staff app's page that has no desk to ask: it was made without a script.
pub trait StaffBackend: Backend {
    /// What this browser is let in as. It is not, says the problem `signed-out`.
    fn device(&self) -> Answer<'_, Paired>;
    fn house<'a>(&'a self, slug: &'a Slug) -> Answer<'a, Look>;
    /// A name for something that is about to be made.
    fn id(&self) -> Answer<'_, u128>;
}

/// What only a browser can do with passkeys: it asks the device, and the device its holder.
pub trait PasskeyActions: Send + Sync {
    fn is_possible(&self) -> bool;
    /// Makes one, or signs in with one, and goes on to this page.
    fn ask<'a>(&'a self, wish: PasskeyWish<'a>, next: &'a str) -> Ceremony<'a>;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasskeyWish<'a> {
    Make { name: &'a str },
    SignIn,
}

pub type Ceremony<'a> = Pin<Box<dyn Future<Output = Result<(), PasskeyFailure>> + Send + 'a>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasskeyFailure {
    /// Whoever was asked did not want to, or took too long.
    Cancelled,
    /// The device has a passkey for this account already.
    Known,
    /// The server knows no account for it.
    Unknown,
    TooOften,
    /// The account has as many as it may have, or something went wrong.
    Failed,
}

/// The backend of the pages that are shown: `backend::<dyn Backend>()`.
pub fn backend<B: ?Sized + Send + Sync + 'static>() -> Arc<B> {
    use_context().expect("whoever makes a page provides its backend")
}

/// Whether what is shown comes from the device because no server could be asked.
#[derive(Debug, Clone, Copy)]
pub struct Offline(pub RwSignal<bool>);
