//! `feedmill serve`: build the feeds, serve them, and keep them up to date.

use std::io;
use std::process::ExitCode;

use crate::cli::log::{self, Form};
use crate::cli::options::{Common, LimitFlags, ScanFlags, Writing};
use crate::cli::terminal::say;
use crate::daemon::serve;
use crate::daemon::settings::Settings;
use crate::diagnostic::finding::Result;
use crate::os::systemd;

/// Flags of this command.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Flags of all commands.
    #[command(flatten)]
    pub common: Common,
    /// Flags of the commands that write the export.
    #[command(flatten)]
    pub writing: Writing,
    /// How log lines look
    #[arg(long, env = "FEEDMILL_LOG", default_value = "text")]
    pub log: Form,
    /// Log each request: client network, method, path, status, bytes, user agent
    #[arg(
        long,
        env = "FEEDMILL_ACCESS_LOG",
        value_parser = clap::builder::BoolishValueParser::new()
    )]
    pub access_log: bool,
    /// Accept a configuration that changes more than half of all ids: readers show those posts again
    #[arg(
        long,
        env = "FEEDMILL_ACCEPT_NEW_IDS",
        value_parser = clap::builder::BoolishValueParser::new()
    )]
    pub accept_new_ids: bool,
    /// Listen address for Prometheus metrics (`/metrics`): ADDRESS:PORT or unix:PATH [default: off]
    #[arg(long, value_name = "ADDRESS", env = "FEEDMILL_METRICS")]
    pub metrics: Option<String>,
    /// How changes are found.
    #[command(flatten)]
    pub scans: ScanFlags,
    /// Limits of the server.
    #[command(flatten)]
    pub limits: LimitFlags,
}

/// Runs until a signal ends it.
///
/// # Errors
/// When it cannot start.
pub fn run(args: Args) -> Result<ExitCode> {
    let Args { common, writing, log, access_log, accept_new_ids, metrics, scans, limits } = args;
    let settings = &Settings {
        access_log,
        metrics,
        accept_new_ids,
        replaces_foreign: writing.force,
        scans: (&scans).into(),
        trusted_proxies: limits.trusted_proxy.clone(),
        limits: (&limits).into(),
        ..common.settings()
    };
    // There the log has said it.
    let is_journal = systemd::is_journal(&io::stdout());
    let _writer = log::begin(log);
    serve::serve(settings, |address, engine| {
        if is_journal {
            return;
        }
        say(&mut io::stdout(), |out| {
            writeln!(
                out,
                "{} posts in {} feeds",
                engine.catalog().len(),
                engine.catalog().feeds().count()
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
