//! Every field of a restaurant has a control in the office. A field that is new has none, and is found here: by a struct that lacks
//! it, or because the form does not bring it along.

use servery_domain::{
    account::Role,
    coupon::{Coupon, CouponEffect},
    currency::Minor,
    delivery_area::DeliveryArea,
    edit::{PartKey, RestaurantPart},
    id::{CategoryId, ChoiceId, DishId, OptionGroupId, StationId},
    legal::LegalNotice,
    menu::{Allergen, Category, Choice, Diet, Dish, OptionGroup},
    order_settings::{DeliveryZone, OrderSettings, PaymentMethod},
    pos::station::Station,
    restaurant::{Address, Cuisine},
    restaurant_file::{RestaurantFile, TableCode},
    tax::{TaxRate, TaxRates, TaxRules},
    theme::TypePair,
    time::{LocalMinute, TimeZoneName},
    translation::PartTranslations,
};

use crate::{
    plain_form::{PlainForm, PlainInput, encoded},
    test_app::TestApp,
};

const SLUG: &str = "lighthouse-diner";

const CATEGORY: CategoryId = CategoryId(0xca);
const DISH: DishId = DishId(0xd1);
const INCLUDED_DISH: DishId = DishId(0xd2);
const GROUP: OptionGroupId = OptionGroupId(0x61);
const OTHER_GROUP: OptionGroupId = OptionGroupId(0x62);
const CHOICES: [ChoiceId; 2] = [ChoiceId(0xc1), ChoiceId(0xc2)];
const STATION: StationId = StationId(0x57);
const CODE: &str = "AUTUMN";
const TABLE: &str = "office-fields-1";

/// Set by an upload, not by the form.
const UPLOADED: [&str; 2] = ["picture", "logo"];
/// Set on a page of its own, which `translations` tests.
const TRANSLATIONS: &str = "translations";
/// Name a part, and never change.
const IDENTITY: [&str; 2] = ["id", "code"];

/// Where an owner sets each field of a restaurant. A new field does not compile without an answer.
fn parts(file: &RestaurantFile) -> Vec<PartKey> {
    let RestaurantFile {
        // Set when the restaurant is made: they are in addresses, and all amounts and texts are in them.
        format: _,
        id: _,
        slug: _,
        lang: _,
        currency: _,
        // Set in the staff app: the floor plan, and the page of favourites.
        tables: _,
        favourites: _,
        // Of the parts below.
        name: _,
        cuisine: _,
        description: _,
        address: _,
        phone: _,
        zone: _,
        picture: _,
        hours: _,
        holidays: _,
        tax: _,
        brand_color: _,
        type_pair: _,
        logo: _,
        ordering: _,
        legal: _,
        coupons: _,
        table_codes: _,
        stations: _,
        categories: _,
        option_groups: _,
    } = file;
    vec![
        PartKey::Profile,
        PartKey::Theme,
        PartKey::Opening,
        PartKey::Tax,
        PartKey::Ordering,
        PartKey::Legal,
        PartKey::Category(CATEGORY),
        PartKey::Dish(DISH),
        PartKey::OptionGroup(GROUP),
        PartKey::Station(STATION),
        PartKey::Coupon(CODE.to_owned()),
        PartKey::TableCode(TABLE.to_owned()),
    ]
}

fn dish(id: DishId, name: &str) -> Dish {
    Dish {
        id,
        name: name.to_owned(),
        description: String::new(),
        price: Minor(900),
        allergens: Vec::new(),
        diets: Vec::new(),
        option_groups: Vec::new(),
        picture: None,
        served: None,
        tax: None,
        work: 1,
        translations: PartTranslations::default(),
    }
}

fn choice(id: ChoiceId, name: &str) -> Choice {
    Choice {
        id,
        name: name.to_owned(),
        price: Minor::ZERO,
        preselected: false,
        dish: None,
        option_groups: Vec::new(),
        translations: PartTranslations::default(),
    }
}

fn group(id: OptionGroupId, name: &str, choices: Vec<Choice>) -> OptionGroup {
    OptionGroup {
        id,
        name: name.to_owned(),
        min: 0,
        max: 1,
        choices,
        translations: PartTranslations::default(),
    }
}

/// The parts of the test, each with as little as it can have.
fn add_plain_parts(file: &mut RestaurantFile) {
    file.categories.push(Category {
        id: CATEGORY,
        name: "Specials".into(),
        description: String::new(),
        translations: PartTranslations::default(),
        dishes: vec![dish(DISH, "Special"), dish(INCLUDED_DISH, "Side")],
    });
    file.option_groups.extend([
        group(GROUP, "With", CHOICES.map(|id| choice(id, "It")).to_vec()),
        group(OTHER_GROUP, "Sauce", vec![choice(ChoiceId(0xc9), "Mint")]),
    ]);
    file.stations.push(Station {
        id: STATION,
        name: "Cold".into(),
        categories: Vec::new(),
    });
    file.coupons.push(Coupon {
        code: CODE.into(),
        effect: CouponEffect::FreeDelivery,
        minimum: Minor::ZERO,
        from: None,
        until: None,
        uses: None,
        per_customer: None,
        paused: false,
    });
    file.table_codes.push(TableCode {
        name: "Window".into(),
        code: TABLE.into(),
    });
    file.legal = LegalNotice::default();
}

/// Every field has another value than before.
fn change_everything(file: &mut RestaurantFile) {
    change_restaurant(file);
    file.ordering = all_settings();
    let mut categories = file.categories.iter_mut();
    let category = categories.find(|category| category.id == CATEGORY).unwrap();
    category.name = "Autumn".into();
    category.description = "From the region".into();
    let mut dishes = category.dishes.iter_mut();
    *dishes.find(|dish| dish.id == DISH).unwrap() = Dish {
        id: DISH,
        name: "Pumpkin pie".into(),
        description: "Still warm".into(),
        price: Minor(1_250),
        allergens: vec![Allergen::Eggs, Allergen::Milk],
        diets: vec![Diet::Vegetarian],
        option_groups: vec![GROUP],
        picture: None,
        served: Some("Fr-Su 12:00-18:00".parse().unwrap()),
        tax: Some(TaxRates {
            eat_in: TaxRate(50_000),
            takeaway: TaxRate(125_000),
        }),
        work: 3,
        translations: PartTranslations::default(),
    };
    let full = Choice {
        id: CHOICES[0],
        name: "A side".into(),
        price: Minor(-150),
        preselected: true,
        dish: Some(INCLUDED_DISH),
        option_groups: vec![OTHER_GROUP],
        translations: PartTranslations::default(),
    };
    let mut groups = file.option_groups.iter_mut();
    *groups.find(|group| group.id == GROUP).unwrap() = OptionGroup {
        id: GROUP,
        name: "Beside it".into(),
        min: 1,
        max: 2,
        choices: vec![full, choice(CHOICES[1], "Nothing")],
        translations: PartTranslations::default(),
    };
    let mut stations = file.stations.iter_mut();
    *stations.find(|station| station.id == STATION).unwrap() = Station {
        id: STATION,
        name: "Oven".into(),
        categories: vec![CATEGORY],
    };
    let mut coupons = file.coupons.iter_mut();
    *coupons.find(|coupon| coupon.code == CODE).unwrap() = Coupon {
        code: CODE.into(),
        effect: CouponEffect::Portion(150_000),
        minimum: Minor(2_000),
        from: Some(LocalMinute::new(2026, 12, 1, 0, 0)),
        until: Some(LocalMinute::new(2027, 1, 1, 0, 0)),
        uses: Some(500),
        per_customer: Some(2),
        paused: true,
    };
    let mut tables = file.table_codes.iter_mut();
    tables.find(|table| table.code == TABLE).unwrap().name = "Terrace".into();
}

fn change_restaurant(file: &mut RestaurantFile) {
    file.name = "The Lantern".into();
    file.cuisine = Cuisine::British;
    file.description = "Since 1931".into();
    file.address = Address {
        street: "Pier Road 9".into(),
        postcode: "10099".into(),
        city: "Westport".into(),
        country: "IE".into(),
    };
    file.phone = "+353 98 765 432".into();
    file.zone = TimeZoneName("Europe/Dublin".into());
    file.brand_color = "#225588".parse().unwrap();
    file.type_pair = TypePair::Modern;
    file.hours = "Mo-Fr 09:00-12:00,14:00-22:30".parse().unwrap();
    file.holidays = vec!["2026-12-25".parse().unwrap()];
    file.tax = TaxRules {
        name: "VAT".into(),
        included: !file.tax.included,
        eat_in: TaxRate(135_000),
        takeaway: TaxRate(90_000),
    };
    file.legal = LegalNotice {
        name: "Lantern Ltd".into(),
        represented_by: "Nora Byrne".into(),
        email: "office@lantern.example".into(),
        register: "CRO 123456".into(),
        vat_id: "IE1234567T".into(),
    };
}

fn all_settings() -> OrderSettings {
    OrderSettings {
        collection: false,
        at_table: false,
        zones: vec![DeliveryZone {
            name: "Harbour".into(),
            area: DeliveryArea::Postcodes(vec!["10099".into()]),
            fee: Minor(350),
            minimum: Minor(1_500),
            free_from: Some(Minor(4_000)),
            travel: 25,
        }],
        preparation: 35,
        slot: 10,
        per_slot: Some(7),
        work_per_slot: Some(60),
        days_ahead: 9,
        accepts_itself: true,
        answers_within: 14,
        service_fee: 45_000,
        tips: false,
        payments: vec![PaymentMethod::Card],
    }
}

impl TestApp {
    async fn part_form(&self, cookie: &str, (slug, key): (&str, &PartKey)) -> PlainForm {
        let address = format!("/office/{slug}/parts/{key}");
        let page = self
            .get(&address, &[("cookie", &format!("{cookie}; servery_render=thin"))])
            .await;
        assert_eq!(page.status, 200, "{key}: {}", page.text());
        let mut forms = PlainForm::all(&page).into_iter();
        forms
            .find(|form| form.action == address)
            .unwrap_or_else(|| panic!("no form in {}", page.text()))
    }

    async fn edited_file(&self, slug: &str) -> RestaurantFile {
        let stored = self.store.unpublished_edits(&slug.parse().unwrap()).await;
        stored.unwrap().unwrap().edited
    }
}

/// What a person would fill in, and what the form was filled from. Who fills in the table of hours leaves the text of them as it is.
fn filled_in<'a>(typed: &'a PlainForm, shown: &'a PlainForm) -> impl Iterator<Item = &'a PlainInput> {
    let stays = |input: &&PlainInput| input.is_hidden || input.name == "hours";
    let visible = typed.inputs.iter().filter(move |input| !stays(input));
    visible.chain(shown.inputs.iter().filter(stays))
}

#[tokio::test]
async fn every_field_is_set_by_a_form() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    app.change(SLUG, add_plain_parts).await;
    let plain = app.edited_file(SLUG).await;
    let mut wanted = plain.clone();
    change_everything(&mut wanted);
    let keys = parts(&plain);
    for key in &keys {
        assert_every_field_differs(&plain.part(key).unwrap(), &wanted.part(key).unwrap());
    }
    app.change(SLUG, |file| *file = wanted.clone()).await;
    let mut typed = Vec::new();
    for key in &keys {
        typed.push(app.part_form(&owner, (SLUG, key)).await);
    }
    app.change(SLUG, |file| *file = plain.clone()).await;
    for (key, typed) in keys.iter().zip(&typed) {
        let shown = app.part_form(&owner, (SLUG, key)).await;
        let fields = encoded(filled_in(typed, &shown));
        let saved = app.form(&shown.action, &owner, &fields).await;
        let done = format!("/office/{SLUG}?done=saved#{key}");
        assert_eq!(saved.header("location"), done, "{}", saved.text());
    }
    let edited = app.edited_file(SLUG).await;
    for key in &keys {
        assert_eq!(edited.part(key), wanted.part(key), "{key}");
    }
}

/// What a form lacks, or does not read as it shows it, would be changed by saving it.
#[tokio::test]
async fn every_form_sent_as_it_is_changes_nothing() {
    let app = TestApp::new().await;
    for slug in [SLUG, "backstube-morgenrot", "diwaniyat-al-bahar"] {
        let owner = app.staff_of(slug, Role::Owner).await;
        let keys = all_keys(&app.edited_file(slug).await);
        assert!(keys.len() > 40, "{slug}: {}", keys.len());
        for key in keys {
            let form = app.part_form(&owner, (slug, &key)).await;
            let saved = app.form(&form.action, &owner, &form.fields()).await;
            assert_eq!(
                saved.header("location"),
                format!("/office/{slug}?done=same"),
                "{key}: {}",
                saved.text()
            );
        }
    }
}

fn all_keys(file: &RestaurantFile) -> Vec<PartKey> {
    let categories = file
        .categories
        .iter()
        .map(|category| PartKey::Category(category.id));
    let dishes = file.categories.iter().flat_map(|category| &category.dishes);
    let dishes = dishes.map(|dish| PartKey::Dish(dish.id));
    let groups = file
        .option_groups
        .iter()
        .map(|group| PartKey::OptionGroup(group.id));
    let stations = file.stations.iter().map(|station| PartKey::Station(station.id));
    let coupons = file
        .coupons
        .iter()
        .map(|coupon| PartKey::Coupon(coupon.code.clone()));
    let tables = file
        .table_codes
        .iter()
        .map(|table| PartKey::TableCode(table.code.clone()));
    let settings = [
        PartKey::Profile,
        PartKey::Theme,
        PartKey::Opening,
        PartKey::Tax,
        PartKey::Ordering,
        PartKey::Legal,
    ];
    let named = categories.chain(dishes).chain(groups).chain(stations);
    named.chain(coupons).chain(tables).chain(settings).collect()
}

fn assert_every_field_differs(plain: &RestaurantPart, wanted: &RestaurantPart) {
    let changed = plain.changed_fields(wanted);
    let is_by_form =
        |field: &&&str| !UPLOADED.contains(field) && !IDENTITY.contains(field) && **field != TRANSLATIONS;
    for field in plain.field_names().iter().filter(is_by_form) {
        assert!(
            changed.contains(field),
            "the test has no other value for '{field}' of {}",
            plain.key()
        );
    }
}

#[tokio::test]
async fn every_picture_is_set_by_an_upload() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    let file = app.edited_file(SLUG).await;
    for key in parts(&file) {
        let part = file.part(&key);
        let names = part.as_ref().map_or(&[][..], RestaurantPart::field_names);
        if !names.iter().any(|name| UPLOADED.contains(name)) {
            continue;
        }
        let page = app
            .get(&format!("/office/{SLUG}/parts/{key}"), &[("cookie", &owner)])
            .await;
        assert!(page.text().contains("type=\"file\""), "{key}: {}", page.text());
    }
}
