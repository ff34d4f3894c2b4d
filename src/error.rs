//! Everything that can go wrong: [`Error`] says what and what to do next, [`Finding`] adds where.
//!
//! A finding has one of two consequences, which its caller decides: the post is left out and the
//! build goes on (findings in a list), or the command stops and the old edition stays (`Result`).
//! Texts are lower case without a final stop, values stand in backticks.

use std::fmt;

/// The result of whatever can stop a command or a pass.
pub type Result<T> = std::result::Result<T, Box<Finding>>;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is wrong, but the author may want to know.
    Note,
    /// The post or the site is used, but not quite as it was written.
    Warning,
    /// The post is left out, or the command cannot go on.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// What was found, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// The file, as the user would name it; never empty.
    pub path: String,
    /// The line, counted from 1; 0 when the finding is about the whole file.
    pub line: usize,
    /// The column in characters, counted from 1; 0 when the finding is about the whole line.
    pub column: usize,
    /// What is wrong.
    pub error: Error,
}

impl Finding {
    /// An error about a whole file or folder.
    pub fn about(path: impl Into<String>, error: Error) -> Box<Self> {
        Box::new(Self { severity: Severity::Error, path: path.into(), line: 0, column: 0, error })
    }

    /// An input or output error, with what was being done to which path.
    pub fn io(doing: &'static str, path: &std::path::Path, source: &std::io::Error) -> Box<Self> {
        Self::about(path.display().to_string(), Error::Io { doing, reason: source.to_string() })
    }
}

impl fmt::Display for Finding {
    /// `path:line:column: problem`, without the parts that are not known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A file may be named `x\nERROR`: what is printed stays on its line.
        write!(f, "{}:", self.path.escape_debug())?;
        if self.line > 0 {
            write!(f, "{}:", self.line)?;
            if self.column > 0 {
                write!(f, "{}:", self.column)?;
            }
        }
        write!(f, " {}", self.error)
    }
}

impl std::error::Error for Finding {}

/// A problem found while reading one post, before its path is known: see [`Finding`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// How much it matters.
    pub severity: Severity,
    /// The line in the file, counted from 1; 0 for the whole file.
    pub line: usize,
    /// The column in characters, counted from 1; 0 for the whole line.
    pub column: usize,
    /// What is wrong.
    pub error: Error,
}

impl Remark {
    /// The finding that this remark is once the path is known.
    pub fn at(self, path: &str) -> Finding {
        let Self { severity, line, column, error } = self;
        Finding { severity, path: path.to_owned(), line, column, error }
    }
}

/// What can be wrong. Each text is under test in `tests/fixtures/*/errors.txt` or in `tests/it`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    // -- written dates (content/stamp.rs)
    /// A written stamp that names no instant.
    #[error("`{written}` is no date")]
    UnreadableDate {
        /// The stamp as written.
        written: String,
    },
    /// `CST` is China's and North America's.
    #[error("`CST` is ambiguous; read as {offset}")]
    AmbiguousZone {
        /// The offset that was taken.
        offset: &'static str,
    },
    /// `01/02/2022`.
    #[error("`{written}` was read with the day first")]
    DayFirst {
        /// The stamp as written.
        written: String,
    },
    /// 30 February and its like.
    #[error("`{written}` is not in the calendar; read as {read}")]
    NotInCalendar {
        /// The stamp as written.
        written: String,
        /// The day it was taken for, `2022-03-02`.
        read: String,
    },
    /// Ten digits.
    #[error("`{written}` was read as seconds since 1970")]
    UnixSeconds {
        /// The stamp as written.
        written: String,
    },
    /// Text behind a stamp.
    #[error("`{rest}` behind the date was ignored")]
    TrailingText {
        /// What was not understood.
        rest: String,
    },

    // -- input and output
    /// A file operation failed.
    #[error("cannot {doing}: {reason}")]
    Io {
        /// What was being done: `read`, `write`, `rename`…
        doing: &'static str,
        /// What the system said.
        reason: String,
    },
}

impl Error {
    /// What the reader of the message can do next; empty when the message says it all.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::UnreadableDate { .. } => "write it as `2022-01-04 07:38:28 +0800`",
            Self::AmbiguousZone { .. } => "write the offset: `+0800` or `-0600`",
            Self::DayFirst { .. } => "write the year first: `2022-02-01`",
            Self::NotInCalendar { .. } | Self::UnixSeconds { .. } | Self::TrailingText { .. } => {
                "write it as `2022-01-04 07:38:28 +0800`"
            }
            Self::Io { .. } => "",
        }
    }
}
