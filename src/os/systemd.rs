//! What systemd is told (`sd_notify(3)`).

use std::fs::File;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use sd_notify::NotifyState;

/// How often systemd is told that the work goes on, at most.
const PULSE: Duration = Duration::from_secs(1);

/// What a start, a reload or a stop is given each time it shows that it goes on, in microseconds:
/// as much as `WatchdogSec=` of the unit.
const GRACE: u32 = 120_000_000;

/// How long the server may show nothing, which it does more often than once a second.
const MUTE: Duration = Duration::from_secs(10);

/// What is known of this process's life; it has one supervisor.
static LIFE: Mutex<Life> = Mutex::new(Life { looked: None, is_mute: false });

/// When the server last showed that it goes on; nothing before it serves.
static LAST_SERVED: Mutex<Option<Instant>> = Mutex::new(None);

struct Life {
    /// When it was last looked whether to tell systemd.
    looked: Option<Instant>,
    /// Whether the server stood still then.
    is_mute: bool,
}

/// Whether journald reads what is written to a stream: it says so of the one that it gave the
/// process, which may be another by now (`systemd.exec(5)`, `$JOURNAL_STREAM`).
pub fn is_journal(stream: &impl AsFd) -> bool {
    let Ok(given) = std::env::var("JOURNAL_STREAM") else { return false };
    let stream = stream.as_fd().try_clone_to_owned();
    let found = stream.and_then(|stream| File::from(stream).metadata());
    found.is_ok_and(|found| given == format!("{}:{}", found.dev(), found.ino()))
}

/// The service answers requests, after a start or a reload; what to show of it.
pub fn ready(status: &str) {
    notify(&[NotifyState::Ready, NotifyState::Status(&one_line(status))]);
}

/// What to show of the service has changed.
pub fn status(status: &str) {
    notify(&[NotifyState::Status(&one_line(status))]);
}

/// The configuration is about to be read again; [`ready`] ends it. The time tells systemd from
/// 253 on which request this answers.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(time) => notify(&[NotifyState::Reloading, time]),
        Err(error) => tracing::debug!(%error, "cannot tell systemd of the reload"),
    }
}

/// The work goes on: a post was read, a feed was made, or the loop has come round. This is the
/// watchdog's food, and more time for a start that takes long; it gets none while the server stands
/// still.
pub fn alive(now: Instant) {
    // Whoever finds it locked has nothing to add.
    let Ok(mut life) = LIFE.try_lock() else { return };
    let since = life.looked.map(|looked| now.duration_since(looked));
    if since.is_some_and(|since| since < PULSE) {
        return;
    }
    life.looked = Some(now);
    let served = *LAST_SERVED.lock().unwrap_or_else(PoisonError::into_inner);
    // Where nobody has looked for as long, the whole process may have stood still.
    let is_stale = served.is_some_and(|served| served.elapsed() > MUTE);
    let is_mute = is_stale && (life.is_mute || since.is_some_and(|since| since < MUTE));
    match (life.is_mute, is_mute) {
        (false, true) => tracing::error!("server task stalled"),
        (true, false) => tracing::info!("server task recovered"),
        _ => {}
    }
    life.is_mute = is_mute;
    if !is_mute {
        notify(&[NotifyState::Watchdog, NotifyState::ExtendTimeoutUsec(GRACE)]);
    }
}

/// The server goes on; to be called more often than once a second, from its own task.
pub fn serving() {
    *LAST_SERVED.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
}

/// The service is on its way out.
pub fn stopping() {
    notify(&[NotifyState::Stopping]);
}

/// A line is a field of the protocol, so a text must be one.
fn one_line(text: &str) -> String {
    text.split(['\n', '\r']).collect::<Vec<_>>().join(" ")
}

fn notify(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "cannot notify systemd");
    }
}
