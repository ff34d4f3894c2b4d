//! A line of Markdown: what stands before its text, and what it may be as a whole.

use crate::content::text::find_sign;

/// What stands before a line in a quotation or a list.
pub const PADDING: [char; 3] = [' ', '\t', '>'];

/// Where the next line begins.
pub fn line_end(text: &str, from: usize) -> usize {
    find_sign(&text[from..], b'\n').map_or(text.len(), |end| from + end + 1)
}

/// A line without the signs of quotations.
pub fn behind_quotes(line: &str) -> &str {
    let mut rest = line;
    while let Some(quoted) = rest.trim_start_matches(' ').strip_prefix('>') {
        rest = quoted.strip_prefix(' ').unwrap_or(quoted);
    }
    rest
}

/// What follows the signs of list items, definitions and footnotes, and how wide those are.
pub fn behind_containers(line: &str) -> (usize, &str) {
    let mut rest = line.trim_start_matches(PADDING);
    let start = rest.len();
    loop {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let behind = if rest.starts_with("[^") {
            rest.split_once("]:").map(|(_, behind)| behind)
        } else if digits > 0 {
            rest[digits..].strip_prefix(['.', ')'])
        } else {
            rest.strip_prefix(['-', '*', '+', ':'])
        };
        let Some(inner) = behind.filter(|behind| behind.starts_with([' ', '\t'])) else {
            return (start - rest.len(), rest);
        };
        rest = inner.trim_start_matches([' ', '\t']);
    }
}

/// How far a line stands from the margin, in columns.
pub fn indent(line: &str) -> usize {
    let mut columns = 0;
    for byte in line.bytes() {
        match byte {
            b' ' => columns += 1,
            b'\t' => columns += 4 - columns % 4,
            _ => break,
        }
    }
    columns
}

/// Whether a line is one attribute list, or several, or part of an extension without its other part.
pub fn is_attribute_list(line: &str) -> bool {
    let has_text = line.starts_with("{::") && line.find('}') < line.rfind('}');
    line.starts_with("{:") && line.ends_with('}') && !has_text
}

/// `^` on a line of its own.
pub fn is_end_of_block(line: &str) -> bool {
    line.starts_with('^') && line.trim_end() == "^"
}

/// `~~~text~~~` on one line, which opens no code.
pub fn is_struck(line: &str) -> bool {
    let text = line.trim();
    text.starts_with("~~~") && text.ends_with("~~~") && !text.trim_matches('~').is_empty()
}
