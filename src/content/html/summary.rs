//! The plain text of a post, gathered while its tree is walked, and what of it can be a summary.

use crate::content::text;

/// How much text is kept for posts that have no paragraph, in bytes.
const ENOUGH: usize = 1_500;
/// Longest credit line, in characters.
const LONGEST_BYLINE: usize = 40;
/// Signs that begin a credit line in Chinese newspapers.
const BYLINE_SIGNS: [char; 6] = ['□', '■', '◎', '●', '◆', '▲'];
/// Words of which a short line without a sentence is a credit line.
const BYLINE_WORDS: [&str; 12] = [
    "记者",
    "記者",
    "通讯员",
    "编辑",
    "責編",
    "责编",
    "作者",
    "来源",
    "來源",
    "摄影",
    "撰文",
    "供图",
];

/// Gathers text; see [`Summary::finish`].
#[derive(Debug, Default)]
pub struct Summary {
    text: String,
    /// Whether a blank is due before the next word.
    blank: bool,
    /// How much of the text does not count as a beginning: headings and credit lines.
    preamble: usize,
    /// How many elements are open whose paragraphs are none of the post's.
    asides: usize,
    /// Whether text is none of the post's.
    is_muted: bool,
    quotes: usize,
    quote_start: usize,
    /// Whether a separator may come, which makes all before it the excerpt: else a paragraph is enough.
    wants_text: bool,
    found: Found,
}

/// What a summary can be made of; plain text each.
#[derive(Debug, Default, Clone)]
pub struct Found {
    /// Everything before the separator.
    pub excerpt: Option<String>,
    /// A quotation at the beginning.
    pub leading_quote: Option<String>,
    /// The first paragraph that is more than a credit line.
    pub first_paragraph: Option<String>,
    /// The beginning of all text.
    pub text: String,
}

impl Summary {
    /// No text yet, and room for what is kept of most posts.
    pub fn new(wants_text: bool) -> Self {
        let text = String::with_capacity(2 * ENOUGH);
        Self { text, wants_text, ..Self::default() }
    }

    /// Adds text as it stands in the tree.
    pub fn push(&mut self, text: &str) {
        if self.is_muted {
            return;
        }
        let is_enough = !self.wants_text || self.text.len() >= ENOUGH;
        if self.found.first_paragraph.is_some() && is_enough {
            return;
        }
        self.blank |= text.starts_with(char::is_whitespace);
        for word in text::words(text) {
            if self.blank && !self.text.is_empty() {
                self.text.push(' ');
            }
            self.text.push_str(word);
            self.blank = true;
        }
        self.blank = if text.is_empty() { self.blank } else { text.ends_with(char::is_whitespace) };
    }

    /// What follows is left out, or no more.
    pub fn mute(&mut self, is_muted: bool) {
        self.is_muted = is_muted;
    }

    /// What follows is on another line.
    pub fn boundary(&mut self) {
        self.blank = true;
    }

    /// Where the next paragraph, heading or quotation starts.
    pub fn position(&mut self) -> usize {
        self.blank = true;
        self.text.len()
    }

    /// A paragraph that started at `start` ends here.
    pub fn end_paragraph(&mut self, start: usize) {
        self.blank = true;
        if self.asides > 0 || self.quotes > 0 || self.found.first_paragraph.is_some() {
            return;
        }
        let paragraph = self.text[start..].trim();
        if is_real(paragraph) {
            self.found.first_paragraph = Some(paragraph.to_owned());
        } else {
            self.skip(start);
        }
    }

    /// What started at `start` ends here and is no beginning of the post.
    pub fn skip(&mut self, start: usize) {
        self.blank = true;
        if start <= self.preamble {
            self.preamble = self.text.len();
        }
    }

    /// A quotation starts here.
    pub fn start_quote(&mut self) {
        if self.quotes == 0 {
            self.quote_start = self.position();
        }
        self.quotes += 1;
    }

    /// The quotation ends here.
    pub fn end_quote(&mut self) {
        self.blank = true;
        self.quotes = self.quotes.saturating_sub(1);
        let is_leading = self.quotes == 0 && self.asides == 0 && self.quote_start <= self.preamble;
        if is_leading && self.found.leading_quote.is_none() {
            let quote = self.text[self.quote_start..].trim();
            self.found.leading_quote = Some(quote.to_owned()).filter(|quote| !quote.is_empty());
        }
    }

    /// An element starts whose paragraphs are none of the post's.
    pub fn start_aside(&mut self) {
        self.blank = true;
        self.asides += 1;
    }

    /// That element ends.
    pub fn end_aside(&mut self) {
        self.blank = true;
        self.asides = self.asides.saturating_sub(1);
    }

    /// The author's mark between the excerpt and the rest.
    pub fn separator(&mut self) {
        if self.found.excerpt.is_none() {
            self.found.excerpt = Some(self.text.trim().to_owned()).filter(|text| !text.is_empty());
        }
    }

    /// What was gathered.
    pub fn finish(mut self) -> Found {
        let end = self.text.floor_char_boundary(ENOUGH);
        self.text.truncate(end);
        let safe = |text: String| text::xml_safe(&text).into_owned();
        Found {
            excerpt: self.found.excerpt.map(safe),
            leading_quote: self.found.leading_quote.map(safe),
            first_paragraph: self.found.first_paragraph.map(safe),
            text: safe(self.text),
        }
    }
}

/// Whether a paragraph says something of the post: no credit line, no bare link, no ornament.
fn is_real(paragraph: &str) -> bool {
    if !paragraph.contains(char::is_alphanumeric) {
        return false;
    }
    let is_link = paragraph.starts_with("http://") || paragraph.starts_with("https://");
    if is_link && !paragraph.contains(' ') {
        return false;
    }
    if paragraph.chars().nth(LONGEST_BYLINE).is_some() {
        return true;
    }
    let has_sentence = paragraph.contains(['。', '！', '？', '；', '!', '?', '…']);
    let is_credit = paragraph.starts_with(BYLINE_SIGNS)
        || BYLINE_WORDS.iter().any(|word| paragraph.contains(word));
    has_sentence || !is_credit
}
