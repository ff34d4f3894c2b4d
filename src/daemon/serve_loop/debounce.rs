//! Debounce: waits until changes have come to rest.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::daemon::change_set::ChangeSet;
use crate::daemon::serve_loop::{HEARTBEAT, SHARE, ServeLoop};
use crate::diagnostic::finding::Result;
use crate::os::clock::now;

/// How long file events are gathered before the first pass after a quiet time.
const SETTLE: Duration = Duration::from_millis(4);

/// The longest time that a change waits for others.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// How long it is quiet when a burst is over, at least.
const LULL: Duration = Duration::from_millis(20);

/// More posts deleted at once than this call for a scan: the whole folder may be on its way out.
const MASS_REMOVAL: usize = 8;

/// How long it must be quiet after one post was deleted.
const REMOVAL: Duration = Duration::from_millis(12);

/// How long it must be quiet after many were, and after a new configuration.
const QUIET: Duration = Duration::from_millis(200);

impl ServeLoop<'_> {
    /// How long to wait for an event at most.
    pub(in crate::daemon::serve_loop) fn patience(&self) -> Duration {
        let due = self
            .engine
            .next_look()
            .map(|at| Duration::from_nanos(u64::try_from(at - now()).unwrap_or(0)));
        let scan = self.next_scan().saturating_duration_since(Instant::now());
        due.map_or(HEARTBEAT, |due| due.min(HEARTBEAT)).min(scan)
    }

    /// Gathers what else is changing: hardly any time after a quiet while, longer when passes
    /// are long, so that a burst costs a few passes and not one for each file.
    pub(in crate::daemon::serve_loop) fn gather(&self, batch: &mut ChangeSet) -> Result<()> {
        let start = Instant::now();
        let latest = start + LONGEST_WAIT;
        let (ended, took) = self.last;
        let pause = (ended + took * SHARE).max(start + SETTLE).min(latest);
        // A pause ends early when nothing more comes.
        self.take(batch, pause, (took / SHARE).max(LULL))?;
        let mut unrest = (Duration::ZERO, 0);
        loop {
            let found = self.unrest(batch);
            let (wait, _) = found;
            if batch.stop.is_some() || wait.is_zero() || found == unrest || Instant::now() >= latest
            {
                break;
            }
            unrest = found;
            self.take(batch, (Instant::now() + wait).min(latest), wait)?;
        }
        batch.is_scan |= self.removed(batch).count() > MASS_REMOVAL;
        Ok(())
    }

    /// Takes in what comes until then, or until nothing has come for a while.
    pub(in crate::daemon::serve_loop) fn take(
        &self,
        batch: &mut ChangeSet,
        until: Instant,
        lull: Duration,
    ) -> Result<()> {
        let mut heard = Instant::now();
        while batch.stop.is_none() {
            let left = until.min(heard + lull).saturating_duration_since(Instant::now());
            let Ok(event) = self.events.recv_timeout(left) else { break };
            batch.take(event)?;
            heard = Instant::now();
        }
        Ok(())
    }

    /// How long to wait for what may follow, and what must not become more meanwhile: a deleted post
    /// may be the first of a whole folder, one that was renamed away may be on its way back from an
    /// editor, and what belongs to a new configuration may come after it.
    pub(in crate::daemon::serve_loop) fn unrest(&self, batch: &ChangeSet) -> (Duration, usize) {
        if batch.is_scan || batch.paths.iter().any(|path| self.is_of_config(path)) {
            return (QUIET, batch.events);
        }
        let removed = self.removed(batch).count();
        let is_moving = || self.removed(batch).any(|path| batch.away.contains(path));
        match removed {
            0 => (Duration::ZERO, 0),
            _ if removed > MASS_REMOVAL || is_moving() => (QUIET, removed),
            _ => (REMOVAL, removed),
        }
    }

    /// The paths of posts that are gone.
    pub(in crate::daemon::serve_loop) fn removed<'b>(
        &self,
        batch: &'b ChangeSet,
    ) -> impl Iterator<Item = &'b PathBuf> {
        batch.paths.iter().filter(|path| !path.exists() && self.engine.is_post(path))
    }
}
