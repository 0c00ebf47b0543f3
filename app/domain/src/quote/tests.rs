use proptest::prelude::*;

use super::*;
use crate::{
    basket::Pick,
    contact::{AddressLocation, DeliveryAddress, LocationSource},
    coupon::CouponEffect,
    delivery_area::{DeliveryArea, Point},
    fixtures::{self, choice},
    id::{CategoryId, ChoiceId},
    menu::{Category, Choice, OptionGroup},
    reorder::basket_from,
    tax::{TaxRates, TaxRules},
};

const NOON: LocalMinute = LocalMinute::new(2026, 11, 16, 12, 0);

fn dish(number: u128, name: &str, price: i64) -> Dish {
    Dish {
        id: DishId(number),
        price: Minor(price),
        ..fixtures::dish(name)
    }
}

fn group(number: u128, min: u8, max: u8, choices: Vec<Choice>) -> OptionGroup {
    OptionGroup {
        id: OptionGroupId(number),
        name: format!("Group {number}"),
        translations: Default::default(),
        min,
        max,
        choices,
    }
}

fn line(number: u128, dish: u128, count: u8) -> BasketLine {
    BasketLine {
        id: LineId(number),
        dish: DishId(dish),
        count,
        picks: Vec::new(),
        note: String::new(),
    }
}

fn pick(choice: u128) -> Pick {
    Pick {
        choice: ChoiceId(choice),
        picks: Vec::new(),
    }
}

/// A restaurant, its menu, and what is left of it.
struct Kitchen {
    restaurant: Restaurant,
    menu: Menu,
    stock: BTreeMap<DishId, u32>,
}

impl Kitchen {
    fn new(dishes: Vec<Dish>) -> Self {
        let mut restaurant =
            fixtures::listing("noodle-bar", "Noodle Bar", "Mo-Su 11:00-23:00", NOON).restaurant;
        restaurant.ordering.collection = true;
        restaurant.ordering.at_table = true;
        restaurant.ordering.tips = true;
        let category = Category {
            id: CategoryId(1),
            name: "All".into(),
            description: String::new(),
            translations: Default::default(),
            dishes,
        };
        let menu = Menu {
            restaurant: restaurant.id,
            revision: restaurant.revision,
            currency: "EUR".parse().unwrap(),
            lang: restaurant.lang,
            categories: vec![category],
            option_groups: Vec::new(),
        };
        Self {
            restaurant,
            menu,
            stock: BTreeMap::new(),
        }
    }

    fn taxed(mut self, included: bool, eat_in: u32, takeaway: u32) -> Self {
        self.restaurant.tax = TaxRules {
            name: "VAT".into(),
            included,
            eat_in: TaxRate(eat_in),
            takeaway: TaxRate(takeaway),
        };
        self
    }

    fn quote_at(&self, now: LocalMinute, basket: &Basket, coupon: CouponCheck<'_>) -> Quote {
        quote(
            &QuoteContext {
                restaurant: &self.restaurant,
                menu: &self.menu,
                times: &Times::at(now),
                stock: &self.stock,
                coupon,
            },
            basket,
        )
    }

    fn quote(&self, basket: &Basket) -> Quote {
        self.quote_at(NOON, basket, CouponCheck::Unknown)
    }
}

fn basket(lines: Vec<BasketLine>) -> Basket {
    Basket {
        lines,
        ..Basket::default()
    }
}

fn delivered_to(postcode: &str, point: Option<Point>) -> Fulfilment {
    Fulfilment::Delivery(DeliveryAddress {
        street: "Mill Lane 1".into(),
        postcode: postcode.into(),
        city: "Millbrook".into(),
        location: point.map(|point| AddressLocation {
            point,
            source: LocationSource::Place,
        }),
        ..DeliveryAddress::default()
    })
}

fn zone(postcode: &str, fee: i64) -> DeliveryZone {
    let area = DeliveryArea::Postcodes(vec![postcode.into()]);
    DeliveryZone {
        name: "Old town".into(),
        area,
        fee: Minor(fee),
        minimum: Minor(0),
        free_from: None,
        travel: 15,
    }
}

#[test]
fn case_odoo_230726_mixed_rates_that_prices_contain() {
    let mut kitchen =
        Kitchen::new(vec![dish(1, "Wine", 2_890), dish(2, "Water", 125)]).taxed(true, 220_000, 220_000);
    kitchen.menu.categories[0].dishes[1].tax = Some(TaxRates {
        eat_in: TaxRate(100_000),
        takeaway: TaxRate(100_000),
    });
    let quote = kitchen.quote(&basket(vec![line(1, 1, 1), line(2, 2, 1)]));
    assert_eq!(quote.total, Minor(3_015));
    assert_eq!(
        quote
            .taxes
            .iter()
            .map(|tax| (tax.rate.0, tax.tax.0))
            .collect::<Vec<_>>(),
        [(100_000, 11), (220_000, 521)]
    );
}

#[test]
fn case_tastyigniter_695_a_delivery_fee_is_added_once() {
    let mut kitchen = Kitchen::new(vec![dish(1, "Pho", 1_025)]).taxed(true, 90_000, 90_000);
    kitchen.restaurant.ordering.zones = vec![zone("10115", 200)];
    let quote = kitchen.quote(&Basket {
        fulfilment: delivered_to("10115", None),
        ..basket(vec![line(1, 1, 1)])
    });
    assert_eq!((quote.total, quote.taxes[0].tax), (Minor(1_225), Minor(101)));
    assert!(quote.can_be_ordered(), "{:?}", quote.blockers);
}

#[test]
fn case_odoo_34604_takeaway_changes_the_tax_and_not_the_price() {
    let kitchen = Kitchen::new(vec![dish(1, "Banquet", 100_000)]).taxed(true, 130_000, 50_000);
    let here = kitchen.quote(&Basket {
        fulfilment: Fulfilment::Table("A1".into()),
        ..basket(vec![line(1, 1, 1)])
    });
    let away = kitchen.quote(&basket(vec![line(1, 1, 1)]));
    assert_eq!((here.total, here.taxes[0].tax), (Minor(100_000), Minor(11_504)));
    assert_eq!((away.total, away.taxes[0].tax), (Minor(100_000), Minor(4_762)));
}

#[test]
fn taxes_that_prices_do_not_contain_are_among_the_sums() {
    let kitchen = Kitchen::new(vec![dish(1, "Burger", 1_099)]).taxed(false, 88_750, 88_750);
    let quote = kitchen.quote(&Basket {
        tip: Minor(150),
        ..basket(vec![line(1, 1, 2)])
    });
    let tax = Sum::Tax {
        name: "VAT".into(),
        rate: TaxRate(88_750),
        tax: Minor(195),
    };
    assert_eq!(quote.sums, [Sum::Dishes(Minor(2_198)), tax, Sum::Tip(Minor(150))]);
    assert_eq!(quote.total, Minor(2_543));
}

fn pizza() -> Kitchen {
    let mut pizza = dish(1, "Pizza", 900);
    pizza.option_groups = vec![OptionGroupId(1), OptionGroupId(2)];
    let mut kitchen = Kitchen::new(vec![pizza]);
    let stuffed = Choice {
        option_groups: vec![OptionGroupId(3)],
        ..choice(11, "Stuffed crust", 200)
    };
    kitchen.menu.option_groups = vec![
        group(1, 1, 1, vec![choice(10, "Thin crust", 0), stuffed]),
        group(
            2,
            0,
            2,
            vec![
                choice(20, "Olives", 100),
                choice(21, "Capers", 80),
                choice(22, "Half portion", -2_000),
            ],
        ),
        group(
            3,
            1,
            1,
            vec![choice(30, "Mozzarella", 0), choice(31, "Gorgonzola", 50)],
        ),
    ];
    kitchen
}

#[test]
fn what_is_chosen_adds_to_the_price_nested_or_not() {
    let nested = Pick {
        choice: ChoiceId(11),
        picks: vec![pick(31)],
    };
    let quote = pizza().quote(&basket(vec![BasketLine {
        picks: vec![pick(20), nested],
        ..line(1, 1, 3)
    }]));
    assert_eq!(quote.blockers, []);
    assert_eq!(
        (quote.lines[0].price, quote.lines[0].sum),
        (Minor(1_250), Minor(3_750))
    );
    let picks: Vec<_> = quote.lines[0]
        .picks
        .iter()
        .map(|pick| (pick.name.as_str(), pick.depth))
        .collect();
    assert_eq!(picks, [("Stuffed crust", 1), ("Gorgonzola", 2), ("Olives", 1)]);
    let again = basket_from(&quote.lines);
    assert_eq!(
        pizza().quote(&again),
        quote,
        "what was ordered can be ordered once more"
    );
}

#[test]
fn no_choice_makes_a_dish_cost_less_than_nothing() {
    let quote = pizza().quote(&basket(vec![BasketLine {
        picks: vec![pick(10), pick(22)],
        ..line(1, 1, 1)
    }]));
    assert_eq!(quote.total, Minor(0));
}

#[test]
fn case_coopcycle_1080_too_few_choices_are_refused() {
    let blockers = |picks: Vec<Pick>| {
        pizza()
            .quote(&basket(vec![BasketLine {
                picks,
                ..line(1, 1, 1)
            }]))
            .blockers
    };
    let options = |group, min, max| {
        vec![OrderBlocker::Options {
            line: LineId(1),
            group: OptionGroupId(group),
            min,
            max,
        }]
    };
    let unknown = vec![OrderBlocker::UnknownOption { line: LineId(1) }];
    assert_eq!(blockers(vec![]), options(1, 1, 1));
    assert_eq!(
        blockers(vec![pick(10), pick(11)]),
        options(3, 1, 1),
        "the stuffed crust asks for a cheese first"
    );
    assert_eq!(
        blockers(vec![pick(10), pick(20), pick(21), pick(22)]),
        options(2, 0, 2)
    );
    assert_eq!(blockers(vec![pick(11)]), options(3, 1, 1));
    assert_eq!(blockers(vec![pick(10), pick(99)]), unknown);
    assert_eq!(
        blockers(vec![pick(10), pick(30)]),
        unknown,
        "cheese without the crust it goes into"
    );
    assert_eq!(blockers(vec![pick(10), pick(20), pick(20)]), unknown);
}

#[test]
fn a_combination_takes_its_dishes_from_stock_and_is_taxed_as_they_are() {
    let mut lunch = dish(1, "Lunch menu", 1_200);
    lunch.option_groups = vec![OptionGroupId(1), OptionGroupId(2)];
    let beer = Dish {
        tax: Some(TaxRates {
            eat_in: TaxRate(200_000),
            takeaway: TaxRate(200_000),
        }),
        ..dish(3, "Beer", 400)
    };
    let mut kitchen = Kitchen::new(vec![lunch, dish(2, "Curry", 1_200), beer]).taxed(true, 100_000, 100_000);
    let with = |number, dish| Choice {
        dish: Some(DishId(dish)),
        ..choice(number, "It", 0)
    };
    kitchen.menu.option_groups = vec![
        group(1, 1, 1, vec![with(10, 2)]),
        group(2, 1, 1, vec![with(20, 3)]),
    ];
    kitchen.stock = BTreeMap::from([(DishId(3), 1)]);
    let order = basket(vec![BasketLine {
        picks: vec![pick(10), pick(20)],
        ..line(1, 1, 1)
    }]);
    let quote = kitchen.quote(&order);
    assert_eq!(
        quote
            .taxes
            .iter()
            .map(|tax| (tax.rate.0, tax.of.0))
            .collect::<Vec<_>>(),
        [(100_000, 900), (200_000, 300)]
    );
    assert_eq!(
        stock_needed(&quote.lines),
        BTreeMap::from([(DishId(1), 1), (DishId(2), 1), (DishId(3), 1)])
    );
    kitchen.stock.insert(DishId(3), 0);
    assert_eq!(kitchen.quote(&order).removed_lines[0].why, DropReason::SoldOut);
    // Both choose the curry, and there is one.
    kitchen.menu.option_groups[1].choices = vec![with(20, 2)];
    kitchen.stock = BTreeMap::from([(DishId(2), 1)]);
    assert_eq!(kitchen.quote(&order).removed_lines[0].why, DropReason::SoldOut);
    kitchen.stock.insert(DishId(2), 2);
    assert!(kitchen.quote(&order).removed_lines.is_empty());
}

#[test]
fn case_coopcycle_904_what_is_no_longer_there_is_taken_out() {
    let breakfast = Dish {
        served: Some("Mo-Su 08:00-11:30".parse().unwrap()),
        ..dish(2, "Pancakes", 700)
    };
    let mut kitchen = Kitchen::new(vec![dish(1, "Soup", 500), breakfast, dish(3, "Cake", 300)]);
    kitchen.stock = BTreeMap::from([(DishId(3), 2)]);
    let quote = kitchen.quote(&basket(vec![
        line(1, 1, 1),
        line(2, 2, 1),
        line(3, 3, 3),
        line(4, 9, 1),
        line(5, 3, 1),
    ]));
    let removed_lines: Vec<_> = quote
        .removed_lines
        .iter()
        .map(|removed_lines| {
            (
                removed_lines.line.0,
                removed_lines.name.as_str(),
                removed_lines.count,
                removed_lines.why,
            )
        })
        .collect();
    assert_eq!(
        removed_lines,
        [
            (2, "Pancakes", 1, DropReason::NotServedNow),
            (3, "Cake", 1, DropReason::SoldOut),
            (4, "", 1, DropReason::OffTheMenu),
            (5, "Cake", 1, DropReason::SoldOut),
        ]
    );
    assert_eq!((quote.total, quote.can_be_ordered()), (Minor(1_100), true));
}

#[test]
fn an_address_that_nobody_knows_is_not_out_of_the_area() {
    let mut kitchen = Kitchen::new(vec![dish(1, "Pho", 1_000)]);
    let centre = Point {
        latitude: 52_520_000,
        longitude: 13_405_000,
    };
    let circle = DeliveryZone {
        area: DeliveryArea::Circle {
            centre,
            metres: 1_000,
        },
        ..zone("", 400)
    };
    kitchen.restaurant.ordering.zones = vec![zone("10115", 250), circle];
    let far = Point {
        latitude: 52_600_000,
        ..centre
    };
    for (postcode, point, blockers) in [
        ("99999", None, vec![OrderBlocker::AddressNotFound]),
        ("99999", Some(far), vec![OrderBlocker::OutOfArea]),
        ("99999", Some(centre), vec![]),
        ("10115", None, vec![]),
    ] {
        let quote = kitchen.quote(&Basket {
            fulfilment: delivered_to(postcode, point),
            ..basket(vec![line(1, 1, 1)])
        });
        assert_eq!(quote.blockers, blockers, "{postcode} {point:?}");
        assert_eq!(quote.location.map(|location| location.point), point);
    }
}

#[test]
fn case_tastyigniter_932_out_of_the_area() {
    let mut kitchen = Kitchen::new(vec![dish(1, "Pho", 1_000)]);
    kitchen.restaurant.ordering.zones = vec![DeliveryZone {
        minimum: Minor(1_500),
        free_from: Some(Minor(3_000)),
        ..zone("10115", 250)
    }];
    let to = |postcode: &str, count| {
        kitchen.quote(&Basket {
            fulfilment: delivered_to(postcode, None),
            ..basket(vec![line(1, 1, count)])
        })
    };
    assert_eq!(to("99999", 2).blockers, [OrderBlocker::OutOfArea]);
    assert_eq!(
        to("10115", 1).blockers,
        [OrderBlocker::BelowMinimum {
            minimum: Minor(1_500)
        }]
    );
    assert_eq!(
        (to("10115", 2).total, to("10115", 3).total),
        (Minor(2_250), Minor(3_000))
    );
    assert_eq!(to("10115", 2).due.unwrap().from, LocalMinute(NOON.0 + 20 + 15));
}

#[test]
fn a_coupon_lowers_each_tax_by_its_part() {
    let mut kitchen =
        Kitchen::new(vec![dish(1, "Curry", 1_000), dish(2, "Beer", 500)]).taxed(true, 70_000, 70_000);
    kitchen.menu.categories[0].dishes[1].tax = Some(TaxRates {
        eat_in: TaxRate(190_000),
        takeaway: TaxRate(190_000),
    });
    let coupon = |effect| Coupon {
        code: "TENTH".into(),
        effect,
        minimum: Minor(0),
        from: None,
        until: None,
        uses: None,
        per_customer: None,
        paused: false,
    };
    let order = Basket {
        coupon: "tenth".into(),
        ..basket(vec![line(1, 1, 1), line(2, 2, 1)])
    };
    let tenth = coupon(CouponEffect::Portion(100_000));
    let quote = kitchen.quote_at(NOON, &order, CouponCheck::Known(&tenth, CouponUsage::default()));
    assert_eq!(
        quote.sums[1],
        Sum::Coupon {
            code: "TENTH".into(),
            amount: Minor(-150)
        }
    );
    assert_eq!(
        quote.taxes.iter().map(|tax| tax.of.0).collect::<Vec<_>>(),
        [900, 450]
    );
    assert_eq!(quote.total, Minor(1_350));
    let free = coupon(CouponEffect::FreeDelivery);
    let refused = |offer| kitchen.quote_at(NOON, &order, offer).blockers;
    assert_eq!(
        refused(CouponCheck::Known(&free, CouponUsage::default())),
        [OrderBlocker::Coupon(CouponRefusal::NothingToTakeOff)]
    );
    assert_eq!(
        refused(CouponCheck::Unknown),
        [OrderBlocker::Coupon(CouponRefusal::Unknown)]
    );
    assert_eq!(refused(CouponCheck::Unchecked), [], "the server will tell");
}

#[test]
fn nothing_and_the_wrong_way_cannot_be_ordered() {
    let kitchen = Kitchen::new(vec![dish(1, "Soup", 500)]);
    assert_eq!(kitchen.quote(&Basket::default()).blockers, [OrderBlocker::Empty]);
    let delivery = Basket {
        fulfilment: delivered_to("1", None),
        ..basket(vec![line(1, 1, 1)])
    };
    assert_eq!(kitchen.quote(&delivery).blockers, [OrderBlocker::Fulfilment]);
    let night = kitchen.quote_at(
        LocalMinute::new(2026, 11, 16, 3, 0),
        &basket(vec![line(1, 1, 1)]),
        CouponCheck::Unknown,
    );
    assert_eq!(
        (night.blockers, night.due),
        (vec![OrderBlocker::Time(SlotRefusal::Closed)], None)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100_000))]

    /// Whatever is ordered: the total is the sum of its lines, every tax is the tax of what it is worked out from,
    /// and what is taxed is all that was sold.
    #[test]
    fn every_cent_is_accounted_for(
        prices in prop::collection::vec((0..50_000_i64, 0..5_usize, 1..9_u8), 1..12),
        included: bool,
        off in 0..60_000_i64,
        off_in_parts: bool,
        fee in 0..900_i64,
        service_fee in 0..200_000_u32,
        tip in 0..2_000_i64,
        usual in 0..5_usize,
    ) {
        const RATES: [u32; 5] = [0, 50_000, 88_750, 190_000, 220_000];
        let rates = |at: usize| TaxRates { eat_in: TaxRate(RATES[at]), takeaway: TaxRate(RATES[at]) };
        let dishes = (1..).zip(&prices).map(|(number, (price, rate, _))| Dish { tax: Some(rates(*rate)), ..dish(number, "It", *price) });
        let mut kitchen = Kitchen::new(dishes.collect()).taxed(included, RATES[usual], RATES[usual]);
        kitchen.restaurant.ordering.zones = vec![zone("1", fee)];
        kitchen.restaurant.ordering.service_fee = service_fee;
        let effect = if off_in_parts { CouponEffect::Portion(off as u32) } else { CouponEffect::Amount(Minor(off)) };
        let coupon = Coupon { code: "OFF".into(), effect, minimum: Minor(0), from: None, until: None, uses: None, per_customer: None, paused: false };
        let lines = (1..).zip(&prices).map(|(number, (_, _, count))| line(number, number, *count)).collect();
        let order = Basket { fulfilment: delivered_to("1", None), tip: Minor(tip), coupon: "OFF".into(), ..basket(lines) };
        let quote = kitchen.quote_at(NOON, &order, CouponCheck::Known(&coupon, CouponUsage::default()));
        let sum = |wanted: fn(&Sum) -> bool| -> i64 { quote.sums.iter().filter(|sum| wanted(sum)).map(|sum| sum.amount().0).sum() };

        prop_assert_eq!(quote.total, quote.sums.iter().map(Sum::amount).sum::<Minor>());
        prop_assert_eq!(sum(|sum| matches!(sum, Sum::Dishes(_))), prices.iter().map(|(price, _, count)| price * i64::from(*count)).sum::<i64>());
        let tax: i64 = quote.taxes.iter().map(|tax| tax.tax.0).sum();
        prop_assert_eq!(sum(|sum| matches!(sum, Sum::Tax { .. })), if included { 0 } else { tax });
        for row in &quote.taxes {
            // |tax · divisor − of · rate| ≤ divisor / 2: the nearest minor unit.
            let divisor = 1_000_000 + if included { i128::from(row.rate.0) } else { 0 };
            let error = i128::from(row.tax.0) * divisor - i128::from(row.of.0) * i128::from(row.rate.0);
            prop_assert!(error.abs() * 2 <= divisor, "{row:?}");
        }
        let sold = sum(|sum| !matches!(sum, Sum::Tax { .. } | Sum::Tip(_)));
        let taxed: i64 = quote.taxes.iter().map(|tax| tax.of.0).sum();
        let all_taxed = prices.iter().all(|(_, rate, _)| RATES[*rate] > 0) && RATES[usual] > 0;
        prop_assert!(taxed == sold || !all_taxed && taxed < sold, "{taxed} of {sold}");
        prop_assert!(quote.total >= Minor::ZERO);
    }
}
