//! How far the authors of posts are trusted, and what is left of a stranger's post.
//!
//! Scripts, styles, handlers, forms and unknown schemes go from every post. For the rest a site
//! takes its own authors at their word: they embed videos, and show images from anywhere. A
//! stranger could do harm with both, so `feedmill.sanitize: untrusted` leaves only what is on the
//! lists below: text and its structure, links that say what they are, and the site's own images.

use std::borrow::Cow;

use crate::content::html::elements::{self, Fate};
use crate::content::text::turns;
use crate::content::url;

/// What a stranger's link tells search engines and browsers.
pub const REL: &str = "nofollow noopener noreferrer ugc";

/// Most digits of a length: `width="999999"` covers a reader, `rowspan="999999"` stops it.
const MAX_DIGITS: usize = 3;

/// The elements that stay, besides `img`, `br`, `hr` and `wbr`. `header`, `nav` and their like go:
/// the style sheets of many readers give them a place of their own. So does `bdo`, which turns
/// `moc.elgoog` round.
#[rustfmt::skip]
const ELEMENTS: [&str; 53] = [
    "p", "a", "span", "strong", "b", "em", "i", "div", "li", "ul", "ol", "code", "pre", "td", "tr",
    "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "table", "tbody", "thead", "tfoot", "th",
    "caption", "figure", "figcaption", "dl", "dt", "dd", "u", "s", "small", "sub", "sup", "mark",
    "cite", "q", "del", "ins", "abbr", "dfn", "kbd", "samp", "var", "time", "bdi", "ruby", "rt",
    "rp",
];

/// The attributes that stay, where their element may have them at all. `srcset` and `cite` go:
/// they hide an address behind another one.
#[rustfmt::skip]
const ATTRIBUTES: [&str; 20] = [
    "href", "hreflang", "src", "alt", "title", "lang", "dir", "width", "height", "colspan",
    "rowspan", "start", "value", "reversed", "scope", "align", "type", "datetime", "checked",
    "disabled",
];

/// How far the authors of posts are trusted (`feedmill.sanitize`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Trust {
    /// They are the site's own.
    #[default]
    Trusted,
    /// They may be anybody.
    Untrusted,
}

impl Trust {
    /// Whether posts may be anybody's.
    pub fn is_untrusted(self) -> bool {
        self == Self::Untrusted
    }

    /// What becomes of the element called `name` (lower case).
    pub fn fate(self, name: &str) -> Fate {
        let fate = elements::fate(name);
        if !self.is_untrusted() {
            return fate;
        }
        match fate {
            Fate::Keep(tag) if ELEMENTS.contains(&tag) => fate,
            Fate::Void("img" | "br" | "hr" | "wbr") => fate,
            Fate::Keep("iframe") | Fate::Void(_) => Fate::Drop,
            Fate::Keep(tag) if elements::closes_paragraph(tag) => Fate::UnwrapBlock,
            Fate::Keep(_) => Fate::Unwrap,
            gone => gone,
        }
    }

    /// Whether an attribute may stay. A class names the language of code, and nothing else.
    pub fn keeps(self, attribute: &str) -> bool {
        !self.is_untrusted() || attribute == "class" || ATTRIBUTES.contains(&attribute)
    }

    /// Whether a number may stay.
    pub fn keeps_number(self, number: &str) -> bool {
        !self.is_untrusted() || number.len() <= MAX_DIGITS
    }

    /// Whether an absolute address may be linked to. `https://bank.example@other.example` leads
    /// somewhere else than it says, and other schemes start other programs.
    pub fn keeps_link(self, address: &str) -> bool {
        let is_plain =
            || url::is_web(address) && url::Base::parse(address).is_some_and(|url| !url.has_user());
        !self.is_untrusted() || is_plain()
    }

    /// Whether an absolute address may be loaded without a click: only the site may know who reads
    /// it and when.
    pub fn keeps_media(self, address: &str, site: Option<&url::Base>) -> bool {
        let is_own = || site.is_some_and(|site| site.is_host_of(address));
        !self.is_untrusted() || (is_own() && self.keeps_link(address))
    }

    /// A plain text. Some readers take the text of a title for HTML, so no `<` begins a tag there;
    /// and nothing turns the direction of what stands around it.
    pub fn text(self, text: &str) -> Cow<'_, str> {
        if !self.is_untrusted() || !text.contains(|c| c == '<' || turns(c)) {
            return Cow::Borrowed(text);
        }
        let mut inert = String::with_capacity(text.len());
        let mut characters = text.chars().filter(|c| !turns(*c)).peekable();
        while let Some(c) = characters.next() {
            let begins_tag = |next: &char| next.is_ascii_alphabetic() || "/!?".contains(*next);
            let is_open = c == '<' && characters.peek().is_some_and(begins_tag);
            inert.push(if is_open { '‹' } else { c });
        }
        Cow::Owned(inert)
    }
}
