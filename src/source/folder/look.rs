//! Looks at one path.

use std::fs;
use std::path::Path;

use crate::base::fingerprint::Fingerprint;
use crate::content::post_path::{Layout, Origin};
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Finding, Severity};
use crate::os::disk;
use crate::source::folder::{Found, Roots, TO_FOLDER};

impl Roots {
    /// Looks at one path that may be a post: its stamp, which is that of nothing where only reading it
    /// tells what is wrong with it; or `None` when it is gone, excluded or a folder.
    ///
    /// # Errors
    /// When it is neither a regular file nor a link to one inside the site; [`Error::Withheld`] when
    /// it is not known whether there is anything.
    pub fn look(&self, path: &Path) -> Result<Option<Found>, Error> {
        if self.relative(path).is_some_and(|relative| self.is_excluded(&relative)) {
            return Ok(None);
        }
        let metadata = match fs::symlink_metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if disk::is_gone(&error) => return Ok(None),
            Err(error) if disk::is_kept_back(&error) => {
                return Err(Error::Withheld { reason: error.to_string() });
            }
            Err(_) => return Ok(Some(Found { file: Fingerprint::default(), is_link: false })),
        };
        if metadata.is_dir() {
            return Ok(None);
        }
        if metadata.is_symlink() {
            return self.look_behind(path);
        }
        if metadata.is_file() {
            Ok(Some(Found { file: disk::stamp(&metadata), is_link: false }))
        } else {
            Err(Error::NotRegular)
        }
    }

    /// Looks at what a link leads to.
    pub(in crate::source::folder) fn look_behind(
        &self,
        link: &Path,
    ) -> Result<Option<Found>, Error> {
        let found = link.canonicalize().and_then(|target| Ok((fs::metadata(&target)?, target)));
        let (metadata, target) = match found {
            Ok(found) => found,
            Err(error) if disk::is_gone(&error) => return Err(Error::BadLink { to: "nowhere" }),
            Err(_) => return Ok(Some(Found { file: Fingerprint::default(), is_link: true })),
        };
        if metadata.is_dir() {
            return Err(Error::BadLink { to: TO_FOLDER });
        }
        let is_inside = self.site.canonicalize().is_ok_and(|site| target.starts_with(site));
        if !is_inside {
            return Err(Error::BadLink { to: "out of the site" });
        }
        if metadata.is_file() {
            Ok(Some(Found { file: disk::stamp(&metadata), is_link: true }))
        } else {
            Err(Error::NotRegular)
        }
    }

    /// What there is to say of a path that [`look`](Self::look) has refused, if it matters: it would be
    /// a post in a layout, or is a link to a folder where posts would be.
    pub fn finding(&self, path: &str, error: Error, layout: &Layout) -> Option<Finding> {
        let is_to_folder = matches!(
            error,
            Error::BadLink { to: TO_FOLDER } | Error::NameNotUtf8 { is_folder: true }
        );
        let finding = *Finding::about(path, error);
        if Origin::is_at(path, layout) {
            return Some(finding);
        }
        let place = self.site.join(path);
        let would_hold_posts = is_to_folder
            && self.is_walked_to(&place)
            && Origin::is_at(&format!("{path}/a.md"), layout);
        let is_root = matches!(finding.error, Error::BadLink { .. }) && self.is_root(&place);
        (would_hold_posts || is_root).then_some(Finding { severity: Severity::Warning, ..finding })
    }
}
