//! Hashes that name bytes: an entity tag of a document, the state of a post's file.

use std::fmt::{self, Write};

use twox_hash::XxHash3_128;

/// 16 bytes that stand for others; shown as 32 hexadecimal digits. The same on every machine.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
)]
pub struct Hash([u8; 16]);

impl Hash {
    /// The first 16 bytes of the BLAKE3 hash: nobody can make two texts that have the same.
    pub fn of(bytes: &[u8]) -> Self {
        let mut short = [0; 16];
        short.copy_from_slice(&blake3::hash(bytes).as_bytes()[..16]);
        Self(short)
    }

    /// The 128-bit XXH3 hash, which small files are hashed ten times as fast by. It tells a file from
    /// what it was; whoever makes two texts that have the same hides an edit of a file of his own.
    pub fn of_file(bytes: &[u8]) -> Self {
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

    /// The hash that 32 hexadecimal digits show.
    pub fn parse(digits: &str) -> Option<Self> {
        let value = |digit: u8| char::from(digit).to_digit(16).and_then(|it| u8::try_from(it).ok());
        let mut bytes = [0; 16];
        let pairs = digits.as_bytes().chunks_exact(2);
        if digits.len() != 32 {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(pairs) {
            *byte = value(pair[0])? << 4 | value(pair[1])?;
        }
        Some(Self(bytes))
    }

    /// Its first half, where two that meet are looked at once more.
    pub fn half(self) -> u64 {
        self.0.first_chunk().map_or(0, |half| u64::from_le_bytes(*half))
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
        self.digits().iter().try_for_each(|digit| f.write_char(char::from(*digit)))
    }
}
