//! Which encoding a text that is not UTF-8 looks like, for a hint. What decides is how its bytes go
//! together, not what the text says.

/// How much of a text is looked at, in bytes.
const HEAD: usize = 64 << 10;

/// The characters of UTF-8 before the first wrong byte that make the text one of UTF-8.
const ENOUGH: usize = 3;

/// The encoding that bytes look like, by the name that iconv knows; `None` where they are damaged
/// UTF-8, or like nothing that is known here.
pub fn likely(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => return Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return Some("UTF-16"),
        _ => {}
    }
    let bytes = &bytes[..bytes.len().min(HEAD)];
    let is_utf8 = bytes.utf8_chunks().next().is_some_and(|first| {
        first.valid().chars().filter(|c| !c.is_ascii()).take(ENOUGH).count() == ENOUGH
    });
    if is_utf8 {
        return None;
    }
    let is_in = |read: Read, share: usize| {
        let Found { is_whole, all, usual } = Found::of(bytes, read);
        is_whole && usual > 0 && usual * 4 >= all * share
    };
    if is_in(shift_jis, 1) {
        return Some("SHIFT_JIS");
    }
    if is_in(euc_jp, 1) {
        return Some("EUC-JP");
    }
    if is_in(gb18030, 3) {
        return Some("GB18030");
    }
    // Five places of its upper half stand for nothing, and among Latin letters few are accented.
    let is_undefined = |byte: &u8| matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d);
    let upper = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    let letters = bytes.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let is_windows = upper > 0 && upper * 2 <= letters && !bytes.iter().any(is_undefined);
    is_windows.then_some("WINDOWS-1252")
}

/// What begins a text: how many bytes the first character has, and whether it is one of those that
/// texts are mostly made of.
type Read = fn(&[u8]) -> Option<(usize, bool)>;

/// The characters of a text that are not ASCII's, as an encoding reads it.
struct Found {
    /// Whether all bytes could be read.
    is_whole: bool,
    all: usize,
    /// Usual ones, unless they stand within a word of ASCII letters.
    usual: usize,
}

impl Found {
    fn of(bytes: &[u8], read: Read) -> Self {
        let mut found = Self { is_whole: true, all: 0, usual: 0 };
        let mut at = 0;
        let is_letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphabetic);
        while let Some(first) = bytes.get(at) {
            if first.is_ascii() {
                at += 1;
                continue;
            }
            let Some((length, is_usual)) = read(&bytes[at..]) else {
                // What is looked at may end within a character.
                found.is_whole = bytes.len() == HEAD && HEAD - at < 4;
                break;
            };
            let is_in_word = at > 0 && is_letter(at - 1) && is_letter(at + length);
            found.all += 1;
            found.usual += usize::from(is_usual && !is_in_word);
            at += length;
        }
        found
    }
}

/// GB 18030: pairs and fours. Those of GB 2312 are usual: punctuation and the Han of daily use.
fn gb18030(bytes: &[u8]) -> Option<(usize, bool)> {
    match *bytes {
        [0x81..=0xfe, 0x30..=0x39, 0x81..=0xfe, 0x30..=0x39, ..] => Some((4, false)),
        [0xa1..=0xa9 | 0xb0..=0xf7, 0xa1..=0xfe, ..] => Some((2, true)),
        [0x81..=0xfe, 0x40..=0x7e | 0x80..=0xfe, ..] => Some((2, false)),
        _ => None,
    }
}

/// Shift JIS: pairs, and narrow kana of one byte. Punctuation and kana are usual.
fn shift_jis(bytes: &[u8]) -> Option<(usize, bool)> {
    match *bytes {
        [0x81, 0x41 | 0x42 | 0x45 | 0x5b | 0x69 | 0x6a | 0x75 | 0x76, ..]
        | [0x82, 0x9f..=0xf1, ..]
        | [0x83, 0x40..=0x7e | 0x80..=0x96, ..] => Some((2, true)),
        [0x81..=0x9f | 0xe0..=0xfc, 0x40..=0x7e | 0x80..=0xfc, ..] => Some((2, false)),
        [0xa1..=0xdf, ..] => Some((1, false)),
        _ => None,
    }
}

/// EUC-JP: pairs, and threes of rare characters. Kana are usual.
fn euc_jp(bytes: &[u8]) -> Option<(usize, bool)> {
    match *bytes {
        [0xa4, 0xa1..=0xf3, ..] | [0xa5, 0xa1..=0xf6, ..] => Some((2, true)),
        [0x8e, 0xa1..=0xdf, ..] | [0xa1..=0xfe, 0xa1..=0xfe, ..] => Some((2, false)),
        [0x8f, 0xa1..=0xfe, 0xa1..=0xfe, ..] => Some((3, false)),
        _ => None,
    }
}
