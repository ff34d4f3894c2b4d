//! What every page must be: HTML that its parser takes as it is written, with headings in order,
//! names for all that is used, and no code of its own.

use std::cell::RefCell;
use std::collections::BTreeSet;

use feedmill::feed::page;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use scraper::{ElementRef, Html, Selector};

/// Elements that have no end.
const VOID: &[&str] = &["meta", "link", "input", "br", "img", "hr"];

/// All that the templates write; a text that becomes an element is seen by it.
const ELEMENTS: &[&str] = &[
    "a", "article", "body", "button", "code", "div", "h1", "h2", "h3", "head", "header", "html",
    "input", "label", "li", "link", "main", "meta", "output", "p", "script", "section", "span",
    "time", "title", "ul",
];

/// Starts and ends of elements, and what is wrong, as they are written.
#[derive(Default)]
struct Tags {
    tags: RefCell<Vec<String>>,
    errors: RefCell<Vec<String>>,
}

impl TokenSink for Tags {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => {
                let end = if tag.kind == TagKind::EndTag { "/" } else { "" };
                self.tags.borrow_mut().push(format!("{end}{}", tag.name));
            }
            Token::ParseError(error) => self.errors.borrow_mut().push(format!("{line}: {error}")),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// The starts and ends of the tree that a browser makes.
fn built(element: ElementRef, tags: &mut Vec<String>) {
    let name = element.value().name();
    tags.push(name.to_owned());
    for child in element.child_elements() {
        built(child, tags);
    }
    if !VOID.contains(&name) {
        tags.push(format!("/{name}"));
    }
}

/// All elements that a selector finds.
pub(super) fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

/// The text of an element, blanks at its ends taken away.
pub(super) fn text(element: ElementRef) -> String {
    element.text().collect::<String>().trim().to_owned()
}

/// Checks a page and returns it parsed; `place` names it in messages.
#[track_caller]
pub(super) fn checked(html: &str, place: &str) -> Html {
    assert!(html.starts_with("<!DOCTYPE html>\n<html lang="), "{place}");
    let written = Tokenizer::new(
        Tags::default(),
        TokenizerOpts { exact_errors: true, ..TokenizerOpts::default() },
    );
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(html));
    let _ = written.feed(&queue);
    written.end();
    assert_eq!(*written.sink.errors.borrow(), [""; 0], "{place}");
    let page = Html::parse_document(html);
    let mut tags = Vec::new();
    built(page.root_element(), &mut tags);
    // A parser that closes, moves or adds anything makes a difference.
    assert_eq!(*written.sink.tags.borrow(), tags, "{place}");
    check_names(&page, place);
    check_headings(&page, place);
    check_safety(&page, place);
    page
}

/// Ids are unique and lead somewhere; all that is used has a name.
#[track_caller]
fn check_names(page: &Html, place: &str) {
    assert_eq!(all(page, "head > title").len(), 1, "{place}");
    let named = ["html", "head > meta[charset='utf-8']", "main"];
    for selector in named {
        assert_eq!(all(page, selector).len(), 1, "{place}: {selector}");
    }
    assert_ne!(page.root_element().attr("lang"), Some(""), "{place}");
    let mut ids = BTreeSet::new();
    for element in all(page, "[id]") {
        assert!(ids.insert(element.attr("id").unwrap()), "{place}: {}", element.html());
    }
    for element in all(page, "*") {
        for name in ["for", "aria-labelledby", "aria-describedby"] {
            let Some(id) = element.attr(name) else { continue };
            assert!(ids.contains(id), "{place}: {}", element.html());
        }
        if let Some(id) = element.attr("href").and_then(|href| href.strip_prefix('#')) {
            assert!(ids.contains(id), "{place}: {}", element.html());
        }
    }
    for element in all(page, "a, button, label, h1, h2, h3, title, main section") {
        assert_ne!(text(element), "", "{place}: {}", element.html());
    }
    for input in all(page, "input, select, textarea") {
        let label = format!("label[for='{}']", input.attr("id").unwrap());
        assert_eq!(all(page, &label).len(), 1, "{place}: {label}");
    }
    for section in all(page, "section") {
        assert!(section.attr("aria-labelledby").is_some(), "{place}: {}", section.html());
    }
}

/// One heading of the first level, and none that leaves out a level.
#[track_caller]
fn check_headings(page: &Html, place: &str) {
    assert_eq!(all(page, "h1").len(), 1, "{place}");
    let mut before = 0;
    for heading in all(page, "h1, h2, h3, h4, h5, h6") {
        let level: u32 = heading.value().name()[1..].parse().unwrap();
        assert!(level <= before + 1, "{place}: {}", heading.html());
        before = level;
    }
}

/// The only code is the shared script; nothing needs `unsafe-inline`, nothing shows before it
/// works, and links lead to the web or to other pages.
#[track_caller]
fn check_safety(page: &Html, place: &str) {
    for element in all(page, "*") {
        let name = element.value().name();
        assert!(ELEMENTS.contains(&name), "{place}: {}", element.html());
        for (attribute, value) in element.value().attrs() {
            assert!(!attribute.starts_with("on") && attribute != "style", "{place}: {attribute}");
            let is_link = matches!(attribute, "href" | "src" | "action" | "formaction");
            let scheme = value.split(['/', '?', '#']).next().unwrap().split_once(':');
            let is_safe = match scheme {
                None => !value.starts_with('/'),
                Some((scheme, _)) => matches!(scheme, "https" | "http") || value == "data:,",
            };
            assert!(!is_link || is_safe, "{place}: {attribute}={value}");
        }
    }
    let scripts = all(page, "script");
    let [script] = scripts.as_slice() else { panic!("{place}: {} scripts", scripts.len()) };
    assert_eq!(text(*script), "", "{place}");
    let source = script.attr("src").unwrap().trim_start_matches("../");
    assert_eq!(source, page::assets().script.path, "{place}");
    for element in all(page, "button, .filter") {
        assert!(element.attr("hidden").is_some(), "{place}: {}", element.html());
    }
    for element in all(page, "input, label, output") {
        let parent = element.parent().and_then(ElementRef::wrap).unwrap();
        assert_eq!(parent.attr("class"), Some("filter"), "{place}: {}", element.html());
    }
    for button in all(page, "button") {
        assert_eq!(button.attr("type"), Some("button"), "{place}: {}", button.html());
    }
}
