//! The form of a new restaurant: the server reads it when it is sent, the browser while one types.

use servery_domain::{
    brand_color::BrandColor,
    contact::{check_name, check_text},
    currency::{Currency, Minor},
    delivery_area::DeliveryArea,
    hours::{OpeningHours, week::of_week},
    id::CategoryId,
    lang::Lang,
    legal::LegalNotice,
    limits,
    menu::Category,
    new_restaurant::{Country, MenuIds, NewRestaurantChoices, NewRestaurantField as Field, plain_dish},
    order_settings::{DeliveryZone, OrderSettings, PaymentMethod},
    restaurant::{Address, Cuisine},
    restaurant_file::{FileFormat, RestaurantFile},
    slug::Slug,
    tax::{TaxRate, TaxRules},
    theme::TypePair,
    time::TimeZoneName,
    translation::PartTranslations,
    typed_amount::{self, western_digit},
};

use crate::{form_fields::FormFields, week_form::week_times};

/// Dishes of one's own.
pub const DISHES: usize = 5;
/// The one that a new form has.
pub const FIRST_CUISINE: Cuisine = Cuisine::Italian;
/// Minutes of travel to a delivery.
const TRAVEL: u16 = 20;

/// The restaurant, with something usual in place of what is not accepted, and what that is.
pub fn read(
    fields: FormFields<'_>,
    choices: &NewRestaurantChoices,
    lang: Lang,
) -> (RestaurantFile, Vec<Field>) {
    let mut form = FormReader {
        fields,
        lang,
        wrong: Vec::new(),
    };
    let file = form.restaurant(choices);
    (file, form.wrong)
}

struct FormReader<'a> {
    fields: FormFields<'a>,
    lang: Lang,
    wrong: Vec<Field>,
}

impl FormReader<'_> {
    fn restaurant(&mut self, choices: &NewRestaurantChoices) -> RestaurantFile {
        let name = self.fields.text("name");
        self.hold(Field::Name, check_name("name", &name, limits::NAME).is_ok());
        let slug = self.slug(&name);
        let country = self.country(choices).cloned();
        let currency = self.currency(country.as_ref());
        RestaurantFile {
            format: FileFormat::One,
            id: choices.id,
            slug,
            name,
            cuisine: Cuisine::from_code(self.fields.get("cuisine")).unwrap_or(FIRST_CUISINE),
            description: String::new(),
            lang: self.lang,
            address: self.address(country.as_ref()),
            phone: self.phone(),
            zone: self.zone(country.as_ref()),
            hours: self.hours(),
            holidays: Vec::new(),
            currency,
            tax: self.tax(),
            brand_color: BrandColor::default(),
            type_pair: TypePair::default(),
            logo: None,
            picture: None,
            ordering: self.ordering(currency, choices.takes_cards),
            legal: LegalNotice::default(),
            coupons: Vec::new(),
            table_codes: Vec::new(),
            tables: Vec::new(),
            stations: Vec::new(),
            favourites: Vec::new(),
            categories: self.categories(choices, currency),
            option_groups: Vec::new(),
        }
    }

    fn hold(&mut self, field: Field, is_accepted: bool) {
        if !is_accepted && !self.wrong.contains(&field) {
            self.wrong.push(field);
        }
    }

    /// What was typed, or what the name suggests.
    fn slug(&mut self, name: &str) -> Slug {
        let slug = match self.fields.get("slug") {
            "" => Slug::of_name(name),
            typed => typed.parse().ok(),
        };
        self.hold(Field::Slug, slug.is_some());
        slug.unwrap_or_default()
    }

    fn address(&mut self, country: Option<&Country>) -> Address {
        let [street, postcode, city] = ["street", "postcode", "city"].map(|field| self.fields.text(field));
        let is_accepted = check_name("street", &street, limits::ADDRESS)
            .and(check_text("postcode", &postcode, limits::ADDRESS))
            .and(check_name("city", &city, limits::ADDRESS));
        self.hold(Field::Place, is_accepted.is_ok());
        Address {
            street,
            postcode,
            city,
            country: country.map_or_else(String::new, |country| country.code.clone()),
        }
    }

    fn country<'c>(&mut self, choices: &'c NewRestaurantChoices) -> Option<&'c Country> {
        let code = self.fields.get("country");
        let country = choices.countries.iter().find(|country| country.code == code);
        self.hold(Field::Country, country.is_some());
        country
    }

    fn phone(&mut self) -> String {
        let phone: String = self.fields.text("phone").chars().map(western_digit).collect();
        let is_dialled = phone.chars().filter(char::is_ascii_digit).count() >= 5
            && !phone.chars().any(char::is_alphabetic);
        self.hold(
            Field::Phone,
            is_dialled && check_text("phone", &phone, limits::PHONE).is_ok(),
        );
        phone
    }

    /// What was chosen, or the zone of a country that has one.
    fn zone(&mut self, country: Option<&Country>) -> TimeZoneName {
        let zones = country.map_or(&[][..], |country| &country.zones);
        match self.fields.get("zone") {
            "" => {
                self.hold(Field::Zone, zones.len() <= 1);
                let first = zones.first().cloned();
                first.unwrap_or_else(|| TimeZoneName("UTC".to_owned()))
            }
            chosen => {
                let zone = TimeZoneName(chosen.to_owned());
                self.hold(Field::Zone, check_name("zone", chosen, limits::NAME).is_ok());
                zone
            }
        }
    }

    fn currency(&mut self, country: Option<&Country>) -> Currency {
        let currency = match self.fields.get("currency") {
            "" => country.map(|country| country.currency),
            chosen => {
                let currency = chosen.parse().ok();
                self.hold(Field::Currency, currency.is_some());
                currency
            }
        };
        currency.unwrap_or_default()
    }

    fn tax(&mut self) -> TaxRules {
        let rate = |field| match self.fields.get(field) {
            "" => Some(TaxRate(0)),
            typed => TaxRate::read_percent(typed),
        };
        let (eat_in, takeaway) = (rate("tax-eat-in"), rate("tax-takeaway"));
        let name = self.fields.text("tax-name");
        // Without a tax nobody reads its name.
        let name = match name.is_empty() {
            true => "Tax".to_owned(),
            false => name,
        };
        let is_accepted = check_name("name", &name, limits::NAME).is_ok();
        self.hold(Field::Tax, is_accepted && eat_in.is_some() && takeaway.is_some());
        TaxRules {
            name,
            included: self.fields.get("tax-included") != "no",
            eat_in: eat_in.unwrap_or_default(),
            takeaway: takeaway.unwrap_or_default(),
        }
    }

    fn hours(&mut self) -> OpeningHours {
        let hours = week_times(self.fields).and_then(|days| of_week(&days));
        self.hold(Field::Hours, hours.is_some());
        hours.unwrap_or_default()
    }

    fn ordering(&mut self, currency: Currency, takes_cards: bool) -> OrderSettings {
        let is_on = |field| self.fields.find(field).is_some();
        let (collection, at_table) = (is_on("collection"), is_on("at-table"));
        let delivers = is_on("delivery");
        let accepts_itself = is_on("accepts-itself");
        let payments: Vec<PaymentMethod> = [
            ("pay-card", PaymentMethod::Card),
            ("pay-door", PaymentMethod::Door),
        ]
        .into_iter()
        .filter(|(field, method)| is_on(field) && (takes_cards || *method == PaymentMethod::Door))
        .map(|(_, method)| method)
        .collect();
        self.hold(Field::Serving, collection || at_table || delivers);
        self.hold(Field::Payments, !payments.is_empty());
        let zones = if delivers {
            vec![self.zone_of_delivery(currency)]
        } else {
            Vec::new()
        };
        OrderSettings {
            collection,
            at_table,
            zones,
            accepts_itself,
            payments,
            ..OrderSettings::default()
        }
    }

    fn zone_of_delivery(&mut self, currency: Currency) -> DeliveryZone {
        // Diners write them in the digits of either keyboard.
        let typed: String = self.fields.get("postcodes").chars().map(western_digit).collect();
        let postcodes: Vec<String> = typed
            .split([',', ';', '،', '\n'])
            .map(str::trim)
            .filter(|postcode| !postcode.is_empty())
            .map(str::to_owned)
            .collect();
        let fee = self.amount("delivery-fee", currency);
        let minimum = self.amount("delivery-minimum", currency);
        let is_accepted = !postcodes.is_empty() && fee.is_some() && minimum.is_some();
        self.hold(Field::Delivery, is_accepted);
        DeliveryZone {
            name: self.fields.text("city"),
            area: DeliveryArea::Postcodes(postcodes),
            fee: fee.unwrap_or_default(),
            minimum: minimum.unwrap_or_default(),
            free_from: None,
            travel: TRAVEL,
        }
    }

    /// Nothing typed is nothing to pay.
    fn amount(&self, field: &str, currency: Currency) -> Option<Minor> {
        match self.fields.get(field) {
            "" => Some(Minor::ZERO),
            typed => typed_amount::read(self.lang, currency, typed).filter(is_price),
        }
    }

    fn categories(&mut self, choices: &NewRestaurantChoices, currency: Currency) -> Vec<Category> {
        let mut ids = MenuIds::of(choices.id);
        let chosen = self.fields.get("menu");
        let example = choices.example_menus.iter().find(|menu| menu.code == chosen);
        let own = self.own_dishes(currency, &mut ids);
        let mut categories: Vec<Category> = own.into_iter().collect();
        if let Some(example) = example {
            categories.extend(example.categories(self.lang, currency, &mut ids));
        }
        self.hold(Field::Dishes, !categories.is_empty());
        categories
    }

    fn own_dishes(&mut self, currency: Currency, ids: &mut MenuIds) -> Option<Category> {
        let mut category = Category {
            id: CategoryId(ids.make()),
            name: self.fields.text("category"),
            description: String::new(),
            translations: PartTranslations::default(),
            dishes: Vec::new(),
        };
        for number in 1..=DISHES {
            let name = self.fields.text(&format!("dish-{number}"));
            let typed = self.fields.get(&format!("price-{number}"));
            if name.is_empty() && typed.is_empty() {
                continue;
            }
            let price = typed_amount::read(self.lang, currency, typed).filter(is_price);
            let is_named = check_name("name", &name, limits::NAME).is_ok();
            self.hold(Field::Dishes, is_named && price.is_some());
            category
                .dishes
                .push(plain_dish(&name, price.unwrap_or_default(), ids));
        }
        if category.dishes.is_empty() {
            return None;
        }
        self.hold(
            Field::Dishes,
            check_name("name", &category.name, limits::NAME).is_ok(),
        );
        Some(category)
    }
}

fn is_price(amount: &Minor) -> bool {
    (0..=limits::PRICE).contains(&amount.0)
}

#[cfg(test)]
mod tests {
    use servery_domain::{
        id::RestaurantId,
        new_restaurant::{ExampleCategory, ExampleDish, ExampleMenu, Translations},
    };

    use super::*;

    fn in_all(text: &str) -> Translations {
        Translations {
            en: text.to_owned(),
            de: text.to_owned(),
            ar: text.to_owned(),
        }
    }

    fn choices() -> NewRestaurantChoices {
        NewRestaurantChoices {
            id: RestaurantId(7 << 64),
            takes_cards: false,
            countries: vec![
                Country {
                    code: "DE".into(),
                    currency: "EUR".parse().unwrap(),
                    zones: vec![TimeZoneName("Europe/Berlin".into())],
                    names: in_all("Germany"),
                },
                Country {
                    code: "CA".into(),
                    currency: "CAD".parse().unwrap(),
                    zones: ["America/Toronto", "America/Halifax"]
                        .map(|zone| TimeZoneName(zone.into()))
                        .into(),
                    names: in_all("Canada"),
                },
            ],
            example_menus: vec![ExampleMenu {
                code: "cafe".into(),
                name: in_all("Café"),
                categories: vec![ExampleCategory {
                    name: in_all("Cakes"),
                    dishes: vec![ExampleDish {
                        name: in_all("Cheesecake"),
                        description: in_all("With lemon"),
                        price: 450,
                        allergens: Vec::new(),
                        diets: Vec::new(),
                    }],
                }],
            }],
        }
    }

    const COMPLETE: [(&str, &str); 16] = [
        ("name", "Café Kranz"),
        ("cuisine", "cafe"),
        ("street", "Mühlgasse 3"),
        ("postcode", "10115"),
        ("city", "Berlin"),
        ("country", "DE"),
        ("phone", "+49 30 0100 0100"),
        ("tax-eat-in", "19"),
        ("tax-takeaway", "7"),
        ("mo-from-1", "09:00"),
        ("mo-to-1", "18:00"),
        ("menu", "cafe"),
        ("category", "Coffee"),
        ("dish-2", "Espresso"),
        ("price-2", "2,40"),
        ("collection", "on"),
    ];

    fn read_with(changes: &[(&str, &str)]) -> (RestaurantFile, Vec<Field>) {
        let kept = COMPLETE.iter().chain(&[("pay-door", "on")]);
        let kept = kept.filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        let pairs: Vec<(String, String)> = kept
            .chain(changes)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        read(FormFields(&pairs), &choices(), Lang::German)
    }

    #[test]
    fn what_is_not_typed_is_what_is_usual_in_the_country() {
        let (file, wrong) = read_with(&[]);
        assert_eq!(wrong, []);
        assert_eq!(file.mistakes(), []);
        assert_eq!(file.slug.as_str(), "cafe-kranz");
        assert_eq!(
            (file.zone.0.as_str(), file.currency.code()),
            ("Europe/Berlin", "EUR")
        );
        assert_eq!(file.hours.as_str(), "Mo 09:00-18:00");
        assert_eq!(file.tax.takeaway, TaxRate(70_000));
        let dishes: Vec<_> = file
            .categories
            .iter()
            .flat_map(|category| &category.dishes)
            .map(|dish| (dish.name.as_str(), dish.price.0))
            .collect();
        assert_eq!(dishes, [("Espresso", 240), ("Cheesecake", 450)]);
    }

    #[test]
    fn the_same_form_sent_twice_is_the_same_restaurant() {
        assert_eq!(read_with(&[]), read_with(&[]));
    }

    #[test]
    fn each_mistake_is_named() {
        let delivery = [("delivery", "on"), ("postcodes", "10115, 10117")];
        assert_eq!(read_with(&delivery).1, []);
        let long = "x".repeat(10_000);
        for (changes, wrong) in [
            (&[("name", "")][..], &[Field::Name, Field::Slug][..]),
            (&[("name", &long)], &[Field::Name]),
            (&[("name", "بيت الأرزة")], &[Field::Slug]),
            (&[("name", "بيت الأرزة"), ("slug", "bayt")], &[]),
            (&[("slug", "a b")], &[Field::Slug]),
            (&[("city", "")], &[Field::Place]),
            (&[("country", "")], &[Field::Country]),
            (&[("country", "CA")], &[Field::Zone]),
            (&[("country", "CA"), ("zone", "America/Halifax")], &[]),
            (&[("currency", "euro")], &[Field::Currency]),
            (&[("phone", "later")], &[Field::Phone]),
            (&[("tax-eat-in", "a lot")], &[Field::Tax]),
            (&[("mo-to-1", "")], &[Field::Hours]),
            (&[("mo-to-1", "09:00")], &[Field::Hours]),
            (&[("price-2", "1e9")], &[Field::Dishes]),
            (&[("price-2", "99999999999999")], &[Field::Dishes]),
            (&[("price-2", "")], &[Field::Dishes]),
            (&[("price-2", "1500000")], &[Field::Dishes]),
            (&[("phone", "٠٣٠ ١٢٣٤٥٦٧")], &[]),
            (&[("category", "")], &[Field::Dishes]),
            (&[("menu", ""), ("dish-2", ""), ("price-2", "")], &[Field::Dishes]),
            (&[("collection", ""), ("pay-door", "")], &[]),
            (&[("delivery", "on")], &[Field::Delivery]),
            (
                &[delivery[0], delivery[1], ("delivery-fee", "free")],
                &[Field::Delivery],
            ),
        ] {
            assert_eq!(read_with(changes).1, wrong, "{changes:?}");
        }
        let (file, _) = read_with(&[("delivery", "on"), ("postcodes", "١٠١١٥")]);
        let zone = &file.ordering.zones[0];
        assert_eq!(zone.area, DeliveryArea::Postcodes(vec!["10115".into()]));
        let pairs = [("pay-card".to_owned(), "on".to_owned())];
        let (_, wrong) = read(FormFields(&pairs), &choices(), Lang::English);
        assert!(
            wrong.contains(&Field::Payments),
            "no cards are charged here: {wrong:?}"
        );
        assert!(wrong.contains(&Field::Serving), "{wrong:?}");
    }
}
