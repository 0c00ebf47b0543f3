//! The headers that belong to a rendered page.

use axum::http::{
    HeaderName, StatusCode,
    header::{CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY},
};

use super::{document::DocumentFacts, render::set_response};

const SERVERY_RENDER: HeaderName = HeaderName::from_static("servery-render");

#[derive(Clone)]
pub struct PageHeaders {
    pub status: StatusCode,
    headers: [(HeaderName, String); 3],
}

impl PageHeaders {
    pub fn new(facts: &DocumentFacts, card_page: Option<&str>) -> Self {
        let decision = facts.decision;
        Self {
            status: StatusCode::OK,
            headers: [
                (
                    SERVERY_RENDER,
                    format!("{}; reason={}", decision.mode, decision.reason.name()),
                ),
                (CONTENT_LANGUAGE, facts.texts.lang.tag().to_owned()),
                (CONTENT_SECURITY_POLICY, facts.content_security_policy(card_page)),
            ],
        }
    }

    /// Gives them to leptos_axum; called while the page is rendered.
    pub fn set(&self) {
        set_response(self.status, &self.headers);
    }
}
