//! The attributes of each element that are kept, with every address in them made absolute.

use std::borrow::Cow;

use crate::content::html::trust::{REL, Trust};
use crate::content::html::{elements, notes};
use crate::content::syntax::language;
use crate::content::{text, url};

/// Where lazily loaded images keep their address.
const LAZY_SOURCES: [&str; 7] = [
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-lazy",
    "data-actualsrc",
    "data-original-src",
    "data-url",
];
/// Where they keep their list of addresses.
const LAZY_SETS: [&str; 2] = ["data-srcset", "data-lazy-srcset"];
/// Most addresses of one `srcset`: each is made absolute, which a long base multiplies.
const MAX_CANDIDATES: usize = 64;
/// Parts of file names that stand in for an image which is still to be loaded.
const PLACEHOLDERS: [&str; 7] =
    ["loading", "placeholder", "blank.", "lazy", "spacer", "transparent", "grey.gif"];

/// What was found out while the attributes of one element were written.
#[derive(Debug, Default)]
pub struct Written {
    /// Whether it has an address: `href`, `src` or `srcset`.
    pub linked: bool,
    /// The address of the image that it shows.
    pub image: Option<String>,
}

/// Resolves addresses; without a base only absolute ones are kept.
#[derive(Clone, Copy)]
pub struct Resolver<'a> {
    /// The URL of the post.
    pub base: Option<&'a url::Base>,
    /// How far its author is trusted.
    pub trust: Trust,
    /// The absolute address of the page of a source file of the site, which an address names.
    pub page: &'a dyn Fn(&str) -> Option<String>,
}

impl Resolver<'_> {
    /// The absolute form of an address that may be linked to.
    pub fn link(self, address: &str) -> Option<String> {
        let absolute = (self.page)(address).or_else(|| match self.base {
            Some(base) => base.resolve(address),
            None => url::absolute(address),
        });
        absolute.filter(|address| self.trust.keeps_link(address))
    }

    fn media(self, address: &str) -> Option<String> {
        let is_kept =
            |address: &String| url::is_web(address) && self.trust.keeps_media(address, self.base);
        self.link(address).filter(is_kept)
    }

    /// An image may also stand in its address.
    fn image(self, address: &str) -> Option<String> {
        let address = address.trim();
        let is_inline = address.get(..11).is_some_and(|s| s.eq_ignore_ascii_case("data:image/"));
        if is_inline {
            let blank_or_foreign = |c: char| c.is_whitespace() || c.is_control() || !c.is_ascii();
            let is_kept = !self.trust.is_untrusted() && !address.contains(blank_or_foreign);
            return is_kept.then(|| address.to_owned());
        }
        self.media(address)
    }
}

/// What an attribute may hold.
enum Kind {
    Text,
    Link,
    Media,
    Set,
    Number,
    Flag,
    Word,
    Code,
    Math,
    Formula,
    Language,
}

/// Writes the kept attributes of `tag`, each with a blank before it.
pub fn write<'a, A>(out: &mut String, tag: &str, attributes: A, resolver: Resolver) -> Written
where
    A: Iterator<Item = (&'a str, &'a str)> + Clone,
{
    let mut written = Written::default();
    if tag == "img" {
        write_image(out, &attributes, resolver, &mut written);
    }
    let of_note =
        if resolver.trust.is_untrusted() { None } else { notes::attributes(tag, &attributes) };
    if let Some(of_note) = of_note {
        for (name, value) in of_note {
            written.linked |= name == "href";
            push(out, name, &value);
        }
        return written;
    }
    for (name, value) in attributes {
        let Some(kind) = kind(tag, name).filter(|_| resolver.trust.keeps(name)) else { continue };
        let kept: Option<Cow<str>> = match kind {
            Kind::Text => {
                Some(text::xml_safe(value)).filter(|value| !value.is_empty() || name == "alt")
            }
            Kind::Link => resolver.link(value).map(Cow::Owned),
            Kind::Media => resolver.media(value).map(Cow::Owned),
            Kind::Set => set(value, resolver).map(|(set, _)| Cow::Owned(set)),
            Kind::Number => number(value)
                .filter(|number| resolver.trust.keeps_number(number))
                .map(Cow::Borrowed),
            Kind::Flag => Some(Cow::Borrowed("")),
            Kind::Word => word(value).map(Cow::Borrowed),
            Kind::Math => {
                let is_math = value.split_ascii_whitespace().any(|class| class == "math");
                (is_math && !resolver.trust.is_untrusted()).then_some(Cow::Borrowed("math"))
            }
            Kind::Formula => formula(value).map(Cow::Borrowed),
            Kind::Code => code_language(value).map(Cow::Borrowed),
            Kind::Language => language(value),
        };
        let Some(kept) = kept else { continue };
        written.linked |= matches!(name, "href" | "src" | "srcset");
        push(out, name, &kept);
    }
    if tag == "a" && resolver.trust.is_untrusted() {
        push(out, "rel", REL);
    }
    written
}

/// Whether an element is hidden by its own attributes.
pub fn is_hidden<'a>(attributes: impl Iterator<Item = (&'a str, &'a str)>) -> bool {
    attributes.into_iter().any(|(name, value)| match name {
        "hidden" => true,
        // Numbers of lines beside code, as Rouge and Pygments write them.
        "class" => value
            .split_ascii_whitespace()
            .any(|class| matches!(class, "rouge-gutter" | "lineno" | "linenos")),
        "style" => declarations(value).any(|(property, value)| {
            (property.eq_ignore_ascii_case("display") && starts_with(value, "none"))
                || (property.eq_ignore_ascii_case("visibility")
                    && (starts_with(value, "hidden") || starts_with(value, "collapse")))
        }),
        _ => false,
    })
}

/// Writes text between tags, or in an attribute in double quotes.
pub fn escape(out: &mut String, text: &str) {
    let is_special = |byte| matches!(byte, b'&' | b'<' | b'>' | b'"');
    // Few texts have one; without a way out, many bytes are looked at in one step.
    if !text.bytes().fold(false, |found, byte| found | is_special(byte)) {
        return out.push_str(text);
    }
    let mut rest = text;
    while let Some(at) = rest.bytes().position(is_special) {
        out.push_str(&rest[..at]);
        out.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            _ => "&quot;",
        });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}

fn push(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape(out, value);
    out.push('"');
}

/// What the attribute `name` of `tag` may hold; `None` when it goes.
fn kind(tag: &str, name: &str) -> Option<Kind> {
    Some(match (name, tag) {
        ("lang", _) | ("hreflang", "a") => Kind::Language,
        ("title", _)
        | ("alt", "img")
        | ("datetime", "del" | "ins" | "time")
        | ("type" | "media", "source" | "video" | "audio")
        | ("kind" | "srclang" | "label", "track") => Kind::Text,
        ("href", "a") | ("cite", "blockquote" | "q" | "del" | "ins") => Kind::Link,
        ("src", "video" | "audio" | "source" | "track" | "iframe") | ("poster", "video") => {
            Kind::Media
        }
        ("srcset", "source") => Kind::Set,
        ("width" | "height", "img" | "video" | "iframe" | "source")
        | ("colspan" | "rowspan", "td" | "th")
        | ("start", "ol")
        | ("value", "li") => Kind::Number,
        ("controls", "video" | "audio")
        | ("reversed", "ol")
        | ("checked" | "disabled", "input") => Kind::Flag,
        ("scope" | "align", "td" | "th") | ("type", "ol" | "input") | ("dir", _) => Kind::Word,
        // Other classes than those of formulas and of a code block's language mean nothing outside
        // their site.
        ("class", "span" | "div") => Kind::Math,
        ("class", "code") => Kind::Code,
        (name, tag) if elements::math(tag).is_some() && is_of_formula(name) => Kind::Formula,
        _ => return None,
    })
}

/// Writes `src` and `srcset` of an image, from where lazy loaders keep them if need be.
fn write_image<'a, A>(out: &mut String, attributes: &A, resolver: Resolver, written: &mut Written)
where
    A: Iterator<Item = (&'a str, &'a str)> + Clone,
{
    let value = |wanted: &str| attributes.clone().find(|(name, _)| *name == wanted).map(|(_, v)| v);
    if is_tracker(attributes) {
        return;
    }
    let is_lazy = attributes.clone().any(|(name, _)| name.starts_with("data-"));
    let plain = value("src").filter(|source| !source.trim().is_empty());
    let lazy = || LAZY_SOURCES.iter().find_map(|name| value(name).and_then(|v| resolver.media(v)));
    let stands_in = |source: &str| {
        let file = source.rsplit('/').next().unwrap_or(source);
        source.starts_with("data:") || PLACEHOLDERS.iter().any(|part| file.contains(part))
    };
    let lazy_source = if is_lazy && plain.is_none_or(stands_in) { lazy() } else { None };
    let lazy_set = || LAZY_SETS.iter().find_map(|name| value(name)).filter(|_| is_lazy);
    let set = value("srcset").or_else(lazy_set).and_then(|written| set(written, resolver));
    let (set, first) = set.map_or((None, None), |(set, first)| (Some(set), Some(first)));
    let direct = || plain.and_then(|source| resolver.image(source));
    let is_stand_in = plain.is_some_and(|source| source.starts_with("data:")) && first.is_some();
    let source = lazy_source.or_else(|| if is_stand_in { None } else { direct() }).or(first);
    if let Some(source) = source {
        push(out, "src", &source);
        written.linked = true;
        written.image = Some(source).filter(|source| url::is_web(source));
        if let Some(set) = set.filter(|_| resolver.trust.keeps("srcset")) {
            push(out, "srcset", &set);
        }
    }
}

/// Whether an image is there to be counted, not to be seen.
fn is_tracker<'a, A>(attributes: &A) -> bool
where
    A: Iterator<Item = (&'a str, &'a str)> + Clone,
{
    let tiny = |length: &str| {
        let length = length.trim();
        matches!(length.strip_suffix("px").unwrap_or(length).trim(), "0" | "1")
    };
    let (mut width, mut height) = (false, false);
    for (name, value) in attributes.clone() {
        match name {
            "width" => width |= tiny(value),
            "height" => height |= tiny(value),
            "style" => {
                for (property, value) in declarations(value) {
                    width |= property.eq_ignore_ascii_case("width") && tiny(value);
                    height |= property.eq_ignore_ascii_case("height") && tiny(value);
                }
            }
            _ => {}
        }
    }
    width && height
}

/// The `name: value` pairs of a `style` attribute.
fn declarations(style: &str) -> impl Iterator<Item = (&str, &str)> {
    style.split(';').filter_map(|pair| {
        let (property, value) = pair.split_once(':')?;
        Some((property.trim(), value.trim()))
    })
}

fn starts_with(value: &str, prefix: &str) -> bool {
    value.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// A `srcset` (WHATWG HTML §4.8.4.2.1) with absolute addresses, and the first of them.
fn set(written: &str, resolver: Resolver) -> Option<(String, String)> {
    let mut set = String::new();
    let mut first = None;
    let mut rest = written;
    for _ in 0..MAX_CANDIDATES {
        rest = rest.trim_start_matches(|c: char| c == ',' || c.is_ascii_whitespace());
        if rest.is_empty() {
            break;
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
        let (address, behind) = rest.split_at(end);
        let bare = address.trim_end_matches(',');
        // A comma right behind the address ends the candidate; one inside is part of it.
        let (descriptor, next) = if bare.len() < address.len() {
            ("", behind)
        } else {
            behind.split_once(',').unwrap_or((behind, ""))
        };
        rest = next;
        let Some(address) = resolver.media(bare) else { continue };
        // The next reading would take a comma at the end for a separator.
        let address = address.trim_end_matches(',');
        if !set.is_empty() {
            set.push_str(", ");
        }
        set.push_str(address);
        let descriptor = descriptor.trim();
        if is_descriptor(descriptor) {
            set.push(' ');
            set.push_str(descriptor);
        }
        first.get_or_insert_with(|| address.to_owned());
    }
    first.map(|first| (set, first))
}

/// `2x`, `640w`, `480h`.
fn is_descriptor(descriptor: &str) -> bool {
    descriptor
        .strip_suffix(['x', 'w', 'h'])
        .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
}

/// A whole number, perhaps negative, perhaps in percent; `12px` is 12.
fn number(value: &str) -> Option<&str> {
    let value = value.trim();
    let value = value.strip_suffix("px").unwrap_or(value).trim_end();
    let digits = value.strip_prefix('-').unwrap_or(value);
    let digits = digits.strip_suffix('%').unwrap_or(digits);
    let is_number = (1..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then_some(value)
}

/// One word of ASCII letters, as the keywords of HTML are.
fn word(value: &str) -> Option<&str> {
    let value = value.trim();
    let is_word =
        !value.is_empty() && value.len() <= 10 && value.bytes().all(|b| b.is_ascii_alphanumeric());
    is_word.then_some(value)
}

/// The attributes of `MathML` Core, and those of tables, that say how a formula looks.
fn is_of_formula(name: &str) -> bool {
    matches!(
        name,
        "accent"
            | "accentunder"
            | "columnalign"
            | "columnspan"
            | "depth"
            | "display"
            | "displaystyle"
            | "fence"
            | "form"
            | "height"
            | "largeop"
            | "linethickness"
            | "lspace"
            | "mathvariant"
            | "maxsize"
            | "minsize"
            | "movablelimits"
            | "notation"
            | "rowalign"
            | "rowspan"
            | "rspace"
            | "scriptlevel"
            | "separator"
            | "stretchy"
            | "symmetric"
            | "voffset"
            | "width"
    )
}

/// Words and lengths.
fn formula(value: &str) -> Option<&str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b" .%+-".contains(&byte);
    let value = value.trim();
    (!value.is_empty() && value.len() <= 64 && value.bytes().all(is_plain)).then_some(value)
}

/// The class that names the language of a code block.
fn code_language(classes: &str) -> Option<&str> {
    let class = classes.split_ascii_whitespace().find(|class| class.starts_with("language-"))?;
    let is_plain = class.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_+#.".contains(&b));
    (is_plain && class.len() <= 40).then_some(class)
}
