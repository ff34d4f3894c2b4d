//! Makes a tree of tags. What is wrong is left out and named; everything else stays.

mod blanks;

use std::collections::{HashMap, HashSet};

use crate::content::liquid::expression::Cursor;
use crate::content::liquid::flow::Flow;
use crate::content::liquid::lexer::{Kind, Token, tokens};
use crate::content::liquid::parser::blanks::settle;
use crate::content::liquid::part::{For, Part, Place};
use crate::content::liquid::plugins;
use crate::content::liquid::problem::Problems;

/// How deep blocks nest, as in Liquid.
const MAX_DEPTH: usize = 100;

/// How a body ended.
enum End<'a> {
    /// With another branch: its tag.
    Branch(&'a str, &'a str),
    /// With the end tag.
    Closed,
    /// With that of a block around it, or of the text.
    Open,
}

/// The tree of a text.
pub fn parse<'a>(text: &'a str, problems: &mut Problems) -> Vec<Part<'a>> {
    let (tokens, endless) = tokens(text);
    for (line, mark) in endless {
        problems.add(line, format!("`{mark}` has no end"), "it is published as text: close it");
    }
    let (open, dropped) = (Vec::new(), HashSet::new());
    let comments = comments(&tokens);
    let mut parser = Parser { tokens: &tokens, at: 0, problems, open, dropped, comments };
    let mut parts = Vec::new();
    while parser.at < parser.tokens.len() {
        parts.extend(parser.body(&[]).0);
    }
    parts
}

struct Parser<'a, 't> {
    tokens: &'t [Token<'a>],
    at: usize,
    problems: &'t mut Problems,
    /// The blocks that are open.
    open: Vec<&'a str>,
    /// Unknown tags: their end tags go with them.
    dropped: HashSet<&'a str>,
    /// Where each comment ends.
    comments: HashMap<usize, usize>,
}

/// The end of each comment, by the place of its tag.
fn comments(tokens: &[Token<'_>]) -> HashMap<usize, usize> {
    let (mut ends, mut open) = (HashMap::new(), Vec::new());
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == Kind::Tag) {
        match token.tag().0 {
            "comment" => open.push(at),
            "endcomment" => ends.extend(open.pop().map(|begin| (begin, at))),
            _ => {}
        }
    }
    ends
}

/// A branch of a block: the name of its tag, the words behind that, and its parts.
type Branch<'a> = (&'a str, &'a str, Vec<Part<'a>>);

impl<'a> Parser<'a, '_> {
    /// The parts up to the end of the innermost block, or to one of its branches.
    fn body(&mut self, branches: &[&str]) -> (Vec<Part<'a>>, End<'a>) {
        let mut parts = Vec::new();
        while let Some(token) = self.tokens.get(self.at).copied() {
            self.at += 1;
            match token.kind {
                Kind::Text => parts.push(Part::Text(token.inner)),
                Kind::Output => match Cursor::new(token.inner).filtered() {
                    Some(value) => parts.push(Part::Output(value, token.line)),
                    None => self.wrong(&token),
                },
                Kind::Tag => {
                    let (name, words) = token.tag();
                    if branches.contains(&name) {
                        return (parts, End::Branch(name, words));
                    }
                    match name.strip_prefix("end").filter(|name| !name.is_empty()) {
                        Some(end) if self.open.last() == Some(&end) => return (parts, End::Closed),
                        Some(end) if self.open.contains(&end) => {
                            self.at -= 1;
                            return (parts, End::Open);
                        }
                        Some(end) if self.dropped.contains(end) => {}
                        Some(_) => self.wrong(&token),
                        None => parts.extend(self.tag(name, words, &token)),
                    }
                }
            }
        }
        (parts, End::Open)
    }

    /// Names a tag that cannot be read.
    fn wrong(&mut self, token: &Token<'a>) {
        let what = format!("{} cannot be read", shown(token));
        self.problems.add(token.line, what, "the tag is left out; write it as Liquid has it");
    }

    fn tag(&mut self, name: &'a str, words: &'a str, token: &Token<'a>) -> Option<Part<'a>> {
        let line = token.line;
        let mut cursor = Cursor::new(words);
        let part = match name {
            "#" => return None,
            "comment" => {
                match self.comments.get(&(self.at - 1)) {
                    Some(end) => self.at = end + 1,
                    // What hides nothing as far as anybody can tell is text.
                    None => self.unclosed(token),
                }
                return None;
            }
            "echo" => cursor.filtered().map(|value| Part::Output(value, line)),
            "assign" => {
                let name = cursor.name().filter(|_| cursor.take("="));
                name.and_then(|name| Some(Part::Assign(name, cursor.filtered()?, line)))
            }
            "increment" | "decrement" => {
                cursor.name().map(|it| Part::Count(it, if name == "increment" { 1 } else { -1 }))
            }
            "cycle" => cycle(words),
            "break" => Some(Part::Leave(Flow::Break, line)),
            "continue" => Some(Part::Leave(Flow::Continue, line)),
            // A `post_url` with variables is none in Jekyll.
            "post_url" if words.contains("{{") => None,
            "link" | "post_url" => Some(Part::Link(words, line)),
            "if" | "unless" | "case" | "for" | "tablerow" | "capture" | "highlight"
            | "ifchanged" => return self.block(name, words, token),
            "else" | "elsif" | "when" => None,
            "include" | "include_cached" => Some(Part::Include(words, Place::Includes, line)),
            "include_relative" => Some(Part::Include(words, Place::Beside, line)),
            _ => return self.plugin(name, words, token),
        };
        if part.is_none() {
            self.wrong(token);
        }
        part
    }

    /// A tag of a plugin: it goes, and the text of a block stays.
    fn plugin(&mut self, name: &'a str, words: &'a str, token: &Token<'a>) -> Option<Part<'a>> {
        self.dropped.insert(name);
        let html = plugins::shown(name, words);
        if html.as_deref() != Some("") {
            let what = format!("{} is a plugin's", shown(token));
            let hint = match &html {
                Some(_) => "a link or an image stands for it",
                None => "the tag is left out, the text of a block stays",
            };
            self.problems.add(token.line, what, hint);
        }
        html.map(Part::Html)
    }

    /// Passes over a block, to its end tag.
    fn skip(&mut self, name: &str, token: &Token<'a>) {
        let mut open = 1;
        while let Some(token) = self.tokens.get(self.at) {
            self.at += 1;
            let found = if token.kind == Kind::Tag { token.tag().0 } else { "" };
            open += usize::from(found == name);
            open -= usize::from(found.strip_prefix("end") == Some(name));
            if open == 0 {
                return;
            }
        }
        self.unclosed(token);
    }

    fn unclosed(&mut self, token: &Token<'a>) {
        let hint = format!("write `{{% end{} %}}` where it ends", token.tag().0);
        self.problems.add(token.line, format!("{} has no end", shown(token)), &hint);
    }

    fn block(&mut self, name: &'a str, words: &'a str, token: &Token<'a>) -> Option<Part<'a>> {
        if self.open.len() >= MAX_DEPTH {
            let what = format!("blocks are nested deeper than {MAX_DEPTH}");
            self.problems.add(token.line, what, "the block is left out: nest it less");
            self.skip(name, token);
            return None;
        }
        self.open.push(name);
        let (part, is_closed) = match name {
            "if" | "unless" => self.conditional(words, token),
            "case" => self.case(words, token),
            "for" | "tablerow" => self.repeated(name, words, token),
            _ => {
                let (mut body, end) = self.body(&[]);
                let is_closed = matches!(end, End::Closed);
                let part = match name {
                    _ if !is_closed => Some(Part::Group(body)),
                    "capture" => {
                        let word = words.trim_matches(['"', '\'']);
                        Cursor::new(word).name().map(|name| Part::Capture(name, body))
                    }
                    "highlight" => Some(Part::Highlight(words, body)),
                    _ => {
                        settle(&mut [&mut body]);
                        Some(Part::Changed(body))
                    }
                };
                (part, is_closed)
            }
        };
        self.open.pop();
        if !is_closed {
            self.unclosed(token);
        }
        if part.is_none() {
            let what = format!("{} cannot be read", shown(token));
            self.problems.add(token.line, what, "the block is left out: mend its first tag");
        }
        part
    }

    /// The branches of a block, and whether it has its end.
    fn branches(&mut self, words: &'a str, tags: &[&str]) -> (Vec<Branch<'a>>, bool) {
        let mut branches = Vec::new();
        let (mut name, mut words) = ("", words);
        loop {
            let (body, end) = self.body(tags);
            branches.push((name, words, body));
            match end {
                End::Branch(next, next_words) => (name, words) = (next, next_words),
                End::Closed => break,
                End::Open => return (branches, false),
            }
        }
        let mut bodies: Vec<&mut Vec<Part<'a>>> =
            branches.iter_mut().map(|(_, _, body)| body).collect();
        settle(&mut bodies);
        (branches, true)
    }

    fn conditional(&mut self, words: &'a str, token: &Token<'a>) -> (Option<Part<'a>>, bool) {
        let (branches, is_closed) = self.branches(words, &["elsif", "else"]);
        let mut read = Vec::with_capacity(branches.len());
        for (name, words, body) in branches {
            let condition = match name {
                "else" => None,
                _ => match Cursor::new(words).condition() {
                    Some(condition) => Some(condition),
                    None => return (None, is_closed),
                },
            };
            read.push((condition, body));
        }
        (Some(Part::If(read, token.tag().0 == "unless", token.line)), is_closed)
    }

    fn case(&mut self, words: &'a str, token: &Token<'a>) -> (Option<Part<'a>>, bool) {
        let subject = Cursor::new(words).expression();
        let (branches, is_closed) = self.branches(words, &["when", "else"]);
        let Some(subject) = subject else { return (None, is_closed) };
        let mut read = Vec::with_capacity(branches.len());
        // What stands before the first `when` is nobody's.
        for (name, words, body) in branches.into_iter().skip(1) {
            let mut values = Vec::new();
            let mut cursor = Cursor::new(words);
            while name == "when"
                && let Some(value) = cursor.expression()
            {
                values.push(value);
                if !cursor.take(",") && !cursor.keyword("or") {
                    break;
                }
            }
            if name == "when" && values.is_empty() {
                continue;
            }
            read.push((values, body));
        }
        (Some(Part::Case(subject, read, token.line)), is_closed)
    }

    fn repeated(
        &mut self,
        name: &'a str,
        words: &'a str,
        token: &Token<'a>,
    ) -> (Option<Part<'a>>, bool) {
        let (branches, is_closed) = self.branches(words, &["else"]);
        let mut bodies = branches.into_iter().map(|(_, _, body)| body);
        let (body, otherwise) = (bodies.next(), bodies.next());
        if !is_closed {
            // Nobody knows what is to be repeated.
            return (body.map(Part::Group), false);
        }
        let mut read = read_for(words);
        if let Some(read) = &mut read {
            read.body = body.unwrap_or_default();
            read.otherwise = otherwise.unwrap_or_default();
            read.line = token.line;
            read.table = if name == "tablerow" { Some(read.table.take().flatten()) } else { None };
        }
        (read.map(|read| Part::For(Box::new(read))), is_closed)
    }
}

/// `i in list reversed limit:2 offset:continue cols:3`.
fn read_for(words: &str) -> Option<For<'_>> {
    let mut cursor = Cursor::new(words);
    let name = cursor.name()?;
    if !cursor.keyword("in") {
        return None;
    }
    let before = cursor.rest();
    let collection = cursor.expression()?;
    let written = before[..before.len() - cursor.rest().len()].trim();
    let mut read = For {
        name,
        collection,
        written,
        is_reversed: false,
        limit: None,
        offset: None,
        table: None,
        body: Vec::new(),
        otherwise: Vec::new(),
        line: 0,
    };
    // Behind other words it means nothing.
    read.is_reversed = cursor.keyword("reversed");
    while !cursor.is_at_end() {
        if cursor.take(",") {
            continue;
        }
        let Some(word) = cursor.name() else { break };
        if cursor.take(":") {
            if word == "offset" && cursor.keyword("continue") {
                read.offset = Some(None);
                continue;
            }
            let value = cursor.expression()?;
            match word {
                "limit" => read.limit = Some(value),
                "offset" => read.offset = Some(Some(value)),
                "cols" => read.table = Some(Some(value)),
                _ => {}
            }
        }
    }
    Some(read)
}

/// `a, b` or `name: a, b`.
fn cycle(words: &str) -> Option<Part<'_>> {
    let mut cursor = Cursor::new(words);
    let first = cursor.expression()?;
    let (group, mut values) = if cursor.take(":") {
        (Some(first), vec![cursor.expression()?])
    } else {
        (None, vec![first])
    };
    while cursor.take(",") {
        values.push(cursor.expression()?);
    }
    Some(Part::Cycle(group, values))
}

/// A tag as a message quotes it: one line, not too long.
fn shown(token: &Token<'_>) -> String {
    let inner = token.inner.lines().next().unwrap_or_default();
    let short = &inner[..inner.floor_char_boundary(60)];
    let more = if short.len() < token.inner.len() { "…" } else { "" };
    match token.kind {
        Kind::Output => format!("`{{{{ {short}{more} }}}}`"),
        _ => format!("`{{% {short}{more} %}}`"),
    }
}
