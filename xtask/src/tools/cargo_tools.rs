//! Tools that are Rust programs: from PATH, as a binary, or built from source.

use std::{fs, time::Duration};

use crate::{
    context::Context,
    failure::{Explain, Failure, Result, fail},
    process,
    steps::Log,
    stop,
};

const CARGO_LEPTOS: &str = "0.3.11";
/// A download that takes longer is not waited for.
const DOWNLOAD_LIMIT: Duration = Duration::from_secs(120);

struct Tool {
    /// The crate.
    package: &'static str,
    /// The program, as it is called.
    program: &'static str,
    version: String,
    takes: &'static str,
    flags: &'static [&'static str],
    /// A quick build of the tool itself: the programs that it starts do the heavy work.
    profile: &'static [(&'static str, &'static str)],
}

/// Exactly the version of the library: they speak a format that changes.
fn wasm_bindgen(context: &Context) -> Result<Tool> {
    let lock = context.read("Cargo.lock")?;
    let Some(version) = locked_version(&lock, "wasm-bindgen") else {
        return fail("Cargo.lock names no wasm-bindgen");
    };
    Ok(Tool {
        package: "wasm-bindgen-cli",
        program: "wasm-bindgen",
        version: version.to_owned(),
        takes: "about two minutes",
        // Without the runner of tests, and so without TLS.
        flags: &["--bin", "wasm-bindgen", "--no-default-features"],
        profile: &[
            ("CARGO_PROFILE_RELEASE_LTO", "off"),
            ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
            ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
        ],
    })
}

fn cargo_leptos() -> Tool {
    Tool {
        package: "cargo-leptos",
        program: "cargo-leptos",
        version: CARGO_LEPTOS.to_owned(),
        takes: "about seven minutes",
        flags: &["--locked", "--debug", "--features", "no_downloads"],
        profile: &[("CARGO_PROFILE_DEV_DEBUG", "0")],
    }
}

pub fn has_wasm_bindgen(context: &Context) -> Result<bool> {
    Ok(wasm_bindgen(context)?.is_installed(context))
}

pub fn need_wasm_bindgen(context: &Context) -> Result {
    wasm_bindgen(context)?.need(context)
}

pub fn need_cargo_leptos(context: &Context) -> Result {
    cargo_leptos().need(context)
}

fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"\nversion = \"");
    let (_, rest) = lock.split_once(&name)?;
    rest.split('"').next()
}

impl Tool {
    fn need(&self, context: &Context) -> Result {
        if self.is_installed(context) {
            return Ok(());
        }
        self.forget_old(context)?;
        // The one in PATH may be right.
        if self.is_installed(context) {
            return Ok(());
        }
        let what = format!("{} {} ({})", self.program, self.version, self.takes);
        context
            .steps
            .several(&what, |log| match self.download(context, log)? {
                true => Ok(()),
                false => self.build(context, log),
            })
    }

    fn is_installed(&self, context: &Context) -> bool {
        let version = process::answer(context.command(self.program).arg("--version"));
        version.is_some_and(|version| version.split_whitespace().any(|word| word == self.version))
    }

    /// The cache's stands before those of PATH; an old one would hide a right one.
    fn forget_old(&self, context: &Context) -> Result {
        // Who is stopped has not seen whether it is old.
        stop::check()?;
        let old = context.cache.join("tools/bin").join(self.program);
        match old.exists() {
            true => fs::remove_file(&old).explain(format!("{} cannot be removed", old.display())),
            false => Ok(()),
        }
    }

    /// Whether it could be had as a binary.
    fn download(&self, context: &Context, log: &Log) -> Result<bool> {
        if !process::is_installed("cargo-binstall", &context.path) {
            return Ok(false);
        }
        let mut binstall = context.cargo(&["binstall", "--no-confirm", "--force"]);
        binstall.args(["--disable-strategies", "compile", "--root"]);
        binstall
            .arg(context.cache.join("tools"))
            .arg(format!("{}@{}", self.package, self.version));
        match log.run_within(&mut binstall, DOWNLOAD_LIMIT) {
            Err(Failure::Stopped) => Err(Failure::Stopped),
            Ok(()) if self.is_installed(context) => Ok(true),
            _ => {
                log.say("cargo binstall did not bring it; it is built from source")?;
                Ok(false)
            }
        }
    }

    fn build(&self, context: &Context, log: &Log) -> Result {
        // A folder per tool, so that two can be built at the same time; kept until it is whole, for a second try.
        let target = context.cache.join("tool-target").join(self.package);
        let mut install = context.cargo(&["install", self.package, "--version", &self.version]);
        install
            .args(self.flags)
            .arg("--force")
            .arg("--root")
            .arg(context.cache.join("tools"));
        install
            .env("CARGO_TARGET_DIR", &target)
            .envs(self.profile.iter().copied());
        log.run(&mut install)?;
        fs::remove_dir_all(&target).explain(format!("{} cannot be removed", target.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::locked_version;

    #[test]
    fn a_version_is_read_from_the_lock_file() {
        let lock = "name = \"wasm-bindgen-shared\"\nversion = \"1.0.0\"\n\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(lock, "wasm"), None);
    }
}
