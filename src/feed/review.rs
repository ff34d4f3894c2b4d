//! What only the whole site shows: files that are the same post, ids that are used twice, settings
//! for feeds that do not exist.

use std::collections::{BTreeMap, HashMap};

use crate::base::hash::Hash;
use crate::catalog::card::Group;
use crate::catalog::cards::{Kept, Place};
use crate::catalog::{Catalog, FeedName};
use crate::content::glob::Glob;
use crate::content::post::Reach;
use crate::content::site::Site;
use crate::content::taxonomy::Taxonomy;
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Finding, Severity};
use crate::diagnostic::identity::KnownBy;
use crate::diagnostic::oddity::Oddity;
use crate::feed::assemble;

/// All findings about the site as a whole, in a fixed order. `config` is the path of its
/// configuration, `page` gives the path of a post's page.
pub fn review(
    catalog: &Catalog,
    site: &Site,
    config: &str,
    page: &dyn Fn(Kept<'_>) -> Option<String>,
) -> Vec<Finding> {
    let mut findings = rivals(catalog);
    findings.extend(same_ids(catalog));
    findings.extend(same_pages(catalog, page));
    findings.extend(unused_overrides(catalog, site, config));
    findings.extend(idle_exclusions(catalog, site, config));
    findings.extend(tags_only(catalog, site, config));
    findings.extend(renamed(catalog, config));
    findings
}

/// Files of a post of which an earlier file is used, and posts whose key an older post has.
fn rivals(catalog: &Catalog) -> Vec<Finding> {
    let rival = |(card, other): (Kept<'_>, Kept<'_>)| {
        let error = if card.place() == Place::Shadowed {
            Error::KnownBy(KnownBy::Shadowed { winner: other.path().to_owned() })
        } else {
            let (key, own_key) = (card.key().to_owned(), card.own_key().to_owned());
            Error::KnownBy(KnownBy::SameKey { key, own_key, other: other.path().to_owned() })
        };
        finding(Severity::Warning, card.path(), 0, error)
    };
    let mut findings: Vec<Finding> = catalog.rivals().map(rival).collect();
    findings.sort_unstable_by(|left, right| left.path.cmp(&right.path));
    findings
}

/// Whether a file is that of a post which is, or will be, in a feed.
fn is_carried(card: Kept<'_>) -> bool {
    card.place() != Place::Shadowed && !card.is_withheld() && card.reach() != Reach::None
}

/// Posts that have the id of another one. Readers take them for one, so a feed carries the newest.
fn same_ids(catalog: &Catalog) -> Vec<Finding> {
    let mut posts: HashMap<Hash, Vec<Kept<'_>>> = HashMap::new();
    for card in catalog.cards() {
        if let Some(id) = card.id().filter(|_| is_carried(card)) {
            posts.entry(id).or_default().push(card);
        }
    }
    let mut findings = Vec::new();
    for mut cards in posts.into_values() {
        cards.sort_unstable_by(|left, right| {
            right.date().cmp(&left.date()).then_with(|| left.own_key().cmp(right.own_key()))
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

/// Posts whose page is that of another one: a link to the one shows the other.
fn same_pages(catalog: &Catalog, page: &dyn Fn(Kept<'_>) -> Option<String>) -> Vec<Finding> {
    let mut cards: Vec<(u64, &str, Kept<'_>)> = catalog
        .cards()
        .filter(|card| is_carried(*card))
        .map(|card| (card.page(), card.path(), card))
        .collect();
    cards.sort_unstable_by_key(|(page, path, _)| (*page, *path));
    let mut findings = Vec::new();
    for same in cards.chunk_by(|(one, ..), (other, ..)| one == other) {
        let (_, first, card) = same[0];
        if same.len() == 1 {
            continue;
        }
        let Some(shared) = page(card) else { continue };
        let id = card.id();
        for (_, path, card) in &same[1..] {
            // Of those with one id that is told.
            let is_told = id.is_some() && id == card.id();
            if !is_told && page(*card).as_ref() == Some(&shared) {
                let (page, other) = (shared.clone(), first.to_owned());
                let error = Error::KnownBy(KnownBy::SamePage { page, other });
                findings.push(finding(Severity::Warning, path, 0, error));
            }
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

/// What is to be left out of feeds, and no post has. Of tags it is not known which there are.
fn idle_exclusions(catalog: &Catalog, site: &Site, config: &str) -> Vec<Finding> {
    let has_posts = |name: &String| {
        let is_it = |(of, group): &Group| *of == Taxonomy::Category && **group == **name;
        catalog.cards().any(|card| card.groups().iter().any(is_it))
    };
    let finds = |glob: &Glob| catalog.cards().any(|card| glob.finds(card.path()));
    let mut findings = Vec::new();
    for (key, exclusion) in [
        ("feedmill.exclude", &site.exclusions.from_all),
        ("feedmill.exclude_from_site", &site.exclusions.from_site),
    ] {
        let categories = exclusion.categories.iter().filter(|name| !has_posts(name));
        let paths = exclusion.paths.iter().filter(|(_, glob)| !finds(glob));
        let written = categories.map(|name| format!("category/{name}"));
        for written in written.chain(paths.map(|(path, _)| path.clone())) {
            let error = Oddity::NoneExcluded { key, written }.into();
            findings.push(finding(Severity::Warning, config, exclusion.line, error));
        }
    }
    findings
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
