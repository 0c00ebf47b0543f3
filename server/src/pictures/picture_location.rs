//! Where the restaurants' pictures are, as the operator says it.

use std::path::PathBuf;

use reqwest::Url;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PictureLocation {
    /// Named by the operator. It may be on a disk that is not there at this moment.
    Folder(PathBuf),
    /// Beside a database of SQLite; it is made if it is not there.
    DefaultFolder(PathBuf),
    S3(S3Bucket),
}

/// A bucket of S3, or of what speaks its protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Bucket {
    pub name: String,
    /// What all names of objects begin with; may be empty.
    pub folder: String,
    /// Of another provider than Amazon.
    pub endpoint: Option<Url>,
}

impl PictureLocation {
    /// A folder, or `s3://BUCKET/FOLDER?endpoint=https://…`. `None` for an address that is no bucket's.
    pub fn read(text: &str) -> Option<Self> {
        match text.starts_with("s3:") {
            true => S3Bucket::read(text).map(Self::S3),
            false => Some(Self::Folder(text.into())),
        }
    }
}

impl S3Bucket {
    fn read(text: &str) -> Option<Self> {
        let url: Url = text.parse().ok()?;
        let name = url.host_str().filter(|name| !name.is_empty())?.to_owned();
        let mut endpoint = None;
        for (key, value) in url.query_pairs() {
            match &*key {
                "endpoint" => endpoint = Some(value.parse().ok()?),
                _ => return None,
            }
        }
        Some(Self {
            name,
            folder: url.path().trim_matches('/').to_owned(),
            endpoint,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_a_folder_or_a_bucket() {
        let bucket = |folder: &str, endpoint: Option<&str>| {
            Some(PictureLocation::S3(S3Bucket {
                name: "pictures".into(),
                folder: folder.into(),
                endpoint: endpoint.map(|endpoint| endpoint.parse().unwrap()),
            }))
        };
        for (text, location) in [
            (
                "/srv/pictures",
                Some(PictureLocation::Folder("/srv/pictures".into())),
            ),
            ("s3://pictures", bucket("", None)),
            ("s3://pictures/town/one/", bucket("town/one", None)),
            (
                "s3://pictures?endpoint=https://objects.example",
                bucket("", Some("https://objects.example")),
            ),
            ("s3://pictures?endpoint=here", None),
            ("s3://pictures?region=eu", None),
            ("s3:///town", None),
        ] {
            assert_eq!(PictureLocation::read(text), location, "{text}");
        }
    }
}
