//! What the device keeps, as `StoredState` says it: the same writes, each one transaction.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use servery_domain::{
    device::{Paired, StorageKey},
    id::DeviceId,
    pos::{PosState, Record, RecordId, op::Op},
    revision::Revision,
    sync::{
        OPS, SyncProblem,
        client::{NewOp, ReceivedResponse, Replica, StorageError, StorageResult, StorageWrite, StoredState},
    },
};
use wasm_bindgen::JsValue;
use web_sys::IdbKeyRange;

use super::{
    database::{Access, Database, META, OUTBOX, RECORDS, Transaction},
    encryption::Cipher,
};

const ALL: [&str; 3] = [META, OUTBOX, RECORDS];

const HEAD: &str = "kept";
const PAIRED: &str = "paired";
/// The device id for the next pairing.
const NAME: &str = "name";
const REVOKED: &str = "revoked";

/// `StoredState` without its lists.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct StoredHead {
    device: DeviceId,
    made: u64,
    op_version: u16,
    revision: Revision,
    #[serde(default)]
    snapshot_start: Option<Revision>,
}

impl StoredHead {
    fn of(kept: &StoredState) -> Self {
        let Replica {
            op_version,
            revision,
            snapshot_start,
            ..
        } = kept.replica;
        Self {
            device: kept.device,
            made: kept.last_number,
            op_version,
            revision,
            snapshot_start,
        }
    }
}

#[derive(Default)]
pub struct Storage {
    database: Database,
}

fn json(value: &impl Serialize) -> Result<String, JsValue> {
    serde_json::to_string(value).map_err(|error| error.to_string().into())
}

fn key(n: u64) -> JsValue {
    (n as f64).into()
}

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}

/// A device that was revoked has no key.
fn no_key() -> JsValue {
    "this device has no key for its storage".into()
}

impl Transaction {
    async fn paired(&self) -> Result<Option<Paired>, JsValue> {
        let paired = self.get(META, PAIRED).await?;
        Ok(paired.as_deref().and_then(parse))
    }

    async fn cipher(&self) -> Result<Cipher, JsValue> {
        let paired = self.paired().await?;
        let cipher = paired.and_then(|paired| Cipher::new(&paired.storage_key));
        cipher.ok_or_else(no_key)
    }

    async fn outbox(&self, cipher: &Cipher) -> Result<Vec<String>, JsValue> {
        let ops = self.all(OUTBOX).await?;
        ops.iter().map(|op| cipher.decrypt(op)).collect()
    }

    async fn head(&self) -> Result<StoredHead, JsValue> {
        self.get(META, HEAD)
            .await?
            .as_deref()
            .and_then(parse)
            .ok_or_else(|| "this device is not let in".into())
    }

    fn put_head(&self, head: &StoredHead) -> Result<(), JsValue> {
        self.put(META, HEAD, json(head)?)
    }

    /// Ops keep their ids, by which the server recognizes those it has applied.
    async fn renew(
        &self,
        head: &mut StoredHead,
        device: DeviceId,
        ops: Vec<String>,
        cipher: &Cipher,
    ) -> Result<(), JsValue> {
        self.clear(OUTBOX)?;
        head.device = device;
        head.made = 0;
        for op in ops {
            // Data of a newer version is kept.
            let Some(Value::Object(mut op)) = parse(&op) else {
                continue;
            };
            head.made += 1;
            op.insert("n".into(), head.made.into());
            op.insert("device".into(), device.to_string().into());
            self.put(OUTBOX, key(head.made), cipher.encrypt(&json(&op)?)?)?;
        }
        Ok(())
    }

    async fn op(&self, op_version: u16, new_op: &NewOp) -> Result<StorageResult, JsValue> {
        let (cipher, mut head) = (self.cipher().await?, self.head().await?);
        head.made += 1;
        let op = new_op.clone().numbered(head.device, head.made, op_version);
        self.put(OUTBOX, key(head.made), cipher.encrypt(&json(&op)?)?)?;
        self.put_head(&head)?;
        Ok(StorageResult::Op(Box::new(op)))
    }

    async fn apply_answer(&self, answered: &ReceivedResponse) -> Result<StorageResult, JsValue> {
        let answer = &answered.response;
        let (cipher, mut head) = (self.cipher().await?, self.head().await?);
        if head.device != answered.device {
            return Ok(StorageResult::Answer(false));
        }
        match answer.sync_problem {
            Some(SyncProblem::Diverged { new_device }) => {
                let ops = self.outbox(&cipher).await?;
                self.renew(&mut head, new_device, ops, &cipher).await?;
            }
            _ => self.remove(
                OUTBOX,
                IdbKeyRange::upper_bound(&key(answer.done.min(answered.sent)))?.as_ref(),
            )?,
        }
        let fits = head.revision == answered.since || answer.full;
        if fits {
            if answer.full {
                self.clear(RECORDS)?;
            }
            head.op_version = answered.op_version;
            head.revision = answer.revision;
            head.snapshot_start = answer.snapshot_start;
            answer
                .records
                .iter()
                .try_for_each(|record| self.record(&cipher, record))?;
        }
        self.put_head(&head)?;
        Ok(StorageResult::Answer(fits))
    }

    fn record(&self, cipher: &Cipher, record: &Record) -> Result<(), JsValue> {
        let id: RecordId = record.id();
        match record {
            Record::Gone(_) => self.remove(RECORDS, &json(&id)?.into()),
            record => self.put(RECORDS, json(&id)?, cipher.encrypt(&json(record)?)?),
        }
    }

    async fn kept(&self, known: Option<&StoredState>) -> Result<Option<StoredState>, JsValue> {
        let Some(head) = self
            .get(META, HEAD)
            .await?
            .as_deref()
            .and_then(parse::<StoredHead>)
        else {
            return Ok(None);
        };
        // Usually no other tab wrote in between.
        if let Some(known) = known.filter(|known| StoredHead::of(known) == head)
            && self.count(OUTBOX).await? == known.outbox.len()
        {
            return Ok(Some(known.clone()));
        }
        // Ops after one of a newer version wait, too: they are sent in order.
        let cipher = self.cipher().await?;
        let ops = self.outbox(&cipher).await?;
        let outbox: VecDeque<Op> = ops.iter().map_while(|op| parse(op)).collect();
        let mut pos = PosState::default();
        for stored in self.all(RECORDS).await? {
            // Records of a newer version are left out.
            if let Some(record) = parse::<Record>(&cipher.decrypt(&stored)?) {
                pos.put(record);
            }
        }
        let replica = Replica {
            op_version: head.op_version,
            revision: head.revision,
            snapshot_start: head.snapshot_start,
            pos,
        };
        Ok(Some(StoredState {
            device: head.device,
            last_number: head.made,
            outbox,
            replica,
        }))
    }

    async fn revoke(&self) -> Result<(), JsValue> {
        let Some(paired) = self.paired().await? else {
            return Ok(());
        };
        let without_key = Paired {
            storage_key: StorageKey(String::new()),
            ..paired
        };
        let mut head = self.head().await?;
        head.revision = Revision::default();
        head.snapshot_start = None;
        self.clear(RECORDS)?;
        self.put_head(&head)?;
        self.put(META, PAIRED, json(&without_key)?)?;
        self.put(META, REVOKED, "true")
    }

    async fn adopt(&self, paired: &Paired) -> Result<(), JsValue> {
        let new = StoredHead {
            device: paired.device,
            made: 0,
            op_version: 0,
            revision: Revision::default(),
            snapshot_start: None,
        };
        let mut head = new;
        let ops = match self.count(OUTBOX).await? {
            0 => Vec::new(),
            _ => self.outbox(&self.cipher().await?).await?,
        };
        let cipher = Cipher::new(&paired.storage_key).ok_or_else(no_key)?;
        self.renew(&mut head, paired.device, ops, &cipher).await?;
        self.clear(RECORDS)?;
        self.put_head(&head)?;
        self.put(META, PAIRED, json(paired)?)?;
        self.remove(META, &NAME.into())?;
        self.remove(META, &REVOKED.into())
    }
}

impl Storage {
    /// `None` if nothing is stored.
    pub async fn read(&self, known: Option<&StoredState>) -> Result<Option<StoredState>, StorageError> {
        let transaction = self.database.begin(&ALL, Access::Read).await?;
        let made = transaction.kept(known).await;
        self.database.end(transaction, made).await
    }

    pub async fn write(&self, write: &StorageWrite) -> Result<StorageResult, StorageError> {
        let transaction = self.database.begin(&ALL, Access::Write).await?;
        let made = match write {
            StorageWrite::Op { op_version, new_op } => transaction.op(*op_version, new_op).await,
            StorageWrite::Answer(answered) => transaction.apply_answer(answered).await,
        };
        self.database.end(transaction, made).await
    }

    /// The paired device, and whether it was revoked.
    pub async fn paired(&self) -> Result<Option<(Paired, bool)>, StorageError> {
        let transaction = self.database.begin(&[META], Access::Read).await?;
        let made = async {
            let paired = transaction.paired().await?;
            let revoked = transaction.get(META, REVOKED).await?.is_some();
            Ok(paired.map(|paired| (paired, revoked)))
        };
        let made = made.await;
        self.database.end(transaction, made).await
    }

    /// Deletes what the device knows of the restaurant, and the key. Its own unsent ops stay, and nobody can read them before
    /// the server gives the key again.
    pub async fn revoke(&self) -> Result<(), StorageError> {
        let transaction = self.database.begin(&ALL, Access::Write).await?;
        let made = transaction.revoke().await;
        self.database.end(transaction, made).await
    }

    /// How many ops are not sent.
    pub async fn unsent(&self) -> Result<usize, StorageError> {
        let transaction = self.database.begin(&[OUTBOX], Access::Read).await?;
        let made = transaction.count(OUTBOX).await;
        self.database.end(transaction, made).await
    }

    /// The device id for pairing: the same until pairing succeeds, however often it is tried.
    pub async fn name(&self, new: DeviceId) -> Result<DeviceId, StorageError> {
        let transaction = self.database.begin(&[META], Access::Write).await?;
        let made = async {
            if let Some(name) = transaction.get(META, NAME).await?.as_deref().and_then(parse) {
                return Ok(name);
            }
            transaction.put(META, NAME, json(&new)?)?;
            Ok(new)
        };
        let made = made.await;
        self.database.end(transaction, made).await
    }

    /// Paired again as the same device: continues where it was.
    pub async fn welcome_back(&self, paired: &Paired) -> Result<(), StorageError> {
        let transaction = self.database.begin(&[META], Access::Write).await?;
        let made = json(paired).and_then(|paired| {
            transaction.put(META, PAIRED, paired)?;
            transaction.remove(META, &REVOKED.into())
        });
        self.database.end(transaction, made).await
    }

    /// Paired as a new device: pending ops are sent under the new id.
    pub async fn adopt(&self, paired: &Paired) -> Result<(), StorageError> {
        let transaction = self.database.begin(&ALL, Access::Write).await?;
        let made = transaction.adopt(paired).await;
        self.database.end(transaction, made).await
    }

    /// The unsynced ops, as sync requests.
    pub async fn unsynced(&self) -> Result<String, StorageError> {
        let transaction = self.database.begin(&ALL, Access::Read).await?;
        let made = async {
            let cipher = transaction.cipher().await?;
            Ok((transaction.head().await?, transaction.outbox(&cipher).await?))
        };
        let made = made.await;
        let (StoredHead { device, revision, .. }, ops) = self.database.end(transaction, made).await?;
        let request = |ops: &[String]| {
            format!(
                "{{\"device\":\"{device}\",\"since\":{},\"ops\":[\n{}\n]}}",
                revision.0,
                ops.join(",\n")
            )
        };
        Ok(format!(
            "[\n{}\n]\n",
            ops.chunks(OPS).map(request).collect::<Vec<_>>().join(",\n")
        ))
    }

    pub async fn delete(&self) -> Result<(), JsValue> {
        self.database.delete().await
    }
}
