//! Addresses that feeds had elsewhere (`feedmill.aliases`): old subscribers ask for these for ever.

use crate::content::config::Section;
use crate::content::front_matter::node::Node;
use crate::content::jekyll_feed::JekyllFeed;
use crate::content::taxonomy::Taxonomy;
use crate::content::text::nfc;
use crate::diagnostic::finding::Result;

/// The most of them.
const MAX_ALIASES: usize = 1000;

/// The longest name of a file, in bytes: a temporary one is longer.
const MAX_NAME: usize = 200;

/// What can stand before the colon.
const AN_ADDRESS: &str = "an old address below that of the feeds, like `/feed/` or `/index.xml`, where feedmill has no document of its own";

/// What can stand behind it.
const A_DOCUMENT: &str =
    "`rss`, `atom` or `json`, or one of these behind a feed: `category/NAME/atom`";

/// Names of documents of our own.
const OWN: [&str; 7] = [
    "atom.xml",
    "feed.json",
    "feeds-flat.opml",
    "feeds.html",
    "feeds.opml",
    "index.html",
    "rss.xml",
];

/// An old address, and the document that is there now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The address, decoded, with no slash at its start or end.
    pub address: String,
    /// The group whose feed it was; the site's without one.
    pub group: Option<(Taxonomy, String)>,
    /// The name of the format in small letters.
    pub format: String,
    /// Whether the export may do without it where a file of another is in its place.
    pub is_optional: bool,
}

impl Alias {
    /// The file that a server without redirects gives for the address: without an ending it is that of
    /// a folder.
    pub fn file(&self) -> String {
        let name = self.address.rsplit_once('/').map_or(&*self.address, |(_, name)| name);
        let is_folder = !name.contains('.');
        if is_folder { format!("{}/index.html", self.address) } else { self.address.clone() }
    }

    /// The address that jekyll-feed had a feed at, if it can be one.
    pub fn of_jekyll(path: &str, group: Option<(Taxonomy, String)>) -> Option<Self> {
        let (address, format) = (nfc(path.trim_matches('/')).into_owned(), "atom".to_owned());
        let alias = Self { address, group, format, is_optional: true };
        alias.is_address().then_some(alias)
    }

    /// Whether it is an address below that of the feeds, and the names in it can be those of files.
    fn is_address(&self) -> bool {
        let is_part = |part: &str| {
            !matches!(part, "" | "." | "..")
                && part.len() <= MAX_NAME
                && !part.contains(|c: char| c == '\\' || c.is_control())
        };
        self.address.split('/').all(is_part) && !self.is_own()
    }

    /// Whether a document of our own could be there.
    fn is_own(&self) -> bool {
        let file = self.file();
        let parts: Vec<&str> = file.split('/').collect();
        let is_taxonomy = |word: &str| Taxonomy::ALL.iter().any(|known| known.word() == word);
        match parts[..] {
            [name] => OWN.contains(&name),
            [folder, _, name] if is_taxonomy(folder) => OWN.contains(&name),
            ["_feedmill", ..] => true,
            _ => false,
        }
    }
}

/// Reads `feedmill.aliases`, and jekyll-feed's `path` where it is written.
///
/// # Errors
/// When one is no address, or leads to no document.
pub fn read(ours: &Section<'_>, feed: &Section<'_>, jekyll: &JekyllFeed) -> Result<Vec<Alias>> {
    let section = ours.section(&["feedmill", "aliases"])?;
    let mut aliases = Vec::new();
    if feed.loose_text("path").is_some() {
        aliases.extend(Alias::of_jekyll(&jekyll.site, None));
    }
    for (written, node) in section.fields().iter().take(MAX_ALIASES) {
        let target = node.text().and_then(target);
        let (group, format) = target.ok_or_else(|| section.bad(written, node, A_DOCUMENT))?;
        let address = nfc(written.trim_matches('/')).into_owned();
        let alias = Alias { address, group, format, is_optional: false };
        if !alias.is_address() {
            return Err(section.bad(written, &Node::Text(written.clone()), AN_ADDRESS));
        }
        aliases.retain(|other: &Alias| other.address != alias.address);
        aliases.push(alias);
    }
    Ok(aliases)
}

/// The feed and the format that a text names: `category/NAME/atom`.
fn target(written: &str) -> Option<(Option<(Taxonomy, String)>, String)> {
    let (feed, format) = written.trim_matches('/').rsplit_once('/').unwrap_or(("", written));
    if !matches!(format, "rss" | "atom" | "json") {
        return None;
    }
    if feed.is_empty() {
        return Some((None, format.to_owned()));
    }
    let (word, name) = feed.split_once('/')?;
    let taxonomy = Taxonomy::ALL.into_iter().find(|taxonomy| taxonomy.word() == word)?;
    Some((Some((taxonomy, nfc(name).into_owned())), format.to_owned()))
}
