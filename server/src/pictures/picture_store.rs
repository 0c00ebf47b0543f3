//! Where uploaded pictures are: a folder. And how many a node takes at once.

use std::{
    fs,
    path::Path as FolderPath,
    sync::{Arc, Mutex, PoisonError},
};

use axum::body::Bytes;
use object_store::{ObjectStoreExt, local::LocalFileSystem, path::Path};
use servery_domain::id::AccountId;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

use crate::settings::Settings;

/// Uploads that a node holds in memory at once, and how many of them are one account's. It decodes one after another.
pub const UPLOADS: usize = 8;
pub const UPLOADS_OF_ONE: usize = 2;

pub struct PictureStore {
    objects: LocalFileSystem,
    uploading: Arc<Mutex<Vec<AccountId>>>,
    turns: Arc<Semaphore>,
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
    /// `None` if the settings name no folder; what keeps a folder from being used is logged.
    pub fn open(settings: &Settings) -> Option<Self> {
        let folder = settings.pictures()?;
        match Self::open_folder(settings, &folder) {
            Ok(store) => Some(store),
            Err(error) => {
                tracing::error!(folder = %folder.display(), %error, "the folder of pictures cannot be used");
                None
            }
        }
    }

    fn open_folder(settings: &Settings, folder: &FolderPath) -> Result<Self, object_store::Error> {
        // A folder that the operator names may be on a disk that is not there at this moment.
        if settings.pictures.is_none() {
            let made = fs::create_dir_all(folder);
            made.map_err(|error| object_store::Error::Generic {
                store: "folder",
                source: error.into(),
            })?;
        }
        Ok(Self {
            objects: LocalFileSystem::new_with_prefix(folder)?.with_fsync(true),
            uploading: Arc::default(),
            turns: Arc::new(Semaphore::new(1)),
        })
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
