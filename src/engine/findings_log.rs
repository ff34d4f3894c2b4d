//! What was noticed about files and about the site as a whole, so that each is told once.

use std::collections::BTreeMap;

use crate::diagnostic::finding::Finding;

/// How long changes are let come together before the whole site is looked at, in nanoseconds.
const REVIEW: i64 = 10_000_000_000;

/// All that was noticed.
#[derive(Debug, Default)]
pub struct FindingsLog {
    /// About files, by path.
    files: BTreeMap<String, Vec<Finding>>,
    /// What was noted before all files are read anew.
    former: BTreeMap<String, Vec<Finding>>,
    /// What only the whole site shows.
    site: Vec<Finding>,
    /// What a pass noticed that failed later.
    unsaid: Vec<Finding>,
    /// When the next look at the whole site is due.
    review_at: Option<i64>,
    last_review: i64,
}

impl FindingsLog {
    /// Notes what was found about a file; what of it is new.
    pub fn of_file(&mut self, path: &str, findings: Vec<Finding>) -> Vec<Finding> {
        let former = self.former.remove(path);
        if findings.is_empty() {
            self.files.remove(path);
            return Vec::new();
        }
        let known = self.files.insert(path.to_owned(), findings.clone()).or(former);
        if known.as_ref() == Some(&findings) { Vec::new() } else { findings }
    }

    /// Notes what a look at the whole site as of `now` found; what of it is new.
    pub fn of_site(&mut self, found: Vec<Finding>, now: i64) -> Vec<Finding> {
        let is_new = |finding: &&Finding| !self.site.iter().any(|former| former.is_same(finding));
        let new = found.iter().filter(is_new).cloned().collect();
        self.site = found;
        self.review_at = None;
        self.last_review = now;
        new
    }

    /// Something has changed. A look at the whole site costs a look at every post, so it is not
    /// due after each change but some time later.
    pub fn want_review(&mut self, now: i64) {
        let soonest = self.last_review.min(now).saturating_add(REVIEW);
        self.review_at.get_or_insert(now.max(soonest));
    }

    /// Whether the whole site is to be looked at.
    pub fn is_review_due(&self, now: i64) -> bool {
        // None is due later than that: the clock was put back.
        let latest = now.saturating_add(REVIEW);
        self.review_at.is_some_and(|at| at <= now || at > latest)
    }

    /// Whether there is anything about a file.
    pub fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Whether something was noted already.
    pub fn have(&self, finding: &Finding) -> bool {
        self.files.get(&finding.path).is_some_and(|noted| noted.contains(finding))
    }

    /// Forgets a file that is gone.
    pub fn forget(&mut self, path: &str) {
        self.files.remove(path);
        self.former.remove(path);
    }

    /// All files are read anew. What is found again is not new; [`FindingsLog::forget_former`] ends that.
    pub fn begin_anew(&mut self) {
        self.former = std::mem::take(&mut self.files);
    }

    /// All files are read: a finding that is gone by now is new when it comes back.
    pub fn forget_former(&mut self) {
        self.former.clear();
    }

    /// Everything, files first.
    pub fn all(&self) -> impl Iterator<Item = &Finding> {
        self.files.values().flatten().chain(&self.site)
    }

    /// Keeps what a pass noticed that has failed.
    pub fn keep_unsaid(&mut self, findings: &mut Vec<Finding>) {
        self.unsaid.append(findings);
    }

    /// Takes what was kept.
    pub fn take_unsaid(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.unsaid)
    }
}
