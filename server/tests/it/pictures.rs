//! Owners upload pictures of their dishes and of the restaurant.

use std::{future::pending, io::Cursor};

use axum::{
    body::{Body, Bytes},
    http::{Request, StatusCode},
};
use futures::stream;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};
use servery::{pictures::picture_store::UPLOADS_OF_ONE, settings::Settings};
use servery_domain::{account::Role, limits, problem::ProblemType};

use tokio::sync::oneshot;
use tower::ServiceExt;

use crate::{
    bucket_server::BucketServer,
    orders::DINER,
    test_app::{Answer, TestApp, unique},
};

const OFFICE: &str = "/office/lighthouse-diner";

fn photo(color: [u8; 3]) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let photo = DynamicImage::from(RgbImage::from_pixel(400, 300, Rgb(color)));
    photo.write_to(&mut file, ImageFormat::Jpeg).unwrap();
    file.into_inner()
}

impl TestApp {
    async fn upload(&self, cookie: &str, file: impl Into<Body>) -> Answer {
        let request = Request::post(format!("{DINER}/pictures")).header("cookie", cookie);
        self.send(request.body(file.into()).unwrap()).await
    }

    async fn uploaded(&self, cookie: &str, file: Vec<u8>) -> Value {
        let answer = self.upload(cookie, file).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    async fn office(&self, cookie: &str) -> Value {
        self.get(&format!("{DINER}/edits"), &[("cookie", cookie)])
            .await
            .json()
    }

    /// The form of a part's page, as a browser without a script sends it: where it leads.
    async fn send_picture(&self, cookie: &str, (part, id): (&str, &str), file: &[u8]) -> String {
        let head = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n{id}\r\n--edge\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"photo.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"
        );
        let body = [head.as_bytes(), file, b"\r\n--edge--\r\n"].concat();
        let request = Request::post(format!("{OFFICE}/parts/{part}/picture"))
            .header("cookie", cookie)
            .header("content-type", "multipart/form-data; boundary=edge");
        let answer = self.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        answer.header("location").to_owned()
    }
}

#[tokio::test]
async fn a_picture_is_stored_in_each_format_and_width() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    let picture = app.uploaded(&owner, photo([200, 30, 30])).await;
    assert_eq!(
        (&picture["formats"], &picture["widths"]),
        (&json!(["avif", "webp"]), &json!([320]))
    );
    let path = picture["path"].as_str().unwrap();
    for (ending, media_type) in [("avif", "image/avif"), ("webp", "image/webp")] {
        let file = app.get(&format!("/pictures/{path}-320.{ending}"), &[]).await;
        assert_eq!(
            (file.status, file.header("content-type")),
            (StatusCode::OK, media_type)
        );
        assert!(file.header("cache-control").contains("immutable"));
    }
    assert_eq!(
        app.uploaded(&owner, photo([200, 30, 30])).await,
        picture,
        "the same again"
    );
    let other = app.uploaded(&owner, photo([30, 30, 200])).await;
    assert_ne!(other["path"], picture["path"]);
}

#[tokio::test]
async fn a_file_that_is_not_accepted_is_refused_with_a_sentence() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    let script = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec();
    let refused = app.upload(&owner, script).await.problem(ProblemType::NotAccepted);
    assert_eq!(
        refused.detail,
        "the file is no JPEG, PNG or WebP picture, or it is damaged"
    );
    let large = vec![0xff; limits::PICTURE_FILE + 1];
    app.upload(&owner, large).await.problem(ProblemType::TooLarge);
}

#[tokio::test]
async fn diners_see_a_picture_once_it_is_published() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    let dish = app.dish(DINER, "Bottomless Coffee").await;
    let (part, id) = (format!("dish-{dish}"), unique());
    for _again in 0..2 {
        let page = app.send_picture(&owner, (&part, &id), &photo([90, 60, 40])).await;
        assert_eq!(page, format!("{OFFICE}/parts/{part}?picture=saved#picture"));
    }
    let office = app.office(&owner).await;
    let edits = office["edits"].as_array().unwrap();
    assert_eq!((edits.len(), &office["stores_pictures"]), (1, &json!(true)));
    let menu = format!("{DINER}/menu");
    let page = "/restaurants/lighthouse-diner";
    let picture = edits[0]["edit"]["changes"][0]["replace"]["after"]["dish"]["picture"].clone();
    let file = format!("/pictures/{}-320.webp", picture["path"].as_str().unwrap());
    assert!(
        !app.json(&menu)
            .await
            .to_string()
            .contains(&picture["path"].to_string())
    );
    let edit = edits[0]["edit"]["id"].as_str().unwrap();
    let path = format!("{DINER}/edits/{edit}/publication");
    let published = app.call("PUT", &path, &[("cookie", &owner)], &json!({})).await;
    assert_eq!(published.status, 200, "{}", published.text());
    assert!(
        app.json(&menu)
            .await
            .to_string()
            .contains(&picture["path"].to_string())
    );
    assert!(app.get(page, &[]).await.text().contains(&file));

    let removed = app
        .form(
            &format!("{OFFICE}/parts/{part}/picture/remove"),
            &owner,
            &format!("id={}", unique()),
        )
        .await;
    assert_eq!(
        removed.header("location"),
        format!("{OFFICE}/parts/{part}?picture=removed#picture")
    );
    let after = &app.office(&owner).await["edits"][0]["edit"]["changes"][0]["replace"]["after"]["dish"];
    assert_eq!((&after["id"], &after["picture"]), (&json!(dish), &Value::Null));
}

#[tokio::test]
async fn the_page_says_why_a_picture_is_not_accepted() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    for (file, said, sentence) in [
        (&b""[..], "no-file", "Choose a picture first."),
        (
            b"GIF89a",
            "unreadable",
            "This file is not a picture that can be read.",
        ),
        (
            &vec![0; limits::PICTURE_FILE + limits::BODY],
            "too-large",
            "The file is larger than 16 MB.",
        ),
    ] {
        let page = app.send_picture(&owner, ("profile", &unique()), file).await;
        assert_eq!(page, format!("{OFFICE}/parts/profile?picture={said}#picture"));
        let shown = app
            .get(page.trim_end_matches("#picture"), &[("cookie", &owner)])
            .await;
        assert!(shown.text().contains(sentence), "{said}");
    }
    let gone = format!("dish-{}", "0".repeat(32));
    let page = app
        .send_picture(&owner, (&gone, &unique()), &photo([1, 2, 3]))
        .await;
    assert_eq!(page, format!("{OFFICE}/parts/{gone}?picture=gone#picture"));
}

#[tokio::test]
async fn one_account_uploads_so_many_at_once_and_no_more() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    let mut uploads = Vec::new();
    for _ in 0..UPLOADS_OF_ONE {
        let (begin, begun) = oneshot::channel();
        let endless = async move {
            begin.send(()).unwrap();
            pending::<Result<Bytes, std::io::Error>>().await
        };
        let body = Body::from_stream(stream::once(endless));
        let request = Request::post(format!("{DINER}/pictures")).header("cookie", &owner);
        let sent = app.router.clone().oneshot(request.body(body).unwrap());
        uploads.push(tokio::spawn(sent));
        // Its body is read, so it has its place.
        begun.await.unwrap();
    }
    let refused = app.upload(&owner, photo([1, 2, 3])).await;
    assert_eq!(refused.header("retry-after"), "1");
    refused.problem(ProblemType::Unavailable);
    let manager = app.staff(Role::Manager).await;
    app.uploaded(&manager, photo([1, 2, 3])).await;
    for upload in uploads {
        upload.abort();
        assert!(upload.await.unwrap_err().is_cancelled());
    }
    app.uploaded(&owner, photo([1, 2, 3])).await;
}

#[tokio::test]
async fn without_a_folder_the_office_says_so_and_takes_no_picture() {
    let settings = Settings {
        pictures: Some("/nowhere".into()),
        ..Settings::default()
    };
    let app = TestApp::with(None, settings).await;
    let owner = app.staff(Role::Owner).await;
    assert_eq!(app.office(&owner).await["stores_pictures"], json!(false));
    let refused = app.upload(&owner, photo([1, 2, 3])).await;
    let problem = refused.problem(ProblemType::NotFound);
    assert!(problem.detail.contains("--pictures"), "{problem}");
    let page = app
        .get(&format!("{OFFICE}/parts/profile"), &[("cookie", &owner)])
        .await;
    assert!(page.text().contains("This installation stores no pictures"));
}

#[tokio::test]
async fn pictures_are_in_a_bucket() {
    let bucket = BucketServer::start("town").await;
    let settings = Settings {
        pictures: Some(format!("s3://town/eat/here?endpoint={}", bucket.address())),
        ..Settings::default()
    };
    let app = TestApp::with(None, settings).await;
    let owner = app.staff(Role::Owner).await;
    let picture = app.uploaded(&owner, photo([40, 120, 60])).await;
    let path = picture["path"].as_str().unwrap();
    let file = format!("/pictures/{path}-320.webp");
    let shown = app.get(&file, &[]).await;
    assert_eq!(
        (shown.status.as_u16(), shown.header("content-type")),
        (200, "image/webp")
    );
    let mut names = [
        format!("eat/here/{path}-320.avif"),
        format!("eat/here/{path}-320.webp"),
    ];
    names.sort();
    assert_eq!(bucket.names("town").await, names);
    assert_eq!(app.get("/pictures/no-such-file.webp", &[]).await.status, 404);
    drop(bucket);
    let gone = app.get(&file, &[]).await;
    assert_eq!(gone.status, 500, "{}", gone.text());
    gone.problem(ProblemType::Broken);
}
