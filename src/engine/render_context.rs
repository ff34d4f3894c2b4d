//! What posts use of the rest of the site: it is read when it is asked for, and told from what it
//! was another time.

use std::sync::{Arc, OnceLock};

use crate::base::hash::Hash;
use crate::catalog::cards::Kept;
use crate::catalog::{Catalog, FeedName};
use crate::content::dependency::Use;
use crate::content::liquid::elsewhere::{Elsewhere, Listed, MAX_NEWEST, Newest};
use crate::content::page;
use crate::content::post_path::named_key;
use crate::content::site::{Extent, Window};
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Finding, Remark, Severity};
use crate::engine::post_reader::{self, ReadContext};

/// The largest file that a post may include from beside it, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// Where a path leads that nothing is at.
const NOWHERE: &str = "nowhere";

/// The posts that `site.posts` has.
const NEWEST: Window = Window {
    limit: MAX_NEWEST,
    hours: None,
    cap: MAX_NEWEST,
    extent: Extent::Title,
    size: usize::MAX,
};

/// What entries are made from.
#[derive(Debug, Clone, Copy)]
pub struct RenderContext<'a> {
    /// Where the posts are.
    pub read_context: ReadContext<'a>,
    /// The index of posts.
    pub catalog: &'a Catalog,
    /// The newest posts, once somebody has asked for them.
    pub newest: &'a OnceLock<Arc<Newest>>,
}

impl Elsewhere for RenderContext<'_> {
    fn address(&self, words: &str) -> (Vec<Use>, Option<String>) {
        let key = named_key(words, self.read_context.layout);
        let (target, site) = (self.catalog.named(&key), self.read_context.site);
        let mut uses = vec![Use::Post(key.into())];
        if let Some(card) = target {
            return (uses, post_reader::whole(card, self.read_context, |post| post.url(site)));
        }
        let path = words.trim().trim_start_matches('/');
        if !page::is_seen(path) {
            return (uses, None);
        }
        uses.push(Use::File(path.into()));
        let (style, markdown) = (site.variables.get("permalink").to_text(), &site.markdown_ext);
        let path = match self.read(path) {
            Ok(bytes) => Some(page::path(path, &bytes, &style, markdown)),
            // It is none that is made of front matter.
            Err(Error::TooLarge { .. }) => Some(page::path(path, b"", &style, markdown)),
            Err(_) => None,
        };
        (uses, path.map(|path| [&*site.home, &path].concat()))
    }

    fn newest(&self) -> Arc<Newest> {
        Arc::clone(
            self.newest.get_or_init(|| Arc::new(read_newest(self.read_context, self.catalog))),
        )
    }

    fn file(&self, path: &str) -> Result<String, String> {
        text(self.bytes(path)?)
    }
}

impl RenderContext<'_> {
    /// What a file of the site holds. A folder on the way may be a link as well: none leads out.
    ///
    /// # Errors
    /// When it cannot be read, or is elsewhere.
    pub fn bytes(&self, path: &str) -> Result<Vec<u8>, String> {
        self.read(path).map_err(|error| match error {
            Error::BadLink { to: NOWHERE } => "there is no such file".to_owned(),
            error => error.to_string(),
        })
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        let folder = self.read_context.folder;
        let real = |path: &std::path::Path| {
            path.canonicalize().map_err(|_| Error::BadLink { to: NOWHERE })
        };
        let (site, target) = (real(folder.path())?, real(&folder.path().join(path))?);
        let inner = target.strip_prefix(site).ok().and_then(|inner| inner.to_str());
        let inner = inner.ok_or(Error::BadLink { to: "out of the site" })?;
        folder.read(inner, MAX_FILE).map(|(bytes, _)| bytes)
    }

    /// What tells something that an entry hangs on from what it is another time.
    pub fn version(&self, used: &Use) -> Hash {
        match used {
            Use::Post(name) => self.catalog.named(name).map_or(Hash::default(), state),
            Use::Include(_) | Use::Data(_) => self.read_context.site.library.version(used),
            Use::File(path) => version_of(&self.bytes(path)),
            Use::Newest => self.newest().hash(),
            // An entry is known by the path of its post anyway.
            Use::Path => Hash::default(),
        }
    }
}

/// What tells a file, or why it is none, from what it is another time.
pub fn version_of(bytes: &Result<Vec<u8>, String>) -> Hash {
    match bytes {
        Ok(bytes) => Hash::of_file(bytes),
        Err(why) => Hash::of(why.as_bytes()),
    }
}

/// The text of a file.
///
/// # Errors
/// When it is none.
pub fn text(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|_| "the file is not UTF-8".to_owned())
}

/// Where a post's file is, and what is in it.
pub fn state(card: Kept<'_>) -> Hash {
    // No path holds the sign between them.
    Hash::of(&[card.path().as_bytes(), b"\0", &card.hash().digits()].concat())
}

/// What the newest posts are read from.
pub fn state_of_newest(catalog: &Catalog) -> Hash {
    let cards = catalog.window(&FeedName::Site, NEWEST).into_iter();
    let digits = cards.flat_map(|card| state(card).digits());
    Hash::of(&digits.collect::<Vec<u8>>())
}

/// Reads the newest posts.
fn read_newest(read_context: ReadContext<'_>, catalog: &Catalog) -> Newest {
    let site = read_context.site;
    let mut cards = catalog.window(&FeedName::Site, NEWEST);
    // Of one time, Jekyll has the last path first.
    cards.sort_by(|one, other| (other.date(), other.path()).cmp(&(one.date(), one.path())));
    let listed = |card: Kept<'_>| post_reader::whole(card, read_context, |post| post.listed(site));
    let listed: Vec<Listed> = cards.into_iter().filter_map(listed).collect();
    Newest::of(&listed, site.dates.zone)
}

/// What rendering the body of a card's post gives to remark on.
pub fn body_findings(card: Kept<'_>, copy: RenderContext<'_>) -> Vec<Finding> {
    let site = copy.read_context.site;
    let both = post_reader::rendered(card, copy.read_context, |post| {
        let body = post.render(site, &copy).body;
        let differences = post.differences(&body);
        (body, differences)
    });
    let Some((body, differences)) = both else { return Vec::new() };
    let remark = |error| Remark { severity: Severity::Warning, line: 0, column: 0, error };
    let warnings = body.warnings.into_iter().map(remark);
    let remarks = body.remarks.into_iter().chain(differences).chain(warnings);
    remarks.map(|remark| remark.at(card.path())).collect()
}
