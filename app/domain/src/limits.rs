//! How much of anything is accepted. Every input has its limit here, so that pages can say it before the server has to.

/// Characters in a search.
pub const SEARCH: usize = 80;
/// Rows on one page of a list, when the caller doesn't say.
pub const PAGE_DEFAULT: usize = 20;
/// Rows on one page of a list, at the most.
pub const PAGE_MOST: usize = 100;
/// Characters in a name of a restaurant, category, dish, group or choice.
pub const NAME: usize = 120;
/// Characters in a description.
pub const DESCRIPTION: usize = 1_000;
/// Corners of a delivery area, metres from its centre, postcodes in it.
pub const CORNERS: usize = 500;
pub const RADIUS: u32 = 100_000;
pub const POSTCODES: usize = 500;
/// Minor units that one dish, choice, fee or tip may cost.
pub const PRICE: i64 = 100_000_000;
/// Minor units that change hands at once, or lie in a drawer.
pub const MONEY: i64 = 1_000_000_000_000;
/// Characters in what a provider calls a card.
pub const METHOD: usize = 100;
/// Digits of an amount before its point.
pub const AMOUNT: usize = 10;
/// Rows of a basket, and how often each.
pub const LINES: usize = 60;
pub const COUNT: u8 = 99;
/// Choices on one row, and how deep they nest.
pub const PICKS: usize = 60;
pub const DEPTH: usize = 3;
/// Characters in a note on a row, on an order, in allergies, in a reason.
pub const NOTE: usize = 300;
/// Characters in a phone number, an e-mail address, a line of an address, a coupon.
pub const PHONE: usize = 30;
pub const EMAIL: usize = 254;
pub const ADDRESS: usize = 120;
pub const COUPON: usize = 32;
/// Refunds of an order.
pub const REFUNDS: usize = 20;
/// Days ahead that an order may be for.
pub const DAYS_AHEAD: u8 = 28;
/// Bytes in the body of a request.
pub const BODY: usize = 64 * 1024;
/// Bytes of what a device sends at once.
pub const SYNC: usize = 1024 * 1024;
/// Bytes of a file in which a device handed over what it could not send.
pub const OP_IMPORT: usize = 8 * 1024 * 1024;
/// Characters of a code that lets a device in, and the seconds that it is good for.
pub const CODE: usize = 8;
pub const CODE_LIVES: i64 = 600;
/// Characters in an Idempotency-Key.
pub const KEY: usize = 64;
/// Characters in a password, at least and at most.
pub const PASSWORD: (usize, usize) = (8, 128);
/// Passkeys that open an account.
pub const PASSKEYS: usize = 20;
/// Addresses that an account keeps.
pub const ADDRESSES: usize = 10;
/// Lines, discounts and guests of a bill.
pub const BILL_LINES: usize = 500;
pub const DISCOUNTS: usize = 20;
pub const GUESTS: u16 = 500;
/// Orders that a courier takes along, and characters of a picture that proves a delivery.
pub const STOPS: usize = 30;
pub const PHOTO: usize = 60_000;
/// Categories of a station.
pub const CATEGORIES: usize = 200;
/// Courses of a meal.
pub const COURSES: u8 = 9;
/// Browsers that are told of one order, and characters in the address at which a push service takes what they are told.
pub const BROWSERS: usize = 5;
pub const ENDPOINT: usize = 1_000;
