//! What holds for everything that is made of any post.

use std::borrow::Cow;
use std::sync::Arc;

use feedmill::catalog::FeedName;
use feedmill::content::body::Body;
use feedmill::content::front_matter::node::Node;
use feedmill::content::front_matter::{plain, split};
use feedmill::content::html::context::{Context, MAX_LENGTH, Selectors};
use feedmill::content::html::nesting::MAX_DEPTH;
use feedmill::content::html::trust::Trust;
use feedmill::content::html::{self, elements};
use feedmill::content::liquid::limits::MAX_EXPANSION;
use feedmill::content::post::Post;
use feedmill::content::post_path::{Layout, Origin};
use feedmill::content::settings::surroundings::Surroundings;
use feedmill::content::settings::{parse, people};
use feedmill::content::site::Site;
use feedmill::content::text;
use feedmill::content::url::Base;
use feedmill::feed::format::FORMATS;
use feedmill::feed::model::{Entry, Feed};
use feedmill::feed::{assemble, page};
use serde_json::Value;

/// A site of its own people, and one of strangers.
pub(crate) const PLAIN: &str = "title: Fuzz\nurl: https://fuzz.example\n";
pub(crate) const STRANGERS: &str = "title: Fuzz\nurl: https://fuzz.example/blog\nexcerpt_separator: more\n\
    feedmill: {sanitize: untrusted, feeds: [tag, author, lang], split: none}\n";

/// The elements that a cleaned body may have, whatever it was.
const NEVER: &str = "script style object embed applet form button select textarea svg base meta link title \
                     template noscript frame frameset noembed noframes plaintext xmp dialog canvas map area param";
/// And what a stranger's may not have either.
const NEVER_BY_STRANGERS: &str = "iframe video audio source track picture header footer nav main aside section article address \
     details summary bdo math";
/// All that the templates of pages write.
const ON_PAGES: &str = "html head meta title link script body a p header h1 h2 h3 main section ul li code button span \
                        article time";
/// What one element more may add to the longest body.
const SLACK: usize = 256 << 10;

fn has(list: &str, name: &str) -> bool {
    list.split_ascii_whitespace().any(|word| word == name)
}

fn is_web(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with("http://")
}

/// Text that XML takes, whole.
fn assert_safe(text: &str, what: &str) {
    assert!(
        matches!(text::xml_safe(text), Cow::Borrowed(_)),
        "{what}: a forbidden character in {text:?}"
    );
}

fn around() -> Surroundings<'static> {
    Surroundings {
        config_path: "_config.yml",
        folder_name: "fuzz",
        base_url: None,
        fallback_url: "http://127.0.0.1:8080",
    }
}

/// The site of a configuration.
pub(crate) fn site(config: &str) -> Site {
    parse(config, around()).unwrap().0
}

/// Any text as a configuration.
pub(crate) fn assert_config(text: &str) {
    let _ = parse(text, around());
    let _ = people(text, &site(""));
}

/// Any text as the post at a path, and as all that is made of it; whether it was a post.
pub(crate) fn assert_post(text: &str, path: &str, site: &Site) -> bool {
    assert_front_matter(split(text).yaml);
    let layout = Layout::below(vec!["old".to_owned()]);
    let origin = Origin::of(path, &layout).unwrap();
    let Ok(post) = Post::parse(&origin, text, site).post else { return false };
    let resolve = |words: &str| (!words.contains('x')).then(|| format!("/{words}"));
    let rendered = post.render(site, &resolve);
    assert_body(&rendered.body, text.len(), &rendered.url, site.cleaning.trust());
    let groups = post.groups(site);
    assert!(groups.iter().all(|(_, name)| assemble::folder_name(name).len() <= 200));
    let entry = Arc::new(assemble::entry(&post, rendered, site));
    let feed = assemble::feed(site, &FeedName::Site, vec![entry]);
    assert_feed(&feed, site);
    true
}

/// Front matter that is decoded without libyaml is what libyaml makes of it.
pub(crate) fn assert_front_matter(yaml: &str) {
    // What has too many brackets is decoded by neither.
    let (Some(node), Ok(_)) = (plain::read(yaml), Node::parse(yaml)) else { return };
    // A key in quotes is left to libyaml, and with it all the others.
    let read = Node::parse(&format!("{yaml}\n'': ''\n"));
    let Ok(Node::Map(mut fields)) = read else { panic!("{read:?} from {yaml:?}") };
    assert_eq!(fields.pop(), Some((String::new(), Node::Text(String::new()))), "{yaml:?}");
    assert_eq!(node, Node::Map(fields), "{yaml:?}");
}

/// A body that was rendered from `written` bytes for the page `url`.
pub(crate) fn assert_body(body: &Body, written: usize, url: &str, trust: Trust) {
    let html = &body.html;
    assert_safe(html, "body");
    assert_safe(&body.summary, "summary");
    assert!(body.summary.chars().count() < 4_000 + MAX_EXPANSION / 100, "{}", body.summary);
    // Each byte may become an entity; each address, of four bytes at least, a whole one.
    let most = written * (8 + url.len() / 2) + 8 * MAX_EXPANSION;
    assert!(html.len() <= most.min(MAX_LENGTH + SLACK), "{} bytes from {written}", html.len());
    let wrapped = format!("<div>{html}</div>");
    let options = roxmltree::ParsingOptions { nodes_limit: u32::MAX, ..Default::default() };
    if let Err(error) = roxmltree::Document::parse_with_options(&wrapped, options) {
        panic!("{error} in {html}");
    }
    let base = Base::parse(url);
    assert_tree(html, base.as_ref(), trust);
    assert!(depth(html) <= 2 * MAX_DEPTH, "{} deep: {html}", depth(html));
    let context = Context {
        wants_text: false,
        base: base.as_ref(),
        trust,
        selectors: &Selectors::default(),
        author: &|_| None,
        separator: None,
        page: &|_| None,
    };
    let again = html::clean(html, &context);
    // What is nested just as deep as is parsed may be estimated deeper when it is written out.
    assert!(
        again.warning.is_some() || again.html == *html,
        "cleaned again, {html}\nis {}",
        again.html
    );
}

/// How deep balanced markup is nested.
fn depth(html: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for tag in html.split('<').skip(1) {
        let is_void = tag.split('>').next().is_some_and(|inside| inside.ends_with('/'));
        if tag.starts_with('/') {
            depth -= 1;
        } else if !is_void {
            depth += 1;
            deepest = deepest.max(depth);
        }
    }
    deepest
}

/// What a browser makes of a cleaned body.
fn assert_tree(html: &str, base: Option<&Base>, trust: Trust) {
    let tree = scraper::Html::parse_fragment(html);
    for element in tree.root_element().descendent_elements().skip(1) {
        let (name, value) = (element.value().name(), element.value());
        let is_formula = &*value.name.ns == "http://www.w3.org/1998/Math/MathML"
            && elements::math(name).is_some()
            && !trust.is_untrusted();
        let is_html = &*value.name.ns == "http://www.w3.org/1999/xhtml";
        assert!(is_html || is_formula, "{name} in {html}");
        let is_refused =
            has(NEVER, name) || (trust.is_untrusted() && has(NEVER_BY_STRANGERS, name));
        assert!(!is_refused, "<{name}> in {html}");
        // Nobody can tick the box of a task.
        let is_box = value.attr("type") == Some("checkbox") && value.attr("disabled").is_some();
        assert!(name != "input" || is_box, "<{name}> in {html}");
        for (attribute, address) in value.attrs() {
            let at = || format!("<{name} {attribute}={address:?}> in {html}");
            assert!(!attribute.starts_with("on"), "{}", at());
            // Those of footnotes lead to each other, and to nothing else.
            let is_of_note = ["fn-", "fnref-"].iter().any(|begin| {
                let id = if attribute == "id" { Some(address) } else { address.strip_prefix('#') };
                id.is_some_and(|id| id.starts_with(begin)) && !trust.is_untrusted()
            });
            if is_of_note && matches!(attribute, "id" | "href") {
                continue;
            }
            assert!(
                !has("style id name is action formaction background ping target", attribute),
                "{}",
                at()
            );
            if !matches!(attribute, "href" | "src" | "srcset" | "poster" | "cite") {
                continue;
            }
            let scheme = address.split(':').next().unwrap_or_default();
            assert!(
                !has("javascript vbscript data file blob", scheme)
                    || address.starts_with("data:image/"),
                "{}",
                at()
            );
            assert!(
                attribute == "href" || attribute == "cite" || is_web(address) || name == "img",
                "{}",
                at()
            );
            if trust.is_untrusted() {
                assert!(
                    is_web(address) && matches!((name, attribute), ("a", "href") | ("img", "src")),
                    "{}",
                    at()
                );
                assert!(
                    name == "a" || base.is_some_and(|base| base.is_host_of(address)),
                    "{}",
                    at()
                );
            }
        }
        let has_rel = value.attr("rel").is_some_and(|rel| rel.contains("noopener"));
        assert!(!trust.is_untrusted() || name != "a" || has_rel, "a link without rel in {html}");
    }
}

/// A feed of one entry in each format, and its page.
pub(crate) fn assert_feed(feed: &Feed, site: &Site) {
    let entry = &*feed.entries[0];
    assert_entry(entry, site);
    for format in FORMATS {
        let bytes = (format.render)(feed).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let most = site.window.size + SLACK;
        assert!(text.len() <= most, "{}: {} bytes", format.name, text.len());
        if format.file == "feed.json" {
            let value: Value = serde_json::from_str(&text).unwrap();
            assert_json(&value);
            assert_eq!(value["items"][0]["title"].as_str(), feed.own_title(entry));
        } else {
            assert_safe(&text, format.name);
            let document = match roxmltree::Document::parse(&text) {
                Ok(document) => document,
                Err(error) => panic!("{}: {error} in {text}", format.name),
            };
            let has_title = document
                .descendants()
                .filter(|node| node.tag_name().name() == "title")
                .any(|node| node.text().unwrap_or_default() == entry.title);
            let may_have_none = format.file == "rss.xml" && feed.own_title(entry).is_none();
            assert!(
                has_title || may_have_none,
                "{}: another title than {:?}",
                format.name,
                entry.title
            );
        }
    }
    let page = String::from_utf8(page::render("Name", feed, 1).unwrap()).unwrap();
    assert_page(&page);
}

fn assert_entry(entry: &Entry, site: &Site) {
    assert!(!entry.title.trim().is_empty(), "no title");
    assert!(entry.url.starts_with(&site.home) && is_web(&entry.url), "{}", entry.url);
    assert!(Base::parse(&entry.url).is_some_and(|url| url.is_host_of(&site.home)), "{}", entry.url);
    assert!(entry.id.contains(':') && entry.id.is_ascii(), "{}", entry.id);
    for author in &entry.authors {
        assert!(!author.name.is_empty(), "an author without a name");
        let uri = author.uri.as_deref().unwrap_or("https:");
        assert!(
            !has("javascript vbscript data file blob", uri.split(':').next().unwrap()),
            "{uri}"
        );
    }
    let media = entry.enclosures.iter().map(|enclosure| &enclosure.url);
    let media = media.chain(entry.image.as_ref().map(|image| &image.url));
    assert!(media.chain(&entry.source).all(|address| is_web(address)), "{entry:?}");
    if site.cleaning.trust().is_untrusted() {
        for text in [&entry.title, &entry.summary] {
            assert!(!text.contains("<script") && !text.contains('\u{202e}'), "{text}");
        }
    }
}

fn assert_json(value: &Value) {
    match value {
        Value::String(text) => assert_safe(text, "JSON"),
        Value::Array(items) => items.iter().for_each(assert_json),
        Value::Object(fields) => fields.values().for_each(assert_json),
        _ => {}
    }
}

/// Nothing of a post becomes an element or a script of a page.
fn assert_page(text: &str) {
    let page = scraper::Html::parse_document(text);
    let mut scripts = 0;
    for element in page.root_element().descendent_elements() {
        let name = element.value().name();
        assert!(has(ON_PAGES, name), "<{name}> on a page: {text}");
        scripts += usize::from(name == "script");
        for (attribute, value) in element.value().attrs() {
            assert!(!attribute.starts_with("on") && attribute != "style", "{attribute} on a page");
            let scheme = value.split_once(':').map_or("", |(scheme, _)| scheme);
            let is_link = matches!(attribute, "href" | "src") && !matches!(scheme, "" | "data");
            assert!(!is_link || is_web(value), "{value} on a page");
        }
    }
    assert_eq!(scripts, 1, "{text}");
}
