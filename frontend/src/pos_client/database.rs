//! IndexedDB with promises. Only requests of the same transaction are awaited in between, so that it stays open.

use std::{cell::RefCell, rc::Rc};

use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::prelude::window;
use servery_domain::sync::client::StorageError;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomException, IdbDatabase, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransaction};

const NAME: &str = "staff";
/// Before 2 nothing was encrypted.
const VERSION: u32 = 2;

pub const META: &str = "meta";
/// Ops by number, encrypted.
pub const OUTBOX: &str = "outbox";
/// Records by id, encrypted.
pub const RECORDS: &str = "records";

/// An error of the storage. A broken connection is dropped and opened again when needed.
#[derive(Default)]
pub struct Database {
    open: Rc<RefCell<Option<IdbDatabase>>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Read,
    /// Strict durability: a reported commit survives a power failure.
    Write,
}

pub struct Transaction(IdbTransaction);

/// The handlers are the promise's own functions, so no closures leak.
async fn done(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let promise = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    match JsFuture::from(promise).await {
        Ok(_) => request.result(),
        Err(event) => Err(request.error().ok().flatten().map_or(event, JsValue::from)),
    }
}

fn failed(error: &JsValue) -> StorageError {
    let name = error.dyn_ref::<DomException>().map(DomException::name);
    if name.as_deref() == Some("QuotaExceededError") {
        StorageError::Full
    } else {
        StorageError::Dead
    }
}

impl Database {
    async fn handle(&self) -> Result<IdbDatabase, JsValue> {
        if let Some(open) = self.open.borrow().clone() {
            return Ok(open);
        }
        let factory = window().indexed_db()?.ok_or(JsValue::NULL)?;
        let request: IdbOpenDbRequest = factory.open_with_u32(NAME, VERSION)?;
        let made = request.clone();
        let make = Closure::<dyn Fn()>::new(move || {
            let Some(database) = made
                .result()
                .ok()
                .and_then(|database| database.dyn_into::<IdbDatabase>().ok())
            else {
                return;
            };
            for store in [META, OUTBOX, RECORDS] {
                // There is none in a new browser.
                let _ = database.delete_object_store(store);
                // Without it every transaction fails.
                let _ = database.create_object_store(store);
            }
        });
        request.set_onupgradeneeded(Some(make.as_ref().unchecked_ref()));
        let database: IdbDatabase = done(&request).await?.dyn_into()?;
        let (open, own) = (self.open.clone(), database.clone());
        let close = Closure::<dyn Fn()>::new(move || {
            // Another tab deletes or upgrades it, or the browser closed it. A newer connection is not
            // affected.
            own.close();
            open.borrow_mut().take_if(|open| *open == own);
        });
        database.set_onclose(Some(close.as_ref().unchecked_ref()));
        database.set_onversionchange(Some(close.as_ref().unchecked_ref()));
        close.forget();
        *self.open.borrow_mut() = Some(database.clone());
        Ok(database)
    }

    pub async fn begin(&self, stores: &[&str], access: Access) -> Result<Transaction, StorageError> {
        let begun = async {
            let database = self.handle().await?;
            let options = Object::new();
            Reflect::set(&options, &"durability".into(), &"strict".into())?;
            let names: Array = stores.iter().map(|name| JsValue::from_str(name)).collect();
            let mode = if access == Access::Write {
                "readwrite"
            } else {
                "readonly"
            };
            let begin: Function = Reflect::get(&database, &"transaction".into())?.dyn_into()?;
            begin.call3(&database, &names, &mode.into(), &options)?.dyn_into()
        };
        begun
            .await
            .map(Transaction)
            .map_err(|error: JsValue| self.give_up(&error))
    }

    /// Writes atomically.
    pub async fn end<T>(
        &self,
        transaction: Transaction,
        made: Result<T, JsValue>,
    ) -> Result<T, StorageError> {
        let Transaction(own) = transaction;
        let ended = async {
            let value = match made {
                Ok(value) => value,
                Err(error) => {
                    // The transaction may have ended already.
                    let _ = own.abort();
                    return Err(own.error().map_or(error, JsValue::from));
                }
            };
            let promise = Promise::new(&mut |resolve, reject| {
                own.set_oncomplete(Some(&resolve));
                own.set_onabort(Some(&reject));
            });
            match JsFuture::from(promise).await {
                Ok(_) => Ok(value),
                Err(event) => Err(own.error().map_or(event, JsValue::from)),
            }
        };
        ended.await.map_err(|error| self.give_up(&error))
    }

    fn give_up(&self, error: &JsValue) -> StorageError {
        let failed = failed(error);
        if failed == StorageError::Dead {
            self.open.borrow_mut().take().iter().for_each(IdbDatabase::close);
        }
        failed
    }

    /// Deletes the database, in all tabs.
    pub async fn delete(&self) -> Result<(), JsValue> {
        self.open.borrow_mut().take().iter().for_each(IdbDatabase::close);
        let factory = window().indexed_db()?.ok_or(JsValue::NULL)?;
        let request = factory.delete_database(NAME)?;
        done(&request).await.map(drop)
    }
}

impl Transaction {
    fn store(&self, name: &str) -> Result<IdbObjectStore, JsValue> {
        self.0.object_store(name)
    }

    pub async fn get(&self, store: &str, key: &str) -> Result<Option<String>, JsValue> {
        done(&self.store(store)?.get(&key.into())?)
            .await
            .map(|found| found.as_string())
    }

    pub async fn all(&self, store: &str) -> Result<Vec<JsValue>, JsValue> {
        let found = done(&self.store(store)?.get_all()?).await?;
        Ok(Array::from(&found).iter().collect())
    }

    pub async fn count(&self, store: &str) -> Result<usize, JsValue> {
        Ok(done(&self.store(store)?.count()?)
            .await?
            .as_f64()
            .unwrap_or_default() as usize)
    }

    /// The result is known when the transaction ends.
    pub fn put(
        &self,
        store: &str,
        key: impl Into<JsValue>,
        value: impl Into<JsValue>,
    ) -> Result<(), JsValue> {
        self.store(store)?
            .put_with_key(&value.into(), &key.into())
            .map(drop)
    }

    pub fn remove(&self, store: &str, key: &JsValue) -> Result<(), JsValue> {
        self.store(store)?.delete(key).map(drop)
    }

    pub fn clear(&self, store: &str) -> Result<(), JsValue> {
        self.store(store)?.clear().map(drop)
    }
}
