//! `feedmill list` and `feedmill check`: what is made of each post, and what is wrong with it.
//!
//! Both read everything and write nothing but their report.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::iter;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use serde::Serialize;

use crate::content::catalog::cards::Kept;
use crate::content::catalog::{Catalog, Change, Horizon};
use crate::content::date::Moment;
use crate::content::origin::{Layout, Origin};
use crate::content::post::Post;
use crate::content::settings::CONFIG;
use crate::content::site::Site;
use crate::error::known_by::KnownBy;
use crate::error::{Finding, Result, Severity};
use crate::feed::review::review;
use crate::printable::{Printable, is_hidden};
use crate::service::disk::Folder;
use crate::service::elsewhere::{self, Copy};
use crate::service::posts::Ground;
use crate::service::source::Roots;
use crate::service::{disk, large_posts, parallel, posts, theme};

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// For people.
    Text,
    /// For tools: one JSON array.
    Json,
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

/// A finding for tools.
#[derive(Debug, Serialize)]
struct Record {
    path: String,
    #[serde(skip_serializing_if = "is_zero")]
    line: usize,
    #[serde(skip_serializing_if = "is_zero")]
    column: usize,
    severity: String,
    problem: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    hint: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// Everything that a report is about.
struct Reading {
    layout: Layout,
    files: Vec<Arc<str>>,
    catalog: Catalog,
    findings: BTreeMap<String, Vec<Finding>>,
}

fn read(site: &Site, roots: &Roots, now: Moment) -> Result<Reading> {
    let (scan, layout) = roots.scan(None)?;
    let mut scan = scan.whole(iter::empty())?;
    let folder = roots.open();
    let ground = Ground { folder: &folder, layout: &layout, site };
    let files: Vec<Arc<str>> = scan.files.iter().map(|(path, _)| path.into()).collect();
    let read = |path: &Arc<str>| posts::card(path, ground, None, now);
    let mut findings: BTreeMap<String, Vec<Finding>> = BTreeMap::new();
    let mut changes = Vec::new();
    for read in parallel::map(&files, read).into_iter().flatten() {
        for finding in read.findings {
            findings.entry(finding.path.clone()).or_default().push(finding);
        }
        if matches!(read.change, Change::Put(_)) {
            changes.push(read.change);
        }
    }
    for finding in std::mem::take(&mut scan.findings) {
        findings.entry(finding.path.clone()).or_default().push(finding);
    }
    let mut catalog = Catalog::default();
    catalog.apply(changes, Horizon::OPEN);
    for finding in review(&catalog, site, CONFIG, &|card| posts::page(card, ground)) {
        findings.entry(finding.path.clone()).or_default().push(finding);
    }
    Ok(Reading { layout, files, catalog, findings })
}

/// Writes what is made of each post as of `now`, in the order of the paths.
///
/// # Errors
/// When the site cannot be read or the report not be written.
pub fn list(
    site: &Site,
    roots: &Roots,
    now: Moment,
    style: Style,
    out: &mut dyn Write,
) -> Result<()> {
    let reading = read(site, roots, now)?;
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
    let written = match style {
        Style::Json => write_json(out, &rows),
        Style::Text => rows.iter().try_for_each(|row| write_row(out, row)),
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
    let (bytes, stamp) = folder.read(path, posts::MAX_POST).ok()?;
    let mut post = Post::parse(&origin, posts::text(&bytes).ok()?, site).post.ok()?;
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

fn write_json<T: Serialize>(out: &mut dyn Write, rows: &[T]) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, rows)?;
    writeln!(out)
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

/// Writes all findings as of `now`, in the order of the paths; `warnings` are those of the
/// configuration. Returns how many posts are rejected.
///
/// # Errors
/// When the site cannot be read or the report not be written.
pub fn check(
    site: &Site,
    warnings: Vec<Finding>,
    roots: &Roots,
    now: Moment,
    style: Style,
    out: &mut dyn Write,
) -> Result<usize> {
    let mut reading = read(site, roots, now)?;
    let posts = reading.files.len();
    let folder = roots.open();
    let ground = Ground { folder: &folder, layout: &reading.layout, site };
    let newest = OnceLock::new();
    let copy = Copy { ground, catalog: &reading.catalog, newest: &newest };
    let cards: Vec<Kept<'_>> = reading.catalog.cards().collect();
    let in_bodies = parallel::map(&cards, |card| elsewhere::body_findings(*card, copy));
    for finding in in_bodies.into_iter().flatten() {
        reading.findings.entry(finding.path.clone()).or_default().push(finding);
    }
    let of_theme = theme::findings(&roots.site, site);
    let found =
        warnings.into_iter().chain(of_theme).chain(reading.findings.into_values().flatten());
    let findings: Vec<Finding> = found.map(|finding| below(&roots.site, finding)).collect();
    let rejected = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let written = match style {
        Style::Json => {
            let records: Vec<Record> = findings.iter().map(record).collect();
            write_json(out, &records)
        }
        Style::Text => write_findings(out, &findings).and_then(|()| {
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

/// A finding whose path is relative to the site, named from where the user stands.
pub fn below(site: &Path, finding: Finding) -> Finding {
    Finding { path: site.join(&finding.path).display().to_string(), ..finding }
}

fn record(finding: &Finding) -> Record {
    Record {
        path: finding.path.clone(),
        line: finding.line,
        column: finding.column,
        severity: finding.severity.to_string(),
        problem: finding.error.to_string(),
        hint: finding.error.hint(),
    }
}

/// Writes findings for people: `path:line:column: problem`, the line itself, and a hint.
///
/// # Errors
/// When they cannot be written.
pub fn write_findings(out: &mut dyn Write, findings: &[Finding]) -> io::Result<()> {
    let mut sources: HashMap<&str, String> = HashMap::new();
    for finding in findings {
        writeln!(out, "{}: {}", finding.severity, finding)?;
        if finding.line > 0 {
            let source = sources.entry(&finding.path).or_insert_with(|| {
                let bytes =
                    disk::read(Path::new(&finding.path), posts::MAX_POST).map(|(bytes, _)| bytes);
                String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
            });
            write_excerpt(out, source, finding)?;
        }
        let hint = finding.error.hint();
        if !hint.is_empty() {
            writeln!(out, "  hint: {}", Printable(&hint))?;
        }
    }
    Ok(())
}

/// The longest line that is shown, in characters.
const EXCERPT: usize = 100;

fn write_excerpt(out: &mut dyn Write, source: &str, finding: &Finding) -> io::Result<()> {
    let Some(line) = source.lines().nth(finding.line - 1) else { return Ok(()) };
    let line: String =
        line.chars().take(EXCERPT).map(|c| if c == '\t' { ' ' } else { c }).collect();
    writeln!(out, "{:5} | {}", finding.line, Printable(&line))?;
    if (1..=EXCERPT).contains(&finding.column) {
        let width = |c: char| match c {
            c if is_hidden(c) => c.escape_debug().count(),
            // Han characters are two columns wide in a terminal.
            '\u{2e80}'.. => 2,
            _ => 1,
        };
        let before: usize = line.chars().take(finding.column - 1).map(width).sum();
        writeln!(out, "      | {:before$}^", "")?;
    }
    Ok(())
}
