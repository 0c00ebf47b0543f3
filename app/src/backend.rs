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
    order::{Order, PlacedOrder, TrackedOrder},
    passkey::PasskeyView,
    pos::visibility::PosSnapshot,
    problem::Problem,
    quote::Quote,
    restaurant::Listing,
    search::Search,
    slots::Times,
    slug::Slug,
};

pub type BackendFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, Problem>> + Send + 'a>>;

/// The questions of whoever reads.
pub trait Backend: Send + Sync {
    fn restaurants<'a>(&'a self, search: &'a Search) -> BackendFuture<'a, Page<Listing>>;
    fn restaurant<'a>(&'a self, slug: &'a Slug) -> BackendFuture<'a, Listing>;
    fn menu<'a>(&'a self, slug: &'a Slug) -> BackendFuture<'a, Arc<Menu>>;
    fn about(&self) -> BackendFuture<'_, Arc<About>>;
}

/// The questions of whoever orders, too.
pub trait OrderingBackend: Backend {
    /// What this browser has begun to order at a restaurant.
    fn draft<'a>(&'a self, slug: &'a Slug) -> BackendFuture<'a, Draft>;
    fn times<'a>(&'a self, slug: &'a Slug) -> BackendFuture<'a, Times>;
    fn quote<'a>(&'a self, slug: &'a Slug, basket: &'a Basket) -> BackendFuture<'a, Quote>;
    fn order<'a>(&'a self, token: &'a str) -> BackendFuture<'a, TrackedOrder>;
    /// What this browser, or whoever is signed in, has ordered lately.
    fn orders(&self) -> BackendFuture<'_, Vec<TrackedOrder>>;
    /// A name for an order that is about to be made.
    fn new_order(&self) -> BackendFuture<'_, OrderId>;
}

/// What only a browser can do. Without it, which is on the server, pages rely on their forms.
pub trait BrowserActions: Send + Sync {
    /// Goes on with what was begun on an earlier visit.
    fn start(&self);
    /// The device's own copy of what was begun.
    fn kept(&self, slug: &Slug) -> Option<Draft>;
    /// The newer of the copies of the device and of the server.
    fn newest<'a>(&'a self, slug: &'a Slug) -> BackendFuture<'a, Draft>;
    /// On the device at once, and at the server when this is awaited. `summary` says on the menu what was begun.
    fn keep<'a>(&'a self, slug: &Slug, draft: &Draft, summary: &str) -> BackendFuture<'a, ()>;
    /// A name for something that is made here.
    fn id(&self) -> u128;
    /// What became of the order that is being placed.
    fn placing(&self) -> RwSignal<PlaceOrderState>;
    /// Kept on the device until the server has answered; asked again, it is placed once.
    fn place(&self, slug: &Slug, draft: &Draft, seen: Minor, lang: Lang);
    /// Sends it no more.
    fn take_back(&self);
    fn cancel<'a>(&'a self, token: &'a str) -> BackendFuture<'a, Order>;
    fn pay_at_door<'a>(&'a self, token: &'a str) -> BackendFuture<'a, Order>;
    /// Whether this browser is told of an order while nobody looks.
    fn telling<'a>(&'a self, token: &'a str) -> BackendFuture<'a, NotificationState>;
    /// Has it told, or not any more; whoever never said whether this site may is asked by the browser.
    fn tell<'a>(&'a self, token: &'a str, lang: Lang, on: bool) -> BackendFuture<'a, NotificationState>;
    /// Minutes since the page was opened, however the device's clock is set meanwhile.
    fn minutes(&self) -> i64;
    fn go(&self, path: &str);
}

/// Hears from the server what becomes of orders as it happens.
pub trait OrderEvents: Send + Sync {
    /// A stream of the API, asked for again whenever it breaks off, until what this gives back is dropped.
    fn watch(&self, stream: &str, heard: Box<dyn Fn(OrderStreamEvent)>) -> Box<dyn Any>;
}

#[derive(Debug, Clone, PartialEq)]
pub enum OrderStreamEvent {
    /// From here on nothing is missed; what was said before may have been.
    Connected,
    Order(Box<Order>),
    /// Nothing is heard until it connects again.
    Lost,
}

pub fn order_events() -> Option<Arc<dyn OrderEvents>> {
    use_context()
}

#[derive(Debug, Clone, PartialEq)]
pub enum PlaceOrderState {
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
    Placed(PlacedOrder),
}

/// What a browser does about telling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotificationState {
    /// It cannot.
    Impossible,
    Off,
    On,
    /// The person has forbidden it.
    Blocked,
}

/// Where the device notes how much was begun at a restaurant, for pages that only say so.
pub fn basket_note_key(slug: &str) -> String {
    format!("begun:{slug}")
}

pub fn actions() -> Option<Arc<dyn BrowserActions>> {
    use_context()
}

/// The questions of whoever is signed in. Nobody is, says the problem `signed-out`.
pub trait AccountBackend: Backend {
    fn signed_in(&self) -> BackendFuture<'_, SignedIn>;
    fn board<'a>(&'a self, slug: &'a Slug) -> BackendFuture<'a, Board>;
    fn devices<'a>(&'a self, slug: &'a Slug) -> BackendFuture<'a, DeviceList>;
    fn passkeys(&self) -> BackendFuture<'_, Vec<PasskeyView>>;
}

/// The questions of a staff app's page that has no desk to ask: it was made without a script.
pub trait StaffBackend: Backend {
    /// What this browser is let in as. It is not, says the problem `signed-out`.
    fn device(&self) -> BackendFuture<'_, Paired>;
    fn pos<'a>(&'a self, slug: &'a Slug) -> BackendFuture<'a, PosSnapshot>;
    /// A name for something that is about to be made.
    fn id(&self) -> BackendFuture<'_, u128>;
}

/// What only a browser can do with passkeys: it asks the device, and the device its holder.
pub trait PasskeyActions: Send + Sync {
    fn is_possible(&self) -> bool;
    /// Makes one, or signs in with one, and goes on to this page.
    fn ask<'a>(&'a self, form: PasskeyRequest<'a>, next: &'a str) -> PasskeyFuture<'a>;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasskeyRequest<'a> {
    Make { name: &'a str },
    SignIn,
}

pub type PasskeyFuture<'a> = Pin<Box<dyn Future<Output = Result<(), PasskeyFailure>> + Send + 'a>>;

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
