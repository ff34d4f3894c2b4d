//! What only the whole site shows: files that are the same post, ids that are used twice, settings
//! for feeds that do not exist.

use std::collections::{BTreeMap, HashMap};

use crate::content::catalog::cards::Kept;
use crate::content::catalog::{Catalog, FeedName};
use crate::content::site::{Site, Taxonomy};
use crate::error::{Error, Finding, Severity};
use crate::feed::assemble;
use crate::hash::Hash;

/// All findings about the site as a whole, in a fixed order. `config` is the path of its
/// configuration.
pub fn review(catalog: &Catalog, site: &Site, config: &str) -> Vec<Finding> {
    let mut findings = shadowed(catalog);
    findings.extend(same_ids(catalog));
    findings.extend(unused_overrides(catalog, site, config));
    findings.extend(tags_only(catalog, site, config));
    findings.extend(renamed(catalog, config));
    findings
}

/// Files whose key an earlier file has.
fn shadowed(catalog: &Catalog) -> Vec<Finding> {
    let shadowed = |(card, winner): (Kept<'_>, Kept<'_>)| {
        let error = Error::Shadowed { winner: winner.path().to_owned() };
        finding(Severity::Warning, card.path(), 0, error)
    };
    let mut findings: Vec<Finding> = catalog.shadowed().map(shadowed).collect();
    findings.sort_unstable_by(|left, right| left.path.cmp(&right.path));
    findings
}

/// Posts that have the id of another one. Readers take them for one, so a feed carries the newest.
fn same_ids(catalog: &Catalog) -> Vec<Finding> {
    let mut posts: HashMap<Hash, Vec<Kept<'_>>> = HashMap::new();
    let is_winner =
        |card: Kept<'_>| catalog.winner(card.key()).is_some_and(|one| one.path() == card.path());
    for card in catalog.cards() {
        if let Some(id) = card.id().filter(|_| !card.is_withheld() && is_winner(card)) {
            posts.entry(id).or_default().push(card);
        }
    }
    let mut findings = Vec::new();
    for mut cards in posts.into_values() {
        cards.sort_unstable_by(|left, right| {
            right.date().cmp(&left.date()).then_with(|| left.key().cmp(right.key()))
        });
        let first = cards[0].path().to_owned();
        for card in &cards[1..] {
            let error = Error::SameId { other: first.clone() };
            findings.push(finding(Severity::Warning, card.path(), 0, error));
        }
    }
    findings.sort_unstable_by(|left, right| left.path.cmp(&right.path));
    findings
}

/// Windows for feeds that do not exist.
fn unused_overrides(catalog: &Catalog, site: &Site, config: &str) -> Vec<Finding> {
    let folders: Vec<String> = catalog.feeds().map(assemble::folder).collect();
    let is_unused =
        |address: &&String| !folders.iter().any(|folder| folder.trim_end_matches('/') == *address);
    let unused = |address: &String| {
        let line = site.overrides.get(address).map_or(0, |(_, line)| *line);
        let error = Error::NoSuchFeed { address: address.clone() };
        finding(Severity::Warning, config, line, error)
    };
    site.overrides.keys().filter(is_unused).map(unused).collect()
}

/// A site that groups its posts by tags, and has feeds by category only.
fn tags_only(catalog: &Catalog, site: &Site, config: &str) -> Option<Finding> {
    let has_tags = || catalog.cards().any(|card| card.has_tags());
    let has_groups = || catalog.feeds().any(|feed| *feed != FeedName::Site);
    let is_odd = !site.taxonomies.contains(&Taxonomy::Tag) && !has_groups() && has_tags();
    is_odd.then(|| finding(Severity::Warning, config, 0, Error::TagsOnly))
}

/// Groups whose folder has another name, because no file system takes the name as it is.
fn renamed(catalog: &Catalog, config: &str) -> Vec<Finding> {
    let mut names = BTreeMap::new();
    for feed in catalog.feeds() {
        let FeedName::Group(taxonomy, name) = feed else { continue };
        let folder = assemble::folder_name(name);
        if folder != **name {
            names.insert(feed, (taxonomy.word(), name.escape_debug().to_string(), folder));
        }
    }
    let renamed = |(taxonomy, name, folder)| {
        finding(Severity::Note, config, 0, Error::RenamedFolder { taxonomy, name, folder })
    };
    names.into_values().map(renamed).collect()
}

fn finding(severity: Severity, path: &str, line: usize, error: Error) -> Finding {
    Finding { severity, path: path.to_owned(), line, column: 0, error }
}
