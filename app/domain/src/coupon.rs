//! Coupons: codes that reduce the price of an order.

use serde::{Deserialize, Serialize};

use crate::{
    contact::{check_name, check_number},
    currency::Minor,
    limits,
    mistake::Mistakes,
    tax::portion,
    time::LocalMinute,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Coupon {
    /// In upper case; what diners type is compared without case.
    pub code: String,
    pub effect: CouponEffect,
    /// The minimum total of the dishes.
    #[serde(default)]
    pub minimum: Minor,
    /// In the restaurant's local time; `until` is exclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<LocalMinute>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<LocalMinute>,
    /// How often all customers together may use it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_customer: Option<u32>,
    /// Nobody can use it for now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum CouponEffect {
    /// Millionths of the total of the dishes.
    Portion(u32),
    Amount(Minor),
    FreeDelivery,
}

/// The part of a coupon that is shown to diners.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CouponOffer {
    pub code: String,
    pub effect: CouponEffect,
    pub minimum: Minor,
    /// Why it cannot be used now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<CouponRefusal>,
}

crate::codes::codes! {
    CouponRefusal {
        Unknown = "unknown", Paused = "paused", TooEarly = "too_early", Expired = "expired", BelowMinimum = "below_minimum", UsedUp = "used_up",
        UsedByYou = "used_by_you",
        /// It is limited per customer, and the order names none.
        NeedsContact = "needs_contact",
        NothingToTakeOff = "nothing_to_take_off",
        /// Too many unknown codes were tried.
        TooOften = "too_often",
    }
}

/// How often a coupon has been used so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CouponUsage {
    pub by_all: u32,
    pub by_customer: u32,
    /// The order is to be placed without an account, a phone number or an e-mail address.
    pub is_anonymous: bool,
}

/// The names by which a customer is recognised who uses a coupon again: account, phone number, e-mail address, browser. Each of them
/// counts, so that leaving one out or writing it another way gains nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CouponCustomer {
    pub names: Vec<String>,
    pub is_anonymous: bool,
}

pub fn normal(code: &str) -> String {
    code.trim().to_uppercase()
}

impl Coupon {
    pub fn check(&self, now: LocalMinute, dishes: Minor, used: CouponUsage) -> Result<(), CouponRefusal> {
        if self.paused {
            Err(CouponRefusal::Paused)
        } else if self.from.is_some_and(|from| now < from) {
            Err(CouponRefusal::TooEarly)
        } else if self.until.is_some_and(|until| now >= until) {
            Err(CouponRefusal::Expired)
        } else if self.uses.is_some_and(|uses| used.by_all >= uses) {
            Err(CouponRefusal::UsedUp)
        } else if self.per_customer.is_some_and(|uses| used.by_customer >= uses) {
            Err(CouponRefusal::UsedByYou)
        } else if self.per_customer.is_some() && used.is_anonymous {
            Err(CouponRefusal::NeedsContact)
        } else if dishes < self.minimum {
            Err(CouponRefusal::BelowMinimum)
        } else {
            Ok(())
        }
    }

    /// What is wrong with the coupon itself.
    pub(crate) fn check_values(&self, mistakes: &mut Mistakes) {
        mistakes.check(check_name("code", &self.code, limits::COUPON));
        if self.code != normal(&self.code) {
            mistakes.add("code", format!("is written '{}'", normal(&self.code)));
        }
        mistakes.within("effect", |here| match self.effect {
            CouponEffect::Portion(portion) => here.check(check_number("portion", portion, 1, 1_000_000)),
            CouponEffect::Amount(amount) => here.check(check_number("amount", amount.0, 1, limits::PRICE)),
            CouponEffect::FreeDelivery => {}
        });
        mistakes.check(check_number("minimum", self.minimum.0, 0, limits::PRICE));
        if self
            .from
            .zip(self.until)
            .is_some_and(|(from, until)| until <= from)
        {
            mistakes.add("until", "is not after 'from'");
        }
    }

    pub fn offer(&self, now: LocalMinute, used: CouponUsage) -> CouponOffer {
        let refusal = self.check(now, self.minimum, used).err();
        CouponOffer {
            code: self.code.clone(),
            effect: self.effect,
            minimum: self.minimum,
            refusal,
        }
    }

    /// The reduction, never more than the amount that it applies to.
    pub fn takes_off(&self, dishes: Minor, delivery: Minor) -> Minor {
        match self.effect {
            CouponEffect::Portion(millionths) => portion(dishes, millionths).min(dishes),
            CouponEffect::Amount(amount) => amount.min(dishes),
            CouponEffect::FreeDelivery => delivery,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coupon() -> Coupon {
        Coupon {
            code: "WELCOME".into(),
            effect: CouponEffect::Portion(100_000),
            minimum: Minor(2_000),
            from: Some(LocalMinute(100)),
            until: Some(LocalMinute(200)),
            uses: Some(2),
            per_customer: Some(1),
            paused: false,
        }
    }

    #[test]
    fn each_condition_has_its_refusal() {
        let used = |by_all, by_customer| CouponUsage {
            by_all,
            by_customer,
            is_anonymous: false,
        };
        let anonymous = CouponUsage {
            is_anonymous: true,
            ..CouponUsage::default()
        };
        for (at, dishes, used, answer) in [
            (100, 2_000, used(1, 0), Ok(())),
            (99, 2_000, used(0, 0), Err(CouponRefusal::TooEarly)),
            (200, 2_000, used(0, 0), Err(CouponRefusal::Expired)),
            (150, 1_999, used(0, 0), Err(CouponRefusal::BelowMinimum)),
            (150, 2_000, used(2, 0), Err(CouponRefusal::UsedUp)),
            (150, 2_000, used(1, 1), Err(CouponRefusal::UsedByYou)),
            (150, 2_000, anonymous, Err(CouponRefusal::NeedsContact)),
        ] {
            assert_eq!(
                coupon().check(LocalMinute(at), Minor(dishes), used),
                answer,
                "{at} {dishes} {used:?}"
            );
        }
    }

    #[test]
    fn a_paused_coupon_takes_nothing_off() {
        let paused = Coupon {
            paused: true,
            ..coupon()
        };
        let check = |coupon: &Coupon| coupon.check(LocalMinute(150), Minor(2_000), CouponUsage::default());
        assert_eq!(check(&paused), Err(CouponRefusal::Paused));
        assert_eq!(check(&coupon()), Ok(()));
    }

    #[test]
    fn what_is_wrong_with_a_coupon_is_named() {
        let told = |coupon: Coupon| {
            let mut mistakes = Mistakes::default();
            coupon.check_values(&mut mistakes);
            mistakes.first()
        };
        assert_eq!(told(coupon()), Ok(()));
        type Break = fn(&mut Coupon);
        let broken: [(Break, &str); 5] = [
            (|it| it.code = "welcome ".into(), "code: is written 'WELCOME'"),
            (|it| it.code.clear(), "code: is missing"),
            (
                |it| it.effect = CouponEffect::Portion(1_000_001),
                "effect.portion: is 1 to 1000000",
            ),
            (|it| it.minimum = Minor(-1), "minimum: is 0 to"),
            (|it| it.until = it.from, "until: is not after 'from'"),
        ];
        for (breaks, says) in broken {
            let mut coupon = coupon();
            breaks(&mut coupon);
            let refused = told(coupon);
            assert!(
                refused.as_ref().is_err_and(|error| error.starts_with(says)),
                "{says}: {refused:?}"
            );
        }
    }

    #[test]
    fn it_takes_off_no_more_than_there_is() {
        let off = |effect| Coupon { effect, ..coupon() }.takes_off(Minor(1_005), Minor(250));
        assert_eq!(off(CouponEffect::Portion(100_000)), Minor(101));
        assert_eq!(off(CouponEffect::Portion(2_000_000)), Minor(1_005));
        assert_eq!(off(CouponEffect::Amount(Minor(500))), Minor(500));
        assert_eq!(off(CouponEffect::Amount(Minor(5_000))), Minor(1_005));
        assert_eq!(off(CouponEffect::FreeDelivery), Minor(250));
    }
}
