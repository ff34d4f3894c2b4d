//! Liquid, as Jekyll runs it on the body of a post.
//!
//! An interpreter of its own: Jekyll is lax where others are strict, a post may not cost more than a
//! bound whatever it holds, and what is left out is named with its line. The same text gives the same
//! bytes on any day: nothing here asks a clock.
//!
//! Text becomes tokens (`lexer`), these a tree (`parser`, `expression`), and `render` walks that.

pub mod evaluate;
pub mod expression;
pub mod filters;
pub mod include;
pub mod lexer;
pub mod parser;
pub mod plugins;
pub mod problem;
pub mod render;
pub mod repeat;
pub mod scope;
pub mod value;

use std::borrow::Cow;
use std::collections::HashSet;

use crate::content::library::Library;
use crate::content::liquid::lexer::{Kind, has_marks, tokens};
use crate::content::liquid::problem::Problems;
use crate::content::liquid::render::Renderer;
use crate::content::liquid::value::Value;
use crate::content::markdown::dialect::Dialect;
use crate::content::stamp::Rules;
use crate::error::Remark;

/// How many bytes tags and variables may stand for in one text; those beyond are left out.
pub const MAX_EXPANSION: usize = 1 << 20;

/// How many tags, variables, filters and comparisons one text may run.
pub const MAX_STEPS: usize = 100_000;

/// How many rounds all loops of one text may make.
pub const MAX_ITERATIONS: usize = 10_000;

/// How many posts one text may name: for each a file is read.
pub const MAX_LINKS: usize = 256;

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
    /// The URL of what `link` or `post_url` names, by the words behind the tag's name.
    pub resolve: &'a dyn Fn(&str) -> Option<String>,
}

/// How a `highlight` block is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Highlight {
    /// As a fenced code block.
    Fenced,
    /// As `pre` and `code`.
    Html,
}

/// A text without Liquid.
#[derive(Debug, PartialEq, Eq)]
pub struct Expanded<'a> {
    /// The text.
    pub text: Cow<'a, str>,
    /// What was left out, by its line in the text.
    pub remarks: Vec<Remark>,
}

/// Runs the Liquid of a text. A stranger's has no loops.
pub fn expand<'a>(
    text: &'a str,
    highlight: Highlight,
    variables: &Variables,
    is_untrusted: bool,
) -> Expanded<'a> {
    if !has_marks(text) {
        return Expanded { text: Cow::Borrowed(text), remarks: Vec::new() };
    }
    let mut problems = Problems::default();
    let parts = parser::parse(text, &mut problems);
    let mut renderer = Renderer::new(text.len(), highlight, variables, is_untrusted, &mut problems);
    renderer.parts(&parts);
    let text = Cow::Owned(renderer.out);
    Expanded { text, remarks: problems.into_remarks() }
}

/// What `link` and `post_url` tags of a text name, in its order, each once, [`MAX_LINKS`] at most.
pub fn named(text: &str) -> Vec<String> {
    let is_naming = has_marks(text) && (text.contains("link") || text.contains("post_url"));
    if !is_naming {
        return Vec::new();
    }
    let mut known = HashSet::new();
    let (tokens, _) = tokens(text);
    let tags = tokens.iter().filter(|token| token.kind == Kind::Tag).map(lexer::Token::tag);
    tags.filter(|(name, _)| matches!(*name, "link" | "post_url"))
        .filter(|(_, words)| known.insert(*words))
        .take(MAX_LINKS)
        .map(|(_, words)| words.to_owned())
        .collect()
}
