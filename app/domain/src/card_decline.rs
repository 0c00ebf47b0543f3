//! Why a card was not charged, as far as its holder can do something about it.

crate::codes::codes! {
    /// Other reasons than these are the bank's own, which it tells only its customer.
    CardDecline {
        Refused = "declined",
        Funds = "declined-funds",
        Expired = "declined-expired",
        /// The number, the expiry date or the security code.
        Typed = "declined-typed",
        /// The bank asked its customer to confirm the payment.
        Unconfirmed = "declined-unconfirmed",
        /// The bank could not be asked.
        TryAgain = "declined-try-again",
    }
}
