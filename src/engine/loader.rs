//! The intake: files are read and become changes of the catalog, and of those that do not it is
//! known why.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::base::fingerprint::Fingerprint;
use crate::catalog::card::Card;
use crate::catalog::cards::Kept;
use crate::catalog::{Catalog, Change, FeedName, Horizon};
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Finding, Severity};
use crate::engine::deletion_guard;
use crate::engine::findings_log::FindingsLog;
use crate::engine::post_reader::{self, Read, ReadContext};
use crate::os::parallel;
use crate::os::progress_bar::{Progress, Step};
use crate::source::folder::Scan;

/// How long a file that is cut short, or was a post until now, is loaded to be still in the making,
/// in nanoseconds.
const IN_THE_MAKING: i64 = 2_000_000_000;

/// How long until a file that the system did not give is asked for again, in nanoseconds: no event
/// tells that the system has files to open again, or that a disk has come back.
const ASK_AGAIN: i64 = 5_000_000_000;

/// How many such files are asked for again; the others wait for an event or for a scan.
const MAX_ASKED: usize = 1000;

/// How many files are read before what they say goes into the catalog, which holds it packed.
const PIECE: usize = 16 * 1024;

/// What is known of files that are no posts, not yet, or not without a word.
#[derive(Debug, Default)]
pub struct Loader {
    /// What was noticed.
    pub notes: FindingsLog,
    /// Where it is shown how many files are read.
    pub progress: Progress,
    /// Whether no event tells when a file is whole, so that one that was written just now may not be.
    pub is_untold: bool,
    /// Files that give no post, with what they were when that was found out.
    rejected: HashMap<Arc<str>, Fingerprint>,
    /// Posts that are links: what they lead to is not watched, so they are looked at again and again.
    links: BTreeSet<Arc<str>>,
    /// Files that may still be being written, and when to read them again.
    unfinished: BTreeMap<Arc<str>, Wait>,
    /// How many posts are kept because they broke at once.
    storm: usize,
}

/// A file that may still be being written.
#[derive(Debug, Clone, Copy)]
struct Wait {
    /// When to read it again.
    until: i64,
    /// Whether there is a post of it that would be gone by what it is now.
    is_broken: bool,
}

impl Wait {
    /// Whether the time has come. Where it is further away than anything is waited for, the clock was
    /// put back meanwhile.
    fn is_over(self, now: i64) -> bool {
        self.until <= now || self.until > now.saturating_add(ASK_AGAIN)
    }
}

/// Where what was read goes.
#[derive(Debug)]
pub struct Target<'a> {
    /// The catalog that it goes into.
    pub catalog: &'a mut Catalog,
    /// The one that says which files were posts, if that is another.
    pub last: Option<&'a Catalog>,
    /// As of when posts are in their feeds.
    pub horizon: Horizon,
}

/// What reading gave.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The feeds that it touches.
    pub touched: BTreeSet<FeedName>,
    /// What was noticed for the first time.
    pub findings: Vec<Finding>,
    /// How many posts are kept because their files broke at once.
    pub storm: usize,
}

impl Target<'_> {
    fn known(&self) -> &Catalog {
        self.last.unwrap_or(self.catalog)
    }
}

impl Loader {
    /// Reads files in parallel, puts what they say into the catalog, and notes what is odd.
    pub fn read(
        &mut self,
        mut scan: Scan,
        read_context: ReadContext<'_>,
        target: &mut Target<'_>,
        now: i64,
    ) -> Loaded {
        let step = self.progress.begin("posts read", scan.files.len());
        let mut loaded = Loaded::default();
        let mut broken = Vec::new();
        let mut files = scan.files.iter();
        loop {
            let piece: Vec<Arc<str>> =
                files.by_ref().take(PIECE).map(|(path, _)| path.into()).collect();
            if piece.is_empty() {
                break;
            }
            let reads = self.read_piece(&piece, read_context, target, &step);
            let mut changes = Vec::with_capacity(reads.len());
            for (path, read) in piece.into_iter().zip(reads) {
                let Some(read) = read else { continue };
                let is_gone = matches!(read.change, Change::Remove { .. });
                let is_broken = is_gone
                    && post_reader::known(target.known(), read_context.layout, &path).is_some();
                let touched = read.stamp.touched_within(IN_THE_MAKING, now);
                // What is there at the start, or under new settings, is read as it is.
                let is_young = self.is_untold && target.last.is_none();
                if let Some(touched) =
                    touched.filter(|_| read.is_cut_short || is_broken || is_young)
                {
                    let until = touched.saturating_add(IN_THE_MAKING);
                    self.unfinished.insert(path, Wait { until, is_broken });
                    continue;
                }
                self.unfinished.remove(&path);
                if is_to_be_asked_again(&read) && self.unfinished.len() < MAX_ASKED {
                    let until = now.saturating_add(ASK_AGAIN);
                    self.unfinished.insert(Arc::clone(&path), Wait { until, is_broken: false });
                }
                if is_broken {
                    broken.push((path, read));
                } else {
                    changes.push(self.settle(path, read, &mut loaded.findings));
                }
            }
            loaded.touched.append(&mut target.catalog.apply(changes, target.horizon));
        }
        let is_lost = |finding: &Finding| {
            post_reader::known(target.known(), read_context.layout, &finding.path).is_some()
        };
        let lost = broken.len() + scan.findings.iter().filter(|finding| is_lost(finding)).count();
        let waiting = self.unfinished.values().filter(|wait| wait.is_broken).count();
        self.storm = deletion_guard::storm(target.known(), lost, waiting, self.storm);
        loaded.storm = self.storm;
        if self.storm > 0 {
            broken.clear();
            scan.findings.retain(|finding| !is_lost(finding));
        }
        let mut changes = Vec::with_capacity(broken.len());
        for (path, read) in broken {
            changes.push(self.settle(path, read, &mut loaded.findings));
        }
        changes.extend(self.reject_all(
            scan.findings,
            read_context,
            target.known(),
            &mut loaded.findings,
        ));
        self.links.extend(scan.links);
        self.notes.forget_former();
        loaded.touched.append(&mut target.catalog.apply(changes, target.horizon));
        loaded
    }

    /// What a piece of the files says.
    fn read_piece(
        &self,
        piece: &[Arc<str>],
        read_context: ReadContext<'_>,
        target: &Target<'_>,
        step: &Step,
    ) -> Vec<Option<Read>> {
        let of = |catalog, path: &str| post_reader::known(catalog, read_context.layout, path);
        // With another catalog come other rules.
        let known = target.last.is_none().then_some(&*target.catalog);
        parallel::read(piece, |path: &Arc<str>| {
            step.advance();
            let known = known.filter(|_| !self.notes.has(path)).and_then(|known| of(known, path));
            let read = post_reader::card(path, read_context, known, target.horizon.now)?;
            if is_withheld(&read) { Some(keep(read, of(target.known(), path))) } else { Some(read) }
        })
    }

    /// Whether a file that a scan has missed is gone. Where no event tells, it must have been so for a
    /// while: an editor may be about to put it back.
    pub fn is_gone(&mut self, path: &Arc<str>, now: i64) -> bool {
        if !self.is_untold {
            return true;
        }
        let until = now.saturating_add(IN_THE_MAKING);
        let wait = Wait { until, is_broken: false };
        self.unfinished.entry(Arc::clone(path)).or_insert(wait).is_over(now)
    }

    /// Forgets a file that is gone; the change that this is for the catalog.
    pub fn remove(&mut self, path: &str, card: Option<Kept<'_>>) -> Option<Change> {
        self.rejected.remove(path);
        self.notes.forget(path);
        self.unfinished.remove(path);
        self.links.remove(path);
        let card = card?;
        Some(Change::Remove { key: card.key().into(), path: card.path().into() })
    }

    /// Forgets what is found out again when everything is read again.
    pub fn forget(&mut self) {
        self.rejected.clear();
        self.notes.begin_anew();
        self.unfinished.clear();
    }

    /// Waits for a file that is being written, which another event tells the end of.
    pub fn await_close(&mut self, path: &str, now: i64) {
        let until = now.saturating_add(IN_THE_MAKING);
        self.unfinished.insert(path.into(), Wait { until, is_broken: false });
    }

    /// What a file was when it was read, if it need not be read again as long as it is that.
    pub fn stamp_of(&self, path: &str, card: Option<Kept<'_>>) -> Option<Fingerprint> {
        if self.unfinished.contains_key(path) {
            return None;
        }
        self.rejected.get(path).copied().or_else(|| Some(card?.stamp()))
    }

    /// Whether a file need not be read again because of what it is now. Of one that cannot be looked
    /// at that is not known.
    pub fn knows(&self, path: &str, card: Option<Kept<'_>>, now: Fingerprint) -> bool {
        now != Fingerprint::default() && self.stamp_of(path, card) == Some(now)
    }

    /// Whether a file may still be being written.
    pub fn is_unfinished(&self, path: &str) -> bool {
        self.unfinished.contains_key(path)
    }

    /// Files that give no post.
    pub fn rejected(&self) -> impl ExactSizeIterator<Item = &Arc<str>> {
        self.rejected.keys()
    }

    /// When the next file is to be read again.
    pub fn next_look(&self) -> Option<i64> {
        self.unfinished.values().map(|wait| wait.until).min()
    }

    /// Files that are to be read again by now, and those that always are.
    pub fn due(&self, now: i64) -> impl Iterator<Item = &Arc<str>> {
        let due = self.unfinished.iter().filter(move |(_, wait)| wait.is_over(now));
        due.map(|(path, _)| path).chain(&self.links)
    }

    /// Notes what became of a file; what that is for the catalog.
    fn settle(&mut self, path: Arc<str>, read: Read, findings: &mut Vec<Finding>) -> Change {
        // One that cannot even be looked at has no stamp, but something to be said of it.
        let is_there = read.stamp != Fingerprint::default() || !read.findings.is_empty();
        findings.extend(self.notes.of_file(&path, read.findings));
        if is_there && matches!(read.change, Change::Remove { .. }) {
            self.rejected.insert(path, read.stamp);
        } else {
            self.rejected.remove(&path);
        }
        read.change
    }

    /// Notes what was found about paths that can be no posts; what that is for the catalog.
    fn reject_all(
        &mut self,
        mut found: Vec<Finding>,
        read_context: ReadContext<'_>,
        known: &Catalog,
        findings: &mut Vec<Finding>,
    ) -> Vec<Change> {
        // A folder and a file in it may have been looked at together.
        found.sort_by(|one, other| one.path.cmp(&other.path));
        found.dedup();
        let of_paths = found.chunk_by(|one, other| one.path == other.path);
        of_paths.filter_map(|found| self.reject(found, read_context, known, findings)).collect()
    }

    /// Notes what was found about one path; what that is for the catalog.
    fn reject(
        &mut self,
        found: &[Finding],
        read_context: ReadContext<'_>,
        known: &Catalog,
        findings: &mut Vec<Finding>,
    ) -> Option<Change> {
        let path = found.first()?.path.as_str();
        // Not what was said of it, or it would be said at each look.
        self.rejected.remove(path);
        self.unfinished.remove(path);
        self.links.remove(path);
        let card = post_reader::known(known, read_context.layout, path);
        let change =
            card.map(|card| Change::Remove { key: card.key().into(), path: card.path().into() });
        if found.iter().any(|finding| matches!(finding.error, Error::BadLink { .. })) {
            self.links.insert(path.into());
        }
        if found.iter().any(|finding| finding.severity == Severity::Error) {
            self.rejected.insert(path.into(), Fingerprint::default());
        }
        findings.extend(self.notes.of_file(path, found.to_vec()));
        change
    }
}

/// Whether the system does not give a file now, which says nothing of what is in it.
fn is_withheld(read: &Read) -> bool {
    read.findings.iter().any(|finding| matches!(finding.error, Error::Withheld { .. }))
}

/// Keeps the post of a file that is withheld: it is not known to be gone. Without a stamp it is read
/// by the next scan, if it is not asked for before.
fn keep(read: Read, post: Option<Kept<'_>>) -> Read {
    let Some(card) = post else { return read };
    let card = Card { stamp: Fingerprint::default(), ..card.to_card() };
    Read { change: Change::Put(card), ..read }
}

/// Whether a file may be given another time, although nothing in it has changed.
fn is_to_be_asked_again(read: &Read) -> bool {
    let is_io = |finding: &Finding| matches!(finding.error, Error::Io { .. });
    is_withheld(read) || read.findings.iter().any(is_io)
}
