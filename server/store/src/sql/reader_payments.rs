//! Payments on card readers, and which reader a till has.

use async_trait::async_trait;
use servery_domain::{
    audit::{Act, Author},
    card_decline::CardDecline,
    id::{DeviceId, PaymentId, RestaurantId},
    pos::{
        DeviceRecord, Record, RecordId,
        payment::Payable,
        reader_payment::{CardReader, ReaderPaymentState},
    },
    time::Timestamp,
};
use sqlx::QueryBuilder;

use crate::{
    Result, SqlStore, StoreError, id, json, moment, parse,
    reader_payments::{ChosenReader, ReaderPayments, StartedReaderPayment, StoredReaderPayment},
    sql::{
        audit_log::{self, AuditSubject},
        devices::device_kind,
        engine::{Engine, RowsAffected},
        pos_rows::{self, RecordRow},
        rows::{MOST_ROWS, PAGE, insert, page_start, push_list, row, select},
    },
};

const COUNT_ELSEWHERE: &str =
    "select count(*) from devices where reader_id = $2 and restaurant_id <> $1 and revoked_at is null";
const CHOOSE: &str = "update devices set reader_id = $3, reader_label = $4, reader_serial = $5 \
     where id = $1 and restaurant_id = $2 and kind = 'till' and revoked_at is null returning name, kind";
const SET_INTENT: &str =
    "update reader_payments set intent = $2 where id = $1 and intent is null and state = 'waiting'";
const END: &str = "update reader_payments set state = $2, decline = $3 where id = $1 and state <> 'paid'";

row! {
    struct ReaderPaymentRow in reader_payments {
        id: String,
        restaurant_id: String,
        device_id: String,
        payable: String,
        reader: String,
        currency: String,
        request: String,
        intent: Option<String>,
        state: String,
        decline: Option<String>,
        asked_at: i64,
    }
}

/// As the id of its record.
fn payable_text(payable: Payable) -> String {
    match payable {
        Payable::Bill(bill) => RecordId::Bill(bill).to_string(),
        Payable::Order(order) => RecordId::Order(order).to_string(),
    }
}

fn read_payable(text: &str) -> Result<Payable> {
    match text.parse() {
        Ok(RecordId::Bill(bill)) => Ok(Payable::Bill(bill)),
        Ok(RecordId::Order(order)) => Ok(Payable::Order(order)),
        _ => Err(unreadable("a payable", text)),
    }
}

fn unreadable(what: &str, text: &str) -> StoreError {
    StoreError::Unreadable(format!("{what} {text:?}"))
}

impl ReaderPaymentRow {
    fn write(payment: &StoredReaderPayment) -> Result<Self> {
        Ok(Self {
            id: payment.request.id.to_string(),
            restaurant_id: payment.restaurant.to_string(),
            device_id: payment.device.to_string(),
            payable: payable_text(payment.payable),
            reader: payment.reader.clone(),
            currency: payment.currency.code().to_owned(),
            request: json(&payment.request)?,
            intent: payment.intent.clone(),
            state: payment.state.code().to_owned(),
            decline: payment.decline.map(|decline| decline.code().to_owned()),
            asked_at: payment.asked_at.0,
        })
    }

    /// A row that cannot be read keeps no other payment from being looked after.
    fn read_or_skip(self) -> Option<StoredReaderPayment> {
        let id = self.id.clone();
        self.read()
            .inspect_err(|error| tracing::error!(id, %error, "cannot read this payment of a reader"))
            .ok()
    }

    fn read(self) -> Result<StoredReaderPayment> {
        let state = ReaderPaymentState::from_code(&self.state);
        Ok(StoredReaderPayment {
            restaurant: id(&self.restaurant_id)?,
            device: id(&self.device_id)?,
            payable: read_payable(&self.payable)?,
            reader: self.reader,
            currency: self
                .currency
                .parse()
                .map_err(|_| unreadable("currency", &self.currency))?,
            request: parse(&self.request)?,
            intent: self.intent,
            state: state.ok_or_else(|| unreadable("state of a reader payment", &self.state))?,
            decline: self.decline.as_deref().and_then(CardDecline::from_code),
            asked_at: moment(self.asked_at)?,
        })
    }
}

#[async_trait]
impl<E: Engine> ReaderPayments for SqlStore<E> {
    async fn choose_reader(
        &self,
        restaurant_id: RestaurantId,
        device: DeviceId,
        reader: Option<&CardReader>,
        by: (Author, Timestamp),
    ) -> Result<ChosenReader> {
        let restaurant = restaurant_id.to_string();
        let mut transaction = self.begin_write().await?;
        let revision = pos_rows::next_revision(&mut transaction, &restaurant).await?;
        if let Some(reader) = reader {
            let elsewhere: i64 = sqlx::query_scalar(COUNT_ELSEWHERE)
                .bind(&restaurant)
                .bind(&reader.id)
                .fetch_one(&mut *transaction)
                .await?;
            if elsewhere > 0 {
                return Ok(ChosenReader::OfAnotherRestaurant);
            }
        }
        let till: Option<(String, String)> = sqlx::query_as(CHOOSE)
            .bind(device.to_string())
            .bind(&restaurant)
            .bind(reader.map(|reader| reader.id.as_str()))
            .bind(reader.map(|reader| reader.label.as_str()))
            .bind(reader.map(|reader| reader.serial.as_str()))
            .fetch_optional(&mut *transaction)
            .await?;
        let Some((name, kind)) = till else {
            return Ok(ChosenReader::NoSuchTill);
        };
        let record = Record::Device(DeviceRecord {
            device,
            name: name.clone(),
            kind: device_kind(&kind)?,
            reader: reader.map(|reader| reader.label.clone()),
        });
        let row = RecordRow::write(restaurant_id, record.id(), Some(&record), revision, by.1)?;
        pos_rows::put_record(&mut transaction, row).await?;
        let subject = AuditSubject::named(restaurant_id, &name);
        audit_log::record(&mut transaction, by, Act::ReaderChosen, subject).await?;
        transaction.commit().await?;
        Ok(ChosenReader::Chosen)
    }

    async fn records(&self, restaurant: RestaurantId, ids: &[RecordId]) -> Result<Vec<Record>> {
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let mut records = Vec::new();
        for chunk in ids.chunks(MOST_ROWS) {
            let mut query = QueryBuilder::<E>::new(
                "select body from pos_records where body is not null and restaurant_id = ",
            );
            query.push_bind(restaurant.to_string()).push(" and id");
            push_list(&mut query, chunk);
            let bodies: Vec<String> = query.build_query_scalar().fetch_all(&self.pool).await?;
            for body in bodies {
                records.push(parse(&body)?);
            }
        }
        Ok(records)
    }

    async fn start_reader_payment(&self, payment: &StoredReaderPayment) -> Result<StartedReaderPayment> {
        let row = ReaderPaymentRow::write(payment)?;
        let mut transaction = self.begin_write().await?;
        let inserted = insert(std::slice::from_ref(&row), " on conflict do nothing")
            .build()
            .execute(&mut *transaction)
            .await?
            .rows_affected();
        if inserted > 0 {
            transaction.commit().await?;
            return Ok(StartedReaderPayment::Started);
        }
        let known = select::<E, ReaderPaymentRow>("where id = $1")
            .bind(&row.id)
            .fetch_optional(&mut *transaction)
            .await?;
        if let Some(known) = known {
            return Ok(StartedReaderPayment::Known(Box::new(known.read()?)));
        }
        let same_payable: i64 = sqlx::query_scalar(
            "select count(*) from reader_payments where restaurant_id = $1 and payable = $2 and state = 'waiting'",
        )
        .bind(&row.restaurant_id)
        .bind(&row.payable)
        .fetch_one(&mut *transaction)
        .await?;
        Ok(match same_payable > 0 {
            true => StartedReaderPayment::PayableBusy,
            false => StartedReaderPayment::ReaderBusy,
        })
    }

    async fn reader_payment(&self, id: PaymentId) -> Result<Option<StoredReaderPayment>> {
        let row = select::<E, ReaderPaymentRow>("where id = $1")
            .bind(id.to_string())
            .fetch_optional(&self.pool)
            .await?;
        row.map(ReaderPaymentRow::read).transpose()
    }

    async fn reader_payment_of_intent(&self, intent: &str) -> Result<Option<StoredReaderPayment>> {
        let row = select::<E, ReaderPaymentRow>("where intent = $1")
            .bind(intent)
            .fetch_optional(&self.pool)
            .await?;
        row.map(ReaderPaymentRow::read).transpose()
    }

    async fn set_reader_payment_intent(&self, id: PaymentId, intent: &str) -> Result<bool> {
        let updated = sqlx::query(SET_INTENT)
            .bind(id.to_string())
            .bind(intent)
            .execute(&self.writer)
            .await?;
        Ok(updated.rows_affected() > 0)
    }

    async fn waiting_reader_payments(
        &self,
        before: Timestamp,
        after: Option<(Timestamp, PaymentId)>,
    ) -> Result<Vec<StoredReaderPayment>> {
        let (at, id) = page_start(after);
        let rows = select::<E, ReaderPaymentRow>(
            "where state = 'waiting' and asked_at < $1 and (asked_at, id) > ($2, $3) order by asked_at, id limit $4",
        )
        .bind(before.0)
        .bind(at)
        .bind(id)
        .bind(PAGE)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .filter_map(ReaderPaymentRow::read_or_skip)
            .collect())
    }

    async fn end_reader_payment(
        &self,
        id: PaymentId,
        state: ReaderPaymentState,
        decline: Option<CardDecline>,
    ) -> Result<()> {
        sqlx::query(END)
            .bind(id.to_string())
            .bind(state.code())
            .bind(decline.map(CardDecline::code))
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
