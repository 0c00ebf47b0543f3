//! Payments on card readers, and which reader a till has.

use async_trait::async_trait;
use servery_domain::{
    audit::Author,
    card_decline::CardDecline,
    currency::Currency,
    id::{DeviceId, PaymentId, RestaurantId},
    pos::{
        Record, RecordId,
        payment::Payable,
        reader_payment::{CardReader, ReaderPaymentRequest, ReaderPaymentState},
    },
    time::Timestamp,
};

use crate::Result;

/// A payment that a till asked a reader for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReaderPayment {
    pub restaurant: RestaurantId,
    pub device: DeviceId,
    /// What is paid: the request's, or the bill that it was merged into.
    pub payable: Payable,
    /// The provider's id of the reader.
    pub reader: String,
    pub currency: Currency,
    pub request: ReaderPaymentRequest,
    /// The provider's id of the payment; `None` until the provider has answered.
    pub intent: Option<String>,
    pub state: ReaderPaymentState,
    pub decline: Option<CardDecline>,
    pub asked_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartedReaderPayment {
    Started,
    /// It was started before.
    Known(Box<StoredReaderPayment>),
    /// Another payment is on this reader.
    ReaderBusy,
    /// The same bill or order is on a reader.
    PayableBusy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChosenReader {
    Chosen,
    /// The restaurant has no such till.
    NoSuchTill,
    /// A device of another restaurant has this reader.
    OfAnotherRestaurant,
}

#[async_trait]
pub trait ReaderPayments: Send + Sync {
    /// Sets the reader of a till. Its devices learn of it as of any change.
    async fn choose_reader(
        &self,
        restaurant: RestaurantId,
        device: DeviceId,
        reader: Option<&CardReader>,
        by: (Author, Timestamp),
    ) -> Result<ChosenReader>;
    /// The current records with these ids, as far as there are such. Orders and portions are none of them.
    async fn records(&self, restaurant: RestaurantId, ids: &[RecordId]) -> Result<Vec<Record>>;
    /// Stores a payment before its reader is asked, unless one is waiting for the same reader, bill or order.
    async fn start_reader_payment(&self, payment: &StoredReaderPayment) -> Result<StartedReaderPayment>;
    async fn reader_payment(&self, id: PaymentId) -> Result<Option<StoredReaderPayment>>;
    async fn reader_payment_of_intent(&self, intent: &str) -> Result<Option<StoredReaderPayment>>;
    /// Stores the provider's id of a payment. `false`, and nothing is written, if it is not waiting any more or has one.
    async fn set_reader_payment_intent(&self, id: PaymentId, intent: &str) -> Result<bool>;
    /// Waiting payments that were asked for before this moment: a page of them, the oldest first, after the given one.
    async fn waiting_reader_payments(
        &self,
        before: Timestamp,
        after: Option<(Timestamp, PaymentId)>,
    ) -> Result<Vec<StoredReaderPayment>>;
    /// Ends a payment. One that was paid stays so.
    async fn end_reader_payment(
        &self,
        id: PaymentId,
        state: ReaderPaymentState,
        decline: Option<CardDecline>,
    ) -> Result<()>;
}
