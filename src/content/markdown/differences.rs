//! Where the page that kramdown makes shows something else than the entry, on purpose or because
//! nobody would want it: each is told with its line.

use crate::content::markdown::code::{Leaf, Lines};
use crate::content::markdown::line::{
    behind_containers, behind_quotes, is_attribute_list, line_end,
};
use crate::content::markdown::tag::Tag;
use crate::content::text::{has_sign, lines};

/// Most differences of one text that are told.
const MOST: usize = 64;

/// How far the end of an element is looked for, in bytes.
const MOST_SEARCHED: usize = 4096;

/// What differs: what the page shows, and what to write instead.
pub type Difference = (&'static str, &'static str);

/// A post without a body.
pub const NO_TEXT: Difference =
    ("the post has no text; its entry shows the title alone", "write what subscribers shall read");

const TABLE: Difference = (
    "a bar makes a table of this paragraph on the page; here it stays text",
    "write `\\|`, or begin each row with `|` for a table",
);
const NO_TABLE: Difference = (
    "this table is text on the page, since it begins in a paragraph",
    "leave a blank line before its first row",
);
const FENCE: Difference = (
    "this fence is text on the page, since words follow the language; here it is code",
    "write one word behind the backticks",
);
const VOID_END: Difference =
    ("this end tag is shown as text on the page; here it is left out", "leave it out");
const ATTRIBUTE: Difference = (
    "this tag is shown as text on the page, since a value needs quotes; here it is a tag",
    "put quotation marks around the value",
);
const UNCLOSED: Difference = (
    "nothing ends this element, so the page hides what follows it; here its tag is text",
    "write `&lt;` for the `<`, or put the tag in backticks",
);
const GIST: Difference =
    ("the page shows this gist by a script; here it is a link", "put the text of it into the post");
const SCRIPT: Difference = (
    "what this script shows on the page is not in the entry: readers run none",
    "show it in the text, in an image or by a link",
);
const EMPHASIS: Difference = (
    "these asterisks are shown as they are; the page may show strong text",
    "leave no blank or punctuation between them and the words",
);
const UNDERSCORES: Difference =
    ("the page may take these underscores for emphasis", "write `\\_` for each of them");
const FOREIGN: Difference = (
    "the page takes the words between `<` and `>` for a tag, and no link begins before it",
    "write `&lt;` for the `<`",
);

const NAME: Difference = (
    "the page takes the words between `<` and `>` for a tag and hides them; here they are text",
    "write `&lt;` for the `<`",
);

/// The differences of a body, each with its line, counted from 1.
pub fn found(markdown: &str) -> Vec<(usize, Difference)> {
    let mut signs = Signs {
        text: markdown,
        at: 0,
        in_formula: false,
        leaf: Leaf::default(),
        ends: Ends { text: markdown, known: Vec::new(), open: Vec::new() },
    };
    let mut found = Vec::new();
    let mut lines = Lines::of(markdown);
    let (mut at, mut number, mut paragraph) = (0, 0, Paragraph::default());
    while at < markdown.len() && found.len() < MOST {
        let end = line_end(markdown, at);
        let line = &markdown[at..end];
        number += 1;
        let was_open = lines.is_open();
        if lines.passes(line, at) || is_attribute_list(line.trim()) {
            if !was_open && lines.is_open() && has_words(line) {
                found.push((number, FENCE));
            }
            found.extend(paragraph.end());
            signs.in_formula = false;
        } else {
            let has_bar = signs.pass(at, end, &mut |difference| found.push((number, difference)));
            found.extend(paragraph.add(line, (number, has_bar), lines.is_after_blank));
        }
        at = end;
    }
    found.extend(paragraph.end());
    // Once for each line.
    found.dedup();
    found.truncate(MOST);
    found
}

/// Signs of emphasis that are left in the HTML of a text.
pub fn left(markdown: &str, html: &str) -> Vec<(usize, Difference)> {
    if !has_sign(markdown, b'*') {
        return Vec::new();
    }
    let mut found = Vec::new();
    let (mut at, mut code, mut looks) = (0, 0_usize, 0);
    while let Some(sign) = html[at..].find(['<', '*']).filter(|_| found.len() < MOST) {
        at += sign;
        let rest = &html[at..];
        let is_one_of = |tags: [&str; 2]| tags.iter().any(|tag| rest.starts_with(tag));
        if is_one_of(["<code", "<pre"]) {
            code += 1;
        } else if is_one_of(["</code", "</pre"]) {
            code = code.saturating_sub(1);
        } else if rest.starts_with("<span class=\"math") {
            at += rest.find("</span>").unwrap_or(0);
        } else if code == 0
            && looks < 4 * MOST
            && let Some(words) = emphasized(rest)
        {
            // Each is looked for in the whole text.
            looks += 1;
            let places = markdown.match_indices(words).map(|(at, _)| at).take(MOST);
            let mut plain = places.filter(|at| !markdown[..*at].ends_with(['\\', '*']));
            found.extend(plain.next().map(|at| (lines(&markdown[..at]) + 1, EMPHASIS)));
        } else if code == 0 && rest.starts_with("**") {
            let words = &rest[..rest.find(['<', '&', '\n']).unwrap_or(rest.len())];
            let words = &words[..words.floor_char_boundary(24)];
            let line = markdown.find(words).filter(|_| words.len() > 2);
            found.extend(line.map(|at| (lines(&markdown[..at]) + 1, EMPHASIS)));
            at += 1;
        }
        at += 1;
    }
    found.dedup();
    found
}

/// The text between two single asterisks that HTML begins with, and these, if nothing but its signs
/// keeps it from being emphasized.
fn emphasized(html: &str) -> Option<&str> {
    let inner = html.strip_prefix('*').filter(|inner| !inner.starts_with('*'))?;
    let inner = &inner[..inner.floor_char_boundary(MOST_SEARCHED)];
    let end = inner.find(['*', '<', '&', '\n']).filter(|end| inner[*end..].starts_with('*'))?;
    let is_apart = |sign: Option<char>| sign.is_none_or(char::is_whitespace);
    let words = &inner[..end];
    let is_strong = inner[end..].starts_with("**");
    let is_text = is_apart(words.chars().next()) || is_apart(words.chars().next_back());
    (!is_strong && !is_text).then(|| &html[..end + 2])
}

/// The lines of a paragraph, or of the text of an item, as far as they have bars.
#[derive(Default)]
struct Paragraph {
    /// Its first line, if all its lines have bars.
    with_bars: Option<usize>,
    /// Whether the first line has one.
    begins_with_bar: bool,
    /// The number of its lines.
    count: usize,
    /// Whether its last line has a bar.
    has_bar: bool,
}

impl Paragraph {
    /// Takes in the next line, with its number and whether it has a bar.
    fn add(
        &mut self,
        line: &str,
        (number, has_bar): (usize, bool),
        is_after_blank: bool,
    ) -> Option<(usize, Difference)> {
        let (depth, bare) = behind_containers(behind_quotes(line));
        let ended = if is_after_blank || depth > 0 { self.end() } else { None };
        let is_rule = is_rule(bare);
        let begins_late = is_rule && self.has_bar && self.count > 1 && !self.begins_with_bar;
        self.begins_with_bar |= self.count == 0 && has_bar;
        if self.count == 0 && has_bar && !bare.starts_with('|') {
            self.with_bars = Some(number);
        }
        // A table that both know, or a paragraph with a line without a bar.
        if !has_bar || is_rule {
            self.with_bars = None;
        }
        self.count += 1;
        self.has_bar = has_bar;
        ended.or_else(|| begins_late.then_some((number - 1, NO_TABLE)))
    }

    fn end(&mut self) -> Option<(usize, Difference)> {
        std::mem::take(self).with_bars.map(|line| (line, TABLE))
    }
}

/// Whether a line holds nothing but signs and blanks.
fn is_whole_line(line: &str) -> bool {
    line.chars().all(|sign| sign.is_whitespace() || sign.is_ascii_punctuation())
}

/// Whether what follows a `<` may be the name of an element in another script than ours.
fn is_foreign(behind: &str) -> bool {
    let is_name =
        behind.chars().next().is_some_and(|sign| !sign.is_ascii() && sign.is_alphabetic());
    is_name && behind.contains('>')
}

/// Whether what follows a `<` is a tag with nothing but a name, which has letters of another script than
/// ours: kramdown knows such elements, and browsers show nothing of them.
fn is_foreign_tag(behind: &str) -> bool {
    let is_name = |sign: char| sign.is_alphanumeric() || matches!(sign, '-' | '_' | '.');
    let rest = behind.trim_start_matches(is_name);
    let name = &behind[..behind.len() - rest.len()];
    let begins = name.starts_with(|sign: char| sign.is_alphabetic() || sign == '_');
    begins && !name.is_ascii() && (rest.starts_with('>') || rest.starts_with("/>"))
}

/// Whether a line is a rule of a table.
fn is_rule(bare: &str) -> bool {
    let signs = bare.trim();
    signs.contains('|') && signs.contains('-') && signs.bytes().all(|byte| b"|-: ".contains(&byte))
}

/// Whether more than one word stands behind the signs of a fence.
fn has_words(line: &str) -> bool {
    let bare = behind_containers(behind_quotes(line)).1.trim();
    bare.trim_start_matches(['`', '~']).split_whitespace().count() > 1
}

/// The signs of a text that is no code: bars and tags.
struct Signs<'t> {
    text: &'t str,
    /// Up to where it was looked at: code and tags may go on in the next line.
    at: usize,
    in_formula: bool,
    leaf: Leaf,
    ends: Ends<'t>,
}

impl<'t> Signs<'t> {
    /// Looks at a line; tells whether a bar in it would divide cells: none in code, in a formula, in
    /// Liquid, or behind `\`.
    fn pass(&mut self, start: usize, end: usize, tell: &mut dyn FnMut(Difference)) -> bool {
        let text = self.text;
        let bytes = text.as_bytes();
        let line = &text[start..end];
        let has_liquid = line.contains("{{") || line.contains("{%");
        let mut has_bar = false;
        self.at = self.at.max(start);
        while self.at < end {
            let is_sign = |byte: &u8| matches!(byte, b'<' | b'`' | b'\\' | b'|' | b'$' | b'_');
            let Some(found) = bytes[self.at..end].iter().position(is_sign) else { break };
            let at = self.at + found;
            self.at = match bytes[at] {
                b'\\' => at + 2,
                b'`' => self.leaf.behind_code(text, at),
                b'$' if bytes.get(at + 1) == Some(&b'$') => {
                    self.in_formula = !self.in_formula;
                    at + 2
                }
                b'_' => {
                    let length = bytes[at..].iter().take_while(|byte| **byte == b'_').count();
                    if length > 3 && !is_whole_line(line) {
                        tell(UNDERSCORES);
                    }
                    at + length
                }
                b'<' if is_foreign(&text[at + 1..end]) && text[start..at].contains('[') => {
                    tell(FOREIGN);
                    at + 1
                }
                b'<' if is_foreign_tag(&text[at + 1..end]) => {
                    tell(NAME);
                    at + 1
                }
                b'<' => {
                    let tag = Tag::at(text, at);
                    if let Some(difference) = tag.and_then(|tag| self.of_tag(&tag, start)) {
                        tell(difference);
                    }
                    tag.map_or(at + 1, |tag| tag.end)
                }
                sign => {
                    has_bar |= sign == b'|' && !self.in_formula && !has_liquid;
                    at + 1
                }
            };
        }
        has_bar
    }

    fn of_tag(&mut self, tag: &Tag<'t>, line: usize) -> Option<Difference> {
        let written = &self.text[tag.start..tag.end];
        if tag.is_end {
            let is_stray = tag.is_empty || !self.ends.close(tag.name);
            return is_stray.then_some(VOID_END);
        }
        if !tag.is_empty {
            self.ends.open(tag.name);
        }
        if has_bare_value(written) {
            return Some(ATTRIBUTE);
        }
        if tag.name.eq_ignore_ascii_case("script") {
            if written.contains("//gist.github.com/") {
                return Some(GIST);
            }
            // Data for other scripts is not seen.
            let is_data = ["json", "math/"].iter().any(|kind| written.contains(kind));
            return (!is_data).then_some(SCRIPT);
        }
        let begins = behind_containers(&self.text[line..tag.start]).1.is_empty();
        let last =
            if begins { self.ends.last(tag.name) } else { self.ends.within(tag.name, tag.end) };
        (tag.is_greedy() && last < tag.end).then_some(UNCLOSED)
    }
}

/// Whether a value without quotes has other signs than letters and digits.
fn has_bare_value(tag: &str) -> bool {
    let mut quote = None;
    let mut before = ' ';
    let mut is_bare = false;
    tag.chars().any(|sign| {
        match quote {
            Some(open) if open == sign => quote = None,
            None if matches!(sign, '"' | '\'') && before == '=' => {
                (quote, is_bare) = (Some(sign), false);
            }
            None if sign.is_whitespace() || sign == '>' => is_bare = false,
            None if before == '=' && !is_bare => is_bare = true,
            _ => {}
        }
        let is_odd = is_bare && quote.is_none() && !sign.is_alphanumeric() && sign != '_';
        before = sign;
        is_odd
    })
}

/// Where elements end.
struct Ends<'t> {
    text: &'t str,
    /// The last end of each element that was asked for.
    known: Vec<(&'t str, usize)>,
    /// How many of each element are open.
    open: Vec<(&'t str, usize)>,
}

impl<'t> Ends<'t> {
    /// An element begins. Most texts have few kinds of them; of more it is not known.
    fn open(&mut self, name: &'t str) {
        let known = self.open.iter().position(|(open, _)| open.eq_ignore_ascii_case(name));
        match known {
            Some(known) => self.open[known].1 += 1,
            None if self.open.len() < MOST => self.open.push((name, 1)),
            None => {}
        }
    }

    /// An element ends; whether there is one.
    fn close(&mut self, name: &str) -> bool {
        let mut open = self.open.iter_mut();
        let Some((_, count)) = open.find(|(open, _)| open.eq_ignore_ascii_case(name)) else {
            return self.open.len() == MOST;
        };
        let is_open = *count > 0;
        *count = count.saturating_sub(1);
        is_open
    }

    /// The last end tag of an element; 0 where there is none.
    fn last(&mut self, name: &'t str) -> usize {
        let known = self.known.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        if let Some((_, last)) = known {
            return *last;
        }
        let last = ends(self.text, name).last().unwrap_or(0);
        self.known.push((name, last));
        last
    }

    /// The next one in the paragraph that a place is in.
    fn within(&self, name: &str, from: usize) -> usize {
        let rest = &self.text[from..];
        let rest = &rest[..rest.floor_char_boundary(MOST_SEARCHED)];
        let rest = rest.split_once("\n\n").map_or(rest, |(paragraph, _)| paragraph);
        ends(rest, name).next().map_or(0, |end| from + end)
    }
}

/// Where end tags of an element stand in a text.
fn ends(text: &str, name: &str) -> impl Iterator<Item = usize> {
    text.match_indices("</").map(|(at, _)| at).filter(move |at| {
        let end = text.get(at + 2..at + 2 + name.len());
        end.is_some_and(|end| end.eq_ignore_ascii_case(name))
    })
}
