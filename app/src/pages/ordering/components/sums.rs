//! The sums of a total.

use leptos::prelude::*;
use servery_domain::{
    currency::{Currency, Minor},
    quote::{Quote, Sum},
    tax::{Tax, TaxRules},
};

use crate::{
    components::{dish_badges::isolated, sum::words},
    text::{Key, Texts},
};

/// The sums of a quote or an order.
#[derive(Clone, Copy)]
pub struct Totals<'a> {
    pub currency: Currency,
    pub sums: &'a [Sum],
    pub taxes: &'a [Tax],
    pub total: Minor,
    pub in_cash: Minor,
    pub rules: &'a TaxRules,
}

impl<'a> Totals<'a> {
    pub fn of(quote: &'a Quote, rules: &'a TaxRules) -> Self {
        let Quote {
            currency,
            sums,
            taxes,
            total,
            in_cash,
            ..
        } = quote;
        Self {
            currency: *currency,
            sums,
            taxes,
            total: *total,
            in_cash: *in_cash,
            rules,
        }
    }
}

pub fn sums(texts: Texts, bill: Totals<'_>) -> impl IntoView + use<> {
    let money = |amount| texts.lang.money(amount, bill.currency);
    let rows: Vec<_> = bill
        .sums
        .iter()
        .map(|sum| {
            let (name, remark) = words(texts, bill.currency, sum);
            let remark = remark.map(|remark| view! { <small>{remark}</small> });
            view! { <tr><th scope="row">{name}" "{remark}</th><td dir="auto">{money(sum.amount())}</td></tr> }
        })
        .collect();
    let within: Vec<_> = bill
        .taxes
        .iter()
        .filter(|_| bill.rules.included)
        .map(|tax| view! { <li>{contained(texts, bill, tax)}</li> })
        .collect();
    let within = (!within.is_empty()).then(|| view! { <ul class="small-print">{within}</ul> });
    let in_cash = (bill.in_cash != bill.total)
        .then(|| view! { <p class="small-print">{texts.fill(Key::SumInCash, &[("amount", &money(bill.in_cash))])}</p> });
    view! {
        <table class="sums">
            <tbody>{rows}</tbody>
            <tfoot><tr><th scope="row">{texts.get(Key::SumTotal)}</th><td dir="auto">{money(bill.total)}</td></tr></tfoot>
        </table>
        {within}
        {in_cash}
    }
}

fn contained(texts: Texts, bill: Totals<'_>, tax: &Tax) -> String {
    let amount = texts.lang.money(tax.tax, bill.currency);
    texts.fill(
        Key::SumTaxIncluded,
        &[
            ("tax", &amount),
            ("name", &isolated(&bill.rules.name)),
            ("rate", &texts.percent(tax.rate)),
        ],
    )
}
