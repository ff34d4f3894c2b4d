//! Lists of another kind within an item: kramdown needs no indent for them where no blank line stands
//! before, so that `1. a` and `- b` under it are one list in another.

use crate::content::markdown::line::{behind_containers, indent};

/// What an item begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bullet,
    Number,
}

/// An item that is open.
#[derive(Debug, Clone, Copy)]
struct Item {
    kind: Kind,
    /// How far its content stands from the margin.
    content: usize,
    /// How far the item and its content are moved, in columns.
    shift: usize,
}

/// The items that are open, the innermost last.
#[derive(Debug, Default)]
pub struct Lists {
    open: Vec<Item>,
    is_after_blank: bool,
}

impl Lists {
    /// Takes in the next line; how far it is to be moved to stand in the item that it is part of.
    pub fn shift(&mut self, line: &str) -> usize {
        if line.trim().is_empty() {
            self.is_after_blank = true;
            return 0;
        }
        let is_after_blank = std::mem::take(&mut self.is_after_blank);
        let columns = indent(line);
        let Some((kind, width)) = item(line) else {
            let is_quoted = line.trim_start().starts_with('>');
            if is_after_blank || is_quoted {
                self.open.retain(|item| item.content <= columns && !is_quoted);
            }
            return self.last_shift();
        };
        let around = self.open.iter().position(|item| columns < item.content);
        let shift = match around.map(|around| (around, self.open[around])) {
            Some((around, open)) if open.kind == kind => {
                self.open.truncate(around);
                open.shift
            }
            Some((around, _)) if is_after_blank => {
                self.open.truncate(around);
                self.last_shift()
            }
            Some((around, open)) => {
                self.open.truncate(around + 1);
                open.content + open.shift - columns
            }
            None => self.last_shift(),
        };
        self.open.push(Item { kind, content: columns + width, shift });
        shift
    }

    /// How far a line of code in the innermost item is to be moved.
    pub fn inner_shift(&self) -> usize {
        self.last_shift()
    }

    fn last_shift(&self) -> usize {
        self.open.last().map_or(0, |item| item.shift)
    }
}

/// Whether a text has items of both kinds.
pub fn has_both(text: &str) -> bool {
    let (mut bullets, mut numbers) = (false, false);
    text.lines().any(|line| {
        match item(line) {
            Some((Kind::Bullet, _)) => bullets = true,
            Some((Kind::Number, _)) => numbers = true,
            None => {}
        }
        bullets && numbers
    })
}

/// The kind of the item that a line begins with, and how wide its sign is with the blanks behind it.
fn item(line: &str) -> Option<(Kind, usize)> {
    let bare = line.trim_start_matches([' ', '\t']);
    let kind = match bare.as_bytes().first()? {
        b'-' | b'*' | b'+' => Kind::Bullet,
        b'0'..=b'9' => Kind::Number,
        _ => return None,
    };
    let sign = match kind {
        Kind::Bullet => 1,
        Kind::Number => {
            let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
            digits + usize::from(bare[digits..].starts_with('.'))
        }
    };
    let is_number = kind == Kind::Bullet || bare[..sign].ends_with('.');
    let inner = bare[sign..].trim_start_matches([' ', '\t']);
    let blanks = bare.len() - sign - inner.len();
    // What holds nothing, or a rule, is no item.
    let is_item = is_number && blanks > 0 && !inner.trim().is_empty() && !is_rule(bare);
    is_item.then(|| (kind, (sign + blanks).min(behind_containers(line).0.max(sign + 1))))
}

/// `* * *`
fn is_rule(bare: &str) -> bool {
    let first = bare.as_bytes()[0];
    bare.bytes().all(|byte| byte == first || byte.is_ascii_whitespace())
}
