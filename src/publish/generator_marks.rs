//! What tells a file of ours where no manifest does: its place, and what it says of its generator.

use crate::base::hash::Hash;
use crate::content::taxonomy::Taxonomy;
use crate::feed::directory::DIRECTORIES;
use crate::feed::format::FORMATS;
use crate::feed::page;

/// How much of a file is searched for the mark of its format.
const MARK_WITHIN: usize = 64 * 1024;

/// Assets of a version without a manifest, and the hashes of their bytes.
const FORMER_ASSETS: &[(&str, &str)] = &[
    ("style.css", "f2ef54938a9a682daae76afbfea0b644"),
    ("feeds.js", "693f798ce630073e6f262f24e90c3b9a"),
];

/// The type of the document of ours that could stand at a path below the output.
pub fn media_type_of_ours(path: &str) -> Option<&'static str> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let format = FORMATS.iter().find(|format| format.file == name).map(|format| format.media_type);
    let of_feed = format.or((name == page::FILE).then_some(page::MEDIA_TYPE));
    let of_directory = || {
        let directory = DIRECTORIES.iter().find(|directory| directory.file == name);
        directory.map(|directory| directory.media_type)
    };
    let of_asset = || {
        let asset = page::assets().all().into_iter().find(|asset| asset.path == path);
        asset.map(|asset| asset.media_type)
    };
    match folder.split_once('/') {
        None if folder.is_empty() => of_feed.or_else(of_directory),
        Some((taxonomy, group)) if !group.contains('/') => {
            of_feed.filter(|_| Taxonomy::ALL.iter().any(|known| known.word() == taxonomy))
        }
        _ => of_asset(),
    }
}

/// Whether some bytes hold others.
pub fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

/// Whether bytes that stand where a document of ours would, and have this hash, say that we made
/// them: documents name their generator, and assets are known by their bytes.
pub fn says_that_we_made_it(path: &str, bytes: &[u8], hash: Hash) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_asset = || {
        folder == page::ASSETS.trim_end_matches('/') && name.contains(&hash.to_string())
            || FORMER_ASSETS.iter().any(|(file, of)| *file == path && hash.to_string() == *of)
    };
    let has_mark = || {
        let head = &bytes[..bytes.len().min(MARK_WITHIN)];
        mark(name).is_some_and(|mark| contains(head, mark.as_bytes()))
    };
    is_asset() || (media_type_of_ours(path).is_some() && has_mark())
}

/// What a document of ours says of its generator.
fn mark(name: &str) -> Option<&'static str> {
    let format = FORMATS.iter().find(|format| format.file == name).map(|format| format.mark);
    let directory = || {
        let directory = DIRECTORIES.iter().find(|directory| directory.file == name);
        directory.map(|directory| directory.mark)
    };
    format.or((name == page::FILE).then_some(page::MARK)).or_else(directory)
}

/// Whether a file that is replaced by these bytes loses nothing: a machine that lost its power leaves
/// files that are empty, cut short, or have zeros for what was not written.
pub fn is_nothing_lost(there: &[u8], bytes: &[u8]) -> bool {
    bytes.starts_with(there.trim_ascii_end()) || there.iter().all(|byte| *byte == 0)
}
