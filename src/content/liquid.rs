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
pub mod flow;
pub mod include;
pub mod lexer;
pub mod limits;
pub mod parser;
pub mod part;
pub mod plugins;
pub mod problem;
pub mod render;
pub mod repeat;
pub mod scope;
pub mod site;
pub mod value;
pub mod variables;

use std::borrow::Cow;

use crate::content::dependency::Use;
use crate::content::liquid::lexer::has_marks;
use crate::content::liquid::problem::Problems;
use crate::content::liquid::render::Renderer;
use crate::content::liquid::variables::{Highlight, Variables};
use crate::diagnostic::finding::Remark;

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
