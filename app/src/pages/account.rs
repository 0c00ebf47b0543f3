//! The account pages, and the board pages, which are in the same program.

mod credentials;
mod links;
mod passkeys;
mod profile;

use std::sync::Arc;

use leptos::{either::EitherOf8, prelude::*};
use servery_domain::{
    account::SignedIn,
    board::Board,
    device::DeviceList,
    passkey::PasskeyView,
    problem::{Kind, Problem},
    slug::Slug,
};

use super::{
    BrowserFeatures, FullBackend, Head, Pages,
    board::{self, devices},
    document_title, nothing_here,
};
use crate::{
    backend::{AccountBackend, DraftStorage, OrderEvents, PasskeyActions},
    page_address::PageAddress,
    query::{GetAccount, GetBoard, GetDevices, GetPasskeys},
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
    },
    Devices {
        slug: Slug,
        list: Box<DeviceList>,
        said: devices::DevicesNotice,
    },
    Account {
        signed_in: Box<SignedIn>,
        passkeys: Vec<PasskeyView>,
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
        wrong: bool,
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
        let actions: Arc<dyn PasskeyActions> = device;
        provide_context(actions);
    }

    async fn load(
        view: View,
        values: &[&str],
        visit: &PageAddress,
        backend: &Self::Backend,
    ) -> Result<Self, Problem> {
        let nothing_here = || nothing_here(visit);
        let token = || {
            values
                .first()
                .map(|token| (*token).to_owned())
                .ok_or_else(nothing_here)
        };
        let said = |name: &str| visit.get(name).map(str::to_owned);
        let (done, wrong) = (said("done"), said("wrong"));
        match view {
            View::Board => {
                let slug = slug(values).ok_or_else(nothing_here)?;
                match backend.ask(GetBoard(slug.clone())).await {
                    Ok(board) => Ok(Self::Board {
                        slug,
                        board: Box::new(board),
                    }),
                    Err(problem) if problem.is(Kind::SignedOut) => Ok(Self::SignIn {
                        next: visit.path.clone(),
                        done,
                        wrong,
                    }),
                    Err(problem) => Err(problem),
                }
            }
            View::Devices => {
                let slug = slug(values).ok_or_else(nothing_here)?;
                match backend.ask(GetDevices(slug.clone())).await {
                    Ok(list) => Ok(Self::Devices {
                        slug,
                        list: Box::new(list),
                        said: devices::DevicesNotice::read(visit),
                    }),
                    Err(problem) if problem.is(Kind::SignedOut) => Ok(Self::SignIn {
                        next: visit.path.clone(),
                        done,
                        wrong,
                    }),
                    Err(problem) => Err(problem),
                }
            }
            View::Account => match backend.ask(GetAccount).await {
                Ok(signed_in) => Ok(Self::Account {
                    signed_in: Box::new(signed_in),
                    passkeys: backend.ask(GetPasskeys).await?,
                    done,
                    wrong,
                }),
                Err(problem) if problem.is(Kind::SignedOut) => Ok(Self::SignIn {
                    next: "/account".into(),
                    done,
                    wrong,
                }),
                Err(problem) => Err(problem),
            },
            View::SignUp => Ok(Self::SignUp {
                done: done.is_some(),
                wrong: wrong.is_some(),
            }),
            View::AskReset => Ok(Self::AskReset {
                done: done.is_some(),
                wrong: wrong.is_some(),
            }),
            View::Reset => Ok(Self::Reset {
                token: token()?,
                wrong: wrong.is_some(),
            }),
            View::Verify => Ok(Self::Verify {
                token: token()?,
                done: done.is_some(),
                wrong: wrong.is_some(),
            }),
            _ => Err(nothing_here()),
        }
    }

    fn view(self) -> impl IntoView + 'static {
        match self {
            Self::Board { slug, board } => EitherOf8::A(view! { <board::BoardPage slug board=*board/> }),
            Self::Account {
                signed_in,
                passkeys,
                done,
                wrong,
            } => EitherOf8::B(
                view! { <profile::AccountProfile signed_in=*signed_in keys=passkeys done wrong/> },
            ),
            Self::SignIn { next, done, wrong } => EitherOf8::C(credentials::sign_in(next, done, wrong)),
            Self::SignUp { done, wrong } => EitherOf8::D(credentials::sign_up(done, wrong)),
            Self::AskReset { done, wrong } => EitherOf8::E(credentials::ask_reset(done, wrong)),
            Self::Reset { token, wrong } => EitherOf8::F(credentials::reset(token, wrong)),
            Self::Verify { token, done, wrong } => EitherOf8::G(credentials::verify(token, done, wrong)),
            Self::Devices { slug, list, said } => {
                EitherOf8::H(view! { <devices::Devices slug list=*list said/> })
            }
        }
    }

    fn head(&self, texts: Texts) -> Head<'_> {
        let title = match self {
            Self::Board { board, .. } => texts.fill(Key::BoardTitle, &[("name", &board.name)]),
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
