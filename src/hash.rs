//! Hashes that name bytes: an entity tag of a document, the state of a post's file.

use std::fmt;

use twox_hash::XxHash3_128;

/// The 128-bit XXH3 hash of some bytes (the specification of xxHash), the same on every machine;
/// shown as 32 hexadecimal digits.
///
/// It tells apart what happens to differ, not what was made to collide. Who could make two texts
/// with one hash could write posts anyway, and hides no more by it than an edit of his own.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct Hash([u8; 16]);

impl Hash {
    /// The hash of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(XxHash3_128::oneshot(bytes).to_be_bytes())
    }

    /// Its 32 hexadecimal digits, without an allocation: every answer needs them.
    pub fn digits(self) -> [u8; 32] {
        let mut digits = [0; 32];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        digits
    }

    /// Its place in a table of `places`, at least one: as even as the hash itself.
    pub fn remainder(self, places: usize) -> usize {
        let [a, b, c, d, ..] = self.0;
        u32::from_le_bytes([a, b, c, d]) as usize % places
    }
}

/// What a half byte is written as.
const DIGITS: &[u8; 16] = b"0123456789abcdef";

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
