//! A finding: where, what, how bad.

use std::fmt::{self, Write};
use std::io;
use std::path::Path;

use crate::base::printable::Printable;
use crate::diagnostic::Error;

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

impl Finding {
    /// An error about a whole file or folder.
    pub fn about(path: impl Into<String>, error: Error) -> Box<Self> {
        Box::new(Self { severity: Severity::Error, path: path.into(), line: 0, column: 0, error })
    }

    /// An input or output error, with what was being done to which path.
    pub fn io(doing: &'static str, path: &Path, source: &io::Error) -> Box<Self> {
        Self::about(path.display().to_string(), Error::Io { doing, reason: source.to_string() })
    }

    /// The same with its path, which is relative to a site, named from where the user stands.
    #[must_use]
    pub fn below(self, site: &Path) -> Self {
        Self { path: site.join(&self.path).display().to_string(), ..self }
    }

    /// Whether it says the same of the same file, wherever in it that is by now.
    pub fn is_same(&self, other: &Self) -> bool {
        (&self.path, &self.error) == (&other.path, &other.error)
    }
}

impl fmt::Display for Finding {
    /// `path:line:column: problem`, without the parts that are not known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A file may be named `x\nERROR`: what is printed stays on its line.
        write!(f, "{}:", Printable(&self.path))?;
        if self.line > 0 {
            write!(f, "{}:", self.line)?;
            if self.column > 0 {
                write!(f, "{}:", self.column)?;
            }
        }
        f.write_char(' ')?;
        // Nor does what an error quotes from a post begin a line of its own.
        write!(f, "{}", Printable(&self.error.to_string()))
    }
}

impl std::error::Error for Finding {}
