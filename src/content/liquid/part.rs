//! The parts of a text with Liquid.

use crate::content::liquid::expression::{Condition, Expression, Filtered};
use crate::content::liquid::flow::Flow;

/// A part of a text.
#[derive(Debug)]
pub enum Part<'a> {
    /// Text.
    Text(&'a str),
    /// HTML that a plugin's tag stands for.
    Html(String),
    /// `{{ … }}` and `echo`.
    Output(Filtered<'a>, usize),
    /// `assign`.
    Assign(&'a str, Filtered<'a>, usize),
    /// `capture`.
    Capture(&'a str, Vec<Self>),
    /// `if`, `unless`: the first branch whose condition holds; without one it always does. Of
    /// `unless` the first condition is turned round.
    If(Vec<(Option<Condition<'a>>, Vec<Self>)>, bool, usize),
    /// `case`: each branch has its values; without any it is `else`.
    Case(Expression<'a>, Vec<(Vec<Expression<'a>>, Vec<Self>)>, usize),
    /// `for` and `tablerow`.
    For(Box<For<'a>>),
    /// `cycle`.
    Cycle(Option<Expression<'a>>, Vec<Expression<'a>>),
    /// `increment` (1) and `decrement` (-1).
    Count(&'a str, i64),
    /// `ifchanged`.
    Changed(Vec<Self>),
    /// `highlight`.
    Highlight(&'a str, Vec<Self>),
    /// `link` and `post_url`.
    Link(&'a str, usize),
    /// `include`, `include_cached` and `include_relative`.
    Include(&'a str, Place, usize),
    /// `break` and `continue`.
    Leave(Flow, usize),
    /// The inner text of a block whose tag went.
    Group(Vec<Self>),
}

/// Where an include lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In `_includes/`.
    Includes,
    /// Beside the post.
    Beside,
}

/// A loop.
#[derive(Debug)]
pub struct For<'a> {
    /// The name of the variable.
    pub name: &'a str,
    /// What is looped over.
    pub collection: Expression<'a>,
    /// Its text: with the name it names the loop.
    pub written: &'a str,
    /// Whether it goes backwards.
    pub is_reversed: bool,
    /// `limit`.
    pub limit: Option<Expression<'a>>,
    /// `offset`; `None` in it is `continue`.
    pub offset: Option<Option<Expression<'a>>>,
    /// `cols` of a `tablerow`, which is written as rows of a table.
    pub table: Option<Option<Expression<'a>>>,
    /// What is repeated.
    pub body: Vec<Part<'a>>,
    /// What stands for nothing.
    pub otherwise: Vec<Part<'a>>,
    /// The line of the tag.
    pub line: usize,
}
