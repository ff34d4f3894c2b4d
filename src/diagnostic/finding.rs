//! How a finding is made, and how it is written for people.

use std::fmt::{self, Write};
use std::io;
use std::path::Path;

use crate::base::printable::Printable;
use crate::diagnostic::{Error, Finding, Severity};

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
