//! Serves feeds and keeps them up to date: what ties the engine, its source and the server together.

use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Weak};
use std::time::Duration;
use std::{iter, thread};

use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::{block_in_place, spawn_blocking};
use tokio::time::timeout;

use crate::base::hash::Hash;
use crate::content::settings::Sources;
use crate::content::site::Site;
use crate::daemon::build::open_engine;
use crate::daemon::change_set::Event;
use crate::daemon::serve_loop::{ServeLoop, State, Works};
use crate::daemon::settings::{self, Settings, Stamps};
use crate::daemon::snapshot_writer::SnapshotWriter;
use crate::daemon::warnings::{Warnings, log};
use crate::diagnostic::finding::{Finding, Result};
use crate::engine::engine::Engine;
use crate::engine::large_posts;
use crate::engine::renderer::Left;
use crate::engine::snapshot::{self, Snapshot};
use crate::os::clock::now;
use crate::os::systemd;
use crate::server::cache::Cache;
use crate::server::client_ip::Proxies;
use crate::server::current_edition::{CurrentEdition, Published};
use crate::server::http_server::{self, Listener, Server};
use crate::server::metrics::Metrics;
use crate::server::{limits, listen};
use crate::source::folder::identity;
use crate::source::watch::{FileEvent, Watch};

/// How many events wait for the end of a pass; what they tell beyond that is found by a scan.
const MOST_EVENTS: usize = 8 * 1024;

/// How often the server shows that it goes on.
const PULSE: Duration = Duration::from_millis(500);

/// Builds, serves and keeps building until a signal ends it. `ready` is told where the server
/// listens, once it does.
///
/// # Errors
/// When it cannot start: whatever fails later is logged, shown by `/healthz`, and tried again.
pub fn serve(settings: &Settings, ready: impl FnOnce(&str, &Engine)) -> Result<()> {
    let proxies = Proxies::parse(&settings.trusted_proxies)?;
    let runtime = runtime()?;
    let (listener, address) = runtime.block_on(listen::listen(&settings.listen))?;
    let teller = settings.metrics.as_deref().map(|at| bind_metrics(&runtime, at)).transpose()?;
    let settings = &settings.listening_at(&address);
    let (file, key) = (settings::snapshot_file(settings), settings::program());
    let snapshot = file.as_deref().and_then(|file| recall(file, key));
    let stamps = Stamps::now(settings);
    let (wanted, warned) = configuration(settings, snapshot.as_ref())?;
    // What cannot be used now is read as soon as it can be.
    let stamps = if wanted.refused.is_none() { stamps } else { Stamps::default() };
    let mut engine = open_engine(settings, wanted.site.clone())?;
    let (sender, events) = sync_channel(MOST_EVENTS);
    let (early, stopped_early) = channel();
    let early = Arc::new(early);
    pass_signals_on(&runtime, &sender, &Arc::downgrade(&early))?;
    let mut watch = begin_watch(settings, &mut engine, &sender);
    if let Some(file) = &file {
        large_posts::begin_notes(file.with_extension("posts"));
    }
    let Start { left, sources, refused } = resume(&mut engine, snapshot, settings, wanted)?;
    let (mut blind, mut trouble) = (None, None);
    if left == Left::All {
        // What was served before is served at once; the scan has all watched before it looks.
        let _ = sender.send(Event::FileEvent(FileEvent::Scan));
    } else {
        blind = watch.cover(engine.roots(), &engine.roots().site).err();
        let site = settings.site.clone();
        let Some((made, outcome)) = first_pass(engine, left, site, (early, &stopped_early)) else {
            // Told to stop, it leaves no post behind that it did not survive.
            large_posts::end_notes();
            return Ok(());
        };
        (engine, trouble) = (made, outcome?);
    }

    let current = Arc::new(CurrentEdition::new(Published::default()));
    let cache = Arc::new(Cache::new(settings.output.clone(), settings.cache));
    let limits = limits::affordable(settings.limits);
    let metrics = Arc::new(Metrics::default());
    let server = Server::new(Arc::clone(&current), Arc::clone(&cache), limits, proxies)
        .counted_by(&metrics)
        .logging(settings.access_log);
    // Nothing is ever sent: that the sender is gone is the message.
    let (stop, stopped) = tokio::sync::watch::channel(());
    let state = State {
        stamps,
        sources,
        warned,
        refused,
        snapshot: SnapshotWriter::new(file.map(|file| (file, key)), left != Left::All),
        blind,
        trouble,
        address: address.clone(),
    };
    let works = Works { engine, watch, current, cache, metrics, events };
    let mut serve_loop = ServeLoop::new(settings, works, state);
    serve_loop.publish();
    let serve = |(server, listener), pulse: fn()| {
        runtime.spawn(serve_until(server, listener, (stopped.clone(), pulse), sender.clone()))
    };
    let told = teller.map(|teller| serve((server.metrics(), teller), || {}));
    let serving = serve((server, listener), systemd::serving);
    let catalog = serve_loop.engine().catalog();
    tracing::info!(address, posts = catalog.len(), feeds = catalog.feeds().count(), "serving");
    ready(&address, serve_loop.engine());
    systemd::ready(&serve_loop.status());
    let outcome = serve_loop.run();
    systemd::stopping();
    drop(stop);
    // The server has its own deadline for what is still being sent.
    for served in iter::once(serving).chain(told) {
        let _ = runtime.block_on(served);
    }
    outcome.map(|signal| tracing::info!(signal, "stopped"))
}

/// Begins to hear of changes, if scans are not to find them alone.
fn begin_watch(settings: &Settings, engine: &mut Engine, events: &SyncSender<Event>) -> Watch {
    if settings.scans.are_alone {
        engine.rely_on_scans();
        return Watch::none();
    }
    Watch::new(events.clone())
}

/// Makes the first pass of a start. Where an earlier process left documents that can be served, one
/// that fails is no worse than a later one: it is said, and tried again.
///
/// It has a thread of its own, because it may take minutes: a signal to stop ends the wait for it, and
/// there is nothing then. The process ends in the middle of it, as by SIGKILL, and the next one sweeps.
fn first_pass(
    mut engine: Engine,
    left: Left,
    site: PathBuf,
    (early, stopped): (Arc<Sender<&'static str>>, &Receiver<&'static str>),
) -> Option<(Engine, Result<Option<Box<Finding>>>)> {
    let pass = thread::spawn(move || {
        // The only one, so its end is the end of the wait, whatever happens here.
        let _early = early;
        let outcome = if left == Left::Some { engine.rescan(now()) } else { engine.rebuild(now()) };
        let outcome = match outcome {
            Ok(pass) => {
                log(&pass.findings, &site);
                Ok(None)
            }
            Err(finding) if left == Left::Some => Ok(Some(finding)),
            Err(finding) => Err(finding),
        };
        (engine, outcome)
    });
    if let Ok(signal) = stopped.recv() {
        tracing::info!(signal, "stopped before the first feeds were made");
        return None;
    }
    Some(pass.join().unwrap_or_else(|panic| resume_unwind(panic)))
}

/// The configuration that a start is to have.
struct Wanted {
    sources: Sources,
    site: Site,
    /// Why it is that of the snapshot, or none at all, and not the one on disk.
    refused: Option<Box<Finding>>,
}

/// What a start begins with.
struct Start {
    /// How much of what an earlier process published is there.
    left: Left,
    /// What the settings in force are made from.
    sources: Sources,
    /// Why they are not those that were found.
    refused: Option<Box<Finding>>,
}

/// The snapshot, if there is one that can be used; says why not.
fn recall(file: &Path, key: Hash) -> Option<Snapshot> {
    let unusable = |reason: &String| tracing::warn!(%reason, "the snapshot is of no use; everything is read again");
    snapshot::load(file, key, now()).inspect_err(unusable).ok().flatten()
}

/// The configuration on disk. Where it cannot be had, because the site is missing, say, it is that of
/// the snapshot: what was served goes on to be served.
///
/// # Errors
/// When there is neither.
fn configuration(settings: &Settings, snapshot: Option<&Snapshot>) -> Result<(Wanted, Warnings)> {
    let former = snapshot.map(|snapshot| &snapshot.sources);
    let mut warned = Warnings::default();
    let read = settings::read(settings, former).and_then(|sources| {
        let (site, warnings) = settings::understand(settings, &sources, None)?;
        warned.log(warnings, &settings.site);
        Ok(Wanted { sources, site, refused: None })
    });
    let wanted = read.or_else(|finding| {
        // Where there is no export, none is begun.
        if identity(&settings.output).is_none() {
            return Err(finding);
        }
        let sources = former.cloned().unwrap_or_else(|| settings::no_sources(settings));
        match settings::understand(settings, &sources, None) {
            Ok((site, _)) => Ok(Wanted { sources, site, refused: Some(finding) }),
            Err(_) => Err(finding),
        }
    })?;
    Ok((wanted, warned))
}

/// Takes over the snapshot, and says how much of the export is as it knows it. One that was made with
/// another configuration is taken over with that, and then the new one is as by a reload: the readers
/// do not know that there was a restart in between.
///
/// # Errors
/// When the configuration cannot be had, and nothing is left that could be served without it.
fn resume(
    engine: &mut Engine,
    snapshot: Option<Snapshot>,
    settings: &Settings,
    wanted: Wanted,
) -> Result<Start> {
    let Wanted { sources, site, refused } = wanted;
    let Some(snapshot) = snapshot else { return without_snapshot(engine, sources, refused) };
    let former = snapshot.sources.clone();
    let known = Some(&*site.library);
    let of_former = settings::understand(settings, &former, known).map(|(site, _)| site);
    let left = engine.resume(snapshot, of_former.unwrap_or_else(|_| site.clone()));
    let posts = engine.catalog().len();
    match left {
        Left::All => tracing::info!(posts, "took over the snapshot"),
        Left::Some => tracing::info!(posts, "took over a snapshot that is behind"),
        Left::Nothing => {
            tracing::warn!("the export is not as it was left; everything is made again");
        }
    }
    if refused.is_some() {
        return match left {
            Left::Nothing => without_snapshot(engine, sources, refused),
            left => Ok(Start { left, sources, refused }),
        };
    }
    // Where it listens counts only when nothing else says where it is.
    let is_read = configured(&former) == configured(&sources);
    if is_read && engine.site().home == site.home {
        // What posts use besides themselves is no configuration.
        engine.take_library(site.library);
        return Ok(Start { left, sources, refused: None });
    }
    Ok(match engine.configure(site, settings.accept_new_ids) {
        // Of what is there, not all is as the new configuration wants it.
        Ok(()) if left == Left::All => Start { left: Left::Some, sources, refused: None },
        Ok(()) => Start { left, sources, refused: None },
        Err(finding) => Start { left, sources: former, refused: Some(finding) },
    })
}

/// What the settings are made from, but for what posts use besides themselves and where it listens.
fn configured(sources: &Sources) -> (&str, &str, &str, Option<&str>) {
    let Sources { config, authors, folder_name, base_url, .. } = sources;
    (config, authors, folder_name, base_url.as_deref())
}

/// A start that knows nothing of posts. Where the site cannot be had, the export is served as it is.
fn without_snapshot(
    engine: &mut Engine,
    sources: Sources,
    refused: Option<Box<Finding>>,
) -> Result<Start> {
    let Some(finding) = refused else {
        return Ok(Start { left: Left::Nothing, sources, refused });
    };
    if engine.renderer.adopt()? {
        tracing::warn!("the export is served as it is, until the site can be read");
        return Ok(Start { left: Left::Some, sources, refused: Some(finding) });
    }
    Err(finding)
}

/// What the server runs on.
fn runtime() -> Result<Runtime> {
    Builder::new_multi_thread()
        .enable_all()
        // They read and compress what the cache lacks: more at a time would only hold more memory.
        .max_blocking_threads(16)
        .build()
        .map_err(|error| Finding::io("start threads for", Path::new("the server"), &error))
}

/// Opens the address at which the metrics are told.
fn bind_metrics(runtime: &Runtime, at: &str) -> Result<Listener> {
    let (listener, address) = runtime.block_on(listen::bind(at))?;
    tracing::info!(%address, "telling metrics");
    Ok(listener)
}

async fn serve_until(
    server: Server,
    listener: Listener,
    (mut stopped, pulse): (tokio::sync::watch::Receiver<()>, fn()),
    events: SyncSender<Event>,
) {
    // In the task that takes connections: where that is not run any more, nor is the pulse.
    let shutdown = async {
        pulse();
        while timeout(PULSE, stopped.changed()).await.is_err() {
            pulse();
        }
    };
    if let Err(finding) = http_server::serve(server, listener, shutdown).await {
        // Not waited for: at the end nobody makes room among the events any more.
        drop(spawn_blocking(move || events.send(Event::Failed(finding))));
    }
}

/// SIGTERM and SIGINT stop, SIGHUP reloads the configuration: from here on no signal ends the process
/// by itself. As long as there is somebody to stop `early`, he is told, too.
fn pass_signals_on(
    runtime: &Runtime,
    events: &SyncSender<Event>,
    early: &Weak<Sender<&'static str>>,
) -> Result<()> {
    let _inside = runtime.enter();
    let kinds = [
        (SignalKind::terminate(), "SIGTERM"),
        (SignalKind::interrupt(), "SIGINT"),
        (SignalKind::hangup(), "SIGHUP"),
    ];
    for (kind, name) in kinds {
        let (events, early) = (events.clone(), early.clone());
        let mut stream = signal(kind)
            .map_err(|error| Finding::io("wait for signals to", Path::new("the server"), &error))?;
        tokio::spawn(async move {
            while stream.recv().await.is_some() {
                let event = if kind == SignalKind::hangup() {
                    // Said at once: `systemctl reload` then waits for the end of it.
                    systemd::reloading();
                    Event::Reload
                } else {
                    if let Some(early) = early.upgrade() {
                        let _ = early.send(name);
                    }
                    Event::Stop(name)
                };
                if block_in_place(|| events.send(event)).is_err() {
                    break;
                }
            }
        });
    }
    Ok(())
}
