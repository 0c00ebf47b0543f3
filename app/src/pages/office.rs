//! The office: where restaurants are made.

mod changes;
mod created;
mod history;
mod invitation;
mod layout;
mod menu;
mod new_restaurant;
mod part;
mod part_text;
mod preview;
mod typed_form;

use std::sync::Arc;

use leptos::{either::EitherOf8, prelude::*};
use servery_domain::{
    account::Account,
    edit::{EditedRestaurant, PublicationLog},
    invitation::Invitation,
    new_restaurant::NewRestaurantChoices,
    problem::{Problem, ProblemType},
    restaurant::Listing,
    slug::Slug,
};

use self::typed_form::TypedForm;
use super::{FullBackend, Head, Pages, document_title, nothing_here};
use crate::{
    backend::OfficeBackend,
    components::notice::{Tone, said},
    page_address::PageAddress,
    part_form::PartForm,
    query::{GetAccount, GetEdits, GetInvitation, GetNewRestaurant, GetPublications, GetRestaurant},
    routes::{self, Chunk, View},
    text::{Key, Texts, office, texts},
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
    Menu {
        slug: Slug,
        office: Arc<EditedRestaurant>,
        result: FormResult,
    },
    Part {
        slug: Slug,
        office: Arc<EditedRestaurant>,
        form: PartForm,
        typed: TypedForm,
        /// The category that a new dish is for.
        category: String,
    },
    Changes {
        slug: Slug,
        office: Arc<EditedRestaurant>,
        result: FormResult,
    },
    History {
        slug: Slug,
        office: Arc<EditedRestaurant>,
        log: Box<PublicationLog>,
    },
    /// With the path of the page that is for somebody who is signed in.
    SignedOut(String),
}

/// What became of a form, as the address says it.
#[derive(Debug, Clone, Default)]
pub struct FormResult {
    done: Option<String>,
    wrong: Option<String>,
}

impl FormResult {
    fn read(visit: &PageAddress) -> Self {
        Self {
            done: visit.get("done").map(str::to_owned),
            wrong: visit.get("wrong").map(str::to_owned),
        }
    }

    fn view(&self, texts: Texts) -> impl IntoView + use<> {
        let done = self.done.as_deref().and_then(|done| match done {
            "saved" => Some(office::Key::OfficeDoneSaved),
            "same" => Some(office::Key::OfficeDoneSame),
            "removed" => Some(office::Key::OfficeDoneRemoved),
            "undone" => Some(office::Key::OfficeDoneUndone),
            "published" => Some(office::Key::OfficeDonePublished),
            _ => None,
        });
        let wrong = self.wrong.as_deref().map(|wrong| match wrong {
            "gone" => office::Key::OfficeWrongGone,
            "too-many" => office::Key::OfficeWrongTooMany,
            "conflict" => office::Key::OfficeWrongChanged,
            _ => office::Key::WrongOther,
        });
        view! {
            {said(done.map(|done| texts.get(done)), Tone::Good)}
            {said(wrong.map(|wrong| texts.get(wrong)), Tone::Bad)}
        }
    }
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
                    Ok(choices.map_or(Self::SignedOut(visit.path.clone()), |choices| {
                        Self::NewRestaurant {
                            choices: Arc::new(choices),
                            typed: TypedForm::read(visit),
                        }
                    }))
                }
            },
            View::Office | View::OfficePart | View::OfficeChanges | View::OfficeHistory => {
                let slug = routes::slug(values).ok_or_else(|| nothing_here(visit))?;
                match unless_signed_out(backend.ask(GetEdits(slug.clone())).await)? {
                    Some(office) => load_office(view, (slug, office), values, (visit, backend)).await,
                    None => Ok(Self::SignedOut(visit.path.clone())),
                }
            }
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
            } => EitherOf8::A(invitation::page(
                &token,
                invitation,
                signed_in.as_deref(),
                wrong.as_deref(),
            )),
            Self::NewRestaurant { choices, typed } => {
                EitherOf8::B(view! { <new_restaurant::NewRestaurantPage choices typed/> })
            }
            Self::Created(listing) => EitherOf8::C(created::page(&listing)),
            Self::SignedOut(next) => EitherOf8::D(invitation::signed_out(&next)),
            Self::Menu { slug, office, result } => {
                EitherOf8::E(menu::page(&slug, &office, result.view(texts())))
            }
            Self::Part {
                slug,
                office,
                form,
                typed,
                category,
            } => EitherOf8::F(view! { <part::PartPage slug office form typed category/> }),
            Self::Changes { slug, office, result } => {
                EitherOf8::G(changes::page(&slug, &office, result.view(texts())))
            }
            Self::History { slug, office, log } => EitherOf8::H(history::page(&slug, &office, &log)),
        }
    }

    fn head(&self, texts: Texts) -> Head<'_> {
        let title = match self {
            Self::Invitation { .. } => texts.get(office::Key::InvitationTitle),
            Self::NewRestaurant { .. } => texts.get(office::Key::NewTitle),
            Self::Created(listing) => &listing.restaurant.name,
            Self::SignedOut(_) => texts.get(Key::SignInTitle),
            Self::Menu { office, .. } | Self::Part { office, .. } => {
                return office_head(texts, &office.edited.name, office::Key::OfficeMenu);
            }
            Self::Changes { office, .. } => {
                return office_head(texts, &office.edited.name, office::Key::OfficeChanges);
            }
            Self::History { office, .. } => {
                return office_head(texts, &office.edited.name, office::Key::OfficeHistory);
            }
        };
        Head::new(document_title(title), texts)
    }
}

fn office_head<'a>(texts: Texts, name: &str, tab: office::Key) -> Head<'a> {
    Head::new(document_title(&format!("{} · {name}", texts.get(tab))), texts)
}

async fn load_office(
    view: View,
    (slug, office): (Slug, Arc<EditedRestaurant>),
    values: &[&str],
    (visit, backend): (&PageAddress, &dyn OfficeBackend),
) -> Result<OfficePage, Problem> {
    Ok(match view {
        View::OfficePart => {
            let form = values.get(1).and_then(|part| PartForm::read(part));
            OfficePage::Part {
                slug,
                office,
                form: form.ok_or_else(|| nothing_here(visit))?,
                typed: TypedForm::read(visit),
                category: visit.get("category").unwrap_or_default().to_owned(),
            }
        }
        View::OfficeHistory => {
            let before = visit.get("before").and_then(|before| before.parse().ok());
            let log = backend.ask(GetPublications(slug.clone(), before)).await?;
            OfficePage::History {
                slug,
                office,
                log: Box::new(log),
            }
        }
        View::OfficeChanges => OfficePage::Changes {
            slug,
            office,
            result: FormResult::read(visit),
        },
        _ => OfficePage::Menu {
            slug,
            office,
            result: FormResult::read(visit),
        },
    })
}

fn unless_signed_out<T>(answer: Result<T, Problem>) -> Result<Option<T>, Problem> {
    match answer {
        Err(problem) if problem.is(ProblemType::SignedOut) => Ok(None),
        answer => answer.map(Some),
    }
}
