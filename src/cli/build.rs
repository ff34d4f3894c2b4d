//! `feedmill build`: the feeds once, as files for any web server.

use std::io;
use std::process::ExitCode;

use crate::cli::log::{self, Form};
use crate::cli::options::{Common, Writing};
use crate::cli::terminal::{REJECTED, say};
use crate::daemon::build;
use crate::daemon::settings::Settings;
use crate::diagnostic::finding::{Finding, Result};

/// Flags of this command.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Flags of all commands.
    #[command(flatten)]
    pub common: Common,
    /// Flags of the commands that write the export.
    #[command(flatten)]
    pub writing: Writing,
    /// Exit with 1 when a post was rejected
    #[arg(long)]
    pub strict: bool,
}

/// Builds, and says what was done.
///
/// # Errors
/// When the site cannot be read or the feeds cannot be written.
pub fn run(args: &Args) -> Result<ExitCode> {
    let settings = &Settings { replaces_foreign: args.writing.force, ..args.common.settings() };
    let writer = log::begin(Form::Text);
    let built = build::build(settings);
    drop(writer);
    let built = built?;
    let named = |finding: Finding| finding.below(&settings.site);
    let findings: Vec<Finding> = built.pass.findings.into_iter().map(named).collect();
    log::write_findings(&findings);
    say(&mut io::stdout(), |out| {
        writeln!(
            out,
            "{} posts, {} rejected; {} feeds, {} documents written to {} in {:.2} s",
            built.posts,
            built.rejected,
            built.pass.rendered.feeds,
            built.pass.rendered.written,
            settings.output.display(),
            built.took.as_secs_f64()
        )
    });
    Ok(if args.strict && built.rejected > 0 { ExitCode::from(REJECTED) } else { ExitCode::SUCCESS })
}
