//! `servery import`: makes or changes a restaurant as a file says, all of it or nothing.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use servery_domain::{
    audit::Author,
    id::EditId,
    limits,
    menu_import::{ImportMistake, Unlisted},
    mistake::Mistake,
    restaurant_file::RestaurantFile,
    slug::Slug,
    time::Timestamp,
};
use servery_store::{
    Store,
    restaurant_files::{ImportMode, ImportOutcome},
};

use super::error::CliError;
use crate::{
    http::visitor,
    menu_file::{self, Words},
    restaurant_file::{
        changes::changes,
        read::{read, text, told},
    },
};

/// The restaurant with the menu, and the names of dishes that the file leaves out.
type MergedMenu = Result<(RestaurantFile, Vec<String>), Vec<ImportMistake>>;
/// The slug of the restaurant whose menu a file has.
type MenuOf<'a> = Option<(&'a str, Unlisted)>;

/// What to tell the person at the terminal.
pub async fn run(
    store: &dyn Store,
    (path, menu_of): (&Path, MenuOf<'_>),
    mode: ImportMode,
    now: Timestamp,
) -> Result<String, CliError> {
    let bytes = bytes_of(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let nothing = |mistakes: &str| format!("{}: nothing was imported\n{mistakes}", path.display());
    let refused = |text: &str, mistakes: &[Mistake]| nothing(&told(text, mistakes));
    let (file, text, left_out) = match menu_of {
        None => {
            let text = text(&bytes).map_err(|mistake| refused("", &[mistake]))?;
            let file = read(text).map_err(|mistakes| refused(text, &mistakes))?;
            (file, text, Vec::new())
        }
        Some((slug, unlisted)) => {
            let restaurant = restaurant(store, slug).await?;
            let menu = with_menu(&restaurant, &bytes, unlisted)?;
            let (file, left_out) = menu.map_err(|mistakes| nothing(&menu_file::told(&mistakes)))?;
            (file, "", left_out)
        }
    };
    let mut told = match store
        .import_restaurant(&file, mode, (Author::Operator, now))
        .await?
    {
        ImportOutcome::Refused(mistakes) => return Err(refused(text, &mistakes).into()),
        ImportOutcome::Unchanged => format!("{} is as the file says; nothing changes", file.slug),
        ImportOutcome::Created => created(&file, mode),
        ImportOutcome::Changed { before } => changed(&before, &file, mode)?,
    };
    for name in left_out {
        told += &format!("\nleft out, not offered or without a certain price: {name}");
    }
    Ok(told)
}

async fn restaurant(store: &dyn Store, slug: &str) -> Result<RestaurantFile, CliError> {
    let slug = slug.parse::<Slug>()?;
    let found = store.export_restaurant(&slug).await?;
    Ok(found.ok_or_else(|| format!("there is no restaurant '{slug}'"))?)
}

fn with_menu(restaurant: &RestaurantFile, bytes: &[u8], unlisted: Unlisted) -> Result<MergedMenu, CliError> {
    let ids = EditId(visitor::id()?);
    let words = Words::of(restaurant.lang);
    let read = menu_file::read(bytes, restaurant.currency, &words);
    Ok(read.and_then(|menu| Ok((restaurant.with_menu(&menu, ids, unlisted)?, menu.left_out_names()))))
}

/// No more than shows that there are too many.
fn bytes_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = limits::RESTAURANT_FILE as u64 + 1;
    match path == Path::new("-") {
        true => io::stdin().lock().take(most).read_to_end(&mut bytes)?,
        false => File::open(path)?.take(most).read_to_end(&mut bytes)?,
    };
    Ok(bytes)
}

fn created(file: &RestaurantFile, mode: ImportMode) -> String {
    let dishes: usize = file.categories.iter().map(|category| category.dishes.len()).sum();
    let verb = match mode {
        ImportMode::Write => "is",
        ImportMode::DryRun => "would be",
    };
    format!("{} {verb} new, with {dishes} dishes", file.slug)
}

fn changed(before: &RestaurantFile, after: &RestaurantFile, mode: ImportMode) -> Result<String, CliError> {
    let mut lines: Vec<String> = changes(before, after)?.iter().map(ToString::to_string).collect();
    let verb = match mode {
        ImportMode::Write => "is changed",
        ImportMode::DryRun => "would be changed",
    };
    lines.push(format!("{} {verb}", after.slug));
    Ok(lines.join("\n"))
}
