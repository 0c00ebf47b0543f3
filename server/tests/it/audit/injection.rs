//! sqlmap tries every way that it knows to get SQL into a statement.

use serde_json::json;

use super::{Target, python_program, run};

/// An address, and what is posted to it if anything is. `*` marks a place that is no parameter.
struct Door {
    path: String,
    body: Option<String>,
}

fn get(path: &str) -> Door {
    Door {
        path: path.to_owned(),
        body: None,
    }
}

fn post(path: &str, body: String) -> Door {
    Door {
        body: Some(body),
        ..get(path)
    }
}

async fn doors(target: &Target) -> Vec<Door> {
    let basket = target.app.basket("Bottomless Coffee", 2).await;
    vec![
        get("/?q=soup&cuisine=cafe&open=1&render=thin&lang=de&browser=old"),
        get("/api/v1/restaurants?q=soup&cuisine=cafe"),
        get("/api/v1/restaurants/lighthouse-diner*"),
        get("/api/v1/restaurants/lighthouse-diner/coupons/HELLO10*"),
        get("/api/v1/orders/0123456789abcdef*"),
        post(
            "/account/sign-in",
            "email=ada@example.org&password=correct".into(),
        ),
        post("/account/reset", "email=ada@example.org".into()),
        post(
            "/api/v1/restaurants/lighthouse-diner/quotes",
            json!({ "basket": basket, "coupon": "HELLO10" }).to_string(),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn no_parameter_gets_into_a_statement() {
    let target = Target::new().await;
    let dbms = match target.app.database.starts_with("postgres:") {
        true => "PostgreSQL",
        false => "SQLite",
    };
    let doors = doors(&target).await;
    let mut findings = Vec::new();
    for door in &doors {
        let mut sqlmap = python_program("sqlmap");
        sqlmap
            .env("HOME", target.app.folder.path())
            .args(["-u", &format!("{}{}", target.address, door.path)])
            .args([
                "--batch",
                "--flush-session",
                "--disable-coloring",
                "--level",
                "3",
                "--risk",
                "2",
            ])
            .args([
                "--dbms",
                dbms,
                "--ignore-code",
                "400,401,404,409,422",
                "--threads",
                "2",
            ])
            // Cookies and headers are tried once, with the first address.
            .args(["--skip", "user-agent,referer,host"]);
        if let Some(body) = &door.body {
            sqlmap.args(["--data", body]);
        }
        let (_, printed) = run(sqlmap).await;
        if printed.contains("identified the following injection point") {
            findings.push(printed);
        } else {
            let held = printed.contains("all tested parameters do not appear to be injectable");
            assert!(held, "sqlmap did not test {}: {printed}", door.path);
        }
    }
    println!(
        "audit sqlmap: {} findings at {} addresses",
        findings.len(),
        doors.len()
    );
    assert!(findings.is_empty(), "{findings:#?}");
}
