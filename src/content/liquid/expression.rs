//! Expressions: values with filters, and conditions.
//!
//! Read as laxly as Jekyll reads them: what is not understood behind an expression is passed over.

use crate::content::liquid::value::Value;

/// How deep brackets nest in an expression.
const MAX_DEPTH: usize = 16;

/// What has a value.
#[derive(Debug, Clone)]
pub enum Expression<'a> {
    /// A literal.
    Literal(Value),
    /// `(a..b)`.
    Range(Box<(Self, Self)>),
    /// A variable and what of it.
    Path(&'a str, Vec<Step<'a>>),
}

/// One step into a value.
#[derive(Debug, Clone)]
pub enum Step<'a> {
    /// `.key`
    Key(&'a str),
    /// `[index]`
    Index(Expression<'a>),
}

/// An expression and what is done to it.
#[derive(Debug, Clone)]
pub struct Filtered<'a> {
    /// The expression.
    pub value: Expression<'a>,
    /// The filters, from left to right.
    pub filters: Vec<Filter<'a>>,
}

/// A filter.
#[derive(Debug, Clone)]
pub struct Filter<'a> {
    /// Its name.
    pub name: &'a str,
    /// What stands behind the colon.
    pub arguments: Vec<Expression<'a>>,
    /// Of that, what has a name.
    pub named: Vec<(&'a str, Expression<'a>)>,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=` and `<>`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `contains`
    Contains,
}

/// One part of a condition.
#[derive(Debug, Clone)]
pub struct Test<'a> {
    /// What is tested.
    pub left: Expression<'a>,
    /// What it is compared with.
    pub right: Option<(Comparison, Expression<'a>)>,
}

/// Tests, and whether `and` stands before each but the first; it is read from the right, as Liquid does.
#[derive(Debug, Clone)]
pub struct Condition<'a> {
    /// The tests.
    pub tests: Vec<Test<'a>>,
    /// What joins each with the one before it.
    pub joints: Vec<bool>,
}

/// A place in the text of a tag.
#[derive(Debug, Clone, Copy)]
pub struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    /// The beginning of a text.
    pub fn new(text: &'a str) -> Self {
        Self { rest: text.trim() }
    }

    /// Whether nothing is left.
    pub fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// What is left.
    pub fn rest(&self) -> &'a str {
        self.rest
    }

    /// Takes a sign, and the blanks behind it.
    pub fn take(&mut self, sign: &str) -> bool {
        let rest = self.rest.strip_prefix(sign);
        self.rest = rest.map_or(self.rest, str::trim_start);
        rest.is_some()
    }

    /// Takes a name.
    pub fn name(&mut self) -> Option<&'a str> {
        let name = self.word()?;
        self.rest = self.rest.trim_start();
        Some(name)
    }

    /// Takes a name that is this word.
    pub fn keyword(&mut self, word: &str) -> bool {
        let mut ahead = *self;
        let is_it = ahead.name() == Some(word);
        *self = if is_it { ahead } else { *self };
        is_it
    }

    /// Takes a text in quotes in which `\"` stands for a quote, as parameters of includes have it.
    pub fn quoted(&mut self) -> Option<String> {
        let quote = self.rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let inner = &self.rest[1..];
        let mut is_escaped = false;
        let end = inner.find(|c| {
            let is_end = c == quote && !is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            is_end
        })?;
        self.rest = inner[end + 1..].trim_start();
        Some(inner[..end].replace(&format!("\\{quote}"), &quote.to_string()))
    }

    fn word(&mut self) -> Option<&'a str> {
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        let end = self.rest.find(|c| !is_name(c)).unwrap_or(self.rest.len());
        if end == 0 {
            return None;
        }
        let end = end + usize::from(self.rest[end..].starts_with('?'));
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(word)
    }

    /// Passes over all that is not one of these signs and stands in no quotes.
    pub fn skip_to(&mut self, signs: &[char]) {
        let mut quote = None;
        let end = self.rest.find(|c| match quote {
            Some(open) => {
                quote = if c == open { None } else { quote };
                false
            }
            None if matches!(c, '"' | '\'') => {
                quote = Some(c);
                false
            }
            None => signs.contains(&c),
        });
        self.rest = &self.rest[end.unwrap_or(self.rest.len())..];
    }

    /// Takes an expression.
    pub fn expression(&mut self) -> Option<Expression<'a>> {
        let found = self.nested(0)?;
        self.rest = self.rest.trim_start();
        Some(found)
    }

    fn nested(&mut self, depth: usize) -> Option<Expression<'a>> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.rest = self.rest.trim_start();
        let first = self.rest.chars().next()?;
        match first {
            '"' | '\'' => {
                let (text, rest) = self.rest[1..].split_once(first)?;
                self.rest = rest;
                Some(Expression::Literal(Value::text(text)))
            }
            '(' => {
                self.rest = &self.rest[1..];
                let from = self.nested(depth + 1)?;
                self.rest = self.rest.trim_start();
                if self.rest.starts_with(')') {
                    // Brackets around a value mean nothing.
                    self.rest = &self.rest[1..];
                    return Some(from);
                }
                if !self.take("..") {
                    return None;
                }
                let to = self.nested(depth + 1)?;
                self.rest = self.rest.trim_start();
                self.rest = self.rest.strip_prefix(')')?;
                Some(Expression::Range(Box::new((from, to))))
            }
            // A sign that no operator of Liquid is.
            '!' if !self.rest.starts_with("!=") => {
                self.rest = &self.rest[1..];
                self.nested(depth + 1)
            }
            _ => match self.number() {
                Some(number) => Some(Expression::Literal(number)),
                None => self.path(depth),
            },
        }
    }

    fn number(&mut self) -> Option<Value> {
        let digits = self.rest.strip_prefix('-').unwrap_or(self.rest);
        let sign = self.rest.len() - digits.len();
        let whole = digits.bytes().take_while(u8::is_ascii_digit).count();
        let behind = &digits[whole..];
        let part = behind.strip_prefix('.').unwrap_or("");
        let part = part.bytes().take_while(u8::is_ascii_digit).count();
        let length = sign + whole + if part > 0 { part + 1 } else { 0 };
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        let behind = &self.rest[length..];
        // `1.x` is a variable and its key.
        let has_key = behind.starts_with('.') && !behind.starts_with("..");
        if whole == 0 || has_key || behind.starts_with(is_name) {
            return None;
        }
        let (number, rest) = self.rest.split_at(length);
        let value = if part > 0 {
            Value::Float(number.parse().ok()?)
        } else {
            // What is longer than any number here is shown, at least.
            number.parse().map_or_else(|_| Value::text(number), Value::Integer)
        };
        self.rest = rest;
        Some(value)
    }

    fn path(&mut self, depth: usize) -> Option<Expression<'a>> {
        let name = if self.rest.starts_with('[') { "" } else { self.word()? };
        let mut steps = Vec::new();
        loop {
            if let Some(rest) = self.rest.strip_prefix('[') {
                self.rest = rest;
                steps.push(Step::Index(self.nested(depth + 1)?));
                self.rest = self.rest.trim_start();
                self.rest = self.rest.strip_prefix(']')?;
            } else {
                // There may be blanks around the dot.
                let behind =
                    self.rest.trim_start().strip_prefix('.').filter(|it| !it.starts_with('.'));
                let Some(behind) = behind else { break };
                self.rest = behind.trim_start();
                let Some(key) = self.word() else { break };
                steps.push(Step::Key(key));
            }
        }
        if !steps.is_empty() {
            return Some(Expression::Path(name, steps));
        }
        let literal = match name {
            "nil" | "null" => Value::Nil,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "empty" => Value::Empty,
            "blank" => Value::Blank,
            _ => return Some(Expression::Path(name, steps)),
        };
        Some(Expression::Literal(literal))
    }

    /// Takes an expression with its filters, to the end.
    pub fn filtered(&mut self) -> Option<Filtered<'a>> {
        let nothing = Expression::Literal(Value::Nil);
        let is_nothing = self.rest.is_empty() || self.rest.starts_with('|');
        let value = if is_nothing { nothing } else { self.expression()? };
        let mut filters = Vec::new();
        // What is left of a text with quotes in it is no text.
        self.rest = self.rest.find('|').map_or("", |at| &self.rest[at..]);
        while self.take("|") {
            let Some(name) = self.name() else {
                self.skip_to(&['|']);
                continue;
            };
            let mut filter = Filter { name, arguments: Vec::new(), named: Vec::new() };
            if self.take(":") {
                self.arguments(&mut filter);
            }
            filters.push(filter);
            self.skip_to(&['|']);
        }
        Some(Filtered { value, filters })
    }

    fn arguments(&mut self, filter: &mut Filter<'a>) {
        loop {
            let mut ahead = *self;
            let name = ahead.name().filter(|_| ahead.take(":"));
            *self = if name.is_some() { ahead } else { *self };
            let Some(argument) = self.expression() else { return };
            match name {
                Some(name) => filter.named.push((name, argument)),
                None => filter.arguments.push(argument),
            }
            self.skip_to(&[',', '|']);
            if !self.take(",") {
                return;
            }
        }
    }

    /// Takes a condition.
    pub fn condition(&mut self) -> Option<Condition<'a>> {
        let mut condition = Condition { tests: vec![self.test()?], joints: Vec::new() };
        loop {
            if self.keyword("and") {
                condition.joints.push(true);
            } else if self.keyword("or") {
                condition.joints.push(false);
            } else if self.is_at_end() {
                return Some(condition);
            } else {
                // A stray bracket or a word that means nothing.
                self.rest = self.rest.split_once(char::is_whitespace).map_or("", |(_, rest)| rest);
                self.rest = self.rest.trim_start();
                continue;
            }
            condition.tests.push(self.test()?);
        }
    }

    fn test(&mut self) -> Option<Test<'a>> {
        let left = self.expression()?;
        let comparisons = [
            ("==", Comparison::Equal),
            ("!=", Comparison::Unequal),
            ("<>", Comparison::Unequal),
            ("<=", Comparison::AtMost),
            (">=", Comparison::AtLeast),
            ("<", Comparison::Less),
            (">", Comparison::More),
        ];
        let found = comparisons.into_iter().find(|(sign, _)| self.take(sign)).map(|(_, it)| it);
        let comparison = found.or_else(|| self.keyword("contains").then_some(Comparison::Contains));
        let right = match comparison {
            Some(comparison) => Some((comparison, self.expression()?)),
            None => None,
        };
        Some(Test { left, right })
    }
}
