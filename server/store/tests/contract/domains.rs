//! The domains that restaurants have of their own.

use servery_domain::{
    audit::{Act, Author, AuthorName},
    domain_name::DomainName,
    time::Timestamp,
};

use crate::{
    audit_log::whole_log,
    builders::{HERE, NOW, THERE, listing, put_restaurant},
    engines::engines,
};

fn domain(name: &str) -> DomainName {
    name.parse().unwrap()
}

#[tokio::test]
async fn a_domain_leads_to_one_restaurant_and_a_restaurant_has_one() {
    for (engine, store) in engines("a_domain_leads_to_one_restaurant_and_a_restaurant_has_one")
        .await
        .stores
    {
        put_restaurant(store.as_ref(), 1, "alte-muehle").await;
        put_restaurant(store.as_ref(), 2, "neue-muehle").await;
        let by = (Author::Operator, NOW);
        let (old, new) = (domain("alte-muehle.example"), domain("bestellen.muehle.example"));
        let before = store.revisions().await.unwrap().catalog;
        assert!(store.set_domain(HERE, Some(&old), by).await.unwrap(), "{engine}");
        let after = store.revisions().await.unwrap().catalog;
        assert!(after > before, "{engine}: nodes know that something has changed");
        assert_eq!(
            listing(store.as_ref(), HERE).await.domain.as_ref(),
            Some(&old),
            "{engine}"
        );

        assert!(
            !store.set_domain(THERE, Some(&old), by).await.unwrap(),
            "{engine}: taken"
        );
        assert!(
            store.set_domain(HERE, Some(&old), by).await.unwrap(),
            "{engine}: the same"
        );
        assert_eq!(
            store.revisions().await.unwrap().catalog,
            after,
            "{engine}: nothing has changed"
        );

        assert!(store.set_domain(HERE, Some(&new), by).await.unwrap(), "{engine}");
        assert!(
            store.set_domain(THERE, Some(&old), by).await.unwrap(),
            "{engine}: free again"
        );
        assert_eq!(
            listing(store.as_ref(), THERE).await.domain.as_ref(),
            Some(&old),
            "{engine}"
        );
        assert_eq!(
            listing(store.as_ref(), HERE).await.domain.as_ref(),
            Some(&new),
            "{engine}"
        );

        for _ in 0..2 {
            assert!(store.set_domain(HERE, None, by).await.unwrap(), "{engine}");
        }
        assert_eq!(listing(store.as_ref(), THERE).await.domain, Some(old), "{engine}");
        assert_eq!(listing(store.as_ref(), HERE).await.domain, None, "{engine}");
    }
}

#[tokio::test]
async fn the_log_says_who_set_a_domain() {
    for (engine, store) in engines("the_log_says_who_set_a_domain").await.stores {
        put_restaurant(store.as_ref(), 1, "alte-muehle").await;
        let by = |seconds| (Author::Operator, Timestamp(NOW.0 + seconds));
        let name = domain("alte-muehle.example");
        for _ in 0..2 {
            store.set_domain(HERE, Some(&name), by(1)).await.unwrap();
        }
        for _ in 0..2 {
            store.set_domain(HERE, None, by(2)).await.unwrap();
        }
        let log = whole_log(store.as_ref(), HERE).await;
        let said: Vec<_> = log
            .iter()
            .map(|entry| (entry.act, entry.subject.as_deref(), &entry.author))
            .collect();
        let name = Some(name.as_str());
        assert_eq!(
            said,
            [
                (Act::DomainRemoved, name, &AuthorName::Operator),
                (Act::DomainSet, name, &AuthorName::Operator),
            ],
            "{engine}"
        );
    }
}
