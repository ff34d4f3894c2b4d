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
pub mod output;
pub mod summary;
pub mod tags;
pub mod trust;

/// Longest cleaned HTML of one post, in bytes; the rest is cut off at an element.
pub const MAX_LENGTH: usize = 2 << 20;

/// The same of a stranger's post.
pub const MAX_LENGTH_UNTRUSTED: usize = 1 << 20;

/// Longest HTML that is parsed, in bytes. A quotation mark of a Markdown text has become six.
pub const MAX_PARSED: usize = 4 << 20;

/// The site's CSS selectors, compiled.
#[derive(Debug, Clone, Default)]
pub struct Selectors {
    remove: Option<scraper::Selector>,
    author: Option<scraper::Selector>,
}

impl Selectors {
    /// Compiles the selectors of elements to remove.
    ///
    /// # Errors
    /// What is wrong with the selector.
    pub fn remove(&mut self, selector: &str) -> Result<(), String> {
        self.remove = Some(compile(selector)?);
        Ok(())
    }

    /// Compiles the selector of the element that names the author.
    ///
    /// # Errors
    /// What is wrong with the selector.
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
    /// How far the post's author is trusted.
    pub trust: trust::Trust,
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
    let (limit, unit) = match html.len() {
        0..=MAX_PARSED => (nesting::MAX_TAGS, "tags"),
        _ => (MAX_PARSED, "bytes of HTML"),
    };
    if html.len() > MAX_PARSED || !nesting::is_small(html) {
        let warning = Some(Error::BodyTooLarge { limit, unit });
        return Cleaned { warning, ..Cleaned::default() };
    }
    if !nesting::fits(html) {
        let mut cleaned = walk(&paragraphs(html), context);
        cleaned.warning = Some(Error::BodyTooDeep { limit: nesting::MAX_DEPTH });
        return cleaned;
    }
    walk(html, context)
}

/// The text of a short piece of HTML: tags stripped, entities decoded once.
pub fn text_of(html: &str) -> String {
    let flat = (!nesting::fits(html)).then(|| paragraphs(html));
    let document = scraper::Html::parse_fragment(flat.as_deref().unwrap_or(html));
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
        if writer.output.len() > writer.longest {
            writer.warning = Some(Error::BodyTooLong { limit: writer.longest });
        }
        if writer.warning.is_some() {
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

/// The sign between the parts of a formula, which must not run together: `1/2` is not 12.
fn sign_before(element: scraper::ElementRef) -> Option<&'static str> {
    let parent = element.parent().and_then(scraper::ElementRef::wrap)?;
    let sign = match parent.value().name() {
        "mfrac" => "/",
        "msup" => "^",
        "msub" => "_",
        _ => return None,
    };
    let mut before = element.prev_siblings().filter_map(scraper::ElementRef::wrap);
    // Each has two parts.
    (before.next().is_some() && before.next().is_none()).then_some(sign)
}

/// Whether an element holds nothing but a link to a footnote.
fn is_note(element: scraper::ElementRef) -> bool {
    let mut children = element.child_elements();
    let link = children.next().and_then(|child| child.value().attr("href"));
    link.is_some_and(|link| link.starts_with("#fn")) && children.next().is_none()
}

/// What an open element means for the text in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Inline,
    /// A line of its own.
    Block,
    /// The same without tags.
    Lines,
    /// With the place in the text where it starts, as below.
    Paragraph(usize),
    Heading(usize),
    Quote,
    Aside,
    /// The number of a footnote, which no summary holds.
    Note,
}

/// Writes the cleaned HTML of a tree that is walked in document order.
struct Writer<'a> {
    output: output::Output,
    /// What each open element is, the innermost last.
    roles: Vec<Role>,
    summary: summary::Summary,
    image: Option<String>,
    author: Option<String>,
    /// What was not written any more.
    warning: Option<Error>,
    /// How long the output may become, in bytes.
    longest: usize,
    context: &'a Context<'a>,
    resolver: attributes::Resolver<'a>,
}

impl<'a> Writer<'a> {
    fn new(context: &'a Context<'a>, length: usize) -> Self {
        Self {
            output: output::Output::with_capacity(length + length / 8),
            roles: Vec::with_capacity(16),
            summary: summary::Summary::default(),
            image: None,
            author: None,
            warning: None,
            longest: if context.trust.is_untrusted() { MAX_LENGTH_UNTRUSTED } else { MAX_LENGTH },
            context,
            resolver: attributes::Resolver { base: context.base, trust: context.trust },
        }
    }

    fn text(&mut self, text: &str) -> bool {
        self.summary.push(text);
        let safe = text::xml_safe(text);
        let room = self.longest.saturating_sub(self.output.len());
        // Six bytes at most for one: what is short enough needs no counting.
        if safe.len() > room / 6 && text::escaped_length(&safe) > room {
            self.output.text(&safe[..safe.floor_char_boundary(room / 6)]);
            self.warning = Some(Error::BodyTooLong { limit: self.longest });
            return false;
        }
        self.output.text(&safe);
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
        if is_foreign && let Some(sign) = sign_before(element) {
            self.text(sign);
        }
        let fate = match self.context.trust.fate(name) {
            elements::Fate::Drop => return false,
            _ if is_foreign => elements::Fate::Unwrap,
            fate => fate,
        };
        if attributes::is_hidden(value.attrs()) || self.is_unwanted(element) {
            return false;
        }
        match fate {
            // The estimate of nesting is one, and readers have limits of their own.
            elements::Fate::Keep(_) if self.roles.len() >= 2 * nesting::MAX_DEPTH => {
                self.enter_bare(Role::Inline)
            }
            elements::Fate::Drop => false,
            elements::Fate::Unwrap => self.enter_bare(Role::Inline),
            elements::Fate::UnwrapBlock => self.open_unwrapped_block(element),
            elements::Fate::Void(tag) => {
                self.void(tag, value);
                false
            }
            elements::Fate::Keep("sup") if is_note(element) => {
                self.read_attributes("sup", value);
                self.output.start("sup");
                self.enter(Role::Note)
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
            self.output.line_end();
            return self.enter_bare(Role::Lines);
        }
        self.output.attributes.clear();
        self.output.start("p");
        let start = self.summary.position();
        self.enter(Role::Paragraph(start))
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
        self.output.void(tag);
    }

    fn keep(&mut self, tag: &'static str, element: &scraper::node::Element) -> bool {
        let written = self.read_attributes(tag, element);
        let is_anchor_in_anchor = tag == "a" && self.output.is_within("a");
        match tag {
            "iframe" if !written.linked => return false,
            "a" if !written.linked || is_anchor_in_anchor => {
                return self.enter_bare(Role::Inline);
            }
            "span" if self.output.attributes.is_empty() => return self.enter_bare(Role::Inline),
            "data" => return self.enter_bare(Role::Inline),
            _ => {}
        }
        self.output.start(tag);
        if tag == "iframe" {
            self.output.end();
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
        self.enter(role)
    }

    fn read_attributes(
        &mut self,
        tag: &str,
        element: &scraper::node::Element,
    ) -> attributes::Written {
        self.output.attributes.clear();
        attributes::write(&mut self.output.attributes, tag, element.attrs(), self.resolver)
    }

    /// Opens an element whose tags are not written.
    fn enter_bare(&mut self, role: Role) -> bool {
        self.output.open_bare();
        self.enter(role)
    }

    fn enter(&mut self, role: Role) -> bool {
        match role {
            Role::Inline | Role::Paragraph(_) | Role::Heading(_) => {}
            Role::Block | Role::Lines => self.summary.boundary(),
            Role::Quote => self.summary.start_quote(),
            Role::Aside => self.summary.start_aside(),
            Role::Note => self.summary.mute(true),
        }
        self.roles.push(role);
        true
    }

    /// Closes the innermost open element.
    fn close(&mut self) {
        let Some(role) = self.roles.pop() else { return };
        match role {
            Role::Inline => {}
            Role::Block => self.summary.boundary(),
            Role::Lines => {
                self.summary.boundary();
                self.output.line_end();
            }
            Role::Paragraph(start) => self.summary.end_paragraph(start),
            Role::Heading(start) => self.summary.skip(start),
            Role::Quote => self.summary.end_quote(),
            Role::Aside => self.summary.end_aside(),
            Role::Note => self.summary.mute(false),
        }
        self.output.end();
    }

    fn finish(mut self) -> Cleaned {
        while !self.roles.is_empty() {
            self.close();
        }
        Cleaned {
            html: self.output.finish(),
            found: self.summary.finish(),
            image: self.image,
            author: self.author,
            warning: self.warning,
        }
    }
}
