//! Reads `_includes/` and `_data/`: what posts use besides themselves.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::base::fingerprint::Fingerprint;
use crate::content::library::{DATA, INCLUDES, LAYOUTS};
use crate::content::post_path::is_ignored;
use crate::os::disk::{self, Folder};

/// The largest of its files, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// The most bytes of all of them.
const MAX_BYTES: usize = 16 << 20;

/// The most files and folders.
const MAX_FILES: usize = 10_000;

/// The deepest folder.
const MAX_DEPTH: usize = 16;

/// The texts of the files by their paths in the site, and why others have none.
pub type Texts = (BTreeMap<String, String>, Vec<(String, String)>);

/// Reads all files.
pub fn read(site: &Path) -> Texts {
    read_in(site, [DATA, INCLUDES])
}

/// Reads what pages are made of: what they include, and their layouts.
pub fn templates(site: &Path) -> BTreeMap<String, String> {
    read_in(site, [INCLUDES, LAYOUTS]).0
}

fn read_in(site: &Path, folders: [&str; 2]) -> Texts {
    let (mut texts, mut unread) = (BTreeMap::new(), Vec::new());
    let (folder, mut bytes) = (Folder::open(site), 0_usize);
    for path in walk(site, folders).files {
        let read = folder.read(&path, MAX_FILE).map_err(|error| error.to_string());
        let text = read.and_then(|(read, _)| {
            String::from_utf8(read).map_err(|_| "the file is not UTF-8".to_owned())
        });
        match text {
            Ok(text) if bytes + text.len() <= MAX_BYTES => {
                bytes += text.len();
                texts.insert(path, text);
            }
            Ok(_) => unread.push((path, format!("all files have more than {MAX_BYTES} bytes"))),
            Err(reason) => unread.push((path, reason)),
        }
    }
    (texts, unread)
}

/// What tells without reading whether anything has changed.
pub fn stamps(site: &Path) -> Vec<(String, Fingerprint)> {
    let stamp = |path: String| {
        let stamp = disk::stamp_of(&site.join(&path)).unwrap_or_default();
        (path, stamp)
    };
    walk(site, [DATA, INCLUDES]).files.into_iter().map(stamp).collect()
}

/// The folders that there are.
pub fn folders(site: &Path) -> Vec<PathBuf> {
    walk(site, [DATA, INCLUDES]).folders
}

/// Whether a path is in one of the folders, or is one.
pub fn has(site: &Path, path: &Path) -> bool {
    [INCLUDES, DATA].iter().any(|folder| path.starts_with(site.join(folder)))
}

#[derive(Default)]
struct Walk {
    folders: Vec<PathBuf>,
    /// Paths in the site, in order.
    files: Vec<String>,
}

fn walk(site: &Path, folders: [&str; 2]) -> Walk {
    let mut walk = Walk::default();
    let mut open: Vec<(String, usize)> = folders.map(|folder| (folder.to_owned(), 0)).to_vec();
    while let Some((folder, depth)) = open.pop() {
        let place = site.join(&folder);
        let is_folder = fs::symlink_metadata(&place).is_ok_and(|found| found.is_dir());
        if !is_folder || depth > MAX_DEPTH {
            continue;
        }
        for entry in fs::read_dir(&place).into_iter().flatten().flatten() {
            let Ok(name) = entry.file_name().into_string() else { continue };
            let path = format!("{folder}/{name}");
            if is_ignored(&name) || walk.files.len() + open.len() >= MAX_FILES {
                continue;
            }
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => open.push((path, depth + 1)),
                Ok(_) if is_used(&path) => walk.files.push(path),
                _ => {}
            }
        }
        walk.folders.push(place);
    }
    walk.files.sort();
    walk
}

/// Whether a file can be of use: all templates, and data that can be read.
fn is_used(path: &str) -> bool {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    path.starts_with(INCLUDES)
        || path.starts_with(LAYOUTS)
        || matches!(extension, "yml" | "yaml" | "json" | "csv" | "tsv")
}
