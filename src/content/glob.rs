//! Patterns of paths as Ruby's `Dir.glob` has them, for the scopes of `defaults:`.
//!
//! `*` and `?` stop at a slash and at a leading dot, `**/` is any number of folders, `[a-z]` is one
//! character of several, `{a,b}` one of several texts. A pattern is compiled once, and matched in
//! time linear in the path for each of its parts.

/// How many patterns the braces of one may stand for.
const MAX_PATTERNS: usize = 64;

/// A compiled pattern. Jekyll takes what it finds for the beginning of paths, so that its `a` stands
/// for a file `ab.md`, too; here a folder or a file is found by its whole name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(Vec<Vec<Part>>);

/// What stands between two slashes.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// `**`, with something behind it.
    Folders,
    /// The pattern of one name.
    Name(Vec<char>),
}

impl Glob {
    /// Compiles a pattern.
    pub fn new(pattern: &str) -> Self {
        let parts = |pattern: String| {
            let names: Vec<&str> = pattern.split('/').filter(|name| *name != ".").collect();
            let part = |(index, name): (usize, &&str)| match *name {
                "**" if index + 1 < names.len() => Part::Folders,
                name => Part::Name(name.chars().collect()),
            };
            names.iter().enumerate().map(part).collect()
        };
        Self(alternatives(pattern).into_iter().map(parts).collect())
    }

    /// Whether it finds a path or a folder that the path is in.
    pub fn finds(&self, path: &str) -> bool {
        self.0.iter().any(|parts| finds(parts, path))
    }
}

/// What the braces of a pattern stand for.
fn alternatives(pattern: &str) -> Vec<String> {
    let mut done = Vec::new();
    let mut left = vec![pattern.to_owned()];
    while let Some(pattern) = left.pop() {
        // The innermost braces first: those within are then part of a text.
        let inner = pattern.find('}').and_then(|end| Some((pattern[..end].rfind('{')?, end)));
        match inner {
            Some((start, end)) if left.len() + done.len() < MAX_PATTERNS => {
                for one in pattern[start + 1..end].split(',') {
                    left.push([&pattern[..start], one, &pattern[end + 1..]].concat());
                }
            }
            _ => done.push(pattern),
        }
    }
    done
}

fn finds(parts: &[Part], path: &str) -> bool {
    // Before which parts the matching may stand.
    let mut before = vec![false; parts.len() + 1];
    before[0] = true;
    let mut names = path.split('/').peekable();
    while let Some(name) = names.next() {
        let is_folder = names.peek().is_some();
        let mut after = vec![false; parts.len() + 1];
        for (index, part) in parts.iter().enumerate() {
            if !before[index] {
                continue;
            }
            match part {
                Part::Folders => {
                    before[index + 1] = true;
                    after[index] |= is_folder && !name.starts_with('.');
                }
                Part::Name(pattern) => after[index + 1] |= is_name(pattern, name),
            }
        }
        // A slash at the end wants a folder.
        let wants_folder =
            |index: usize| matches!(&parts[index..], [Part::Name(last)] if last.is_empty());
        let is_found = after[parts.len()]
            || (is_folder && (0..parts.len()).any(|index| after[index] && wants_folder(index)));
        if is_found {
            return true;
        }
        before = after;
    }
    false
}

/// Whether a name is like a pattern without slashes.
fn is_name(pattern: &[char], name: &str) -> bool {
    if name.starts_with('.') && pattern.first() != Some(&'.') {
        return false;
    }
    let name: Vec<char> = name.chars().collect();
    let (mut at, mut next) = (0, 0);
    // Where the last `*` stood, and how far into the name it reaches.
    let mut star: Option<(usize, usize)> = None;
    while at < name.len() {
        if pattern.get(next) == Some(&'*') {
            star = Some((next, at));
            next += 1;
        } else if let Some(length) = one(&pattern[next..], name[at]) {
            (at, next) = (at + 1, next + length);
        } else {
            let Some((stood, reached)) = star else { return false };
            star = Some((stood, reached + 1));
            (at, next) = (reached + 1, stood + 1);
        }
    }
    pattern[next..].iter().all(|c| *c == '*')
}

/// How much of a pattern stands for this character at its start.
fn one(pattern: &[char], c: char) -> Option<usize> {
    match pattern {
        ['?', ..] => Some(1),
        ['\\', escaped, ..] => (*escaped == c).then_some(2),
        ['[', set @ ..] => {
            let Some(end) = set.iter().skip(1).position(|c| *c == ']') else {
                return (c == '[').then_some(1);
            };
            let set = &set[..=end];
            let is_not = matches!(set[0], '!' | '^') && set.len() > 1;
            is_in(&set[usize::from(is_not)..], c).ne(&is_not).then_some(end + 3)
        }
        [first, ..] => (*first == c).then_some(1),
        [] => None,
    }
}

/// Whether a character is one of a set like `a-z_`.
fn is_in(mut set: &[char], c: char) -> bool {
    loop {
        set = match set {
            [] => return false,
            [from, '-', to, ..] if (*from..=*to).contains(&c) => return true,
            [_, '-', _, rest @ ..] => rest,
            [one, ..] if *one == c => return true,
            [_, rest @ ..] => rest,
        };
    }
}
