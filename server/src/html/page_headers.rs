//! The headers that belong to a rendered page.

use axum::http::{
    HeaderName, StatusCode,
    header::{CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY},
};

use super::{document::DocumentFacts, render::set_response, rendered::PERMISSIONS_POLICY};

const SERVERY_RENDER: HeaderName = HeaderName::from_static("servery-render");

#[derive(Clone)]
pub struct PageHeaders {
    pub status: StatusCode,
    headers: Vec<(HeaderName, String)>,
}

impl PageHeaders {
    pub fn new(facts: &DocumentFacts) -> Self {
        let decision = facts.decision;
        let mut headers = vec![
            (
                SERVERY_RENDER,
                format!("{}; reason={}", decision.mode, decision.reason.name()),
            ),
            (CONTENT_LANGUAGE, facts.texts.lang.tag().to_owned()),
            (CONTENT_SECURITY_POLICY, facts.content_security_policy()),
        ];
        headers.extend(
            facts
                .permissions_policy()
                .map(|policy| (PERMISSIONS_POLICY, policy)),
        );
        Self {
            status: StatusCode::OK,
            headers,
        }
    }

    /// Gives them to leptos_axum; called while the page is rendered.
    pub fn set(&self) {
        set_response(self.status, &self.headers);
    }
}
