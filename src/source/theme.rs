//! What a theme asks of jekyll-feed once that has left `plugins`: Jekyll stops at a tag that it does
//! not know.

use std::path::Path;

use crate::content::site::Site;
use crate::diagnostic::finding::{Finding, Severity};
use crate::diagnostic::oddity::Oddity;
use crate::feed::format::FORMATS;
use crate::feed::format::kind::Format;
use crate::os::disk;
use crate::source::library;

/// The tag that writes the links to the feed.
const TAG: &str = "feed_meta";

/// Where Bundler is told of plugins, too.
const GEMFILE: &str = "Gemfile";

/// The largest of its kind, in bytes.
const MAX_GEMFILE: u64 = 64 << 10;

/// The most places that are told.
const MAX_PLACES: usize = 16;

/// The places in `_includes` and `_layouts` that have the tag, if Jekyll would not know it.
pub fn findings(folder: &Path, site: &Site) -> Vec<Finding> {
    if site.jekyll_feed.is_installed || is_bundled(folder) {
        return Vec::new();
    }
    let instead = links(site);
    let of_file = |(path, text): (String, String)| {
        let places = text.lines().enumerate().filter(|(_, line)| has_tag(line));
        let finding = |(index, _)| Finding {
            severity: Severity::Warning,
            path: path.clone(),
            line: index + 1,
            column: 0,
            error: Oddity::FeedMeta { instead: instead.clone() }.into(),
        };
        places.map(finding).collect::<Vec<_>>()
    };
    library::templates(folder).into_iter().flat_map(of_file).take(MAX_PLACES).collect()
}

/// Whether the Gemfile brings it.
fn is_bundled(folder: &Path) -> bool {
    let gemfile = disk::read(&folder.join(GEMFILE), MAX_GEMFILE).map(|(bytes, _)| bytes);
    let gemfile = String::from_utf8_lossy(gemfile.as_deref().unwrap_or_default()).into_owned();
    let mut gems = gemfile.lines().filter(|line| !line.trim_start().starts_with('#'));
    gems.any(|line| line.contains("jekyll-feed"))
}

fn has_tag(line: &str) -> bool {
    line.split("{%").skip(1).any(|tag| {
        let name = tag.trim_start_matches('-').trim_start().strip_prefix(TAG);
        name.is_some_and(|rest| rest.trim_start().trim_start_matches('-').starts_with("%}"))
    })
}

/// What takes its place: a link to each document of the site's feed.
fn links(site: &Site) -> String {
    let link = |format: &Format| {
        let kind = format.media_type.split(';').next().unwrap_or(format.media_type);
        format!(
            "<link rel=\"alternate\" type=\"{kind}\" href=\"{}/{}\" title=\"{{{{ site.title | escape }}}}\">",
            site.base, format.file
        )
    };
    FORMATS.iter().map(link).collect::<Vec<_>>().join(" ")
}
