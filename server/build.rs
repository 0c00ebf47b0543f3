//! Puts every file that browsers get into the program (a debug build: all but the browser's programs), and the list of the software it is made of
//! with its licence notices.

#[path = "build/licences.rs"]
mod licences;
#[path = "build/map_packages.rs"]
mod map_packages;

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use flate2::{Compression, write::GzEncoder};
use serde_json::Value;

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let files = format!("{}{}", files(), map_packages::files());
    fs::write(out.join("files.rs"), files).expect("OUT_DIR can be written");
    fs::write(out.join("components.txt"), components()).expect("OUT_DIR can be written");
    fs::write(out.join("licences.gz"), compressed(&notices())).expect("OUT_DIR can be written");
    println!("cargo::rustc-env=SERVERY_COMMIT={}", commit());
}

/// What runs in browsers, as the folders of `frontend` are named.
const PROGRAMS: [&str; 5] = ["browse", "ordering", "account", "staff", "office"];

/// `FILES: &[(name, bytes)]`: `public/…` and, of each program that was built, `PROGRAM/pkg/…`. A debug build has no programs inside: it reads
/// them from `SITE_FOLDER` when it starts, so that it need not wait for them.
fn files() -> String {
    println!("cargo::rerun-if-env-changed=SERVERY_SITE");
    let mut files = Vec::new();
    collect("", Path::new("../public"), &mut files);
    let site = env::var("SERVERY_SITE").ok();
    let is_debug = env::var("PROFILE").is_ok_and(|profile| profile == "debug");
    let (embedded, read_later) = if is_debug { (None, site) } else { (site, None) };
    if let Some(site) = embedded {
        for program in PROGRAMS {
            let pkg = Path::new(&site).join(program).join("pkg");
            collect(&format!("{program}/pkg/"), &pkg, &mut files);
        }
    }
    files.sort();
    // Found from where the crate lies when it is compiled: another checkout may have made the target folder.
    let rows = files.iter().map(|(name, path)| match path.is_absolute() {
        true => format!("({name:?}, include_bytes!({path:?})),\n"),
        false => format!(
            "({name:?}, include_bytes!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/{}\"))),\n",
            path.display()
        ),
    });
    format!(
        "static FILES: &[(&str, &[u8])] = &[\n{}];\nconst SITE_FOLDER: Option<&str> = {read_later:?};\n",
        rows.collect::<String>()
    )
}

fn collect(prefix: &str, folder: &Path, files: &mut Vec<(String, PathBuf)>) {
    println!("cargo::rerun-if-changed={}", folder.display());
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.map(|entry| entry.expect("a folder can be read")) {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&format!("{name}/"), &entry.path(), files);
        } else {
            files.push((name, entry.path()));
        }
    }
}

fn notices() -> String {
    println!("cargo::rerun-if-changed=licences");
    let host = env::var("TARGET").expect("cargo sets TARGET");
    let wasm = |program: &str| (format!("servery-{program}"), "wasm32-unknown-unknown".to_owned());
    let mut programs: Vec<_> = PROGRAMS.iter().map(|program| wasm(program)).collect();
    programs.push(("servery".to_owned(), host));
    licences::notices(&programs, &map_packages::packages())
}

fn compressed(text: &str) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::best());
    writer
        .write_all(text.as_bytes())
        .expect("writing to memory does not fail");
    writer.finish().expect("writing to memory does not fail")
}

/// The commit that a release is built from, marked if its files are not all as committed; nothing for a debug build, which would be
/// compiled anew after each commit, and where there is no Git.
fn commit() -> String {
    println!("cargo::rerun-if-env-changed=SERVERY_COMMIT");
    if let Ok(commit) = env::var("SERVERY_COMMIT") {
        return commit;
    }
    if env::var("PROFILE").is_ok_and(|profile| profile == "debug") {
        return String::new();
    }
    let git = |arguments: &[&str]| {
        let answer = Command::new("git").args(arguments).output().ok()?;
        let text = String::from_utf8(answer.stdout).ok()?;
        answer.status.success().then(|| text.trim().to_owned())
    };
    for file in ["HEAD", "index"] {
        if let Some(path) = git(&["rev-parse", "--git-path", file]) {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    let Some(commit) = git(&["rev-parse", "HEAD"]) else {
        return String::new();
    };
    let changed = git(&["status", "--porcelain", "--untracked-files=no"]);
    match changed.is_some_and(|changed| changed.is_empty()) {
        true => commit,
        false => format!("{commit}-changed"),
    }
}

/// A line per package that is inside: name, version, licence.
fn components() -> String {
    println!("cargo::rerun-if-changed=../Cargo.lock");
    let cargo = env::var("CARGO").expect("cargo sets CARGO");
    let tree = |package: &str, target: &str| {
        let tree = Command::new(&cargo)
            .args([
                "tree",
                "--offline",
                "--package",
                package,
                "--edges",
                "normal",
                "--prefix",
                "none",
                "--format",
                "{p}\t{l}",
                "--target",
                target,
            ])
            .output()
            .expect("cargo runs");
        assert!(
            tree.status.success(),
            "cargo tree: {}",
            String::from_utf8_lossy(&tree.stderr)
        );
        String::from_utf8_lossy(&tree.stdout).into_owned()
    };
    let host = env::var("TARGET").expect("cargo sets TARGET");
    let programs = PROGRAMS.map(|program| tree(&format!("servery-{program}"), "wasm32-unknown-unknown"));
    let mut lines: Vec<String> = programs
        .iter()
        .chain([&tree("servery", &host)])
        .flat_map(|tree| tree.lines())
        .filter_map(|line| {
            let (package, licence) = line.split_once('\t')?;
            let mut words = package.split(' ');
            let (name, version) = (words.next()?, words.next()?.trim_start_matches('v'));
            let licence = licence.trim_end_matches(" (*)");
            (!name.starts_with("servery")).then(|| format!("{name}\t{version}\t{licence}"))
        })
        .collect();
    let field = |package: &Value, name: &str| package[name].as_str().unwrap_or_default().to_owned();
    lines.extend(map_packages::packages().iter().map(|package| {
        let [name, version, licence] = ["name", "version", "license"].map(|name| field(package, name));
        format!("{name}\t{version}\t{licence}")
    }));
    lines.sort();
    lines.dedup();
    lines.join("\n")
}
