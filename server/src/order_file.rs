//! Orders as a table, for the books. It has no word about guests.

use std::collections::{BTreeMap, BTreeSet};

use servery_domain::{
    basket::Fulfilment,
    currency::Minor,
    lang::Lang,
    order::Order,
    tax::{Tax, TaxRate},
};

use crate::csv_file;

const COLUMNS: [&str; 10] = [
    "number",
    "placed",
    "state",
    "fulfilment",
    "payment",
    "currency",
    "total",
    "paid_by_card",
    "paid_at_door",
    "refunded",
];

/// With a column for each tax rate that one of them has.
pub fn csv(orders: &[Order], lang: Lang) -> csv::Result<Vec<u8>> {
    let mut writer = csv_file::writer(lang);
    let taxes = orders.iter().flat_map(|order| &order.ordered.taxes);
    let rates: BTreeSet<TaxRate> = taxes.map(|tax| tax.rate).collect();
    let heads = rates.iter().map(|rate| format!("tax_{}", rate.percent()));
    writer.write_record(COLUMNS.into_iter().map(str::to_owned).chain(heads))?;
    for order in orders {
        let amount = |amount: Minor| csv_file::decimal(order.ordered.currency.plain(amount), lang);
        let taxes = by_rate(&order.ordered.taxes);
        let taxes = rates
            .iter()
            .map(|rate| taxes.get(rate).map(|tax| amount(*tax)).unwrap_or_default());
        writer.write_record(cells(order, amount).into_iter().chain(taxes))?;
    }
    csv_file::bytes(writer)
}

fn cells(order: &Order, amount: impl Fn(Minor) -> String) -> [String; COLUMNS.len()] {
    let (ordered, payment) = (&order.ordered, &order.progress.payment);
    [
        order.number.to_string(),
        ordered.placed_on.to_string(),
        order.progress.state.code().to_owned(),
        fulfilment(&ordered.fulfilment).to_owned(),
        payment.method.code().to_owned(),
        ordered.currency.code().to_owned(),
        amount(ordered.total),
        amount(payment.paid),
        amount(order.paid_at_door()),
        amount(payment.refunded),
    ]
}

fn fulfilment(fulfilment: &Fulfilment) -> &'static str {
    match fulfilment {
        Fulfilment::Collection => "collection",
        Fulfilment::Delivery(_) => "delivery",
        Fulfilment::Table(_) => "table",
    }
}

fn by_rate(taxes: &[Tax]) -> BTreeMap<TaxRate, Minor> {
    let mut sums = BTreeMap::new();
    for tax in taxes {
        let sum = sums.entry(tax.rate).or_insert(Minor::ZERO);
        *sum += tax.tax;
    }
    sums
}
