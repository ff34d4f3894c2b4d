//! What a client may take of the server: connections, time, and the size of a request.
//!
//! Each number is far beyond what a feed reader needs, also on a slow mobile line, and far below
//! what one client needs to keep others out.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::os::disk;

/// The limits. The sizes of target and headers are in `http/respond.rs`.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at a time. When all are taken, those that have waited longest for a request are
    /// closed in favour of new ones. [`affordable`] keeps it below the limit of open files, so that
    /// accepting never fails for want of one.
    pub connections: usize,
    /// Connections at a time from one address, or from one IPv6 network of 64 bits; more are closed
    /// at once. A trusted proxy may have as many as there are.
    pub connections_per_address: usize,
    /// Whole documents a minute for one client that does not say what it has; more are answered
    /// 429. Without a number there is no limit.
    pub downloads_per_minute: Option<NonZeroU32>,
    /// How long a connection is kept without a request: from its start, or from the end of an
    /// answer, until the head of the next request is complete.
    pub head: Duration,
    /// How long the head of a request may take from its first byte on. A head is one packet of some
    /// hundred bytes; this leaves time to send a lost one again twice.
    pub begun_head: Duration,
    /// A connection is closed when the write of its answer stalls for so long.
    pub stalled_write: Duration,
    /// How many bytes of an answer a client must take in a second on average; `stalled_write` is how
    /// far it may fall behind. 0 for no such limit. The slowest mobile line (GPRS) carries three
    /// times the default.
    pub slowest_reader: u32,
    /// Header lines; more are answered 431.
    pub header_lines: usize,
    /// The read buffer of a connection in bytes; a head that does not fit is answered 431.
    pub buffer: usize,
    /// How long an answer waits for the edition whose documents are already on disk.
    pub next_edition: Duration,
    /// How long a stop waits for answers that have begun.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            connections_per_address: 128,
            downloads_per_minute: None,
            head: Duration::from_secs(10),
            begun_head: Duration::from_secs(5),
            stalled_write: Duration::from_secs(30),
            slowest_reader: 1024,
            header_lines: HEADER_LINES,
            buffer: 32 * 1024,
            next_edition: Duration::from_secs(2),
            drain: Duration::from_secs(5),
        }
    }
}

/// How many header lines hyper takes by itself.
pub const HEADER_LINES: usize = 100;

/// How many open files are left for what is not a connection: the content, the export, the watch.
/// Where there are hardly any, half of them.
const OTHER_FILES: usize = 128;

/// The limits that the system's own leave room for; says so when they are smaller than was wished.
pub fn affordable(limits: Limits) -> Limits {
    let files = disk::open_files();
    let most = files.saturating_sub(OTHER_FILES).max(files / 2);
    if limits.connections > most {
        tracing::info!(connections = most, "fewer connections than wished, for want of open files");
    }
    Limits { connections: limits.connections.min(most), ..limits }
}
