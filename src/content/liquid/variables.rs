//! What a text is rendered with.

use crate::content::library::Library;
use crate::content::liquid::elsewhere::Elsewhere;
use crate::content::liquid::value::Value;
use crate::content::markdown::dialect::Dialect;
use crate::content::stamp::Rules;

/// What the variables and tags of a post stand for.
#[derive(Clone, Copy)]
pub struct Variables<'a> {
    /// `site`
    pub site: &'a Value,
    /// `site.data`, and what `include` names.
    pub library: &'a Library,
    /// `page`, which is made when a post asks for it.
    pub page: &'a dyn Fn() -> Value,
    /// `site.url`
    pub url: &'a str,
    /// `site.baseurl`
    pub baseurl: &'a str,
    /// Which Markdown `markdownify` reads.
    pub dialect: &'a Dialect,
    /// How dates are read and shown.
    pub rules: Rules,
    /// The body of the post, for its excerpt.
    pub body: &'a str,
    /// What ends the excerpt, if that is configured.
    pub separator: Option<&'a str>,
    /// The rest of the site.
    pub elsewhere: &'a dyn Elsewhere,
}

/// How a `highlight` block is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Highlight {
    /// As a fenced code block.
    Fenced,
    /// As `pre` and `code`.
    Html,
}
