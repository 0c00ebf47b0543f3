//! The office: where restaurants are made and changed. These pages have a program; those in `thin` need none.

mod cashiers;
mod changes;
mod coupons;
mod created;
mod day_row;
mod edit_id;
mod history;
mod import;
mod invitation;
mod invitation_sections;
mod layout;
mod menu;
mod menu_drag;
mod new_restaurant;
mod operator;
mod order_list;
mod order_record;
mod own_edits;
mod part;
mod part_text;
mod preview;
mod share;
mod signed_out;
mod staff;
mod tables;
pub mod thin;
mod translations;
mod typed_form;
mod unsent;
mod week_grid;

use std::sync::Arc;

use leptos::{either::EitherOf5, prelude::*};
use servery_domain::{
    delivery_map::DeliveryMap,
    edit::{EditedRestaurant, PartKey},
    lang::Lang,
    new_restaurant::NewRestaurantChoices,
    problem::{Problem, ProblemType},
    public_holidays::PublicHolidays,
    restaurant::Listing,
    slug::Slug,
};

use self::typed_form::TypedForm;
use super::{BrowserFeatures, Content, FullBackend, Head, Pages, document_title, nothing_here};
use crate::{
    backend::{OfficeBackend, PageScripts},
    components::notice::{Tone, said},
    page_address::PageAddress,
    part_form::PartForm,
    query::{GetDeliveryMap, GetEdits, GetHolidays, GetNewRestaurant, GetRestaurant},
    routes::{self, Chunk, View},
    text::{Key, Texts, office, texts},
};

#[derive(Debug, Clone)]
pub enum OfficePage {
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
        extras: Box<PartExtras>,
    },
    /// With the path of the page that is for somebody who is signed in.
    SignedOut(String),
}

/// What the page of a part has beside its form.
#[derive(Debug, Clone, Default)]
pub struct PartExtras {
    /// What became of a picture that was uploaded or removed.
    picture: Option<String>,
    /// The regions of the restaurant's country, for public holidays, and what became of those that were added.
    holidays: Option<(Arc<PublicHolidays>, Option<String>)>,
    /// On which delivery zones are drawn, if the operator has one.
    map: Option<DeliveryMap>,
}

impl PartExtras {
    async fn load(
        form: &PartForm,
        office: &EditedRestaurant,
        visit: &PageAddress,
        backend: &dyn OfficeBackend,
    ) -> Self {
        let result = |name| visit.get(name).map(str::to_owned);
        let holidays = match form {
            PartForm::Part(PartKey::Opening) => {
                let country = office.edited.address.country.clone();
                // The hours are changed without them, too: without a network, or in a country that no list has.
                let found = backend.ask(GetHolidays(country)).await.ok();
                found.map(|found| (Arc::new(found), result("holidays")))
            }
            _ => None,
        };
        // The form does without the map, too.
        let map = match form {
            PartForm::Part(PartKey::Ordering) => backend.ask(GetDeliveryMap).await.ok().flatten(),
            _ => None,
        };
        Self {
            picture: result("picture"),
            holidays,
            map,
        }
    }
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
            "role" => Some(office::Key::StaffDoneRole),
            "left" => Some(office::Key::StaffDoneRemoved),
            "mailed" => Some(office::Key::StaffDoneMailed),
            "withdrawn" => Some(office::Key::StaffDoneWithdrawn),
            "scheduled" => Some(office::Key::ChangesDoneScheduled),
            "unscheduled" => Some(office::Key::ChangesDoneUnscheduled),
            "pin" => Some(office::Key::CashiersDonePin),
            "cashier-removed" => Some(office::Key::CashiersDoneRemoved),
            "domain" => Some(office::Key::ShareDoneDomain),
            "domain-removed" => Some(office::Key::ShareDoneRemoved),
            "demo-removed" => Some(office::Key::OperatorDoneDemo),
            _ => None,
        });
        let wrong = self.wrong.as_deref().map(|wrong| match wrong {
            "gone" => office::Key::OfficeWrongGone,
            "too-many" => office::Key::OfficeWrongTooMany,
            "last-owner" => office::Key::StaffWrongLastOwner,
            "email" => office::Key::StaffWrongEmail,
            "invitations" => office::Key::StaffWrongInvitations,
            "money" => office::Key::OperatorWrongMoney,
            "publish-at" => office::Key::ChangesWrongTime,
            "pin" => office::Key::CashiersWrongPin,
            "cashiers" => office::Key::CashiersWrongMany,
            "domain" => office::Key::ShareWrongDomain,
            "taken" => office::Key::ShareWrongTaken,
            "installation" => office::Key::ShareWrongInstallation,
            "often" => office::Key::InvitationOften,
            "conflict" => office::Key::OfficeWrongChanged,
            "translations" => office::Key::TranslationsWrong,
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
    const SHOWS_FORMS: bool = true;
    type Backend = dyn OfficeBackend;

    fn backend(whole: Arc<impl FullBackend + 'static>) -> Arc<dyn OfficeBackend> {
        whole
    }

    fn provide(device: Arc<impl BrowserFeatures>) {
        provide_context(device.office_outbox());
        let scripts: Arc<dyn PageScripts> = device;
        provide_context(scripts);
    }

    fn follow(content: RwSignal<Content<Self>>) {
        own_edits::follow(content);
    }

    async fn load(
        view: View,
        values: &[&str],
        (visit, _): (&PageAddress, Lang),
        backend: &Self::Backend,
    ) -> Result<Self, Problem> {
        match view {
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
            View::Office => {
                let slug = routes::slug(values).ok_or_else(|| nothing_here(visit))?;
                let office = unless_signed_out(backend.ask(GetEdits(slug.clone())).await)?;
                Ok(
                    office.map_or(Self::SignedOut(visit.path.clone()), |office| Self::Menu {
                        slug,
                        office,
                        result: FormResult::read(visit),
                    }),
                )
            }
            View::OfficePart => {
                let slug = routes::slug(values).ok_or_else(|| nothing_here(visit))?;
                let form = values.get(1).and_then(|part| PartForm::read(part));
                let form = form.ok_or_else(|| nothing_here(visit))?;
                let office = unless_signed_out(backend.ask(GetEdits(slug.clone())).await)?;
                let Some(office) = office else {
                    return Ok(Self::SignedOut(visit.path.clone()));
                };
                Ok(Self::Part {
                    extras: Box::new(PartExtras::load(&form, &office, visit, backend).await),
                    slug,
                    office,
                    form,
                    typed: TypedForm::read(visit),
                    category: visit.get("category").unwrap_or_default().to_owned(),
                })
            }
            // The other pages are rendered by the server, which cannot be reached if a browser has to show one.
            _ => Err(Problem::new(ProblemType::Unreachable, visit.path.clone())),
        }
    }

    fn view(self) -> impl IntoView + 'static {
        match self {
            Self::NewRestaurant { choices, typed } => {
                EitherOf5::A(view! { <new_restaurant::NewRestaurantPage choices typed/> })
            }
            Self::Created(listing) => EitherOf5::B(created::page(&listing)),
            Self::SignedOut(next) => EitherOf5::C(signed_out::page(&next)),
            Self::Part {
                slug,
                office,
                form,
                typed,
                category,
                extras,
            } => EitherOf5::D(view! { <part::PartPage slug office form typed category extras=*extras/> }),
            Self::Menu { slug, office, result } => {
                EitherOf5::E(menu::page(&slug, &office, result.view(texts())))
            }
        }
    }

    fn head(&self, texts: Texts) -> Head<'_> {
        let title = match self {
            Self::NewRestaurant { .. } => texts.get(office::Key::NewTitle),
            Self::Created(listing) => &listing.restaurant.name,
            Self::SignedOut(_) => texts.get(Key::SignInTitle),
            Self::Menu { office, .. } | Self::Part { office, .. } => {
                return office_head(texts, &office.edited.name, office::Key::OfficeMenu);
            }
        };
        Head::new(document_title(title), texts)
    }
}

fn office_head<'a>(texts: Texts, name: &str, tab: office::Key) -> Head<'a> {
    Head::new(document_title(&format!("{} · {name}", texts.get(tab))), texts)
}

fn unless_signed_out<T>(answer: Result<T, Problem>) -> Result<Option<T>, Problem> {
    match answer {
        Err(problem) if problem.is(ProblemType::SignedOut) => Ok(None),
        answer => answer.map(Some),
    }
}
