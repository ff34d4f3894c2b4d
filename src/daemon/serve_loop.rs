//! The serve loop: it waits, gathers what has changed, and makes one pass at a time.

mod debounce;
mod reload;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::content::date::Moment;
use crate::content::settings::Sources;
use crate::daemon::change_set::{ChangeSet, Event};
use crate::daemon::settings::{Settings, Stamps};
use crate::daemon::snapshot_writer::SnapshotWriter;
use crate::daemon::warnings::{Warnings, log};
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Finding, Result};
use crate::diagnostic::identity::KnownBy;
use crate::engine::engine::{Engine, Pass};
use crate::engine::renderer::RenderedFeeds;
use crate::http::health::Health;
use crate::http::serving::Serving;
use crate::os::clock::now;
use crate::os::{stall, systemd};
use crate::server::cache::Cache;
use crate::server::current_edition::{CurrentEdition, Published};
use crate::server::metrics::Metrics;
use crate::source::folder::{Identity, identity};
use crate::source::library;
use crate::source::watch::Watch;

/// Passes take at most one part in this many of the time while changes keep coming.
const SHARE: u32 = 4;

/// How long a configuration of which no event told must have been left alone, in nanoseconds.
const CONFIG_REST: u64 = 2_000_000_000;

/// How often the identity of the content folders is checked.
const HEARTBEAT: Duration = Duration::from_secs(2);

/// How often the whole site is scanned, whatever the events said.
const RESCAN: Duration = Duration::from_mins(10);

/// How often, when some folders cannot be watched, or others change them without an event.
const BLIND_RESCAN: Duration = Duration::from_secs(20);

/// How long feeds may be taken from a cache without asking, in seconds.
const MAX_AGE: u32 = 300;

/// What the serve loop works with.
#[derive(Debug)]
pub struct Works {
    /// What makes the passes.
    pub engine: Engine,
    /// What says where something changes.
    pub watch: Watch,
    /// Where editions are put for the server.
    pub current: Arc<CurrentEdition>,
    /// The server's cache, which notices a spoilt export.
    pub cache: Arc<Cache>,
    /// Where it is counted what is done.
    pub metrics: Arc<Metrics>,
    /// What comes from the watch, from signals and from the server.
    pub events: Receiver<Event>,
}

/// What was found at the start.
#[derive(Debug)]
pub struct State {
    /// The configuration as it was before it was read.
    pub stamps: Stamps,
    /// What the settings in force are made from.
    pub sources: Sources,
    /// What the configuration that was read warns of, which is logged.
    pub warned: Warnings,
    /// Why that is not what was read.
    pub refused: Option<Box<Finding>>,
    /// What writes the snapshot.
    pub snapshot: SnapshotWriter,
    /// Why not all folders are watched.
    pub blind: Option<Box<Finding>>,
    /// Why the first pass failed.
    pub trouble: Option<Box<Finding>>,
    /// Where the server listens, for people.
    pub address: String,
}

/// What is to be read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum News {
    None,
    /// The configuration, and all that is made with it.
    OfConfig,
    /// What posts use besides themselves.
    OfLibrary,
}

/// The loop: it waits, gathers what has changed, and makes one pass at a time.
pub struct ServeLoop<'a> {
    settings: &'a Settings,
    engine: Engine,
    watch: Watch,
    current: Arc<CurrentEdition>,
    cache: Arc<Cache>,
    metrics: Arc<Metrics>,
    events: Receiver<Event>,
    /// Why the configuration on disk is not the one in force.
    refused: Option<Box<Finding>>,
    /// Why not all folders are watched.
    blind: Option<Box<Finding>>,
    /// Why the last pass failed.
    trouble: Option<Box<Finding>>,
    /// What the configuration warned of when it was last read.
    warned: Warnings,
    /// What of these was logged already.
    told: Vec<Finding>,
    /// The site's folder, as it was when it was last watched.
    identity: Option<Identity>,
    /// What the settings in force are made from.
    sources: Sources,
    /// What writes the snapshot.
    snapshot: SnapshotWriter,
    /// The configuration as it was when it was last read.
    stamps: Stamps,
    /// When the last pass ended, and how long it took.
    last: (Instant, Duration),
    /// When the last scan ended, and how long it took.
    scanned: (Instant, Duration),
    /// A folder that others may change without an event, and what it is on.
    deaf: Option<(PathBuf, &'static str)>,
    /// Where the server listens, for people.
    address: String,
}

impl<'a> ServeLoop<'a> {
    /// A serve loop that has made the first edition.
    pub fn new(settings: &'a Settings, works: Works, state: State) -> Self {
        let Works { engine, watch, current, cache, metrics, events } = works;
        let State { stamps, sources, warned, refused, snapshot, .. } = state;
        let State { blind, trouble, address, .. } = state;
        Self {
            settings,
            engine,
            watch,
            current,
            cache,
            metrics,
            events,
            refused,
            blind,
            trouble,
            warned,
            told: Vec::new(),
            identity: identity(&settings.site),
            sources,
            snapshot,
            stamps,
            last: (Instant::now(), Duration::ZERO),
            scanned: (Instant::now(), Duration::ZERO),
            deaf: None,
            address,
        }
    }

    /// What makes the passes.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Works until a signal to stop; its name.
    ///
    /// # Errors
    /// When the server cannot go on.
    pub fn run(&mut self) -> Result<&'static str> {
        self.snapshot.write(&self.engine, &self.sources);
        self.listen();
        loop {
            let mut batch = ChangeSet::default();
            match self.events.recv_timeout(self.patience()) {
                Ok(event) => {
                    batch.take(event)?;
                    self.gather(&mut batch)?;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok("the end of all events"),
            }
            if let Some(signal) = batch.stop {
                // Where it cannot be listed now, the next start does it.
                let _ = self.engine.renderer.settle(now().div_euclid(1_000_000_000));
                self.snapshot.write(&self.engine, &self.sources);
                self.snapshot.wait();
                return Ok(signal);
            }
            let start = Instant::now();
            let pass = stall::pass();
            let outcome = self.pass(&batch);
            drop(pass);
            self.settle(outcome, start);
            if batch.is_reload {
                systemd::ready(&self.status());
            }
            self.snapshot.write_if_due(&self.engine, &self.sources);
            systemd::alive(Instant::now());
        }
    }

    fn pass(&mut self, batch: &ChangeSet) -> Result<Pass> {
        let current = identity(&self.engine.roots().site);
        let is_replaced = current != self.identity;
        if is_replaced {
            self.identity = current;
            self.watch.forget(&self.engine.roots().site);
        }
        let mut is_folder_gone = self.watch.doubt_roots(self.engine.roots());
        for path in &batch.paths {
            is_folder_gone |= self.watch.doubt(path);
        }
        let is_new_site = is_replaced && current.is_some();
        let site = self.engine.roots().site.clone();
        if batch.paths.iter().any(|path| library::has(&site, path) && path.is_dir()) {
            self.cover(&site);
        }
        let news = self.news(batch);
        if batch.is_reload || is_new_site || news == News::OfConfig {
            self.refused = self.take_configuration().err();
        } else if news == News::OfLibrary {
            self.take_library()?;
        }
        if self.trouble.is_none() && self.cache.take_spoilt() {
            self.engine.doubt_export();
        }
        let is_wanted = self.engine.wants_scan() || self.next_scan() <= Instant::now();
        let is_scan = batch.is_scan || self.watch.has_lost();
        if is_scan || is_replaced || is_folder_gone || is_wanted {
            if is_scan {
                tracing::info!("scanning the whole site");
            }
            self.blind = None;
            self.cover(&site);
            self.listen();
            let start = Instant::now();
            let outcome = self.engine.rescan(now());
            self.scanned = (Instant::now(), start.elapsed());
            self.metrics.scanned();
            return outcome;
        }
        for path in &batch.paths {
            // Watched first and looked at then: nothing that comes in between is missed.
            if self.engine.roots().is_walked_folder(path) {
                self.cover(path);
            }
        }
        for path in batch.begun.difference(&batch.paths) {
            self.engine.await_close(path, now());
        }
        if batch.paths.is_empty() {
            self.engine.tick(now())
        } else {
            self.engine.look(&batch.paths, now())
        }
    }

    /// What there is to be read again of the configuration, or of what posts use besides. Its files are looked at each time, because an event
    /// may be lost and what a link leads to has none; without an event they must have been left
    /// alone for a while, or half of one could be read.
    fn news(&mut self, batch: &ChangeSet) -> News {
        let found = Stamps::now(self.settings);
        let is_told = batch.paths.iter().any(|path| self.is_of_config(path));
        let is_left = now().abs_diff(found.latest()) > CONFIG_REST;
        if found == self.stamps || !(is_told || is_left) {
            return News::None;
        }
        let is_of_config = found.config != self.stamps.config;
        self.stamps = found;
        if is_of_config { News::OfConfig } else { News::OfLibrary }
    }

    /// How often the site is scanned: as the operator wishes, or as its file system makes it needed.
    fn scan_interval(&self) -> Duration {
        // Nor does an event tell when the system gives again what it has kept back.
        let is_all_told = self.blind.is_none() && self.deaf.is_none() && self.engine.is_well();
        self.settings.scans.every.unwrap_or(if is_all_told { RESCAN } else { BLIND_RESCAN })
    }

    /// When the site is to be scanned again; a scan that takes long is not all that is done.
    fn next_scan(&self) -> Instant {
        let (ended, took) = self.scanned;
        ended + self.scan_interval().max(took * SHARE)
    }

    /// Watches a folder and all below it; what cannot be watched is found by scans.
    fn cover(&mut self, folder: &Path) {
        if !self.settings.scans.are_alone {
            self.blind = self.watch.cover(self.engine.roots(), folder).err().or(self.blind.take());
        }
    }

    /// Finds out whether events tell of all changes, and says so once when they do not.
    fn listen(&mut self) {
        let deaf = self.watch.deaf().map(|(folder, kind)| (folder.to_owned(), kind));
        let is_news = deaf != self.deaf;
        self.deaf = deaf;
        if let Some((folder, kind)) = self.deaf.as_ref().filter(|_| is_news) {
            tracing::info!(
                every = ?self.scan_interval(),
                hint = "set it with --rescan, or scan alone with --poll",
                "no event tells what others change in `{}` ({kind}); the site is scanned instead",
                folder.display()
            );
        }
    }

    /// Publishes what a pass made, or says why it made nothing.
    fn settle(&mut self, outcome: Result<Pass>, start: Instant) {
        let took = start.elapsed();
        let is_idle = matches!(&outcome, Ok(pass) if *pass == Pass::default());
        match outcome {
            Ok(pass) => {
                log(&pass.findings, &self.settings.site);
                for finding in &pass.findings {
                    if let Error::KnownBy(KnownBy::Moved { posts, .. }) = finding.error {
                        self.metrics.changed_ids(posts);
                    }
                }
                if pass.rendered.feeds > 0 {
                    self.engine.folders_beside().iter().for_each(|folder| self.cover(folder));
                    let RenderedFeeds { feeds, rendered, written, .. } = pass.rendered;
                    self.metrics.published(took, feeds, written);
                    tracing::info!(feeds, rendered, written, ?took, "published");
                }
                self.trouble = None;
            }
            Err(finding) => {
                log(&self.engine.take_unsaid(), &self.settings.site);
                self.trouble = Some(finding);
            }
        }
        if !is_idle {
            self.snapshot.fall_behind();
            self.last = (Instant::now(), took);
        }
        self.publish();
    }

    /// Puts the edition and the health in force, and logs each trouble once.
    pub fn publish(&mut self) {
        let others = [&self.trouble, &self.refused, &self.blind].into_iter().flatten();
        let mut troubles: Vec<Finding> =
            self.engine.troubles().chain(others.map(Box::as_ref)).cloned().collect();
        // A pass may have failed for what is in the health already.
        troubles.dedup();
        for finding in troubles.iter().filter(|finding| !self.told.contains(finding)) {
            tracing::error!(hint = finding.error.hint(), "{finding}");
        }
        if troubles.is_empty() && !self.told.is_empty() {
            tracing::info!("recovered");
        }
        let is_news = troubles != self.told;
        let health = Health { reasons: troubles.iter().map(ToString::to_string).collect() };
        let serving = Arc::new(Serving::new(self.engine.site().base_path(), MAX_AGE));
        let next_due = self.engine.catalog().next_due().map(Moment::unix);
        self.metrics.know(self.engine.catalog().len(), self.engine.rejected(), next_due);
        self.current.store(Published { edition: self.engine.edition(), serving, health });
        self.told = troubles;
        if is_news {
            systemd::status(&self.status());
        }
    }

    /// What `systemctl status` shows: where it serves, and what is wrong.
    pub fn status(&self) -> String {
        let troubles = self.told.iter().map(|finding| format!("; {finding}"));
        format!("serving {}{}", self.address, troubles.collect::<String>())
    }
}
