//! Foreign text in what people read: nothing in it breaks a line, moves the cursor, turns the
//! direction of what follows, or is there without being seen.

use std::fmt::{self, Write};

/// A text with all that cannot be seen escaped as in Rust: `\n`, `\u{202e}`.
#[derive(Debug, Clone, Copy)]
pub struct Printable<'a>(pub &'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            c if is_hidden(c) => write!(f, "{}", c.escape_debug()),
            c => f.write_char(c),
        })
    }
}

/// Whether a character is a control character, a line or paragraph separator, a sign of direction,
/// or invisible. Blanks, combining marks and variation selectors are parts of ordinary texts.
///
/// The invisible ones are Unicode's `Default_Ignorable_Code_Point` without variation selectors.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}')
}
