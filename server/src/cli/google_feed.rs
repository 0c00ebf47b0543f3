//! `servery google-feed`: the files from which Google links restaurants in Search and Maps with their pages here, by its
//! interface "Ordering Redirect". Whoever has an account there uploads them each day.

use std::{fs, path::Path};

use serde_json::{Value, json};
use servery_domain::{limits, restaurant::Listing, search::Search, time::Timestamp};

use super::error::CliError;
use crate::{catalog::Catalog, settings::Settings};

/// A kind of feed: what its files are called, and its name in Google's descriptor.
const ENTITIES: (&str, &str) = ("entity", "reservewithgoogle.entity");
const ACTIONS: (&str, &str) = ("action", "reservewithgoogle.action.v2");

/// Writes the files into the folder, and says what to do with them.
pub async fn run(
    settings: &Settings,
    catalog: &Catalog,
    folder: &Path,
    now: Timestamp,
) -> Result<String, CliError> {
    let (mut entities, mut links) = (Vec::new(), Vec::new());
    let mut search = Search {
        limit: limits::PAGE_MOST,
        ..Search::default()
    };
    loop {
        let page = catalog.search(&search).await?;
        for listing in page
            .items
            .iter()
            .filter(|listing| !listing.is_demo && has_link(listing))
        {
            entities.push(entity(settings, listing));
            links.extend(actions(settings, listing));
        }
        search.after = page.next;
        if search.after.is_none() {
            break;
        }
    }
    let restaurants = entities.len();
    write(folder, ENTITIES, entities, now)?;
    write(folder, ACTIONS, links, now)?;
    Ok(format!(
        "{} restaurants are in {}: upload its four files to the SFTP server that Google's Partner Portal names, each day",
        restaurants,
        folder.display()
    ))
}

fn has_link(listing: &Listing) -> bool {
    let ordering = &listing.restaurant.ordering;
    ordering.collection || ordering.delivers()
}

fn write(
    folder: &Path,
    (file, name): (&str, &str),
    data: Vec<Value>,
    now: Timestamp,
) -> Result<(), CliError> {
    remove_earlier(folder, file)?;
    let data_file = format!("{file}_{}.json", now.0);
    let descriptor = json!({ "generation_timestamp": now.0, "name": name, "data_file": [data_file] });
    let descriptor_file = format!("{file}_{}.filesetdesc.json", now.0);
    for (file, content) in [
        (data_file, json!({ "data": data })),
        (descriptor_file, descriptor),
    ] {
        let path = folder.join(file);
        fs::write(&path, content.to_string()).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

/// Of the same kind: whoever uploads the folder uploads what holds today.
fn remove_earlier(folder: &Path, file: &str) -> Result<(), CliError> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let rest = name.strip_prefix(file).and_then(|rest| rest.strip_prefix('_'));
        let is_earlier = rest.is_some_and(|rest| {
            let stamp = rest.trim_end_matches(".json").trim_end_matches(".filesetdesc");
            rest.ends_with(".json") && stamp.bytes().all(|byte| byte.is_ascii_digit())
        });
        if is_earlier {
            fs::remove_file(&path).map_err(failed)?;
        }
    }
    Ok(())
}

fn entity(settings: &Settings, listing: &Listing) -> Value {
    let restaurant = &listing.restaurant;
    let address = &restaurant.address;
    json!({
        "entity_id": restaurant.id,
        "name": restaurant.name,
        "telephone": restaurant.phone,
        "url": settings.page_url(listing),
        "location": { "address": {
            "country": address.country,
            "locality": address.city,
            "postal_code": address.postcode,
            "street_address": address.street,
        } },
    })
}

/// One for each way in which somebody gets the dishes.
fn actions(settings: &Settings, listing: &Listing) -> Vec<Value> {
    let restaurant = &listing.restaurant;
    let ways = [
        ("TAKEOUT", restaurant.ordering.collection),
        ("DELIVERY", restaurant.ordering.delivers()),
    ];
    let offered = ways.into_iter().filter(|(_, is_offered)| *is_offered);
    let action = offered.map(|(way, _)| {
        json!({
            "entity_id": restaurant.id,
            "link_id": format!("{}-{}", way.to_lowercase(), restaurant.id),
            "url": settings.page_url(listing),
            "actions": [{ "food_ordering_info": { "service_type": way } }],
        })
    });
    action.collect()
}
