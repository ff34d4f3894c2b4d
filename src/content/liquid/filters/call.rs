//! A call of a filter, and what it may cost.

use crate::content::liquid::value::Value;
use crate::content::markdown::dialect::Dialect;
use crate::content::stamp::Rules;

/// How many bytes the filters of one text may read and write altogether.
pub const MAX_FILTERED: usize = 64 << 20;

/// How many bytes one value may stand for.
pub const MAX_VALUE: usize = 1 << 20;

/// Why a filter gives nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// There is no such filter.
    Unknown,
    /// It would read or write too much.
    TooMuch,
    /// It would divide by zero.
    Zero,
    /// It asks for the time of day.
    Clock,
}

/// What filters know besides their arguments.
#[derive(Debug)]
pub struct Context<'a> {
    /// `site.url`
    pub url: &'a str,
    /// `site.baseurl`
    pub baseurl: &'a str,
    /// Which Markdown `markdownify` reads.
    pub dialect: &'a Dialect,
    /// How dates are read and shown.
    pub rules: Rules,
    /// How many bytes may still be read and written.
    pub left: usize,
}

impl Context<'_> {
    /// Takes from what is left.
    ///
    /// # Errors
    /// When that is less.
    pub fn spend(&mut self, bytes: usize) -> Result<(), Fault> {
        self.left = self.left.checked_sub(bytes).ok_or(Fault::TooMuch)?;
        Ok(())
    }

    /// `path` below the path of the site; an absolute URL stays.
    pub fn below_base(&self, path: &str) -> String {
        if has_scheme(path) {
            return path.to_owned();
        }
        let base = self.baseurl.trim_end_matches('/');
        let slash = |path: &str| if path.is_empty() || path.starts_with('/') { "" } else { "/" };
        format!("{}{base}{}{path}", slash(base), slash(path))
    }
}

/// A filter with its arguments.
#[derive(Debug, Clone, Copy)]
pub struct Call<'c> {
    /// Its name.
    pub name: &'c str,
    /// Its arguments in their order.
    pub arguments: &'c [Value],
    /// Those with a name.
    pub named: &'c [(&'c str, Value)],
}

impl Call<'_> {
    /// An argument; nil when there is none.
    pub fn argument(&self, index: usize) -> Value {
        self.arguments.get(index).cloned().unwrap_or_default()
    }

    /// An argument as text, or what is taken when there is none.
    pub fn text(&self, index: usize, otherwise: &str) -> String {
        self.arguments.get(index).map_or_else(|| otherwise.to_owned(), |it| it.to_s().to_string())
    }
}

/// Whether an address says how it is to be reached: `https:`, `mailto:`.
pub fn has_scheme(address: &str) -> bool {
    let scheme = address.split_once(':').map_or("", |(scheme, _)| scheme);
    let is_sign = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(is_sign)
}
