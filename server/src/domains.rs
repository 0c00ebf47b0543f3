//! The domains that restaurants have of their own. The service behind the API and the plain form.

use reqwest::Url;
use servery_domain::{account::Permission, audit::Author, domain_name::DomainName, problem::ProblemType};

use crate::{
    accounts::sessions::CurrentUser, catalog::restaurant_now::restaurant_id, clock, http::error::ApiError,
    state::AppState,
};

/// Gives the restaurant this domain, or takes away the one that it has.
pub async fn set(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    domain: Option<&DomainName>,
) -> Result<(), ApiError> {
    let restaurant = restaurant_id(app, slug).await?;
    // Whoever runs the installation takes away a domain that is not the restaurant's.
    if !(user.is_operator && domain.is_none()) {
        user.check(restaurant, Permission::Edit)?;
    }
    if domain.is_some_and(|domain| is_of_installation(app, domain)) {
        let detail = "this is the address of the whole installation, or below it";
        return Err(ApiError::new(ProblemType::NotAccepted, detail));
    }
    let by = (Author::Account(user.account.id), clock::now());
    if !app.store.set_domain(restaurant, domain, by).await? {
        let detail = "another restaurant has this domain";
        return Err(ApiError::new(ProblemType::Conflict, detail));
    }
    // This node's next page knows it already.
    app.catalog.reload_if_changed().await?;
    Ok(())
}

/// Its host, or a name below it: whoever runs it may use that for something else.
fn is_of_installation(app: &AppState, domain: &DomainName) -> bool {
    let host = app.settings.public_host();
    let above = host
        .as_deref()
        .and_then(|host| domain.as_str().strip_suffix(host));
    above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
}

/// What somebody types: perhaps a whole address, and in any script. Browsers write it with ASCII only.
pub fn typed(text: &str) -> Option<DomainName> {
    let text = text.trim();
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let url = Url::parse(&format!("https://{rest}")).ok()?;
    url.host_str()?.trim_end_matches('.').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_becomes_a_domain() {
        for (text, domain) in [
            ("order.trattoria.example", Some("order.trattoria.example")),
            (" Order.Trattoria.example ", Some("order.trattoria.example")),
            (
                "https://order.trattoria.example/menu?x=1",
                Some("order.trattoria.example"),
            ),
            ("order.trattoria.example.", Some("order.trattoria.example")),
            ("müller.example", Some("xn--mller-kva.example")),
            ("", None),
            ("trattoria", None),
            ("127.0.0.1", None),
            ("http://[::1]/", None),
            ("two words.example", None),
        ] {
            assert_eq!(typed(text).map(String::from).as_deref(), domain, "{text}");
        }
    }
}
