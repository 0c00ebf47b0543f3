//! The state that the parts of the checkout share.

use leptos::{
    ev::MouseEvent,
    html,
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{HtmlElement, HtmlFormElement},
};
use servery_domain::{basket::Fulfilment, contact::LocationSource, currency::Minor, id::OrderId};

use crate::{
    backend::PlaceOrderState,
    checkout_form::fill_in,
    components::{form, render_info::RenderInfo},
    form_fields::FormFields,
    mode::Mode,
    pages::ordering::{
        PageData,
        components::validation_text::{blockers, malformed},
        draft_editor::DraftEditor,
    },
    text::{Key, Texts, texts},
};

/// Field names in the order of the page.
const FIELDS: [&str; 15] = [
    "fulfilment",
    "street",
    "postcode",
    "city",
    "hint",
    "slot",
    "name",
    "phone",
    "email",
    "tip",
    "note",
    "allergies",
    "payment",
    "lines",
    "coupon",
];

#[derive(Clone, Copy)]
pub struct CheckoutState {
    pub editor: DraftEditor,
    pub data: StoredValue<PageData>,
    /// Whether the page offers a map to set a point on: it needs a script.
    pub has_map: bool,
    /// Whether placing was tried: from then on all missing fields are reported.
    tried: RwSignal<bool>,
    /// Minutes of travel, on which the time slots depend.
    pub travel: Memo<u16>,
    pub placing: Option<RwSignal<PlaceOrderState>>,
}

impl CheckoutState {
    pub fn new(editor: DraftEditor, data: PageData) -> Self {
        let travel = Memo::new(move |_| {
            editor.draft.with(|draft| {
                editor
                    .priced
                    .with_value(|priced| priced.travel(&draft.basket.fulfilment))
            })
        });
        let placing = editor.actions().map(|actions| actions.place_order_state());
        let RenderInfo { decision, .. } = use_context().expect("whoever makes a page says how it was made");
        let tried = data.wrong.as_deref().is_some_and(|wrong| wrong != "changed");
        Self {
            editor,
            tried: RwSignal::new(tried),
            has_map: data.map.is_some() && decision.mode != Mode::Thin,
            data: StoredValue::new(data),
            travel,
            placing,
        }
    }

    /// Whether the address is where this source says.
    pub fn is_located_by(self, source: LocationSource) -> Memo<bool> {
        let draft = self.editor.draft;
        Memo::new(move |_| draft.with(|draft| draft.delivery_address().located_by() == Some(source)))
    }

    pub fn state(self) -> PlaceOrderState {
        self.placing
            .map_or(PlaceOrderState::Idle, |placing| placing.get())
    }

    pub fn busy(self) -> bool {
        matches!(self.state(), PlaceOrderState::Sending | PlaceOrderState::Waiting)
    }

    /// The message for a field.
    pub fn words(self, texts: Texts, field: &str) -> Option<String> {
        let Self { editor, .. } = self;
        // An address that was not entered yet is not an error, nor is one that the server is still looking for.
        let is_early = editor.draft.with(|draft| match &draft.basket.fulfilment {
            Fulfilment::Delivery(door) if field == "postcode" => door.postcode.is_empty(),
            Fulfilment::Delivery(door) => {
                field == "street" && (!door.is_complete() || editor.unchecked.get())
            }
            Fulfilment::Collection | Fulfilment::Table(_) => false,
        });
        let wrong = (self.tried.get() && self.is_malformed(texts, field))
            .then(|| malformed(texts, field))
            .flatten();
        let all = || {
            editor.quote.with(|quote| {
                editor.priced.with_value(|priced| {
                    let ordering = &priced.listing.restaurant.ordering;
                    blockers(texts, quote, &priced.menu, ordering, self.has_map)
                })
            })
        };
        let hindered = || all().into_iter().find(|wrong| wrong.field == field && !is_early);
        wrong.or_else(hindered).map(|wrong| wrong.words)
    }

    /// The element for the message, next to the field.
    pub fn beside(self, field: &'static str) -> impl IntoView {
        let texts = texts();
        view! { <p class="wrong" id=format!("wrong-{field}") role="status">{move || self.words(texts, field)}</p> }
    }

    pub fn read(self, form: NodeRef<html::Form>) {
        if let Some(form) = form.get_untracked()
            && !self.placing.is_some_and(|placing| {
                matches!(
                    placing.get_untracked(),
                    PlaceOrderState::Sending | PlaceOrderState::Waiting
                )
            })
        {
            self.take_in(&form);
        }
    }

    fn take_in(self, form: &HtmlFormElement) {
        let mut pairs = form::pairs(form);
        // The coupon is checked once it was typed.
        pairs.retain(|(name, _)| name != "coupon");
        self.editor.change(|draft| fill_in(draft, FormFields(&pairs)));
    }

    pub fn update(self, event: &MouseEvent, form: NodeRef<html::Form>) {
        if self.editor.actions().is_some() {
            event.prevent_default();
            self.read(form);
        }
    }

    /// Whether the server would reject the form.
    fn is_malformed(self, texts: Texts, field: &str) -> bool {
        let placement = self
            .editor
            .draft
            .with(|draft| draft.placement(OrderId(0), Minor::ZERO, texts.lang));
        let refused = self
            .data
            .with_value(|data| data.wrong.as_deref() == Some("payment"));
        field == "payment" && refused || placement.faults().iter().any(|fault| fault.field == field)
    }

    /// The first invalid field after placing was tried.
    pub fn first_wrong(self) -> Option<&'static str> {
        let texts = self.editor.texts;
        untrack(|| {
            self.tried
                .get()
                .then(|| {
                    FIELDS
                        .into_iter()
                        .find(|field| self.words(texts, field).is_some())
                })
                .flatten()
        })
    }

    /// The same, if placing was tried.
    pub fn try_it(self) -> Option<&'static str> {
        self.tried.set(true);
        self.first_wrong()
    }

    pub fn focus(self, field: &str) {
        if let Some(found) = document()
            .get_element_by_id(field)
            .and_then(|found| found.dyn_into::<HtmlElement>().ok())
        {
            let _ = found.focus();
        }
    }

    /// The result of placing.
    pub fn news(self, texts: Texts) -> Option<String> {
        let money = |amount| {
            self.editor
                .quote
                .with(|quote| texts.lang.money(amount, quote.currency))
        };
        let changed = |was: Minor, now: Minor| match was == now {
            true => texts.get(Key::CheckoutChangedOtherwise).to_owned(),
            false => texts.fill(
                Key::CheckoutChanged,
                &[("was", &money(was)), ("now", &money(now))],
            ),
        };
        match self.state() {
            PlaceOrderState::Changed { seen, quote } => Some(changed(seen, quote.total)),
            PlaceOrderState::Refused(problem) if problem.status == 409 => {
                Some(texts.get(Key::CheckoutPlacedBefore).to_owned())
            }
            PlaceOrderState::TooLate => Some(texts.get(Key::CheckoutTooLate).to_owned()),
            PlaceOrderState::Refused(_) => Some(texts.get(Key::CheckoutRefused).to_owned()),
            _ => {
                let data = self.data.get_value();
                let total = self.editor.quote.with(|quote| quote.total);
                data.wrong
                    .filter(|wrong| wrong == "changed")
                    .map(|_| changed(data.was.map_or(total, Minor), total))
            }
        }
    }
}
