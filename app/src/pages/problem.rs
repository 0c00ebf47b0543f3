//! The error page: what happened, what is safe, and what to do.

use leptos::prelude::*;
use servery_domain::problem::{Problem, ProblemType};

use crate::text::{Key, texts};

/// The title and the advice for a problem.
pub fn words(problem: &Problem) -> (Key, Key) {
    if problem.is(ProblemType::NotFound) {
        (Key::ProblemNotFoundTitle, Key::ProblemNotFound)
    } else if problem.is(ProblemType::Unreachable) {
        (Key::ProblemUnreachableTitle, Key::ProblemUnreachable)
    } else if problem.is(ProblemType::Forbidden) {
        (Key::ProblemForbiddenTitle, Key::ProblemForbidden)
    } else if problem.status < 500 {
        (Key::ProblemRequestTitle, Key::ProblemRequest)
    } else {
        (Key::ProblemTitle, Key::ProblemBroken)
    }
}

#[component]
pub fn ProblemPage(problem: Problem) -> impl IntoView {
    let texts = texts();
    let (title, advice) = words(&problem);
    view! {
        <article class="prose problem">
            <h1>{texts.get(title)}</h1>
            <p class="lead">{texts.get(advice)}</p>
            <p><a class="button" href="/">{texts.get(Key::ProblemHome)}</a></p>
            <p class="small-print" dir="ltr" lang="en">{problem.status}" "{problem.title}": "{problem.detail}</p>
        </article>
    }
}
