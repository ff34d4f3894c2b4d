//! Reads Rust sources just well enough to check them: lines without comments and string literals,
//! and the paths that they name.

use std::fs;
use std::path::Path;

/// One source file.
pub(super) struct File {
    /// Its path below the repository, with slashes.
    pub(super) name: String,
    /// All of it.
    pub(super) text: String,
    /// The text with blanks for comments and literals.
    pub(super) code: String,
    /// The text with blanks for literals.
    pub(super) prose: String,
}

/// A path of modules and items that a file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// The line, counted from 1.
    pub(super) line: usize,
    /// `std::fs::File`.
    pub(super) path: String,
}

impl File {
    /// Reads a text under a name.
    pub(super) fn new(name: &str, text: &str) -> Self {
        let (code, prose) = blanked(text);
        Self { name: name.to_owned(), text: text.to_owned(), code, prose }
    }

    /// The lines of a view that hold `word`, as a whole word where it begins or ends with a letter.
    pub(super) fn lines_with(view: &str, word: &str) -> Vec<usize> {
        let has = |line: &str| {
            line.match_indices(word).any(|(start, _)| {
                let before = line[..start].chars().next_back();
                let after = line[start + word.len()..].chars().next();
                !(word.starts_with(is_word) && before.is_some_and(is_word)
                    || word.ends_with(is_word) && after.is_some_and(is_word))
            })
        };
        view.lines().enumerate().filter(|(_, line)| has(line)).map(|(index, _)| index + 1).collect()
    }

    /// All paths that begin with `head`: in `use` trees, which are expanded, and elsewhere.
    pub(super) fn paths(&self, head: &str) -> Vec<Named> {
        let mut named = Vec::new();
        for (start, _) in self.code.match_indices(head) {
            let (before, after) = (&self.code[..start], &self.code[start + head.len()..]);
            let is_inside = before.chars().next_back().is_some_and(|c| is_word(c) || c == ':');
            if is_inside || after.starts_with(is_word) {
                continue;
            }
            let is_whole = before.trim_end().ends_with("use")
                && (after.starts_with(';') || after.starts_with(" as "));
            if is_whole {
                named.push(Named { line: self.line_at(start), path: head.to_owned() });
            } else if let Some(tree) = after.strip_prefix("::") {
                let tree_start = start + head.len() + 2;
                self.expand(tree, tree_start, head, &mut named);
            }
        }
        named
    }

    /// Names that mean something of our own in this file, whatever crates are called.
    pub(super) fn own_names(&self) -> Vec<String> {
        let imported = self
            .paths("crate")
            .into_iter()
            .filter_map(|named| named.path.rsplit_once("::").map(|(_, name)| name.to_owned()));
        let modules = self.code.lines().filter_map(|line| {
            let name = line.trim().trim_start_matches("pub ").strip_prefix("mod ")?;
            name.strip_suffix(';').map(str::to_owned)
        });
        imported.chain(modules).collect()
    }

    fn line_at(&self, offset: usize) -> usize {
        self.code[..offset].matches('\n').count() + 1
    }

    fn expand(&self, tree: &str, start: usize, prefix: &str, named: &mut Vec<Named>) {
        let skipped = tree.len() - tree.trim_start().len();
        let (tree, start) = (&tree[skipped..], start + skipped);
        if let Some(group) = tree.strip_prefix('{') {
            let mut depth = 1;
            let mut item = 0;
            for (index, c) in group.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth == 0 || (depth == 1 && c == ',') {
                    self.expand(&group[item..index], start + 1 + item, prefix, named);
                    item = index + 1;
                }
                if depth == 0 {
                    return;
                }
            }
            return;
        }
        let length = tree.find(|c: char| !is_word(c) && c != '*').unwrap_or(tree.len());
        let segment = &tree[..length];
        if segment.is_empty() {
            return;
        }
        let path =
            if segment == "self" { prefix.to_owned() } else { format!("{prefix}::{segment}") };
        match tree[length..].strip_prefix("::") {
            Some(rest) if !rest.starts_with('<') => {
                self.expand(rest, start + length + 2, &path, named);
            }
            _ => named.push(Named { line: self.line_at(start), path }),
        }
    }
}

/// All Rust files below a folder of the repository, in order.
pub(super) fn sources(folder: &str) -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut open = vec![root.join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap();
                files.push(File::new(name, &fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort_by(|left, right| left.name.cmp(&right.name));
    files
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What stands at the beginning of some source text.
enum Token {
    Comment,
    Literal,
    Code,
}

/// The text twice: without comments and literals, and without literals.
fn blanked(text: &str) -> (String, String) {
    let (mut code, mut prose) = (String::new(), String::new());
    let mut rest = text;
    let mut before = ' ';
    while !rest.is_empty() {
        let (token, length) = token(rest, before);
        let (shown, after) = rest.split_at(length);
        let blank: String = shown.chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        code.push_str(if matches!(token, Token::Code) { shown } else { &blank });
        prose.push_str(if matches!(token, Token::Literal) { &blank } else { shown });
        before = shown.chars().next_back().unwrap_or(' ');
        rest = after;
    }
    (code, prose)
}

fn token(rest: &str, before: char) -> (Token, usize) {
    let first = rest.chars().next().map_or(0, char::len_utf8);
    if rest.starts_with("//") {
        return (Token::Comment, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (Token::Comment, rest.find("*/").map_or(rest.len(), |end| end + 2));
    }
    if let Some(raw) = rest.strip_prefix('r').filter(|_| !is_word(before) || before == 'b') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let body = 1 + hashes + 1;
            let length = rest[body..].find(&end).map_or(rest.len(), |at| body + at + end.len());
            return (Token::Literal, length);
        }
    }
    if let Some(inner) = rest.strip_prefix('"') {
        return (Token::Literal, 1 + quoted(inner, '"'));
    }
    if let Some(inner) = rest.strip_prefix('\'') {
        let mut chars = inner.chars();
        let (one, two) = (chars.next(), chars.next());
        // Anything else is a lifetime.
        if one == Some('\\') || two == Some('\'') {
            return (Token::Literal, 1 + quoted(inner, '\''));
        }
    }
    (Token::Code, first)
}

/// The length of a literal's rest with its closing quote.
fn quoted(rest: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (index, c) in rest.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            c if c == quote => return index + 1,
            _ => {}
        }
    }
    rest.len()
}
