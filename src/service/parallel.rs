//! Runs one function over many items on all cores, and keeps the order of the items. Each item
//! that is done is a sign of life for the watchdog: a long pass is no hang, an item without end is.

use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::service::systemd;

/// How many files are read at a time: a disk that has to fetch them serves eight as fast as one.
const IN_FLIGHT: usize = 8;

/// The results of `work` for each of `items`, in the order of `items`; `work` computes.
pub fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    on_threads(cores, items, work)
}

/// The same for `work` that waits for a disk most of the time.
pub fn read<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    on_threads(IN_FLIGHT, items, work)
}

fn on_threads<T: Sync, R: Send>(most: usize, items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let work = |item: &T| {
        let result = work(item);
        systemd::alive();
        result
    };
    let threads = most.min(items.len());
    if threads < 2 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(items.len()));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut own = Vec::new();
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { break };
                    own.push((index, work(item)));
                }
                results.lock().unwrap_or_else(std::sync::PoisonError::into_inner).append(&mut own);
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    results.sort_unstable_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
