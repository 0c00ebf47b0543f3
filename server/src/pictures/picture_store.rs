//! Where uploaded pictures are: a folder or a bucket. And how many a node takes at once.

use std::{
    fs,
    path::Path as FolderPath,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::body::Bytes;
use object_store::{
    ClientOptions, ObjectStore, ObjectStoreExt, RetryConfig, aws::AmazonS3Builder, local::LocalFileSystem,
    path::Path, prefix::PrefixStore,
};
use servery_domain::id::AccountId;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

use super::picture_location::{PictureLocation, S3Bucket};

/// Uploads that a node holds in memory at once, and how many of them are one account's. It decodes one after another.
pub const UPLOADS: usize = 8;
pub const UPLOADS_OF_ONE: usize = 2;

/// Of a bucket: a guest who waits for a picture sees the drawing in its place.
const CONNECT_LIMIT: Duration = Duration::from_secs(3);
const REQUEST_LIMIT: Duration = Duration::from_secs(10);
const RETRIES: usize = 3;
const RETRY_LIMIT: Duration = Duration::from_secs(15);

pub struct PictureStore {
    objects: Arc<dyn ObjectStore>,
    uploading: Arc<Mutex<Vec<AccountId>>>,
    turns: Arc<Semaphore>,
}

fn objects(location: &PictureLocation) -> Result<Arc<dyn ObjectStore>, object_store::Error> {
    match location {
        PictureLocation::Folder(folder) => open_folder(folder),
        PictureLocation::DefaultFolder(folder) => {
            let made = fs::create_dir_all(folder);
            made.map_err(|error| object_store::Error::Generic {
                store: "folder",
                source: error.into(),
            })?;
            open_folder(folder)
        }
        PictureLocation::S3(bucket) => open_bucket(bucket),
    }
}

fn open_folder(folder: &FolderPath) -> Result<Arc<dyn ObjectStore>, object_store::Error> {
    let files = LocalFileSystem::new_with_prefix(folder)?;
    Ok(Arc::new(files.with_fsync(true)))
}

/// Keys and region come from the variables that all programs for S3 read: `AWS_ACCESS_KEY_ID` and so on.
fn open_bucket(bucket: &S3Bucket) -> Result<Arc<dyn ObjectStore>, object_store::Error> {
    let limits = ClientOptions::new()
        .with_connect_timeout(CONNECT_LIMIT)
        .with_timeout(REQUEST_LIMIT);
    let retries = RetryConfig {
        max_retries: RETRIES,
        retry_timeout: RETRY_LIMIT,
        ..RetryConfig::default()
    };
    let mut builder = AmazonS3Builder::from_env()
        .with_bucket_name(&bucket.name)
        .with_client_options(limits)
        .with_retry(retries);
    if let Some(endpoint) = &bucket.endpoint {
        let address = endpoint.as_str().trim_end_matches('/');
        builder = builder
            .with_endpoint(address)
            .with_allow_http(endpoint.scheme() == "http");
    }
    let objects = builder.build()?;
    Ok(match bucket.folder.is_empty() {
        true => Arc::new(objects),
        false => Arc::new(PrefixStore::new(objects, bucket.folder.as_str())),
    })
}

/// Is given back when it is dropped.
pub struct UploadPlace {
    account: AccountId,
    uploading: Arc<Mutex<Vec<AccountId>>>,
}

impl Drop for UploadPlace {
    fn drop(&mut self) {
        let mut uploading = self.uploading.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = uploading.iter().position(|account| *account == self.account) {
            uploading.swap_remove(place);
        }
    }
}

impl PictureStore {
    /// `None` if what the operator names cannot be used, which is logged.
    pub fn open(location: &PictureLocation) -> Option<Self> {
        match objects(location) {
            Ok(objects) => Some(Self {
                objects,
                uploading: Arc::default(),
                turns: Arc::new(Semaphore::new(1)),
            }),
            Err(error) => {
                tracing::error!(?location, %error, "the place of pictures cannot be used");
                None
            }
        }
    }

    /// A place among the uploads; `None` if all are taken, or this account has its share.
    pub fn place(&self, account: AccountId) -> Option<UploadPlace> {
        let mut uploading = self.uploading.lock().unwrap_or_else(PoisonError::into_inner);
        let own = uploading.iter().filter(|known| **known == account).count();
        if uploading.len() >= UPLOADS || own >= UPLOADS_OF_ONE {
            return None;
        }
        uploading.push(account);
        Some(UploadPlace {
            account,
            uploading: self.uploading.clone(),
        })
    }

    /// Waits until nothing else is decoded.
    pub async fn turn(&self) -> Result<OwnedSemaphorePermit, AcquireError> {
        self.turns.clone().acquire_owned().await
    }

    pub async fn put(&self, name: &str, content: Vec<u8>) -> Result<(), object_store::Error> {
        self.objects.put(&Path::from(name), content.into()).await?;
        Ok(())
    }

    pub async fn get(&self, name: &str) -> Result<Option<Bytes>, object_store::Error> {
        match self.objects.get(&Path::from(name)).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
