//! The catalog packs its cards; whatever comes and goes, it must answer as a plain list would.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use feedmill::base::fingerprint::Fingerprint;
use feedmill::base::hash::Hash;
use feedmill::catalog::card::Card;
use feedmill::catalog::cards::{Kept, Place};
use feedmill::catalog::{Catalog, Change, FeedName, Horizon};
use feedmill::content::date::Moment;
use feedmill::content::dependency::Use;
use feedmill::content::post::Reach;
use feedmill::content::site::Window;
use feedmill::content::taxonomy::Taxonomy;
use proptest::prelude::{ProptestConfig, Strategy, any, prop, proptest};

/// Everything: no limit, and no hours.
const ALL: Window = Window {
    limit: usize::MAX,
    hours: None,
    cap: usize::MAX,
    extent: feedmill::content::site::Extent::Full,
    size: usize::MAX,
};

/// A card among few keys, dates and groups, so that they meet.
fn card() -> impl Strategy<Value = Card> {
    let groups = prop::collection::btree_set(0..4_u8, 0..3);
    let names = (0..100_u16, 0..3_usize, 0..4_u16);
    let shape = (names, 0..40_i64, groups, any::<bool>(), 0..20_u8);
    shape.prop_map(|((key, rank, year), date, groups, is_withheld, version)| {
        let folder = if year < 2 { String::new() } else { format!("{year}/") };
        // The third root has names of which the key is no part, as those that are not composed.
        let (key, path) = match rank {
            2 => (format!("é{key}"), format!("third/{folder}e\u{301}{key}.md")),
            _ => (format!("é{key}"), format!("root{rank}/{folder}é{key}.md")),
        };
        Card {
            long_key: format!("{folder}{key}").into(),
            key: key.as_str().into(),
            path: path.as_str().into(),
            rank,
            date: Moment::from_unix(date),
            is_withheld: is_withheld && version == 0,
            groups: groups
                .into_iter()
                .map(|group| (Taxonomy::Category, Arc::from(format!("group {group}"))))
                .collect(),
            id: (version % 3 == 0).then(|| Hash::of(&[version])),
            uses: if version % 5 == 0 { Box::new([Use::Post("é1".into())]) } else { Box::new([]) },
            reach: match version {
                5 => Reach::Groups,
                6 => Reach::None,
                _ => Reach::All,
            },
            expires: (version % 4 == 1).then(|| Moment::from_unix(date + i64::from(version) - 3)),
            changes: (version % 7 == 3).then(|| Moment::from_unix(date + i64::from(version))),
            page: u64::from(version),
            has_tags: version % 2 == 0,
            hash: Hash::of(&[version]),
            stamp: Fingerprint {
                size: 9,
                modified: i64::from(version),
                changed: i64::from(version),
                inode: 7,
            },
        }
    })
}

/// What the catalog is for, without any haste: all cards, and each question answered by looking at
/// every one of them.
#[derive(Default)]
struct List(BTreeMap<Arc<str>, Card>);

impl List {
    /// The posts, each by its own key.
    fn posts(&self) -> BTreeMap<String, &Card> {
        let mut cards: Vec<&Card> = self.0.values().collect();
        cards.sort_by_key(|card| (card.rank, &card.path));
        let mut posts: Vec<&Card> = Vec::new();
        for card in cards {
            let is_of = |post: &&Card| {
                post.key == card.key
                    && (post.long_key == card.long_key
                        || (post.rank != card.rank && post.date == card.date))
            };
            if !posts.iter().any(is_of) {
                posts.push(card);
            }
        }
        posts.sort_by_key(|card| (card.date, &card.path));
        let mut by_key: BTreeMap<String, &Card> = BTreeMap::new();
        for card in posts {
            let bare = card.path.strip_suffix(".md").unwrap();
            let longer = if card.long_key == card.key { bare } else { &card.long_key };
            let is_taken = by_key.contains_key(&*card.key);
            let former = by_key.insert((if is_taken { longer } else { &card.key }).into(), card);
            assert!(former.is_none(), "two posts with the key of {}", card.path);
        }
        by_key
    }

    /// The keys of a feed's posts, newest first.
    fn feed(&self, name: &FeedName, horizon: Horizon) -> Vec<String> {
        let Horizon { now, has_future } = horizon;
        let is_in = |card: &&Card| match name {
            FeedName::Site => card.reach == Reach::All,
            FeedName::Group(taxonomy, group) => {
                let mut groups = card.groups.iter();
                card.reach != Reach::None
                    && groups.any(|(of, name)| of == taxonomy && name == group)
            }
        };
        let is_shown = |card: &Card| {
            let has_expired = card.expires.is_some_and(|at| at <= now || at == card.date);
            !card.is_withheld && !has_expired && (has_future || card.date <= now)
        };
        let mut posts: Vec<(String, &Card)> = self.posts().into_iter().collect();
        posts.retain(|(_, card)| is_shown(card) && is_in(card));
        posts.sort_by_key(|(_, card)| (Reverse(card.date), &card.key, &card.path));
        posts.into_iter().map(|(own_key, _)| own_key).collect()
    }
}

fn names() -> impl Iterator<Item = FeedName> {
    let group = |number| FeedName::Group(Taxonomy::Category, Arc::from(format!("group {number}")));
    std::iter::once(FeedName::Site).chain((0..4).map(group))
}

fn feeds(catalog: &Catalog) -> BTreeMap<FeedName, Vec<String>> {
    let keys = |name: &FeedName| {
        catalog.window(name, ALL).iter().map(|card| card.own_key().to_owned()).collect()
    };
    names().map(|name| (name.clone(), keys(&name))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Several thousand changes: pieces of the order are split and joined, slots and paths reused.
    #[test]
    fn it_answers_as_a_plain_list_would(
        steps in prop::collection::vec((card(), 0..4_u8), 1..3000),
        has_future in any::<bool>(),
    ) {
        let mut catalog = Catalog::default();
        let mut list = List::default();
        let mut horizon = Horizon { now: Moment::from_unix(10), has_future };
        for (index, (card, kind)) in steps.into_iter().enumerate() {
            let is_checked = index % 97 == 0;
            let before = if is_checked { feeds(&catalog) } else { BTreeMap::new() };
            let mut touched = BTreeSet::new();
            if kind == 0 {
                let remove = Change::Remove { key: Arc::clone(&card.key), path: Arc::clone(&card.path) };
                list.0.remove(&card.path);
                touched.extend(catalog.apply([remove], horizon));
            } else {
                list.0.insert(Arc::clone(&card.path), card.clone());
                touched.extend(catalog.apply([Change::Put(card)], horizon));
            }
            if index % 500 == 0 {
                horizon.now = Moment::from_unix(horizon.now.unix() + 5);
            }
            touched.extend(catalog.release(horizon.now));
            if is_checked {
                let after = feeds(&catalog);
                for card in catalog.window(&FeedName::Site, ALL) {
                    let is_to_come = card.changes().is_some_and(|at| at > horizon.now);
                    assert_eq!(catalog.awaits_change(card), is_to_come);
                }
                for name in names() {
                    assert_eq!(after[&name], list.feed(&name, horizon), "{name:?} after {index}");
                    assert_eq!(catalog.count(&name), after[&name].len());
                    let has_changed = before[&name] != after[&name];
                    assert!(!has_changed || touched.contains(&name), "{name:?} after {index}");
                }
            }
        }
        assert_eq!(catalog.len(), list.posts().len());
        assert_eq!(catalog.files(), list.0.len());
        let is_shadowed = |card: &Kept<'_>| card.place() == Place::Shadowed;
        assert_eq!(catalog.cards().filter(is_shadowed).count(), catalog.files() - catalog.len());
        let others = catalog.cards().filter(|card| card.place() == Place::Other).count();
        assert_eq!(catalog.rivals().count(), catalog.files() - catalog.len() + others);
        let kept: BTreeMap<Arc<str>, Card> =
            catalog.cards().map(|card| (card.path().into(), card.to_card())).collect();
        assert_eq!(kept, list.0);
    }
}
