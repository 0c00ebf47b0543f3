//! The office's pages that need no program, and so are in none.

use std::sync::Arc;

use leptos::{either::EitherOf13, prelude::*};
use servery_domain::{
    account::Account,
    edit::{EditedRestaurant, PublicationLog},
    installation::InstallationOverview,
    invitation::Invitation,
    lang::Lang,
    legal::Seller,
    order_search::{OrderList, OrderRecord},
    problem::Problem,
    restaurant::Restaurant,
    slug::Slug,
    staff::StaffList,
};

use super::{
    FormResult, changes, coupons, history, import, invitation, office_head, operator, order_list,
    order_list::AskedOrders, order_record, share, signed_out, staff, tables, translations,
    translations::AskedTranslations, typed_form::TypedForm, unless_signed_out,
};
use crate::{
    backend::ThinOfficeBackend,
    import_result::ImportResult,
    page_address::PageAddress,
    pages::{FullBackend, Head, Pages, document_title, nothing_here},
    query::{
        GetAccount, GetEdits, GetInstallation, GetInvitation, GetLegalFacts, GetOrderList, GetOrderRecord,
        GetPublications, GetRestaurant, GetStaff,
    },
    routes::{self, Chunk, View},
    text::{Key, Texts, office, texts},
};

#[derive(Debug, Clone)]
pub enum ThinOfficePage {
    Invitation {
        token: String,
        /// `None` if it cannot be accepted any more.
        invitation: Option<Invitation>,
        signed_in: Option<Box<Account>>,
        wrong: Option<String>,
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
    Tables {
        slug: Slug,
        office: Arc<EditedRestaurant>,
    },
    Coupons {
        slug: Slug,
        office: Arc<EditedRestaurant>,
    },
    Share {
        slug: Slug,
        office: Arc<EditedRestaurant>,
        result: FormResult,
        /// What was refused.
        typed: Option<String>,
    },
    Import {
        slug: Slug,
        office: Arc<EditedRestaurant>,
        result: Option<ImportResult>,
    },
    Translations {
        slug: Slug,
        office: Arc<EditedRestaurant>,
        asked: AskedTranslations,
        result: FormResult,
        /// What was not saved.
        typed: TypedForm,
    },
    Staff {
        slug: Slug,
        list: Box<StaffList>,
        result: FormResult,
    },
    OrderList {
        restaurant: Box<Restaurant>,
        list: OrderList,
        asked: AskedOrders,
    },
    OrderRecord {
        restaurant: Box<Restaurant>,
        seller: Seller,
        record: Box<OrderRecord>,
        is_refund_refused: bool,
    },
    Operator {
        installation: Box<InstallationOverview>,
        result: FormResult,
    },
    /// With the path of the page that is for somebody who is signed in.
    SignedOut(String),
}

impl Pages for ThinOfficePage {
    const CHUNK: Chunk = Chunk::Office;
    const HYDRATED: bool = false;
    type Backend = dyn ThinOfficeBackend;

    fn backend(whole: Arc<impl FullBackend + 'static>) -> Arc<dyn ThinOfficeBackend> {
        whole
    }

    async fn load(
        view: View,
        values: &[&str],
        (visit, _): (&PageAddress, Lang),
        backend: &Self::Backend,
    ) -> Result<Self, Problem> {
        if view == View::Invitation {
            let token = values.first().ok_or_else(|| nothing_here(visit))?;
            return load_invitation(token, visit, backend).await;
        }
        if view == View::Operator {
            // One that cannot be read leads to the first page.
            let after = visit.get("after").and_then(|after| after.parse().ok());
            let installation = unless_signed_out(backend.ask(GetInstallation(after)).await)?;
            return Ok(
                installation.map_or(Self::SignedOut(visit.path.clone()), |installation| {
                    Self::Operator {
                        installation: Box::new(installation),
                        result: FormResult::read(visit),
                    }
                }),
            );
        }
        let slug = routes::slug(values).ok_or_else(|| nothing_here(visit))?;
        let loaded = match view {
            View::OrderList => {
                let asked = AskedOrders::read(visit);
                let query = GetOrderList(slug.clone(), asked.search.clone());
                match unless_signed_out(backend.ask(query).await)? {
                    Some(list) => Some(Self::OrderList {
                        restaurant: Box::new(backend.ask(GetRestaurant(slug)).await?.restaurant),
                        list,
                        asked,
                    }),
                    None => None,
                }
            }
            View::OrderRecord => {
                let order = values.get(1).and_then(|order| order.parse().ok());
                let order = order.ok_or_else(|| nothing_here(visit))?;
                let record = backend.ask(GetOrderRecord(slug.clone(), order)).await;
                match unless_signed_out(record)? {
                    Some(record) => Some(Self::OrderRecord {
                        seller: backend.ask(GetLegalFacts(slug.clone())).await?.notice.seller(),
                        restaurant: Box::new(backend.ask(GetRestaurant(slug)).await?.restaurant),
                        record: Box::new(record),
                        is_refund_refused: visit.get("wrong") == Some("refund"),
                    }),
                    None => None,
                }
            }
            View::OfficeStaff => {
                let list = unless_signed_out(backend.ask(GetStaff(slug.clone())).await)?;
                list.map(|list| Self::Staff {
                    slug,
                    list: Box::new(list),
                    result: FormResult::read(visit),
                })
            }
            _ => match unless_signed_out(backend.ask(GetEdits(slug.clone())).await)? {
                Some(office) => Some(load_office(view, (slug, office), visit, backend).await?),
                None => None,
            },
        };
        Ok(loaded.unwrap_or_else(|| Self::SignedOut(visit.path.clone())))
    }

    fn view(self) -> impl IntoView + 'static {
        match self {
            Self::Invitation {
                token,
                invitation,
                signed_in,
                wrong,
            } => EitherOf13::A(invitation::page(
                &token,
                invitation,
                signed_in.as_deref(),
                wrong.as_deref(),
            )),
            Self::Changes { slug, office, result } => {
                EitherOf13::B(changes::page(&slug, &office, result.view(texts())))
            }
            Self::History { slug, office, log } => EitherOf13::C(history::page(&slug, &office, &log)),
            Self::Tables { slug, office } => EitherOf13::D(tables::page(&slug, &office)),
            Self::Staff { slug, list, result } => {
                EitherOf13::E(staff::page(&slug, &list, result.view(texts())))
            }
            Self::SignedOut(next) => EitherOf13::F(signed_out::page(&next)),
            Self::Share {
                slug,
                office,
                result,
                typed,
            } => EitherOf13::H(share::page(&slug, &office, &result, typed)),
            Self::Translations {
                slug,
                office,
                asked,
                result,
                typed,
            } => EitherOf13::M(translations::page(&slug, &office, &asked, (&result, &typed))),
            Self::Import { slug, office, result } => {
                EitherOf13::G(import::page(&slug, &office, result.as_ref()))
            }
            Self::Operator { installation, result } => {
                EitherOf13::J(operator::page(&installation, result.view(texts())))
            }
            Self::OrderList {
                restaurant,
                list,
                asked,
            } => EitherOf13::K(order_list::page(&restaurant, &list, &asked)),
            Self::OrderRecord {
                restaurant,
                seller,
                record,
                is_refund_refused,
            } => EitherOf13::L(order_record::page(
                (&restaurant, &seller),
                &record,
                is_refund_refused,
            )),
            Self::Coupons { slug, office } => EitherOf13::I(coupons::page(&slug, &office)),
        }
    }

    fn head(&self, texts: Texts) -> Head<'_> {
        let title = match self {
            Self::Invitation { .. } => texts.get(office::Key::InvitationTitle),
            Self::SignedOut(_) => texts.get(Key::SignInTitle),
            Self::Operator { .. } => texts.get(office::Key::OperatorTitle),
            Self::OrderList { restaurant, .. } => {
                return office_head(texts, &restaurant.name, office::Key::OrdersAll);
            }
            Self::OrderRecord {
                restaurant, record, ..
            } => {
                let number = record.order.number.to_string();
                let order = texts.fill(Key::OrderTitle, &[("number", &number)]);
                let title = format!("{order} · {}", restaurant.name);
                return Head::new(document_title(&title), texts);
            }
            Self::Changes { office, .. } => {
                return office_head(texts, &office.edited.name, office::Key::OfficeChanges);
            }
            Self::History { office, .. } => {
                return office_head(texts, &office.edited.name, office::Key::OfficeHistory);
            }
            Self::Tables { office, .. } => {
                return office_head(texts, &office.edited.name, office::Key::TablesTitle);
            }
            Self::Coupons { office, .. } => {
                return office_head(texts, &office.edited.name, office::Key::CouponsTitle);
            }
            Self::Share { office, .. } => {
                return office_head(texts, &office.edited.name, office::Key::ShareTitle);
            }
            Self::Translations { office, .. } => {
                return office_head(texts, &office.edited.name, office::Key::TranslationsTitle);
            }
            Self::Import { office, .. } => {
                return office_head(texts, &office.edited.name, office::Key::ImportTitle);
            }
            Self::Staff { list, .. } => return office_head(texts, &list.name, office::Key::StaffTitle),
        };
        Head::new(document_title(title), texts)
    }
}

async fn load_invitation(
    token: &str,
    visit: &PageAddress,
    backend: &dyn ThinOfficeBackend,
) -> Result<ThinOfficePage, Problem> {
    let signed_in = unless_signed_out(backend.ask(GetAccount).await)?;
    Ok(ThinOfficePage::Invitation {
        token: token.to_owned(),
        invitation: backend.ask(GetInvitation(token.to_owned())).await?,
        signed_in: signed_in.map(|signed_in| Box::new(signed_in.account)),
        wrong: visit.get("wrong").map(str::to_owned),
    })
}

async fn load_office(
    view: View,
    (slug, office): (Slug, Arc<EditedRestaurant>),
    visit: &PageAddress,
    backend: &dyn ThinOfficeBackend,
) -> Result<ThinOfficePage, Problem> {
    match view {
        View::OfficeChanges => Ok(ThinOfficePage::Changes {
            slug,
            office,
            result: FormResult::read(visit),
        }),
        View::OfficeHistory => {
            let before = visit.get("before").and_then(|before| before.parse().ok());
            let log = backend.ask(GetPublications(slug.clone(), before)).await?;
            Ok(ThinOfficePage::History {
                slug,
                office,
                log: Box::new(log),
            })
        }
        View::OfficeTables => Ok(ThinOfficePage::Tables { slug, office }),
        View::OfficeCoupons => Ok(ThinOfficePage::Coupons { slug, office }),
        View::OfficeShare => Ok(ThinOfficePage::Share {
            slug,
            office,
            result: FormResult::read(visit),
            typed: visit.get("typed").map(str::to_owned),
        }),
        View::OfficeTranslations => Ok(ThinOfficePage::Translations {
            slug,
            office,
            asked: AskedTranslations::read(visit),
            result: FormResult::read(visit),
            typed: TypedForm::read(visit),
        }),
        View::OfficeImport => Ok(ThinOfficePage::Import {
            slug,
            office,
            result: ImportResult::read(visit),
        }),
        _ => Err(nothing_here(visit)),
    }
}
