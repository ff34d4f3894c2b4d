//! Cuts a text into tags, variables and what stands between, in one pass from left to right.

use crate::content::text::has_sign;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text that stays.
    Text,
    /// `{{ … }}`.
    Output,
    /// `{% … %}`.
    Tag,
}

/// A piece of a text.
#[derive(Debug, Clone, Copy)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// The text, or what stands between the marks.
    pub inner: &'a str,
    /// The line that it begins on, counted from 1.
    pub line: usize,
}

impl<'a> Token<'a> {
    /// A tag's name and what stands behind it.
    pub fn tag(&self) -> (&'a str, &'a str) {
        named(self.inner)
    }
}

/// A name at the beginning of a text, and the rest.
fn named(inner: &str) -> (&str, &str) {
    if let Some(rest) = inner.strip_prefix('#') {
        return ("#", rest);
    }
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let end = inner.find(|c| !is_name(c)).unwrap_or(inner.len());
    (&inner[..end], inner[end..].trim())
}

/// Whether a text has any Liquid.
pub fn has_marks(text: &str) -> bool {
    has_sign(text, b'{') && next_mark(text).is_some()
}

/// The pieces of a text, and the lines of marks that have no end: those are text.
pub fn tokens(text: &str) -> (Vec<Token<'_>>, Vec<(usize, &'static str)>) {
    let mut lexer = Lexer { rest: text, line: 1, tokens: Vec::new(), endless: Vec::new() };
    lexer.run();
    (lexer.tokens, lexer.endless)
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    tokens: Vec<Token<'a>>,
    /// Marks whose end does not occur in the rest, each found out once.
    endless: Vec<(usize, &'static str)>,
}

impl Lexer<'_> {
    fn run(&mut self) {
        let mut looked = 0;
        while let Some(at) = next_mark(&self.rest[looked..]).map(|at| looked + at) {
            let is_tag = self.rest[at..].starts_with("{%");
            let (open, close) = if is_tag { ("{%", "%}") } else { ("{{", "}}") };
            let is_endless = self.endless.iter().any(|(_, mark)| *mark == open);
            let inside = &self.rest[at + 2..];
            let Some(end) = (!is_endless).then(|| inside.find(close)).flatten() else {
                if !is_endless {
                    let line = self.line + lines(&self.rest[..at]);
                    self.endless.push((line, open));
                }
                // The other kind of mark may still end.
                looked = at + 2;
                continue;
            };
            looked = 0;
            self.mark(at, is_tag, end);
        }
        self.text(self.rest.len());
    }

    /// Takes the text up to a mark, and the mark.
    fn mark(&mut self, at: usize, is_tag: bool, end: usize) {
        let inside = &self.rest[at + 2..at + 2 + end];
        let before = &self.rest[..at];
        let kept = if inside.starts_with('-') { before.trim_end() } else { before };
        if !kept.is_empty() {
            let line = self.line;
            self.tokens.push(Token { kind: Kind::Text, inner: kept, line });
        }
        self.skip(at);
        let line = self.line;
        self.skip(2 + end + 2);
        let bare = inside.strip_prefix('-').unwrap_or(inside);
        let inner = bare.strip_suffix('-').unwrap_or(bare).trim();
        let kind = if is_tag { Kind::Tag } else { Kind::Output };
        let (name, lines_of_tags) = named(inner);
        // What is raw keeps its blanks.
        if inside.len() > 1 && inside.ends_with('-') && !(is_tag && name == "raw") {
            self.skip(self.rest.len() - self.rest.trim_start().len());
        }
        match name {
            "raw" if is_tag => self.raw(),
            "liquid" if is_tag => {
                let first = line + lines(&bare[..bare.find(lines_of_tags).unwrap_or(0)]);
                for (index, inner) in lines_of_tags.lines().enumerate() {
                    let (inner, line) = (inner.trim(), first + index);
                    if !inner.is_empty() {
                        self.tokens.push(Token { kind, inner, line });
                    }
                }
            }
            _ => self.tokens.push(Token { kind, inner, line }),
        }
    }

    /// What stands up to `endraw`, or to the end.
    fn raw(&mut self) {
        let mut from = 0;
        while let Some(at) = self.rest[from..].find("{%").map(|at| from + at) {
            // As in Liquid, `{%- endraw` is no end of it.
            let words = self.rest[at + 2..].trim_start().strip_prefix("endraw");
            let is_name = |c: char| c == '_' || c.is_alphanumeric();
            if let Some(words) = words.filter(|words| !words.starts_with(is_name)) {
                let Some((words, behind)) = words.split_once("%}") else { break };
                let inner = &self.rest[..at];
                self.tokens.push(Token { kind: Kind::Text, inner, line: self.line });
                let behind = if words.ends_with('-') { behind.trim_start() } else { behind };
                self.skip(self.rest.len() - behind.len());
                return;
            }
            from = at + 2;
        }
        self.endless.push((self.line, "{% raw %}"));
        self.text(self.rest.len());
    }

    fn text(&mut self, length: usize) {
        if length > 0 {
            let (kind, inner, line) = (Kind::Text, &self.rest[..length], self.line);
            self.tokens.push(Token { kind, inner, line });
            self.skip(length);
        }
    }

    fn skip(&mut self, length: usize) {
        self.line += lines(&self.rest[..length]);
        self.rest = &self.rest[length..];
    }
}

fn lines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

/// The next `{{` or `{%`.
fn next_mark(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut from = 0;
    loop {
        let at = from + bytes[from..].iter().position(|byte| *byte == b'{')?;
        if matches!(bytes.get(at + 1), Some(b'{' | b'%')) {
            return Some(at);
        }
        from = at + 1;
    }
}
