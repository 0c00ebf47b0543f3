//! Who answers a page's queries, and what only a browser can do.

use std::{any::Any, pin::Pin, sync::Arc};

use leptos::prelude::{RwSignal, use_context};
use servery_domain::{
    currency::Minor,
    delivery_area::Point,
    draft::Draft,
    lang::Lang,
    order::{Order, PlacedOrder},
    place::PlaceSuggestion,
    problem::Problem,
    quote::Quote,
    slug::Slug,
};

use crate::query::{
    GetAbout, GetAccount, GetAccountLog, GetAuditLog, GetBoard, GetDeliveryMap, GetDevice, GetDevices,
    GetDraft, GetEdits, GetHolidays, GetInstallation, GetInvitation, GetLegalFacts, GetMenu,
    GetNewRestaurant, GetOrder, GetOrderList, GetOrderRecord, GetOrders, GetPasskeys, GetPlaces, GetPos,
    GetPublications, GetQuote, GetRestaurant, GetRestaurants, GetStaff, GetTimes, Query,
};

pub type BackendFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, Problem>> + Send + 'a>>;

/// Answers a query: in process on the server, over HTTP in a browser.
pub trait Answers<Q: Query>: Send + Sync {
    fn ask(&self, query: Q) -> BackendFuture<'_, Q::Answer>;
}

/// Makes ids for new orders and records.
pub trait NewId: Send + Sync {
    fn new_id(&self) -> Result<u128, Problem>;
}

/// What the browse pages ask. Each set of pages has a trait of its own, because a program carries an answer to every query of the
/// trait that it uses.
pub trait Backend:
    Answers<GetRestaurants> + Answers<GetRestaurant> + Answers<GetMenu> + Answers<GetAbout>
{
}

/// What the browse pages ask that need no program.
pub trait ThinBrowseBackend: Backend + Answers<GetLegalFacts> {}

/// What the ordering pages ask.
pub trait OrderingBackend:
    Backend
    + NewId
    + Answers<GetDraft>
    + Answers<GetTimes>
    + Answers<GetQuote>
    + Answers<GetPlaces>
    + Answers<GetDeliveryMap>
    + Answers<GetOrder>
    + Answers<GetOrders>
{
}

/// What the account and board pages ask. Without a session the answer is the problem `signed-out`.
pub trait AccountBackend:
    Backend
    + Answers<GetAccount>
    + Answers<GetAccountLog>
    + Answers<GetAuditLog>
    + Answers<GetBoard>
    + Answers<GetDeliveryMap>
    + Answers<GetDevices>
    + Answers<GetPasskeys>
{
}

/// What the office asks. Without a session the answer is the problem `signed-out`.
pub trait OfficeBackend:
    Backend
    + Answers<GetAccount>
    + Answers<GetDeliveryMap>
    + Answers<GetNewRestaurant>
    + Answers<GetHolidays>
    + Answers<GetEdits>
{
}

/// What the office's pages ask that need no program.
pub trait ThinOfficeBackend:
    OfficeBackend
    + Answers<GetInstallation>
    + Answers<GetInvitation>
    + Answers<GetPublications>
    + Answers<GetStaff>
    + Answers<GetLegalFacts>
    + Answers<GetOrderList>
    + Answers<GetOrderRecord>
{
}

/// What the staff app's pages without a script ask.
pub trait StaffBackend: Backend + NewId + Answers<GetDevice> + Answers<GetPos> {}

/// What only a browser can do. On the server there is none, and pages rely on their forms.
pub trait BrowserActions: Send + Sync {
    /// Continues sending an order that an earlier visit could not send.
    fn start(&self);
    /// The device's copy of the draft.
    fn stored_draft(&self, slug: &Slug) -> Option<Draft>;
    /// The newer of the device's and the server's copies.
    fn latest_draft<'a>(&'a self, slug: &'a Slug) -> BackendFuture<'a, Draft>;
    /// Stores the draft on the device at once, and on the server when this is awaited. `summary` is shown on the menu.
    fn save_draft<'a>(&'a self, slug: &Slug, draft: &Draft, summary: &str) -> BackendFuture<'a, ()>;
    /// Addresses that may be meant by what was typed so far. A later call aborts the one before.
    fn find_places<'a>(&'a self, near: &'a Slug, typed: &'a str) -> BackendFuture<'a, Vec<PlaceSuggestion>>;
    /// Where the device is. The browser asks its user for permission.
    fn locate(&self) -> LocationFuture<'_>;
    /// A new id.
    fn id(&self) -> u128;
    /// The progress of the order that is being placed.
    fn place_order_state(&self) -> RwSignal<PlaceOrderState>;
    /// Stores the order on the device until the server has answered; repeated calls place it once.
    fn place_order(&self, slug: &Slug, draft: &Draft, seen: Minor, lang: Lang);
    /// Stops sending the waiting order.
    fn withdraw_order(&self);
    fn cancel<'a>(&'a self, token: &'a str) -> BackendFuture<'a, Order>;
    fn pay_at_door<'a>(&'a self, token: &'a str) -> BackendFuture<'a, Order>;
    /// Whether this browser gets push notifications of an order.
    fn notification_state<'a>(&'a self, token: &'a str) -> BackendFuture<'a, NotificationState>;
    /// Switches push notifications on or off; the browser asks for permission if it is needed.
    fn set_notifications<'a>(
        &'a self,
        token: &'a str,
        lang: Lang,
        on: bool,
    ) -> BackendFuture<'a, NotificationState>;
    /// Minutes since the page was opened, however the device's clock is set meanwhile.
    fn minutes(&self) -> i64;
    fn navigate(&self, path: &str);
}

pub type LocationFuture<'a> = Pin<Box<dyn Future<Output = Result<Point, LocationFailure>> + Send + 'a>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocationFailure {
    /// The user, or the browser's settings.
    Refused,
    /// The device does not know it, or not well enough, or took too long.
    Unknown,
}

/// The event stream of orders.
pub trait OrderEvents: Send + Sync {
    /// Opens a stream of the API, and again whenever it breaks off, until the returned value is dropped.
    fn watch(&self, stream: &str, heard: Box<dyn Fn(OrderStreamEvent)>) -> Box<dyn Any>;
}

#[derive(Debug, Clone, PartialEq)]
pub enum OrderStreamEvent {
    /// From here on no event is missed; earlier ones may have been.
    Connected,
    Order(Box<Order>),
    /// No events arrive until the next `Connected`.
    Lost,
}

pub fn order_events() -> Option<Arc<dyn OrderEvents>> {
    use_context()
}

#[derive(Debug, Clone, PartialEq)]
pub enum PlaceOrderState {
    Idle,
    Sending,
    /// There is no connection; the order is sent when there is one.
    Waiting,
    /// There was no connection for so long that the order was not sent.
    TooLate,
    /// Nothing was placed, because the quote has changed.
    Changed {
        seen: Minor,
        quote: Box<Quote>,
    },
    /// Nothing was placed, and a repeated request would not help.
    Refused(Problem),
    Placed(PlacedOrder),
}

/// Push notifications in this browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotificationState {
    /// The browser does not support them.
    Impossible,
    Off,
    On,
    /// The user has blocked them.
    Blocked,
}

/// The storage key of a basket's summary, for pages that show only that.
pub fn basket_note_key(slug: &str) -> String {
    format!("begun:{slug}")
}

pub fn actions() -> Option<Arc<dyn BrowserActions>> {
    use_context()
}

/// Scripts that a page needs only when it is asked for what they do.
pub trait PageScripts: Send + Sync {
    /// Runs a script of the server. Fails as unreachable when there is no connection, or none in time.
    fn run_script<'a>(&'a self, address: &'a str) -> BackendFuture<'a, ()>;
}

pub fn page_scripts() -> Option<Arc<dyn PageScripts>> {
    use_context()
}

/// The device's copies of drafts.
pub trait DraftStorage: Send + Sync {
    /// Deletes all: they name who wrote them.
    fn delete_drafts(&self);
}

/// What only a browser can do with passkeys.
pub trait PasskeyActions: Send + Sync {
    fn is_possible(&self) -> bool;
    /// Creates a passkey or signs in with one, and then opens `next`.
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
    /// The user cancelled it, or it timed out.
    Cancelled,
    /// The device has a passkey for this account already.
    Known,
    /// The server knows no account for it.
    Unknown,
    TooOften,
    /// The sign-in is too old for a new passkey.
    SignInAgain,
    /// The account has as many as it may have, or something went wrong.
    Failed,
}

/// The backend of the pages that are shown: `backend::<dyn Backend>()`.
pub fn backend<B: ?Sized + Send + Sync + 'static>() -> Arc<B> {
    use_context().expect("whoever makes a page provides its backend")
}

/// Whether the page shows stored data because the server is unreachable.
#[derive(Debug, Clone, Copy)]
pub struct Offline(pub RwSignal<bool>);
