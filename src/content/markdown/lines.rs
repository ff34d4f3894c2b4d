//! Lines that kramdown and `CommonMark` read otherwise, written so that the parser reads them as
//! kramdown does: attribute lists, the end of a block, and signs of headings, lists and code that
//! are none.

use std::borrow::Cow;
use std::iter;
use std::ops::Range;

use crate::content::markdown::code::{Leaf, Lines};
use crate::content::markdown::line::{
    behind_containers, behind_quotes, indent, is_attribute_list, is_end_of_block, line_end,
};
use crate::content::markdown::lists::{self, Lists};
use crate::content::markdown::rules::{Before, push_text, text_of_rule};
use crate::content::text::has_sign;

/// A text whose lines say the same to the parser.
pub fn as_commonmark(markdown: &str) -> Cow<'_, str> {
    let has_list =
        has_sign(markdown, b'{') && ["{:", "{#"].iter().any(|sign| markdown.contains(sign));
    let has_end = has_sign(markdown, b'^') && markdown.lines().any(is_end_of_block);
    let is_odd =
        |line: &str| may_mislead(line) || number(line).is_some() || text_of_rule(line).is_some();
    let may_be_lazy = has_indent(markdown) || markdown.lines().any(begins_with_heading);
    let has_both = lists::has_both(markdown);
    if !has_list && !has_end && !may_be_lazy && !has_both && !markdown.lines().any(is_odd) {
        return Cow::Borrowed(markdown);
    }
    let mut out = String::with_capacity(markdown.len());
    let mut lines = Lines::of(markdown);
    let mut code = Code { text: markdown, leaf: Leaf::default(), end: 0, list_end: 0 };
    let (mut at, mut last_line, mut before) = (0, 0, Before::default());
    let mut nested = Lists::default();
    while at < markdown.len() {
        let end = line_end(markdown, at);
        let line = &markdown[at..end];
        // As it is before the line, which may begin an item of its own.
        let content = lines.content_of(line);
        let was_open = lines.is_open();
        let passes = lines.passes(line, at);
        let opens_fence = lines.is_open() && !was_open;
        let is_text_rule = before.takes(line, passes);
        let begins_list = !lines.is_after_blank && indent(behind_quotes(line)) < content + 4;
        let text = line.trim();
        let shift = if was_open { nested.inner_shift() } else { nested.shift(line) };
        out.extend(iter::repeat_n(' ', lines.missing_indent().max(shift)));
        if at < code.list_end {
            // The list has taken the end of the line before.
            let rest = code.list_end.min(end);
            code.push_without_lists(&mut out, rest, end);
        } else if lines.is_lazy_code {
            last_line = out.len();
            push_lazy_code(&mut out, behind_quotes(line), content);
        } else if passes {
            last_line = out.len();
            push_code(&mut out, if opens_fence { outdented(line, content) } else { line });
        } else if is_end_of_block(line) {
            // A comment ends a list, too.
            out.push_str("\n<!-- -->\n\n");
            last_line = out.len();
        } else if is_attribute_list(text) {
            // The list above `{:toc}` stands in for the table of contents.
            if text.contains("toc") && starts_list(out[last_line..].trim()) {
                out.truncate(last_line);
            }
            // The line is looked at once, however many such lists follow it.
            last_line = out.len();
        } else if is_text_rule && let Some(rule) = text_of_rule(line) {
            last_line = out.len();
            out.push_str(&line[..line.len() - rule.len()]);
            push_text(&mut out, rule);
        } else {
            last_line = out.len();
            push_line(&mut out, at..end, &mut code, &lines, begins_list);
        }
        at = end;
    }
    Cow::Owned(out)
}

/// Whether a line is an item that begins with a heading.
fn begins_with_heading(line: &str) -> bool {
    let (depth, bare) = behind_containers(line);
    depth > 0 && bare.starts_with('#')
}

/// Whether a line may be indented code.
fn has_indent(markdown: &str) -> bool {
    (has_sign(markdown, b'\t') || markdown.contains("    "))
        && markdown.lines().any(|line| indent(behind_quotes(line)) >= 4)
}

/// Writes a line that is code or blank. Behind the sign of a quotation a tab is four blanks to kramdown.
fn push_code(out: &mut String, line: &str) {
    let inner = behind_quotes(line);
    let quotes = &line[..line.len() - inner.len()];
    out.push_str(quotes);
    let code = if quotes.is_empty() { inner } else { inner.trim_start_matches('\t') };
    out.extend(iter::repeat_n("    ", inner.len() - code.len()));
    out.push_str(code);
}

/// A line that opens a fence, no deeper than the content of its list item: the parser takes its indent
/// from each line of the code, and kramdown does not.
fn outdented(line: &str, content: usize) -> &str {
    let bare = line.trim_start_matches(' ');
    let blanks = line.len() - bare.len();
    let is_fence = bare.starts_with(['`', '~']) && (1..4).contains(&blanks.saturating_sub(content));
    if is_fence { &line[blanks - content..] } else { line }
}

/// Writes a line that stands behind indented code without its indent: to kramdown it is part of it, and
/// of its last line unless that ends with a blank.
fn push_lazy_code(out: &mut String, line: &str, content: usize) {
    let is_same_line = out.strip_suffix('\n').is_some_and(|before| !before.ends_with([' ', '\t']));
    if is_same_line {
        out.truncate(out.len() - 1);
        out.push(' ');
    } else {
        out.extend(iter::repeat_n(' ', content + 4));
    }
    out.push_str(line);
}

fn starts_list(line: &str) -> bool {
    line.starts_with(['*', '-', '+']) || line.starts_with("1.")
}

/// Whether a line may begin with a sign that means nothing to kramdown: `1)`, `-` or `#` alone, and a
/// fence, which may have no end.
fn may_mislead(line: &str) -> bool {
    let bare = bare(line);
    match bare.as_bytes() {
        [b'#' | b'-' | b'+' | b'*', ..] => is_alone(bare) && !is_rule(line),
        // A line may begin with code in three backticks.
        [b'`', b'`', b'`', ..] => !bare.trim_start_matches('`').contains('`'),
        [b'~', b'~', b'~', ..] => true,
        [b'0'..=b'9', ..] => {
            let rest = bare.trim_start_matches(|c: char| c.is_ascii_digit());
            rest.starts_with(')') || is_alone(bare)
        }
        _ => false,
    }
}

/// Whether a line divides the text: `- - -`.
fn is_rule(line: &str) -> bool {
    let signs = || behind_quotes(line).chars().filter(|sign| !sign.is_whitespace());
    let first = signs().next();
    signs().count() >= 3
        && matches!(first, Some('-' | '*'))
        && signs().all(|sign| Some(sign) == first)
}

/// What follows the signs of quotations and of kramdown's lists.
fn bare(line: &str) -> &str {
    let mut rest = behind_quotes(line).trim_start_matches([' ', '\t']);
    loop {
        let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let behind = if digits.len() < rest.len() {
            digits.strip_prefix('.')
        } else {
            rest.strip_prefix(['-', '*', '+'])
        };
        let Some(inner) = behind.filter(|behind| behind.starts_with([' ', '\t'])) else {
            return rest;
        };
        rest = inner.trim_start_matches([' ', '\t']);
    }
}

/// Whether a text is the sign of a heading or of a list item, and nothing follows it.
fn is_alone(bare: &str) -> bool {
    let sign = bare.trim_end();
    let is_heading = sign.len() <= 6 && sign.bytes().all(|byte| byte == b'#');
    let digits = sign.strip_suffix('.').unwrap_or("x");
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_item = matches!(sign, "-" | "*" | "+") || is_number;
    // A blank behind the sign makes an item of it, an empty one.
    !sign.is_empty() && (is_heading || (is_item && !bare[sign.len()..].starts_with([' ', '\t'])))
}

/// Where the number of a list item stands that a line begins with, unless it is 1. Within a paragraph
/// it begins a list, which kramdown counts from 1; to the parser any other number is text.
fn number(line: &str) -> Option<Range<usize>> {
    let text = behind_quotes(line).trim_start_matches([' ', '\t']);
    let behind = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let start = line.len() - text.len();
    let number = start..line.len() - behind.len();
    let is_one = behind.starts_with(['.']) && behind[1..].starts_with([' ', '\t']);
    (is_one && !number.is_empty() && &line[number.clone()] != "1").then_some(number)
}

/// Writes a line without attribute lists and heading ids, and without signs that mislead the parser.
/// A number in it may begin a list within a paragraph.
fn push_line(
    out: &mut String,
    place: Range<usize>,
    code: &mut Code<'_>,
    lines: &Lines<'_>,
    begins_list: bool,
) {
    let line = &code.text[place.clone()];
    let text = line.trim_end();
    let is_heading = text.starts_with('#') && text.ends_with('}');
    if is_heading && let Some(at) = text.rfind("{#") {
        out.push_str(text[..at].trim_end());
        out.push('\n');
        return;
    }
    let bare = bare(line);
    let (before, rest) = line.split_at(line.len() - bare.len());
    match number(line).filter(|_| begins_list) {
        Some(number) => {
            out.push_str(&line[..number.start]);
            out.push('1');
            out.push_str(&before[number.end..]);
            // What follows stands as far from the margin as before. Five blanks make code.
            out.extend(iter::repeat_n(' ', (number.len() - 1).min(3)));
        }
        None => out.push_str(before),
    }
    // The list of an item stands behind its sign.
    let rest = match rest.strip_prefix("{:").and_then(|list| list.split_once('}')) {
        Some((list, behind)) if behind_containers(before).0 > 0 && !list.contains('{') => behind,
        _ if may_mislead(line) => escaped(out, rest, lines),
        _ => rest,
    };
    code.push_without_lists(out, place.end - rest.len(), place.end);
}

/// Escapes the sign that a text begins with where kramdown reads none; gives what is still to be
/// written.
fn escaped<'l>(out: &mut String, bare: &'l str, lines: &Lines<'_>) -> &'l str {
    let sign = bare.trim_start_matches(|c: char| c.is_ascii_digit());
    let (digits, rest) = bare.split_at(bare.len() - sign.len());
    // Under a text a hyphen makes a heading of it, for kramdown as well.
    let is_underline = bare.starts_with('-') && !lines.is_after_blank;
    if is_underline || (digits.is_empty() && rest.starts_with(')')) {
        return bare;
    }
    out.push_str(digits);
    let length = rest.bytes().take_while(|byte| Some(byte) == rest.as_bytes().first()).count();
    // Each backtick and tilde of a fence, for some of them might go with others.
    let signs = if rest.starts_with(['`', '~']) { length } else { 1 };
    for sign in rest[..signs].chars() {
        out.extend(['\\', sign]);
    }
    &rest[signs..]
}

/// What of a text stands in code spans, as it is read on.
struct Code<'t> {
    text: &'t str,
    leaf: Leaf,
    /// Where the last span ends, which may be in a later line.
    end: usize,
    /// Where the last attribute list ends, likewise.
    list_end: usize,
}

impl Code<'_> {
    /// Writes what is left of a line, from one place to another, without attribute lists.
    fn push_without_lists(&mut self, out: &mut String, from: usize, to: usize) {
        let (mut copied, mut at) = (from, from.max(self.end));
        while at < to
            && let Some(found) = self.text[at..to].find(['`', '\\', '{'])
        {
            at += found;
            match self.text.as_bytes()[at] {
                b'`' => {
                    at = self.leaf.behind_code(self.text, at);
                    self.end = at;
                }
                b'\\' => at = self.text.ceil_char_boundary(at + 2),
                _ => {
                    let before = &self.text[from..at];
                    let is_behind = before.ends_with([')', '*', '_', ']', '>'])
                        || (at > from && [self.end, copied].contains(&at));
                    let leaf_end = if is_behind { self.leaf.end(self.text, at) } else { at };
                    let end = list_end(&self.text[at..leaf_end]);
                    if let Some(end) = end {
                        out.push_str(&self.text[copied..at]);
                        self.list_end = at + end;
                        copied = self.list_end;
                    }
                    at += end.unwrap_or(1);
                }
            }
        }
        out.push_str(&self.text[copied.min(to)..to]);
    }
}

/// Where the attribute list ends that a text begins with.
fn list_end(text: &str) -> Option<usize> {
    let list = text.strip_prefix("{:")?;
    // An extension without its end is text.
    if list.starts_with([':', '/']) {
        return None;
    }
    // A list holds no brace, so the search never passes the next one.
    let end = list.find(['{', '}']).filter(|end| list[*end..].starts_with('}'))?;
    Some("{:".len() + end + 1)
}
