//! Numbers.

use crate::content::liquid::value::Value;

impl Value {
    /// The number that it is or that its text says; 0 for all else.
    #[must_use]
    pub fn number(&self) -> Self {
        match self {
            Self::Integer(_) | Self::Float(_) => self.clone(),
            Self::Text(text) => {
                let text = text.trim();
                let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
                let whole = digits.bytes().take_while(u8::is_ascii_digit).count();
                let rest = &digits[whole..];
                let part = rest.strip_prefix('.').unwrap_or("");
                let part = part.bytes().take_while(u8::is_ascii_digit).count();
                let sign = text.len() - digits.len();
                if part > 0 && rest.len() == part + 1 {
                    return text.parse().map_or(Self::Integer(0), Self::Float);
                }
                text[..sign + whole].parse().map_or(Self::Integer(0), Self::Integer)
            }
            _ => Self::Integer(0),
        }
    }

    /// Its number as one with a point.
    pub fn float(&self) -> f64 {
        match self.number() {
            // What a double cannot hold exactly, Ruby rounds too.
            #[expect(clippy::cast_precision_loss, reason = "as Ruby's to_f")]
            Self::Integer(number) => number as f64,
            Self::Float(number) => number,
            _ => 0.0,
        }
    }

    /// Its number as a whole one.
    pub fn integer(&self) -> i64 {
        match self.number() {
            Self::Integer(number) => number,
            #[expect(clippy::cast_possible_truncation, reason = "saturates, which is enough")]
            Self::Float(number) => number as i64,
            _ => 0,
        }
    }
}
