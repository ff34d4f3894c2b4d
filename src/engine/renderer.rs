//! The renderer: renders feeds, exports them, and then has a new edition.
//!
//! All documents of a pass are written beside their places before the first is renamed, so a pass
//! that fails leaves the old edition, and what it could not print is owed to the next one.

mod announcing;
mod resume;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::catalog::FeedName;
use crate::content::dependency::Use;
use crate::content::settings::CONFIG;
use crate::content::site::Site;
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Finding, Result, Severity};
use crate::engine::entry_cache::EntryCache;
use crate::engine::id_guard::NewIds;
use crate::engine::link_changes::Shown;
use crate::engine::render_context::RenderContext;
use crate::feed::directory::{DIRECTORIES, Listing, Listings};
use crate::feed::edition::{self, Document, Edition, Former};
use crate::feed::format::FORMATS;
use crate::feed::format::kind::Format;
use crate::feed::{assemble, page};
use crate::os::parallel;
use crate::os::progress_bar::Progress;
use crate::publish::export::Output;
use crate::publish::staging::Staging;

/// A feed, and what is said of it.
type Listed = (FeedName, Listing);

/// What an entry hangs on, by the key and the path of its post.
pub type Uses = (Arc<str>, Arc<str>, Box<[Use]>);

/// The largest document that is no trouble to any reader, in bytes.
const HEAVY: u64 = 512 * 1024;

/// What a printing did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct RenderedFeeds {
    /// Feeds that were rendered.
    pub feeds: usize,
    /// Posts that were rendered for them; the others were still known.
    pub rendered: usize,
    /// Documents that were written because their bytes are new.
    pub written: usize,
    /// Feeds that have become heavy, each told once.
    pub findings: Vec<Finding>,
    /// What entries hang on, where the catalog does not know it.
    pub uses: Vec<Uses>,
}

/// How much of the export is as a snapshot knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// All of it.
    All,
    /// Some: it was written to after the snapshot was taken.
    Some,
    /// Nothing.
    Nothing,
}

/// The output folder, what is published from it, and what is not yet.
#[derive(Debug)]
pub struct Renderer {
    /// Where it is shown how many feeds are made.
    pub progress: Progress,
    /// The ids that new settings change, to be told before all that they change is published.
    pub new_ids: Option<NewIds>,
    /// Where the documents are.
    pub output: Output,
    entry_cache: EntryCache,
    /// What readers were shown.
    shown: Shown,
    edition: Arc<Edition>,
    /// What the documents about all feeds say of each.
    listings: Listings,
    /// Feeds that are heavy.
    heavy: BTreeSet<FeedName>,
    /// Whether the page at the root of the export is that of another.
    has_foreign_index: bool,
    /// Posts that could not be read as the catalog knows them.
    late: BTreeSet<Arc<str>>,
    /// Feeds that are to be printed.
    owed: BTreeSet<FeedName>,
    /// Whether the files on disk are those of `edition`: not before the first printing, and not
    /// after one that failed half-way.
    is_disk_known: bool,
    /// Whether the export was written to after the snapshot that it was taken over with: there may
    /// be documents in it that no list names.
    is_patched: bool,
}

impl Renderer {
    /// A renderer that writes to a folder, with nothing printed yet.
    ///
    /// # Errors
    /// When the folder cannot be opened.
    pub fn new(output: PathBuf) -> Result<Self> {
        Ok(Self {
            progress: Progress::default(),
            new_ids: None,
            output: Output::open(output)?,
            entry_cache: EntryCache::default(),
            shown: Shown::default(),
            edition: Arc::default(),
            listings: Listings::new(),
            heavy: BTreeSet::new(),
            has_foreign_index: false,
            late: BTreeSet::new(),
            owed: BTreeSet::new(),
            is_disk_known: false,
            is_patched: false,
        })
    }

    /// What is published.
    pub fn edition(&self) -> Arc<Edition> {
        Arc::clone(&self.edition)
    }

    /// Lists the edition in the manifest, if the disk is as it left it.
    ///
    /// # Errors
    /// When that cannot be written.
    pub fn settle(&mut self, now: i64) -> Result<()> {
        if self.is_disk_known { self.output.settle(&self.edition, true, now) } else { Ok(()) }
    }

    /// Posts that could not be read as the catalog knows them: they want to be looked at again.
    pub fn late(&self) -> impl Iterator<Item = &Arc<str>> {
        self.late.iter()
    }

    /// Whether a post could not be read as the catalog knows it.
    pub fn is_late(&self, path: &str) -> bool {
        self.late.contains(path)
    }

    /// Prints the touched feeds and those that are owed, as of `now` in Unix seconds.
    ///
    /// # Errors
    /// When a document cannot be rendered or written; the old edition stays then.
    pub fn render(
        &mut self,
        touched: BTreeSet<FeedName>,
        context: RenderContext<'_>,
        now: i64,
    ) -> Result<RenderedFeeds> {
        self.owed.extend(touched);
        self.is_disk_known &= !self.output.retake()?;
        self.output.sweep()?;
        self.output.is_free()?;
        if !self.is_disk_known {
            self.owed = context.catalog.feeds().cloned().collect();
        }
        if self.owed.is_empty() && !self.is_patched {
            self.output.settle(&self.edition, true, now)?;
            return Ok(RenderedFeeds::default());
        }
        let (mut edition, mut listings) = self.known(context.read_context.site);
        let former = Arc::clone(edition.former());
        let staging = Staging::new(&self.output);
        let feeds: Vec<&FeedName> = self.owed.iter().collect();
        let step = self.progress.begin("feeds made", feeds.len());
        let proofs = parallel::map(&feeds, |name| {
            step.advance();
            self.feed(name, context, (&staging, &former), now)
        });
        drop(step);
        let (mut owed, mut late, mut findings) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        let (mut gone, mut uses) = (Vec::new(), Vec::new());
        for (name, proof) in feeds.iter().zip(proofs) {
            match proof? {
                RenderedDocument::Feed(listing, documents, of_entries) => {
                    uses.extend(of_entries);
                    findings.extend(weigh(&mut self.heavy, name, &documents));
                    for (path, document) in documents {
                        edition.put(path.into(), document);
                    }
                    listings.insert((*name).clone(), listing);
                }
                RenderedDocument::Empty => {
                    gone.extend(files(name).flat_map(|(path, _)| former.with_copies(path)));
                    listings.remove(*name);
                }
                RenderedDocument::Late(post) => {
                    self.keep(name, &mut edition, &mut listings);
                    owed.insert((*name).clone());
                    late.insert(post);
                }
            }
        }
        self.lists(&listings, &staging, now, &mut edition)?;
        let staged = staging.close();
        for path in &gone {
            edition.remove(path);
        }
        let feeds = feeds.len() - owed.len();
        let is_first = !std::mem::replace(&mut self.is_disk_known, false) || self.is_patched;
        self.announce(&edition);
        let written = self.output.commit(staged, now)?;
        findings.extend(self.shown.changes(self.new_ids.take().is_some()));
        self.edition = Arc::new(edition);
        if is_first {
            gone = self.output.stale(&self.edition)?;
            self.entry_cache.settle();
        }
        self.output.remove(gone.iter().map(String::as_str))?;
        self.output.settle(&self.edition, is_first, now)?;
        findings.extend(self.note_index());
        self.listings = listings;
        self.is_disk_known = true;
        self.is_patched = false;
        self.owed = owed;
        self.late = late;
        let rendered = self.entry_cache.take_rendered();
        Ok(RenderedFeeds { feeds, rendered, written, findings, uses })
    }

    /// What the next edition begins with.
    fn known(&self, site: &Site) -> (Edition, Listings) {
        if self.is_disk_known {
            return (Edition::clone(&self.edition), self.listings.clone());
        }
        let mut edition = Edition::default();
        edition.set_former(Arc::new(Former::of(site)));
        (edition, Listings::new())
    }

    /// Keeps the documents of a feed as they are.
    fn keep(&self, name: &FeedName, edition: &mut Edition, listings: &mut Listings) {
        let former = Arc::clone(edition.former());
        for path in files(name).flat_map(|(path, _)| former.with_copies(path)) {
            if let Some((path, document)) = self.edition.document(&path) {
                edition.put(Arc::clone(path), Arc::clone(document));
            } else if let Some((document, _)) = self.output.document(&path) {
                // Of an earlier process, which wrote it after its last snapshot.
                edition.put(path.into(), Arc::new(document));
            }
        }
        let listing = self.listings.get(name).map(Arc::clone);
        listings.extend(listing.map(|listing| (name.clone(), listing)));
    }

    /// Renders the documents about all feeds that are not as they were, and those beside them.
    fn lists(
        &self,
        listings: &Listings,
        staging: &Staging<'_>,
        now: i64,
        edition: &mut Edition,
    ) -> Result<()> {
        let has_other_feeds =
            !self.is_disk_known || self.is_patched || !is_same_list(&self.listings, listings);
        for directory in DIRECTORIES.iter().filter(|list| list.tells_entries || has_other_feeds) {
            let file = directory.file;
            let bytes =
                (directory.render)(listings).map_err(|error| Finding::about(file, error))?;
            let content = (directory.media_type, &*bytes);
            edition.put(file.into(), staging.put(file, content, self.before(file), now)?);
            if file == page::LIST {
                // Other sites have a page of their own there, and lose it for no feed.
                match staging.put_if_free(page::FILE, content, self.before(page::FILE), now)? {
                    Some(document) => edition.put(page::FILE.into(), document),
                    None => edition.remove(page::FILE),
                }
            }
        }
        for asset in page::assets().all() {
            let content = (asset.media_type, asset.bytes);
            let document = staging.put(&asset.path, content, self.before(&asset.path), now)?;
            edition.put(asset.path.as_str().into(), document);
        }
        Ok(())
    }

    /// Renders one feed in all formats.
    fn feed(
        &self,
        name: &FeedName,
        context: RenderContext<'_>,
        (staging, former): (&Staging<'_>, &Former),
        now: i64,
    ) -> Result<RenderedDocument> {
        let RenderContext { read_context, catalog, .. } = context;
        let site = read_context.site;
        let count = catalog.count(name);
        if *name != FeedName::Site && count == 0 {
            return Ok(RenderedDocument::Empty);
        }
        let cards = catalog.window(name, assemble::window(site, name)).into_iter();
        let mut entries = Vec::with_capacity(cards.len());
        let mut uses = Vec::new();
        for card in cards {
            match self.entry_cache.entry(card, context) {
                Some(made) => {
                    self.shown.note(card.path(), &made.entry);
                    let unknown = made.uses_unknown_to(card);
                    uses.extend(unknown.map(|uses| (card.key().into(), card.path().into(), uses)));
                    entries.push(made.entry);
                }
                None => return Ok(RenderedDocument::Late(card.path().into())),
            }
        }
        let feed = assemble::feed(site, name, entries);
        let display = assemble::display_name(site, name, &feed.entries);
        let mut documents = Vec::with_capacity(FORMATS.len() + 1);
        for (path, format) in files(name) {
            let rendered = match format {
                Some(format) => (format.render)(&feed),
                None => page::render(&display, &feed, count),
            };
            let bytes = rendered.map_err(|error| Finding::about(path.as_str(), error))?;
            let media_type = format.map_or(page::MEDIA_TYPE, |format| format.media_type);
            let typed = (media_type, &*bytes);
            let document = staging.put(&path, typed, self.before(&path), now)?;
            for edition::Copy { file, is_optional } in former.copies(&path) {
                let before = self.before(file);
                let copied = if *is_optional {
                    staging.put_if_free(file, typed, before, now)?
                } else {
                    Some(staging.put(file, typed, before, now)?)
                };
                documents.extend(copied.map(|document| (file.clone(), document)));
            }
            documents.push((path, document));
        }
        let listing = Listing::of(name, display, &feed, count)
            .map_err(|error| Finding::about(page::FILE, error))?;
        Ok(RenderedDocument::Feed(Arc::new(listing), documents, uses))
    }

    /// What the last edition has at a path, as long as the disk is as that left it.
    fn before(&self, path: &str) -> Option<&Arc<Document>> {
        self.edition.document(path).filter(|_| self.is_disk_known).map(|(_, document)| document)
    }
}

/// Whether two lists name the same feeds, whatever is in them.
fn is_same_list(left: &Listings, right: &Listings) -> bool {
    left.len() == right.len()
        && left.iter().zip(right).all(|((left, one), (right, other))| {
            left == right && (Arc::ptr_eq(one, other) || one.is_same_feed(other))
        })
}

/// Says once that a feed has become heavy.
fn weigh(
    heavy: &mut BTreeSet<FeedName>,
    name: &FeedName,
    documents: &[(String, Arc<Document>)],
) -> Option<Finding> {
    let (path, largest) = documents.iter().max_by_key(|(_, document)| document.length)?;
    if largest.length <= HEAVY {
        heavy.remove(name);
        return None;
    }
    let kib = largest.length / 1024;
    let error = Error::LargeFeed { path: path.clone(), kib };
    let finding = Finding { severity: Severity::Warning, ..*Finding::about(CONFIG, error) };
    heavy.insert(name.clone()).then_some(finding)
}

/// A feed that is rendered and not published yet.
enum RenderedDocument {
    /// What the lists say of it, its documents, and what its entries hang on.
    Feed(Arc<Listing>, Vec<(String, Arc<Document>)>, Vec<Uses>),
    /// It has no posts any more.
    Empty,
    /// A post of it cannot be read as the catalog knows it: either word of its change is on its
    /// way, or its root is lost. The feed stays as it is until then.
    Late(Arc<str>),
}

/// The documents of a feed: where they stand, below the base URL and in the export alike, and
/// their format; a page has none. The site's own page is the list of all feeds.
fn files(name: &FeedName) -> impl Iterator<Item = (String, Option<&'static Format>)> {
    let folder = assemble::folder(name);
    let page = (*name != FeedName::Site).then_some((page::FILE, None));
    let formats = FORMATS.iter().map(|format| (format.file, Some(format)));
    formats.chain(page).map(move |(file, format)| (format!("{folder}{file}"), format))
}
