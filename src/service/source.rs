//! The content folders: what stands in them, and word of what changes.
//!
//! A scan is the truth; events are hints that say where to look again. Watches are set folder by
//! folder, so that what is not walked is not watched either.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Sender;

use notify::event::{AccessKind, AccessMode, CreateKind, EventKind, ModifyKind, RenameMode};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use crate::content::permalink::{Layout, Origin, is_ignored};
use crate::content::post::FileStamp;
use crate::content::settings::{AUTHORS, CONFIG};
use crate::content::site::Site;
use crate::error::{Error, Finding, Result, Severity};
use crate::service::disk;

/// The deepest folder that is walked.
const MAX_DEPTH: usize = 64;

/// Folders that hold what others have made.
const NEVER: &[&str] = &["_site", "node_modules", "vendor"];

/// Where to look, and where not.
#[derive(Debug, Clone)]
pub struct Roots {
    /// The site's folder.
    pub site: PathBuf,
    /// Folders of posts, relative to the site, beside every `_posts`.
    pub content: Vec<String>,
    /// Folders and files that are not looked into, relative to the site.
    pub exclude: Vec<String>,
    /// The export, which may lie inside the site.
    pub output: PathBuf,
}

/// What a scan found.
#[derive(Debug, Default)]
pub struct Scan {
    /// Files that can be posts and are not known as they are: their paths relative to the site, and
    /// their stamps.
    pub files: Vec<(Arc<str>, FileStamp)>,
    /// How many files can be posts, known or not.
    pub count: usize,
    /// Whether a folder named `_posts` was walked.
    pub has_posts_folder: bool,
    /// Those of the files that are links.
    pub links: Vec<Arc<str>>,
    /// Folders of posts that cannot be walked.
    folders: Vec<Finding>,
    /// Files that look like posts and cannot be read as such.
    pub findings: Vec<Finding>,
}

impl Scan {
    /// Keeps what can be a post in a layout, and counts it.
    fn keep_posts(&mut self, layout: &Layout) {
        self.files.retain(|(path, _)| Origin::of(path, layout).is_some());
        self.findings.retain(|finding| Origin::of(&finding.path, layout).is_some());
        self.count += self.files.len();
    }
}

/// A walk on its way.
struct Walk<'a> {
    scan: &'a mut Scan,
    is_known: &'a mut dyn FnMut(&str, FileStamp) -> bool,
}

/// A file that can be a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Its stamp; of a link, that of the file behind it.
    pub file: FileStamp,
    /// Whether it is a link.
    pub is_link: bool,
}

/// What identifies a folder: a folder that was replaced has another number.
pub type Identity = (u64, u64);

/// The identity of a folder; `None` when it is not there.
pub fn identity(folder: &Path) -> Option<Identity> {
    fs::metadata(folder)
        .ok()
        .filter(fs::Metadata::is_dir)
        .map(|metadata| (metadata.dev(), metadata.ino()))
}

impl Roots {
    /// The roots of a site in `folder`, exported to `output`.
    pub fn new(folder: PathBuf, site: &Site, output: PathBuf) -> Self {
        // The walk meets the output under its real name, whatever link led to it.
        let output = output.canonicalize().unwrap_or(output);
        Self { site: folder, content: site.content.clone(), exclude: site.exclude.clone(), output }
    }

    /// Walks the whole site; says too how its posts are laid out. `is_known` is told of each file,
    /// and keeps those out of the scan of which it says so: half a million paths are a lot to hold.
    ///
    /// # Errors
    /// When the site's folder or one of its content folders cannot be listed.
    pub fn scan(
        &self,
        is_known: &mut dyn FnMut(&str, FileStamp) -> bool,
    ) -> Result<(Scan, Layout)> {
        let mut scan = Scan::default();
        self.walk(&self.site, &mut Walk { scan: &mut scan, is_known }, 0)?;
        let layout = if self.content.is_empty() && !scan.has_posts_folder {
            Layout::Bare
        } else {
            Layout::Folders(self.content.clone())
        };
        scan.keep_posts(&layout);
        scan.files.sort_unstable();
        scan.findings.append(&mut scan.folders);
        for folder in self.content.iter().filter(|folder| !self.site.join(folder).is_dir()) {
            let error = Error::NoSuchFolder { folder: folder.clone() };
            let finding = Finding::about(CONFIG, error);
            scan.findings.push(Finding { severity: Severity::Warning, ..*finding });
        }
        if scan.count == 0 {
            let finding = Finding::about(CONFIG, Error::NoPosts);
            scan.findings.push(Finding { severity: Severity::Warning, ..*finding });
        }
        scan.findings.sort_unstable_by(|left, right| left.path.cmp(&right.path));
        Ok((scan, layout))
    }

    /// Walks one folder of the site, which may have come just now.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn scan_folder(&self, folder: &Path, layout: &Layout) -> Result<Scan> {
        let mut scan = Scan::default();
        let depth = folder.strip_prefix(&self.site).map_or(0, |below| below.components().count());
        if self.is_walked_to(folder) {
            self.walk(folder, &mut Walk { scan: &mut scan, is_known: &mut |_, _| false }, depth)?;
        }
        scan.keep_posts(layout);
        Ok(scan)
    }

    /// All folders to watch from `folder` on: those that a walk goes into, itself first, and the
    /// one with the site's people. Those that cannot be listed are left to the walk.
    pub fn folders(&self, folder: &Path) -> Vec<PathBuf> {
        let people = self.site.join(AUTHORS).parent().map(Path::to_owned);
        let mut found: Vec<PathBuf> =
            people.into_iter().filter(|path| path.starts_with(folder) && path.is_dir()).collect();
        let mut open = vec![folder.to_owned()];
        while let Some(folder) = open.pop() {
            let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
            let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
            open.extend(folders.map(|entry| entry.path()).filter(|path| self.is_walked(path)));
            found.push(folder);
        }
        found
    }

    /// The path relative to the site, with slashes; `None` outside it, or when it is not UTF-8.
    pub fn relative(&self, path: &Path) -> Option<String> {
        path.strip_prefix(&self.site).ok()?.to_str().map(str::to_owned)
    }

    /// Whether the walk goes into every folder on the way to a path.
    pub fn is_walked_to(&self, path: &Path) -> bool {
        path.ancestors()
            .take_while(|folder| *folder != self.site)
            .all(|folder| self.is_walked(folder))
    }

    /// Whether a path is a folder that the walk goes into: the site may be a link to one, others not.
    pub fn is_walked_folder(&self, path: &Path) -> bool {
        let is_folder =
            path == self.site || fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir());
        is_folder && self.is_walked_to(path)
    }

    fn walk(&self, folder: &Path, walk: &mut Walk<'_>, depth: usize) -> Result<()> {
        let Walk { scan, is_known } = walk;
        let listed = |error| Finding::io("list it", folder, &error);
        let entries = fs::read_dir(folder).map_err(listed)?;
        scan.has_posts_folder |= is_posts(folder);
        for entry in entries {
            let entry = entry.map_err(listed)?;
            let path = entry.path();
            // A name that vanishes between listing and looking was deleted: nothing to say.
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                if depth < MAX_DEPTH && self.is_walked(&path) {
                    self.walk_below(&path, &mut Walk { scan, is_known }, depth + 1)?;
                }
                continue;
            }
            let Some(relative) = self.relative(&path) else { continue };
            if entry
                .file_name()
                .to_str()
                .is_none_or(|name| is_ignored(name) || self.is_excluded(&relative))
            {
                continue;
            }
            match self.look(&path) {
                Ok(Some(found)) => {
                    if found.is_link {
                        scan.links.push(relative.as_str().into());
                    }
                    if is_known(&relative, found.file) {
                        scan.count += 1;
                    } else {
                        scan.files.push((relative.into(), found.file));
                    }
                }
                Ok(None) => {}
                Err(error) if self.is_root(&path) => {
                    // A link to a folder is not followed: it may lead anywhere, and round and round.
                    let finding = Finding::about(relative, error);
                    scan.folders.push(Finding { severity: Severity::Warning, ..*finding });
                }
                Err(error) => scan.findings.push(*Finding::about(relative, error)),
            }
        }
        Ok(())
    }

    /// A folder below that cannot be listed is reported; only a content folder stops the scan.
    fn walk_below(&self, folder: &Path, walk: &mut Walk<'_>, depth: usize) -> Result<()> {
        match self.walk(folder, walk, depth) {
            Err(finding) if !self.is_root(folder) => {
                // A folder that has just been deleted is no finding.
                if folder.exists() {
                    walk.scan.folders.push(Finding { severity: Severity::Warning, ..*finding });
                }
                Ok(())
            }
            other => other,
        }
    }

    /// Looks at one path that may be a post: its stamp, or `None` when it is gone, excluded or a
    /// folder.
    ///
    /// # Errors
    /// When it is neither a regular file nor a link to one inside the site.
    pub fn look(&self, path: &Path) -> std::result::Result<Option<Found>, Error> {
        let Ok(metadata) = fs::symlink_metadata(path) else { return Ok(None) };
        let is_excluded = self.relative(path).is_some_and(|relative| self.is_excluded(&relative));
        if metadata.is_dir() || is_excluded {
            return Ok(None);
        }
        if metadata.is_symlink() {
            let target = path.canonicalize().map_err(|_| Error::BadLink { to: "nowhere" })?;
            let is_inside = self.site.canonicalize().is_ok_and(|site| target.starts_with(site));
            if !is_inside {
                return Err(Error::BadLink { to: "out of the site" });
            }
            let metadata = fs::metadata(&target).map_err(|_| Error::BadLink { to: "nowhere" })?;
            if metadata.is_dir() {
                return Err(Error::BadLink { to: "to a folder" });
            }
            return if metadata.is_file() {
                Ok(Some(Found { file: disk::stamp(&metadata), is_link: true }))
            } else {
                Err(Error::NotRegular)
            };
        }
        if metadata.is_file() {
            Ok(Some(Found { file: disk::stamp(&metadata), is_link: false }))
        } else {
            Err(Error::NotRegular)
        }
    }

    /// The content folders whose loss would empty feeds: the site, and those named in its
    /// configuration; every `_posts` is found through the site.
    pub fn guarded(&self) -> Vec<PathBuf> {
        let named = self.content.iter().map(|folder| self.site.join(folder));
        std::iter::once(self.site.clone()).chain(named).collect()
    }

    fn is_root(&self, folder: &Path) -> bool {
        is_posts(folder) || self.guarded().iter().any(|root| root == folder)
    }

    fn is_walked(&self, folder: &Path) -> bool {
        let Some(name) = folder.file_name().and_then(OsStr::to_str) else { return false };
        let Some(relative) = self.relative(folder) else { return false };
        let is_towards_root = || {
            self.content.iter().any(|root| {
                root == &relative
                    || root.strip_prefix(&relative).is_some_and(|rest| rest.starts_with('/'))
                    || relative
                        .strip_prefix(root.as_str())
                        .is_some_and(|rest| rest.starts_with('/'))
            })
        };
        // Jekyll keeps its own things in `_folders`.
        let is_special = name.starts_with('.')
            || (name.starts_with('_') && name != "_posts")
            || NEVER.contains(&name);
        (!is_special || is_towards_root())
            && !self.is_excluded(&relative)
            && !self.is_output(folder)
    }

    fn is_excluded(&self, relative: &str) -> bool {
        self.exclude.iter().any(|excluded| excluded == relative || is_like(relative, excluded))
    }

    fn is_output(&self, folder: &Path) -> bool {
        folder.file_name() == self.output.file_name()
            && folder.canonicalize().is_ok_and(|folder| folder == self.output)
    }
}

fn is_posts(folder: &Path) -> bool {
    folder.file_name() == Some(OsStr::new("_posts"))
}

/// Whether a path is like a pattern, as Ruby's `File.fnmatch` has it for Jekyll's `exclude`: `*`
/// stands for any characters, slashes too, and `?` for one.
fn is_like(path: &str, pattern: &str) -> bool {
    let (path, pattern): (Vec<char>, Vec<char>) =
        (path.chars().collect(), pattern.chars().collect());
    let (mut at, mut next) = (0, 0);
    // Where the last `*` stood, and how far into the path it reaches.
    let mut star: Option<(usize, usize)> = None;
    while at < path.len() {
        match pattern.get(next) {
            Some('*') => {
                star = Some((next, at));
                next += 1;
            }
            Some(c) if *c == '?' || *c == path[at] => (at, next) = (at + 1, next + 1),
            _ => {
                let Some((stood, reached)) = star else { return false };
                star = Some((stood, reached + 1));
                (at, next) = (reached + 1, stood + 1);
            }
        }
    }
    pattern[next..].iter().all(|c| *c == '*')
}

/// Word of a change in the content folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
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
    /// What the system has given, or why it has not.
    watcher: Result<RecommendedWatcher>,
    /// The watched folders, each as it was when its watch was set.
    watched: HashMap<PathBuf, Option<Identity>>,
}

impl Watch {
    /// Starts a watch that sends its hints, turned into `T`, to `hints`. Where the system gives none,
    /// no folder can be [covered](Self::cover).
    pub fn new<T: From<Hint> + Send + 'static>(hints: Sender<T>) -> Self {
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // Nothing else is done on the watcher's own thread: its queue is short.
            if let Some(hint) = hint(event) {
                let _ = hints.send(hint.into());
            }
        });
        let none = |error: notify::Error| {
            Finding::about(".", Error::NoWatcher { reason: error.to_string() })
        };
        Self { watcher: watcher.map_err(none), watched: HashMap::new() }
    }

    /// Watches folders that are not watched yet.
    ///
    /// # Errors
    /// When the system has no watch left to give; a folder that is gone is no error.
    pub fn cover(&mut self, folders: &[PathBuf]) -> Result<()> {
        let watcher = self.watcher.as_mut().map_err(|finding| finding.clone())?;
        for folder in folders {
            if self.watched.contains_key(folder) {
                continue;
            }
            match watcher.watch(folder, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    self.watched.insert(folder.clone(), identity(folder));
                }
                Err(error) if folder.exists() => return Err(watch_error(folder, &error)),
                Err(_) => {}
            }
        }
        Ok(())
    }

    /// Forgets a folder and all below it, so that they are watched anew.
    pub fn forget(&mut self, folder: &Path) {
        let gone: Vec<PathBuf> =
            self.watched.keys().filter(|path| path.starts_with(folder)).cloned().collect();
        for path in gone {
            // The system has often ended this watch already.
            let _ = self.watcher.as_mut().map(|watcher| watcher.unwatch(&path));
            self.watched.remove(&path);
        }
    }

    /// Forgets a folder that an event speaks of: its watch may have ended with it, even if a folder
    /// of its name is there again. Says whether the watched one is gone.
    pub fn doubt(&mut self, folder: &Path) -> bool {
        let Some(known) = self.watched.get(folder).copied() else { return false };
        self.forget(folder);
        identity(folder) != known
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
fn hint(event: notify::Result<notify::Event>) -> Option<Hint> {
    let Ok(event) = event else { return Some(Hint::Scan) };
    if event.need_rescan() {
        return Some(Hint::Scan);
    }
    match event.kind {
        EventKind::Create(CreateKind::File) => Some(Hint::Begun(event.paths)),
        EventKind::Modify(ModifyKind::Name(RenameMode::From)) => Some(Hint::Away(event.paths)),
        EventKind::Access(AccessKind::Close(AccessMode::Write))
        | EventKind::Create(_)
        | EventKind::Remove(_)
        | EventKind::Modify(ModifyKind::Name(_) | ModifyKind::Metadata(_)) => {
            Some(Hint::Look(event.paths))
        }
        // Written bytes are looked at when the writer closes the file.
        EventKind::Any | EventKind::Access(_) | EventKind::Modify(_) | EventKind::Other => None,
    }
}
