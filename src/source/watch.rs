//! Word of what changes in the content folders.
//!
//! A scan is the truth; events are hints that say where to look again. Watches are set folder by
//! folder, so that what is not walked is not watched either.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError};

use notify::event::{AccessKind, AccessMode, CreateKind, EventKind, ModifyKind, RenameMode};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use crate::diagnostic::Error;
use crate::diagnostic::finding::{Finding, Result};
use crate::os::disk;
use crate::source::folder::{Identity, Roots, identity, is_posts};
use crate::source::library;

/// Word of a change in the content folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileEvent {
    /// Look at these paths again.
    Look(Vec<PathBuf>),
    /// These files have come just now; who writes one will close it.
    Begun(Vec<PathBuf>),
    /// These were renamed away. Editors do so before they write a file anew.
    Away(Vec<PathBuf>),
    /// Events were lost: scan.
    Scan,
}

/// Watches folders, and says where something may have changed.
#[derive(Debug)]
pub struct Watch {
    /// What the system has given, or why it has not; nothing where none is wanted.
    watcher: Option<Result<RecommendedWatcher>>,
    /// The watched folders, each as it was when its watch was set.
    watched: HashMap<PathBuf, Option<Identity>>,
    /// Whether there was no room for a hint.
    has_lost: Arc<AtomicBool>,
}

impl Watch {
    /// Starts a watch that sends its hints, turned into `T`, to `hints`. While that is full they are
    /// lost, as they would be in the system's own queue. Where the system gives no watch, no folder can
    /// be [covered](Self::cover).
    pub fn new<T: From<FileEvent> + Send + 'static>(hints: SyncSender<T>) -> Self {
        let has_lost = Arc::new(AtomicBool::new(false));
        let note_lost = Arc::clone(&has_lost);
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // Nothing else is done on the watcher's own thread: its queue is short.
            let sent = hint(event).map(|hint| hints.try_send(hint.into()));
            if let Some(Err(TrySendError::Full(_))) = sent {
                note_lost.store(true, Ordering::Release);
            }
        });
        let none = |error: notify::Error| {
            Finding::about(".", Error::NoWatcher { reason: error.to_string() })
        };
        Self { watcher: Some(watcher.map_err(none)), watched: HashMap::new(), has_lost }
    }

    /// A watch that watches nothing: scans alone find what changes.
    pub fn none() -> Self {
        Self { watcher: None, watched: HashMap::new(), has_lost: Arc::default() }
    }

    /// Whether hints were lost since this was asked last: then only a scan tells what has changed.
    pub fn has_lost(&self) -> bool {
        self.has_lost.swap(false, Ordering::Acquire)
    }

    /// Watches a folder and all below it that a walk goes into, as far as they are not watched yet or
    /// others are in their place. Each is watched first and listed then: a folder that comes in
    /// between is in the list, or there is an event of it.
    ///
    /// # Errors
    /// When the system has no watch left to give; a folder that is gone, or may not be read, is no
    /// error: the walk knows what to say of it.
    pub fn cover(&mut self, roots: &Roots, folder: &Path) -> Result<()> {
        // Those with what posts use besides themselves are no part of the walk.
        let mut open = library::folders(&roots.site);
        open.retain(|path| path.starts_with(folder));
        open.push(folder.to_owned());
        let mut outcome = Ok(());
        while let Some(folder) = open.pop() {
            let found = identity(&folder);
            match self.watched.get(&folder) {
                Some(known) if *known == found => {}
                Some(_) => self.forget(&folder),
                None => {}
            }
            if !self.watched.contains_key(&folder) {
                match self.ask(&folder) {
                    Ok(true) => _ = self.watched.insert(folder.clone(), found),
                    Ok(false) => {}
                    Err(finding) if matches!(finding.error, Error::Io { .. }) => {
                        outcome = outcome.and(Err(finding));
                    }
                    Err(finding) => return Err(finding),
                }
            }
            if roots.is_walked_to(&folder) {
                open.extend(roots.folders_in(&folder));
            }
        }
        outcome
    }

    /// Asks the system to watch a folder, and says whether it does; to ask again changes nothing.
    fn ask(&mut self, folder: &Path) -> Result<bool> {
        let Some(watcher) = &mut self.watcher else { return Ok(false) };
        let watcher = watcher.as_mut().map_err(|finding| finding.clone())?;
        match watcher.watch(folder, RecursiveMode::NonRecursive) {
            Ok(()) => Ok(true),
            Err(error) if std::fs::read_dir(folder).is_ok() => Err(watch_error(folder, &error)),
            Err(_) => Ok(false),
        }
    }

    /// Forgets a folder and all below it, so that they are watched anew.
    pub fn forget(&mut self, folder: &Path) {
        let gone: Vec<PathBuf> =
            self.watched.keys().filter(|path| path.starts_with(folder)).cloned().collect();
        for path in gone {
            if let Some(Ok(watcher)) = &mut self.watcher {
                // The system has often ended this watch already.
                let _ = watcher.unwatch(&path);
            }
            self.watched.remove(&path);
        }
    }

    /// Looks at a watched folder that an event speaks of; says whether it is gone, or another one. One
    /// that is made anew may have the number of the old one, whose watch has ended: so the system is
    /// asked again. To end a watch would lose what it has to tell.
    pub fn doubt(&mut self, folder: &Path) -> bool {
        let Some(known) = self.watched.get(folder).copied() else { return false };
        if identity(folder) == known && self.ask(folder).is_ok_and(|is_watched| is_watched) {
            return false;
        }
        self.forget(folder);
        true
    }

    /// Forgets the roots of posts that are others than those that are watched, which no event may
    /// have told: a disk that goes or comes is none. Says whether there are such.
    pub fn doubt_roots(&mut self, roots: &Roots) -> bool {
        let guarded = roots.guarded();
        let is_root = |folder: &PathBuf| is_posts(folder) || guarded.contains(folder);
        let others: Vec<PathBuf> = self
            .watched
            .iter()
            .filter(|(folder, known)| is_root(folder) && identity(folder) != **known)
            .map(|(folder, _)| folder.clone())
            .collect();
        for folder in &others {
            self.forget(folder);
        }
        !others.is_empty()
    }

    /// A watched folder on a file system that other machines change without an event here, and what
    /// that is.
    pub fn deaf(&self) -> Option<(&Path, &'static str)> {
        let mut disks: BTreeMap<u64, &Path> = BTreeMap::new();
        for (folder, known) in &self.watched {
            let Some((disk, _)) = known else { continue };
            let first = disks.entry(*disk).or_insert(folder);
            *first = (*first).min(folder);
        }
        disks.into_values().find_map(|folder| Some((folder, disk::shared(folder)?)))
    }
}

#[expect(clippy::unnecessary_box_returns, reason = "`Result` carries findings in boxes")]
fn watch_error(folder: &Path, error: &notify::Error) -> Box<Finding> {
    let error = match error.kind {
        notify::ErrorKind::MaxFilesWatch => Error::NoWatches,
        _ => Error::Io { doing: "watch it", reason: error.to_string() },
    };
    Finding::about(folder.display().to_string(), error)
}

/// What an event of the system means to us. Reading a post is an event too, and no change.
fn hint(event: notify::Result<notify::Event>) -> Option<FileEvent> {
    let Ok(event) = event else { return Some(FileEvent::Scan) };
    if event.need_rescan() {
        return Some(FileEvent::Scan);
    }
    match event.kind {
        EventKind::Create(CreateKind::File) => Some(FileEvent::Begun(event.paths)),
        EventKind::Modify(ModifyKind::Name(RenameMode::From)) => Some(FileEvent::Away(event.paths)),
        EventKind::Access(AccessKind::Close(AccessMode::Write))
        | EventKind::Create(_)
        | EventKind::Remove(_)
        | EventKind::Modify(ModifyKind::Name(_) | ModifyKind::Metadata(_)) => {
            Some(FileEvent::Look(event.paths))
        }
        // Written bytes are looked at when the writer closes the file.
        EventKind::Any | EventKind::Access(_) | EventKind::Modify(_) | EventKind::Other => None,
    }
}
