//! What an entry has not of a body, or has otherwise than the page.

use std::borrow::Cow;

/// What is lost of a body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Loss {
    /// HTML that would take very long to parse.
    #[error("the HTML is nested deeper than {limit} elements; only its text is used")]
    TooDeep {
        /// The deepest nesting that is parsed.
        limit: usize,
    },
    /// A body that no reader would take.
    #[error("the body is longer than {limit} bytes; the rest is left out")]
    TooLong {
        /// The longest body, in bytes.
        limit: usize,
    },
    /// An extension of kramdown without its end: kramdown takes it for text.
    #[error("`{{::{name}}}` has no end, so what follows it is published")]
    Unclosed {
        /// The extension: `comment`.
        name: &'static str,
    },
    /// A body that is not parsed at all.
    #[error("the body has more than {limit} {unit}; it goes out as title, summary and link")]
    TooLarge {
        /// The most that is parsed.
        limit: usize,
        /// Of what: `bytes`, `elements`.
        unit: &'static str,
    },
    /// A long body that each of many feeds would repeat.
    #[error(
        "the post is in {feeds} feeds, and its text is too long for all: it is in the site's own"
    )]
    TooOften {
        /// The number of feeds.
        feeds: usize,
    },
    /// A link to a Markdown file of the site.
    #[error("the link {address} leads to a source file")]
    SourceLink {
        /// The address as written.
        address: String,
    },
    /// A body of which the page shows something else.
    #[error("{what}")]
    Differs {
        /// What differs.
        what: Cow<'static, str>,
        /// What to write instead.
        hint: &'static str,
    },
    /// Liquid that shows something else than on the page.
    #[error("Liquid: {what}")]
    Liquid {
        /// What is wrong.
        what: String,
        /// What to do about it, or what became of it.
        hint: String,
    },
}

impl Loss {
    /// What the reader of the message can do next.
    pub fn hint(&self) -> String {
        match self {
            Self::TooDeep { .. } => "close the elements that are left open",
            Self::TooLong { .. } | Self::TooLarge { .. } => "split the post",
            Self::TooOften { .. } => "name fewer categories and tags, or split the post",
            Self::Unclosed { name } => {
                return format!(
                    "close it with `{{:/{name}}}`, in the same paragraph or on a line of its own"
                );
            }
            Self::SourceLink { .. } => "write the address of its page, or the path of a post",
            Self::Differs { hint, .. } => hint,
            Self::Liquid { hint, .. } => hint,
        }
        .to_owned()
    }
}
