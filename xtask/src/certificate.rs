//! A certificate for this machine that nobody else trusts, for the site and for PostgreSQL.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use crate::{
    context::Context,
    failure::{Explain, Result},
    postgres,
    steps::Log,
};

const DAYS: &str = "2";
const NAMES: &str = "subjectAltName=DNS:localhost,IP:127.0.0.1";

pub struct Certificate {
    /// Also what a client has to trust.
    pub certificate: PathBuf,
    key: PathBuf,
    /// Both in one file, as HAProxy wants them.
    pub both: PathBuf,
}

impl Certificate {
    pub fn make(context: &Context, log: &Log, folder: &Path) -> Result<Self> {
        let made = Self {
            certificate: folder.join("certificate.pem"),
            key: folder.join("key.pem"),
            both: folder.join("site.pem"),
        };
        let mut openssl = context.command("openssl");
        openssl
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
            ])
            .args([
                "-nodes",
                "-days",
                DAYS,
                "-subj",
                "/CN=localhost",
                "-addext",
                NAMES,
            ]);
        openssl.arg("-out").arg(&made.certificate);
        log.run(openssl.arg("-keyout").arg(&made.key))?;
        let both = [read(&made.certificate)?, read(&made.key)?].concat();
        write_private(&made.both, &both)?;
        Ok(made)
    }

    /// Where `deploy/patroni.yml` looks for it. PostgreSQL refuses a key that others may read.
    pub fn copy_for_postgres(&self, folder: &Path) -> Result {
        for (from, name) in [(&self.certificate, "server.crt"), (&self.key, "server.key")] {
            let copy = folder.join(name);
            write_private(&copy, &read(from)?)?;
            postgres::give_to_postgres(&copy)?;
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).explain(format!("{} cannot be read", path.display()))
}

fn write_private(path: &Path, content: &[u8]) -> Result {
    let private = fs::Permissions::from_mode(0o600);
    fs::write(path, content)
        .and_then(|()| fs::set_permissions(path, private))
        .explain(format!("{} cannot be written", path.display()))
}
