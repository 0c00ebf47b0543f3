//! A page's queries, answered in process. The answers are noted as the API would give them, for a browser that takes over.

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex},
};

use serde::Serialize;
use servery_app::{
    backend::{
        AccountBackend, Answers, Backend, BackendFuture, NewId, OfficeBackend, OrderingBackend, StaffBackend,
        ThinBrowseBackend, ThinOfficeBackend,
    },
    query::{
        GetAbout, GetAccount, GetAccountLog, GetAuditLog, GetBoard, GetDeliveryMap, GetDevice, GetDevices,
        GetDraft, GetEdits, GetHolidays, GetInstallation, GetInvitation, GetLegalFacts, GetMenu,
        GetNewRestaurant, GetOrder, GetOrderList, GetOrderRecord, GetOrders, GetPasskeys, GetPlaces, GetPos,
        GetPublications, GetQuote, GetRestaurant, GetRestaurants, GetStaff, GetTimes, Query,
    },
};
use servery_domain::{
    about::About,
    account::SignedIn,
    audit::{AuditEntry, AuditLog},
    board::Board,
    cursor::Page,
    delivery_map::DeliveryMap,
    device::{DeviceList, Paired},
    draft::Draft,
    edit::{EditedRestaurant, PublicationLog},
    installation::InstallationOverview,
    invitation::Invitation,
    legal::LegalFacts,
    menu::Menu,
    new_restaurant::NewRestaurantChoices,
    order::TrackedOrder,
    order_search::{OrderList, OrderRecord},
    passkey::PasskeyView,
    place::PlaceSuggestion,
    pos::visibility::PosSnapshot,
    problem::{Problem, ProblemType},
    public_holidays::PublicHolidays,
    quote::Quote,
    restaurant::Listing,
    slots::Times,
    slug::Slug,
    staff::StaffList,
};
use servery_store::devices::PairedDevice;

use super::escape::escape_json;
use crate::{
    accounts::{customer::Customer, passkeys, sessions::CurrentUser},
    audit_log,
    catalog::{CatalogEntry, restaurant_now::restaurant_called},
    edits,
    http::{error::ApiError, rate_limit, visitor},
    installation, invitations, legal, new_restaurant,
    orders::{self, board, drafts, order_search, quotes},
    payments::readers,
    places, public_holidays, staff,
    state::AppState,
    sync::{self, devices},
};

pub struct ServerBackend {
    app: Arc<AppState>,
    /// The restaurant that the page is about.
    restaurant: Option<Arc<CatalogEntry>>,
    /// Who asks; nobody, for a page that is the same for everybody.
    customer: Customer,
    notes: Option<Mutex<String>>,
}

impl ServerBackend {
    /// The restaurant that the page is about.
    pub fn restaurant(&self) -> Option<&CatalogEntry> {
        self.restaurant.as_deref()
    }

    /// With `noting`, the answers are there for [`Self::answers`] afterwards.
    pub fn new(
        app: Arc<AppState>,
        restaurant: Option<Arc<CatalogEntry>>,
        customer: Customer,
        noting: bool,
    ) -> Self {
        Self {
            app,
            restaurant,
            customer,
            notes: noting.then(Mutex::default),
        }
    }

    /// `{"/api/v1/…": …}`, safe inside a script element.
    pub fn answers(&self) -> Option<String> {
        let notes = self.notes.as_ref()?.lock().ok()?;
        Some(format!("{{{}}}", escape_json(&notes)))
    }

    fn note<T: Serialize>(&self, address: &str, answer: &T) {
        let Some(mut notes) = self.notes.as_ref().and_then(|notes| notes.lock().ok()) else {
            return;
        };
        // An answer that is no JSON is left out, and the browser asks for it.
        if let Ok(json) = serde_json::to_string(answer) {
            let comma = if notes.is_empty() { "" } else { "," };
            let _ = write!(notes, "{comma}{address:?}:{json}");
        }
    }

    async fn listing(&self, slug: &Slug) -> Result<Arc<Listing>, Problem> {
        let own = self.restaurant().map(CatalogEntry::listing);
        match own.filter(|listing| listing.restaurant.slug == *slug) {
            Some(listing) => Ok(listing.clone()),
            None => {
                let entry = restaurant_called(&self.app, slug.as_str()).await?;
                Ok(entry.listing().clone())
            }
        }
    }

    fn user(&self) -> Result<&CurrentUser, Problem> {
        let user = self.customer.user.as_ref();
        user.ok_or_else(|| Problem::new(ProblemType::SignedOut, "sign in first"))
    }

    async fn device(&self) -> Result<PairedDevice, ApiError> {
        let key = self.customer.device.as_deref().ok_or_else(devices::not_paired)?;
        devices::device_by_key(&self.app, key).await
    }
}

/// How the server answers a query, for [`Answers`].
trait Handle<Q: Query> {
    fn handle(&self, query: &Q) -> impl Future<Output = Result<Q::Answer, Problem>> + Send;
}

impl<Q: Query> Answers<Q> for ServerBackend
where
    Self: Handle<Q>,
{
    fn ask(&self, query: Q) -> BackendFuture<'_, Q::Answer> {
        Box::pin(async move {
            let answer = self.handle(&query).await;
            match &answer {
                Ok(answer) => self.note(&query.address(), answer),
                // This refusal is an answer, too: the page is rendered from it.
                Err(problem) if problem.is(ProblemType::SignedOut) => self.note(&query.address(), problem),
                Err(_) => {}
            }
            answer
        })
    }
}

impl NewId for ServerBackend {
    fn new_id(&self) -> Result<u128, Problem> {
        Ok(visitor::id().map_err(ApiError::from)?)
    }
}

impl Backend for ServerBackend {}
impl OrderingBackend for ServerBackend {}
impl AccountBackend for ServerBackend {}
impl StaffBackend for ServerBackend {}
impl OfficeBackend for ServerBackend {}
impl ThinBrowseBackend for ServerBackend {}
impl ThinOfficeBackend for ServerBackend {}

impl Handle<GetRestaurants> for ServerBackend {
    async fn handle(&self, GetRestaurants(search): &GetRestaurants) -> Result<Page<Listing>, Problem> {
        Ok(self.app.catalog.search(search).await.map_err(ApiError::from)?)
    }
}

impl Handle<GetRestaurant> for ServerBackend {
    async fn handle(&self, GetRestaurant(slug): &GetRestaurant) -> Result<Listing, Problem> {
        Ok(Listing::clone(&*self.listing(slug).await?))
    }
}

impl Handle<GetMenu> for ServerBackend {
    async fn handle(&self, GetMenu(slug, lang): &GetMenu) -> Result<Arc<Menu>, Problem> {
        let restaurant = &self.listing(slug).await?.restaurant;
        let menu = self.app.catalog.shown_menu(restaurant, *lang).await;
        menu.map_err(ApiError::from)?
            .ok_or_else(|| Problem::new(ProblemType::NotFound, format!("'{slug}' has no menu")))
    }
}

impl Handle<GetLegalFacts> for ServerBackend {
    async fn handle(&self, GetLegalFacts(slug): &GetLegalFacts) -> Result<LegalFacts, Problem> {
        Ok(legal::legal_facts(&self.app, &self.listing(slug).await?.restaurant).await?)
    }
}

impl Handle<GetAbout> for ServerBackend {
    async fn handle(&self, _: &GetAbout) -> Result<Arc<About>, Problem> {
        Ok(self.app.about.clone())
    }
}

impl Handle<GetDraft> for ServerBackend {
    async fn handle(&self, GetDraft(slug): &GetDraft) -> Result<Draft, Problem> {
        Ok(drafts::draft(&self.app, slug.as_str(), &self.customer).await?)
    }
}

impl Handle<GetTimes> for ServerBackend {
    async fn handle(&self, GetTimes(slug): &GetTimes) -> Result<Times, Problem> {
        Ok(quotes::times(&self.app, slug.as_str()).await?)
    }
}

impl Handle<GetQuote> for ServerBackend {
    async fn handle(&self, GetQuote(slug, basket, lang): &GetQuote) -> Result<Quote, Problem> {
        Ok(quotes::quote_basket(&self.app, slug.as_str(), (basket, Some(*lang)), &self.customer).await?)
    }
}

impl Handle<GetPlaces> for ServerBackend {
    async fn handle(&self, GetPlaces(slug, typed): &GetPlaces) -> Result<Vec<PlaceSuggestion>, Problem> {
        self.app
            .rate_limiter
            .take_for_diner(&rate_limit::PLACES, &self.customer.client)
            .await?;
        let near = &self.listing(slug).await?.restaurant;
        Ok(places::suggestions(&self.app, typed, Some(near)).await?)
    }
}

impl Handle<GetDeliveryMap> for ServerBackend {
    async fn handle(&self, _: &GetDeliveryMap) -> Result<Option<DeliveryMap>, Problem> {
        Ok(self.app.assets.delivery_map())
    }
}

impl Handle<GetOrder> for ServerBackend {
    async fn handle(&self, GetOrder(token): &GetOrder) -> Result<TrackedOrder, Problem> {
        Ok(orders::tracked(&self.app, token).await?)
    }
}

impl Handle<GetOrders> for ServerBackend {
    async fn handle(&self, _: &GetOrders) -> Result<Vec<TrackedOrder>, Problem> {
        Ok(orders::customer_orders(&self.app, &self.customer).await?)
    }
}

impl Handle<GetAccount> for ServerBackend {
    async fn handle(&self, _: &GetAccount) -> Result<SignedIn, Problem> {
        Ok(self.user()?.signed_in(&self.app).await?)
    }
}

impl Handle<GetBoard> for ServerBackend {
    async fn handle(&self, GetBoard(slug): &GetBoard) -> Result<Board, Problem> {
        Ok(board::board(&self.app, self.user()?, slug.as_str()).await?)
    }
}

impl Handle<GetOrderList> for ServerBackend {
    async fn handle(&self, GetOrderList(slug, search): &GetOrderList) -> Result<OrderList, Problem> {
        Ok(order_search::list(&self.app, self.user()?, slug.as_str(), search).await?)
    }
}

impl Handle<GetOrderRecord> for ServerBackend {
    async fn handle(&self, GetOrderRecord(slug, order): &GetOrderRecord) -> Result<OrderRecord, Problem> {
        Ok(order_search::record(&self.app, self.user()?, slug.as_str(), *order).await?)
    }
}

impl Handle<GetDevices> for ServerBackend {
    async fn handle(&self, GetDevices(slug): &GetDevices) -> Result<DeviceList, Problem> {
        let code = self.customer.pairing_code.as_deref();
        Ok(readers::list_devices(&self.app, self.user()?, slug.as_str(), code).await?)
    }
}

impl Handle<GetAuditLog> for ServerBackend {
    async fn handle(&self, GetAuditLog(slug, before): &GetAuditLog) -> Result<AuditLog, Problem> {
        Ok(audit_log::of_restaurant(&self.app, self.user()?, slug.as_str(), *before).await?)
    }
}

impl Handle<GetAccountLog> for ServerBackend {
    async fn handle(&self, _: &GetAccountLog) -> Result<Vec<AuditEntry>, Problem> {
        Ok(audit_log::of_account(&self.app, self.user()?).await?)
    }
}

impl Handle<GetPasskeys> for ServerBackend {
    async fn handle(&self, _: &GetPasskeys) -> Result<Vec<PasskeyView>, Problem> {
        Ok(passkeys::list(&self.app, self.user()?).await?)
    }
}

impl Handle<GetInvitation> for ServerBackend {
    async fn handle(&self, GetInvitation(token): &GetInvitation) -> Result<Option<Invitation>, Problem> {
        Ok(invitations::invitation(&self.app, token).await?)
    }
}

impl Handle<GetNewRestaurant> for ServerBackend {
    async fn handle(&self, _: &GetNewRestaurant) -> Result<NewRestaurantChoices, Problem> {
        Ok(new_restaurant::choices(&self.app, self.user()?).await?)
    }
}

impl Handle<GetEdits> for ServerBackend {
    async fn handle(&self, GetEdits(slug): &GetEdits) -> Result<Arc<EditedRestaurant>, Problem> {
        Ok(Arc::new(
            edits::edited_restaurant(&self.app, self.user()?, slug.as_str()).await?,
        ))
    }
}

impl Handle<GetHolidays> for ServerBackend {
    async fn handle(&self, GetHolidays(country): &GetHolidays) -> Result<PublicHolidays, Problem> {
        Ok(public_holidays::of_country(country, None)?)
    }
}

impl Handle<GetStaff> for ServerBackend {
    async fn handle(&self, GetStaff(slug): &GetStaff) -> Result<StaffList, Problem> {
        let made = self.customer.invitation.as_deref();
        Ok(staff::list(&self.app, self.user()?, slug.as_str(), made).await?)
    }
}

impl Handle<GetInstallation> for ServerBackend {
    async fn handle(
        &self,
        GetInstallation(after): &GetInstallation,
    ) -> Result<InstallationOverview, Problem> {
        let made = self.customer.invitation.as_deref();
        Ok(installation::installation(&self.app, self.user()?, after.as_ref(), made).await?)
    }
}

impl Handle<GetPublications> for ServerBackend {
    async fn handle(
        &self,
        GetPublications(slug, before): &GetPublications,
    ) -> Result<PublicationLog, Problem> {
        Ok(edits::publications(&self.app, self.user()?, slug.as_str(), *before).await?)
    }
}

impl Handle<GetDevice> for ServerBackend {
    async fn handle(&self, _: &GetDevice) -> Result<Paired, Problem> {
        Ok(devices::paired(&self.app, &self.device().await?).await?)
    }
}

impl Handle<GetPos> for ServerBackend {
    async fn handle(&self, GetPos(slug): &GetPos) -> Result<PosSnapshot, Problem> {
        let device = self.device().await?;
        self.app
            .rate_limiter
            .take_for_device(&rate_limit::SYNCS, device.device.id, &self.customer.client)
            .await?;
        devices::restaurant(&self.app, &device, slug.as_str()).await?;
        devices::touch(&self.app, &device).await?;
        Ok(sync::pos_snapshot(&self.app, &device, slug.as_str()).await?)
    }
}
