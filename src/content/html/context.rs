//! What cleaning depends on, and what it gives.

use crate::content::html::{summary, trust};
use crate::content::url;
use crate::diagnostic::Error;

/// Longest cleaned HTML of one post, in bytes; the rest is cut off at an element.
pub const MAX_LENGTH: usize = 2 << 20;

/// The same of a stranger's post.
pub const MAX_LENGTH_UNTRUSTED: usize = 1 << 20;

/// The site's CSS selectors, compiled.
#[derive(Debug, Clone, Default)]
pub struct Selectors {
    pub(in crate::content::html) remove: Option<scraper::Selector>,
    pub(in crate::content::html) author: Option<scraper::Selector>,
    /// The attributes that each image gets.
    pub(in crate::content::html) image: String,
}

impl Selectors {
    /// Gives each image an attribute, of which nothing needs escaping.
    pub fn image(&mut self, name: &str, value: &str) {
        self.image.extend([" ", name, "=\"", value, "\""]);
    }

    /// Compiles the selectors of elements to remove.
    ///
    /// # Errors
    /// What is wrong with the selector.
    pub fn remove(&mut self, selector: &str) -> Result<(), String> {
        self.remove = Some(compile(selector)?);
        Ok(())
    }

    /// Compiles the selector of the element that names the author.
    ///
    /// # Errors
    /// What is wrong with the selector.
    pub fn author(&mut self, selector: &str) -> Result<(), String> {
        self.author = Some(compile(selector)?);
        Ok(())
    }
}

/// What cleaning depends on.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The URL of the post.
    pub base: Option<&'a url::Base>,
    /// How far the post's author is trusted.
    pub trust: trust::Trust,
    /// What the site wants removed.
    pub selectors: &'a Selectors,
    /// What the text of the author's element says of the author; `None`: it is another credit.
    pub author: &'a dyn Fn(&str) -> Option<String>,
    /// The text of the comment that ends the excerpt, besides `more`.
    pub separator: Option<&'a str>,
    /// Whether all text is wanted, since something else may end the excerpt.
    pub wants_text: bool,
    /// The absolute address of the page of a source file of the site, which an address names.
    pub page: &'a dyn Fn(&str) -> Option<String>,
}

/// A cleaned body, and what was found in it.
#[derive(Debug, Default)]
pub struct Cleaned {
    /// Balanced, safe, XML-safe HTML with absolute addresses; void elements end with ` />`.
    pub html: String,
    /// What a summary can be made of.
    pub found: summary::Found,
    /// The absolute address of the first image.
    pub image: Option<String>,
    /// The author, from the element that the site's selector names.
    pub author: Option<String>,
    /// The body is not quite what was written.
    pub warning: Option<Error>,
    /// The elements that were left out although their content is seen on the page, each once.
    pub dropped: Vec<&'static str>,
}

fn compile(selector: &str) -> Result<scraper::Selector, String> {
    scraper::Selector::parse(selector).map_err(|error| error.to_string())
}
