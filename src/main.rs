//! feedmill: flags → options, logging, error → exit code; nothing else.

use std::io::{self, Write};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use feedmill::content::date::Moment;
use feedmill::error::{Finding, Result};
use feedmill::service::cache::DEFAULT_BUDGET;
use feedmill::service::clock;
use feedmill::service::limits::Limits;
use feedmill::service::load::{self, Scans, Settings};
use feedmill::service::report::{self, Style};
use feedmill::service::run;
use feedmill::service::source::Roots;
use feedmill::service::systemd;

mod logging;

/// What is freed goes back to the system, whichever thread took it.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Exit code of a `build --strict` or `check` that found rejected posts.
const REJECTED: u8 = 1;

/// Bytes in a megabyte, as `--cache` counts.
const MEGABYTE: usize = 1024 * KILOBYTE;

/// Bytes in a kilobyte.
const KILOBYTE: usize = 1024;

/// Exit code of a command that could not do its work.
const FAILED: u8 = 2;

/// Turns a folder of posts into RSS, Atom and JSON feeds, keeps them right, and serves them.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Flags {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build the feeds, serve them, and keep them up to date until stopped
    Serve {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        writing: Writing,
        /// How log lines look
        #[arg(long, env = "FEEDMILL_LOG", default_value = "text")]
        log: Log,
        /// Log each answer to a request that could be read, with the network of who asked
        #[arg(
            long,
            env = "FEEDMILL_ACCESS_LOG",
            value_parser = clap::builder::BoolishValueParser::new()
        )]
        access_log: bool,
        /// Take a configuration that changes more than half of all ids, so that readers show posts anew
        #[arg(
            long,
            env = "FEEDMILL_ACCEPT_NEW_IDS",
            value_parser = clap::builder::BoolishValueParser::new()
        )]
        accept_new_ids: bool,
        /// Where to tell what is counted, as `/metrics` for Prometheus: ADDRESS:PORT or unix:PATH
        #[arg(long, value_name = "ADDRESS", env = "FEEDMILL_METRICS")]
        metrics: Option<String>,
        #[command(flatten)]
        scans: ScanFlags,
        #[command(flatten)]
        limits: LimitFlags,
    },
    /// Build the feeds once, as files for any web server
    Build {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        writing: Writing,
        /// Exit with 1 when a post was rejected
        #[arg(long)]
        strict: bool,
    },
    /// Read everything, write nothing, and say what is wrong
    Check {
        #[command(flatten)]
        common: Common,
        /// How findings are written
        #[arg(long, default_value = "text")]
        format: Form,
    },
    /// Show what feedmill makes of each post
    List {
        #[command(flatten)]
        common: Common,
        /// How posts are written
        #[arg(long, default_value = "text")]
        format: Form,
    },
}

#[derive(Debug, Args)]
struct Common {
    /// The site: a folder with `_posts` in it, or the folder of posts itself
    #[arg(default_value = "content")]
    site: PathBuf,
    /// The folder that the feeds are written to
    #[arg(long, env = "FEEDMILL_OUTPUT", default_value = "feeds")]
    output: PathBuf,
    /// The folder for what a later start needs to know [default: `$STATE_DIRECTORY`, else the cache]
    #[arg(long, env = "FEEDMILL_STATE")]
    state: Option<PathBuf>,
    /// Where the feeds are served, as the world sees it [default: `url` and `baseurl` of the site]
    #[arg(long, env = "FEEDMILL_BASE_URL")]
    base_url: Option<String>,
    /// Where to listen: ADDRESS:PORT or unix:PATH
    #[arg(long, env = "FEEDMILL_LISTEN", default_value = "127.0.0.1:8080")]
    listen: String,
    /// Megabytes of documents kept in memory
    #[arg(long, env = "FEEDMILL_CACHE", default_value_t = DEFAULT_BUDGET / MEGABYTE)]
    cache: usize,
}

/// What the commands that write need to know.
#[derive(Debug, Args)]
struct Writing {
    /// Replace files in the output folder that feedmill has not written, but for its `index.html`
    #[arg(
        long,
        env = "FEEDMILL_FORCE",
        value_parser = clap::builder::BoolishValueParser::new()
    )]
    force: bool,
}

/// How changes are found besides by events.
#[derive(Debug, Args)]
struct ScanFlags {
    /// Watch nothing, and scan the site every so many seconds instead
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

/// What a client may take of the server.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
struct LimitFlags {
    /// Connections at a time
    #[arg(long, env = "FEEDMILL_MAX_CONNECTIONS", default_value_t = Limits::default().connections)]
    max_connections: usize,
    /// Connections at a time from one address
    #[arg(
        long,
        env = "FEEDMILL_MAX_CONNECTIONS_PER_ADDRESS",
        default_value_t = Limits::default().connections_per_address
    )]
    max_connections_per_address: usize,
    /// Documents a minute for one address that does not say what it has [0: no limit]
    #[arg(long, env = "FEEDMILL_MAX_DOWNLOADS_PER_MINUTE", default_value_t = 0)]
    max_downloads_per_minute: u32,
    /// Proxies whose X-Forwarded-For says who asks: addresses, networks, `unix` for any at a socket
    #[arg(long, value_name = "ADDRESS", env = "FEEDMILL_TRUSTED_PROXIES", value_delimiter = ',')]
    trusted_proxy: Vec<String>,
    /// Seconds that a connection is kept without a request; the head of a request that has begun has
    /// half of them
    #[arg(
        long,
        env = "FEEDMILL_HEAD_TIMEOUT",
        default_value_t = Limits::default().head.as_secs(),
        value_parser = clap::value_parser!(u64).range(1..=86_400)
    )]
    head_timeout: u64,
    /// Seconds that a client may take nothing of an answer
    #[arg(
        long,
        env = "FEEDMILL_WRITE_TIMEOUT",
        default_value_t = Limits::default().stalled_write.as_secs(),
        value_parser = clap::value_parser!(u64).range(1..=86_400)
    )]
    write_timeout: u64,
    /// Bytes per second that a client must take of an answer on average; it may fall behind by the
    /// write timeout [0: no minimum]
    #[arg(long, env = "FEEDMILL_MIN_RATE", default_value_t = Limits::default().slowest_reader)]
    min_rate: u32,
    /// Header lines of a request
    #[arg(
        long,
        env = "FEEDMILL_MAX_HEADER_LINES",
        default_value_t = Limits::default().header_lines
    )]
    max_header_lines: usize,
    /// Kilobytes of the head of a request, and of the buffer of each connection
    #[arg(
        long,
        env = "FEEDMILL_MAX_HEAD",
        default_value_t = Limits::default().buffer / KILOBYTE,
        value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(8..=1024)
    )]
    max_head: usize,
    /// Seconds that a stop waits for answers that have begun
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

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Log {
    Text,
    Json,
}

impl From<Log> for logging::Form {
    fn from(log: Log) -> Self {
        match log {
            Log::Text => Self::Text,
            Log::Json => Self::Json,
        }
    }
}

impl Common {
    fn settings(&self) -> Settings {
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

impl From<Form> for Style {
    fn from(form: Form) -> Self {
        match form {
            Form::Text => Self::Text,
            Form::Json => Self::Json,
        }
    }
}

fn main() -> ExitCode {
    let outcome = match Flags::parse().command {
        Command::Serve {
            common,
            writing,
            log,
            access_log,
            metrics,
            accept_new_ids,
            scans,
            limits,
        } => {
            let settings = Settings {
                access_log,
                metrics,
                accept_new_ids,
                replaces_foreign: writing.force,
                scans: (&scans).into(),
                trusted_proxies: limits.trusted_proxy.clone(),
                limits: (&limits).into(),
                ..common.settings()
            };
            serve(&settings, log)
        }
        Command::Build { common, writing, strict } => {
            let settings = Settings { replaces_foreign: writing.force, ..common.settings() };
            build(&settings, strict)
        }
        Command::Check { common, format } => check(&common.settings(), format.into()),
        Command::List { common, format } => list(&common.settings(), format.into()),
    };
    outcome.unwrap_or_else(|finding| {
        logging::write_findings(std::slice::from_ref(&finding));
        ExitCode::from(FAILED)
    })
}

/// Writes for people. A pipe that is closed at the other end is their decision, no failure.
fn say(out: &mut dyn Write, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
    let _ = write(out).and_then(|()| out.flush());
}

fn serve(settings: &Settings, log: Log) -> Result<ExitCode> {
    // There the log has said it.
    let is_journal = systemd::is_journal(&io::stdout());
    let _writer = logging::begin(log.into());
    run::serve(settings, |address, mill| {
        if is_journal {
            return;
        }
        say(&mut io::stdout(), |out| {
            writeln!(
                out,
                "{} posts in {} feeds",
                mill.catalog().len(),
                mill.catalog().feeds().count()
            )?;
            let how = if settings.scans.are_alone { "scanning" } else { "watching" };
            writeln!(
                out,
                "{how} {}, writing {}",
                settings.site.display(),
                settings.output.display()
            )?;
            writeln!(out, "serving {address}")
        });
    })?;
    Ok(ExitCode::SUCCESS)
}

fn build(settings: &Settings, is_strict: bool) -> Result<ExitCode> {
    let writer = logging::begin(logging::Form::Text);
    let built = run::build(settings);
    drop(writer);
    let built = built?;
    let named = |finding: Finding| report::below(&settings.site, finding);
    let findings: Vec<Finding> = built.pass.findings.into_iter().map(named).collect();
    logging::write_findings(&findings);
    say(&mut io::stdout(), |out| {
        writeln!(
            out,
            "{} posts, {} rejected; {} feeds, {} documents written to {} in {:.2} s",
            built.posts,
            built.rejected,
            built.pass.printed.feeds,
            built.pass.printed.written,
            settings.output.display(),
            built.took.as_secs_f64()
        )
    });
    Ok(if is_strict && built.rejected > 0 { ExitCode::from(REJECTED) } else { ExitCode::SUCCESS })
}

fn check(settings: &Settings, style: Style) -> Result<ExitCode> {
    let (site, warnings) = load::load(settings)?;
    let roots = Roots::new(settings.site.clone(), &site, settings.output.clone());
    let now = Moment::from_nanoseconds(clock::now());
    let out = &mut io::stdout().lock();
    let rejected = report::check(&site, warnings, &roots, now, style, out)?;
    Ok(if rejected > 0 { ExitCode::from(REJECTED) } else { ExitCode::SUCCESS })
}

fn list(settings: &Settings, style: Style) -> Result<ExitCode> {
    let (site, _) = load::load(settings)?;
    let roots = Roots::new(settings.site.clone(), &site, settings.output.clone());
    let now = Moment::from_nanoseconds(clock::now());
    report::list(&site, &roots, now, style, &mut io::stdout().lock())?;
    Ok(ExitCode::SUCCESS)
}
