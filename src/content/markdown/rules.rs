//! Rules and underlines that are text to kramdown: nothing but one line behind a blank one has an
//! underline, and no rule ends a paragraph.

use crate::content::markdown::line::{
    behind_containers, behind_quotes, is_attribute_list, is_end_of_block,
};
use crate::content::text::has_sign;

/// What stands before a line, as far as that tells whether a rule is text.
#[derive(Debug, Default)]
pub struct Before {
    block: Block,
    is_quoted: bool,
    has_bar: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Block {
    /// A blank line, or nothing.
    #[default]
    Blank,
    /// The end of a heading, of code or of a rule.
    Ended,
    /// The first line of a paragraph.
    Line,
    /// More of a paragraph, or the beginning of one that nothing divides from what stands before it.
    Lines,
}

impl Before {
    /// Takes in the next line, which has no extensions if it `passes`; whether it is a rule, or an
    /// underline, that is text.
    pub fn takes(&mut self, line: &str, passes: bool) -> bool {
        let inner = behind_quotes(line);
        let is_blank = inner.trim().is_empty();
        let is_quoted = !is_blank && line.trim_start().starts_with('>');
        let (depth, bare) = behind_containers(inner);
        if depth > 0 || (is_quoted && !self.is_quoted) {
            self.block = Block::Blank;
        }
        self.is_quoted = is_quoted;
        let had_bar = std::mem::replace(&mut self.has_bar, has_sign(line, b'|'));
        let text = bare.trim_start_matches('#');
        let is_heading = text.len() < bare.len() && text.starts_with([' ', '\t']);
        let rule =
            if passes { None } else { text_of_rule(line).and_then(|rule| rule.chars().next()) };
        let may_underline = matches!(rule, Some('-' | '='));
        let is_text = match self.block {
            Block::Line => rule.is_some() && !may_underline,
            // Behind the row of a table it may be one more row to nobody but kramdown.
            Block::Lines => rule.is_some() && !had_bar,
            Block::Blank | Block::Ended => false,
        };
        self.block = match self.block {
            _ if is_blank || is_end_of_block(line) => Block::Blank,
            Block::Blank if is_attribute_list(line.trim()) => Block::Blank,
            _ if passes || is_heading || is_attribute_list(line.trim()) => Block::Ended,
            _ if rule.is_some_and(|sign| sign != '=') && !is_text => Block::Ended,
            Block::Line if rule.is_some() && !is_text => Block::Ended,
            Block::Blank => Block::Line,
            Block::Ended | Block::Line | Block::Lines => Block::Lines,
        };
        is_text
    }
}

/// What of a line may be an underline, or a rule that begins no list: `---`, `===`, `***`, `_ _ _`.
pub fn text_of_rule(line: &str) -> Option<&str> {
    let bare = behind_quotes(line).trim_start_matches([' ', '\t']);
    let sign = *bare.as_bytes().first().filter(|sign| b"-=*_".contains(sign))?;
    let is_underline = matches!(sign, b'-' | b'=');
    let begins_list = bare[1..].starts_with([' ', '\t']) && sign != b'_' && bare.trim().len() > 1;
    let is_blank = |byte: &u8| byte.is_ascii_whitespace();
    let text = if is_underline { bare.trim_end() } else { bare };
    let is_whole = text.bytes().all(|byte| byte == sign || (!is_underline && is_blank(&byte)));
    let count = bare.bytes().filter(|byte| *byte == sign).count();
    (is_whole && !begins_list && (is_underline || count >= 3)).then_some(bare)
}

/// Writes a rule, or an underline, so that it is text.
pub fn push_text(out: &mut String, rule: &str) {
    if let Some(rest) = rule.strip_prefix('-') {
        // Escaped it would be no part of a dash.
        out.extend(["&#45;", rest]);
        return;
    }
    for sign in rule.chars() {
        if !sign.is_whitespace() {
            out.push('\\');
        }
        out.push(sign);
    }
}
