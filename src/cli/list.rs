//! `feedmill list`: what is made of each post.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use serde::Serialize;

use crate::base::printable::Printable;
use crate::cli::format::{Format, write_json};
use crate::cli::options::Common;
use crate::cli::reading::{self, Reading};
use crate::content::date::Moment;
use crate::content::post::Post;
use crate::content::post_path::Origin;
use crate::content::site::Site;
use crate::daemon::settings;
use crate::diagnostic::finding::{Finding, Result, Severity};
use crate::diagnostic::identity::KnownBy;
use crate::engine::{large_posts, post_reader};
use crate::os::disk::Folder;
use crate::os::{clock, parallel};
use crate::source::folder::Roots;

/// Flags of this command.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Flags of all commands.
    #[command(flatten)]
    pub common: Common,
    /// How posts are written
    #[arg(long, default_value = "text")]
    pub format: Format,
}

/// What is made of one file.
#[derive(Debug, Serialize)]
struct Row {
    path: String,
    key: String,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(flatten)]
    post: Option<Facts>,
}

/// What is known of a file that is a post.
#[derive(Debug, Serialize)]
struct Facts {
    url: String,
    id: String,
    date: String,
    updated: String,
    title: String,
    categories: Vec<String>,
    tags: Vec<String>,
    authors: Vec<String>,
}

/// Reads a site, and shows its posts.
///
/// # Errors
/// When the site cannot be read or the rows cannot be written.
pub fn run(args: &Args) -> Result<ExitCode> {
    let settings = args.common.settings();
    let (site, _) = settings::load(&settings)?;
    let roots = Roots::new(settings.site.clone(), &site, settings.output.clone());
    let now = Moment::from_nanoseconds(clock::now());
    list(&site, &roots, now, args.format, &mut io::stdout().lock())?;
    Ok(ExitCode::SUCCESS)
}

/// Writes what is made of each post as of `now`, in the order of the paths.
///
/// # Errors
/// When the site cannot be read or the report not be written.
fn list(
    site: &Site,
    roots: &Roots,
    now: Moment,
    format: Format,
    out: &mut dyn Write,
) -> Result<()> {
    let reading = reading::read(site, roots, now)?;
    let folder = roots.open();
    let row = |path: &Arc<str>| row(site, &folder, &reading, path, now);
    let mut rows: Vec<Row> = parallel::map(&reading.files, row).into_iter().flatten().collect();
    // Files are in the order of their paths. What is said of the configuration is no post.
    let without_row = |path: &&String| {
        Origin::is_at(path, &reading.layout)
            && reading.files.binary_search_by(|file| (**file).cmp(path.as_str())).is_err()
    };
    let odd: Vec<Row> =
        reading.findings.keys().filter(without_row).map(|path| rejected(&reading, path)).collect();
    rows.extend(odd);
    rows.sort_by(|left, right| left.path.cmp(&right.path));
    let written = match format {
        Format::Json => write_json(out, &rows),
        Format::Text => rows.iter().try_for_each(|row| write_row(out, row)),
    };
    written.map_err(|error| Finding::io("write", Path::new("the report"), &error))
}

fn row(
    site: &Site,
    folder: &Folder<'_>,
    reading: &Reading,
    path: &Arc<str>,
    now: Moment,
) -> Option<Row> {
    let origin = Origin::of(path, &reading.layout)?;
    let Some(card) = reading.catalog.card(&origin.key, path) else {
        return Some(rejected(reading, path));
    };
    let key = card.own_key().to_owned();
    let (bytes, stamp) = folder.read(path, post_reader::MAX_POST).ok()?;
    let mut post = Post::parse(&origin, post_reader::text(&bytes).ok()?, site).post.ok()?;
    post.key.clone_from(&key);
    let winner = reading.catalog.post_of(card).filter(|winner| winner.path() != &**path);
    let zone = site.dates.zone;
    let withheld = if let Some(winner) = winner {
        Some(KnownBy::Shadowed { winner: winner.path().to_owned() }.to_string())
    } else if let Some(withheld) = post.withheld {
        Some(withheld.reason().to_owned())
    } else if let Some(expired) = post.expires.filter(|expires| *expires <= now) {
        Some(format!("expired {}", zone.rfc3339(expired)))
    } else if post.date > now && !site.future {
        Some(format!("due {}", zone.rfc3339(post.date)))
    } else {
        None
    };
    let state = if withheld.is_some() { "withheld" } else { "published" };
    let reason = withheld.or_else(|| post.reach.reason().map(str::to_owned));
    let title = if post.title.is_empty() {
        large_posts::in_turn(path, stamp, || post.render(site, &|_: &str| None).title)?
    } else {
        post.title.clone()
    };
    let facts = Facts {
        url: post.url(site),
        id: post.id(site),
        date: zone.rfc3339(post.date),
        updated: zone.rfc3339(if post.updated > now { post.date } else { post.updated }),
        title,
        categories: post.categories.clone(),
        tags: post.tags.clone(),
        authors: post.authors.iter().map(|author| author.name.clone()).collect(),
    };
    Some(Row { path: path.to_string(), key, state, reason, post: Some(facts) })
}

fn rejected(reading: &Reading, path: &str) -> Row {
    let is_error = |finding: &&Finding| finding.severity == Severity::Error;
    let found = reading.findings.get(path).and_then(|findings| findings.iter().find(is_error));
    let key =
        Origin::of(path, &reading.layout).map(|origin| origin.key.into_owned()).unwrap_or_default();
    let reason = found.map(|finding| finding.error.to_string());
    Row { path: path.to_owned(), key, state: "rejected", reason, post: None }
}

fn write_row(out: &mut dyn Write, row: &Row) -> io::Result<()> {
    let reason = row.reason.as_deref().map(|reason| format!("  ({})", Printable(reason)));
    let reason = reason.unwrap_or_default();
    match &row.post {
        Some(post) => {
            let categories = post.categories.join(", ");
            writeln!(
                out,
                "{}  {:9}  {}  [{}]  {}{reason}",
                post.date,
                row.state,
                Printable(&row.key),
                Printable(&categories),
                Printable(&post.title)
            )
        }
        None => writeln!(out, "{:25}  {:9}  {}{reason}", "-", row.state, Printable(&row.path)),
    }
}
