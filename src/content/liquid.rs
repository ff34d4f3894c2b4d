//! Liquid, as Jekyll runs it on the body of a post.
//!
//! An interpreter of its own: Jekyll is lax where others are strict, a post may not cost more than a
//! bound whatever it holds, and what is left out is named with its line. The same text gives the same
//! bytes on any day: nothing here asks a clock.
//!
//! Text becomes tokens (`lexer`), these a tree (`parser`, `expression`), and `render` walks that.

pub mod elsewhere;
pub mod evaluate;
pub mod excerpt;
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
pub mod site;
pub mod value;

use std::borrow::Cow;

use crate::content::library::Library;
use crate::content::liquid::elsewhere::Elsewhere;
use crate::content::liquid::lexer::has_marks;
use crate::content::liquid::problem::Problems;
use crate::content::liquid::render::Renderer;
use crate::content::liquid::value::Value;
use crate::content::markdown::dialect::Dialect;
use crate::content::stamp::Rules;
use crate::content::uses::Use;
use crate::diagnostic::Remark;

/// How many bytes tags and variables may stand for in one text; those beyond are left out.
pub const MAX_EXPANSION: usize = 1 << 20;

/// How many tags, variables, filters and comparisons one text may run.
pub const MAX_STEPS: usize = 100_000;

/// How many rounds all loops of one text may make.
pub const MAX_ITERATIONS: usize = 10_000;

/// How many posts one text may name: for each a file is read.
pub const MAX_LINKS: usize = 256;

/// How many includes, files, data and posts one text may use.
pub const MAX_USES: usize = 1_000;

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

/// A text without Liquid.
#[derive(Debug, PartialEq, Eq)]
pub struct Expanded<'a> {
    /// The text.
    pub text: Cow<'a, str>,
    /// What was left out, by its line in the text.
    pub remarks: Vec<Remark>,
    /// What it hangs on, each once.
    pub uses: Vec<Use>,
}

/// Runs the Liquid of a text. A stranger's has no loops.
pub fn expand<'a>(
    text: &'a str,
    highlight: Highlight,
    variables: &Variables,
    is_untrusted: bool,
) -> Expanded<'a> {
    if !has_marks(text) {
        return Expanded { text: Cow::Borrowed(text), remarks: Vec::new(), uses: Vec::new() };
    }
    let mut problems = Problems::default();
    let parts = parser::parse(text, &mut problems);
    let mut renderer = Renderer::new(text.len(), highlight, variables, is_untrusted, &mut problems);
    renderer.parts(&parts);
    let (text, uses) = (Cow::Owned(renderer.out), renderer.used.into_iter().collect());
    Expanded { text, remarks: problems.into_remarks(), uses }
}
