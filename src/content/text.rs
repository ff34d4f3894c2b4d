//! Text as it may stand in a feed: XML-safe, composed, plain, and cut at a good place.
//!
//! Every string that reaches a document passes through [`xml_safe`] last. This file is the only
//! owner of `unicode_normalization` and `unicode_segmentation`.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// Characters that end a sentence wherever they stand.
const SENTENCE_ENDS: [char; 5] = ['。', '！', '？', '；', '…'];

/// Characters that may follow the end of a sentence and still belong to it.
const CLOSERS: [char; 13] =
    ['”', '’', '』', '」', '）', '】', '》', '〉', ')', ']', '"', '\'', '»'];

/// The longest value that a message quotes, in grapheme clusters.
const LONGEST_SHOWN: usize = 60;
/// A grapheme cluster of more bytes, on average, counts as several: one may have any length.
const MAX_GRAPHEME: usize = 32;

/// `text` without the characters that XML 1.0 (§2.2) forbids, and with LF for CRLF and for a lone
/// CR, as an XML parser would read it (§2.11).
pub fn xml_safe(text: &str) -> Cow<'_, str> {
    let Some(first) = first_unsafe(text.as_bytes()) else { return Cow::Borrowed(text) };
    let (clean, rest) = text.split_at(first);
    let mut safe = String::with_capacity(text.len());
    safe.push_str(clean);
    let mut characters = rest.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' if characters.peek() == Some(&'\n') => {}
            '\r' => safe.push('\n'),
            '\t' | '\n' => safe.push(character),
            '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => {}
            _ => safe.push(character),
        }
    }
    Cow::Owned(safe)
}

/// `text` in Unicode normalization form C: two spellings of one name become one.
pub fn nfc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || text.chars().all(is_composed) || unicode_normalization::is_nfc(text) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// Whether a character is in form C among others of which this is said: most of what is written in
/// Latin letters or Chinese, and cheaper to say than of all others.
fn is_composed(c: char) -> bool {
    matches!(c, '\0'..='\u{2ff}' | '\u{2010}'..='\u{2027}' | '\u{3001}'..='\u{3029}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ff01}'..='\u{ff5e}')
}

/// `text` in form KC: full-width digits and signs become the plain ones.
pub fn nfkc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || unicode_normalization::is_nfkc(text) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfkc().collect())
    }
}

/// A text in Latin letters without their accents, as Ruby's I18n has it; all else is `?`.
pub fn unaccented(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfd().filter(|c| !is_mark(*c)) {
        match c {
            'ß' => out.push_str("ss"),
            'Æ' => out.push_str("AE"),
            'æ' => out.push_str("ae"),
            'Œ' => out.push_str("OE"),
            'œ' => out.push_str("oe"),
            'Þ' => out.push_str("Th"),
            'þ' => out.push_str("th"),
            'Ø' => out.push('O'),
            'ø' => out.push('o'),
            'Đ' | 'Ð' => out.push('D'),
            'đ' | 'ð' => out.push('d'),
            'Ł' => out.push('L'),
            'ł' => out.push('l'),
            'ı' => out.push('i'),
            c => out.push(if c.is_ascii() { c } else { '?' }),
        }
    }
    out
}

/// Whether a character is a mark (`\p{M}`): an accent, a vowel sign, a variation selector.
pub fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// `text` with every run of blanks and line ends as one blank, trimmed.
pub fn collapse(text: &str) -> String {
    let mut collapsed = String::with_capacity(text.len());
    for word in words(text) {
        if !collapsed.is_empty() {
            collapsed.push(' ');
        }
        collapsed.push_str(word);
    }
    collapsed
}

/// The words of a text, between its blanks and line ends: as `str::split_whitespace` has them, which
/// decodes every character of it.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    let pieces = std::iter::from_fn(move || {
        let (word, behind) = match blank(rest) {
            Some((at, length)) => (&rest[..at], &rest[at + length..]),
            None => (rest, ""),
        };
        let is_over = rest.is_empty();
        rest = behind;
        (!is_over).then_some(word)
    });
    pieces.filter(|word| !word.is_empty())
}

/// Where the first blank or line end of a text stands, and how long it is.
fn blank(text: &str) -> Option<(usize, usize)> {
    let mut at = 0;
    loop {
        at += match text.as_bytes().get(at)? {
            b'!'..=b'~' => 1,
            // No blank has more than three bytes, nor such a first one: all of Chinese but its signs.
            0xE4..=0xEF => 3,
            _ => {
                let c = text[at..].chars().next()?;
                if c.is_whitespace() {
                    return Some((at, c.len_utf8()));
                }
                c.len_utf8()
            }
        };
    }
}

/// The beginning of `text`, at most `bytes` long, which ends at a grapheme cluster if it can.
pub fn head(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    let most = &text[..text.floor_char_boundary(bytes)];
    // The last cluster may go on behind `most`, so it does not count.
    let last = most.grapheme_indices(true).next_back().map_or(0, |(start, _)| start);
    let end = if most.len() - last > MAX_GRAPHEME { most.len() } else { last };
    text[..end].trim_end()
}

/// The beginning of `text`, at most `limit` grapheme clusters and `32 * limit` bytes long.
///
/// It ends after the last sentence end in the second half of the window; else before the last
/// comma or blank there, else after a grapheme, and then with `…`.
pub fn cut(text: &str, limit: usize) -> Cow<'_, str> {
    // A grapheme has at least one byte.
    if text.len() <= limit {
        return Cow::Borrowed(text);
    }
    let text = head(text, limit * MAX_GRAPHEME);
    let mut ends = cluster_ends(text, limit + 1);
    if ends.len() <= limit {
        return Cow::Borrowed(text);
    }
    ends.truncate(limit);
    let second_half = limit / 2;
    let sentence = ends.iter().skip(second_half).rev().find(|end| {
        let (before, after) = text.split_at(**end);
        ends_sentence(before, after)
    });
    if let Some(end) = sentence {
        return Cow::Borrowed(text[..*end].trim_end());
    }
    // One grapheme is kept free for the ellipsis.
    ends.pop();
    let clause = ends.iter().skip(second_half).rev().find(|end| starts_pause(&text[**end..]));
    let end = clause.or(ends.last()).copied().unwrap_or(0);
    let kept = text[..end].trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '，' | ','));
    Cow::Owned(if limit == 0 { String::new() } else { format!("{kept}…") })
}

/// Where the first grapheme clusters of a text end.
fn cluster_ends(text: &str, most: usize) -> Vec<usize> {
    let mut ends = Vec::with_capacity(most);
    for (start, c) in text.char_indices() {
        // The character behind the last one may belong to its cluster.
        if !is_grapheme(c) {
            let clusters = text.grapheme_indices(true).take(most);
            return clusters.map(|(start, cluster)| start + cluster.len()).collect();
        }
        if ends.len() == most {
            break;
        }
        ends.push(start + c.len_utf8());
    }
    ends
}

/// A value as a message quotes it: short, in backticks, with what cannot be seen written out.
pub fn shown(text: &str) -> String {
    let seen = |c: char| {
        let is_hidden = c.is_control() || turns(c);
        let escaped = is_hidden.then(|| c.escape_unicode());
        escaped.into_iter().flatten().chain((!is_hidden).then_some(c))
    };
    format!("`{}`", cut(text, LONGEST_SHOWN).chars().flat_map(seen).collect::<String>())
}

/// Whether a character turns the direction of what stands around it (UAX #9 §2).
pub fn turns(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Whether a character is a grapheme cluster by itself among others of which this is said: most of
/// what news are written in, and cheaper to say than where clusters end in general.
fn is_grapheme(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{2010}'..='\u{2027}' | '\u{3001}'..='\u{3029}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ff01}'..='\u{ff5e}')
}

/// The first byte of the first character that [`xml_safe`] has to change.
#[expect(clippy::needless_bitwise_bool, reason = "a branch for each byte takes five times as long")]
fn first_unsafe(bytes: &[u8]) -> Option<usize> {
    // Nearly no text has one. These two look at every byte without a branch, many at a time.
    let is_control = |byte: u8| (byte < 0x20) & (byte != b'\n') & (byte != b'\t');
    let has_control = bytes.iter().fold(false, |found, byte| found | is_control(*byte));
    let pairs = bytes.iter().zip(bytes.iter().skip(1));
    let may_have_noncharacter =
        pairs.fold(false, |found, (one, two)| found | ((*one == 0xEF) & (*two == 0xBF)));
    if !has_control && !may_have_noncharacter {
        return None;
    }
    let mut from = 0;
    loop {
        // U+FFFE and U+FFFF are EF BF BE and EF BF BF; full-width signs begin with EF as well.
        let found = bytes[from..]
            .iter()
            .position(|byte| *byte == 0xEF || (*byte < 0x20 && *byte != b'\n' && *byte != b'\t'))?;
        let at = from + found;
        if bytes[at] != 0xEF || matches!(bytes.get(at + 1..at + 3), Some([0xBF, 0xBE | 0xBF])) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// Whether a sentence ends between `before` and `after`.
fn ends_sentence(before: &str, after: &str) -> bool {
    if after.starts_with(CLOSERS) {
        return false;
    }
    let bare = before.trim_end_matches(CLOSERS);
    let Some(last) = bare.chars().next_back() else { return false };
    // `39.62`, `example.org` and `!important` are no sentence ends.
    SENTENCE_ENDS.contains(&last)
        || (matches!(last, '.' | '!' | '?')
            && (after.is_empty() || after.starts_with(char::is_whitespace)))
}

/// Whether `rest` starts with a pause that a text may be cut before.
fn starts_pause(rest: &str) -> bool {
    let mut characters = rest.chars();
    match characters.next() {
        Some('，') => true,
        // `1,000` is one number.
        Some(',') => !characters.next().is_some_and(|next| next.is_ascii_digit()),
        Some(first) => first.is_whitespace(),
        None => false,
    }
}

/// How long a text is at most once it is escaped, in bytes: XML writes `"` as six, JSON a line feed
/// as two.
pub fn escaped_length(text: &str) -> usize {
    let more = |byte| match byte {
        b'<' | b'>' => 3,
        b'&' => 4,
        b'"' | b'\'' => 5,
        b'\n' | b'\\' => 1,
        _ => 0,
    };
    text.len() + text.bytes().map(more).sum::<usize>()
}

/// Where an ASCII character stands first, found many bytes at a time, which `str::find` does not.
pub fn find_sign(text: &str, sign: u8) -> Option<usize> {
    memchr::memchr(sign, text.as_bytes())
}

/// Where an ASCII character stands, each time.
pub fn signs(text: &str, sign: u8) -> impl Iterator<Item = usize> {
    memchr::memchr_iter(sign, text.as_bytes())
}

/// How many ends of lines a text has.
pub fn lines(text: &str) -> usize {
    signs(text, b'\n').count()
}

/// Where an ASCII character stands last.
pub fn last_sign(text: &str, sign: u8) -> Option<usize> {
    memchr::memrchr(sign, text.as_bytes())
}

/// Whether a text holds an ASCII character. Most bodies hold none of those that mean something to
/// Liquid or kramdown.
pub fn has_sign(text: &str, sign: u8) -> bool {
    find_sign(text, sign).is_some()
}

/// Whether a text holds a few ASCII characters one behind the other.
pub fn has_signs(text: &str, signs: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), signs.as_bytes()).is_some()
}
