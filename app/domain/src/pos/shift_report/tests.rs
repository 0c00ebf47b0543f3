use super::*;
use crate::{
    id::{BillId, DeviceId, DishId, LineId, OrderId, PaymentId, RefundId},
    pos::{
        Record,
        bill::{BillLine, Seat},
        payment::{ReceiptNumber, RefundRequest, Tender},
    },
    tax::TaxRate,
    time::Timestamp,
};

const EARLY: ShiftId = ShiftId(1);
const LATE: ShiftId = ShiftId(2);

fn line(id: u128, price: i64, rate: u32) -> BillLine {
    BillLine {
        id: LineId(id),
        dish: DishId(id),
        name: "Dish".into(),
        price: Minor(price),
        taxed: vec![(TaxRate(rate), Minor(price))],
        taxed_away: Vec::new(),
        picks: Vec::new(),
        note: String::new(),
        course: 0,
        count: 1,
        sent: 0,
    }
}

fn payment(id: u128, method: TenderMethod, amount: i64, shift: ShiftId) -> TillPayment {
    TillPayment {
        tender: Tender {
            tip: Minor(10),
            ..Tender::new(PaymentId(id), method, Minor(amount))
        },
        at: Timestamp(0),
        shift,
        receipt: ReceiptNumber {
            till: DeviceId(1),
            number: id as u32,
        },
        by: None,
        excess: Minor::ZERO,
        refunds: Vec::new(),
    }
}

fn refund(amount: i64, shift: ShiftId) -> TillRefund {
    let back = RefundRequest {
        id: RefundId(1),
        amount: Minor(amount),
        rounding: Minor::ZERO,
        reason: "cold".into(),
    };
    TillRefund {
        back,
        at: Timestamp(1),
        shift,
        by: None,
        allowance: Allowance::Own,
        excess: Minor::ZERO,
    }
}

fn pos() -> PosState {
    let shift = |id| Record::Shift(Shift::new(id, DeviceId(1), Timestamp(0), Minor(10_000)));
    let bill = Bill {
        lines: vec![line(1, 1_000, 190_000), line(2, 501, 70_000)],
        payments: vec![
            payment(1, TenderMethod::Cash, 700, EARLY),
            payment(2, TenderMethod::Card, 500, LATE),
            payment(3, TenderMethod::Cash, 301, LATE),
        ],
        ..Bill::new(BillId(1), Seat::Counter, Timestamp(0))
    };
    PosState::from_iter([shift(EARLY), shift(LATE), Record::Bill(bill)])
}

#[test]
fn shifts_share_a_bill_that_was_paid_in_both_and_have_all_of_its_tax_together() {
    let (early, late) = (
        ShiftReport::of(&pos(), EARLY).unwrap(),
        ShiftReport::of(&pos(), LATE).unwrap(),
    );
    assert_eq!((early.total(), late.total()), (Minor(700), Minor(801)));
    assert_eq!((early.receipts, late.receipts), (Some((1, 1)), Some((2, 3))));
    assert_eq!(
        (early.tipped(), late.tipped(), late.on_cards()),
        (Minor(10), Minor(20), Minor(510))
    );
    let taxes = |report: &ShiftReport| {
        report
            .taxes
            .iter()
            .map(|tax| (tax.rate.0, tax.of.0, tax.tax.0))
            .collect::<Vec<_>>()
    };
    let (early, late) = (taxes(&early), taxes(&late));
    let both_shifts: Vec<_> = early
        .iter()
        .zip(&late)
        .map(|(a, b)| (a.0, a.1 + b.1, a.2 + b.2))
        .collect();
    assert_eq!(
        both_shifts,
        [(70_000, 501, 33), (190_000, 1_000, 160)],
        "{early:?} {late:?}"
    );
}

#[test]
fn what_was_given_back_is_no_sale() {
    let mut pos = pos();
    let early = ShiftReport::of(&pos, EARLY).unwrap();
    let mut bill = pos.bill(BillId(1)).unwrap().clone();
    bill.payments[0].refunds.push(refund(200, LATE));
    pos.put(Record::Bill(bill));
    assert_eq!(
        ShiftReport::of(&pos, EARLY).unwrap(),
        early,
        "what was printed of a shift stays true"
    );
    let late = ShiftReport::of(&pos, LATE).unwrap();
    assert_eq!(
        (late.total(), late.sales[&TenderMethod::Cash], late.refunded),
        (Minor(601), Minor(101), Minor(200)),
        "the drawer that gave it back has it"
    );
    let of = |report: &ShiftReport| report.taxes.iter().map(|tax| tax.of).sum::<Minor>();
    assert_eq!(of(&early) + of(&late), Minor(1_301), "and its tax is less");
}

#[test]
fn an_order_that_two_people_took_is_taxed_once_and_not_at_all_when_all_is_given_back() {
    let taxes = vec![Tax {
        rate: TaxRate(190_000),
        of: Minor(700),
        tax: Minor(112),
    }];
    let payments = vec![
        payment(1, TenderMethod::Cash, 700, EARLY),
        payment(2, TenderMethod::Card, 700, EARLY),
    ];
    let mut taken = OrderPayment {
        order: OrderId(1),
        payable: Minor(700),
        taxes,
        payments,
    };
    let mut tax = |backs: &[(usize, i64)]| {
        taken
            .payments
            .iter_mut()
            .for_each(|payment| payment.refunds.clear());
        backs
            .iter()
            .for_each(|(at, amount)| taken.payments[*at].refunds.push(refund(*amount, EARLY)));
        let shift = Record::Shift(Shift::new(EARLY, DeviceId(1), Timestamp(0), Minor(0)));
        ShiftReport::of(
            &PosState::from_iter([shift, Record::OrderPayment(taken.clone())]),
            EARLY,
        )
        .unwrap()
        .taxes[0]
            .tax
    };
    assert_eq!(tax(&[]), Minor(112));
    assert_eq!(tax(&[(1, 700)]), Minor(112));
    assert_eq!(tax(&[(1, 700), (0, 350)]), Minor(56));
    assert_eq!(tax(&[(1, 700), (0, 700)]), Minor::ZERO);
}

#[test]
fn a_shift_without_a_sale_reports_nothing_and_one_that_is_not_there_is_none() {
    let mut pos = PosState::default();
    pos.put(Record::Shift(Shift::new(
        EARLY,
        DeviceId(1),
        Timestamp(0),
        Minor(10_000),
    )));
    let report = ShiftReport::of(&pos, EARLY).unwrap();
    assert_eq!(
        (report.total(), report.receipts, report.taxes.len()),
        (Minor::ZERO, None, 0)
    );
    assert_eq!(ShiftReport::of(&pos, LATE), None);
}
