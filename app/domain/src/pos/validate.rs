//! The limits of every action.

use super::{
    bill::{BillLine, Discount, Off, PhoneOrder, Seat},
    delivery_run::{Handover, Proof},
    op::Action,
    payment::Tender,
    table::TablePlan,
};
use crate::{
    contact::{InvalidField, check_count, check_email, check_number, check_text},
    currency::Minor,
    limits,
    tax::TaxRate,
};

type Checked = Result<(), InvalidField>;

fn amount(field: &'static str, amount: Minor, least: i64) -> Checked {
    check_number(field, amount.0, least, limits::PRICE)
}

fn money(field: &'static str, amount: Minor, least: i64) -> Checked {
    check_number(field, amount.0, least, limits::MONEY)
}

fn check_rounding(rounding: Minor) -> Checked {
    check_number("rounding", rounding.0, -limits::ROUNDING, limits::ROUNDING)
}

impl Action {
    pub fn check(&self) -> Checked {
        match self {
            Self::Open { seat, .. } | Self::Move { seat, .. } => seat.check(),
            Self::Add { line, .. } => line.check(),
            Self::Note { note, course, .. } => {
                check_number("course", i64::from(*course), 0, i64::from(limits::COURSES))?;
                check_text("note", note, limits::NOTE)
            }
            Self::Name { name, .. } => check_text("name", name, limits::NAME),
            Self::Guests { guests, .. } => {
                check_number("guests", i64::from(*guests), 0, i64::from(limits::GUESTS))
            }
            Self::Split { parts, .. } => check_count("parts", parts.len(), limits::BILL_LINES),
            Self::Discount { discount, .. } => discount.check(),
            Self::Send { changes, .. } => check_count("changes", changes.len(), limits::BILL_LINES),
            Self::Pay { tender, .. } | Self::TakeOrder { tender, .. } => tender.check(),
            Self::Mail { to, .. } => check_email(to),
            Self::Refund { back, .. } => {
                money("amount", back.amount, 1)?;
                check_rounding(back.rounding)?;
                check_text("reason", &back.reason, limits::NOTE)
            }
            Self::OpenShift { float, .. } => money("float", *float, 0),
            Self::CloseShift { counted, .. } => money("counted", *counted, 0),
            Self::MoveCash {
                amount: moved,
                reason,
                ..
            } => {
                money("amount", *moved, -limits::MONEY)?;
                check_text("reason", reason, limits::NOTE)
            }
            Self::Bump { lines, .. } | Self::Recall { lines, .. } => {
                check_count("lines", lines.len(), limits::BILL_LINES)
            }
            Self::Cashier(cashier) => {
                check_text("name", &cashier.name, limits::NAME)?;
                check_text("pin", &cashier.pin, limits::KEY)
            }
            Self::Station(station) => {
                check_text("name", &station.name, limits::NAME)?;
                check_count("categories", station.categories.len(), limits::CATEGORIES)
            }
            Self::Plan { plan, .. } => plan.check(),
            Self::Assign { orders, .. } => check_count("orders", orders.len(), limits::STOPS),
            Self::HandOver { handover, .. } => handover.check(),
            Self::HandIn {
                orders, amount: cash, ..
            } => {
                check_count("orders", orders.len(), limits::STOPS)?;
                money("amount", *cash, 0)
            }
            Self::Order { event, .. } => event.check(),
            Self::Void { count, .. } => check_number("count", i64::from(*count), 1, i64::from(limits::COUNT)),
            Self::Count { .. }
            | Self::Merge { .. }
            | Self::TakeBackDiscount { .. }
            | Self::Close { .. }
            | Self::Stock { .. }
            | Self::Favour { .. }
            | Self::RemoveCashier { .. }
            | Self::RemoveStation { .. }
            | Self::RemoveTable { .. }
            | Self::Dismiss { .. } => Ok(()),
        }
    }
}

impl Seat {
    fn check(&self) -> Checked {
        match self.phone_order() {
            Some(order) => order.check(),
            None => Ok(()),
        }
    }
}

impl PhoneOrder {
    fn check(&self) -> Checked {
        check_text("name", &self.name, limits::NAME)?;
        check_text("phone", &self.phone, limits::PHONE)?;
        let due_at = self.due_at.map_or(0, |due_at| due_at.0);
        check_number("due_at", due_at, 0, limits::LAST_SECOND)?;
        let Some(delivery) = &self.delivery else {
            return Ok(());
        };
        let address = &delivery.address;
        let lines = [&address.street, &address.postcode, &address.city, &address.hint];
        lines
            .into_iter()
            .try_for_each(|line| check_text("address", line, limits::ADDRESS))?;
        check_text("zone", &delivery.zone, limits::NAME)?;
        amount("fee", delivery.fee, 0)?;
        amount("free_from", delivery.free_from.unwrap_or_default(), 0)?;
        check_number("fee_tax", i64::from(delivery.fee_tax.0), 0, 1_000_000)
    }
}

/// The taxed parts of a price: none exceeds it, and together they equal it.
fn check_taxed(taxed: &[(TaxRate, Minor)], price: Minor) -> Checked {
    check_count("taxed", taxed.len(), limits::PICKS)?;
    taxed
        .iter()
        .try_for_each(|(_, part)| check_number("taxed", part.0, 0, price.0))?;
    check_number(
        "taxed",
        taxed.iter().map(|(_, part)| *part).sum::<Minor>().0,
        price.0,
        price.0,
    )
}

impl BillLine {
    fn check(&self) -> Checked {
        check_number("count", i64::from(self.count), 1, i64::from(limits::COUNT))?;
        check_number("sent", i64::from(self.sent), 0, 0)?;
        check_number("course", i64::from(self.course), 0, i64::from(limits::COURSES))?;
        check_count("picks", self.picks.len(), limits::PICKS)?;
        self.picks
            .iter()
            .try_for_each(|pick| check_text("picks", &pick.name, limits::NAME))?;
        amount("price", self.price, 0)?;
        check_taxed(&self.taxed, self.price)?;
        if !self.taxed_away.is_empty() {
            check_taxed(&self.taxed_away, self.price)?;
        }
        check_text("name", &self.name, limits::NAME)?;
        check_text("note", &self.note, limits::NOTE)
    }
}

impl Discount {
    fn check(&self) -> Checked {
        match self.off {
            Off::Millionths(millionths) => check_number("off", i64::from(millionths), 1, 1_000_000)?,
            Off::Amount(off) => money("off", off, 1)?,
        }
        // A discount needs a reason for the books.
        check_number("reason", self.reason.trim().len() as i64, 1, i64::MAX)?;
        check_text("reason", &self.reason, limits::NOTE)
    }
}

impl Tender {
    fn check(&self) -> Checked {
        money("amount", self.amount, 0)?;
        money("tip", self.tip, 0)?;
        check_rounding(self.rounding)?;
        money("given", self.given, 0)
    }
}

impl TablePlan {
    pub(crate) fn check(&self) -> Checked {
        check_text("name", &self.name, limits::NAME)?;
        check_text("room", &self.room, limits::NAME)?;
        let sizes = [
            ("x", self.x),
            ("y", self.y),
            ("width", self.width),
            ("height", self.height),
        ];
        sizes
            .into_iter()
            .try_for_each(|(field, size)| check_number(field, i64::from(size), 0, 100))
    }
}

impl Handover {
    fn check(&self) -> Checked {
        money("cash", self.cash, 0)?;
        match &self.proof {
            Proof::Name(name) => check_text("name", name, limits::NAME),
            Proof::Photo(photo) => check_text("photo", photo, limits::PHOTO),
        }
    }
}
