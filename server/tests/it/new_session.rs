//! A session of a new account, made in the store: signing up has limits.

use servery::{accounts::sessions, clock, http::visitor};
use servery_domain::{account::Account, id::AccountId, lang::Lang, time::Timestamp};
use servery_store::{
    Store,
    accounts::{Session, StoredAccount},
};

/// The account and its cookie.
pub async fn new_session(store: &dyn Store) -> (AccountId, String) {
    let (id, token, now) = (
        AccountId(visitor::random().unwrap()),
        sessions::token().unwrap(),
        clock::now(),
    );
    let account = Account {
        id,
        email: format!("{id}@example.org"),
        name: String::new(),
        lang: Lang::English,
        verified_at: Some(now),
        addresses: Vec::new(),
        created_at: now,
    };
    let stored = StoredAccount {
        account,
        password: None,
    };
    assert!(store.add_account(&stored, None).await.unwrap());
    let session = Session {
        key: sessions::key(&token),
        account: id,
        created_at: now,
        seen_at: now,
        expires_at: Timestamp(now.0 + 3_600),
    };
    store.start_session(&session, None).await.unwrap();
    (id, format!("{}={token}", sessions::COOKIE))
}
