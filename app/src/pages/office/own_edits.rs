//! A browser makes the edits of the office's forms itself: they are shown at once, also without a network. Without a script the same
//! forms are simply sent.

use std::sync::Arc;

use leptos::{
    ev::{self, SubmitEvent},
    leptos_dom::helpers::window_event_listener,
    prelude::*,
    task::spawn_local,
    wasm_bindgen::{JsCast, JsValue},
    web_sys::{HtmlButtonElement, HtmlElement, HtmlFormElement},
};
use servery_domain::{
    edit::{Edit, EditRefusal, EditedRestaurant, PartChange, PartKey, UnsentEdit, UnsentState},
    id::EditId,
    problem::ProblemType,
    slug::Slug,
};

use super::{FormResult, OfficePage, typed_form::TypedForm};
use crate::{
    backend::Offline,
    components::form,
    form_fields::FormFields,
    office_edit::{self, FormFault, OfficeForm, SentForm},
    office_outbox::{OfficeOutbox, office_outbox},
    page_address::{PageAddress, visit},
    pages::Content,
    text::{Texts, texts},
};

/// What a browser does while the office is open: it sends what waits, shows it, and takes the forms over.
pub fn follow(content: RwSignal<Content<OfficePage>>) {
    let Some(outbox) = office_outbox() else { return };
    let own = OwnEdits {
        content,
        outbox,
        texts: texts(),
        visit: visit(),
        is_busy: StoredValue::new(false),
    };
    let opens = own.clone();
    Effect::new(move |was_open| opens.open(was_open == Some(true)));
    let offline = use_context::<Offline>();
    let hears = own.clone();
    Effect::new(move |_| {
        if let Some(news) = hears.outbox.news().get() {
            // The server answers again.
            if let Some(Offline(offline)) = offline {
                offline.set(false);
            }
            hears.refresh(&news);
        }
    });
    Effect::new(move |_| {
        let own = own.clone();
        let taken = window_event_listener(ev::submit, move |event| own.take_over(&event));
        on_cleanup(move || taken.remove());
    });
}

#[derive(Clone)]
struct OwnEdits {
    content: RwSignal<Content<OfficePage>>,
    outbox: Arc<dyn OfficeOutbox>,
    texts: Texts,
    visit: RwSignal<PageAddress>,
    /// A form was sent and is not answered yet: another one is a double click.
    is_busy: StoredValue<bool>,
}

/// A form that was sent, and the page that it is on.
struct TakenForm {
    path: String,
    slug: Slug,
    kind: OfficeForm,
    fields: Vec<(String, String)>,
    office: Arc<EditedRestaurant>,
}

impl TakenForm {
    fn sent(&self, texts: Texts, id: EditId) -> SentForm<'_> {
        SentForm {
            fields: FormFields(&self.fields),
            file: &self.office.edited,
            texts,
            id,
        }
    }

    /// Where the menu tells what became of the form: the part that was changed.
    fn part(&self, edit: Option<&Edit>) -> Option<PartKey> {
        match self.kind {
            OfficeForm::Menu => FormFields(&self.fields).get("part").parse().ok(),
            OfficeForm::Part(_) => edit?.changes.first().map(PartChange::key),
        }
    }

    fn wrong_address(&self, wrong: &str, typed: &str) -> String {
        match self.kind {
            OfficeForm::Menu => format!("{}?wrong={wrong}", self.path),
            OfficeForm::Part(_) => office_edit::form_address(&self.path, wrong, typed),
        }
    }
}

impl OwnEdits {
    /// The first page may have been rendered by the server, without what waits on this device.
    fn open(&self, was_open: bool) -> bool {
        let Some((slug, office)) = self.content.with(office_of) else {
            return was_open;
        };
        self.outbox.open(&slug, office.account);
        let shown = self.on_top_of(&office);
        if !was_open && *shown != *office {
            self.show_office(&shown);
        }
        true
    }

    fn on_top_of(&self, office: &Arc<EditedRestaurant>) -> Arc<EditedRestaurant> {
        let unsent = self.outbox.unsent().get_untracked();
        Arc::new(unsent.on_top_of(EditedRestaurant::clone(office)))
    }

    fn show_office(&self, shown: &Arc<EditedRestaurant>) {
        self.content.update(|content| {
            if let Content::Page(OfficePage::Menu { office, .. } | OfficePage::Part { office, .. }) = content
            {
                office.clone_from(shown);
            }
        });
    }

    /// The menu is shown anew, unless somebody types there. A form stays as it is while it is filled in.
    fn refresh(&self, news: &Arc<EditedRestaurant>) {
        let shows_menu = self
            .content
            .with_untracked(|content| matches!(content, Content::Page(OfficePage::Menu { .. })));
        if self.is_busy.get_value() || !shows_menu || is_typing() {
            return;
        }
        let focus = Focus::now();
        self.show_office(&self.on_top_of(news));
        if let Some(focus) = focus {
            focus.take_again();
        }
    }

    fn take_over(&self, event: &SubmitEvent) {
        let Some(form) = self.taken_form(event) else {
            return;
        };
        event.prevent_default();
        if self.is_busy.get_value() {
            return;
        }
        let edit = match self.edit(&form) {
            Ok(Some(edit)) => edit,
            Ok(None) => {
                let part = form.part(None);
                let address = office_edit::menu_address(form.slug.as_str(), office_edit::SAME, part.as_ref());
                return self.show(&form.office, &address, &form.slug);
            }
            Err(wrong) => return self.show(&form.office, &wrong, &form.slug),
        };
        self.is_busy.set_value(true);
        let own = self.clone();
        spawn_local(async move {
            own.make(form, edit).await;
            own.is_busy.set_value(false);
        });
    }

    /// `None` if the server has to answer the form.
    fn taken_form(&self, event: &SubmitEvent) -> Option<TakenForm> {
        let element: HtmlFormElement = event.target()?.dyn_into().ok()?;
        if event.default_prevented() || element.method() != "post" {
            return None;
        }
        let path = element.get_attribute("action")?;
        let (slug, kind) = OfficeForm::at(&path)?;
        let (shown, office) = self.content.with_untracked(office_of)?;
        let mut fields = form::pairs(&element);
        let button = event
            .submitter()
            .and_then(|button| button.dyn_into::<HtmlButtonElement>().ok());
        fields.extend(button.map(|button| (button.name(), button.value())));
        (shown == slug).then_some(TakenForm {
            path,
            slug,
            kind,
            fields,
            office,
        })
    }

    /// The edit, or the address of the form that comes back.
    fn edit(&self, form: &TakenForm) -> Result<Option<Edit>, String> {
        let sent = form.sent(self.texts, self.id_for(form));
        let made = match &form.kind {
            OfficeForm::Menu => sent.menu_edit(),
            OfficeForm::Part(kind) => {
                sent.part_edit(kind, self.outbox.id(), |zone| self.outbox.is_zone(zone))
            }
        };
        let edit = made.map_err(|fault| match fault {
            FormFault::Wrong(wrong) => form.wrong_address(&wrong.join(","), &sent.typed_again(None)),
            FormFault::NotAccepted(_) => form.wrong_address("refused", &sent.typed_again(None)),
        })?;
        match edit.as_ref().map(|edit| form.office.edited.checked_with(edit)) {
            Some(Err(refusal)) => {
                Err(self.refused_address(form, Some(&refusal), office_edit::wrong(&refusal)))
            }
            Some(Ok(_)) | None => Ok(edit),
        }
    }

    /// A form of a part has an id, which a second edit does not get.
    fn id_for(&self, form: &TakenForm) -> EditId {
        let own = FormFields(&form.fields).get("id").parse().ok();
        let is_used = |id: &EditId| {
            self.outbox.unsent().with_untracked(|unsent| unsent.uses(*id))
                || form.office.edits.iter().any(|entry| entry.edit.id == *id)
        };
        match form.kind {
            OfficeForm::Part(_) => own.filter(|id| !is_used(id)),
            OfficeForm::Menu => None,
        }
        .unwrap_or_else(|| self.outbox.id())
    }

    fn refused_address(&self, form: &TakenForm, refusal: Option<&EditRefusal>, wrong: &str) -> String {
        let sent = form.sent(self.texts, self.id_for(form));
        form.wrong_address(wrong, &sent.typed_again(refusal))
    }

    /// Stores and sends the edit, and shows what became of it, or that it waits.
    async fn make(&self, mut form: TakenForm, edit: Edit) {
        let id = edit.id;
        // If the form comes back, it is this edit that is made anew.
        form.fields.retain(|(name, _)| name != "id");
        form.fields.push(("id".to_owned(), id.to_string()));
        let unsent = UnsentEdit {
            edit: edit.clone(),
            form: form.path.clone(),
            typed: form.fields.clone(),
            state: UnsentState::Waiting,
        };
        let before = self.outbox.news().get_untracked();
        self.outbox.put(unsent).await;
        let news = self.outbox.news().get_untracked();
        let is_new = match (&before, &news) {
            (Some(before), Some(news)) => !Arc::ptr_eq(before, news),
            (before, news) => before.is_none() && news.is_some(),
        };
        let office = self.on_top_of(news.filter(|_| is_new).as_ref().unwrap_or(&form.office));
        let problem = self.outbox.unsent().with_untracked(|unsent| {
            let mut refused = unsent.refused().filter(|(unsent, _)| unsent.edit.id == id);
            refused.next().map(|(_, problem)| problem.clone())
        });
        let address = match problem {
            None => {
                let said = office_edit::done(FormFields(&form.fields));
                office_edit::menu_address(form.slug.as_str(), said, form.part(Some(&edit)).as_ref())
            }
            Some(problem) => {
                let form = TakenForm {
                    office: office.clone(),
                    ..form
                };
                let refusal = office.edited.checked_with(&edit).err();
                let usual = match problem.is(ProblemType::Conflict) {
                    true => "conflict",
                    false => "refused",
                };
                let wrong = refusal.as_ref().map_or(usual, office_edit::wrong);
                let address = self.refused_address(&form, refusal.as_ref(), wrong);
                return self.show(&office, &address, &form.slug);
            }
        };
        self.show(&office, &address, &form.slug);
    }

    /// Opens an address of the office with what is known of the restaurant.
    fn show(&self, office: &Arc<EditedRestaurant>, address: &str, slug: &Slug) {
        let (path_and_query, anchor) = address.split_once('#').unwrap_or((address, ""));
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        let asked = PageAddress::new(path, query);
        let page = self.content.with_untracked(|content| match content {
            Content::Page(page) => page.with_form_answer(slug, office, &asked),
            Content::Problem(_) => None,
        });
        let Some(page) = page else { return };
        let focus = Focus::after(anchor);
        if let Ok(history) = window().history() {
            let is_here = self.visit.with_untracked(|visit| *visit == asked);
            // Fails only if called hundreds of times a second.
            let _ = match is_here {
                true => history.replace_state_with_url(&JsValue::NULL, "", Some(address)),
                false => history.push_state_with_url(&JsValue::NULL, "", Some(address)),
            };
        }
        self.visit.set(asked);
        self.content.set(Content::Page(page));
        focus.take_again();
    }
}

fn office_of(content: &Content<OfficePage>) -> Option<(Slug, Arc<EditedRestaurant>)> {
    match content {
        Content::Page(OfficePage::Menu { slug, office, .. } | OfficePage::Part { slug, office, .. }) => {
            Some((slug.clone(), office.clone()))
        }
        _ => None,
    }
}

impl OfficePage {
    /// The page that says what became of a form: this form again, or the menu.
    fn with_form_answer(
        &self,
        slug: &Slug,
        office: &Arc<EditedRestaurant>,
        asked: &PageAddress,
    ) -> Option<Self> {
        match (self, OfficeForm::at(&asked.path)?.1) {
            (_, OfficeForm::Menu) => Some(Self::Menu {
                slug: slug.clone(),
                office: office.clone(),
                result: FormResult::read(asked),
            }),
            (
                Self::Part {
                    form,
                    category,
                    extras,
                    ..
                },
                OfficeForm::Part(asked_form),
            ) if *form == asked_form => Some(Self::Part {
                slug: slug.clone(),
                office: office.clone(),
                form: asked_form,
                typed: TypedForm::read(asked),
                category: category.clone(),
                extras: extras.clone(),
            }),
            _ => None,
        }
    }
}

/// Where somebody is on the page, by what stays when it is rendered anew.
struct Focus {
    part: String,
    button: String,
}

impl Focus {
    /// `None` if nothing is focused.
    fn now() -> Option<Self> {
        let part = document().active_element()?.closest("[id]").ok().flatten()?.id();
        Some(Self::after(&part))
    }

    /// The same button of the part that a form was about, or the part.
    fn after(part: &str) -> Self {
        let focused = document().active_element();
        Self {
            part: part.to_owned(),
            button: focused
                .and_then(|focused| focused.get_attribute("value"))
                .unwrap_or_default(),
        }
    }

    /// After the page is rendered. The first mistake of a form comes before anything else.
    fn take_again(self) {
        request_animation_frame(move || {
            let part = document().get_element_by_id(&self.part);
            let of_part = part.and_then(|part| {
                let button = format!("button[value=\"{}\"]", self.button);
                let found = |selector: &str| part.query_selector(selector).ok().flatten();
                found(&button).or_else(|| found("a")).or(Some(part.clone()))
            });
            let found = |selector: &str| document().query_selector(selector).ok().flatten();
            let target = found("[aria-invalid=true]")
                .or(of_part)
                .or_else(|| found("#main"));
            if let Some(target) = target.and_then(|target| target.dyn_into::<HtmlElement>().ok()) {
                // An element that takes no focus leaves it where it is.
                let _ = target.focus();
            }
        });
    }
}

fn is_typing() -> bool {
    document().active_element().is_some_and(|element| {
        element
            .matches("input, select, textarea")
            .is_ok_and(|matches| matches)
    })
}
