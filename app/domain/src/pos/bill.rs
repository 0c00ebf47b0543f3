//! A bill: its lines, discounts and payments.

use serde::{Deserialize, Serialize};

use super::{
    payment::TillPayment,
    right::{Allowance, VoidReason},
};
use crate::{
    allocate::allocate,
    contact::DeliveryAddress,
    currency::Minor,
    id::{BillId, CashierId, DeviceId, DiscountId, DishId, LineId, OpId, PaymentId, TableId, TicketId},
    order_settings::delivery_fee,
    selection::QuotedPick,
    tax::{Place, Tax, TaxRate, portion, taxes},
    time::Timestamp,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Bill {
    pub id: BillId,
    pub seat: Seat,
    /// By the clock of the device that opened it.
    pub opened_at: Timestamp,
    /// The name under which it is on hold: "red jacket".
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Zero if nobody entered it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub guests: u16,
    /// The cashier who opened it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served_by: Option<CashierId>,
    /// Prices do not contain the tax.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub plus_tax: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<BillLine>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<Discount>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payments: Vec<TillPayment>,
    /// What was taken back after the kitchen had been told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub voids: Vec<Void>,
    /// Its kitchen tickets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tickets: Vec<TicketId>,
    /// Closed; a change opens it again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
    /// The bill that it was merged into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<BillId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Seat {
    Counter,
    /// Ordered at the counter to take away.
    Away,
    Table(TableId),
    Phone(Box<PhoneOrder>),
}

/// What a guest on the phone has ordered: for whom, when, and where it goes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PhoneOrder {
    pub name: String,
    pub phone: String,
    /// When the guest wants it; absent: as soon as possible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// Absent: it is collected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<PhoneDelivery>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PhoneDelivery {
    pub address: DeliveryAddress,
    /// The name of the zone, as it was then.
    pub zone: String,
    pub fee: Minor,
    /// The total of the dishes from which the fee is not charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_from: Option<Minor>,
    pub fee_tax: TaxRate,
    /// Another bill of the same delivery has the fee.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paid_elsewhere: bool,
}

/// A dish as it was rung up: its price does not change with the menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BillLine {
    pub id: LineId,
    pub dish: DishId,
    pub name: String,
    /// The price of one, options included.
    pub price: Minor,
    /// The parts of the price per tax rate: a combination is taxed like its dishes.
    pub taxed: Vec<(TaxRate, Minor)>,
    /// The same for takeaway, if it differs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxed_away: Vec<(TaxRate, Minor)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub picks: Vec<QuotedPick>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Counted from 1; 0 means served as soon as it is ready.
    #[serde(default)]
    pub course: u8,
    pub count: u16,
    /// How many were sent to the kitchen.
    #[serde(default)]
    pub sent: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Discount {
    pub id: DiscountId,
    /// The line that it applies to; otherwise the whole bill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    pub off: Off,
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<CashierId>,
    #[serde(default, skip_serializing_if = "Allowance::is_own")]
    pub allowance: Allowance,
    /// When, and at which till: written down when it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Given>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Given {
    pub at: Timestamp,
    pub till: DeviceId,
}

/// Something that was taken back after it had been sent to the kitchen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Void {
    pub op: OpId,
    pub at: Timestamp,
    pub till: DeviceId,
    /// Of the dish.
    pub name: String,
    pub count: u16,
    pub amount: Minor,
    pub reason: VoidReason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<CashierId>,
    #[serde(default, skip_serializing_if = "Allowance::is_own")]
    pub allowance: Allowance,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Off {
    Millionths(u32),
    Amount(Minor),
}

/// The sums that make up a bill's total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sums {
    pub dishes: Minor,
    /// The amount of each discount, in order.
    pub off: Vec<Minor>,
    /// For the delivery.
    pub fee: Minor,
    pub taxes: Vec<Tax>,
    pub total: Minor,
}

fn is_zero(guests: &u16) -> bool {
    *guests == 0
}

impl Seat {
    pub fn place(&self) -> Place {
        match self {
            Self::Counter | Self::Table(_) => Place::In,
            Self::Away | Self::Phone(_) => Place::Away,
        }
    }

    pub fn phone_order(&self) -> Option<&PhoneOrder> {
        match self {
            Self::Phone(order) => Some(order),
            Self::Counter | Self::Away | Self::Table(_) => None,
        }
    }

    fn delivery(&self) -> Option<&PhoneDelivery> {
        self.phone_order()?.delivery.as_ref()
    }

    fn delivery_mut(&mut self) -> Option<&mut PhoneDelivery> {
        match self {
            Self::Phone(order) => order.delivery.as_mut(),
            Self::Counter | Self::Away | Self::Table(_) => None,
        }
    }

    /// The fee, whatever else is on the bill: it stays as it was agreed when its dishes go to several bills.
    pub(super) fn fix_fee(&mut self, fee: Minor) {
        if let Some(delivery) = self.delivery_mut() {
            (delivery.fee, delivery.free_from, delivery.paid_elsewhere) = (fee, None, false);
        }
    }

    /// Another bill has the fee.
    pub(super) fn waive_fee(&mut self) {
        if let Some(delivery) = self.delivery_mut() {
            (delivery.fee, delivery.free_from, delivery.paid_elsewhere) = (Minor::ZERO, None, true);
        }
    }

    pub(super) fn is_paid_elsewhere(&self) -> bool {
        self.delivery().is_some_and(|delivery| delivery.paid_elsewhere)
    }
}

impl BillLine {
    pub fn sum(&self) -> Minor {
        self.price.times(u32::from(self.count))
    }

    /// The parts of a discounted sum per tax rate.
    fn at_rates(&self, place: Place, amount: Minor) -> impl Iterator<Item = (TaxRate, Minor)> {
        let taxed = if place == Place::Away && !self.taxed_away.is_empty() {
            &self.taxed_away
        } else {
            &self.taxed
        };
        let weights: Vec<i64> = taxed.iter().map(|(_, part)| part.0).collect();
        taxed
            .iter()
            .map(|(rate, _)| *rate)
            .zip(allocate(amount, &weights))
    }

    /// How many of those that the kitchen has been told such a change takes back.
    pub(super) fn voids(&self, by: i16) -> u16 {
        let after = i32::from(self.count) + i32::from(by);
        let told = i32::from(self.sent.min(self.count)) - after;
        match by < 0 {
            true => u16::try_from(told).unwrap_or(0),
            false => 0,
        }
    }

    /// How many the kitchen has not been sent yet; negative: how many it has to leave out.
    pub fn unsent(&self) -> i32 {
        i32::from(self.count) - i32::from(self.sent)
    }
}

impl Off {
    /// The discount of an amount, never more than the amount.
    fn of(self, amount: Minor) -> Minor {
        let off = match self {
            Self::Millionths(millionths) => portion(amount, millionths),
            Self::Amount(off) => off,
        };
        off.min(amount)
    }
}

impl Bill {
    pub fn new(id: BillId, seat: Seat, opened_at: Timestamp) -> Self {
        Self {
            id,
            seat,
            opened_at,
            name: String::new(),
            guests: 0,
            served_by: None,
            plus_tax: false,
            lines: Vec::new(),
            discounts: Vec::new(),
            payments: Vec::new(),
            voids: Vec::new(),
            tickets: Vec::new(),
            closed: false,
            merged: None,
        }
    }

    /// Neither closed nor merged into another bill.
    pub fn is_open(&self) -> bool {
        !self.closed && self.merged.is_none()
    }

    /// The table that it occupies.
    pub fn table(&self) -> Option<TableId> {
        match self.seat {
            Seat::Table(table) if self.is_open() => Some(table),
            _ => None,
        }
    }

    pub fn sums(&self) -> Sums {
        let mut amounts: Vec<Minor> = self.lines.iter().map(BillLine::sum).collect();
        let dishes = amounts.iter().copied().sum();
        let mut off = vec![Minor::ZERO; self.discounts.len()];
        for (at, discount) in self.discounts.iter().enumerate() {
            let line = discount
                .line
                .and_then(|line| self.lines.iter().position(|known| known.id == line));
            if let Some(line) = line {
                off[at] = discount.off.of(amounts[line]);
                amounts[line] = amounts[line] - off[at];
            }
        }
        for (at, discount) in self
            .discounts
            .iter()
            .enumerate()
            .filter(|(_, discount)| discount.line.is_none())
        {
            off[at] = discount.off.of(amounts.iter().copied().sum());
            let weights: Vec<i64> = amounts.iter().map(|amount| amount.0).collect();
            let parts = allocate(off[at], &weights);
            amounts
                .iter_mut()
                .zip(parts)
                .for_each(|(amount, part)| *amount = *amount - part);
        }
        let place = self.seat.place();
        // A bill without dishes brings nothing.
        let delivery = self.seat.delivery().filter(|_| dishes > Minor::ZERO);
        let fee = delivery.map(|delivery| {
            let fee = delivery_fee(delivery.fee, delivery.free_from, dishes);
            (delivery.fee_tax, fee)
        });
        let taxed = self
            .lines
            .iter()
            .zip(&amounts)
            .flat_map(|(line, amount)| line.at_rates(place, *amount))
            .chain(fee);
        let taxes = taxes(!self.plus_tax, taxed);
        let added: Minor = taxes.iter().filter(|_| self.plus_tax).map(|tax| tax.tax).sum();
        Sums {
            dishes,
            off,
            fee: fee.map(|(_, fee)| fee).unwrap_or_default(),
            taxes,
            total: amounts.into_iter().sum::<Minor>() + fee.map(|(_, fee)| fee).unwrap_or_default() + added,
        }
    }

    pub fn total(&self) -> Minor {
        self.sums().total
    }

    pub fn paid(&self) -> Minor {
        self.payments
            .iter()
            .map(|payment| payment.amount - payment.refunded())
            .sum()
    }

    /// Negative: owed to the guest.
    pub fn due(&self) -> Minor {
        self.total() - self.paid()
    }

    pub fn line(&self, id: LineId) -> Option<&BillLine> {
        self.lines.iter().find(|line| line.id == id)
    }

    pub fn payment(&self, id: PaymentId) -> Option<&TillPayment> {
        self.payments.iter().find(|payment| payment.id == id)
    }

    /// How many dishes the kitchen has to be sent, or told to leave out.
    pub fn unsent_count(&self) -> usize {
        let unsent = self.lines.iter().map(|line| line.unsent().unsigned_abs());
        unsent.sum::<u32>() as usize
    }

    pub(super) fn line_mut(&mut self, id: LineId) -> Option<&mut BillLine> {
        self.lines.iter_mut().find(|line| line.id == id)
    }
}
