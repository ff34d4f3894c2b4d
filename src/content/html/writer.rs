//! Writes the cleaned HTML of a tree that is walked in document order, and finds the summary, the
//! first image and the author on its way.

use crate::content::html::context::{Cleaned, Context, MAX_LENGTH, MAX_LENGTH_UNTRUSTED};
use crate::content::html::{attributes, elements, fallback, nesting, output, summary};
use crate::content::text;
use crate::diagnostic::Error;
use crate::diagnostic::loss::Loss;

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

/// Whether an element is the box of a task, which nobody can tick.
fn is_checkbox(element: &scraper::node::Element) -> bool {
    let is_box = element.attr("type").is_some_and(|kind| kind.eq_ignore_ascii_case("checkbox"));
    is_box && element.attr("disabled").is_some()
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
    /// An element whose content stands in for it.
    Object,
    Formula,
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
pub struct Writer<'a> {
    output: output::Output,
    /// What each open element is, the innermost last.
    roles: Vec<Role>,
    summary: summary::Summary,
    image: Option<String>,
    /// The image that was written last.
    shown: Option<String>,
    author: Option<String>,
    /// What was left out and is seen on the page.
    dropped: Vec<&'static str>,
    /// How many `object` are open, and how many formulas.
    objects: usize,
    formulas: usize,
    /// What was not written any more.
    warning: Option<Error>,
    /// How long the output may become, in bytes.
    longest: usize,
    context: &'a Context<'a>,
    resolver: attributes::Resolver<'a>,
}

impl<'a> Writer<'a> {
    /// Nothing yet of an HTML.
    pub fn new(context: &'a Context<'a>, html: &str) -> Self {
        let wants_text = context.wants_text || text::has_signs(html, "<!");
        Self {
            output: output::Output::with_capacity(html.len() + html.len() / 8),
            roles: Vec::with_capacity(16),
            summary: summary::Summary::new(wants_text),
            image: None,
            shown: None,
            author: None,
            dropped: Vec::new(),
            objects: 0,
            formulas: 0,
            warning: None,
            longest: if context.trust.is_untrusted() { MAX_LENGTH_UNTRUSTED } else { MAX_LENGTH },
            context,
            resolver: attributes::Resolver {
                base: context.base,
                trust: context.trust,
                page: context.page,
            },
        }
    }

    /// Whether no more may be written.
    pub fn is_full(&mut self) -> bool {
        if self.output.len() > self.longest {
            self.warning = Some(Error::Loss(Loss::TooLong { limit: self.longest }));
        }
        self.warning.is_some()
    }

    /// Writes text, which nothing is in: false.
    pub fn text(&mut self, text: &str) -> bool {
        self.summary.push(text);
        let safe = text::xml_safe(text);
        let room = self.longest.saturating_sub(self.output.len());
        // Six bytes at most for one: what is short enough needs no counting.
        if safe.len() > room / 6 && text::escaped_length(&safe) > room {
            self.output.text(&safe[..safe.floor_char_boundary(room / 6)]);
            self.warning = Some(Error::Loss(Loss::TooLong { limit: self.longest }));
            return false;
        }
        self.output.text(&safe);
        false
    }

    /// Takes in a comment, of which nothing is written: false.
    pub fn comment(&mut self, comment: &str) -> bool {
        let comment = comment.trim();
        if comment == "more" || self.context.separator == Some(comment) {
            self.summary.separator();
        }
        false
    }

    /// Opens an element; false when it goes with all its content, or has none.
    pub fn open(&mut self, element: scraper::ElementRef) -> bool {
        let value = element.value();
        let name = value.name();
        let is_foreign = &*value.name.ns != "http://www.w3.org/1999/xhtml";
        let is_math = &*value.name.ns == "http://www.w3.org/1998/Math/MathML"
            && (self.formulas > 0 || name == "math")
            && !self.context.trust.is_untrusted();
        let formula = if is_math { elements::math(name) } else { None };
        if is_foreign && let Some(sign) = sign_before(element) {
            if formula.is_some() {
                self.summary.push(sign);
            } else {
                self.text(sign);
            }
        }
        let fate = match self.context.trust.fate(name) {
            _ if name == "input" && is_checkbox(value) && self.formulas == 0 => {
                elements::Fate::Void("input")
            }
            elements::Fate::Drop if self.formulas > 0 => return false,
            elements::Fate::Drop => return self.instead(element),
            _ if let Some(tag) = formula => elements::Fate::Keep(tag),
            // What is no formula means nothing there, or might mean something else to another parser.
            _ if is_foreign || self.formulas > 0 => elements::Fate::Unwrap,
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
            elements::Fate::Unwrap if name == fallback::NOSCRIPT && self.has_shown(element) => {
                false
            }
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

    /// Writes what stands in for an element that no reader runs or loads; true where that is its
    /// content.
    fn instead(&mut self, element: scraper::ElementRef) -> bool {
        let value = element.value();
        match value.name() {
            "object" if self.objects > 0 || fallback::is_seen(element) => {
                self.objects += 1;
                return self.enter_bare(Role::Object);
            }
            "object" => self.link(value.attr("data")),
            "embed" if self.objects == 0 => self.link(value.attr("src")),
            "script" => self.link(value.attr("src").and_then(fallback::gist)),
            "input" if value.attr("type").is_some_and(|it| it.eq_ignore_ascii_case("hidden")) => {}
            name => {
                let missed = elements::SEEN.into_iter().find(|missed| *missed == name);
                self.dropped.extend(missed.filter(|name| !self.dropped.contains(name)));
            }
        }
        false
    }

    /// A link to what is not shown, in a paragraph of its own.
    fn link(&mut self, address: Option<&str>) {
        let Some(address) = address.and_then(|address| self.resolver.link(address)) else { return };
        let is_alone = !self.output.is_within("p");
        self.output.attributes.clear();
        if is_alone {
            self.output.start("p");
        }
        let href = [("href", &*address)].into_iter();
        attributes::write(&mut self.output.attributes, "a", href, self.resolver);
        self.output.start("a");
        self.output.text(&text::xml_safe(fallback::name(&address)));
        self.output.end();
        if is_alone {
            self.output.end();
        }
    }

    /// Whether a `noscript` holds nothing but the image that was shown last.
    fn has_shown(&self, element: scraper::ElementRef) -> bool {
        let mut children = element.child_elements();
        let image = children.next().filter(|child| child.value().name() == "img");
        let source = image.and_then(|image| self.resolver.link(image.value().attr("src")?));
        source.is_some() && source == self.shown && children.next().is_none()
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
        if written.image.is_some() {
            self.shown.clone_from(&written.image);
        }
        if self.image.is_none() {
            self.image = written.image;
        }
        match tag {
            "br" | "hr" => self.summary.boundary(),
            "img" => self.output.attributes.push_str(&self.context.selectors.image),
            _ => {}
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
            "math" => Role::Formula,
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
            Role::Inline | Role::Object | Role::Paragraph(_) | Role::Heading(_) => {}
            Role::Formula => self.formulas += 1,
            Role::Block | Role::Lines => self.summary.boundary(),
            Role::Quote => self.summary.start_quote(),
            Role::Aside => self.summary.start_aside(),
            Role::Note => self.summary.mute(true),
        }
        self.roles.push(role);
        true
    }

    /// Closes the innermost open element.
    pub fn close(&mut self) {
        let Some(role) = self.roles.pop() else { return };
        match role {
            Role::Inline => {}
            Role::Object => self.objects -= 1,
            Role::Formula => self.formulas -= 1,
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

    /// What was written and found.
    pub fn finish(mut self) -> Cleaned {
        while !self.roles.is_empty() {
            self.close();
        }
        Cleaned {
            html: self.output.finish(),
            found: self.summary.finish(),
            image: self.image,
            author: self.author,
            warning: self.warning,
            dropped: self.dropped,
        }
    }
}
