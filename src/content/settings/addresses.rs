//! The addresses of a site: its own, those of its feeds, and what is relative to them.

use crate::content::config::Section;
use crate::content::enclosure::A_FILE;
use crate::content::front_matter::node::Node;
use crate::content::person::person;
use crate::content::settings::surroundings::Surroundings;
use crate::content::site::Site;
use crate::content::syntax::{A_LICENSE, is_tag_authority};
use crate::content::text::shown;
use crate::content::url::{Base, web_address};
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Finding, Result};

/// The addresses of a site.
pub(super) struct Urls {
    pub(super) home: String,
    pub(super) base: String,
    pub(super) baseurl: String,
    /// Whether nobody said where the site is.
    pub(super) is_guess: bool,
}

pub(super) fn urls(top: &Section<'_>, around: Surroundings<'_>) -> Result<Urls> {
    let flag = around.base_url.map(base_url).transpose()?;
    let url = top.loose_text("url").map(|url| absolute(top, url)).transpose()?;
    let path = top.loose_text("baseurl").map_or("", |path| path.trim().trim_matches('/'));
    let baseurl = if path.is_empty() { String::new() } else { format!("/{path}") };
    let is_guess = url.is_none();
    let home = match url {
        Some(url) => format!("{url}{baseurl}"),
        None => flag.clone().unwrap_or_else(|| around.fallback_url.to_owned()),
    };
    let base = flag.unwrap_or_else(|| home.clone());
    Ok(Urls { home, base, baseurl, is_guess })
}

/// `--base-url`, checked and without a slash at its end.
///
/// # Errors
/// When it is no absolute http or https address.
fn base_url(written: &str) -> Result<String> {
    normal_url(written).ok_or_else(|| {
        let error = Error::BadValue {
            key: "--base-url".to_owned(),
            found: format!("`{written}`"),
            expected: "an address like `https://example.org/feeds`",
        };
        Finding::about("--base-url", error)
    })
}

fn absolute(top: &Section<'_>, written: &str) -> Result<String> {
    let bad =
        || top.bad("url", &Node::Text(written.to_owned()), "an address like `https://example.org`");
    normal_url(written).ok_or_else(bad)
}

fn normal_url(written: &str) -> Option<String> {
    let base = Base::parse(written.trim())?;
    let whole = base.as_str();
    let is_web = whole.starts_with("http://") || whole.starts_with("https://");
    (is_web && !base.has_user() && !whole.contains(['?', '#']))
        .then(|| whole.trim_end_matches('/').to_owned())
}

/// Fills what holds addresses, which are relative to the site's own.
pub(super) fn addresses(
    site: &mut Site,
    top: &Section<'_>,
    feed: &Section<'_>,
    findings: &mut Vec<Finding>,
) {
    let mut read = |section: &Section<'_>, key, expected, of: &dyn Fn(&str) -> Option<String>| {
        let written = section.loose_text(key)?;
        let address = of(written);
        if address.is_none() {
            findings.push(section.dropped(key, shown(written), expected));
        }
        address
    };
    let license = read(top, "license", A_LICENSE, &web_address);
    let icon = read(feed, "icon", A_FILE, &|written| site.media(written));
    let logo = read(feed, "logo", A_FILE, &|written| site.media(written));
    for key in ["icon", "logo"] {
        findings.extend(feed.dropped_unless_text(key));
    }
    let mut dropped = Vec::new();
    let author = top.node("author").and_then(|node| person(node, "author", site, &mut dropped));
    findings.extend(dropped.into_iter().map(|error| top.warning("author", error)));
    (site.license, site.icon, site.logo, site.author) = (license, icon, logo, author);
}

/// `example.org,2025`: RFC 4151 wants a domain or mail address and the year in which it was ours.
pub(super) fn tag_authority(ours: &Section<'_>, home: &str) -> Result<String> {
    if let Some(written) = ours.text("tag_authority")? {
        let expected = "a domain and a date that it was yours on, like `example.org,2025`";
        return if is_tag_authority(written) {
            Ok(written.to_owned())
        } else {
            Err(ours.bad("tag_authority", &Node::Text(written.to_owned()), expected))
        };
    }
    let base = Base::parse(home);
    let host = base.as_ref().and_then(Base::host).unwrap_or("localhost");
    // RFC 4151 has no place for the brackets and colons of an IPv6 address.
    let is_name = host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
    Ok(format!("{},2025", if is_name { host } else { "localhost" }))
}
