//! Installed staff apps: how they are let in, known again, and signed out.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header::SET_COOKIE, request::Parts},
    response::{IntoResponse, Response},
};
use servery_domain::{
    account::Act,
    device::{self, Device, DeviceList, NewDevice, Paired, Pairing, PairingCode},
    id::{DeviceId, RestaurantId},
    limits,
    problem::Kind,
    time::Timestamp,
};
use servery_store::{
    Store, StoreError,
    devices::{Installed, NewCode, PairedAs},
};

use crate::{
    accounts::sessions::{self, Signed},
    clock,
    http::{client::Caller, error::Refusal, rate_limit, visitor},
    orders::{self, Counter},
    state::App,
};

/// The prefix binds the cookie to this host, by TLS only; browsers let 127.0.0.1 count as that.
const COOKIE: &str = "__Host-device";
const A_YEAR: u32 = 365 * 24 * 3600;
/// Seconds within which a device that is seen again is not noted anew.
const NOTED_EVERY: i64 = 300;

/// A device that is let in.
#[derive(Debug, Clone)]
pub struct LetIn {
    pub installed: Installed,
    token: String,
}

/// For handlers that only a device may call.
impl FromRequestParts<Arc<App>> for LetIn {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
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

pub fn not_let_in() -> Refusal {
    Refusal::new(Kind::SignedOut, "this device is not let in; type a code")
}

impl LetIn {
    pub fn id(&self) -> DeviceId {
        self.installed.device.id
    }

    /// Under which the store has its token.
    pub fn key(&self) -> String {
        sessions::key(&self.token)
    }

    /// The restaurant of this name, if it is the device's.
    pub fn restaurant(&self, app: &App, slug: &str) -> Result<RestaurantId, Refusal> {
        restaurant(app, &self.installed, slug)
    }

    pub fn paired(&self, app: &App) -> Result<Paired, Refusal> {
        paired(app, &self.installed)
    }

    /// Notes that it was here, and answers with a cookie that lives on, if that was a while ago.
    pub async fn seen(&self, app: &App, answer: impl IntoResponse) -> Result<Response, Refusal> {
        let mut response = answer.into_response();
        if note_seen(app, &self.installed).await? {
            response.headers_mut().append(SET_COOKIE, cookie(&self.token)?);
        }
        Ok(response)
    }
}

/// Whether it was not seen for a while.
pub async fn note_seen(app: &App, installed: &Installed) -> Result<bool, Refusal> {
    let (now, device) = (clock::now(), &installed.device);
    let new = device.seen_at.is_none_or(|seen| now.0 - seen.0 > NOTED_EVERY);
    if new {
        app.store.see_device(device.id, now).await?;
    }
    Ok(new)
}

/// The restaurant of this name, if it is the device's.
pub fn restaurant(app: &App, installed: &Installed, slug: &str) -> Result<RestaurantId, Refusal> {
    let restaurant = orders::restaurant_named(app, slug)?;
    match restaurant == installed.restaurant {
        true => Ok(restaurant),
        false => Err(Refusal::new(
            Kind::Forbidden,
            "this device belongs to another restaurant",
        )),
    }
}

/// As it is now, for a device that was let in a while ago.
pub async fn of_key(app: &App, key: &str) -> Result<Installed, Refusal> {
    let installed = app.store.device(key).await?.ok_or_else(not_let_in)?;
    match installed.revoked {
        false => Ok(installed),
        true => Err(Refusal::new(
            Kind::DeviceSignedOut,
            "this device was signed out; type a new code",
        )),
    }
}

fn cookie(token: &str) -> Result<HeaderValue, Refusal> {
    let cookie = format!("{COOKIE}={token}; Path=/; Max-Age={A_YEAR}; Secure; HttpOnly; SameSite=Lax");
    HeaderValue::from_str(&cookie).map_err(|error| Refusal::failed(&error))
}

/// The cookie of a device that is let in no more.
pub fn ended() -> HeaderValue {
    HeaderValue::from_static("__Host-device=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax")
}

pub fn paired(app: &App, installed: &Installed) -> Result<Paired, Refusal> {
    let slug = orders::listed_of(app, installed.restaurant)?
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
    app: &App,
    signed: &Signed,
    slug: &str,
    new: NewDevice,
) -> Result<PairingCode, Refusal> {
    let restaurant = orders::restaurant_named(app, slug)?;
    signed.check(restaurant, Act::Devices)?;
    new.check()?;
    new_code(app.store.as_ref(), restaurant, new, clock::now())
        .await
        .map_err(|error| Refusal::failed(&error))
}

/// Lets a device in, with the cookie that it is known by from then on.
pub async fn pair(app: &App, caller: &Caller, pairing: &Pairing) -> Result<(Paired, HeaderValue), Refusal> {
    let no_such_code = || {
        Refusal::new(
            Kind::NotAccepted,
            "'code' is none that lets a device in now; make a new one",
        )
    };
    app.rates.of_caller(&rate_limit::PAIRINGS, caller)?;
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
        PairedAs::IdTaken => Err(Refusal::new(
            Kind::Conflict,
            "'device' is another restaurant's, or of another kind; make a new one",
        )),
        PairedAs::Device(installed) => {
            app.rates.give_back(&rate_limit::PAIRINGS, caller);
            Ok((paired(app, &installed)?, cookie(&token)?))
        }
    }
}

pub async fn list(app: &App, signed: &Signed, slug: &str) -> Result<DeviceList, Refusal> {
    let Counter {
        listed,
        now: (at, now),
        ..
    } = orders::counter(app, slug).await?;
    signed.check(listed.restaurant.id, Act::Devices)?;
    let devices = app.store.devices(listed.restaurant.id).await?;
    Ok(DeviceList {
        name: listed.restaurant.name.clone(),
        at,
        now,
        devices,
    })
}

pub async fn revoke(app: &App, signed: &Signed, slug: &str, device: DeviceId) -> Result<(), Refusal> {
    let restaurant = orders::restaurant_named(app, slug)?;
    signed.check(restaurant, Act::Devices)?;
    match app.store.revoke_device(restaurant, device, clock::now()).await? {
        true => Ok(()),
        false => Err(Refusal::new(
            Kind::NotFound,
            "no device of this restaurant has this id",
        )),
    }
}

/// Whoever stands at a device signs it out.
pub async fn leave(app: &App, let_in: &LetIn) -> Result<(), Refusal> {
    // Somebody else may have been faster; it is signed out either way.
    app.store
        .revoke_device(let_in.installed.restaurant, let_in.id(), clock::now())
        .await?;
    Ok(())
}
