//! The account pages, and the board pages, which are in the same program.

pub mod credentials;
pub mod links;
mod passkeys;
mod profile;

use std::sync::Arc;

use leptos::{either::EitherOf9, prelude::*};
use servery_domain::{
    account::{Permission, SignedIn},
    audit::{AuditEntry, AuditLog},
    board::Board,
    delivery_map::DeliveryMap,
    device::DeviceList,
    lang::Lang,
    passkey::PasskeyView,
    problem::{Problem, ProblemType},
    slug::Slug,
    time::Timestamp,
};

use super::{
    BrowserFeatures, FullBackend, Head, Pages,
    board::{self, audit_log, devices},
    document_title, nothing_here,
};
use crate::{
    backend::{AccountBackend, DraftStorage, OrderEvents, PageScripts, PasskeyActions},
    page_address::PageAddress,
    query::{GetAccount, GetAccountLog, GetAuditLog, GetBoard, GetDeliveryMap, GetDevices, GetPasskeys},
    routes::{Chunk, View, slug},
    text::{Key, Texts},
};

/// Seconds between reloads of a board without a script.
const BOARD_REFRESH: u32 = 20;

#[derive(Debug, Clone)]
pub enum AccountPage {
    Board {
        slug: Slug,
        board: Box<Board>,
        /// On which it shows where orders go, if the operator has one and the role sees addresses.
        map: Option<DeliveryMap>,
    },
    Devices {
        slug: Slug,
        list: Box<DeviceList>,
        said: devices::DevicesNotice,
    },
    AuditLog {
        slug: Slug,
        log: Box<AuditLog>,
        is_newest: bool,
    },
    Account {
        signed_in: Box<SignedIn>,
        passkeys: Vec<PasskeyView>,
        log: Vec<AuditEntry>,
        done: Option<String>,
        wrong: Option<String>,
    },
    SignIn {
        next: String,
        done: Option<String>,
        wrong: Option<String>,
    },
    SignUp {
        done: bool,
        wrong: bool,
    },
    AskReset {
        done: bool,
        wrong: bool,
    },
    Reset {
        token: String,
        wrong: Option<String>,
    },
    Verify {
        token: String,
        done: bool,
        wrong: bool,
    },
}

impl Pages for AccountPage {
    const CHUNK: Chunk = Chunk::Account;
    type Backend = dyn AccountBackend;

    fn backend(whole: Arc<impl FullBackend + 'static>) -> Arc<dyn AccountBackend> {
        whole
    }

    fn provide(device: Arc<impl BrowserFeatures>) {
        let watch: Arc<dyn OrderEvents> = device.clone();
        provide_context(watch);
        let drafts: Arc<dyn DraftStorage> = device.clone();
        provide_context(drafts);
        let scripts: Arc<dyn PageScripts> = device.clone();
        provide_context(scripts);
        let actions: Arc<dyn PasskeyActions> = device;
        provide_context(actions);
    }

    async fn load(
        view: View,
        values: &[&str],
        (visit, _): (&PageAddress, Lang),
        backend: &Self::Backend,
    ) -> Result<Self, Problem> {
        match load_page(view, values, visit, backend).await {
            Err(problem) if problem.is(ProblemType::SignedOut) => Ok(Self::SignIn {
                next: visit.path.clone(),
                done: said(visit, "done"),
                wrong: said(visit, "wrong"),
            }),
            loaded => loaded,
        }
    }

    fn view(self) -> impl IntoView + 'static {
        match self {
            Self::Board { slug, board, map } => {
                EitherOf9::A(view! { <board::BoardPage slug board=*board map/> })
            }
            Self::Account {
                signed_in,
                passkeys,
                log,
                done,
                wrong,
            } => EitherOf9::B(
                view! { <profile::AccountProfile signed_in=*signed_in keys=passkeys log done wrong/> },
            ),
            Self::SignIn { next, done, wrong } => EitherOf9::C(credentials::sign_in(next, done, wrong)),
            Self::SignUp { done, wrong } => EitherOf9::D(credentials::sign_up(done, wrong)),
            Self::AskReset { done, wrong } => EitherOf9::E(credentials::ask_reset(done, wrong)),
            Self::Reset { token, wrong } => EitherOf9::F(credentials::reset(token, wrong)),
            Self::Verify { token, done, wrong } => EitherOf9::G(credentials::verify(token, done, wrong)),
            Self::AuditLog { slug, log, is_newest } => {
                EitherOf9::I(view! { <audit_log::RestaurantLog slug log=*log is_newest/> })
            }
            Self::Devices { slug, list, said } => {
                EitherOf9::H(view! { <devices::Devices slug list=*list said/> })
            }
        }
    }

    fn head(&self, texts: Texts) -> Head<'_> {
        let title = match self {
            Self::Board { board, .. } => texts.fill(Key::BoardTitle, &[("name", &board.name)]),
            Self::AuditLog { log, .. } => texts.fill(Key::LogTitle, &[("name", &log.name)]),
            Self::Devices { list, .. } => texts.fill(Key::DevicesTitle, &[("name", &list.name)]),
            Self::Account { .. } => texts.get(Key::AccountTitle).to_owned(),
            Self::SignIn { .. } => texts.get(Key::SignInTitle).to_owned(),
            Self::SignUp { .. } => texts.get(Key::SignUpTitle).to_owned(),
            Self::AskReset { .. } | Self::Reset { .. } => texts.get(Key::ResetTitle).to_owned(),
            Self::Verify { .. } => texts.get(Key::VerifyTitle).to_owned(),
        };
        Head {
            refresh: matches!(self, Self::Board { .. }).then_some(BOARD_REFRESH),
            ..Head::new(document_title(&title), texts)
        }
    }
}

/// A word that a form has put into the address of the page it leads to.
fn said(visit: &PageAddress, name: &str) -> Option<String> {
    visit.get(name).map(str::to_owned)
}

async fn load_page(
    view: View,
    values: &[&str],
    visit: &PageAddress,
    backend: &dyn AccountBackend,
) -> Result<AccountPage, Problem> {
    let nothing_here = || nothing_here(visit);
    let slug = || slug(values).ok_or_else(nothing_here);
    let token = || {
        values
            .first()
            .map(|token| (*token).to_owned())
            .ok_or_else(nothing_here)
    };
    let (done, wrong) = (said(visit, "done"), said(visit, "wrong"));
    match view {
        View::Board => {
            let board = Box::new(backend.ask(GetBoard(slug()?)).await?);
            // The board does without the map, too.
            let map = match board.role.may(Permission::SeeAddresses) {
                true => backend.ask(GetDeliveryMap).await.ok().flatten(),
                false => None,
            };
            Ok(AccountPage::Board {
                slug: slug()?,
                board,
                map,
            })
        }
        View::Devices => Ok(AccountPage::Devices {
            slug: slug()?,
            list: Box::new(backend.ask(GetDevices(slug()?)).await?),
            said: devices::DevicesNotice::read(visit),
        }),
        View::AuditLog => {
            let before = visit.get("before").and_then(|before| before.parse().ok());
            let query = GetAuditLog(slug()?, before.map(Timestamp));
            Ok(AccountPage::AuditLog {
                slug: slug()?,
                log: Box::new(backend.ask(query).await?),
                is_newest: before.is_none(),
            })
        }
        View::Account => Ok(AccountPage::Account {
            signed_in: Box::new(backend.ask(GetAccount).await?),
            passkeys: backend.ask(GetPasskeys).await?,
            log: backend.ask(GetAccountLog).await?,
            done,
            wrong,
        }),
        View::SignUp => Ok(AccountPage::SignUp {
            done: done.is_some(),
            wrong: wrong.is_some(),
        }),
        View::AskReset => Ok(AccountPage::AskReset {
            done: done.is_some(),
            wrong: wrong.is_some(),
        }),
        View::Reset => Ok(AccountPage::Reset {
            token: token()?,
            wrong,
        }),
        View::Verify => Ok(AccountPage::Verify {
            token: token()?,
            done: done.is_some(),
            wrong: wrong.is_some(),
        }),
        _ => Err(nothing_here()),
    }
}
