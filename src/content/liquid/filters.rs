//! Liquid's filters and Jekyll's. Each is charged for what it reads and writes.

pub mod dates;
pub mod decimal;
pub mod lists;
pub mod numbers;
pub mod texts;

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

/// What a filter makes of a value.
///
/// # Errors
/// When it cannot or may not.
pub fn apply(input: &Value, call: Call<'_>, context: &mut Context<'_>) -> Result<Value, Fault> {
    match call.name {
        "default" => return Ok(or_default(input, call)),
        "size" => return Ok(size(input)),
        "first" | "last" => return Ok(end(input, call.name)),
        _ => {}
    }
    let read: usize =
        call.arguments.iter().map(Value::weight).fold(input.weight(), usize::saturating_add);
    if read > 4 * MAX_VALUE {
        return Err(Fault::TooMuch);
    }
    context.spend(read)?;
    let result = lists::apply(input, call, context)
        .or_else(|| numbers::apply(input, call))
        .or_else(|| dates::apply(input, call, context.rules))
        .or_else(|| texts::apply(input, call, context))
        .unwrap_or(Err(Fault::Unknown))?;
    if result.weight() > MAX_VALUE + 64 && result.weight() > read {
        return Err(Fault::TooMuch);
    }
    context.spend(result.weight())?;
    Ok(result)
}

fn or_default(input: &Value, call: Call<'_>) -> Value {
    let keeps_false = call.named.iter().any(|(name, it)| *name == "allow_false" && it.is_true());
    let is_missing = match input {
        Value::Bool(false) => !keeps_false,
        _ => !input.is_true() || input.is_empty(),
    };
    if is_missing { call.argument(0) } else { input.clone() }
}

fn size(input: &Value) -> Value {
    match input.get("size") {
        Value::Nil => Value::Integer(0),
        size => size,
    }
}

fn end(input: &Value, name: &str) -> Value {
    match input {
        Value::Text(_) => Value::Nil,
        _ => input.get(name),
    }
}
