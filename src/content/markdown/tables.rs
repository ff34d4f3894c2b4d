//! Tables as kramdown writes them: without a head, with a rule first, with a short rule, with a foot.
//!
//! `CommonMark`'s tables (GFM §4.10) want a head and a rule of as many cells. Where kramdown's has
//! none, an empty head is written, which goes again from the HTML. A line of prose with a bar is no
//! table, although kramdown makes one: it begins with no bar.

use std::borrow::Cow;

use crate::content::markdown::code::Lines;
use crate::content::markdown::line::{behind_containers, is_attribute_list, line_end};
use crate::content::text::has_sign;

/// Most columns of a table that is written anew: each of its rows is filled up to them.
const MAX_COLUMNS: usize = 64;

/// A text whose tables have heads and rules.
pub fn with_heads(markdown: &str) -> Cow<'_, str> {
    if !has_sign(markdown, b'|') || !markdown.lines().any(|line| is_row(line) || is_bare_rule(line))
    {
        return Cow::Borrowed(markdown);
    }
    let mut out = String::with_capacity(markdown.len() + 64);
    let mut lines = Lines::of(markdown);
    let (mut at, mut copied) = (0, 0);
    let mut is_behind_list = false;
    while at < markdown.len() {
        let end = line_end(markdown, at);
        let line = &markdown[at..end];
        let is_free = !lines.passes(line, at) && (lines.is_after_blank || is_behind_list);
        is_behind_list = is_free && is_attribute_list(line.trim());
        let next = &markdown[end..line_end(markdown, end)];
        // A line that only holds a bar begins one where a rule follows.
        let is_bare = !is_row(line) && line.contains('|') && is_bare_rule(next);
        let is_start = is_free && (is_row(line) || (is_bare && behind_containers(line).0 == 0));
        if !is_start {
            at = end;
            continue;
        }
        let start = at;
        let goes_on = |line: &str| if is_bare { line.contains('|') } else { is_part(line) };
        while at < markdown.len() && goes_on(&markdown[at..line_end(markdown, at)]) {
            at = line_end(markdown, at);
        }
        // A table that something else follows is a paragraph.
        let behind = markdown[at..line_end(markdown, at)].trim();
        if behind.is_empty() || behind.starts_with("{:") {
            out.push_str(&markdown[copied..start]);
            rewrite(&markdown[start..at], &mut out);
            copied = at;
            lines.end_block();
        }
    }
    out.push_str(&markdown[copied..]);
    Cow::Owned(out)
}

/// HTML without the heads that were written for tables without one.
pub fn without_empty_heads(html: String) -> String {
    const HEAD: &str = "<table>\n<thead>\n<tr>\n";
    const END: &str = "</tr>\n</thead>\n";
    if !html.contains(HEAD) {
        return html;
    }
    let mut out = String::with_capacity(html.len());
    let mut rest = &*html;
    while let Some((before, head)) = rest.split_once(HEAD) {
        out.push_str(before);
        let mut cells = head;
        while let Some(cell) = cells.strip_prefix("<th") {
            let Some((_, behind)) = cell.split_once("></th>\n").filter(|(attributes, _)| {
                attributes.is_empty()
                    || (attributes.starts_with(" align=") && attributes.len() < 20)
            }) else {
                break;
            };
            cells = behind;
        }
        let behind = cells.strip_prefix(END);
        out.push_str(if behind.is_some() { "<table>\n" } else { HEAD });
        rest = behind.unwrap_or(head);
    }
    out.push_str(rest);
    out
}

/// Whether a line may begin a table: it begins with a bar, behind the sign of a list or not.
fn is_row(line: &str) -> bool {
    let bare = behind_containers(line).1.trim_end();
    bare.starts_with('|') && bare.len() > 1 && !line.trim_start().starts_with('>')
}

/// Whether a line goes on with one.
fn is_part(line: &str) -> bool {
    line.trim_start().starts_with('|') || (is_rule(line) && line.contains('|'))
}

/// Whether a line is a rule between rows; `=` begins the foot.
fn is_rule(line: &str) -> bool {
    let line = behind_containers(line).1.trim();
    let is_sign = |byte: u8| matches!(byte, b'|' | b'-' | b':' | b'=' | b'+' | b' ' | b'\t');
    line.contains(['-', '=']) && line.bytes().all(is_sign)
}

/// Whether a line is a rule between a head and rows that may begin with no bar.
fn is_bare_rule(line: &str) -> bool {
    is_rule(line) && line.contains('|') && line.contains('-') && !line.trim_start().starts_with('>')
}

/// How many cells a row has: bars in code are none of its borders, nor are those behind `\`.
fn cells(line: &str) -> usize {
    let inner = behind_containers(line).1.trim();
    let inner = inner.strip_prefix('|').unwrap_or(inner);
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    1 + bars(inner).0
}

/// The bars that divide cells, and a text in which no others are left.
fn bars(line: &str) -> (usize, String) {
    let (mut count, mut code, mut is_escaped) = (0, 0, false);
    let mut plain = String::with_capacity(line.len() + 8);
    let bytes = line.as_bytes();
    let last = line.rfind('`').unwrap_or(0);
    let mut run = 0;
    for (at, c) in line.char_indices() {
        run = if c == '`' { run + 1 } else { 0 };
        if c == '`' && bytes.get(at + 1) != Some(&b'`') && !(is_escaped && run == 1) {
            // Code begins where backticks follow that may end it.
            code = match code {
                0 if at < last => run,
                open if open == run => 0,
                open => open,
            };
        }
        if c == '|' && !is_escaped {
            if code > 0 {
                plain.push('\\');
            } else {
                count += 1;
            }
        }
        plain.push(c);
        is_escaped = c == '\\' && !is_escaped;
    }
    (count, plain)
}

/// Writes a table as the parser knows it.
fn rewrite(table: &str, out: &mut String) {
    let first = table.lines().next().unwrap_or("");
    let prefix = &first[..first.len() - behind_containers(first).1.len()];
    let indent = " ".repeat(prefix.chars().count());
    let rows: Vec<&str> = table.lines().collect();
    let columns = rows.iter().filter(|row| !is_rule(row)).map(|row| cells(row)).max().unwrap_or(0);
    let rules: Vec<usize> = (0..rows.len()).filter(|at| is_rule(rows[*at])).collect();
    if columns == 0 || columns > MAX_COLUMNS {
        return out.push_str(table);
    }
    let is_rule_of_head = |at: usize| at > 0 && !rows[at].contains('=');
    // A rule before the first row says nothing, one behind others divides bodies.
    let start = rows.iter().position(|row| !is_rule(row)).unwrap_or(0);
    let head = rules.iter().copied().find(|at| *at > start && is_rule_of_head(*at));
    let head = head.filter(|head| *head == start + 1);
    let mut begin = prefix.to_owned();
    let rule = head.map_or("", |head| rows[head].trim());
    if head.is_none() {
        out.push_str(&begin);
        out.push_str(&"|".repeat(columns + 1));
        out.push('\n');
        begin.clone_from(&indent);
        push_rule(out, &begin, "", columns);
    }
    for (at, row) in rows.iter().enumerate() {
        if Some(at) == head {
            push_rule(out, &indent, rule, columns);
        } else if !is_rule(row) {
            out.push_str(&begin);
            let bare = behind_containers(row).1.trim();
            out.push_str(&bars(bare).1);
            let missing = if Some(at + 1) == head { columns - cells(row) } else { 0 };
            out.push_str(if missing > 0 && !bare.ends_with('|') { "|" } else { "" });
            out.push_str(&" |".repeat(missing));
            out.push('\n');
            begin.clone_from(&indent);
        }
    }
}

/// Writes a rule of so many cells, as far as it goes aligned as `rule` says.
fn push_rule(out: &mut String, indent: &str, rule: &str, columns: usize) {
    out.push_str(indent);
    let mut aligned = rule.trim_matches('|').split(['|', '+']).map(str::trim);
    for _ in 0..columns {
        let cell = aligned.next().unwrap_or("");
        out.push_str(match (cell.starts_with(':'), cell.ends_with(':') && cell.len() > 1) {
            (true, true) => "|:-:",
            (true, false) => "|:--",
            (false, true) => "|--:",
            (false, false) => "|---",
        });
    }
    out.push_str("|\n");
}
