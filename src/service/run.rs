//! The commands that keep feeds: build once, or serve and keep building. The one place that reads
//! the clock, and the one that ties the rest of the service together.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant, SystemTime};

use tokio::signal::unix::{SignalKind, signal};

use crate::content::post::FileStamp;
use crate::content::settings::{AUTHORS, CONFIG};
use crate::error::{Finding, Result, Severity};
use crate::http::respond::{Health, Serving};
use crate::service::cache::Cache;
use crate::service::disk;
use crate::service::load::{Settings, load};
use crate::service::mill::{Mill, Nanoseconds, Pass};
use crate::service::server::{self, Limits, Listener, Published, Server, Shelf};
use crate::service::source::{Hint, Identity, Watch, identity};
use crate::service::systemd;

/// How long hints are gathered before the first pass after a quiet time.
const SETTLE: Duration = Duration::from_millis(4);

/// The longest time that a change waits for others.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Passes take at most one part in this many of the time while changes keep coming.
const SHARE: u32 = 4;

/// More posts deleted at once than this call for a scan: the whole folder may be on its way out.
const MASS_REMOVAL: usize = 8;

/// How long it must be quiet after one post was deleted.
const REMOVAL: Duration = Duration::from_millis(12);

/// How long it must be quiet after many were, and after a new configuration.
const QUIET: Duration = Duration::from_millis(200);

/// How long a configuration of which no event told must have been left alone.
const CONFIG_REST: Nanoseconds = 2_000_000_000;

/// How often the identity of the content folders is checked.
const HEARTBEAT: Duration = Duration::from_secs(2);

/// How often the whole site is scanned, whatever the events said.
const RESCAN: Duration = Duration::from_mins(10);

/// How often, when some folders cannot be watched.
const BLIND_RESCAN: Duration = Duration::from_secs(20);

/// How long feeds may be taken from a cache without asking, in seconds.
const MAX_AGE: u32 = 300;

/// What `build` did.
#[derive(Debug)]
pub struct Built {
    /// Posts that were read, published or not.
    pub posts: usize,
    /// Files that gave no post.
    pub rejected: usize,
    /// The pass.
    pub pass: Pass,
    /// How long it took.
    pub took: Duration,
}

/// Builds the export once.
///
/// # Errors
/// When the configuration is wrong, the site cannot be read or the export cannot be written.
pub fn build(settings: &Settings) -> Result<Built> {
    let start = Instant::now();
    let (site, warnings) = load(settings)?;
    let mut mill = Mill::new(site, settings.site.clone(), settings.output.clone())?;
    let mut pass = mill.rebuild(now())?;
    if let Some(held) = mill.held() {
        return Err(Box::new(held.clone()));
    }
    if let Some(again) = mill.next_look().filter(|at| *at < now() + 2_000_000_000) {
        // A file is cut short and very young: its writer gets the time to finish it.
        std::thread::sleep(Duration::from_nanos(u64::try_from(again - now()).unwrap_or(0)));
        pass.findings.extend(mill.tick(now())?.findings);
    }
    pass.findings.splice(0..0, warnings);
    Ok(Built {
        posts: mill.catalog().len(),
        rejected: mill.rejected(),
        pass,
        took: start.elapsed(),
    })
}

/// Word of anything that the loop has to react to.
#[derive(Debug)]
enum Event {
    Hint(Hint),
    Reload,
    Stop,
    Failed(Box<Finding>),
}

impl From<Hint> for Event {
    fn from(hint: Hint) -> Self {
        Self::Hint(hint)
    }
}

/// Builds, serves and keeps building until a signal ends it. `ready` is told where the server
/// listens, once it does.
///
/// # Errors
/// When it cannot start: whatever fails later is logged, shown by `/healthz`, and tried again.
pub fn serve(settings: &Settings, ready: impl FnOnce(&str, &Mill)) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Finding::io("start threads for", Path::new("the server"), &error))?;
    let (listener, address) = runtime.block_on(async { systemd::listen(&settings.listen) })?;
    let settings = &settings.listening_at(&address);
    let (site, warnings) = load(settings)?;
    log(&warnings, &settings.site);
    let mut mill = Mill::new(site, settings.site.clone(), settings.output.clone())?;
    let (sender, events) = channel();
    {
        // From here on no signal ends the process by itself.
        let _inside = runtime.enter();
        pass_signals_on(&sender)?;
    }
    let mut watch = Watch::new(sender.clone())?;
    let blind = watch.cover(&mill.roots().folders(&settings.site)).err();
    let pass = mill.rebuild(now())?;
    log(&pass.findings, &settings.site);

    let shelf = Arc::new(Shelf::new(Published::default()));
    let cache = Arc::new(Cache::new(settings.output.clone(), settings.cache));
    let server =
        Server { shelf: Arc::clone(&shelf), cache: Arc::clone(&cache), limits: Limits::default() };
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let mut miller = Miller {
        settings,
        mill,
        watch,
        shelf,
        cache,
        events,
        refused: None,
        blind,
        trouble: None,
        told: Vec::new(),
        identity: identity(&settings.site),
        config: [FileStamp::default(); 2],
        last: (Instant::now(), Duration::ZERO),
        scanned: Instant::now(),
    };
    miller.config = miller.config_paths().map(|path| disk::stamp_of(&path));
    miller.publish();
    let serving = runtime.spawn(serve_until(server, listener, stopped, sender));
    ready(&address, &miller.mill);
    systemd::ready(&address);
    let outcome = miller.run();
    systemd::stopping();
    drop(stop);
    // The server has its own deadline for what is still being sent.
    let _ = runtime.block_on(serving);
    outcome
}

async fn serve_until(
    server: Server,
    listener: Listener,
    stopped: tokio::sync::oneshot::Receiver<()>,
    events: Sender<Event>,
) {
    let shutdown = async {
        let _ = stopped.await;
    };
    if let Err(finding) = server::serve(server, listener, shutdown).await {
        let _ = events.send(Event::Failed(finding));
    }
}

/// SIGTERM and SIGINT stop, SIGHUP reloads the configuration. Needs a running tokio runtime.
fn pass_signals_on(events: &Sender<Event>) -> Result<()> {
    for kind in [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()] {
        let events = events.clone();
        let mut stream = signal(kind)
            .map_err(|error| Finding::io("wait for signals to", Path::new("the server"), &error))?;
        tokio::spawn(async move {
            while stream.recv().await.is_some() {
                let event = if kind == SignalKind::hangup() { Event::Reload } else { Event::Stop };
                if events.send(event).is_err() {
                    break;
                }
            }
        });
    }
    Ok(())
}

/// The loop: it waits, gathers what has changed, and makes one pass at a time.
struct Miller<'a> {
    settings: &'a Settings,
    mill: Mill,
    watch: Watch,
    shelf: Arc<Shelf>,
    cache: Arc<Cache>,
    events: Receiver<Event>,
    /// Why the configuration on disk is not the one in force.
    refused: Option<Box<Finding>>,
    /// Why not all folders are watched.
    blind: Option<Box<Finding>>,
    /// Why the last pass failed.
    trouble: Option<Box<Finding>>,
    /// What of these was logged already.
    told: Vec<Finding>,
    /// The site's folder, as it was when it was last watched.
    identity: Option<Identity>,
    /// The configuration as it was when it was last read.
    config: [FileStamp; 2],
    /// When the last pass ended, and how long it took.
    last: (Instant, Duration),
    /// When the site was last scanned.
    scanned: Instant,
}

/// What has come together since the last pass.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a thing that may have come, or not")]
struct Batch {
    paths: BTreeSet<PathBuf>,
    /// Files that have come, and were perhaps not closed yet.
    begun: BTreeSet<PathBuf>,
    is_scan: bool,
    /// Whether a file was renamed away.
    is_moving: bool,
    is_reload: bool,
    is_stop: bool,
}

impl Miller<'_> {
    fn run(&mut self) -> Result<()> {
        loop {
            let mut batch = Batch::default();
            match self.events.recv_timeout(self.patience()) {
                Ok(event) => {
                    batch.take(event)?;
                    self.gather(&mut batch)?;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            if batch.is_stop {
                return Ok(());
            }
            let start = Instant::now();
            let outcome = self.pass(&batch);
            self.settle(outcome, start);
            systemd::alive();
        }
    }

    /// How long to wait for an event at most.
    fn patience(&self) -> Duration {
        let due = self
            .mill
            .next_look()
            .map(|at| Duration::from_nanos(u64::try_from(at - now()).unwrap_or(0)));
        due.map_or(HEARTBEAT, |due| due.min(HEARTBEAT))
    }

    /// Gathers what else is changing: hardly any time after a quiet while, longer when passes
    /// are long, so that a burst costs a few passes and not one for each file.
    fn gather(&self, batch: &mut Batch) -> Result<()> {
        let start = Instant::now();
        let (ended, took) = self.last;
        let pause = ended + (took * SHARE).min(LONGEST_WAIT);
        let mut until = (start + SETTLE).max(pause.min(start + LONGEST_WAIT));
        let mut granted = Duration::ZERO;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left) {
                Ok(event) => batch.take(event)?,
                Err(_) if self.wanted_quiet(batch) > granted => {
                    granted = self.wanted_quiet(batch);
                }
                Err(_) => break,
            }
            if batch.is_stop {
                return Ok(());
            }
            if !granted.is_zero() {
                until = (Instant::now() + granted).min(start + LONGEST_WAIT);
            }
        }
        batch.is_scan |= self.removed(batch).count() > MASS_REMOVAL;
        Ok(())
    }

    /// How long it must be quiet before a batch is taken in: a deleted post may be the first of a
    /// whole folder, one that was renamed away may be on its way back from an editor, and what
    /// belongs to a new configuration may follow it.
    fn wanted_quiet(&self, batch: &Batch) -> Duration {
        let is_config = self.config_paths().iter().any(|path| batch.paths.contains(path));
        match self.removed(batch).take(MASS_REMOVAL + 1).count() {
            removed if batch.is_scan || is_config || removed > MASS_REMOVAL => QUIET,
            0 => Duration::ZERO,
            _ if batch.is_moving => QUIET,
            _ => REMOVAL,
        }
    }

    /// The paths of posts that are gone.
    fn removed<'b>(&self, batch: &'b Batch) -> impl Iterator<Item = &'b PathBuf> {
        batch.paths.iter().filter(|path| !path.exists() && self.mill.is_post(path))
    }

    fn pass(&mut self, batch: &Batch) -> Result<Pass> {
        let current = identity(&self.settings.site);
        let is_replaced = current != self.identity;
        if is_replaced {
            self.identity = current;
            self.watch.forget(&self.settings.site);
        }
        let mut is_folder_gone = false;
        for path in &batch.paths {
            is_folder_gone |= self.watch.doubt(path);
        }
        let is_new_site = is_replaced && current.is_some();
        let is_config = self.is_config_new(batch);
        if batch.is_reload || is_new_site || is_config {
            self.reload();
        }
        if self.trouble.is_none() && self.cache.take_spoilt() {
            self.mill.doubt_export();
        }
        let is_behind = self.mill.is_stale() || self.mill.held().is_some();
        if batch.is_scan || is_replaced || is_folder_gone || is_behind || self.is_scan_due() {
            if batch.is_scan {
                tracing::info!("scanning the whole site");
            }
            self.scanned = Instant::now();
            self.blind = None;
            self.cover(&self.settings.site);
            return self.mill.rescan(now());
        }
        for path in &batch.paths {
            // Watched first and looked at then: nothing that comes in between is missed.
            if self.mill.roots().is_walked_folder(path) {
                self.cover(path);
            }
        }
        for path in batch.begun.difference(&batch.paths) {
            self.mill.await_close(path, now());
        }
        if batch.paths.is_empty() {
            self.mill.tick(now())
        } else {
            self.mill.look(&batch.paths, now())
        }
    }

    /// Whether there is another configuration. Its files are looked at each time, because an event
    /// may be lost and what a link leads to has none; without an event they must have been left
    /// alone for a while, or half of one could be read.
    fn is_config_new(&mut self, batch: &Batch) -> bool {
        let paths = self.config_paths();
        let found = paths.each_ref().map(|path| disk::stamp_of(path));
        let is_told = paths.iter().any(|path| batch.paths.contains(path));
        let written = found.iter().map(|stamp| stamp.modified).max().unwrap_or_default();
        let is_left = now().saturating_sub(written) > CONFIG_REST;
        let is_new = found != self.config && (is_told || is_left);
        if is_new {
            self.config = found;
        }
        is_new
    }

    fn config_paths(&self) -> [PathBuf; 2] {
        [CONFIG, AUTHORS].map(|path| self.settings.site.join(path))
    }

    fn is_scan_due(&self) -> bool {
        self.scanned.elapsed() > if self.blind.is_some() { BLIND_RESCAN } else { RESCAN }
    }

    /// Watches a folder and all below it; what cannot be watched is found by scans.
    fn cover(&mut self, folder: &Path) {
        self.blind =
            self.watch.cover(&self.mill.roots().folders(folder)).err().or(self.blind.take());
    }

    /// Takes a new configuration, or keeps the old one and says why.
    fn reload(&mut self) {
        match load(self.settings) {
            Ok((site, warnings)) => {
                tracing::info!("read the configuration");
                log(&warnings, &self.settings.site);
                self.mill.configure(site);
                self.refused = None;
            }
            Err(finding) => self.refused = Some(finding),
        }
    }

    /// Publishes what a pass made, or says why it made nothing.
    fn settle(&mut self, outcome: Result<Pass>, start: Instant) {
        let took = start.elapsed();
        let is_idle = matches!(&outcome, Ok(pass) if *pass == Pass::default());
        match outcome {
            Ok(pass) => {
                log(&pass.findings, &self.settings.site);
                if pass.printed.feeds > 0 {
                    tracing::info!(
                        feeds = pass.printed.feeds,
                        written = pass.printed.written,
                        ?took,
                        "published"
                    );
                }
                self.trouble = None;
            }
            Err(finding) => {
                log(&self.mill.take_unsaid(), &self.settings.site);
                self.trouble = Some(finding);
            }
        }
        if !is_idle {
            self.last = (Instant::now(), took);
        }
        self.publish();
    }

    /// Puts the edition and the health on the shelf, and logs each trouble once.
    fn publish(&mut self) {
        let troubles = [&self.refused, &self.blind, &self.trouble].map(Option::as_deref);
        let troubles = self.mill.held().into_iter().chain(troubles.into_iter().flatten());
        let troubles: Vec<Finding> = troubles.cloned().collect();
        for finding in troubles.iter().filter(|finding| !self.told.contains(finding)) {
            tracing::error!(hint = finding.error.hint(), "{finding}");
        }
        if troubles.is_empty() && !self.told.is_empty() {
            tracing::info!("all is well again");
        }
        let health = Health { reasons: troubles.iter().map(ToString::to_string).collect() };
        let serving = Arc::new(Serving::new(self.mill.site().base_path(), MAX_AGE));
        self.shelf.store(Published { edition: self.mill.edition(), serving, health });
        self.told = troubles;
    }
}

impl Batch {
    fn take(&mut self, event: Event) -> Result<()> {
        match event {
            Event::Hint(Hint::Look(paths)) => self.paths.extend(paths),
            Event::Hint(Hint::Begun(paths)) => self.begun.extend(paths),
            Event::Hint(Hint::Away(paths)) => {
                self.paths.extend(paths);
                self.is_moving = true;
            }
            Event::Hint(Hint::Scan) => self.is_scan = true,
            Event::Reload => self.is_reload = true,
            Event::Stop => self.is_stop = true,
            Event::Failed(finding) => return Err(finding),
        }
        Ok(())
    }
}

/// Logs findings; notes are for `feedmill check`.
fn log(findings: &[Finding], site: &Path) {
    for finding in findings {
        let hint = finding.error.hint();
        let place = site.display();
        match finding.severity {
            Severity::Error => tracing::error!(hint, "{place}/{finding}"),
            Severity::Warning => tracing::warn!(hint, "{place}/{finding}"),
            Severity::Note => {}
        }
    }
}

/// The time, in nanoseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
pub fn now() -> Nanoseconds {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Nanoseconds::try_from(since.as_nanos()).unwrap_or(Nanoseconds::MAX)
}
