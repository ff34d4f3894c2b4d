//! Which folders are walked.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use crate::content::site_files::is_meant;
use crate::source::folder::{MAX_DEPTH, NEVER, Roots, is_posts};

impl Roots {
    /// Whether the walk goes into every folder on the way to a path.
    pub fn is_walked_to(&self, path: &Path) -> bool {
        path.ancestors()
            .take_while(|folder| *folder != self.site)
            .all(|folder| self.is_walked(folder))
    }

    /// Whether a path is a folder that the walk goes into: the site may be a link to one, others not.
    pub fn is_walked_folder(&self, path: &Path) -> bool {
        let is_folder =
            path == self.site || fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir());
        is_folder && self.is_walked_to(path)
    }

    pub(in crate::source::folder) fn is_walked(&self, folder: &Path) -> bool {
        let Some(name) = folder.file_name().and_then(OsStr::to_str) else { return false };
        let Some(relative) = self.relative(folder) else { return false };
        let is_towards_root = || {
            self.content.iter().any(|root| {
                root == &relative
                    || root.strip_prefix(&relative).is_some_and(|rest| rest.starts_with('/'))
                    || relative
                        .strip_prefix(root.as_str())
                        .is_some_and(|rest| rest.starts_with('/'))
            })
        };
        // Jekyll keeps its own things in `_folders`.
        let is_special = name.starts_with('.')
            || (name.starts_with('_') && name != "_posts")
            || NEVER.contains(&name);
        (!is_special || is_towards_root() || self.is_included(&relative))
            && relative.split('/').count() <= MAX_DEPTH
            && !self.is_excluded(&relative)
            && !self.is_output(folder)
    }

    /// Whether the site's configuration leaves a path out.
    pub fn is_excluded(&self, relative: &str) -> bool {
        let mut excluded = self.exclude.iter().filter(|pattern| !self.include.contains(pattern));
        excluded.any(|pattern| is_meant(relative, pattern)) && !self.is_included(relative)
    }

    /// Whether the site's configuration wants a path, whatever else it would be left out for.
    pub(in crate::source::folder) fn is_included(&self, relative: &str) -> bool {
        let name = relative.rsplit_once('/').map_or(relative, |(_, name)| name);
        let is_wanted =
            |like: &String| is_meant(name, like) || like.trim_end_matches('/') == relative;
        self.include.iter().any(is_wanted)
    }

    pub(in crate::source::folder) fn is_output(&self, folder: &Path) -> bool {
        folder.file_name() == self.output.file_name()
            && folder.canonicalize().is_ok_and(|folder| folder == self.output)
    }

    pub(in crate::source::folder) fn is_root(&self, folder: &Path) -> bool {
        is_posts(folder) || self.guarded().iter().any(|root| root == folder)
    }
}
