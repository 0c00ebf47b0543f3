//! Installed staff apps: how they are let in, known again, and signed out.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header::SET_COOKIE, request::Parts},
    response::{IntoResponse, Response},
};
use servery_domain::{
    account::Permission,
    device::{self, Device, DeviceList, NewDevice, Paired, Pairing, PairingCode},
    id::{DeviceId, RestaurantId},
    limits,
    problem::Kind,
    time::Timestamp,
};
use servery_store::{
    Store, StoreError,
    devices::{NewCode, PairedAs, PairedDevice},
};

use crate::{
    accounts::sessions::{self, CurrentUser},
    clock,
    http::{client::Client, error::ApiError, rate_limit, visitor},
    orders::{self, RestaurantNow},
    state::AppState,
};

/// The prefix binds the cookie to this host, by TLS only; browsers let 127.0.0.1 count as that.
pub const COOKIE: &str = "__Host-device";
const A_YEAR: u32 = 365 * 24 * 3600;
/// Seconds within which a device that is seen again is not noted anew.
const NOTED_EVERY: i64 = 300;

/// A device that is let in.
#[derive(Debug, Clone)]
pub struct CurrentDevice {
    pub installed: PairedDevice,
    token: String,
}

/// For handlers that only a device may call.
impl FromRequestParts<Arc<AppState>> for CurrentDevice {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<AppState>) -> Result<Self, ApiError> {
        let token = token(&parts.headers).ok_or_else(not_let_in)?.to_owned();
        Ok(Self {
            installed: of_key(app, &sessions::key(&token)).await?,
            token,
        })
    }
}

fn token(headers: &HeaderMap) -> Option<&str> {
    visitor::cookie(headers, COOKIE).filter(|token| token.len() == 64)
}

/// The key of the device that the cookie names, whether or not there is one.
pub fn named(headers: &HeaderMap) -> Option<String> {
    token(headers).map(sessions::key)
}

pub fn not_let_in() -> ApiError {
    ApiError::new(Kind::SignedOut, "this device is not let in; type a code")
}

impl CurrentDevice {
    pub fn id(&self) -> DeviceId {
        self.installed.device.id
    }

    /// Under which the store has its token.
    pub fn key(&self) -> String {
        sessions::key(&self.token)
    }

    /// The restaurant of this name, if it is the device's.
    pub fn restaurant(&self, app: &AppState, slug: &str) -> Result<RestaurantId, ApiError> {
        restaurant(app, &self.installed, slug)
    }

    pub fn paired(&self, app: &AppState) -> Result<Paired, ApiError> {
        paired(app, &self.installed)
    }

    /// Notes that it was here, and answers with a cookie that lives on, if that was a while ago.
    pub async fn seen(&self, app: &AppState, answer: impl IntoResponse) -> Result<Response, ApiError> {
        let mut response = answer.into_response();
        if note_seen(app, &self.installed).await? {
            response.headers_mut().append(SET_COOKIE, cookie(&self.token)?);
        }
        Ok(response)
    }
}

/// Whether it was not seen for a while.
pub async fn note_seen(app: &AppState, installed: &PairedDevice) -> Result<bool, ApiError> {
    let (now, device) = (clock::now(), &installed.device);
    let new = device.seen_at.is_none_or(|seen| now.0 - seen.0 > NOTED_EVERY);
    if new {
        app.store.see_device(device.id, now).await?;
    }
    Ok(new)
}

/// The restaurant of this name, if it is the device's.
pub fn restaurant(app: &AppState, installed: &PairedDevice, slug: &str) -> Result<RestaurantId, ApiError> {
    let restaurant = orders::restaurant_named(app, slug)?;
    match restaurant == installed.restaurant {
        true => Ok(restaurant),
        false => Err(ApiError::new(
            Kind::Forbidden,
            "this device belongs to another restaurant",
        )),
    }
}

/// As it is now, for a device that was let in a while ago.
pub async fn of_key(app: &AppState, key: &str) -> Result<PairedDevice, ApiError> {
    let installed = app.store.device(key).await?.ok_or_else(not_let_in)?;
    match installed.revoked {
        false => Ok(installed),
        true => Err(ApiError::new(
            Kind::DeviceSignedOut,
            "this device was signed out; type a new code",
        )),
    }
}

fn cookie(token: &str) -> Result<HeaderValue, ApiError> {
    let cookie = format!("{COOKIE}={token}; Path=/; Max-Age={A_YEAR}; Secure; HttpOnly; SameSite=Lax");
    HeaderValue::from_str(&cookie).map_err(|error| ApiError::failed(&error))
}

/// The cookie of a device that is let in no more.
pub fn ended() -> HeaderValue {
    HeaderValue::from_static("__Host-device=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax")
}

pub fn paired(app: &AppState, installed: &PairedDevice) -> Result<Paired, ApiError> {
    let slug = orders::listing_of(app, installed.restaurant)?
        .restaurant
        .slug
        .clone();
    let Device { id, name, kind, .. } = installed.device.clone();
    Ok(Paired {
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

/// A code that lets one device in, once and soon.
pub async fn new_code(
    store: &dyn Store,
    restaurant: RestaurantId,
    new: NewDevice,
    now: Timestamp,
) -> Result<PairingCode, CodeError> {
    let code = device::code(visitor::random()?);
    let expires_at = Timestamp(now.0 + limits::CODE_LIVES);
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
        })
        .await?;
    Ok(PairingCode {
        code: device::shown(&code),
        name: new.name,
        kind: new.kind,
        expires_at,
    })
}

pub async fn make_code(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    new: NewDevice,
) -> Result<PairingCode, ApiError> {
    let restaurant = orders::restaurant_named(app, slug)?;
    user.check(restaurant, Permission::Devices)?;
    new.check()?;
    new_code(app.store.as_ref(), restaurant, new, clock::now())
        .await
        .map_err(|error| ApiError::failed(&error))
}

/// Lets a device in, with the cookie that it is known by from then on.
pub async fn pair(
    app: &AppState,
    client: &Client,
    pairing: &Pairing,
) -> Result<(Paired, HeaderValue), ApiError> {
    let no_such_code = || {
        ApiError::new(
            Kind::NotAccepted,
            "'code' is none that lets a device in now; make a new one",
        )
    };
    app.rate_limiter.take_for_client(&rate_limit::PAIRINGS, client)?;
    let code = device::typed(&pairing.code).ok_or_else(no_such_code)?;
    let token = sessions::token()?;
    match app
        .store
        .pair(
            &sessions::key(&code),
            pairing.device,
            &sessions::key(&token),
            clock::now(),
        )
        .await?
    {
        PairedAs::NoSuchCode => Err(no_such_code()),
        PairedAs::IdTaken => Err(ApiError::new(
            Kind::Conflict,
            "'device' is another restaurant's, or of another kind; make a new one",
        )),
        PairedAs::Device(installed) => {
            app.rate_limiter.return_token(&rate_limit::PAIRINGS, client);
            Ok((paired(app, &installed)?, cookie(&token)?))
        }
    }
}

pub async fn list(app: &AppState, user: &CurrentUser, slug: &str) -> Result<DeviceList, ApiError> {
    let RestaurantNow {
        listing,
        now: (at, now),
        ..
    } = orders::restaurant_now(app, slug).await?;
    user.check(listing.restaurant.id, Permission::Devices)?;
    let devices = app.store.devices(listing.restaurant.id).await?;
    Ok(DeviceList {
        name: listing.restaurant.name.clone(),
        at,
        now,
        devices,
    })
}

pub async fn revoke(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    device: DeviceId,
) -> Result<(), ApiError> {
    let restaurant = orders::restaurant_named(app, slug)?;
    user.check(restaurant, Permission::Devices)?;
    match app.store.revoke_device(restaurant, device, clock::now()).await? {
        true => Ok(()),
        false => Err(ApiError::new(
            Kind::NotFound,
            "no device of this restaurant has this id",
        )),
    }
}

/// Whoever stands at a device signs it out.
pub async fn leave(app: &AppState, current_device: &CurrentDevice) -> Result<(), ApiError> {
    // Somebody else may have been faster; it is signed out either way.
    app.store
        .revoke_device(
            current_device.installed.restaurant,
            current_device.id(),
            clock::now(),
        )
        .await?;
    Ok(())
}
