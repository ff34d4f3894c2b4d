//! Runs one function over many items on all cores, and keeps the order of the items. Each item
//! that is done is a sign of life for the watchdog: a long pass is no hang, an item without end is.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, Scope};
use std::time::{Duration, Instant};

use crate::os::{stall, systemd};

/// How many files are read at a time: a disk that has to fetch them serves eight as fast as one.
const IN_FLIGHT: usize = 8;

/// Reading a file that is in memory takes a hundredth of this: whoever took longer waited for a disk.
const WAIT: Duration = Duration::from_millis(1);

/// The results of `work` for each of `items`, in the order of `items`; `work` computes.
pub fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    on_threads(cores(), items, &work)
}

/// The same for `work` that may wait for a disk: then there are more threads than cores, which would
/// stand in each other's way as long as all is in memory.
pub fn read<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    on_threads(IN_FLIGHT, items, &work)
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

fn on_threads<T: Sync, R: Send>(
    most: usize,
    items: &[T],
    work: &(impl Fn(&T) -> R + Sync),
) -> Vec<R> {
    let threads = most.min(items.len());
    if threads < 2 {
        return items.iter().map(|item| done(work, item).0).collect();
    }
    let results = Mutex::new(Vec::with_capacity(items.len()));
    let (next, started) = (AtomicUsize::new(0), AtomicUsize::new(threads.min(cores())));
    let share = Share { items, work, next: &next, results: &results, started: &started, threads };
    thread::scope(|scope| {
        for _ in 0..threads.min(cores()) {
            scope.spawn(move || share.take(scope));
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_unstable_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Does one item; says too when it was done: to ask the clock takes a while.
fn done<T, R>(work: &impl Fn(&T) -> R, item: &T) -> (R, Instant) {
    let result = work(item);
    let now = Instant::now();
    stall::progress(now);
    systemd::alive(now);
    (result, now)
}

/// What the threads share.
struct Share<'a, T, R, W> {
    items: &'a [T],
    work: &'a W,
    /// The next item that nobody has.
    next: &'a AtomicUsize,
    results: &'a Mutex<Vec<(usize, R)>>,
    /// How many threads there are, and how many there may be.
    started: &'a AtomicUsize,
    threads: usize,
}

impl<T, R, W> Clone for Share<'_, T, R, W> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, R, W> Copy for Share<'_, T, R, W> {}

impl<T: Sync, R: Send, W: Fn(&T) -> R + Sync> Share<'_, T, R, W> {
    /// Does one item after the other until there is none, and gets help when it had to wait.
    fn take<'s>(self, scope: &'s Scope<'s, '_>)
    where
        Self: 's,
    {
        let mut own = Vec::new();
        let mut start = Instant::now();
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = self.items.get(index) else { break };
            let (result, end) = done(self.work, item);
            own.push((index, result));
            let more = |started: usize| (started < self.threads).then_some(started + 1);
            if end.duration_since(start) > WAIT
                && self.started.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
            {
                scope.spawn(move || self.take(scope));
            }
            start = end;
        }
        self.results.lock().unwrap_or_else(PoisonError::into_inner).append(&mut own);
    }
}
