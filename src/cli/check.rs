//! `feedmill check`: read everything, write nothing, and say what is wrong.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::OnceLock;

use crate::catalog::cards::Kept;
use crate::cli::format::{Format, write_findings, write_records};
use crate::cli::options::Common;
use crate::cli::reading;
use crate::cli::terminal::REJECTED;
use crate::content::date::Moment;
use crate::content::site::Site;
use crate::daemon::settings;
use crate::diagnostic::finding::{Finding, Result, Severity};
use crate::engine::post_reader::ReadContext;
use crate::engine::render_context::{self, RenderContext};
use crate::os::{clock, parallel};
use crate::source::folder::Roots;
use crate::source::theme;

/// Flags of this command.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Flags of all commands.
    #[command(flatten)]
    pub common: Common,
    /// How findings are written
    #[arg(long, default_value = "text")]
    pub format: Format,
}

/// Reads a site, and says what is wrong with it.
///
/// # Errors
/// When the site cannot be read or the findings cannot be written.
pub fn run(args: &Args) -> Result<ExitCode> {
    let settings = args.common.settings();
    let (site, warnings) = settings::load(&settings)?;
    let roots = Roots::new(settings.site.clone(), &site, settings.output.clone());
    let now = Moment::from_nanoseconds(clock::now());
    let out = &mut io::stdout().lock();
    let rejected = check(&site, warnings, &roots, now, args.format, out)?;
    Ok(if rejected > 0 { ExitCode::from(REJECTED) } else { ExitCode::SUCCESS })
}

/// Writes all findings as of `now`, in the order of the paths; `warnings` are those of the
/// configuration. Returns how many posts are rejected.
///
/// # Errors
/// When the site cannot be read or the report not be written.
fn check(
    site: &Site,
    warnings: Vec<Finding>,
    roots: &Roots,
    now: Moment,
    format: Format,
    out: &mut dyn Write,
) -> Result<usize> {
    let mut reading = reading::read(site, roots, now)?;
    let posts = reading.files.len();
    let folder = roots.open();
    let read_context = ReadContext { folder: &folder, layout: &reading.layout, site };
    let newest = OnceLock::new();
    let context = RenderContext { read_context, catalog: &reading.catalog, newest: &newest };
    let cards: Vec<Kept<'_>> = reading.catalog.cards().collect();
    let in_bodies = parallel::map(&cards, |card| render_context::body_findings(*card, context));
    for finding in in_bodies.into_iter().flatten() {
        reading.findings.entry(finding.path.clone()).or_default().push(finding);
    }
    let of_theme = theme::findings(&roots.site, site);
    let found =
        warnings.into_iter().chain(of_theme).chain(reading.findings.into_values().flatten());
    let findings: Vec<Finding> = found.map(|finding| finding.below(&roots.site)).collect();
    let rejected = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let written = match format {
        Format::Json => write_records(out, &findings),
        Format::Text => write_findings(out, &findings).and_then(|()| {
            let others = findings.len() - rejected;
            let [files, found] =
                [(posts, "file"), (others, "other finding")].map(|(count, word)| {
                    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
                });
            writeln!(out, "{files} read: {rejected} rejected, {found}")
        }),
    };
    written.map_err(|error| Finding::io("write", Path::new("the report"), &error))?;
    Ok(rejected)
}
