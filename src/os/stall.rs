//! Whether a pass goes on, and which post it is at when it does not.
//!
//! The threads of a pass say here what they work on, and the server asks: it goes on while the loop
//! that would tell the health stands still. A process has one loop.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a pass may make no progress before the health says so.
pub const LIMIT: Duration = Duration::from_secs(30);

/// Times are counted from here.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// When the running pass last made progress, in milliseconds; 0 while there is none.
static PROGRESS: AtomicU64 = AtomicU64::new(0);

/// The posts that are worked on at this moment.
static POSTS: Mutex<Vec<Arc<str>>> = Mutex::new(Vec::new());

/// A pass that runs; it ends when this is dropped.
#[derive(Debug)]
pub struct Pass(());

/// A post that is worked on; it is done when this is dropped.
#[derive(Debug)]
pub struct At(Arc<str>);

/// A pass begins.
pub fn pass() -> Pass {
    PROGRESS.store(milliseconds(Instant::now()), Ordering::Relaxed);
    Pass(())
}

/// Something was done just `now`.
pub fn progress(now: Instant) {
    // Outside of a pass nothing is waited for.
    if PROGRESS.load(Ordering::Relaxed) > 0 {
        PROGRESS.store(milliseconds(now), Ordering::Relaxed);
    }
}

/// Work on a post begins.
pub fn at(path: &Arc<str>) -> At {
    posts().push(Arc::clone(path));
    At(Arc::clone(path))
}

/// Why the running pass is taken to stand still, if it has made no progress for `limit`.
pub fn reason(limit: Duration) -> Option<String> {
    let since = PROGRESS.load(Ordering::Relaxed);
    let for_long = Duration::from_millis(milliseconds(Instant::now()).saturating_sub(since));
    if since == 0 || for_long < limit {
        return None;
    }
    let posts = posts();
    let place = match posts.as_slice() {
        [] => String::new(),
        [first, ..] => format!(" at `{first}`"),
    };
    Some(format!("the pass has made no progress for {} s{place}", for_long.as_secs()))
}

impl Drop for Pass {
    fn drop(&mut self) {
        PROGRESS.store(0, Ordering::Relaxed);
    }
}

impl Drop for At {
    fn drop(&mut self) {
        let mut posts = posts();
        if let Some(place) = posts.iter().position(|post| Arc::ptr_eq(post, &self.0)) {
            posts.swap_remove(place);
        }
    }
}

/// Never 0.
fn milliseconds(at: Instant) -> u64 {
    u64::try_from(at.duration_since(*START).as_millis()).unwrap_or(u64::MAX).max(1)
}

fn posts() -> MutexGuard<'static, Vec<Arc<str>>> {
    POSTS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use crate::os::stall::{at, pass, progress, reason};

    #[test]
    fn a_pass_that_stands_still_names_its_post() {
        let limit = Duration::from_millis(50);
        let wait = || std::thread::sleep(2 * limit);
        wait();
        assert_eq!(reason(limit), None, "no pass is no pass that stands still");
        let pass = pass();
        let (other, post) = (at(&"a.md".into()), at(&"b.md".into()));
        drop(other);
        assert_eq!(reason(limit), None);
        wait();
        let expected = "the pass has made no progress for 0 s at `b.md`";
        assert_eq!(reason(limit).as_deref(), Some(expected));
        progress(Instant::now());
        assert_eq!(reason(limit), None, "it goes on");
        drop(post);
        wait();
        assert_eq!(reason(limit).as_deref(), Some("the pass has made no progress for 0 s"));
        drop(pass);
        assert_eq!(reason(limit), None);
    }
}
