//! The office: where restaurants are made.

mod created;
mod invitation;
mod new_restaurant;
mod preview;

use std::sync::Arc;

use leptos::{either::EitherOf4, prelude::*};
use servery_domain::{
    account::Account,
    invitation::Invitation,
    new_restaurant::NewRestaurantChoices,
    problem::{Problem, ProblemType},
    restaurant::Listing,
};

use self::new_restaurant::TypedForm;
use super::{FullBackend, Head, Pages, document_title, nothing_here};
use crate::{
    backend::OfficeBackend,
    page_address::PageAddress,
    query::{GetAccount, GetInvitation, GetNewRestaurant, GetRestaurant},
    routes::{Chunk, View},
    text::{Key, Texts, office},
};

#[derive(Debug, Clone)]
pub enum OfficePage {
    Invitation {
        token: String,
        /// `None` if it cannot be accepted any more.
        invitation: Option<Invitation>,
        signed_in: Option<Box<Account>>,
        wrong: Option<String>,
    },
    NewRestaurant {
        choices: Arc<NewRestaurantChoices>,
        typed: TypedForm,
    },
    Created(Box<Listing>),
    SignedOut,
}

impl Pages for OfficePage {
    const CHUNK: Chunk = Chunk::Office;
    type Backend = dyn OfficeBackend;

    fn backend(whole: Arc<impl FullBackend + 'static>) -> Arc<dyn OfficeBackend> {
        whole
    }

    async fn load(
        view: View,
        values: &[&str],
        visit: &PageAddress,
        backend: &Self::Backend,
    ) -> Result<Self, Problem> {
        match view {
            View::Invitation => {
                let token = values.first().ok_or_else(|| nothing_here(visit))?;
                Ok(Self::Invitation {
                    token: (*token).to_owned(),
                    invitation: backend.ask(GetInvitation((*token).to_owned())).await?,
                    signed_in: unless_signed_out(backend.ask(GetAccount).await)?
                        .map(|signed_in| Box::new(signed_in.account)),
                    wrong: visit.get("wrong").map(str::to_owned),
                })
            }
            View::NewRestaurant => match visit.get("done").and_then(|slug| slug.parse().ok()) {
                Some(slug) => Ok(Self::Created(Box::new(backend.ask(GetRestaurant(slug)).await?))),
                None => {
                    let choices = unless_signed_out(backend.ask(GetNewRestaurant).await)?;
                    Ok(choices.map_or(Self::SignedOut, |choices| Self::NewRestaurant {
                        choices: Arc::new(choices),
                        typed: TypedForm::read(visit),
                    }))
                }
            },
            _ => Err(nothing_here(visit)),
        }
    }

    fn view(self) -> impl IntoView + 'static {
        match self {
            Self::Invitation {
                token,
                invitation,
                signed_in,
                wrong,
            } => EitherOf4::A(invitation::page(
                &token,
                invitation,
                signed_in.as_deref(),
                wrong.as_deref(),
            )),
            Self::NewRestaurant { choices, typed } => {
                EitherOf4::B(view! { <new_restaurant::NewRestaurantPage choices typed/> })
            }
            Self::Created(listing) => EitherOf4::C(created::page(&listing)),
            Self::SignedOut => EitherOf4::D(invitation::signed_out()),
        }
    }

    fn head(&self, texts: Texts) -> Head<'_> {
        let title = match self {
            Self::Invitation { .. } => texts.get(office::Key::InvitationTitle),
            Self::NewRestaurant { .. } => texts.get(office::Key::NewTitle),
            Self::Created(listing) => &listing.restaurant.name,
            Self::SignedOut => texts.get(Key::SignInTitle),
        };
        Head::new(document_title(title), texts)
    }
}

fn unless_signed_out<T>(answer: Result<T, Problem>) -> Result<Option<T>, Problem> {
    match answer {
        Err(problem) if problem.is(ProblemType::SignedOut) => Ok(None),
        answer => answer.map(Some),
    }
}
