//! What is counted for who watches a service that runs for years: the text format of Prometheus,
//! version 0.0.4, at `/metrics` on an address of its own.
//!
//! The server counts its answers by adding up, with no lock; all else is read when it is asked for, or
//! set once a pass. Requests that hyper cannot read are not among them.

use std::fmt::Write;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use crate::feed::format::FORMATS;
use crate::feed::page;

/// Every status that the server answers with.
const STATUSES: [u16; 13] = [200, 204, 301, 304, 308, 400, 404, 405, 412, 414, 429, 431, 503];

/// Documents that are counted apart by the names of their files: the formats and the page.
const NAMED: usize = FORMATS.len() + 1;

/// The word for whatever is not counted apart.
const OTHER: &str = "other";

/// All counters since the start, and what is so at this moment.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Answers by document and status, what is not named last.
    answers: [[AtomicU64; STATUSES.len() + 1]; NAMED + 1],
    /// Bytes of bodies.
    sent: AtomicU64,
    passes: AtomicU64,
    /// How long all passes took, in nanoseconds.
    working: AtomicU64,
    rendered: AtomicU64,
    written: AtomicU64,
    scans: AtomicU64,
    changed_ids: AtomicU64,
    posts: AtomicU64,
    rejected: AtomicU64,
    /// When the next post is due, in Unix seconds; 0 for none.
    next_due: AtomicI64,
}

/// What an address leads to, as far as answers are counted apart by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind(usize);

impl Kind {
    /// The kind of what is asked for by a path.
    pub fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_page = name.is_empty() || name == page::FILE;
        let format = FORMATS.iter().position(|format| format.file == name);
        Self(format.unwrap_or(if is_page { NAMED - 1 } else { NAMED }))
    }

    fn word(self) -> &'static str {
        let others = if self.0 < NAMED { page::FILE } else { OTHER };
        FORMATS.get(self.0).map_or(others, |format| format.file)
    }
}

/// What only the server and the edition know, at the moment of asking.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// Documents that are published.
    pub documents: usize,
    /// Bytes of documents that are kept in memory.
    pub cached: usize,
    /// Whether all is well, as `/readyz` says it.
    pub is_ready: bool,
}

impl Metrics {
    /// Counts an answer with its status and the length of its body.
    pub fn answered(&self, kind: Kind, status: u16, length: usize) {
        let index = STATUSES.iter().position(|known| *known == status);
        self.answers[kind.0][index.unwrap_or(STATUSES.len())].fetch_add(1, Ordering::Relaxed);
        if length > 0 {
            self.sent.fetch_add(length as u64, Ordering::Relaxed);
        }
    }

    /// Counts a pass that published something.
    pub fn published(&self, took: Duration, rendered: usize, written: usize) {
        let took = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.passes.fetch_add(1, Ordering::Relaxed);
        self.working.fetch_add(took, Ordering::Relaxed);
        self.rendered.fetch_add(rendered as u64, Ordering::Relaxed);
        self.written.fetch_add(written as u64, Ordering::Relaxed);
    }

    /// Counts a scan of the whole site.
    pub fn scanned(&self) {
        self.scans.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts ids that have changed although their posts stay.
    pub fn changed_ids(&self, count: usize) {
        self.changed_ids.fetch_add(count as u64, Ordering::Relaxed);
    }

    /// Sets how many posts there are, how many files give none, and when the next post is due, in
    /// Unix seconds.
    pub fn know(&self, posts: usize, rejected: usize, next_due: Option<i64>) {
        self.posts.store(posts as u64, Ordering::Relaxed);
        self.rejected.store(rejected as u64, Ordering::Relaxed);
        self.next_due.store(next_due.unwrap_or(0), Ordering::Relaxed);
    }

    /// All of it as Prometheus reads it.
    pub fn text(&self, now: Now) -> String {
        let mut page = Page(String::with_capacity(4096));
        let read = |number: &AtomicU64| number.load(Ordering::Relaxed);
        page.head("answers_total", "counter", "Answers by document and status.");
        for (kind, of_kind) in self.answers.iter().enumerate() {
            for (index, count) in of_kind.iter().enumerate().filter(|(_, count)| read(count) > 0) {
                let status = STATUSES.get(index).map_or(OTHER.to_owned(), u16::to_string);
                let labels = format!("{{document=\"{}\",status=\"{status}\"}}", Kind(kind).word());
                page.value("answers_total", &labels, read(count));
            }
        }
        page.counter("sent_bytes_total", "Bytes of bodies that were sent.", read(&self.sent));
        page.counter(
            "passes_total",
            "Passes after the start that published something.",
            read(&self.passes),
        );
        let working = Duration::from_nanos(read(&self.working)).as_secs_f64();
        page.counter("pass_seconds_total", "Seconds that these passes took.", working);
        page.counter("rendered_feeds_total", "Feeds that were rendered.", read(&self.rendered));
        page.counter("written_documents_total", "Documents that changed.", read(&self.written));
        page.counter("scans_total", "Scans of the whole site.", read(&self.scans));
        let help = "Ids that changed because files were moved or renamed.";
        page.counter("changed_ids_total", help, read(&self.changed_ids));
        page.gauge("posts", "Posts, published or not.", read(&self.posts));
        page.gauge("rejected_files", "Files that give no post.", read(&self.rejected));
        page.gauge("documents", "Documents that are published.", now.documents);
        page.gauge("cached_bytes", "Bytes of documents in memory.", now.cached);
        page.gauge("ready", "1 when all is well, as /readyz says it.", u8::from(now.is_ready));
        let next_due = self.next_due.load(Ordering::Relaxed);
        if next_due != 0 {
            let help = "When the next post is due, or expires.";
            page.gauge("next_due_timestamp_seconds", help, next_due);
        }
        page.0
    }
}

/// A page in the text format.
struct Page(String);

impl Page {
    fn counter(&mut self, name: &str, help: &str, value: impl std::fmt::Display) {
        self.head(name, "counter", help);
        self.value(name, "", value);
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl std::fmt::Display) {
        self.head(name, "gauge", help);
        self.value(name, "", value);
    }

    fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "# HELP feedmill_{name} {help}\n# TYPE feedmill_{name} {kind}");
    }

    fn value(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        let _ = writeln!(self.0, "feedmill_{name}{labels} {value}");
    }
}
