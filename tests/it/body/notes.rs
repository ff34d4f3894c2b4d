//! Footnotes.

use feedmill::content::body::{Source, render};
use feedmill::content::clean::Cleaning;

use crate::body::{MARKDOWN, source};

#[test]
fn the_links_of_footnotes_stay_within_the_entry() {
    let of = |text: &str, path: &'static str| {
        let source = Source { path, ..source(MARKDOWN, text) };
        render(&source, &Cleaning::default()).html
    };
    let text = "a[^1] b[^1] c[^注]\n\n[^1]: one\n[^注]: two";
    let html = of(text, "_posts/2022-01-01-a.md");
    let values = |name: &str| -> Vec<String> {
        let begin = format!(" {name}=\"");
        html.split(&begin).skip(1).map(|rest| rest[..rest.find('"').unwrap()].into()).collect()
    };
    let ids = values("id");
    assert_eq!(ids.len(), 5, "{html}");
    for href in values("href") {
        let id = href.strip_prefix('#').unwrap();
        assert!(ids.iter().any(|known| *known == id), "{href} leads nowhere in {html}");
    }
    let roles = values("role");
    let count = |wanted: &str| roles.iter().filter(|role| *role == wanted).count();
    assert_eq!((count("doc-noteref"), count("doc-backlink"), count("doc-endnotes")), (3, 3, 1));
    // The ids of two posts are apart, and only ids of this form are kept.
    let other = of(text, "_posts/2022-01-01-b.md");
    assert!(ids.iter().all(|id| !other.contains(id.as_str())), "{other}");
    let raw = "<a role=\"doc-noteref\" href=\"#fn-x\">x</a>\n\n<li id=\"fn-zzzzzzzz-1\">y</li>";
    assert!(!of(raw, "a.md").contains("role") && !of(raw, "a.md").contains("id="), "{raw}");
}
