//! Posts that stay and have other ids, because their files were moved or renamed, and posts that come
//! late: what readers make of them is told, and nothing is held back.

use std::collections::{HashMap, HashSet};

use crate::base::hash::Hash;
use crate::catalog::cards::{Kept, Place};
use crate::catalog::{Catalog, Change};
use crate::content::date::Moment;
use crate::content::post::Reach;
use crate::content::post_path::Layout;
use crate::content::taxonomy::Taxonomy;
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Finding, Severity};
use crate::diagnostic::identity::KnownBy;
use crate::engine::post_reader;
use crate::source::path_list::PathList;

/// How long ago a copy may have come of a post that goes now, in nanoseconds: who moves files over a
/// network copies them first, and an older one of the same bytes is another post.
const LATELY: i64 = 60_000_000_000;

/// What a pass finds before it takes anything in.
#[derive(Debug, Default)]
pub struct Moves {
    /// Published posts whose files are gone, by the hashes of these.
    gone: HashMap<Hash, Gone>,
    /// Files that were no posts.
    new: HashSet<Box<str>>,
    /// When the newest post was published.
    newest: Option<Moment>,
}

#[derive(Debug)]
struct Gone {
    path: Box<str>,
    own_key: Box<str>,
    id: Option<Hash>,
}

impl Moves {
    /// Notes what will be gone and what will be new.
    pub fn of(catalog: &Catalog, layout: &Layout, gone: &[Change], files: &PathList) -> Self {
        let mut moves = Self::default();
        for change in gone {
            let Change::Remove { key, path } = change else { continue };
            let card = catalog.card(key, path).filter(|card| is_published(*card));
            moves.gone.extend(card.map(|card| (card.hash(), Gone::of(card))));
        }
        let is_new = |path: &&str| post_reader::known(catalog, layout, path).is_none();
        moves.new.extend(files.iter().map(|(path, _)| path).filter(is_new).map(Box::from));
        moves.newest = catalog.newest();
        moves
    }

    /// Notes what is otherwise in a catalog than in a former one.
    pub fn between(former: &Catalog, catalog: &Catalog) -> Self {
        let has =
            |catalog: &Catalog, card: Kept<'_>| catalog.card(card.key(), card.path()).is_some();
        let gone = former.cards().filter(|card| is_published(*card) && !has(catalog, *card));
        let gone: HashMap<_, _> = gone.map(|card| (card.hash(), Gone::of(card))).collect();
        // Of a first pass all is new, and nothing has moved.
        if gone.is_empty() {
            return Self::default();
        }
        let new = catalog.cards().filter(|card| !has(former, *card));
        Self { gone, new: new.map(|card| card.path().into()).collect(), newest: None }
    }

    /// What there is to say of it now that all is taken in, as of `now`.
    pub fn findings(&self, catalog: &Catalog, layout: &Layout, now: i64) -> Vec<Finding> {
        let mut findings = Vec::new();
        findings.extend(self.moved(catalog, now));
        findings.extend(self.late(catalog, layout, now));
        findings
    }

    /// Posts that are there still, by their content, and have another id.
    fn moved(&self, catalog: &Catalog, now: i64) -> Option<Finding> {
        let is_lost = |gone: &Gone| {
            let has_key = |card: Kept<'_>| is_published(card) && *card.own_key() == *gone.own_key;
            gone.id.is_some() || !catalog.named(&gone.own_key).is_some_and(has_key)
        };
        let lost: HashMap<Hash, &Gone> = self
            .gone
            .iter()
            .filter(|(_, gone)| is_lost(gone))
            .map(|(hash, gone)| (*hash, gone))
            .collect();
        if lost.is_empty() {
            return None;
        }
        let came = |card: &Kept<'_>| {
            let is_new = self.new.contains(card.path());
            is_published(*card) && (is_new || card.stamp().touched_within(LATELY, now).is_some())
        };
        let mut moved: Vec<(&str, &str)> = Vec::new();
        for card in catalog.cards().filter(came) {
            if let Some(gone) = lost.get(&card.hash()).filter(|gone| !gone.has_id_of(card)) {
                moved.push((card.path(), &*gone.path));
            }
        }
        moved.sort_unstable();
        moved.dedup_by_key(|(_, from)| *from);
        let (to, from) = moved.first()?;
        let error = KnownBy::Moved { posts: moved.len(), from: (*from).to_owned() };
        Some(Finding { severity: Severity::Warning, ..*Finding::about(*to, Error::KnownBy(error)) })
    }

    /// Posts that come below the newest one.
    fn late(&self, catalog: &Catalog, layout: &Layout, now: i64) -> Option<Finding> {
        let newest = self.newest?.min(Moment::from_nanoseconds(now));
        let is_late = |path: &&str| {
            let card = post_reader::known(catalog, layout, path).filter(|card| is_published(*card));
            let is_item = |card: Kept<'_>| {
                card.groups().iter().any(|(taxonomy, _)| *taxonomy == Taxonomy::Collection)
            };
            let card = card.filter(|card| !is_item(*card));
            card.is_some_and(|card| card.date() < newest && !self.gone.contains_key(&card.hash()))
        };
        let mut late: Vec<&str> = self.new.iter().map(|path| &**path).filter(is_late).collect();
        late.sort_unstable();
        let error = KnownBy::Late { posts: late.len() };
        let finding = *Finding::about(*late.first()?, Error::KnownBy(error));
        Some(Finding { severity: Severity::Note, ..finding })
    }
}

impl Gone {
    fn of(card: Kept<'_>) -> Self {
        Self { path: card.path().into(), own_key: card.own_key().into(), id: card.id() }
    }

    /// Whether a post has the id, which is not made of the key.
    fn has_id_of(&self, card: Kept<'_>) -> bool {
        self.id.is_some() && self.id == card.id()
    }
}

/// Whether a file is that of a post which is, or will be, in a feed.
fn is_published(card: Kept<'_>) -> bool {
    !card.is_withheld() && card.reach() != Reach::None && card.place() != Place::Shadowed
}
