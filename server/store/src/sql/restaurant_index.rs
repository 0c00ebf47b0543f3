//! Writes and searches the index of the restaurants.

use async_trait::async_trait;
use futures::TryStreamExt;
use servery_domain::{id::RestaurantId, search::Search, slug::Slug, time::Timestamp};
use sqlx::QueryBuilder;

use crate::{
    Result, SqlStore, StoreError, id,
    restaurant_index::{DirectoryEntry, IndexEntry, RestaurantIndex},
    sql::{
        engine::{Engine, SqlTransaction},
        rows::{insert_all, push_list, row},
    },
    value,
};

row! {
    struct IndexRow in restaurant_index {
        restaurant_id: String,
        revision: i64,
        slug: String,
        cuisine: String,
        is_demo: bool,
        words: String,
        opens_at: i64,
        closes_at: i64,
        due_at: i64,
    }
}

/// Of two nodes, the one that has read the older state may write last.
const UNLESS_NEWER: &str = " on conflict (restaurant_id) do update set revision = excluded.revision, slug = excluded.slug, \
     cuisine = excluded.cuisine, is_demo = excluded.is_demo, words = excluded.words, opens_at = excluded.opens_at, \
     closes_at = excluded.closes_at, due_at = excluded.due_at where restaurant_index.revision < excluded.revision \
     or restaurant_index.revision = excluded.revision and restaurant_index.due_at <> excluded.due_at";
const UNINDEXED: &str = "select changed.restaurant_id from restaurant_changes changed \
     join restaurants on restaurants.id = changed.restaurant_id \
     left join restaurant_index entry on entry.restaurant_id = changed.restaurant_id \
     where changed.restaurant_id > $1 and (entry.revision is null or entry.revision < changed.revision) \
     order by changed.restaurant_id limit $2";
const DUE: &str = "select restaurant_id from restaurant_index where due_at <= $1 order by due_at limit $2";
const DIRECTORY: &str = "select restaurants.slug, restaurants.name, domains.name, demo.restaurant_id from restaurants \
     left join domains on domains.restaurant_id = restaurants.id \
     left join demo_restaurants demo on demo.restaurant_id = restaurants.id \
     where restaurants.slug > $1 order by restaurants.slug limit $2";
const DIRECTORY_PARTS: &str = "select slug from \
     (select slug, row_number() over (order by slug) as place, count(*) over () as places from restaurants) numbered \
     where place % $1 = 0 and place < places order by slug";

impl From<&IndexEntry> for IndexRow {
    fn from(entry: &IndexEntry) -> Self {
        Self {
            restaurant_id: entry.restaurant.to_string(),
            revision: entry.revision.0,
            slug: entry.slug.to_string(),
            cuisine: entry.cuisine.code().to_owned(),
            is_demo: entry.is_demo,
            words: entry.words.clone(),
            opens_at: entry.opens.0,
            closes_at: entry.closes.0,
            due_at: entry.due.0,
        }
    }
}

#[async_trait]
impl<E: Engine> RestaurantIndex for SqlStore<E> {
    async fn unindexed_restaurants(
        &self,
        after: Option<RestaurantId>,
        limit: usize,
    ) -> Result<Vec<RestaurantId>> {
        let rows: Vec<String> = sqlx::query_scalar(UNINDEXED)
            .bind(after.map_or_else(String::new, |after| after.to_string()))
            .bind(limit as i64)
            .fetch_all(&self.pool)
            .await?;
        Ok(rows.iter().filter_map(|restaurant| id(restaurant).ok()).collect())
    }

    async fn lease_due_restaurants(
        &self,
        now: Timestamp,
        leased: Timestamp,
        limit: usize,
    ) -> Result<Vec<RestaurantId>> {
        let due: Vec<String> = sqlx::query_scalar(DUE)
            .bind(now.0)
            .bind(limit as i64)
            .fetch_all(&self.pool)
            .await?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = QueryBuilder::<E>::new("update restaurant_index set due_at = ");
        query
            .push_bind(leased.0)
            .push(" where due_at <= ")
            .push_bind(now.0)
            .push(" and restaurant_id in (select restaurant_id from restaurant_index where restaurant_id");
        push_list(&mut query, &due);
        query.push(E::SKIP_LOCKED).push(") returning restaurant_id");
        let rows: Vec<String> = query.build_query_scalar().fetch_all(&self.writer).await?;
        Ok(rows.iter().filter_map(|restaurant| id(restaurant).ok()).collect())
    }

    async fn index_restaurants(&self, entries: &[IndexEntry]) -> Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let mut rows: Vec<IndexRow> = entries.iter().map(IndexRow::from).collect();
        // In the same order everywhere, so that two nodes never wait for each other.
        rows.sort_by(|one, next| one.restaurant_id.cmp(&next.restaurant_id));
        let mut transaction = self.begin_write().await?;
        insert_all(&mut transaction, &rows, UNLESS_NEWER).await?;
        Ok(transaction.commit().await?)
    }

    async fn search_restaurants(&self, search: &Search, now: Timestamp) -> Result<Vec<(Slug, RestaurantId)>> {
        let mut query = QueryBuilder::<E>::new("select slug, restaurant_id from restaurant_index where ");
        push_filters(&mut query, search, now);
        for word in search.words() {
            query.push(" and words like ").push_bind(anywhere(&word));
            query.push(" escape '\\'");
        }
        query
            .push(" order by slug limit ")
            .push_bind(search.limit as i64 + 1);
        // How many restaurants have a word decides which index is read, so each search is planned by itself.
        let rows: Vec<(String, String)> = query
            .build_query_as()
            .persistent(false)
            .fetch_all(&self.pool)
            .await?;
        match rows.is_empty() && !search.words().is_empty() {
            true => self.search_nearly(search, now).await,
            false => Ok(rows.into_iter().filter_map(read_or_skip).collect()),
        }
    }

    async fn has_only_demos(&self) -> Result<bool> {
        let first: Option<bool> =
            sqlx::query_scalar("select is_demo from restaurant_index order by is_demo limit 1")
                .fetch_optional(&self.pool)
                .await?;
        Ok(first.unwrap_or_default())
    }

    async fn restaurant_by_slug(&self, slug: &Slug) -> Result<Option<RestaurantId>> {
        let row: Option<String> = sqlx::query_scalar("select id from restaurants where slug = $1")
            .bind(slug.as_str())
            .fetch_optional(&self.pool)
            .await?;
        row.as_deref().map(id).transpose()
    }

    async fn directory(&self, after: Option<&Slug>, limit: usize) -> Result<Vec<DirectoryEntry>> {
        let rows: Vec<(String, String, Option<String>, Option<String>)> = sqlx::query_as(DIRECTORY)
            .bind(after.map_or("", |after| after.as_str()))
            .bind(limit as i64)
            .fetch_all(&self.pool)
            .await?;
        let entry = |(slug, name, domain, demo): (String, String, Option<String>, Option<String>)| {
            Ok(DirectoryEntry {
                slug: value(slug)?,
                name,
                domain: domain.map(value).transpose()?,
                is_demo: demo.is_some(),
            })
        };
        rows.into_iter().map(entry).collect()
    }

    async fn directory_parts(&self, size: usize) -> Result<Vec<Slug>> {
        let rows: Vec<String> = sqlx::query_scalar(DIRECTORY_PARTS)
            .bind(size as i64)
            .fetch_all(&self.pool)
            .await?;
        rows.into_iter().map(value).collect()
    }
}

impl<E: Engine> SqlStore<E> {
    /// What is found but for typing errors. The engine proposes, the rule decides.
    async fn search_nearly(&self, search: &Search, now: Timestamp) -> Result<Vec<(Slug, RestaurantId)>> {
        let mut transaction = self.begin_snapshot().await?;
        let proposes = self.can_propose(&mut transaction).await?;
        let mut query =
            QueryBuilder::<E>::new("select slug, restaurant_id, words from restaurant_index where ");
        push_filters(&mut query, search, now);
        if proposes {
            for word in search.words() {
                query.push(" and ").push_bind(word).push(" <% words");
            }
        }
        query.push(" order by slug");
        let query = query
            .build_query_as::<(String, String, String)>()
            .persistent(false);
        let mut rows = query.fetch(&mut *transaction);
        let mut found = Vec::new();
        while found.len() <= search.limit
            && let Some((slug, restaurant, words)) = rows.try_next().await?
        {
            if search.nearly_finds(&words) {
                found.extend(read_or_skip((slug, restaurant)));
            }
        }
        Ok(found)
    }

    /// Whether the engine finds similar words by an index. A word of five letters with two of them in the wrong order has as little as a
    /// fifth of their trigrams in common with the right one.
    async fn can_propose(&self, transaction: &mut SqlTransaction<E>) -> Result<bool> {
        let Some(similar_from) = E::SIMILAR_FROM_A_SEVENTH else {
            return Ok(false);
        };
        let set: Option<String> = sqlx::query_scalar(similar_from)
            .fetch_optional(&mut **transaction)
            .await?;
        Ok(set.is_some())
    }
}

/// All but the words.
fn push_filters<E: Engine>(query: &mut QueryBuilder<E>, search: &Search, now: Timestamp) {
    let after = search.after.as_ref().map_or("", |after| after.0.as_str());
    query.push("slug > ").push_bind(after.to_owned());
    if let Some(cuisine) = search.cuisine {
        query.push(" and cuisine = ").push_bind(cuisine.code());
    }
    if search.open {
        query.push(" and opens_at <= ").push_bind(now.0);
        query.push(" and closes_at > ").push_bind(now.0);
    }
}

/// A row that cannot be read hides no other. The next change of its restaurant writes it anew.
fn read_or_skip((slug, restaurant): (String, String)) -> Option<(Slug, RestaurantId)> {
    let read = || Ok::<_, StoreError>((value(slug)?, id(&restaurant)?));
    read()
        .inspect_err(|error| tracing::error!(%error, "a row of restaurant_index cannot be read"))
        .ok()
}

/// A pattern that matches a text with this word in it.
fn anywhere(word: &str) -> String {
    let mut pattern = String::from("%");
    for c in word.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
