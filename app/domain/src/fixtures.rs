//! Test data: the arguments are the fields that tests are about.

use crate::{
    basket::Fulfilment,
    contact::Contact,
    currency::Minor,
    hours::OpeningHours,
    id::{ChoiceId, DishId, OrderId, RestaurantId},
    lang::Lang,
    menu::{Choice, Dish, USUAL_WORK},
    order::{Order, Ordered, Progress},
    order_settings::{OrderSettings, PaymentMethod},
    quote::{Due, Sum},
    restaurant::{Address, Cuisine, Listing, Restaurant},
    revision::Revision,
    tax::{TaxRate, TaxRules},
    theme::TypePair,
    time::{LocalMinute, TimeZoneName, Timestamp},
    translation::PartTranslations,
};

pub(crate) fn listing(slug: &str, name: &str, hours: &str, at: LocalMinute) -> Listing {
    let hours: OpeningHours = hours.parse().unwrap();
    let opening = hours.at(at, &[]);
    let restaurant = Restaurant {
        id: RestaurantId(1),
        slug: slug.parse().unwrap(),
        revision: Revision(1),
        name: name.to_owned(),
        cuisine: Cuisine::British,
        description: String::new(),
        lang: Lang::English,
        address: Address {
            street: "Mill Lane 1".into(),
            postcode: "1".into(),
            city: "Millbrook".into(),
            country: "GB".into(),
        },
        phone: String::new(),
        zone: TimeZoneName("Europe/London".into()),
        hours,
        currency: "GBP".parse().unwrap(),
        tax: TaxRules {
            name: "VAT".into(),
            included: true,
            eat_in: TaxRate(200_000),
            takeaway: TaxRate(200_000),
        },
        brand_color: "#8c2f23".parse().unwrap(),
        type_pair: TypePair::default(),
        logo: None,
        picture: None,
        holidays: Vec::new(),
        ordering: OrderSettings::default(),
    };
    Listing {
        restaurant,
        opening,
        pause: None,
        today: at.day(),
        sold_out: Vec::new(),
        not_served: Vec::new(),
        domain: None,
        is_demo: false,
    }
}

pub(crate) fn dish(name: &str) -> Dish {
    Dish {
        id: DishId(1),
        name: name.to_owned(),
        description: String::new(),
        price: Minor(100),
        allergens: Vec::new(),
        diets: Vec::new(),
        option_groups: Vec::new(),
        picture: None,
        served: None,
        tax: None,
        work: USUAL_WORK,
        translations: PartTranslations::default(),
    }
}

pub(crate) fn choice(number: u128, name: &str, price: i64) -> Choice {
    Choice {
        id: ChoiceId(number),
        name: name.to_owned(),
        price: Minor(price),
        preselected: false,
        dish: None,
        option_groups: Vec::new(),
        translations: PartTranslations::default(),
    }
}

/// An order of 20 euros that was just placed.
pub(crate) fn order(fulfilment: Fulfilment, method: PaymentMethod) -> Order {
    let minute = LocalMinute::new(2026, 11, 16, 12, 0);
    let at = Timestamp(1_794_826_800);
    let ordered = Ordered {
        restaurant: RestaurantId(1),
        placed_at: at,
        placed_on: minute,
        currency: "EUR".parse().unwrap(),
        lines: Vec::new(),
        sums: vec![Sum::Dishes(Minor(2_000))],
        taxes: Vec::new(),
        total: Minor(2_000),
        in_cash: Minor(2_000),
        fulfilment,
        table: String::new(),
        due: Due {
            from: minute,
            to: minute,
        },
        scheduled: false,
        contact: Contact::default(),
        note: String::new(),
        allergies: String::new(),
        lang: Lang::English,
    };
    Order {
        id: OrderId(1),
        number: 1,
        revision: Revision(1),
        ordered: ordered.into(),
        progress: Progress::new(method, Minor(2_000), at),
    }
}
