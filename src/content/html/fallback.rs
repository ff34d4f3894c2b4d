//! What stands in for what no reader runs or loads: the content of `noscript` and `object`, and links
//! to what an `embed`, an empty `object` or a script of gist.github.com would show.

use std::borrow::Cow;

use crate::content::html::tags::Tags;
use crate::content::text::find_sign;

/// The name under which the content of a `noscript` is parsed as the markup that it is: a parser that
/// knows of scripts takes it for text (WHATWG HTML §13.2.6.4.7).
pub const NOSCRIPT: &str = "no-script";

/// Where gists are.
const GISTS: &str = "gist.github.com/";

/// `html` with the content of each `noscript` as markup.
pub fn without_scripts(html: &str) -> Cow<'_, str> {
    if !may_have_noscript(html) {
        return Cow::Borrowed(html);
    }
    let mut out = String::with_capacity(html.len() + 16);
    let mut copied = 0;
    for tag in Tags::new(html).filter(|tag| tag.name.as_str() == "noscript") {
        out.push_str(&html[copied..tag.start]);
        out.push_str(if tag.closing { "</" } else { "<" });
        out.push_str(NOSCRIPT);
        out.push('>');
        copied = tag.end;
    }
    out.push_str(&html[copied..]);
    Cow::Owned(out)
}

fn may_have_noscript(html: &str) -> bool {
    let mut rest = html;
    while let Some(at) = find_sign(rest, b'<') {
        rest = &rest[at + 1..];
        if rest.get(..8).is_some_and(|name| name.eq_ignore_ascii_case("noscript")) {
            return true;
        }
    }
    false
}

/// The page of the gist that a script shows.
pub fn gist(source: &str) -> Option<&str> {
    let page = source.split(['?', '#']).next()?.strip_suffix(".js")?;
    let (scheme, rest) = page.split_once("//")?;
    let is_gist = rest.strip_prefix(GISTS).is_some_and(|path| !path.is_empty());
    (is_gist && matches!(scheme, "" | "http:" | "https:")).then_some(page)
}

/// What a link to an address may be called: the address without its scheme.
pub fn name(address: &str) -> &str {
    address.split_once("://").map_or(address, |(_, rest)| rest)
}

/// Whether content of an element is seen: text, or one of these.
pub fn is_seen(element: scraper::ElementRef<'_>) -> bool {
    element.descendants().skip(1).any(|node| match node.value() {
        scraper::Node::Text(text) => !text.trim().is_empty(),
        scraper::Node::Element(element) => {
            matches!(element.name(), "img" | "video" | "audio" | "iframe" | "math")
        }
        _ => false,
    })
}
