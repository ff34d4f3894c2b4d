//! Rendered posts, kept in a bounded cache, because one post stands in several feeds.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::base::hash::Hash;
use crate::catalog::cards::{Kept, Place};
use crate::content::dependency::Use;
use crate::content::liquid::elsewhere::{Elsewhere, Newest};
use crate::content::post::Post;
use crate::engine::post_reader;
use crate::engine::render_context::{RenderContext, state, text, version_of};
use crate::feed::assemble;
use crate::feed::model::Entry;

/// How many bytes of entries each of the cache's two generations holds.
const GENERATION: usize = 24 * 1024 * 1024;

/// How many bytes of entries the cache has at most after a full build.
const AT_REST: usize = 8 * 1024 * 1024;

/// A rendered post.
#[derive(Debug, Clone)]
pub struct CachedEntry {
    /// Its entry.
    pub entry: Arc<Entry>,
    /// What that hangs on besides the post's file and the settings, each as it was.
    uses: Arc<[(Use, Hash)]>,
}

impl CachedEntry {
    /// What the entry hangs on, where the card does not know it.
    pub fn uses_unknown_to(&self, card: Kept<'_>) -> Option<Box<[Use]>> {
        let uses = || self.uses.iter().map(|(used, _)| used);
        (!uses().eq(card.uses())).then(|| uses().cloned().collect())
    }

    /// Whether all that it hangs on is as it was.
    fn holds(&self, context: RenderContext<'_>) -> bool {
        self.uses.iter().all(|(used, version)| context.version(used) == *version)
    }
}

/// The rest of the site, and the files of it as they were when they were asked for.
struct Asked<'a> {
    context: RenderContext<'a>,
    files: RefCell<HashMap<Use, Hash>>,
}

impl Elsewhere for Asked<'_> {
    fn address(&self, words: &str) -> (Vec<Use>, Option<String>) {
        self.context.address(words)
    }

    fn newest(&self) -> Arc<Newest> {
        self.context.newest()
    }

    fn file(&self, path: &str) -> Result<String, String> {
        let bytes = self.context.bytes(path);
        self.files.borrow_mut().insert(Use::File(path.into()), version_of(&bytes));
        text(bytes?)
    }
}

/// Rendered posts by the states of their files, in two generations: what is used moves to the
/// young one, and the old one is dropped when the young one is full.
#[derive(Debug, Default)]
pub struct EntryCache {
    generations: Mutex<Generations>,
    busy: Mutex<Busy>,
    is_done: Condvar,
    /// How many posts were rendered.
    rendered: AtomicUsize,
}

/// Posts that are being rendered: whoever else wants one waits for it.
#[derive(Debug, Default)]
struct Busy {
    states: HashSet<Hash>,
    /// How many wait: to wake nobody is a system call as well.
    waiting: usize,
}

/// The right to render a post, until it is dropped.
struct Turn<'a> {
    entry_cache: &'a EntryCache,
    state: Hash,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut busy = self.entry_cache.busy.lock().unwrap_or_else(PoisonError::into_inner);
        busy.states.remove(&self.state);
        if busy.waiting > 0 {
            self.entry_cache.is_done.notify_all();
        }
    }
}

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Hash, CachedEntry>,
    old: HashMap<Hash, CachedEntry>,
    /// Bytes of texts in the young one.
    size: usize,
}

impl EntryCache {
    /// The entry of a card, read and rendered unless the cache has it. `None` when the file cannot
    /// be read any more as it was: its change is on its way.
    pub fn entry(&self, card: Kept<'_>, context: RenderContext<'_>) -> Option<CachedEntry> {
        let awaits_change = context.catalog.awaits_change(card);
        let state = state_of(card, awaits_change);
        let known = || self.lock().find(state).filter(|made| made.holds(context));
        if let Some(made) = known() {
            return Some(made);
        }
        // A post stands in several feeds, which are made at one time.
        let _turn = self.turn(state);
        if let Some(made) = known() {
            return Some(made);
        }
        let site = context.read_context.site;
        let asked = Asked { context, files: RefCell::default() };
        let render = |post: &Post<'_>| {
            let mut rendered = post.render(site, &asked);
            let uses = std::mem::take(&mut rendered.body.uses);
            let mut entry = assemble::entry(post, rendered, site);
            if awaits_change {
                entry.updated = entry.published.clone();
            }
            for (file, of_post) in entry.enclosures.iter_mut().zip(&post.enclosures) {
                file.length =
                    file.length.or_else(|| post_reader::length(of_post, context.read_context));
            }
            (entry, uses)
        };
        let (entry, uses) = post_reader::rendered(card, context.read_context, render)?;
        self.rendered.fetch_add(1, Ordering::Relaxed);
        let files = asked.files.into_inner();
        let version = |used: Use| {
            let version = files.get(&used).copied().unwrap_or_else(|| context.version(&used));
            (used, version)
        };
        let made =
            CachedEntry { entry: Arc::new(entry), uses: uses.into_iter().map(version).collect() };
        self.lock().keep(state, made.clone());
        Some(made)
    }

    /// Waits until nobody renders a post.
    fn turn(&self, state: Hash) -> Turn<'_> {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        while !busy.states.insert(state) {
            busy.waiting += 1;
            busy = self.is_done.wait(busy).unwrap_or_else(PoisonError::into_inner);
            busy.waiting -= 1;
        }
        Turn { entry_cache: self, state }
    }

    /// How many posts were rendered since this was asked last.
    pub fn take_rendered(&self) -> usize {
        self.rendered.swap(0, Ordering::Relaxed)
    }

    /// Forgets most of what a full build rendered, unless it is little: hardly any of it is asked
    /// for again, and it would stay in memory for as long as few posts change.
    pub fn settle(&self) {
        let mut generations = self.lock();
        generations.old = HashMap::new();
        if generations.size > AT_REST {
            *generations = Generations::default();
        }
    }

    /// Forgets everything: the site has other settings now.
    pub fn clear(&self) {
        *self.lock() = Generations::default();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Generations> {
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where a post's file is, what is in it, whether another post has its key, and whether its change is
/// still to come.
fn state_of(card: Kept<'_>, awaits_change: bool) -> Hash {
    let mut state = state(card);
    if card.place() == Place::Other {
        state = Hash::of(&[&state.digits(), card.own_key().as_bytes()].concat());
    }
    if awaits_change { Hash::of(&state.digits()) } else { state }
}

impl Generations {
    fn find(&mut self, state: Hash) -> Option<CachedEntry> {
        if let Some(made) = self.young.get(&state) {
            return Some(made.clone());
        }
        let made = self.old.remove(&state)?;
        self.keep(state, made.clone());
        Some(made)
    }

    fn keep(&mut self, state: Hash, made: CachedEntry) {
        let CachedEntry { entry, uses } = &made;
        self.size += entry.content.as_ref().map_or(0, String::len) + entry.summary.len();
        self.size += 512 + uses.iter().map(|(used, _)| 48 + used.len()).sum::<usize>();
        self.young.insert(state, made);
        if self.size > GENERATION {
            self.old = std::mem::take(&mut self.young);
            self.size = 0;
        }
    }
}
