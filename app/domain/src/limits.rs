//! Limits of every input, shared so that pages can check them before the server does.

/// Characters in a search.
pub const SEARCH: usize = 80;
/// Words of a search, and of a guest's name, by which an order is found.
pub const SEARCH_WORDS: usize = 6;
/// Items on a page of a list by default.
pub const PAGE_DEFAULT: usize = 20;
/// Items on a page of a list at most.
pub const PAGE_MOST: usize = 100;
/// Orders on a page of the list of all orders.
pub const PAGE_ORDERS: usize = 50;
/// Orders in a file for the books.
pub const EXPORTED_ORDERS: usize = 20_000;
/// Characters in a name of a restaurant, category, dish, group or choice.
pub const NAME: usize = 120;
/// Characters in a description.
pub const DESCRIPTION: usize = 1_000;
/// Corners of a delivery area, its radius in metres, postcodes in it.
pub const CORNERS: usize = 500;
pub const RADIUS: u32 = 100_000;
pub const POSTCODES: usize = 500;
/// Minor units that one dish, choice, fee or tip may cost.
pub const PRICE: i64 = 100_000_000;
/// Of a portion, where a usual dish is 1.
pub const WORK: u8 = 100;
/// Minor units of one payment or one drawer.
pub const MONEY: i64 = 1_000_000_000_000;
/// Minor units by which a payment in cash may be rounded: half of the largest step of a currency.
pub const ROUNDING: i64 = 500;
/// Characters in a provider's payment method.
pub const METHOD: usize = 100;
/// Digits of an amount before the decimal point.
pub const AMOUNT: usize = 10;
/// Lines of a basket, and the count of each.
pub const LINES: usize = 60;
pub const COUNT: u8 = 99;
/// Picks on one line, and their nesting depth.
pub const PICKS: usize = 60;
pub const DEPTH: usize = 3;
/// Characters in a note on a line, a note on an order, allergies, or a reason.
pub const NOTE: usize = 300;
/// Characters in a phone number, an e-mail address, a line of an address, a coupon.
pub const PHONE: usize = 30;
pub const EMAIL: usize = 254;
pub const ADDRESS: usize = 120;
pub const COUPON: usize = 32;
/// Characters in a house number of an imported address.
pub const NUMBER: usize = 30;
/// Characters from which an address is searched for, and words of it beside the street that are looked at.
pub const PLACE_SEARCH_FROM: usize = 3;
pub const PLACE_SEARCH_WORDS: usize = 4;
/// Addresses that a search suggests.
pub const PLACES: usize = 8;
/// Refunds of an order.
pub const REFUNDS: usize = 20;
/// Days ahead that an order may be for.
pub const DAYS_AHEAD: u8 = 28;
/// Characters in the address of a web page that a menu is imported from.
pub const WEB_ADDRESS: usize = 2_000;
/// Bytes in the body of a request.
pub const BODY: usize = 64 * 1024;
/// Edits of a restaurant that wait to be published, and changes of one edit.
pub const UNPUBLISHED_EDITS: usize = 2_000;
pub const EDIT_CHANGES: usize = 25_000;
/// Days ahead for which edits may be scheduled.
pub const SCHEDULE_DAYS: i64 = 730;
/// Bytes of an edit.
pub const EDIT: usize = 1024 * 1024;
/// Of the form of a new restaurant, which comes back in an address if it is not accepted.
pub const NEW_RESTAURANT_FORM: usize = 12 * 1024;
/// Bytes of one sync request.
pub const SYNC: usize = 1024 * 1024;
/// Bytes of an exported file of unsynced ops.
pub const OP_IMPORT: usize = 8 * 1024 * 1024;
/// Characters of a pairing code, and its lifetime in seconds.
pub const CODE: usize = 8;
pub const CODE_LIVES: i64 = 600;
/// Characters in an Idempotency-Key.
pub const KEY: usize = 64;
/// Characters in a password, minimum and maximum.
pub const PASSWORD: (usize, usize) = (8, 128);
/// Passkeys of an account.
pub const PASSKEYS: usize = 20;
/// Delivery addresses of an account.
pub const ADDRESSES: usize = 10;
/// Cashiers of a restaurant, up to which its office adds one.
pub const CASHIERS: usize = 200;
/// Lines, discounts and guests of a bill.
pub const BILL_LINES: usize = 500;
pub const DISCOUNTS: usize = 20;
pub const VOIDS: usize = 200;
/// The end of the year 9999, counted in seconds.
pub const LAST_SECOND: i64 = 253_402_300_799;
pub const GUESTS: u16 = 500;
/// Orders of a delivery run, and characters of a photo that proves a delivery.
pub const STOPS: usize = 30;
pub const PHOTO: usize = 60_000;
/// Categories of a menu, and of a station.
pub const CATEGORIES: usize = 200;
/// Dishes of a menu; its groups of options, choices of a group, and groups that one dish or choice offers.
pub const DISHES: usize = 20_000;
pub const OPTION_GROUPS: usize = 2_000;
pub const CHOICES: usize = 200;
pub const OFFERED_GROUPS: usize = 50;
/// Widths of a picture.
pub const WIDTHS: usize = 16;
/// Of a picture that is uploaded: its bytes, its pixels, and the widths that are made of it.
pub const PICTURE_FILE: usize = 16 * 1024 * 1024;
pub const PICTURE_PIXELS: u64 = 32_000_000;
pub const PICTURE_WIDTHS: [u16; 3] = [320, 640, 1280];
pub const LOGO_WIDTHS: [u16; 3] = [96, 192, 288];
/// Holidays, delivery zones and coupons of a restaurant.
pub const HOLIDAYS: usize = 500;
pub const ZONES: usize = 100;
pub const COUPONS: usize = 1_000;
/// Tables of a restaurant, stations of its kitchen, and dishes on the tills' page of favourites.
pub const TABLES: usize = 1_000;
pub const STATIONS: usize = 50;
pub const FAVOURITES: usize = 500;
/// Bytes of a menu that is imported, and of what a packed one unpacks to.
pub const MENU_FILE: usize = 8 * 1024 * 1024;
pub const MENU_FILE_UNPACKED: u64 = 64 * 1024 * 1024;
/// Bytes of a restaurant as a file.
pub const RESTAURANT_FILE: usize = 32 * 1024 * 1024;
/// Courses of a meal.
pub const COURSES: u8 = 9;
/// Browsers subscribed to one order, and characters of a push subscription's endpoint.
pub const BROWSERS: usize = 5;
pub const ENDPOINT: usize = 1_000;
/// Open invitations of a restaurant to its staff.
pub const INVITATIONS: usize = 50;
