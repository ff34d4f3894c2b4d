//! What `check` and `list` read: everything, and nothing is written.

use std::collections::BTreeMap;
use std::iter;
use std::sync::Arc;

use crate::catalog::{Catalog, Change, Horizon};
use crate::content::date::Moment;
use crate::content::post_path::Layout;
use crate::content::settings::CONFIG;
use crate::content::site::Site;
use crate::diagnostic::finding::{Finding, Result};
use crate::engine::post_reader::{self, ReadContext};
use crate::feed::review::review;
use crate::os::parallel;
use crate::source::folder::Roots;

/// A site that was read.
#[derive(Debug)]
pub struct Reading {
    /// How its posts are laid out.
    pub layout: Layout,
    /// The files of posts, in the order of their paths.
    pub files: Vec<Arc<str>>,
    /// The posts.
    pub catalog: Catalog,
    /// What there is to say of each path.
    pub findings: BTreeMap<String, Vec<Finding>>,
}

/// Reads a site as of `now`.
///
/// # Errors
/// When the site cannot be read.
pub fn read(site: &Site, roots: &Roots, now: Moment) -> Result<Reading> {
    let (scan, layout) = roots.scan(None)?;
    let mut scan = scan.whole(iter::empty())?;
    let folder = roots.open();
    let read_context = ReadContext { folder: &folder, layout: &layout, site };
    let files: Vec<Arc<str>> = scan.files.iter().map(|(path, _)| path.into()).collect();
    let read = |path: &Arc<str>| post_reader::card(path, read_context, None, now);
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
    for finding in review(&catalog, site, CONFIG, &|card| post_reader::page(card, read_context)) {
        findings.entry(finding.path.clone()).or_default().push(finding);
    }
    Ok(Reading { layout, files, catalog, findings })
}
