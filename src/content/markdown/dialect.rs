//! Which Markdown a site writes: `markdown`, `kramdown` and `commonmark` of `_config.yml`, and
//! `feedmill.markdown`.

use crate::content::config::Section;
use crate::content::front_matter::node::Node;
use crate::content::markdown::typography::{SYMBOLS, Signs};
use crate::content::post_path::Origin;
use crate::diagnostic::finding::Result;

/// Whose rules hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavor {
    /// kramdown's, which is Jekyll's default.
    Kramdown,
    /// `CommonMark`'s.
    CommonMark,
}

/// The Markdown of a site.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dialect {
    /// Whose rules hold; `None`: kramdown's for what Jekyll would build.
    pub flavor: Option<Flavor>,
    /// Whether each end of a line is one (`hard_wrap`).
    pub has_hard_wraps: bool,
    /// Whether an address in a text is a link (`autolink` of `CommonMark`).
    pub has_autolinks: bool,
    /// Whether `CommonMark`, too, has quotation marks and dashes.
    pub is_smart: bool,
    /// What those become.
    pub signs: Signs,
}

const FLAVORS: &[(&str, Flavor)] =
    &[("kramdown", Flavor::Kramdown), ("commonmark", Flavor::CommonMark)];

/// kramdown's names of the signs in [`Signs::symbols`].
const NAMES: [&str; 5] = ["hellip", "mdash", "ndash", "laquo", "raquo"];

/// Keys that no site but one of Hexo's has.
const HEXO: [&str; 3] = ["source_dir", "public_dir", "new_post_name"];

/// The characters that `smart_quotes` may name, by the names of their entities.
const ENTITIES: [(&str, char); 12] = [
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("sbquo", '‚'),
    ("bdquo", '„'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("lsaquo", '‹'),
    ("rsaquo", '›'),
    ("apos", '\''),
    ("quot", '"'),
];

impl Dialect {
    /// Whose rules hold for a post: kramdown's where Jekyll would build it, unless the site says.
    pub fn flavor_of(&self, origin: &Origin<'_>) -> Flavor {
        let usual = if origin.is_bare() { Flavor::CommonMark } else { Flavor::Kramdown };
        self.flavor.unwrap_or(usual)
    }

    /// Reads the configuration, and our own section in it.
    ///
    /// # Errors
    /// When `feedmill.markdown` is neither.
    pub fn read(top: &Section<'_>, ours: &Section<'_>) -> Result<Self> {
        let own = ours.choice("markdown", FLAVORS, "`kramdown` or `commonmark`")?;
        let processor = top.loose_text("markdown").map(str::to_lowercase);
        let is_hexo = HEXO.iter().any(|key| top.node(key).is_some());
        let named = match processor.as_deref() {
            Some("gfm" | "commonmark" | "commonmarkghpages" | "commonmarkplus") => {
                Some(Flavor::CommonMark)
            }
            Some(_) => Some(Flavor::Kramdown),
            None => is_hexo.then_some(Flavor::CommonMark),
        };
        let flavor = own.or(named);
        let (kramdown, commonmark) =
            (top.loose_section(&["kramdown"]), top.loose_section(&["commonmark"]));
        let options = words(commonmark.node("options"));
        let extensions = words(commonmark.node("extensions"));
        let is_of_pages = processor.as_deref().is_some_and(|name| name != "commonmark");
        // Hexo's renderer ends lines and sets signs unless it is told not to.
        let (marked, is_hexo) = (top.loose_section(&["marked"]), is_hexo && own.is_none());
        let is_on = |key: &str| is_hexo && marked.node(key) != Some(&Node::Bool(false));
        let has_hard_wraps = match flavor {
            Some(Flavor::CommonMark) => {
                options.contains(&"hardbreaks".to_owned()) || is_on("breaks")
            }
            _ => {
                kramdown.node("hard_wrap") == Some(&Node::Bool(true))
                    && !kramdown
                        .loose_text("input")
                        .is_some_and(|it| it.eq_ignore_ascii_case("kramdown"))
            }
        };
        Ok(Self {
            flavor,
            has_hard_wraps,
            has_autolinks: flavor == Some(Flavor::CommonMark)
                && (is_of_pages || is_hexo || extensions.contains(&"autolink".to_owned())),
            is_smart: options.contains(&"smart".to_owned()) || is_on("smartypants"),
            signs: signs(&kramdown),
        })
    }
}

/// What quotation marks and the like become.
fn signs(kramdown: &Section<'_>) -> Signs {
    let mut signs = Signs::default();
    let quotes: Option<Vec<String>> = match kramdown.node("smart_quotes") {
        Some(Node::List(items)) => Some(items.iter().filter_map(Node::text).map(sign).collect()),
        Some(node) => node.text().map(|text| text.split(',').map(sign).collect()),
        None => None,
    };
    if let Some(quotes) = quotes.and_then(|quotes| <[String; 4]>::try_from(quotes).ok()) {
        signs.quotes = quotes;
    }
    if words(kramdown.node("gfm_quirks")).contains(&"no_auto_typographic".to_owned()) {
        signs.symbols = SYMBOLS.map(str::to_owned);
    }
    if let Some(symbols) = kramdown.node("typographic_symbols") {
        for (name, sign) in NAMES.iter().zip(&mut signs.symbols) {
            if let Some(written) = symbols.get(name).and_then(Node::text) {
                written.clone_into(sign);
            }
        }
    }
    signs
}

/// The character that an entity's name or a number stands for.
fn sign(written: &str) -> String {
    let written = written.trim();
    let named = ENTITIES.iter().find(|(name, _)| *name == written).map(|(_, sign)| *sign);
    let numbered = || written.parse().ok().and_then(char::from_u32);
    named.or_else(numbered).map_or_else(|| written.to_owned(), String::from)
}

/// The words of a list, in lower case; kramdown takes a text with commas for one, too.
fn words(node: Option<&Node>) -> Vec<String> {
    let word = |text: &str| text.trim().to_lowercase();
    match node {
        Some(Node::List(items)) => items.iter().filter_map(Node::text).map(word).collect(),
        Some(node) => node.text().into_iter().flat_map(|text| text.split(',')).map(word).collect(),
        None => Vec::new(),
    }
}
