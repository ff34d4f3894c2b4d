//! Flags that several commands have.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::daemon::settings::{Scans, Settings};
use crate::server::cache::DEFAULT_BUDGET;
use crate::server::limits::Limits;

/// Bytes in a megabyte, as `--cache` counts.
const MEGABYTE: usize = 1024 * KILOBYTE;

/// Bytes in a kilobyte.
const KILOBYTE: usize = 1024;

/// Flags of all commands.
#[derive(Debug, Args)]
pub struct Common {
    /// The site: a folder with `_posts` in it, or the folder of posts itself
    #[arg(default_value = "content")]
    pub site: PathBuf,
    /// The folder that the feeds are written to
    #[arg(long, env = "FEEDMILL_OUTPUT", default_value = "feeds")]
    pub output: PathBuf,
    /// The folder for the snapshot that the next start uses [default: `$STATE_DIRECTORY`, else the cache]
    #[arg(long, env = "FEEDMILL_STATE")]
    state: Option<PathBuf>,
    /// Public URL of the feeds [default: `url` and `baseurl` of the site]
    #[arg(long, env = "FEEDMILL_BASE_URL")]
    base_url: Option<String>,
    /// Where to listen: ADDRESS:PORT or unix:PATH
    #[arg(long, env = "FEEDMILL_LISTEN", default_value = "127.0.0.1:8080")]
    listen: String,
    /// Megabytes of documents kept in memory
    #[arg(long, env = "FEEDMILL_CACHE", default_value_t = DEFAULT_BUDGET / MEGABYTE)]
    cache: usize,
}

/// Flags of the commands that write the export.
#[derive(Debug, Args)]
pub struct Writing {
    /// Replace files in the output folder that feedmill has not written, but for its `index.html`
    #[arg(
        long,
        env = "FEEDMILL_FORCE",
        value_parser = clap::builder::BoolishValueParser::new()
    )]
    pub force: bool,
}

/// How changes are found besides by events: scans.
#[derive(Debug, Args)]
pub struct ScanFlags {
    /// Poll: scan the site every so many seconds instead of watching it
    #[arg(
        long,
        env = "FEEDMILL_POLL",
        value_name = "SECONDS",
        conflicts_with = "rescan",
        value_parser = clap::value_parser!(u64).range(1..=86_400)
    )]
    poll: Option<u64>,
    /// Seconds between scans of a site that is watched [default: 600, or 20 where events do not tell
    /// all]
    #[arg(
        long,
        env = "FEEDMILL_RESCAN",
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..=86_400)
    )]
    rescan: Option<u64>,
}

impl From<&ScanFlags> for Scans {
    fn from(flags: &ScanFlags) -> Self {
        let every = flags.poll.or(flags.rescan).map(Duration::from_secs);
        Self { every, are_alone: flags.poll.is_some() }
    }
}

/// Limits of what one client may take of the server.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitFlags {
    /// Maximum connections
    #[arg(long, env = "FEEDMILL_MAX_CONNECTIONS", default_value_t = Limits::default().connections)]
    max_connections: usize,
    /// Maximum connections from one client address
    #[arg(
        long,
        env = "FEEDMILL_MAX_CONNECTIONS_PER_ADDRESS",
        default_value_t = Limits::default().connections_per_address
    )]
    max_connections_per_address: usize,
    /// Unconditional downloads per minute and client address [0: unlimited]
    #[arg(long, env = "FEEDMILL_MAX_DOWNLOADS_PER_MINUTE", default_value_t = 0)]
    max_downloads_per_minute: u32,
    /// Proxies whose X-Forwarded-For is trusted: addresses, networks, `unix` for any at a socket
    #[arg(long, value_name = "ADDRESS", env = "FEEDMILL_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxy: Vec<String>,
    /// Close an idle connection after this many seconds; a request head that has begun has half of
    /// them
    #[arg(
        long,
        env = "FEEDMILL_HEAD_TIMEOUT",
        default_value_t = Limits::default().head.as_secs(),
        value_parser = clap::value_parser!(u64).range(1..=86_400)
    )]
    head_timeout: u64,
    /// Close the connection when a response write stalls for this many seconds
    #[arg(
        long,
        env = "FEEDMILL_WRITE_TIMEOUT",
        default_value_t = Limits::default().stalled_write.as_secs(),
        value_parser = clap::value_parser!(u64).range(1..=86_400)
    )]
    write_timeout: u64,
    /// Close the connection of a client that reads fewer bytes per second, on average and after the
    /// write timeout [0: no minimum]
    #[arg(long, env = "FEEDMILL_MIN_RATE", default_value_t = Limits::default().slowest_reader)]
    min_rate: u32,
    /// Maximum header lines of a request
    #[arg(
        long,
        env = "FEEDMILL_MAX_HEADER_LINES",
        default_value_t = Limits::default().header_lines
    )]
    max_header_lines: usize,
    /// Maximum kilobytes of a request head; each connection has a buffer of this size
    #[arg(
        long,
        env = "FEEDMILL_MAX_HEAD",
        default_value_t = Limits::default().buffer / KILOBYTE,
        value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(8..=1024)
    )]
    max_head: usize,
    /// Seconds to wait at shutdown for responses in progress
    #[arg(
        long,
        env = "FEEDMILL_DRAIN_TIMEOUT",
        default_value_t = Limits::default().drain.as_secs(),
        value_parser = clap::value_parser!(u64).range(0..=86_400)
    )]
    drain_timeout: u64,
}

impl From<&LimitFlags> for Limits {
    fn from(flags: &LimitFlags) -> Self {
        Self {
            connections: flags.max_connections,
            connections_per_address: flags.max_connections_per_address,
            downloads_per_minute: NonZeroU32::new(flags.max_downloads_per_minute),
            head: Duration::from_secs(flags.head_timeout),
            begun_head: Duration::from_secs(flags.head_timeout) / 2,
            stalled_write: Duration::from_secs(flags.write_timeout),
            slowest_reader: flags.min_rate,
            header_lines: flags.max_header_lines,
            buffer: flags.max_head.saturating_mul(KILOBYTE),
            drain: Duration::from_secs(flags.drain_timeout),
            ..Self::default()
        }
    }
}

impl Common {
    /// The settings that these flags decide; the others are the usual ones.
    pub fn settings(&self) -> Settings {
        Settings {
            site: self.site.clone(),
            output: self.output.clone(),
            state: self.state.clone(),
            base_url: self.base_url.clone(),
            listen: self.listen.clone(),
            metrics: None,
            accept_new_ids: false,
            replaces_foreign: false,
            cache: self.cache.saturating_mul(MEGABYTE),
            limits: Limits::default(),
            scans: Scans::default(),
            trusted_proxies: Vec::new(),
            access_log: false,
        }
    }
}
