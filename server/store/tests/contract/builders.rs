//! Restaurants, menus, orders and subscriptions that the tests write.

use servery_domain::{
    audit::Author,
    basket::{Basket, Fulfilment},
    contact::{Contact, DeliveryAddress},
    coupon::{Coupon, CouponEffect},
    currency::Minor,
    id::{CategoryId, ChoiceId, DishId, LineId, OptionGroupId, OrderId, RestaurantId, StationId, TableId},
    job::Job,
    lang::Lang,
    legal::LegalNotice,
    menu::{Allergen, Category, Choice, Diet, Dish, Menu, OptionGroup, Picture, PictureFormat},
    order::{Event, Order, Ordered, Placement, Progress},
    order_settings::{OrderSettings, PaymentMethod},
    pos::{PosState, station::Station, table::TablePlan},
    push::{Subscription, SubscriptionKeys},
    quote::{Due, Quote, QuotedLine},
    restaurant::{Address, Cuisine, Restaurant},
    restaurant_file::{PlannedTable, RestaurantFile, TableCode},
    revision::Revision,
    slot_capacity::SlotLimits,
    tax::{TaxRate, TaxRates, TaxRules},
    theme::TypePair,
    time::{LocalMinute, TimeZoneName, Timestamp},
    translation::{PartTranslations, TextField},
};
use servery_store::{
    Store,
    listings::StoredListing,
    orders::{Advance, IdempotentRequest, OrderWrite, PlaceOrder, WriteOutcome},
    restaurant_files::{ImportMode, ImportOutcome},
};

pub const NOW: Timestamp = Timestamp(1_790_000_000);
pub const BY_OPERATOR: (Author, Timestamp) = (Author::Operator, NOW);
pub const HERE: RestaurantId = RestaurantId(1);
/// Another one than [`HERE`].
pub const THERE: RestaurantId = RestaurantId(2);
/// A dish of the menu of restaurant 1.
pub const DISH: DishId = DishId(1 << 64 | 40);

pub fn restaurant(number: u128, slug: &str) -> Restaurant {
    Restaurant {
        id: RestaurantId(number),
        slug: slug.parse().unwrap(),
        revision: Revision(0),
        name: "Zur “Alten” Mühle 🥨 <b>'; drop table dishes; --".into(),
        cuisine: Cuisine::German,
        description: "مطبخ الجدّة".into(),
        lang: Lang::German,
        address: Address {
            street: "Mühlgasse 3".into(),
            postcode: "00123".into(),
            city: "Millbrook".into(),
            country: "DE".into(),
        },
        phone: "+49 30 0100 0100".into(),
        zone: TimeZoneName("Europe/Berlin".into()),
        hours: "Mo-Fr 11:30-14:30,17:30-23:00; Sa 18:00-02:00".parse().unwrap(),
        currency: "EUR".parse().unwrap(),
        tax: TaxRules {
            name: "MwSt.".into(),
            included: true,
            eat_in: TaxRate(190_000),
            takeaway: TaxRate(88_750),
        },
        brand_color: "#8c2f23".parse().unwrap(),
        type_pair: TypePair::Book,
        logo: Some(Picture {
            path: "lemon".into(),
            formats: vec![PictureFormat::Svg],
            widths: Vec::new(),
        }),
        picture: Some(Picture {
            path: "muehle".into(),
            formats: vec![PictureFormat::Avif, PictureFormat::Jpeg],
            widths: vec![320, 640],
        }),
        holidays: vec!["2026-12-25".parse().unwrap()],
        ordering: OrderSettings {
            collection: true,
            tips: true,
            ..OrderSettings::default()
        },
    }
}

fn english(name: &str, of: &str) -> PartTranslations {
    let mut translations = PartTranslations::default();
    translations.set(Lang::English, TextField::Name, [name, of]);
    translations
}

pub fn menu(number: u128) -> Menu {
    let id = |last: u128| number << 64 | last;
    let choice = |last, name: &str, price| Choice {
        id: ChoiceId(id(last)),
        name: name.into(),
        price: Minor(price),
        preselected: last == 20,
        dish: (last == 22).then(|| DishId(id(40))),
        option_groups: vec![],
        translations: match last {
            21 => english("Small", "Klein"),
            _ => PartTranslations::default(),
        },
    };
    let size = OptionGroup {
        id: OptionGroupId(id(10)),
        name: "Größe".into(),
        translations: english("Size", "Größe"),
        min: 1,
        max: 1,
        choices: vec![choice(20, "Normal", 0), choice(21, "Klein", -150)],
    };
    let sauce = OptionGroup {
        id: OptionGroupId(id(11)),
        name: "Soße".into(),
        translations: PartTranslations::default(),
        min: 0,
        max: 2,
        choices: vec![choice(22, "Rahm", servery_domain::limits::PRICE)],
    };
    let dish = |last, name: &str, groups: Vec<OptionGroupId>| Dish {
        id: DishId(id(last)),
        name: name.into(),
        description: String::new(),
        price: Minor(1_490),
        allergens: vec![Allergen::Gluten, Allergen::Eggs],
        diets: vec![Diet::Vegetarian],
        option_groups: groups,
        picture: None,
        served: (last == 41).then(|| "Mo-Fr 11:30-14:30".parse().unwrap()),
        tax: (last == 41).then_some(TaxRates {
            eat_in: TaxRate(190_000),
            takeaway: TaxRate(88_750),
        }),
        work: if last == 41 { 3 } else { 1 },
        translations: match last {
            41 => english("Cheese spaetzle", "Käsespätzle"),
            _ => PartTranslations::default(),
        },
    };
    Menu {
        restaurant: RestaurantId(number),
        revision: Revision(0),
        currency: "EUR".parse().unwrap(),
        lang: Lang::German,
        categories: vec![
            Category {
                id: CategoryId(id(30)),
                name: "Vom Herd".into(),
                description: "bis 22 Uhr".into(),
                translations: english("From the stove", "Vom Herd"),
                // Against the order of their ids: the position counts.
                dishes: vec![
                    dish(41, "Käsespätzle", vec![sauce.id, size.id]),
                    dish(40, "Knödel", vec![]),
                ],
            },
            Category {
                id: CategoryId(id(31)),
                name: "Leer".into(),
                description: String::new(),
                translations: PartTranslations::default(),
                dishes: vec![],
            },
        ],
        option_groups: vec![sauce, size],
    }
}

/// A restaurant with a menu, and with all else that a file can have.
pub fn file(number: u128, slug: &str) -> RestaurantFile {
    let (id, menu) = (|last: u128| number << 64 | last, menu(number));
    let table = |last, name: &str| PlannedTable {
        id: TableId(id(last)),
        plan: TablePlan {
            name: name.into(),
            seats: 4,
            ..TablePlan::default()
        },
    };
    RestaurantFile {
        legal: LegalNotice {
            name: "Mühle GmbH".into(),
            represented_by: "Klara Müller".into(),
            email: "post@muehle.example".into(),
            ..LegalNotice::default()
        },
        coupons: vec![coupon()],
        table_codes: vec![TableCode {
            name: "Fenster".into(),
            code: format!("code{number}"),
        }],
        tables: vec![table(50, "Fenster"), table(51, "Terrasse")],
        stations: vec![Station {
            id: StationId(id(60)),
            name: "Herd".into(),
            categories: vec![CategoryId(id(30))],
        }],
        favourites: vec![DishId(id(41)), DishId(id(40))],
        ..RestaurantFile::new(
            restaurant(number, slug),
            menu,
            LegalNotice::default(),
            Default::default(),
            &PosState::default(),
        )
    }
}

/// One of each customer, and two of all together.
pub fn coupon() -> Coupon {
    Coupon {
        code: "PIER".into(),
        effect: CouponEffect::Amount(Minor(100)),
        minimum: Minor::ZERO,
        from: None,
        until: None,
        uses: Some(2),
        per_customer: Some(1),
        paused: false,
    }
}

pub async fn import(store: &dyn Store, file: &RestaurantFile) -> ImportOutcome {
    store
        .import_restaurant(file, ImportMode::Write, BY_OPERATOR)
        .await
        .unwrap()
}

/// A restaurant with a menu.
/// A restaurant as the catalog holds it.
pub async fn listing(store: &dyn Store, restaurant: RestaurantId) -> StoredListing {
    let mut listings = store.listings(&[restaurant]).await.unwrap();
    assert_eq!(listings.len(), 1);
    listings.remove(0)
}

pub async fn put_restaurant(store: &dyn Store, number: u128, slug: &str) {
    let file = RestaurantFile::new(
        restaurant(number, slug),
        menu(number),
        LegalNotice::default(),
        Default::default(),
        &PosState::default(),
    );
    assert_eq!(import(store, &file).await, ImportOutcome::Created);
}

/// [`HERE`] and [`THERE`], with menus.
pub async fn two_restaurants(store: &dyn Store) {
    put_restaurant(store, 1, "alte-muehle").await;
    put_restaurant(store, 2, "neue-muehle").await;
}

/// An order of one dish, delivered and paid at the door.
pub fn order(number: u128) -> Order {
    let line = QuotedLine {
        id: LineId(number),
        dish: DISH,
        name: "Knödel".into(),
        count: 1,
        price: Minor(1_490),
        sum: Minor(1_490),
        picks: Vec::new(),
        note: "for Ada".into(),
    };
    let quote = Quote {
        currency: "EUR".parse().unwrap(),
        lines: vec![line],
        removed_lines: Vec::new(),
        sums: Vec::new(),
        taxes: Vec::new(),
        total: Minor(1_490),
        in_cash: Minor(1_490),
        location: None,
        due: Some(Due {
            from: LocalMinute(NOW.0 / 60),
            to: LocalMinute(NOW.0 / 60),
        }),
        blockers: Vec::new(),
    };
    let door = DeliveryAddress {
        street: "1 Pier".into(),
        postcode: "1".into(),
        city: "Millbrook".into(),
        ..DeliveryAddress::default()
    };
    let placement = Placement {
        id: OrderId(number),
        basket: Basket {
            fulfilment: Fulfilment::Delivery(door),
            ..Basket::default()
        },
        contact: Contact {
            name: "Ada".into(),
            phone: "+1 555".into(),
            email: "ada@example.org".into(),
        },
        note: "Ada's".into(),
        allergies: "nuts".into(),
        payment: PaymentMethod::Door,
        seen: Minor(1_490),
        lang: Lang::English,
    };
    let ordered = Ordered::new(HERE, (NOW, LocalMinute(NOW.0 / 60)), placement, quote).unwrap();
    Order {
        id: OrderId(number),
        number: 0,
        revision: Revision(0),
        ordered: ordered.into(),
        progress: Progress::new(PaymentMethod::Door, Minor(1_490), NOW),
    }
}

pub fn placement(order: Order, customer: &str) -> PlaceOrder {
    let number = order.id.0;
    let slot = order.ordered.due.from;
    PlaceOrder {
        slot,
        request: IdempotentRequest {
            key: format!("key-{number:012}"),
            fingerprint: String::new(),
            at: NOW,
        },
        order,
        token: format!("{number:032x}"),
        customer: Some(customer.to_owned()),
        menu_revision: Revision(1),
        coupon: None,
        coupon_customer: Vec::new(),
        slot_limits: SlotLimits::default(),
        work: 1,
    }
}

pub async fn place_order(store: &dyn Store, number: u128, customer: &str) {
    let placement = placement(order(number), customer);
    let outcomes = store
        .write(&[OrderWrite::Place(Box::new(placement))])
        .await
        .unwrap();
    assert!(matches!(outcomes[0], WriteOutcome::Placed { .. }), "{outcomes:?}");
}

pub fn cancel(order: OrderId, at: Timestamp) -> OrderWrite {
    OrderWrite::Advance(Advance {
        order,
        event: Event::Cancelled {
            reason: String::new(),
        },
        author: Author::Diner,
        at,
        slot: None,
    })
}

pub fn subscription(endpoint: &str) -> Subscription {
    Subscription {
        endpoint: endpoint.into(),
        keys: SubscriptionKeys {
            p256dh: "p".into(),
            auth: "a".into(),
        },
        lang: Lang::Arabic,
    }
}

pub fn deletion_mail() -> (String, Job) {
    let job = Job::DeletionMail {
        email: "ada@example.org".into(),
        lang: Lang::English,
    };
    ("deletion".into(), job)
}
