//! The sections of a page on which somebody invites others: the link that was made last, the invitations that are open, and the form.

use leptos::prelude::*;
use servery_domain::{id::InvitationId, limits};

use crate::{
    components::dish_badges::isolated,
    text::{self, office::Key, texts},
};

/// The link of the invitation that this browser has made last, until somebody accepts it. `page` is the path of the page that shows it;
/// the QR code is below it.
pub fn link(hint: &'static str, link: &str, page: &str) -> impl IntoView + use<> {
    view! {
        <section class="said good invitation-link" role="status">
            <p>{hint}</p>
            <p class="address"><bdi dir="ltr">{link.to_owned()}</bdi></p>
            <img class="qr" src=format!("{page}/invitation.svg") alt=texts().get(Key::StaffLinkAlt) width="160" height="160"/>
        </section>
    }
}

/// An invitation that nobody has accepted yet.
pub struct OpenRow {
    pub id: InvitationId,
    pub email: Option<String>,
    /// What it is for.
    pub purpose: &'static str,
    /// When it expires.
    pub until: String,
    pub may_withdraw: bool,
}

pub fn open(page: &str, rows: Vec<OpenRow>) -> Option<impl IntoView + use<>> {
    let rows: Vec<_> = rows.into_iter().map(|row| open_row(page, row)).collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section>
                <h2>{texts().get(Key::StaffInvited)}</h2>
                <ul class="rows">{rows}</ul>
            </section>
        }
    })
}

fn open_row(page: &str, row: OpenRow) -> impl IntoView + use<> {
    let texts = texts();
    let whom = row.email.as_deref().map(isolated);
    let whom = whom.unwrap_or_else(|| texts.get(text::Key::LogSomebody).to_owned());
    let until = texts.fill(Key::StaffUntil, &[("time", &row.until)]);
    let label = texts.fill(Key::StaffWithdrawOf, &[("name", &whom)]);
    let withdraw = row.may_withdraw.then(|| {
        view! {
            <form class="acts" method="post" action=page.to_owned()>
                <input type="hidden" name="id" value=row.id.to_string()/>
                <button name="act" value="withdraw" aria-label=label>{texts.get(Key::StaffWithdraw)}</button>
            </form>
        }
    });
    view! {
        <li>
            <span>
                <b>{whom}</b>
                <br/>
                <span class="hint">{row.purpose}" · "{until}</span>
            </span>
            {withdraw}
        </li>
    }
}

/// `purpose` is the field for what the invitation is for.
pub fn form<P: IntoView>(
    page: &str,
    new_id: InvitationId,
    sends_mails: bool,
    purpose: P,
) -> impl IntoView + use<P> {
    let texts = texts();
    let hint = match sends_mails {
        true => Key::StaffInviteMailHint,
        false => Key::StaffInviteHint,
    };
    let email = sends_mails.then(|| {
        view! {
            <label>
                <span>{texts.get(Key::StaffEmail)}</span>
                <input type="email" name="email" maxlength=limits::EMAIL autocomplete="off" dir="ltr"/>
            </label>
        }
    });
    view! {
        <section>
            <h2>{texts.get(Key::StaffInvite)}</h2>
            <p class="hint">{texts.get(hint)}</p>
            <form class="fields" method="post" action=page.to_owned()>
                <input type="hidden" name="id" value=new_id.to_string()/>
                {email}
                {purpose}
                <button name="act" value="invite">{texts.get(Key::StaffMakeInvitation)}</button>
            </form>
        </section>
    }
}
