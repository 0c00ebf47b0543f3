//! What HAProxy answers by itself, and to whom it does not.

use crate::{
    cluster::{
        Cluster,
        check::fact,
        client::{Answer, Client},
    },
    failure::{Result, fail},
};

/// The same for everybody, and thin.
const PAGE: &str = "/restaurants/lighthouse-diner/legal";

pub fn check(cluster: &Cluster<'_>, client: &Client<'_>) -> Result {
    let url = format!("{}{PAGE}", cluster.haproxy.site());
    let ask = |lang: &str, more: &[&str]| {
        let lang = format!("Accept-Language: {lang}");
        let options = [&["--header", &lang], more].concat();
        match client.ask(&url, &options) {
            Some(answer) if answer.status == 200 => Ok(answer),
            answer => fail(format!("{PAGE} is answered with {answer:?}")),
        }
    };
    let (first, second) = (ask("en", &[])?, ask("en-GB,de;q=0.8", &[])?);
    let says_so = first
        .header("cache-control")
        .is_some_and(|control| control.contains("s-maxage"));
    let is_so = says_so && is_fresh(&first) && !is_fresh(&second) && first.body == second.body;
    fact(
        "what says s-maxage is answered from HAProxy's cache the second time, with its Age",
        is_so,
        format!("{first:?} {second:?}"),
    )?;
    let (german, english) = (ask("de-AT", &[])?, ask("en", &[])?);
    let is_so = is_fresh(&german)
        && german.body.contains("lang=\"de\"")
        && !is_fresh(&english)
        && english.body == first.body;
    fact(
        "each language has its own answer there",
        is_so,
        format!("{german:?} {english:?}"),
    )?;
    let chosen = ask("en", &["--cookie", "servery_lang=de"])?;
    let is_so = is_fresh(&chosen) && chosen.body.contains("lang=\"de\"");
    fact(
        "who has chosen something gets an answer of their own",
        is_so,
        format!("{chosen:?}"),
    )?;
    let unknown = ask("fr,de;q=0.5", &[])?;
    let is_so = is_fresh(&unknown) && unknown.body.contains("lang=\"de\"");
    fact(
        "so does who reads other languages first",
        is_so,
        format!("{unknown:?}"),
    )?;
    let varies = [first, second].iter().all(|answer| {
        let vary = answer.header("vary").unwrap_or_default();
        ["accept-language", "cookie", "accept-encoding"]
            .iter()
            .all(|name| vary.contains(name))
    });
    fact(
        "caches further out are told what it varies by",
        varies,
        "another Vary",
    )
}

/// From a node.
fn is_fresh(answer: &Answer) -> bool {
    answer.header("age").is_none()
}
