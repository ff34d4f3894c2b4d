//! Mutations of posts that know what a post is made of: lines, front matter, elements, pieces that
//! parsers look for; and some that know nothing, for arbitrary bytes.

use crate::fuzz::seeds::{ELEMENTS, PIECES};

/// The longest text that mutations make, but for what one of them adds.
const LONGEST: usize = 24 << 10;

/// Numbers that look random and are the same in every run (xorshift64*, Vigna 2016).
pub(crate) struct Random(u64);

impl Random {
    /// The numbers of one iteration: it can be run again alone.
    pub(crate) fn of(iteration: u64) -> Self {
        // Neighbours are to have nothing in common (SplitMix64), and zero would stay zero.
        let mut mixed = iteration.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        Self((mixed ^ (mixed >> 31)) | 1)
    }

    /// A number below `limit`, which is not zero.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(number).unwrap() % limit
    }

    /// One of several.
    pub(crate) fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    /// A range of a text: mostly short, sometimes any.
    fn range(&mut self, length: usize) -> (usize, usize) {
        let start = self.below(length + 1);
        let longest = if self.below(4) == 0 { length } else { 40 };
        (start, (start + self.below(longest + 1)).min(length))
    }
}

/// One of `seeds`, changed one to six times; bytes that may be no text at all.
pub(crate) fn mutated(seeds: &[&str], random: &mut Random) -> Vec<u8> {
    let mut text = random.one(seeds).as_bytes().to_vec();
    for _ in 0..=random.below(6) {
        mutate(&mut text, seeds, random);
        text.truncate(LONGEST);
    }
    text
}

fn mutate(text: &mut Vec<u8>, seeds: &[&str], random: &mut Random) {
    let (start, end) = random.range(text.len());
    match random.below(14) {
        0..=2 => insert(text, start, random.one(PIECES).as_bytes()),
        3 => {
            for _ in 0..random.below(12) {
                let at = random.below(text.len() + 1);
                insert(text, at, random.one(PIECES).as_bytes());
            }
        }
        4 => drop(text.drain(start..end)),
        5 => {
            let name = random.one(ELEMENTS);
            insert(text, end, format!("</{name}>").as_bytes());
            insert(text, start, format!("<{name}>").as_bytes());
        }
        6 => repeat(text, start, end, random),
        7 => {
            let piece = random.one(PIECES).repeat(1 + random.below(600));
            insert(text, start, piece.as_bytes());
        }
        8 => splice(text, random.one(seeds).as_bytes(), random),
        9 | 10 => lines(text, random),
        11 => value(text, random),
        12 => bytes(text, random),
        _ => move_range(text, start, end, random),
    }
}

fn insert(text: &mut Vec<u8>, at: usize, piece: &[u8]) {
    text.splice(at..at, piece.iter().copied());
}

/// The same again, up to a few thousand times: nesting and runs.
fn repeat(text: &mut Vec<u8>, start: usize, end: usize, random: &mut Random) {
    let piece = text[start..end].to_vec();
    let most = if random.below(8) == 0 { LONGEST } else { 400 };
    let times = (most / piece.len().max(1)).min(1 + random.below(3_000));
    insert(text, end, &piece.repeat(times));
}

/// The beginning of one text and the end of another.
fn splice(text: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    text.truncate(random.below(text.len() + 1));
    text.extend_from_slice(&other[random.below(other.len() + 1)..]);
}

/// Lines doubled, dropped, put elsewhere.
fn lines(text: &mut Vec<u8>, random: &mut Random) {
    let mut lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    if lines.is_empty() {
        return;
    }
    let (from, to) = (random.below(lines.len()), random.below(lines.len()));
    match random.below(3) {
        0 => drop(lines.remove(from)),
        1 => lines.insert(to, lines[from]),
        _ => lines.swap(from, to),
    }
    *text = lines.concat();
}

/// Another value for a key of the front matter, quoted or not.
fn value(text: &mut Vec<u8>, random: &mut Random) {
    let is_key = |line: &[u8]| line.contains(&b':');
    let mut lines: Vec<Vec<u8>> =
        text.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
    let keys: Vec<usize> = (0..lines.len().min(12)).filter(|at| is_key(&lines[*at])).collect();
    if keys.is_empty() {
        return;
    }
    let line = &mut lines[keys[random.below(keys.len())]];
    let colon = line.iter().position(|byte| *byte == b':').unwrap();
    let mut written = String::new();
    for _ in 0..=random.below(4) {
        written.push_str(random.one(PIECES));
    }
    let quote = random.one(&["", "\"", "'"]);
    line.truncate(colon);
    line.extend_from_slice(format!(": {quote}{written}{quote}\n").as_bytes());
    *text = lines.concat();
}

/// Bytes that need not be text.
fn bytes(text: &mut [u8], random: &mut Random) {
    for _ in 0..=random.below(4) {
        if !text.is_empty() {
            let at = random.below(text.len());
            text[at] = u8::try_from(random.below(256)).unwrap();
        }
    }
}

fn move_range(text: &mut Vec<u8>, start: usize, end: usize, random: &mut Random) {
    let piece: Vec<u8> = text.drain(start..end).collect();
    let at = random.below(text.len() + 1);
    insert(text, at, &piece);
}
