//! wapiti follows every link and form, and sends attacks through each parameter that it finds.

use std::{collections::BTreeMap, fs};

use serde::Deserialize;
use servery_domain::account::Role;

use super::{Target, python_program, run};

/// All modules that need no host on the internet and look for no product of others. Left out are also `ldap`, which takes the echo of a
/// search for an answer of a directory, and `csrf`, which looks for tokens: `it/http.rs` shows that requests of other sites are refused.
const MODULES: &str = "backup,cookieflags,crlf,csp,exec,file,htaccess,http_headers,methods,permanentxss,redirect,shellshock,sql,\
                       timesql,upload,xss";
/// Change how pages are shown, by a cookie, and multiply what there is to visit. wapiti asks in parallel with one set of cookies, so a
/// page changes for a reason that it does not see, and it takes that for an answer of the database. sqlmap tries these, too.
const OF_EVERY_PAGE: [&str; 3] = ["render", "lang", "browser"];
/// As wapiti counts: 0 is information, 1 is low.
const LOW: u8 = 1;

#[derive(Deserialize)]
struct Report {
    vulnerabilities: BTreeMap<String, Vec<Finding>>,
    anomalies: BTreeMap<String, Vec<Finding>>,
    infos: Infos,
}

#[derive(Deserialize)]
struct Infos {
    crawled_pages_nbr: u32,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "shown when the test fails")]
struct Finding {
    level: u8,
    method: String,
    path: String,
    info: String,
    parameter: Option<String>,
}

async fn crawl(caller: &str, target: &Target, cookie: &str) {
    let folder = target.app.folder.path();
    let report = folder.join("wapiti.json");
    let mut wapiti = python_program("wapiti");
    wapiti
        .env("HOME", folder)
        .args(["-u", &format!("{}/", target.address), "-m", MODULES])
        .args([
            "--max-scan-time",
            "120",
            "--max-attack-time",
            "25",
            "--max-files-per-dir",
            "12",
        ])
        .args(["--flush-session", "--no-bugreport", "-f", "json", "-o"])
        .arg(&report)
        .arg("--store-session")
        .arg(folder.join("sessions"))
        .arg("--store-config")
        .arg(folder.join("config"))
        // Signs the scanner out.
        .args(["-x", &format!("{}/account/sign-out", target.address)]);
    for parameter in OF_EVERY_PAGE {
        wapiti.args(["-r", parameter, "--skip", parameter]);
    }
    if !cookie.is_empty() {
        wapiti.args(["-H", &format!("Cookie: {cookie}")]);
    }
    let (passed, printed) = run(wapiti).await;
    assert!(passed, "{printed}");
    let report: Report = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
    let pages = report.infos.crawled_pages_nbr;
    let findings: Vec<_> = report
        .vulnerabilities
        .into_iter()
        .chain(report.anomalies)
        .flat_map(|(kind, findings)| findings.into_iter().map(move |finding| (kind.clone(), finding)))
        .collect();
    println!(
        "audit wapiti as {caller}: {} findings on {pages} pages",
        findings.len()
    );
    for (kind, finding) in &findings {
        println!("  {kind}: {finding:?}");
    }
    assert!(pages > 50, "wapiti saw {pages} pages only");
    assert!(findings.iter().all(|(_, finding)| finding.level <= LOW));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn a_scanner_finds_nothing_as_a_stranger() {
    crawl("nobody", &Target::new().await, "").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn a_scanner_finds_nothing_as_an_owner() {
    let target = Target::new().await;
    let cookie = target.app.staff(Role::Owner).await;
    crawl("owner", &target, &cookie).await;
}
