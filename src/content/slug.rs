//! Slugs by the character classes of Jekyll 4 (`Utils.slugify`): marks, letters and decimal numbers
//! stay (`\p{M}`, `\p{L}`, `\p{Nd}`). Rust's "alphanumeric" has no marks, without which words of
//! Hindi, Thai and Tamil fall apart, and has numbers that are no digits: `①`, `²`, `½`, `Ⅱ`.

use crate::content::text::is_mark;

/// The zeros of all decimal digits (`Nd`, Unicode 13 to 14); each has nine more behind it.
const ZEROS: &[u32] = &[
    0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6,
    0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80,
    0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0,
    0xFF10, 0x1_04A0, 0x1_0D30, 0x1_1066, 0x1_10F0, 0x1_1136, 0x1_11D0, 0x1_12F0, 0x1_1450,
    0x1_14D0, 0x1_1650, 0x1_16C0, 0x1_1730, 0x1_18E0, 0x1_1950, 0x1_1C50, 0x1_1D50, 0x1_1DA0,
    0x1_6A60, 0x1_6AC0, 0x1_6B50, 0x1_D7CE, 0x1_D7D8, 0x1_D7E2, 0x1_D7EC, 0x1_D7F6, 0x1_E140,
    0x1_E2F0, 0x1_E950, 0x1_FBF0,
];

/// Circled and squared letters: alphabetic, but symbols (`So`) and no letters.
const SYMBOLS: [std::ops::RangeInclusive<char>; 4] = [
    '\u{24b6}'..='\u{24e9}',
    '\u{1f130}'..='\u{1f149}',
    '\u{1f150}'..='\u{1f169}',
    '\u{1f170}'..='\u{1f189}',
];

/// Jekyll's mode `pretty`, in the case that it is written in: signs that a URL may have stay, too.
pub fn pretty(text: &str) -> String {
    slugified(text, |c| stays(c) || "._~!$&'()+,;=@".contains(c))
}

/// Jekyll's mode `default`, in lower case.
pub fn plain(text: &str) -> String {
    slugified(text, stays).to_lowercase()
}

/// What may stay in a slug stays, in lower case.
pub fn of(text: &str, stays: fn(char) -> bool) -> String {
    slugified(text, stays).to_lowercase()
}

/// `h02-no-title-here` → `H02 No Title Here`, Jekyll's title for a post without the key.
pub fn titleized(slug: &str) -> String {
    let capitalized = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| {
            first.to_uppercase().chain(letters.as_str().to_lowercase().chars()).collect()
        })
    };
    slug.split('-').map(capitalized).collect::<Vec<_>>().join(" ")
}

/// Every run of characters that may not stay becomes one `-`; one at either end goes.
fn slugified(text: &str, stays: fn(char) -> bool) -> String {
    let mut slug = String::with_capacity(text.len());
    for c in text.chars() {
        if stays(c) {
            slug.push(c);
        } else if !slug.ends_with('-') || slug.is_empty() {
            slug.push('-');
        }
    }
    let slug = slug.strip_prefix('-').unwrap_or(&slug);
    slug.strip_suffix('-').unwrap_or(slug).to_owned()
}

fn stays(c: char) -> bool {
    c.is_ascii_alphanumeric() || (!c.is_ascii() && (is_mark(c) || is_letter(c) || is_digit(c)))
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !c.is_numeric() && !SYMBOLS.iter().any(|symbols| symbols.contains(&c))
}

fn is_digit(c: char) -> bool {
    let code = u32::from(c);
    let after = ZEROS.partition_point(|zero| *zero <= code);
    ZEROS[..after].last().is_some_and(|zero| code - zero < 10)
}
