//! How much a Markdown parser would make of a text, counted before it runs.
//!
//! A few bytes can be a large tree: `- - - a` nests three lists, a row of a table has as many cells
//! as its head, and `[` may begin a link. What is counted is never less than the parser makes, by
//! much, and the same on every machine.

use std::ops::ControlFlow;

use crate::content::text::has_sign;

/// Up to this length, in bytes, a text without a table needs no count: it is some MiB as a tree at most.
const SHORT: usize = 32 * 1024;

/// Nodes that a text of no length may have: its tables fill up their rows.
const ALLOWANCE: usize = 16 * 1024;

/// Nodes for each byte, at most.
const PER_BYTE: usize = 4;

/// The line, counted from 0, on which a text has come to more than `most` nodes, or to more than a
/// text of its length has.
pub fn excess(text: &str, most: usize) -> Option<usize> {
    if text.len() <= SHORT && !may_have_table(text) {
        return None;
    }
    let most = most.min(PER_BYTE * text.len() + ALLOWANCE);
    let mut columns = 0;
    let counted = text.lines().enumerate().try_fold(0, |nodes, (index, line)| {
        let nodes = nodes + of_line(line, &mut columns);
        if nodes > most { ControlFlow::Break(index) } else { ControlFlow::Continue(nodes) }
    });
    match counted {
        ControlFlow::Break(line) => Some(line),
        ControlFlow::Continue(_) => None,
    }
}

/// Whether a line may stand between the head and the rows of a table: in it a bar has a hyphen or a
/// colon beside it.
fn may_have_table(text: &str) -> bool {
    let is_rule = |side: Option<char>| matches!(side, Some('-' | ':'));
    let blank = |c: char| matches!(c, ' ' | '\t');
    has_sign(text, b'|')
        && text.match_indices('|').any(|(at, _)| {
            is_rule(text[at + 1..].trim_start_matches(blank).chars().next())
                || is_rule(text[..at].trim_end_matches(blank).chars().next_back())
        })
}

/// What one line comes to; `columns` are those of the table that may be open.
fn of_line(line: &str, columns: &mut usize) -> usize {
    let (containers, rest) = containers(line.as_bytes());
    // Two for a container and for a piece of text and what ends it. In lists in lists the parser
    // looks at each one from each.
    let mut nodes = 2 + 2 * containers + containers * containers / 64;
    let (mut signs, mut angles, mut bars) = (0, 0, 0);
    let (mut is_rule, mut is_blank) = (true, true);
    for byte in rest {
        signs += usize::from(SIGNS[usize::from(*byte)]);
        // An autolink is a link, its text, and the text behind it.
        angles += usize::from(*byte == b'<');
        bars += usize::from(*byte == b'|');
        is_rule &= matches!(byte, b'|' | b'-' | b':' | b' ' | b'\t');
        is_blank &= matches!(byte, b' ' | b'\t');
    }
    nodes += 2 * signs + angles + bars;
    if is_blank {
        *columns = 0;
    } else if is_rule {
        *columns = bars + 1;
    }
    nodes + 2 * *columns
}

/// How many quotations, lists and items a line begins at most, and what is behind their marks.
fn containers(line: &[u8]) -> (usize, &[u8]) {
    let (mut count, mut at) = (0, 0);
    while let Some(byte) = line.get(at) {
        let is_end = |at: usize| line.get(at).is_none_or(|byte| matches!(byte, b' ' | b'\t'));
        match byte {
            b' ' | b'\t' => at += 1,
            b'>' => (count, at) = (count + 1, at + 1),
            b'-' | b'+' | b'*' | b':' | b'~' if is_end(at + 1) => (count, at) = (count + 2, at + 1),
            b'0'..=b'9' => {
                let digits = line[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                let end = at + digits;
                if !matches!(line.get(end), Some(b'.' | b')')) || !is_end(end + 1) {
                    break;
                }
                (count, at) = (count + 2, end + 1);
            }
            _ => break,
        }
    }
    (count, &line[at..])
}

/// The signs that begin or end something within a line.
const SIGNS: [bool; 256] = {
    let mut signs = [false; 256];
    let mut list: &[u8] = b"*_[]!`<&\\~\"";
    while let [sign, rest @ ..] = list {
        signs[*sign as usize] = true;
        list = rest;
    }
    signs
};
