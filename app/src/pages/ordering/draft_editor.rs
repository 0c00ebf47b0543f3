//! Edits a draft in the browser: a change shows at once, is stored, and is priced by the same rules as on the server.

use std::{sync::Arc, time::Duration};

use leptos::{prelude::*, task::spawn_local};
use servery_domain::{
    basket::Fulfilment,
    contact::LocationSource,
    draft::Draft,
    quote::{OrderBlocker, Quote, Sum},
    slug::Slug,
    time::LocalMinute,
};

use super::priced_draft::PricedDraft;
use crate::{
    backend::{BrowserActions, OrderingBackend, actions, backend},
    query::GetQuote,
    text::{Texts, texts},
};

/// In typing, before the server is asked.
pub const PAUSE: Duration = Duration::from_millis(250);

#[derive(Clone, Copy)]
pub struct DraftEditor {
    pub priced: StoredValue<PricedDraft>,
    pub draft: RwSignal<Draft>,
    pub quote: RwSignal<Quote>,
    /// The quote is local: the server has not confirmed coupon and stock yet.
    pub unchecked: RwSignal<bool>,
    /// Counts how often another copy replaced the shown draft.
    pub adopted: RwSignal<u32>,
    actions: StoredValue<Option<Arc<dyn BrowserActions>>>,
    backend: StoredValue<Arc<dyn OrderingBackend>>,
    asked: StoredValue<u32>,
    pub texts: Texts,
}

impl DraftEditor {
    pub fn new(priced: PricedDraft) -> Self {
        let editor = Self {
            draft: RwSignal::new(priced.draft.clone()),
            quote: RwSignal::new(priced.quote.clone()),
            unchecked: RwSignal::new(is_unchecked(&priced.draft, &priced.quote)),
            adopted: RwSignal::new(0),
            priced: StoredValue::new(priced),
            actions: StoredValue::new(actions()),
            backend: StoredValue::new(backend()),
            asked: StoredValue::new(0),
            texts: texts(),
        };
        // Effects run in browsers only. The device may have a newer copy than the server that made the page.
        Effect::new(move |_| editor.adopt());
        editor
    }

    pub fn actions(self) -> Option<Arc<dyn BrowserActions>> {
        self.actions.get_value()
    }

    pub fn slug(self) -> Slug {
        self.priced
            .with_value(|priced| priced.listing.restaurant.slug.clone())
    }

    pub fn now(self) -> LocalMinute {
        let since = self.actions().map_or(0, |actions| actions.minutes());
        self.priced
            .with_value(|priced| LocalMinute(priced.times.now.0 + since))
    }

    fn adopt(self) {
        let Some(actions) = self.actions() else { return };
        let kept = actions.stored_draft(&self.slug());
        if let Some(kept) =
            kept.filter(|kept| kept.changes > self.draft.with_untracked(|draft| draft.changes))
        {
            self.show(kept);
            self.adopted.update(|times| *times += 1);
        }
    }

    /// Applies a change and saves the draft, if it changes anything.
    pub fn change(self, change: impl FnOnce(&mut Draft)) {
        let before = self.draft.get_untracked();
        let mut after = before.clone();
        change(&mut after);
        if after != before {
            // After another change a removed line cannot be restored.
            if after.removed == before.removed {
                after.removed = None;
            }
            after.count_change();
            self.show(after);
            let keeping = self.keep();
            spawn_local(keeping);
        }
    }

    /// Resolves when the server has stored the draft, or cannot be reached.
    pub fn keep(self) -> impl Future<Output = ()> + 'static {
        let (actions, slug, draft) = (self.actions(), self.slug(), self.draft.get_untracked());
        let summary = self
            .quote
            .with_untracked(|quote| self.texts.lang.money(quote.total, quote.currency));
        let summary = if draft.basket.lines.is_empty() {
            String::new()
        } else {
            format!("{} · {summary}", draft.basket.dishes())
        };
        async move {
            if let Some(actions) = actions {
                let _ = actions.save_draft(&slug, &draft, &summary).await;
            }
        }
    }

    fn show(self, draft: Draft) {
        let same_basket = self.draft.with_untracked(|shown| shown.basket == draft.basket);
        if !same_basket {
            self.recalculate(&draft);
        }
        self.draft.set(draft);
        if !same_basket && self.unchecked.get_untracked() {
            self.ask_soon();
        }
    }

    fn recalculate(self, draft: &Draft) {
        let now = self.now();
        let reckoned = self
            .priced
            .with_value(|priced| priced.recalculate(now, &draft.basket));
        // If something was removed for lack of stock, only the server knows the stock.
        let scarce = self.quote.with_untracked(|quote| !quote.removed_lines.is_empty());
        self.unchecked
            .set(scarce || self.has_unknown_place(draft) || is_unchecked(draft, &reckoned));
        self.quote.set(reckoned);
        self.asked.update_value(|asked| *asked += 1);
    }

    /// Only the server has the list of places.
    fn has_unknown_place(self, draft: &Draft) -> bool {
        let Fulfilment::Delivery(door) = &draft.basket.fulfilment else {
            return false;
        };
        let is_known = door.located_by() == Some(LocationSource::Place);
        let needs_point = self
            .priced
            .with_value(|priced| priced.listing.restaurant.ordering.needs_point(&door.postcode));
        needs_point && door.is_complete() && !is_known
    }

    /// Asks after a pause in typing.
    fn ask_soon(self) {
        let asked = self.asked.get_value();
        let ask = move || {
            if self.asked.try_get_value() == Some(asked) {
                spawn_local(self.ask());
            }
        };
        set_timeout(ask, PAUSE);
    }

    /// Requests a quote from the server. Only the response to the latest request is shown.
    pub async fn ask(self) {
        let (backend, slug, basket) = (
            self.backend.get_value(),
            self.slug(),
            self.draft.get_untracked().basket,
        );
        let asked = self.asked.get_value();
        if let Ok(quote) = backend.ask(GetQuote(slug, basket, self.texts.lang)).await
            && self.asked.try_get_value() == Some(asked)
        {
            self.take_over(quote);
        }
    }

    fn take_over(self, quote: Quote) {
        let mut draft = self.draft.get_untracked();
        draft.learn_location(quote.location);
        self.draft.set(draft);
        self.quote.set(quote);
        self.unchecked.set(false);
    }

    /// Shows a quote that the server sent.
    pub fn learn(self, quote: Quote) {
        self.asked.update_value(|asked| *asked += 1);
        self.take_over(quote);
    }
}

fn is_unchecked(draft: &Draft, quote: &Quote) -> bool {
    let told = quote.sums.iter().any(|sum| matches!(sum, Sum::Coupon { .. }))
        || quote
            .blockers
            .iter()
            .any(|blocker| matches!(blocker, OrderBlocker::Coupon(_)));
    !draft.basket.coupon.trim().is_empty() && !told
}
