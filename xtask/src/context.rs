//! The folders that everything happens in, and how a program is called in them.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs,
    path::PathBuf,
    process::Command,
};

use crate::{
    failure::{Explain, Result, fail},
    steps::Steps,
};

pub struct Context {
    /// The checkout.
    pub root: PathBuf,
    /// Tools, which outlive a checkout.
    pub cache: PathBuf,
    pub target: PathBuf,
    /// The browser's programs, each in its folder.
    pub site: PathBuf,
    pub node_tools: PathBuf,
    pub steps: Steps,
    pub path: OsString,
}

impl Context {
    /// `./dev` calls from the checkout, and says where the cache and the target folder are.
    pub fn open() -> Result<Self> {
        let root = env::current_dir().explain("the checkout is not there")?;
        let cache = folder_from("SERVERY_CACHE")?;
        let target = folder_from("CARGO_TARGET_DIR")?;
        let (logs, node_tools) = (cache.join("logs"), cache.join("node"));
        for folder in [&logs, &node_tools] {
            fs::create_dir_all(folder).explain(format!("{} cannot be made", folder.display()))?;
        }
        let path = search_path(&[cache.join("tools/bin"), node_tools.join("node_modules/.bin")])?;
        let site = target.join("site");
        Ok(Self {
            root,
            cache,
            target,
            site,
            node_tools,
            steps: Steps::new(logs),
            path,
        })
    }

    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.root)
            .env("PATH", &self.path)
            .env("SERVERY_SITE", &self.site)
            .env_remove("LEPTOS_SITE_ROOT");
        command
    }

    pub fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.command("cargo");
        command.args(arguments);
        command
    }

    pub fn npm(&self, arguments: &[&str]) -> Command {
        let mut command = self.command("npm");
        // Before the arguments, of which the last may want a value.
        command.args(["--no-audit", "--no-fund"]).args(arguments);
        command
    }

    /// The program that a debug build makes.
    pub fn servery(&self) -> Command {
        self.command(self.target.join("debug/servery"))
    }

    pub fn read(&self, file: &str) -> Result<String> {
        fs::read_to_string(self.root.join(file)).explain(format!("{file} cannot be read"))
    }
}

fn folder_from(variable: &str) -> Result<PathBuf> {
    match env::var_os(variable) {
        // cargo takes a relative one from where it is called, too.
        Some(folder) => std::path::absolute(&folder).explain(format!("{variable} is no folder")),
        None => fail(format!("{variable} is not set; call ./dev")),
    }
}

fn search_path(first: &[PathBuf]) -> Result<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = first.iter().cloned().chain(env::split_paths(&path));
    match env::join_paths(folders) {
        Ok(path) => Ok(path),
        Err(error) => fail(format!("the tools' folder cannot stand in PATH: {error}")),
    }
}
