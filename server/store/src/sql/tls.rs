//! Requires TLS for a PostgreSQL on another machine, unless the operator writes `sslmode=disable`.

use std::{io, net::IpAddr};

use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::{Result, StoreError};

/// `address` is what the operator wrote; `options` is what sqlx and the environment made of it.
pub(crate) fn with_tls(address: &str, options: PgConnectOptions) -> Result<PgConnectOptions> {
    if options.get_socket().is_some() || is_here(options.get_host()) {
        return Ok(options);
    }
    let written = ["sslmode=", "ssl-mode="]
        .iter()
        .any(|name| address.contains(name));
    match options.get_ssl_mode() {
        PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull => Ok(options),
        PgSslMode::Disable if written => Ok(options),
        // These go back to plain text when the other side has no TLS, or says so.
        PgSslMode::Allow | PgSslMode::Prefer if written => Err(no_tls(
            options.get_host(),
            "this sslmode does without it when the other side says so",
        )),
        _ => Ok(options.ssl_mode(PgSslMode::VerifyFull)),
    }
}

/// Whether this machine is meant.
pub fn is_here(host: &str) -> bool {
    let number = host.trim_start_matches('[').trim_end_matches(']');
    let is_loopback = number
        .parse::<IpAddr>()
        .is_ok_and(|number| number.to_canonical().is_loopback());
    host == "localhost" || host.starts_with('/') || is_loopback
}

fn no_tls(host: &str, cause: impl ToString) -> StoreError {
    StoreError::NoTls {
        host: host.to_owned(),
        cause: cause.to_string(),
    }
}

/// Says what to do when TLS was asked for and is not to be had.
pub(crate) fn explain(host: &str, error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Tls(error) => no_tls(host, error),
        // So rustls reports a certificate that it does not accept.
        sqlx::Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => no_tls(host, error),
        error => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    fn mode(address: &str) -> Option<&'static str> {
        let options = with_tls(address, PgConnectOptions::from_str(address).unwrap()).ok()?;
        Some(match options.get_ssl_mode() {
            PgSslMode::Disable => "disable",
            PgSslMode::Allow => "allow",
            PgSslMode::Prefer => "prefer",
            PgSslMode::Require => "require",
            PgSslMode::VerifyCa => "verify-ca",
            PgSslMode::VerifyFull => "verify-full",
        })
    }

    #[test]
    fn no_database_on_a_network_is_spoken_to_in_plain_text_by_accident() {
        for (address, expected) in [
            ("postgres://servery@localhost/servery", Some("prefer")),
            ("postgres://servery@127.0.0.1:5499/servery", Some("prefer")),
            ("postgres://servery@[::1]/servery", Some("prefer")),
            (
                "postgres://servery@%2Fvar%2Frun%2Fpostgresql/servery",
                Some("prefer"),
            ),
            (
                "postgres://servery@x/servery?host=/var/run/postgresql",
                Some("prefer"),
            ),
            ("postgres://servery@db.example/servery", Some("verify-full")),
            ("postgres://servery@10.0.0.7/servery", Some("verify-full")),
            (
                "postgres://servery@localhost.example/servery",
                Some("verify-full"),
            ),
            (
                "postgres://servery@localhost/servery?host=db.example",
                Some("verify-full"),
            ),
            (
                "postgres://servery@db.example/servery?sslmode=require",
                Some("require"),
            ),
            (
                "postgres://servery@db.example/servery?sslmode=verify-ca",
                Some("verify-ca"),
            ),
            (
                "postgres://servery@db.example/servery?sslmode=disable",
                Some("disable"),
            ),
            ("postgres://servery@db.example/servery?sslmode=prefer", None),
            ("postgres://servery@db.example/servery?sslmode=allow", None),
        ] {
            assert_eq!(mode(address), expected, "{address}");
        }
    }

    #[test]
    fn the_refusal_says_what_to_do() {
        let said = no_tls("db.example", "it has none").to_string();
        for part in [
            "'db.example'",
            "sslrootcert=FILE",
            "sslmode=require",
            "sslmode=disable",
        ] {
            assert!(said.contains(part), "{said}");
        }
    }
}
