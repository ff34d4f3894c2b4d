//! The clock, read here and nowhere else: all the rest takes the time as an argument.

use std::time::SystemTime;

/// A time, in nanoseconds since 1970; the clock itself is read in `clock.rs`.
pub type Nanoseconds = i64;

/// The time, in nanoseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
pub fn now() -> Nanoseconds {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Nanoseconds::try_from(since.as_nanos()).unwrap_or(Nanoseconds::MAX)
}
