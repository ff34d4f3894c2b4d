//! Quotation marks, dashes and ellipses as kramdown writes them: `"a"` is “a”, `it's` it’s, `--` –,
//! `...` ….
//!
//! What stands around a quotation mark decides which one it is, not whether it has a partner. What is
//! escaped stays as it is, and so does code.

use std::borrow::Cow;
use std::ops::Range;

use comrak::arena_tree::NodeEdge;
use comrak::nodes::{AstNode, NodeValue};

use crate::content::text::has_sign;

/// What the signs become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signs {
    /// A single quotation mark that opens and one that closes, then the double ones (`smart_quotes`).
    pub quotes: [String; 4],
    /// What `...`, `---`, `--`, `<<` and `>>` become (`typographic_symbols`).
    pub symbols: [String; 5],
}

/// How the symbols are written.
pub const SYMBOLS: [&str; 5] = ["...", "---", "--", "<<", ">>"];

impl Default for Signs {
    fn default() -> Self {
        Self {
            quotes: ["‘", "’", "“", "”"].map(str::to_owned),
            symbols: ["…", "—", "–", "«", "»"].map(str::to_owned),
        }
    }
}

/// The signs of a quotation: where in [`Signs::quotes`].
const SINGLE: usize = 0;
const DOUBLE: usize = 2;

/// What ASCII characters are that are neither letters, digits, blanks nor `&`, for the rules of quotes.
const PUNCTUATION: &str = "!\"#$%'()*+,-./:;<=>?@[\\]^_`{|}~";

impl Signs {
    /// Whether a text may hold one of the signs.
    pub fn may_be_in(markdown: &str) -> bool {
        let has = |sign: u8, twice: &str| has_sign(markdown, sign) && markdown.contains(twice);
        has_sign(markdown, b'\'') || has_sign(markdown, b'"') || has(b'-', "--") || has(b'.', "...")
    }

    /// Writes them in a parsed text.
    pub fn set<'a>(&self, document: &'a AstNode<'a>) {
        for block in document.descendants().filter(|node| node.data().value.contains_inlines()) {
            if block.children().any(|node| !node.data().value.block()) {
                Passage::of(block).set(self);
            }
        }
    }

    /// The sign at a place, and how long it is in the source.
    fn at(&self, source: &str, at: usize, free: usize) -> Option<(String, usize)> {
        let rest = &source[at..];
        if let Some(index) = SYMBOLS[..3].iter().position(|symbol| rest.starts_with(symbol)) {
            return Some((self.symbols[index].clone(), SYMBOLS[index].len()));
        }
        let (kind, other) = match rest.as_bytes().first()? {
            b'\'' => (SINGLE, DOUBLE),
            b'"' => (DOUBLE, SINGLE),
            _ => return None,
        };
        let before = source[free..at].chars().next_back().filter(|before| is_plain(*before));
        let behind = &rest[1..];
        let mut next = behind.chars();
        let (first, second) = (next.next(), next.next());
        let is_blank_before = before.is_none_or(is_blank);
        let opens_two = first.is_some_and(|first| matches!(first, '\'' | '"'))
            && !behind.starts_with(char::from(rest.as_bytes()[0]))
            && second.is_some_and(is_word);
        if opens_two && is_blank_before && !(before.is_none() && closes_before(behind)) {
            return Some(([&*self.quotes[kind], &*self.quotes[other]].concat(), 2));
        }
        let closes = match before {
            None if opens_emphasis(first, second) => false,
            None if closes_before(behind) => true,
            // The first of two looks like a word to the second.
            None if matches!(first, Some('"' | '\'')) => {
                let kind = if first == Some('"') { DOUBLE } else { SINGLE };
                return Some((format!("{}{}", &rest[..1], self.quotes[kind + 1]), 2));
            }
            _ if kind == SINGLE && is_blank_before && is_decade(behind) => true,
            Some(before) if is_blank(before) => false,
            Some(before) => !matches!(before, '{' | '(' | '-'),
            None => {
                first.is_none_or(is_blank)
                    || (first == Some('s') && !second.is_some_and(is_word_anywhere))
            }
        };
        Some((self.quotes[kind + usize::from(closes)].clone(), 1))
    }
}

/// Whether a character cannot begin markup, which quotation marks do not look beyond; a mark stands
/// for HTML or a formula.
fn is_plain(character: char) -> bool {
    !matches!(character, '\\' | '[' | '*' | '_' | '`' | '<' | '\u{FDD0}'..='\u{FDEF}')
}

/// Whether `*` or `_` follows, and something behind it.
fn opens_emphasis(first: Option<char>, second: Option<char>) -> bool {
    matches!(first, Some('*' | '_')) && second.is_some_and(|second| !is_blank(second))
}

/// Whether punctuation follows that no word begins or goes on with.
fn closes_before(behind: &str) -> bool {
    let mut next = behind.chars();
    let Some(sign) = next.next().filter(|sign| PUNCTUATION.contains(*sign)) else { return false };
    let rest = next.as_str();
    let is_word_behind = rest.chars().next().is_some_and(is_word_anywhere);
    !rest.starts_with("..") && is_word_behind == (sign == '_')
}

/// `'80s`
fn is_decade(behind: &str) -> bool {
    matches!(behind.as_bytes(), [a, b, b's', ..] if a.is_ascii_digit() && b.is_ascii_digit())
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}')
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// The same for the ends of words, which are those of any script.
fn is_word_anywhere(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// What one paragraph, heading or cell holds, as it may have been written.
#[derive(Default)]
struct Passage<'a> {
    source: String,
    texts: Vec<Text<'a>>,
}

/// A text in a passage.
struct Text<'a> {
    node: &'a AstNode<'a>,
    range: Range<usize>,
    /// Where the markup before it ends: what stands before that decides nothing.
    run: usize,
}

impl<'a> Passage<'a> {
    fn of(block: &'a AstNode<'a>) -> Self {
        let mut passage = Self::default();
        let (mut run, mut images) = (0, 0);
        for edge in block.traverse() {
            let (node, is_start) = match edge {
                NodeEdge::Start(node) => (node, true),
                NodeEdge::End(node) => (node, false),
            };
            let source = &mut passage.source;
            match &node.data().value {
                NodeValue::Text(text) if is_start => {
                    let start = source.len();
                    let is_escaped = node
                        .parent()
                        .is_some_and(|parent| matches!(parent.data().value, NodeValue::Escaped));
                    source.push_str(text);
                    if !is_escaped && images == 0 {
                        let range = start..source.len();
                        passage.texts.push(Text { node, range, run });
                    }
                    if !is_escaped {
                        continue;
                    }
                }
                NodeValue::SoftBreak if is_start => {
                    source.push('\n');
                    continue;
                }
                NodeValue::SoftBreak | NodeValue::Text(_) => continue,
                NodeValue::Image(_) => {
                    if is_start {
                        images += 1;
                    } else {
                        images -= 1;
                    }
                    source.push_str(if is_start { "![" } else { "](x" });
                }
                NodeValue::Code(code) => {
                    let first = code.literal.chars().next().filter(|_| is_start);
                    source.extend(first.iter().flat_map(|first| ['`', *first]));
                }
                value => source.push_str(markup(value, is_start)),
            }
            run = passage.source.len();
        }
        passage
    }

    fn set(&self, signs: &Signs) {
        let mut free = 0;
        for text in &self.texts {
            free = free.max(text.run);
            if let Some(written) = self.written(text.range.clone(), &mut free, signs) {
                text.node.data_mut().value = NodeValue::Text(Cow::Owned(written));
            }
        }
    }

    /// A text with its signs; nothing where it has none. `free` is where the last sign ends.
    fn written(&self, range: Range<usize>, free: &mut usize, signs: &Signs) -> Option<String> {
        let bytes = self.source.as_bytes();
        let mut out: Option<String> = None;
        let (mut at, mut copied) = (range.start, range.start);
        let is_sign = |byte: &u8| matches!(byte, b'"' | b'\'' | b'-' | b'.');
        while let Some(found) = bytes[at..range.end].iter().position(is_sign) {
            at += found;
            let sign = signs.at(&self.source, at, *free);
            let Some((sign, length)) = sign.filter(|(_, length)| at + length <= range.end) else {
                at += 1;
                continue;
            };
            let out = out.get_or_insert_with(|| String::with_capacity(range.len() + 16));
            out.push_str(&self.source[copied..at]);
            out.push_str(&sign);
            at += length;
            (copied, *free) = (at, at);
        }
        let mut out = out?;
        out.push_str(&self.source[copied..range.end]);
        Some(out)
    }
}

/// What may have been written where an element begins or ends, as far as quotation marks look at it.
fn markup(value: &NodeValue, is_start: bool) -> &'static str {
    match value {
        NodeValue::Emph => "*",
        NodeValue::Strong => "**",
        NodeValue::Strikethrough => "~~",
        NodeValue::HtmlInline(_) if is_start => "<x>",
        NodeValue::FootnoteReference(_) if is_start => "[^x]",
        NodeValue::LineBreak if is_start => "  \n",
        NodeValue::Escaped if is_start => "\\",
        NodeValue::Link(_) if is_start => "[",
        NodeValue::Link(_) => "](x",
        _ => "",
    }
}
