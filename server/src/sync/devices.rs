//! Staff devices: pairing, authentication by cookie, and revocation.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header::SET_COOKIE, request::Parts},
    response::{IntoResponse, Response},
};
use servery_domain::{
    account::Permission,
    audit::Author,
    device::{self, Device, DeviceList, NewDevice, Paired, Pairing, PairingCode, StorageKey},
    id::{DeviceId, RestaurantId},
    limits,
    problem::ProblemType,
    time::Timestamp,
};
use servery_store::{
    Store, StoreError,
    devices::{NewCode, PairedAs, PairedDevice},
};

use crate::{
    accounts::sessions::{self, CurrentUser},
    catalog::restaurant_now::{RestaurantNow, listing_of, restaurant_id, restaurant_now},
    clock,
    http::{client::Client, error::ApiError, rate_limit, visitor},
    state::AppState,
};

/// The prefix binds the cookie to this host and to TLS; browsers accept 127.0.0.1 without TLS.
pub const COOKIE: &str = "__Host-device";
const ONE_YEAR: u32 = 365 * 24 * 3600;
/// Seconds between two updates of a device's last contact.
const TOUCH_INTERVAL: i64 = 300;

/// The paired device that sends the request.
#[derive(Debug, Clone)]
pub struct CurrentDevice {
    pub installed: PairedDevice,
    token: String,
}

/// For handlers that need a paired device.
impl FromRequestParts<Arc<AppState>> for CurrentDevice {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<AppState>) -> Result<Self, ApiError> {
        let token = token(&parts.headers).ok_or_else(not_paired)?.to_owned();
        Ok(Self {
            installed: device_by_key(app, &sessions::key(&token)).await?,
            token,
        })
    }
}

fn token(headers: &HeaderMap) -> Option<&str> {
    visitor::cookie(headers, COOKIE).filter(|token| token.len() == 64)
}

/// The key of the device in the cookie, whether or not such a device exists.
pub fn cookie_key(headers: &HeaderMap) -> Option<String> {
    token(headers).map(sessions::key)
}

/// A code that stood in an address would be in the browser's history and in logs.
const CODE_COOKIE: &str = "__Host-pairing-code";

/// The cookie with a code for the page that its maker sees next.
pub fn code_cookie(code: &PairingCode) -> Result<HeaderValue, ApiError> {
    let lives = limits::CODE_LIVES;
    let cookie = format!(
        "{CODE_COOKIE}={}; Path=/; Max-Age={lives}; Secure; HttpOnly; SameSite=Strict",
        code.code
    );
    HeaderValue::from_str(&cookie).map_err(|error| ApiError::internal(&error))
}

pub fn made_code(headers: &HeaderMap) -> Option<String> {
    visitor::cookie(headers, CODE_COOKIE).and_then(device::parse_code)
}

/// The code of the cookie, if it still pairs a device of the restaurant.
async fn usable_code(
    app: &AppState,
    restaurant: RestaurantId,
    code: Option<&str>,
) -> Result<Option<PairingCode>, ApiError> {
    let Some(code) = code else {
        return Ok(None);
    };
    let unused = app
        .store
        .unused_code(restaurant, &sessions::key(code), clock::now())
        .await?;
    Ok(unused.map(|(NewDevice { name, kind }, expires_at)| PairingCode {
        code: device::format_code(code),
        name,
        kind,
        expires_at,
    }))
}

pub fn not_paired() -> ApiError {
    ApiError::new(ProblemType::SignedOut, "this device is not let in; type a code")
}

impl CurrentDevice {
    pub fn id(&self) -> DeviceId {
        self.installed.device.id
    }

    /// The stored key of its token.
    pub fn key(&self) -> String {
        sessions::key(&self.token)
    }

    /// The restaurant of this slug, if the device belongs to it.
    pub async fn restaurant(&self, app: &AppState, slug: &str) -> Result<RestaurantId, ApiError> {
        restaurant(app, &self.installed, slug).await
    }

    pub async fn paired(&self, app: &AppState) -> Result<Paired, ApiError> {
        paired(app, &self.installed).await
    }

    /// Updates the device's last contact and renews its cookie, at most once per interval.
    pub async fn touched(&self, app: &AppState, answer: impl IntoResponse) -> Result<Response, ApiError> {
        let mut response = answer.into_response();
        if touch(app, &self.installed).await? {
            response.headers_mut().append(SET_COOKIE, cookie(&self.token)?);
        }
        Ok(response)
    }
}

/// Updates the last contact; returns whether the interval was over.
pub async fn touch(app: &AppState, installed: &PairedDevice) -> Result<bool, ApiError> {
    let (now, device) = (clock::now(), &installed.device);
    let new = device.seen_at.is_none_or(|seen| now.0 - seen.0 > TOUCH_INTERVAL);
    if new {
        app.store.touch_device(device.id, now).await?;
    }
    Ok(new)
}

/// The restaurant of this slug, if the device belongs to it.
pub async fn restaurant(
    app: &AppState,
    installed: &PairedDevice,
    slug: &str,
) -> Result<RestaurantId, ApiError> {
    let restaurant = restaurant_id(app, slug).await?;
    match restaurant == installed.restaurant {
        true => Ok(restaurant),
        false => Err(ApiError::new(
            ProblemType::Forbidden,
            "this device belongs to another restaurant",
        )),
    }
}

/// The current state of a device, for a stream that was opened earlier.
pub async fn device_by_key(app: &AppState, key: &str) -> Result<PairedDevice, ApiError> {
    let installed = app.store.device(key).await?.ok_or_else(not_paired)?;
    match installed.revoked {
        false => Ok(installed),
        true => Err(ApiError::new(
            ProblemType::DeviceSignedOut,
            "this device was signed out; type a new code",
        )),
    }
}

fn cookie(token: &str) -> Result<HeaderValue, ApiError> {
    let cookie = format!("{COOKIE}={token}; Path=/; Max-Age={ONE_YEAR}; Secure; HttpOnly; SameSite=Lax");
    HeaderValue::from_str(&cookie).map_err(|error| ApiError::internal(&error))
}

/// The cookie that deletes the device's cookie.
pub fn expired_cookie() -> HeaderValue {
    HeaderValue::from_static("__Host-device=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax")
}

pub async fn paired(app: &AppState, installed: &PairedDevice) -> Result<Paired, ApiError> {
    let slug = listing_of(app, installed.restaurant)
        .await?
        .restaurant
        .slug
        .clone();
    let Device { id, name, kind, .. } = installed.device.clone();
    Ok(Paired {
        storage_key: installed.storage_key.clone(),
        device: id,
        name,
        kind,
        restaurant: installed.restaurant,
        slug,
    })
}

#[derive(Debug, thiserror::Error)]
pub enum CodeError {
    #[error(transparent)]
    Random(#[from] getrandom::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A code that pairs one device, once and within minutes.
pub async fn new_code(
    store: &dyn Store,
    restaurant: RestaurantId,
    new: NewDevice,
    by: (Author, Timestamp),
) -> Result<PairingCode, CodeError> {
    let code = device::new_code(visitor::random()?);
    let expires_at = Timestamp(by.1.0 + limits::CODE_LIVES);
    let new = NewDevice {
        name: new.name.trim().to_owned(),
        ..new
    };
    store
        .put_code(&NewCode {
            hash: sessions::key(&code),
            restaurant,
            device: new.clone(),
            expires_at,
            by,
        })
        .await?;
    Ok(PairingCode {
        code: device::format_code(&code),
        name: new.name,
        kind: new.kind,
        expires_at,
    })
}

/// Who acts now, for the audit log.
fn by(user: &CurrentUser) -> (Author, Timestamp) {
    (Author::Account(user.account.id), clock::now())
}

pub async fn make_code(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    new: NewDevice,
) -> Result<PairingCode, ApiError> {
    let restaurant = restaurant_id(app, slug).await?;
    user.check(restaurant, Permission::Devices)?;
    new.check()?;
    new_code(app.store.as_ref(), restaurant, new, by(user))
        .await
        .map_err(|error| ApiError::internal(&error))
}

/// Pairs a device; returns the cookie that identifies it.
pub async fn pair(
    app: &AppState,
    client: &Client,
    pairing: &Pairing,
) -> Result<(Paired, HeaderValue), ApiError> {
    let no_such_code = || {
        tracing::warn!("a pairing code was refused");
        ApiError::new(
            ProblemType::NotAccepted,
            "'code' is none that lets a device in now; make a new one",
        )
    };
    app.rate_limiter
        .take_for_client(&rate_limit::PAIRINGS, client)
        .await?;
    let code = device::parse_code(&pairing.code).ok_or_else(no_such_code)?;
    let token = sessions::token()?;
    match app
        .store
        .pair(
            &sessions::key(&code),
            pairing.device,
            &sessions::key(&token),
            &StorageKey(sessions::token()?),
            clock::now(),
        )
        .await?
    {
        PairedAs::NoSuchCode => Err(no_such_code()),
        PairedAs::IdTaken => Err(ApiError::new(
            ProblemType::Conflict,
            "'device' is another restaurant's, of another kind, or has the receipt prefix of another; make a new one",
        )),
        PairedAs::Device(installed) => {
            app.rate_limiter.return_token(&rate_limit::PAIRINGS, client).await;
            Ok((paired(app, &installed).await?, cookie(&token)?))
        }
    }
}

/// `code` is the one that the browser made last.
pub async fn list(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    code: Option<&str>,
) -> Result<DeviceList, ApiError> {
    let RestaurantNow {
        listing,
        now: (at, now),
        ..
    } = restaurant_now(app, slug).await?;
    user.check(listing.restaurant.id, Permission::Devices)?;
    let devices = app.store.devices(listing.restaurant.id).await?;
    Ok(DeviceList {
        name: listing.restaurant.name.clone(),
        at,
        now,
        devices,
        code: usable_code(app, listing.restaurant.id, code).await?,
        readers: None,
    })
}

pub async fn revoke(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    device: DeviceId,
) -> Result<(), ApiError> {
    let restaurant = restaurant_id(app, slug).await?;
    user.check(restaurant, Permission::Devices)?;
    match app.store.revoke_device(restaurant, device, by(user)).await? {
        true => Ok(()),
        false => Err(ApiError::new(
            ProblemType::NotFound,
            "no device of this restaurant has this id",
        )),
    }
}

/// Signs out the device that sends the request.
pub async fn sign_out(app: &AppState, current_device: &CurrentDevice) -> Result<(), ApiError> {
    let itself = Author::Device {
        device: current_device.id(),
        cashier: None,
    };
    // It may have been revoked in this moment; it is signed out either way.
    app.store
        .revoke_device(
            current_device.installed.restaurant,
            current_device.id(),
            (itself, clock::now()),
        )
        .await?;
    Ok(())
}
