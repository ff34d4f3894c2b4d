//! The content folders and what stands in them.

mod look;
mod walked;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::fingerprint::Fingerprint;
use crate::content::post_path::{Folders, Layout, Origin, is_ignored};
use crate::content::settings::CONFIG;
use crate::content::site::Site;
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Finding, Result, Severity};
use crate::os::disk::{self, Folder};
use crate::source::path_list::PathList;

/// The deepest folder that is walked, whether a scan or an event leads there.
const MAX_DEPTH: usize = 64;

/// Folders that hold what others have made.
const NEVER: &[&str] = &["_site", "node_modules", "vendor"];

/// What was being done when what is in a folder cannot be looked at.
const ENTER: &str = "look into it";

/// Where a link to a folder leads. It is not followed: it may lead anywhere, and round and round.
const TO_FOLDER: &str = "to a folder";

/// Where to look, and where not.
#[derive(Debug, Clone)]
pub struct Roots {
    /// The site's folder.
    pub site: PathBuf,
    /// Folders of posts, relative to the site, beside every `_posts`.
    pub content: Vec<String>,
    /// Folders and files that are not looked into, relative to the site.
    pub exclude: Vec<String>,
    /// Folders that are walked although their names begin with `.` or `_`.
    pub include: Vec<String>,
    /// What files in Markdown end in.
    pub markdown: Vec<String>,
    /// Those of the folders of posts that are of collections.
    pub collections: Vec<String>,
    /// The export, which may lie inside the site.
    pub output: PathBuf,
}

/// What a scan found.
#[derive(Debug, Default)]
pub struct Scan {
    /// Files that can be posts and are not known as they are: their paths relative to the site, and
    /// their stamps, if it was asked which are known.
    pub files: PathList,
    /// How many files can be posts, known or not.
    pub count: usize,
    /// Whether a folder named `_posts` was walked.
    pub has_posts_folder: bool,
    /// Those of the files that are links.
    pub links: Vec<Arc<str>>,
    /// Folders of posts that cannot be walked, by their paths relative to the site.
    folders: Vec<Finding>,
    /// All folders that cannot be walked.
    pub unknown: Unknown,
    /// The first of them that is a root of posts, and why: what it had is kept, and is to be told.
    pub closed: Option<Finding>,
    /// Files that look like posts and cannot be read as such.
    pub findings: Vec<Finding>,
}

/// Folders that cannot be walked, by their paths relative to the site, and why: what is in them is not
/// known, which is not that it is gone.
#[derive(Debug, Default, Clone)]
pub struct Unknown(Vec<(String, Finding)>);

/// Whether a path is that of a folder, or below it.
fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl Unknown {
    /// Whether all folders could be walked.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them is at a path, or below it.
    pub fn is_within(&self, path: &str) -> bool {
        self.0.iter().any(|(folder, _)| is_below(folder, path))
    }

    /// Why it is not known what is at a path: the folder, or one that it is in, cannot be walked.
    pub fn over(&self, path: &str) -> Option<&Finding> {
        self.0.iter().find(|(folder, _)| is_below(path, folder)).map(|(_, finding)| finding)
    }

    /// Why it is not known whether all of these are there; at once when all folders could be walked.
    pub fn over_any<'p>(&self, mut paths: impl Iterator<Item = &'p str>) -> Option<&Finding> {
        if self.is_empty() { None } else { paths.find_map(|path| self.over(path)) }
    }
}

impl Scan {
    /// The scan, if all roots of posts could be listed, and every folder that one of the `known` files
    /// is in.
    ///
    /// # Errors
    /// When one could not.
    pub fn whole<'p>(self, known: impl Iterator<Item = &'p str>) -> Result<Self> {
        let closed = self.closed.as_ref().or_else(|| self.unknown.over_any(known));
        match closed.cloned() {
            Some(finding) => Err(Box::new(finding)),
            None => Ok(self),
        }
    }

    /// Keeps what can be a post in a layout, and counts it.
    fn keep_posts(&mut self, roots: &Roots, layout: &Layout) {
        self.files.retain(|path, _| Origin::is_at(path, layout));
        let findings = std::mem::take(&mut self.findings).into_iter();
        let findings = findings.map(|found| roots.finding(&found.path, found.error, layout));
        self.findings = findings.flatten().collect();
        self.count += self.files.len();
    }
}

/// A walk on its way.
struct Walk<'a> {
    scan: Scan,
    is_known: Option<IsKnown<'a>>,
}

/// Is told of each file, and says whether it is known as it is.
pub type IsKnown<'a> = &'a mut dyn FnMut(&str, Fingerprint) -> bool;

/// A file that can be a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Its stamp; of a link, that of the file behind it.
    pub file: Fingerprint,
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
        Self {
            site: folder,
            content: site.content.clone(),
            exclude: site.exclude.clone(),
            include: site.include.clone(),
            markdown: site.markdown_ext.clone(),
            collections: site.collection_folders(),
            output,
        }
    }

    /// The site's folder, open to read its posts in.
    pub fn open(&self) -> Folder<'_> {
        Folder::open(&self.site)
    }

    /// Walks the whole site; says too how its posts are laid out. Files that are known stay out of
    /// the scan: half a million paths are a lot to hold. Where nothing is asked, files are not even
    /// stamped, which whoever reads them does anyway.
    ///
    /// # Errors
    /// When the site's folder cannot be listed.
    pub fn scan(&self, is_known: Option<IsKnown<'_>>) -> Result<(Scan, Layout)> {
        let mut walk = Walk { scan: Scan::default(), is_known };
        self.walk(&self.site, &mut walk)?;
        let Walk { mut scan, .. } = walk;
        let folders = if self.content.is_empty() && !scan.has_posts_folder {
            Folders::Site
        } else {
            Folders::Named(self.content.clone())
        };
        let (markdown, collections) = (self.markdown.clone(), self.collections.clone());
        let layout = Layout { folders, markdown, collections };
        scan.keep_posts(self, &layout);
        scan.files.sort();
        scan.findings.append(&mut scan.folders);
        for folder in self.content.iter().filter(|folder| !self.site.join(folder).is_dir()) {
            let error = Error::NoSuchFolder { folder: folder.clone() };
            let finding = Finding::about(CONFIG, error);
            scan.findings.push(Finding { severity: Severity::Warning, ..*finding });
        }
        if scan.count == 0 && scan.unknown.is_empty() {
            let finding = Finding::about(CONFIG, Error::NoPosts);
            scan.findings.push(Finding { severity: Severity::Warning, ..*finding });
        }
        scan.findings.sort_by(|left, right| left.path.cmp(&right.path));
        Ok((scan, layout))
    }

    /// Walks one folder of the site, which may have come just now.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn scan_folder(&self, folder: &Path, layout: &Layout) -> Result<Scan> {
        let mut none = |_: &str, _| false;
        let mut walk = Walk { scan: Scan::default(), is_known: Some(&mut none) };
        if self.is_walked_to(folder) {
            self.walk(folder, &mut walk)?;
        }
        walk.scan.keep_posts(self, layout);
        Ok(walk.scan)
    }

    /// The folders in a folder that a walk goes into; none when it cannot be listed.
    pub fn folders_in(&self, folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        folders.map(|entry| entry.path()).filter(|path| self.is_walked(path)).collect()
    }

    /// The path relative to the site, with slashes; `None` outside it, or when it is not UTF-8.
    pub fn relative(&self, path: &Path) -> Option<String> {
        path.strip_prefix(&self.site).ok()?.to_str().map(str::to_owned)
    }

    /// The same for a message, whatever names are made of: `_posts/a\xd6.md`.
    fn told(&self, path: &Path) -> String {
        let names = path.strip_prefix(&self.site).unwrap_or(path).iter();
        let told = |name: &OsStr| match name.to_str() {
            Some(name) => name.to_owned(),
            None => name.as_bytes().escape_ascii().to_string(),
        };
        names.map(told).collect::<Vec<_>>().join("/")
    }

    /// Whether a path is a folder of posts that is walked, or in one.
    pub fn is_in_posts(&self, path: &Path) -> bool {
        path.ancestors().any(|folder| is_posts(folder) && self.is_walked_folder(folder))
    }

    fn walk(&self, folder: &Path, walk: &mut Walk<'_>) -> Result<()> {
        let listed = |error| Finding::io("list it", folder, &error);
        // Whoever may list a folder, and not enter it, can look at nothing in it.
        let mut is_entered = false;
        walk.scan.has_posts_folder |= is_posts(folder);
        let entries = fs::read_dir(folder).map_err(listed)?;
        for entry in entries {
            let entry = entry.map_err(listed)?;
            let path = entry.path();
            let kind = match entry.file_type() {
                Ok(kind) => kind,
                // A name that vanishes between listing and looking was deleted: nothing to say.
                Err(error) if disk::is_gone(&error) => continue,
                Err(error) => return Err(Finding::io(ENTER, folder, &error)),
            };
            let (Some(relative), Some(name)) = (self.relative(&path), path.file_name()) else {
                let error = Error::NameNotUtf8 { is_folder: kind.is_dir() };
                walk.scan.findings.push(*Finding::about(self.told(&path), error));
                continue;
            };
            if kind.is_dir() {
                if self.is_walked(&path) {
                    self.walk_below(&path, walk);
                }
                continue;
            }
            if name.to_str().is_none_or(is_ignored) || self.is_excluded(&relative) {
                continue;
            }
            if is_entered && walk.is_known.is_none() && kind.is_file() {
                walk.scan.files.push(&relative, Fingerprint::default());
                continue;
            }
            let scan = &mut walk.scan;
            let found = self.look(&path);
            is_entered = true;
            match found {
                Ok(Some(Found { file, is_link: true }))
                    if file == Fingerprint::default() && self.is_root(&path) =>
                {
                    let error = Error::BadLink { to: "to what cannot be looked at" };
                    let finding = Finding::about(relative, error);
                    scan.folders.push(Finding { severity: Severity::Warning, ..*finding });
                }
                Ok(Some(found)) => {
                    if found.is_link {
                        scan.links.push(relative.as_str().into());
                    }
                    let is_known =
                        walk.is_known.as_mut().is_some_and(|ask| ask(&relative, found.file));
                    if is_known {
                        scan.count += 1;
                    } else {
                        scan.files.push(&relative, found.file);
                    }
                }
                Ok(None) => {}
                Err(Error::Withheld { reason }) => {
                    let error = Error::Io { doing: ENTER, reason };
                    return Err(Finding::about(folder.display().to_string(), error));
                }
                Err(error) if self.is_root(&path) => {
                    let finding = Finding::about(relative, error);
                    scan.folders.push(Finding { severity: Severity::Warning, ..*finding });
                }
                Err(error) => scan.findings.push(*Finding::about(relative, error)),
            }
        }
        Ok(())
    }

    /// A folder below that cannot be listed is reported, and stops no other.
    fn walk_below(&self, folder: &Path, walk: &mut Walk<'_>) {
        let Err(finding) = self.walk(folder, walk) else { return };
        // A folder that has just been deleted is no finding.
        if matches!(folder.try_exists(), Ok(false)) {
            return;
        }
        let Some(path) = self.relative(folder) else { return };
        walk.scan.unknown.0.push((path.clone(), *finding.clone()));
        if self.is_root(folder) {
            walk.scan.closed.get_or_insert(*finding);
        } else {
            walk.scan.folders.push(Finding { severity: Severity::Warning, path, ..*finding });
        }
    }

    /// The content folders whose loss would empty feeds: the site, and those named in its
    /// configuration; every `_posts` is found through the site.
    pub fn guarded(&self) -> Vec<PathBuf> {
        let named = self.content.iter().map(|folder| self.site.join(folder));
        std::iter::once(self.site.clone()).chain(named).collect()
    }
}

/// Whether a folder is one of posts by its name.
pub fn is_posts(folder: &Path) -> bool {
    folder.file_name() == Some(OsStr::new("_posts"))
}
