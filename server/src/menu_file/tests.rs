use proptest::prelude::*;
use servery_domain::{
    currency::Minor,
    edit::Edit,
    id::EditId,
    lang::Lang,
    menu::{Allergen, Diet},
    menu_import::{ImportedDish, ImportedOffers, Unlisted},
    restaurant_file::RestaurantFile,
};

use super::*;
use crate::cli::demo;

const GLORIAFOOD: &[u8] = include_bytes!("../../tests/menus/gloriafood.json");
const TASTYIGNITER: &[u8] = include_bytes!("../../tests/menus/tastyigniter.csv");
const ODOO: &[u8] = include_bytes!("../../tests/menus/odoo.csv");
const ODOO_LIST: &[u8] = include_bytes!("../../tests/menus/odoo_list.csv");
const PAGE: &[u8] = include_bytes!("../../tests/menus/page.html");

fn read_in(currency: &str, bytes: &[u8]) -> Result<ImportedMenu, Vec<ImportMistake>> {
    read(bytes, currency.parse().unwrap(), &Words::of(Lang::English))
}

fn menu_of(bytes: &[u8]) -> ImportedMenu {
    read_in("EUR", bytes).unwrap()
}

/// `Category: Dish 890, Dish 1200`, a line for each category.
fn told(menu: &ImportedMenu) -> Vec<String> {
    let dish = |dish: &ImportedDish| format!("{} {}", dish.name, dish.price.0);
    let categories = menu.categories.iter();
    categories
        .map(|category| {
            let dishes: Vec<String> = category.dishes.iter().map(dish).collect();
            format!("{}: {}", category.name, dishes.join(", "))
        })
        .collect()
}

fn mistakes_of(bytes: &[u8]) -> Vec<String> {
    let mistakes = read_in("EUR", bytes).unwrap_err();
    mistakes.iter().map(ToString::to_string).collect()
}

fn find<'a>(menu: &'a ImportedMenu, name: &str) -> &'a ImportedDish {
    menu.dishes().find(|dish| dish.name == name).unwrap()
}

/// With their choices, and in brackets the groups that these open.
fn groups_of(menu: &ImportedMenu, groups: &[usize]) -> Vec<String> {
    let told = |position: &usize| {
        let group = &menu.option_groups[*position];
        let choices: Vec<String> = group
            .choices
            .iter()
            .map(|choice| {
                let nested = groups_of(menu, choice.option_groups.as_deref().unwrap_or_default()).join(" ");
                let nested = if nested.is_empty() {
                    nested
                } else {
                    format!(" [{nested}]")
                };
                let mark = if choice.preselected == Some(true) { "*" } else { "" };
                format!("{}{mark} {}{nested}", choice.name, choice.price.0)
            })
            .collect();
        format!(
            "{} {}-{}: {}",
            group.name,
            group.min,
            group.max,
            choices.join(", ")
        )
    };
    groups.iter().map(told).collect()
}

fn offers(menu: &ImportedMenu, name: &str) -> Vec<String> {
    match &find(menu, name).offers {
        Some(ImportedOffers::Imported(groups)) => groups_of(menu, groups),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_table_is_read_whatever_separates_its_cells() {
    let expected = ["Soups: Miso 450, Dashi 300", "Noodles: Ramen 1250"];
    let comma = "category,dish,price\nSoups,Miso,4.50\nNoodles,Ramen,12.5\nSoups,Dashi,3\n";
    let semicolon = comma.replace(',', ";").replace('.', ",");
    let tab = "Kategorie\tGericht\tPreis\r\nSoups\tMiso\t4,50 €\r\nSoups\tDashi\t€ 3\r\n\r\nNoodles\tRamen\t12.50\r\n";
    for text in [comma, &semicolon, tab, &format!("\u{feff}{semicolon}")] {
        assert_eq!(told(&menu_of(text.as_bytes())), expected, "{text}");
        for unit in [u16::to_le_bytes as fn(u16) -> [u8; 2], u16::to_be_bytes] {
            let with_mark = format!("\u{feff}{}", text.trim_start_matches('\u{feff}'));
            let bytes: Vec<u8> = with_mark.encode_utf16().flat_map(unit).collect();
            assert_eq!(told(&menu_of(&bytes)), expected, "{text}");
        }
    }
}

#[test]
fn every_mistake_of_a_table_is_named_by_its_line() {
    let text = "category,dish,price,allergens,diets,served,tax_eat_in,tax_takeaway,dish_id\n\
        Soups,Miso,4.50,\"gluten, Soja\",vegan,,,,\n\
        Soups,,4.50,,,,,,\n\
        Soups,Dashi,,,,,,,\n\
        Soups,Kenchin,1.234,,,,,,\n\
        \n\
        Soups,\"Two\nlines\",4.50,plutonium,carnivore,,,,\n\
        Soups,Tom Yam,ten,,,soon,19,,x\n";
    assert_eq!(
        mistakes_of(text.as_bytes()),
        [
            "line 3: the name is missing",
            "line 4: the price is missing",
            "line 5: \"1.234\" can be read in two ways; write all decimals, and no thousands separator",
            "line 7: \"plutonium\" is none of the fourteen allergens",
            "line 7: \"carnivore\" is no diet; known are vegetarian, vegan and halal",
            "line 9: \"ten\" is no price in this currency",
            "line 9: \"x\" is no id; leave it out for a new dish",
            "line 9: \"soon\" are no times; write Mo-Fr 11:30-14:30",
            "line 9: \"\" is no tax rate; write 19 or 8.875",
        ]
    );
}

/// What would take hours or all memory if it were read without a limit.
#[test]
fn hostile_files_are_refused_at_once() {
    let begun = std::time::Instant::now();
    let item = |description: &str| {
        format!(
            "{{\"hasMenuItem\":{{\"name\":\"a\",\"description\":\"{description}\",\"offers\":{{\"price\":1}}}}}}"
        )
    };
    let tags = item(&"<".repeat(4_000_000));
    assert!(
        read_in("EUR", tags.as_bytes()).is_ok(),
        "the description is refused later, for its length"
    );
    let categories: Vec<String> = (0..100_000)
        .map(|number| format!("{{\"name\":\"{number}\",\"items\":[{{\"name\":\"a\",\"price\":1}}]}}"))
        .collect();
    let many = format!("{{\"categories\":[{}]}}", categories.join(","));
    assert!(mistakes_of(many.as_bytes())[0].starts_with("a menu has 20000 dishes"));
    let wrong = format!(
        "category,dish,price,allergens\na,b,1,\"{}\"\n",
        "x,".repeat(1_000_000)
    );
    assert_eq!(mistakes_of(wrong.as_bytes()).len(), MISTAKES);
    let groups = "{\"name\":\"a\",\"options\":[{\"name\":\"b\",\"price\":1}]},".repeat(30_000);
    let items = "{\"name\":\"a\",\"price\":1},".repeat(19_000);
    let file = format!(
        "{{\"categories\":[{{\"name\":\"a\",\"groups\":[{}],\"items\":[{}]}}]}}",
        groups.trim_end_matches(','),
        items.trim_end_matches(',')
    );
    assert!(read_in("EUR", file.as_bytes()).is_ok());
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}

#[test]
fn what_is_no_menu_is_refused_with_what_to_do() {
    let packed = |name: &str, size: usize| {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        archive
            .start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        std::io::Write::write_all(&mut archive, &vec![b' '; size]).unwrap();
        archive.finish().unwrap().into_inner()
    };
    let bomb = packed("xl/worksheets/sheet1.xml", 70 * 1024 * 1024);
    assert!(bomb.len() < 100_000, "{}", bomb.len());
    let latin = b"category,dish,price\nCaf\xe9,Cr\xe8me,3\n";
    let cases: [(&[u8], &str); 11] = [
        (b"", "there is no dish in the file"),
        (b"category,dish,price\n", "there is no dish in the file"),
        (
            b"category,name\nSoups,Miso\n",
            "the first line has no column for the price",
        ),
        (
            b"price;description\n1;2\n",
            "the first line has no column for the dish",
        ),
        (latin, "the text is no UTF-8; save the table as “CSV UTF-8”"),
        (
            b"\xff\xfeabc",
            "the text is no UTF-8; save the table as “CSV UTF-8”",
        ),
        (b"{\"categories\":[", "this is no menu that can be read: "),
        (
            b"<html><body>Our menu</body></html>",
            "this is no menu that can be read: the page has no JSON-LD",
        ),
        (b"PK\x03\x04 nothing", "this is no menu that can be read: "),
        (&bomb, "the file is too large: > 64 MB"),
        (
            &vec![b' '; limits::MENU_FILE + 1],
            "the file is too large: > 8 MB",
        ),
    ];
    for (bytes, said) in cases {
        let told = mistakes_of(bytes);
        assert!(told.len() == 1 && told[0].starts_with(said), "{told:?}: {said}");
    }
    let picture = packed("photo.jpg", 10);
    assert!(
        mistakes_of(&picture)[0].starts_with("this is no menu"),
        "a package of something else"
    );
}

/// The demo's restaurants have everything that a menu can have.
#[test]
fn a_menu_that_is_exported_as_a_table_and_imported_again_is_the_same() {
    for file in demo::catalog().unwrap() {
        let words = Words::of(file.lang);
        let mut tables = vec![write::xlsx(&file).unwrap()];
        tables.extend(Lang::ALL.map(|lang| write::csv(&file, lang).unwrap()));
        for table in tables {
            let menu = read(&table, file.currency, &words).unwrap();
            for unlisted in [Unlisted::Keep, Unlisted::Remove] {
                let again = file.with_menu(&menu, EditId(1), unlisted).unwrap();
                assert_eq!(file.changes_to(&again), [], "{}", file.slug);
            }
        }
    }
}

proptest! {
    /// Names as a spreadsheet might understand them otherwise.
    #[test]
    fn texts_of_a_table_stay_as_they_are(name in "[=+@;,|'\"\\\\a-z-]{1,12}", description in "[=+@;,|'\"a-z -]{0,12}") {
        let (name, description) = (name.trim(), description.trim());
        prop_assume!(!name.is_empty());
        let mut file: RestaurantFile = demo::catalog().unwrap().swap_remove(0);
        file.categories.truncate(1);
        file.categories[0].dishes.truncate(1);
        file.categories[0].name = name.to_owned();
        file.option_groups.truncate(1);
        file.option_groups[0].name = name.to_owned();
        let group = file.option_groups[0].id;
        let dish = &mut file.categories[0].dishes[0];
        dish.name = name.to_owned();
        dish.description = description.to_owned();
        dish.option_groups = vec![group];
        for table in [write::csv(&file, Lang::German).unwrap(), write::xlsx(&file).unwrap()] {
            let menu = read(&table, file.currency, &Words::of(file.lang)).unwrap();
            prop_assert_eq!(&menu.categories[0].name, name);
            prop_assert_eq!(&menu.categories[0].dishes[0].name, name);
            prop_assert_eq!(menu.categories[0].dishes[0].description.as_deref(), Some(description));
            prop_assert_eq!(&menu.categories[0].dishes[0].offers, &Some(ImportedOffers::Named(vec![name.to_owned()])));
        }
    }

    #[test]
    fn no_file_makes_the_reader_fail(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "[\\[\\]{}<>\",:;a-z0-9@ \n=-]{0,120}") {
        let _ = read_in("EUR", &bytes);
        let _ = read_in("EUR", text.as_bytes());
        let _ = read_in("EUR", format!("category,dish,price\n{text}").as_bytes());
        let page = format!("<script type=\"application/ld+json\">{{\"hasMenuItem\":[{text}]}}</script>");
        let _ = read_in("EUR", page.as_bytes());
        let item = format!("{{\"categories\":[{{\"name\":\"a\",\"items\":[{text}]}}]}}");
        let _ = read_in("EUR", item.as_bytes());
    }
}

#[test]
fn gloriafoods_sizes_groups_and_allergens_are_taken_over() {
    let menu = menu_of(GLORIAFOOD);
    assert!(
        told(&menu)[0].starts_with("Pizza aus dem Steinofen: Pizza Margherita 890, "),
        "{:?}",
        told(&menu)
    );
    let margherita = find(&menu, "Pizza Margherita");
    assert_eq!(margherita.diets, Some(vec![Diet::Vegetarian]));
    assert_eq!(margherita.allergens, Some(vec![Allergen::Milk, Allergen::Gluten]));
    let offered = offers(&menu, "Pizza Margherita");
    let toppings = "Extra Belag (26 cm) 0-5: Büffelmozzarella 180, Scharfe Salami 150, Rucola 100";
    assert!(
        offered[0].starts_with(&format!("Size 1-1: 26 cm* 0 [{toppings}], 32 cm 350 [")),
        "{offered:?}"
    );
}

#[test]
fn gloriafoods_other_currency_is_refused() {
    let mistakes = read_in("USD", GLORIAFOOD).unwrap_err();
    assert_eq!(
        mistakes,
        [ImportMistake::new(
            FilePosition::File,
            ImportFault::OtherCurrency,
            "EUR"
        )]
    );
}

#[test]
fn case_tastyigniter_748_a_disabled_dish_does_not_come_back() {
    let menu = menu_of(TASTYIGNITER);
    assert_eq!(
        told(&menu),
        [
            "Starters: Soupe à l’oignon 790, Tarte flambée \"Classique\" 1050",
            "Tartes flambées: Tarte flambée forestière 1125",
            "Mains: Choucroute garnie 1800, Coq au Riesling 1999",
            "Other dishes: Spätzle 450",
            "Drinks: Crémant 500",
        ]
    );
    assert_eq!(menu.left_out_names(), ["Kougelhopf glacé"]);
    let classique = find(&menu, "Tarte flambée \"Classique\"");
    assert_eq!(
        classique.description.as_deref(),
        Some("Crème fraîche, bacon, onions\nServed on a board")
    );
}

#[test]
fn odoos_fields_and_its_list_are_read() {
    let menu = menu_of(ODOO);
    assert_eq!(
        told(&menu),
        [
            "Pizza: Margherita 890, Diavola, extra hot 1050",
            "Pasta: Spaghetti alle vongole 1490, Penne all'arrabbiata 990",
            "Other dishes: Tiramisù 650",
            "Drinks: Espresso 260, House wine red 650",
        ]
    );
    assert_eq!(menu.left_out_names(), ["Kitchen towel (internal)"]);
    let penne = find(&menu, "Penne all'arrabbiata");
    assert_eq!(penne.description.as_deref(), Some("- vegan -"));
    assert_eq!(
        told(&menu_of(ODOO_LIST)),
        [
            "Pizza: Margherita 890, Diavola, extra hot 1050",
            "Other dishes: Tiramisù 650",
            "Drinks: Espresso 260",
        ]
    );
}

#[test]
fn odoos_attributes_are_groups_of_options() {
    let size = "Size 1-1: 26 cm 0, 32 cm 0";
    let menu = menu_of(ODOO);
    let crust = "Crust 1-1: Classic 0, Wholemeal 0, Gluten free 0";
    assert_eq!(offers(&menu, "Margherita"), [size, crust]);
    assert_eq!(offers(&menu, "Diavola, extra hot"), [size]);
    assert_eq!(offers(&menu, "Tiramisù"), [""; 0]);
    assert_eq!(menu.option_groups.len(), 3);
    let list = menu_of(ODOO_LIST);
    assert_eq!(
        offers(&list, "Margherita"),
        [size, "Crust 1-1: Classic 0, Wholemeal 0"]
    );

    let values = "attribute_line_ids/product_template_value_ids";
    let header =
        format!("name,list_price,attribute_line_ids/attribute_id,{values}/name,{values}/price_extra");
    let rows = "Margherita,8.9,Size,26 cm,0.0\n,,,\"32 cm, thick\",3.5\n,,Cut,Slices,0\nCola,3,,,\n";
    let menu = menu_of(format!("{header}\n{rows}").as_bytes());
    assert_eq!(
        offers(&menu, "Margherita"),
        ["Size 1-1: 26 cm 0, 32 cm, thick 350"]
    );
    assert_eq!(offers(&menu, "Cola"), [""; 0]);
    let wrong = format!("{header}\nMargherita,8.9,Size,26 cm,0\n,,,32 cm,more\n");
    assert_eq!(
        mistakes_of(wrong.as_bytes()),
        ["line 3: \"more\" is no price in this currency"]
    );
}

#[test]
fn what_a_page_tells_search_engines_is_read() {
    let menu = menu_of(PAGE);
    assert_eq!(
        told(&menu),
        [
            "Vorspeisen & Suppen: Flädlesuppe 650, Feldsalat \"Linde\" 980",
            "Hauptgerichte: Zwiebelrostbraten 2490",
            "Getränke: Spätburgunder trocken 720, Apfelschorle 0,4 l 410",
        ]
    );
    // The one is offered from a price on, the other has none.
    assert_eq!(menu.left_out_names(), ["Kürbisgnocchi", "Wildteller für zwei"]);
    assert_eq!(
        find(&menu, "Feldsalat \"Linde\"").description.as_deref(),
        Some("mit Kracherle & Walnuss auf Wunsch ohne Speck")
    );
    assert_eq!(find(&menu, "Apfelschorle 0,4 l").diets, Some(vec![Diet::Vegan]));
    assert_eq!(
        offers(&menu, "Spätburgunder trocken"),
        ["Size 1-1: 0,2 l 0, 0,75 l Flasche 1880"]
    );
}

#[test]
fn each_format_makes_an_edit_that_is_accepted_and_is_not_needed_again() {
    let mut before = demo::catalog().unwrap().swap_remove(0);
    before.currency = "EUR".parse().unwrap();
    for bytes in [GLORIAFOOD, TASTYIGNITER, ODOO, ODOO_LIST, PAGE] {
        let menu = menu_of(bytes);
        for unlisted in [Unlisted::Keep, Unlisted::Remove] {
            let id = EditId(1 << 90);
            let wanted = before.with_menu(&menu, id, unlisted).unwrap();
            assert_eq!(wanted.mistakes(), []);
            let changes = before.changes_to(&wanted);
            let after = before.with(&Edit { id, changes }).unwrap();
            assert_eq!(after.categories, wanted.categories);
            let again = after.with_menu(&menu, EditId(7), unlisted).unwrap();
            assert_eq!(after.changes_to(&again), []);
        }
    }
}

#[test]
fn a_date_of_a_spreadsheet_is_no_price() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let date = rust_xlsxwriter::Format::new().set_num_format("mmm yy");
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(["category", "dish", "price"]) {
        sheet.write_string(0, column, name).unwrap();
        sheet.write_string(1, column, name).unwrap();
    }
    // What Excel makes of `9.50` where that is a month and a year.
    sheet.write_number_with_format(1, 2, 18_507, &date).unwrap();
    let book = book.save_to_buffer().unwrap();
    assert_eq!(
        mistakes_of(&book),
        ["line 2: \"#DATE\" is no price in this currency"]
    );
}

#[test]
fn numbers_of_a_spreadsheet_have_no_noise() {
    let mut file = demo::catalog().unwrap().swap_remove(0);
    for (number, dish) in (0..).zip(
        file.categories
            .iter_mut()
            .flat_map(|category| &mut category.dishes),
    ) {
        dish.price = Minor(number * 7 + 1);
    }
    let menu = read(&write::xlsx(&file).unwrap(), file.currency, &Words::of(file.lang)).unwrap();
    let prices: Vec<i64> = menu.dishes().map(|dish| dish.price.0).collect();
    let expected: Vec<i64> = (0..).take(prices.len()).map(|number| number * 7 + 1).collect();
    assert_eq!(prices, expected);
}
