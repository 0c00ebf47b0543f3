//! A diner who orders by the API.

use serde_json::{Value, json};

use crate::{
    cluster::{
        client::{Answer, Client},
        random::random_id,
    },
    failure::{Result, fail},
};

/// Never closed, and with a dish without options.
const RESTAURANT: &str = "lighthouse-diner";
const DISH: &str = "Onion Rings";

pub struct Diner<'a> {
    client: &'a Client<'a>,
    site: String,
    dish: String,
    total: i64,
}

/// An order that somebody wants. Sent twice it is the same.
pub struct Wanted {
    key: String,
    body: String,
}

impl<'a> Diner<'a> {
    pub fn come(client: &'a Client<'a>, site: &str) -> Result<Self> {
        let menu = client.get(&format!("{site}/api/v1/restaurants/{RESTAURANT}/menu"));
        let Some(dish) = menu.as_ref().and_then(|menu| find_dish(&menu.body)) else {
            return fail(format!("{RESTAURANT} has no {DISH}: {menu:?}"));
        };
        let mut diner = Self {
            client,
            site: site.to_owned(),
            dish,
            total: 0,
        };
        let basket = diner.basket()?;
        let quote = diner.post("quotes", &basket.to_string(), None);
        let total = quote
            .as_ref()
            .and_then(|quote| serde_json::from_str::<Value>(&quote.body).ok()?["total"].as_i64());
        match total {
            Some(total) => diner.total = total,
            None => return fail(format!("there is no quote: {quote:?}")),
        }
        Ok(diner)
    }

    fn basket(&self) -> Result<Value> {
        let line = json!({ "id": random_id()?, "dish": self.dish, "count": 1 });
        Ok(json!({ "lines": [line], "fulfilment": "collection" }))
    }

    fn post(&self, what: &str, body: &str, key: Option<&str>) -> Option<Answer> {
        let url = format!("{}/api/v1/restaurants/{RESTAURANT}/{what}", self.site);
        let key = key.map(|key| format!("Idempotency-Key: {key}"));
        let mut options = vec!["--header", "Content-Type: application/json", "--data", body];
        options.extend(key.iter().flat_map(|key| ["--header", key]));
        self.client.ask(&url, &options)
    }

    pub fn want(&self) -> Result<Wanted> {
        let body = json!({
            "id": random_id()?, "basket": self.basket()?, "contact": { "name": "Ada", "phone": "+1 212 555 0199" },
            "payment": "door", "seen": self.total, "lang": "en",
        });
        Ok(Wanted {
            key: random_id()?,
            body: body.to_string(),
        })
    }

    /// The token of the order, or what was answered instead.
    pub fn place(&self, wanted: &Wanted) -> std::result::Result<String, String> {
        let answer = self.post("orders", &wanted.body, Some(&wanted.key));
        let token = answer
            .as_ref()
            .filter(|answer| answer.status == 201)
            .and_then(|answer| {
                let receipt: Value = serde_json::from_str(&answer.body).ok()?;
                Some(receipt["token"].as_str()?.to_owned())
            });
        token.ok_or_else(|| format!("{answer:?}"))
    }

    pub fn order(&self) -> Result<String> {
        match self.place(&self.want()?) {
            Ok(token) => Ok(token),
            Err(answer) => fail(format!("an order is answered with {answer}")),
        }
    }

    pub fn cancel(&self, token: &str) -> Option<u16> {
        let url = format!("{}/api/v1/orders/{token}/cancel", self.site);
        let options = ["--header", "Content-Type: application/json", "--data", "{}"];
        Some(self.client.ask(&url, &options)?.status)
    }

    pub fn is_known(&self, token: &str) -> bool {
        let url = format!("{}/api/v1/orders/{token}", self.site);
        self.client.status(&url) == Some(200)
    }
}

fn find_dish(menu: &str) -> Option<String> {
    let menu: Value = serde_json::from_str(menu).ok()?;
    let categories = menu["categories"].as_array()?.iter();
    let mut dishes = categories
        .filter_map(|category| category["dishes"].as_array())
        .flatten();
    let dish = dishes.find(|dish| dish["name"] == DISH)?;
    Some(dish["id"].as_str()?.to_owned())
}
