//! What a page may ask, wherever it runs. Each query is declared once: its answer, its address in the JSON API, and how a browser
//! gets it.

use std::sync::Arc;

use serde::{Serialize, de::DeserializeOwned};
use servery_domain::{
    about::About,
    account::SignedIn,
    audit::{AuditEntry, AuditLog},
    basket::Basket,
    board::Board,
    cursor::{Cursor, Page},
    delivery_map::DeliveryMap,
    device::{DeviceList, Paired},
    draft::Draft,
    edit::{EditOutbox, EditedRestaurant, PublicationLog},
    id::{AccountId, OrderId},
    installation::InstallationOverview,
    invitation::Invitation,
    lang::Lang,
    legal::LegalFacts,
    limits,
    menu::Menu,
    new_restaurant::NewRestaurantChoices,
    order::TrackedOrder,
    order_search::{OrderList, OrderRecord, OrderSearch},
    passkey::PasskeyView,
    place::PlaceSuggestion,
    pos::visibility::PosSnapshot,
    problem::{Problem, ProblemType},
    public_holidays::PublicHolidays,
    quote::Quote,
    restaurant::Listing,
    search::Search,
    slots::Times,
    slug::Slug,
    staff::StaffList,
    time::{LocalMinute, TimeZoneName, Timestamp},
};

use crate::api;

pub trait Query: Send + Sync + 'static {
    type Answer: Serialize + DeserializeOwned + Send + 'static;

    fn address(&self) -> String;

    /// How a browser gets the answer: with a GET, unless the device knows something that the server does not.
    fn fetch(self, browser: &impl Fetch) -> impl Future<Output = Result<Self::Answer, Problem>>
    where
        Self: Sized,
    {
        async move { Ok(browser.get(&self).await?.answer) }
    }
}

/// What a query may use in a browser.
pub trait Fetch {
    /// The answer from the page, the server or the device's storage.
    fn get<Q: Query>(&self, query: &Q) -> impl Future<Output = Result<Fetched<Q::Answer>, Problem>>;
    /// The answer that was sent with the page. It is used once.
    fn sent_with_page<Q: Query>(&self, query: &Q) -> Option<Result<Q::Answer, Problem>>;
    fn post<T: Serialize, A: DeserializeOwned>(
        &self,
        address: &str,
        body: &T,
    ) -> impl Future<Output = Result<A, Problem>>;
    fn local_now(&self, zone: &TimeZoneName) -> Option<LocalMinute>;
    fn stored_draft(&self, slug: &Slug) -> Option<Draft>;
    /// What this account has changed on this device and the server does not have.
    fn unsent_edits(&self, slug: &Slug, account: AccountId) -> EditOutbox;
}

pub struct Fetched<T> {
    pub answer: T,
    pub source: AnswerSource,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerSource {
    /// The page was rendered from it.
    Page,
    Server,
    /// The device's, because no server was reached.
    Storage,
}

impl<T> Fetched<T> {
    pub fn is_stored(&self) -> bool {
        self.source == AnswerSource::Storage
    }
}

pub struct GetRestaurants(pub Search);

impl Query for GetRestaurants {
    type Answer = Page<Listing>;

    fn address(&self) -> String {
        api::restaurants(&self.0)
    }

    async fn fetch(self, browser: &impl Fetch) -> Result<Page<Listing>, Problem> {
        match browser.get(&self).await {
            Ok(found) if found.is_stored() => {
                let Page { items, next } = found.answer;
                let items = items
                    .into_iter()
                    .map(|listing| reopen(browser, listing))
                    .collect();
                Ok(Page { items, next })
            }
            // Offline, the stored full list is searched.
            Err(problem) if problem.is(ProblemType::Unreachable) => {
                let all = browser.get(&Self(Search::default())).await?.answer;
                let search = Search {
                    limit: limits::PAGE_MOST,
                    ..self.0
                };
                Ok(search.page(all.items.into_iter().map(|listing| reopen(browser, listing))))
            }
            found => Ok(found?.answer),
        }
    }
}

/// A stored answer has an old opening state, so it is computed again from the hours.
fn reopen(browser: &impl Fetch, mut listing: Listing) -> Listing {
    if let Some(now) = browser.local_now(&listing.restaurant.zone) {
        listing.opening = listing.restaurant.opening(now, listing.pause);
        listing.today = now.day();
    }
    listing
}

pub struct GetRestaurant(pub Slug);

impl Query for GetRestaurant {
    type Answer = Listing;

    fn address(&self) -> String {
        api::restaurant(&self.0)
    }

    async fn fetch(self, browser: &impl Fetch) -> Result<Listing, Problem> {
        let found = browser.get(&self).await?;
        Ok(match found.is_stored() {
            true => reopen(browser, found.answer),
            false => found.answer,
        })
    }
}

/// The menu in a language, or as it is written.
pub struct GetMenu(pub Slug, pub Option<Lang>);

impl Query for GetMenu {
    type Answer = Arc<Menu>;

    fn address(&self) -> String {
        api::menu(&self.0, self.1)
    }
}

pub struct GetLegalFacts(pub Slug);

impl Query for GetLegalFacts {
    type Answer = LegalFacts;

    fn address(&self) -> String {
        api::legal(&self.0)
    }
}

/// Of a country.
pub struct GetHolidays(pub String);

impl Query for GetHolidays {
    type Answer = PublicHolidays;

    fn address(&self) -> String {
        api::holidays(&self.0)
    }
}

pub struct GetAbout;

impl Query for GetAbout {
    type Answer = Arc<About>;

    fn address(&self) -> String {
        api::ABOUT.into()
    }
}

/// This browser's draft at a restaurant.
pub struct GetDraft(pub Slug);

impl Query for GetDraft {
    type Answer = Draft;

    fn address(&self) -> String {
        api::draft(&self.0)
    }

    async fn fetch(self, browser: &impl Fetch) -> Result<Draft, Problem> {
        // Hydration needs the draft that the page was rendered from.
        if let Some(draft) = browser.sent_with_page(&self) {
            return draft;
        }
        let servers = browser.get(&self).await.map(|found| found.answer);
        newer_draft(browser.stored_draft(&self.0), servers)
    }
}

/// The copy with more changes; of equals the server's.
pub fn newer_draft(own: Option<Draft>, servers: Result<Draft, Problem>) -> Result<Draft, Problem> {
    match (own, servers) {
        (Some(own), Ok(servers)) if own.changes <= servers.changes => Ok(servers),
        (Some(own), Ok(_)) => Ok(own),
        (own, Err(problem)) if problem.is(ProblemType::Unreachable) => Ok(own.unwrap_or_default()),
        (_, servers) => servers,
    }
}

/// The restaurant's local time and the slots that are full.
pub struct GetTimes(pub Slug);

impl Query for GetTimes {
    type Answer = Times;

    fn address(&self) -> String {
        api::times(&self.0)
    }

    async fn fetch(self, browser: &impl Fetch) -> Result<Times, Problem> {
        let found = browser.get(&self).await.ok();
        let stored = match found {
            Some(found) if !found.is_stored() => return Ok(found.answer),
            found => found.map(|found| found.answer),
        };
        // A stored time is outdated.
        let zone = browser.get(&GetRestaurant(self.0)).await?.answer.restaurant.zone;
        let now = browser
            .local_now(&zone)
            .ok_or_else(|| Problem::new(ProblemType::Unreachable, "no clock"))?;
        let mut times = stored.unwrap_or_else(|| Times::at(now));
        times.now = now;
        times.clock_changes.retain(|change| now < change.at);
        Ok(times)
    }
}

/// What a basket costs, with the names of its dishes in a language. It is the one query that has a body.
pub struct GetQuote(pub Slug, pub Basket, pub Lang);

impl Query for GetQuote {
    type Answer = Quote;

    fn address(&self) -> String {
        api::quotes(&self.0, self.2)
    }

    async fn fetch(self, browser: &impl Fetch) -> Result<Quote, Problem> {
        match browser.sent_with_page(&self) {
            Some(quote) => quote,
            None => browser.post(&self.address(), &self.1).await,
        }
    }
}

/// Addresses that may be meant by what was typed, for a restaurant that is to deliver there.
pub struct GetPlaces(pub Slug, pub String);

impl Query for GetPlaces {
    type Answer = Vec<PlaceSuggestion>;

    fn address(&self) -> String {
        api::places(&self.0, &self.1)
    }
}

/// The map on which diners set a point, if the operator has one.
pub struct GetDeliveryMap;

impl Query for GetDeliveryMap {
    type Answer = Option<DeliveryMap>;

    fn address(&self) -> String {
        api::MAP.into()
    }
}

/// An order by its token.
pub struct GetOrder(pub String);

impl Query for GetOrder {
    type Answer = TrackedOrder;

    fn address(&self) -> String {
        api::order(&self.0)
    }
}

/// The latest orders of this browser or account.
pub struct GetOrders;

impl Query for GetOrders {
    type Answer = Vec<TrackedOrder>;

    fn address(&self) -> String {
        api::ORDERS.into()
    }
}

pub struct GetAccount;

impl Query for GetAccount {
    type Answer = SignedIn;

    fn address(&self) -> String {
        api::ACCOUNT.into()
    }
}

pub struct GetBoard(pub Slug);

impl Query for GetBoard {
    type Answer = Board;

    fn address(&self) -> String {
        api::board(&self.0)
    }
}

/// Orders of any time.
pub struct GetOrderList(pub Slug, pub OrderSearch);

impl Query for GetOrderList {
    type Answer = OrderList;

    fn address(&self) -> String {
        api::order_list(&self.0, &self.1)
    }
}

/// An order with its history.
pub struct GetOrderRecord(pub Slug, pub OrderId);

impl Query for GetOrderRecord {
    type Answer = OrderRecord;

    fn address(&self) -> String {
        api::order_record(&self.0, self.1)
    }
}

pub struct GetDevices(pub Slug);

impl Query for GetDevices {
    type Answer = DeviceList;

    fn address(&self) -> String {
        api::devices(&self.0)
    }
}

/// What staff did in a restaurant before a moment.
pub struct GetAuditLog(pub Slug, pub Option<Timestamp>);

impl Query for GetAuditLog {
    type Answer = AuditLog;

    fn address(&self) -> String {
        api::audit_log(&self.0, self.1)
    }
}

/// What the account's holder, or somebody in their place, did with it.
pub struct GetAccountLog;

impl Query for GetAccountLog {
    type Answer = Vec<AuditEntry>;

    fn address(&self) -> String {
        api::ACCOUNT_LOG.into()
    }
}

pub struct GetPasskeys;

impl Query for GetPasskeys {
    type Answer = Vec<PasskeyView>;

    fn address(&self) -> String {
        api::PASSKEYS.into()
    }
}

/// The device that this browser is. If it is none the answer is the problem `signed-out`.
pub struct GetDevice;

impl Query for GetDevice {
    type Answer = Paired;

    fn address(&self) -> String {
        api::DEVICE.into()
    }
}

/// What the device may see of the restaurant's records.
pub struct GetPos(pub Slug);

impl Query for GetPos {
    type Answer = PosSnapshot;

    fn address(&self) -> String {
        api::pos(&self.0)
    }
}

/// `None`: nobody made it, somebody has accepted it, or it has expired.
pub struct GetInvitation(pub String);

impl Query for GetInvitation {
    type Answer = Option<Invitation>;

    fn address(&self) -> String {
        api::invitation(&self.0)
    }
}

pub struct GetNewRestaurant;

impl Query for GetNewRestaurant {
    type Answer = NewRestaurantChoices;

    fn address(&self) -> String {
        api::NEW_RESTAURANT.to_owned()
    }
}

/// A restaurant with the edits that are not published.
pub struct GetEdits(pub Slug);

impl Query for GetEdits {
    type Answer = Arc<EditedRestaurant>;

    fn address(&self) -> String {
        api::edits(&self.0)
    }

    async fn fetch(self, browser: &impl Fetch) -> Result<Arc<EditedRestaurant>, Problem> {
        let found = browser.get(&self).await?;
        // Hydration needs what the page was rendered from.
        if found.source == AnswerSource::Page {
            return Ok(found.answer);
        }
        let unsent = browser.unsent_edits(&self.0, found.answer.account);
        Ok(Arc::new(unsent.on_top_of(Arc::unwrap_or_clone(found.answer))))
    }
}

/// Who works in a restaurant, and who is invited to.
pub struct GetStaff(pub Slug);

impl Query for GetStaff {
    type Answer = StaffList;

    fn address(&self) -> String {
        api::staff(&self.0)
    }
}

/// What its operators see of the installation, with the restaurants behind a cursor.
pub struct GetInstallation(pub Option<Cursor>);

impl Query for GetInstallation {
    type Answer = InstallationOverview;

    fn address(&self) -> String {
        api::installation(self.0.as_ref())
    }
}

/// What was published in a restaurant before this publication.
pub struct GetPublications(pub Slug, pub Option<u32>);

impl Query for GetPublications {
    type Answer = PublicationLog;

    fn address(&self) -> String {
        api::publications(&self.0, self.1)
    }
}
