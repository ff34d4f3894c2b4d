//! HTML as it may stand in a feed: one parse, one walk, one text.
//!
//! The parser balances what is unbalanced. The walk drops what is unsafe, hidden or empty, keeps
//! the attributes of a list, makes addresses absolute, and finds the summary, the first image and
//! the author on its way. What it writes parses back to the same tree. The only owner of `scraper`.

use crate::content::text;
use crate::content::url;
use crate::error::Error;

pub mod attributes;
pub mod elements;
pub mod nesting;
pub mod summary;
pub mod tags;

/// Longest cleaned HTML of one post, in bytes; the rest is cut off at an element.
pub const MAX_LENGTH: usize = 2 << 20;

/// The site's CSS selectors, compiled.
#[derive(Debug, Clone, Default)]
pub struct Selectors {
    remove: Option<scraper::Selector>,
    author: Option<scraper::Selector>,
}

impl Selectors {
    /// Compiles the selectors of elements to remove.
    pub fn remove(&mut self, selector: &str) -> Result<(), String> {
        self.remove = Some(compile(selector)?);
        Ok(())
    }

    /// Compiles the selector of the element that names the author.
    pub fn author(&mut self, selector: &str) -> Result<(), String> {
        self.author = Some(compile(selector)?);
        Ok(())
    }
}

/// What cleaning depends on.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The URL of the post.
    pub base: Option<&'a url::Base>,
    /// What the site wants removed.
    pub selectors: &'a Selectors,
    /// What the text of the author's element says of the author; `None`: it is another credit.
    pub author: &'a dyn Fn(&str) -> Option<String>,
    /// The text of the comment that ends the excerpt, besides `more`.
    pub separator: Option<&'a str>,
}

/// A cleaned body, and what was found in it.
#[derive(Debug, Default)]
pub struct Cleaned {
    /// Balanced, safe, XML-safe HTML with absolute addresses; void elements end with ` />`.
    pub html: String,
    /// What a summary can be made of.
    pub found: summary::Found,
    /// The absolute address of the first image.
    pub image: Option<String>,
    /// The author, from the element that the site's selector names.
    pub author: Option<String>,
    /// The body is not quite what was written.
    pub warning: Option<Error>,
}

/// Cleans a body.
pub fn clean(html: &str, context: &Context) -> Cleaned {
    if !nesting::fits(html) {
        let mut cleaned = walk(&paragraphs(html), context);
        cleaned.warning = Some(Error::BodyTooDeep { limit: nesting::MAX_DEPTH });
        return cleaned;
    }
    walk(html, context)
}

/// The text of a short piece of HTML: tags stripped, entities decoded once.
pub fn text_of(html: &str) -> String {
    if !nesting::fits(html) {
        return html.to_owned();
    }
    let document = scraper::Html::parse_fragment(html);
    let mut text = String::with_capacity(html.len());
    for node in document.tree.nodes() {
        let scraper::Node::Text(part) = node.value() else { continue };
        let parent = node.parent().and_then(scraper::ElementRef::wrap);
        let is_dropped = |name: &str| {
            elements::is_raw_text(name) && elements::fate(name) == elements::Fate::Drop
        };
        if !parent.is_some_and(|parent| is_dropped(parent.value().name())) {
            text.push_str(part);
        }
    }
    text
}

fn compile(selector: &str) -> Result<scraper::Selector, String> {
    scraper::Selector::parse(selector).map_err(|error| error.to_string())
}

/// `html` with its text only, in paragraphs: for what must not be parsed.
fn paragraphs(html: &str) -> String {
    let mut flat = String::with_capacity(html.len());
    let mut tags = tags::Tags::new(html);
    let mut from = 0;
    let mut is_open = false;
    let mut push = |part: &str, breaks: bool| {
        if !part.trim().is_empty() {
            flat.push_str(if is_open { "" } else { "<p>" });
            is_open = true;
            flat.push_str(&part.replace('<', "&lt;"));
        }
        if breaks && is_open {
            flat.push_str("</p>\n");
            is_open = false;
        }
    };
    while let Some(tag) = tags.next() {
        let name = tag.name.as_str();
        push(&html[from..tag.start], elements::closes_paragraph(name) || name == "br");
        from = tags.position();
    }
    push(html.get(from..).unwrap_or(""), true);
    flat
}

/// Parses and walks `html`, whose nesting is known to be bounded.
fn walk(html: &str, context: &Context) -> Cleaned {
    let document = scraper::Html::parse_fragment(html);
    let root = document.root_element();
    let mut writer = Writer::new(context, html.len());
    let mut cursor = root.first_child();
    while let Some(node) = cursor {
        if writer.html.len() > MAX_LENGTH {
            writer.warning = Some(Error::BodyTooLong { limit: MAX_LENGTH });
            break;
        }
        let is_open = match node.value() {
            scraper::Node::Text(text) => writer.text(text),
            scraper::Node::Comment(comment) => writer.comment(comment),
            _ => scraper::ElementRef::wrap(node).is_some_and(|element| writer.open(element)),
        };
        if is_open && let Some(child) = node.first_child() {
            cursor = Some(child);
            continue;
        }
        if is_open {
            writer.close();
        }
        let mut at = node;
        cursor = loop {
            if let Some(next) = at.next_sibling() {
                break Some(next);
            }
            let Some(parent) = at.parent().filter(|parent| parent.id() != root.id()) else {
                break None;
            };
            writer.close();
            at = parent;
        };
    }
    writer.finish()
}

/// What an open element means for the text in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Inline,
    Block,
    Paragraph(usize),
    Heading(usize),
    Quote,
    Aside,
}

/// An open element.
struct Frame {
    /// The tag to close; `None` when it was not written or is closed already.
    tag: Option<&'static str>,
    /// Where its start tag was written.
    start: usize,
    /// Where its content begins.
    content: usize,
    role: Role,
}

/// Writes the cleaned HTML of a tree that is walked in document order.
struct Writer<'a> {
    html: String,
    frames: Vec<Frame>,
    /// How many paragraphs are open in `frames`, to find out quickly that none is.
    paragraphs: usize,
    /// Attributes of the element at hand, kept for its allocation.
    attributes: String,
    summary: summary::Summary,
    image: Option<String>,
    author: Option<String>,
    warning: Option<Error>,
    context: &'a Context<'a>,
    resolver: attributes::Resolver<'a>,
}

impl<'a> Writer<'a> {
    fn new(context: &'a Context<'a>, length: usize) -> Self {
        Self {
            html: String::with_capacity(length + length / 8),
            frames: Vec::with_capacity(16),
            paragraphs: 0,
            attributes: String::new(),
            summary: summary::Summary::default(),
            image: None,
            author: None,
            warning: None,
            context,
            resolver: attributes::Resolver(context.base),
        }
    }

    fn text(&mut self, text: &str) -> bool {
        self.summary.push(text);
        let safe = text::xml_safe(text);
        // A parser drops a line end right behind `<pre>`.
        if safe.starts_with('\n') && self.is_right_behind("pre") {
            self.html.push('\n');
        }
        attributes::escape(&mut self.html, &safe);
        false
    }

    fn comment(&mut self, comment: &str) -> bool {
        let comment = comment.trim();
        if comment == "more" || self.context.separator == Some(comment) {
            self.summary.separator();
        }
        false
    }

    /// Opens an element; false when it goes with all its content, or has none.
    fn open(&mut self, element: scraper::ElementRef) -> bool {
        let value = element.value();
        let name = value.name();
        // Formulas keep their text. Their elements mean nothing where readers strip `math`.
        let is_foreign = &*value.name.ns != "http://www.w3.org/1999/xhtml";
        let fate = match elements::fate(name) {
            elements::Fate::Drop => return false,
            _ if is_foreign => elements::Fate::Unwrap,
            fate => fate,
        };
        if attributes::is_hidden(value.attrs()) || self.is_unwanted(element) {
            return false;
        }
        match fate {
            elements::Fate::Drop => false,
            elements::Fate::Unwrap => self.push_frame(None, Role::Inline),
            elements::Fate::UnwrapBlock => self.open_unwrapped_block(element),
            elements::Fate::Void(tag) => {
                self.void(tag, value);
                false
            }
            elements::Fate::Keep(tag) => self.keep(tag, value),
        }
    }

    /// What the site wants removed, and the author's line once it was read.
    fn is_unwanted(&mut self, element: scraper::ElementRef) -> bool {
        let selectors = self.context.selectors;
        if selectors.remove.as_ref().is_some_and(|selector| selector.matches(&element)) {
            return true;
        }
        if !selectors.author.as_ref().is_some_and(|selector| selector.matches(&element)) {
            return false;
        }
        let text: String = element.text().collect();
        let Some(author) = (self.context.author)(&text::collapse(&text::xml_safe(&text))) else {
            return false;
        };
        self.author.get_or_insert(author);
        true
    }

    /// `center` and its like: a paragraph when they hold text, nothing when they hold blocks.
    fn open_unwrapped_block(&mut self, element: scraper::ElementRef) -> bool {
        let is_block = |child: &str| elements::closes_paragraph(child);
        if element.child_elements().any(|child| is_block(child.value().name())) {
            self.line_end();
            return self.push_frame(None, Role::Block);
        }
        self.attributes.clear();
        self.start("p");
        let start = self.summary.position();
        self.push_frame(Some("p"), Role::Paragraph(start))
    }

    fn void(&mut self, tag: &'static str, element: &scraper::node::Element) {
        let written = self.read_attributes(tag, element);
        if matches!(tag, "img" | "source" | "track") && !written.linked {
            return;
        }
        if self.image.is_none() {
            self.image = written.image;
        }
        if matches!(tag, "br" | "hr") {
            self.summary.boundary();
        }
        self.start(tag);
        self.html.truncate(self.html.len() - 1);
        self.html.push_str(" />");
    }

    fn keep(&mut self, tag: &'static str, element: &scraper::node::Element) -> bool {
        let written = self.read_attributes(tag, element);
        let is_anchor_in_anchor = tag == "a" && self.is_behind("a");
        match tag {
            "iframe" if !written.linked => return false,
            "a" if !written.linked || is_anchor_in_anchor => {
                return self.push_frame(None, Role::Inline);
            }
            "span" if self.attributes.is_empty() => return self.push_frame(None, Role::Inline),
            "data" => return self.push_frame(None, Role::Inline),
            _ => {}
        }
        self.start(tag);
        if tag == "iframe" {
            self.html.push_str("</iframe>");
            return false;
        }
        let role = match tag {
            "p" => Role::Paragraph(self.summary.position()),
            "blockquote" => Role::Quote,
            _ if elements::is_heading(tag) => Role::Heading(self.summary.position()),
            _ if elements::is_aside(tag) => Role::Aside,
            "tr" | "td" | "th" | "caption" => Role::Block,
            _ if elements::closes_paragraph(tag) => Role::Block,
            _ => Role::Inline,
        };
        self.push_frame(Some(tag), role)
    }

    fn read_attributes(
        &mut self,
        tag: &str,
        element: &scraper::node::Element,
    ) -> attributes::Written {
        self.attributes.clear();
        attributes::write(&mut self.attributes, tag, element.attrs(), self.resolver)
    }

    /// Writes a start tag, after the end tags that it implies: where elements between were
    /// unwrapped, a parser would otherwise see another tree.
    fn start(&mut self, tag: &'static str) {
        if self.paragraphs > 0 && elements::closes_paragraph(tag) {
            self.end_implied(|open| open == "p", elements::is_scope);
        }
        match tag {
            "li" | "dd" | "dt" => self.end_implied(
                |open| if tag == "li" { open == "li" } else { matches!(open, "dd" | "dt") },
                |open| elements::is_special(open) && !matches!(open, "address" | "div" | "p"),
            ),
            "rt" | "rp" => self.end_implied(|open| matches!(open, "rt" | "rp"), |_| true),
            _ if elements::is_heading(tag) => self.end_implied(elements::is_heading, |_| true),
            _ => {}
        }
        self.html.push('<');
        self.html.push_str(tag);
        self.html.push_str(&self.attributes);
        self.html.push('>');
    }

    /// Ends the nearest written element that is `wanted`, unless a barrier is nearer.
    fn end_implied(&mut self, wanted: impl Fn(&str) -> bool, barrier: impl Fn(&str) -> bool) {
        let written = self
            .frames
            .iter()
            .rposition(|frame| frame.tag.is_some_and(|tag| wanted(tag) || barrier(tag)));
        let Some(at) = written.filter(|at| self.frames[*at].tag.is_some_and(&wanted)) else {
            return;
        };
        for frame in (at..self.frames.len()).rev() {
            self.end(frame);
        }
    }

    /// Writes the end tag of a frame, or takes back its start tag where nothing is in it.
    fn end(&mut self, frame: usize) {
        let Frame { ref mut tag, start, content, .. } = self.frames[frame];
        let Some(tag) = tag.take() else { return };
        self.paragraphs -= usize::from(tag == "p");
        let is_block = elements::closes_paragraph(tag);
        let inside = &self.html[content..];
        let is_empty = inside.is_empty() || (is_block && inside.trim().is_empty());
        // A video may have its address in an attribute.
        let is_bare = !matches!(tag, "video" | "audio") || content - start == tag.len() + 2;
        if is_empty && is_bare && elements::is_droppable(tag) {
            self.html.truncate(start);
            if is_block {
                self.line_end();
            }
            return;
        }
        self.html.push_str("</");
        self.html.push_str(tag);
        self.html.push('>');
    }

    fn push_frame(&mut self, tag: Option<&'static str>, role: Role) -> bool {
        let content = self.html.len();
        let start = match tag {
            Some(tag) => content - tag.len() - self.attributes.len() - 2,
            None => content,
        };
        self.paragraphs += usize::from(tag == Some("p"));
        match role {
            Role::Inline | Role::Paragraph(_) | Role::Heading(_) => {}
            Role::Block => self.summary.boundary(),
            Role::Quote => self.summary.start_quote(),
            Role::Aside => self.summary.start_aside(),
        }
        self.frames.push(Frame { tag, start, content, role });
        true
    }

    /// Closes the innermost open element.
    fn close(&mut self) {
        let Some(frame) = self.frames.last() else { return };
        match frame.role {
            Role::Inline => {}
            Role::Block if frame.tag.is_none() => {
                self.summary.boundary();
                self.line_end();
            }
            Role::Block => self.summary.boundary(),
            Role::Paragraph(start) => self.summary.end_paragraph(start),
            Role::Heading(start) => self.summary.skip(start),
            Role::Quote => self.summary.end_quote(),
            Role::Aside => self.summary.end_aside(),
        }
        self.end(self.frames.len() - 1);
        self.frames.pop();
    }

    /// Keeps text on both sides of a block that is not written from running together.
    fn line_end(&mut self) {
        if !self.html.is_empty() && !self.html.ends_with(['\n', '>']) {
            self.html.push('\n');
        }
    }

    /// Whether the start tag of `tag` was written last.
    fn is_right_behind(&self, tag: &str) -> bool {
        let innermost = self.frames.iter().rev().find(|frame| frame.tag.is_some());
        innermost.is_some_and(|frame| frame.tag == Some(tag) && frame.content == self.html.len())
    }

    /// Whether an open element `tag` was written.
    fn is_behind(&self, tag: &str) -> bool {
        self.frames.iter().any(|frame| frame.tag == Some(tag))
    }

    fn finish(mut self) -> Cleaned {
        while !self.frames.is_empty() {
            self.close();
        }
        let blank = |c: char| c.is_ascii_whitespace();
        self.html.truncate(self.html.trim_end_matches(blank).len());
        let start = self.html.len() - self.html.trim_start_matches(blank).len();
        self.html.drain(..start);
        Cleaned {
            html: self.html,
            found: self.summary.finish(),
            image: self.image,
            author: self.author,
            warning: self.warning,
        }
    }
}
