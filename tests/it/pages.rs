//! Pages for people: valid, safe and usable. What needs no browser is checked on their text here;
//! [`looked_at`] opens them in one.

mod browser;
mod contrast;
mod document;
mod looked_at;
mod served;

use std::path::Path;

use feedmill::feed::page;
use scraper::Html;
use url::Url;

use crate::golden;
use crate::making::{Made, Tree, tree};
use crate::pages::document::{all, checked, text};
use crate::pages::served::{HOSTILE, hostile_site};

/// Any day after the last stamp of a post.
const NOW: i64 = 4_000_000_000_000_000_000;

/// Whether a document is a page.
pub(crate) fn is_page(path: &str) -> bool {
    path.ends_with(page::FILE) || path == page::LIST
}

/// The pages of an export, by their paths, each checked.
fn pages(feeds: &Tree) -> Vec<(String, Html)> {
    let pages = feeds.iter().filter(|(path, _)| is_page(path));
    let page = |(path, bytes): (&String, &Vec<u8>)| {
        (path.clone(), checked(std::str::from_utf8(bytes).unwrap(), path))
    };
    pages.map(page).collect()
}

/// The file that a link of a page leads to; none when it leads out into the web.
fn target(path: &str, link: &str) -> Option<String> {
    let here = "http://here/";
    // The name of a file may hold what an address writes in another way.
    let mut page = Url::parse(here).unwrap();
    page.set_path(&path.replace('%', "%25"));
    let address = page.join(link).unwrap();
    let path = address.as_str().strip_prefix(here)?.split('#').next().unwrap();
    Some(percent_encoding::percent_decode_str(path).decode_utf8().unwrap().into_owned())
}

/// Every relative link leads to a file of the export, and every page is reached from the first.
#[track_caller]
fn check_links(feeds: &Tree) {
    let mut reached = vec!["index.html".to_owned(), page::LIST.to_owned()];
    for (path, page) in pages(feeds) {
        for element in all(&page, "a[href], link[href], script[src]") {
            let link = element.attr("href").or(element.attr("src")).unwrap();
            if let Some(file) = target(&path, link).filter(|_| !link.starts_with("data:")) {
                assert!(feeds.contains_key(&file), "{path}: {link} leads to {file}");
                reached.push(file);
            }
        }
        for link in all(&page, "link[rel=alternate]") {
            let file = target(&path, link.attr("href").unwrap()).unwrap();
            let feed = feed_rs::parser::parse(feeds[&file].as_slice()).unwrap();
            let title = feed.title.unwrap().content;
            assert!(link.attr("title").unwrap().starts_with(&title), "{path}: {file}");
            let ending = match link.attr("type").unwrap() {
                "application/rss+xml" => "rss.xml",
                "application/atom+xml" => "atom.xml",
                "application/feed+json" => "feed.json",
                other => panic!("{path}: {other}"),
            };
            assert!(file.ends_with(ending), "{path}: {file}");
        }
        assert_eq!(all(&page, "link[rel=alternate]").len(), 3, "{path}");
        check_copies(&page, &path);
    }
    for path in feeds.keys().filter(|path| is_page(path)) {
        assert!(reached.contains(path), "no link leads to {path}");
    }
}

/// Each address to copy is the one that is shown, and that of the document beside it in the world.
#[track_caller]
fn check_copies(page: &Html, path: &str) {
    let rows = all(page, ".formats li");
    assert_eq!(rows.len(), 3, "{path}");
    for row in rows {
        let inner = |name: &str| row.child_elements().find(|e| e.value().name() == name).unwrap();
        let copied = inner("button").attr("data-copy").unwrap();
        assert_eq!(copied, text(inner("code")), "{path}");
        let file = target(path, inner("a").attr("href").unwrap()).unwrap();
        let address = Url::parse(copied).unwrap();
        let decoded = percent_encoding::percent_decode_str(address.path()).decode_utf8().unwrap();
        assert!(decoded.ends_with(&format!("/{file}")), "{path}: {copied} for {file}");
    }
}

#[test]
fn the_sample_pages_are_whole() {
    check_links(&tree(&Path::new(env!("CARGO_MANIFEST_DIR")).join("feeds")));
}

#[test]
fn the_golden_pages_are_whole() {
    for case in golden::cases() {
        check_links(&tree(&case.join("feeds")));
    }
}

#[test]
fn texts_that_mean_harm_stay_texts() {
    let made = hostile_site();
    made.engine().rebuild(NOW).unwrap();
    let feeds = made.feeds();
    check_links(&feeds);
    let index = checked(std::str::from_utf8(&feeds["index.html"]).unwrap(), "index.html");
    let names: Vec<String> = all(&index, ".feeds a").into_iter().map(text).collect();
    let words = text(index.root_element());
    for hostile in HOSTILE {
        assert!(names.iter().any(|name| name == hostile), "{hostile}: {names:?}");
        assert!(words.contains(hostile), "{hostile}: {words}");
    }
    // The title of each post says what its author wrote, in the list and on its category's page.
    let titles: Vec<String> = all(&index, ".newest").into_iter().map(text).collect();
    for title in ["a \"b\" & 'c' < d", "{{ title }} {% raw %}"] {
        assert!(titles.iter().any(|newest| newest.ends_with(title)), "{title}: {titles:?}");
        let is_there = |(_, page): &(String, Html)| {
            all(page, "h3 > a").into_iter().any(|heading| text(heading) == title)
        };
        assert!(pages(&feeds).iter().any(is_there), "{title}");
    }
}

#[test]
fn the_same_posts_give_the_same_pages() {
    let (one, other) = (hostile_site(), Made::new());
    // Written in another order.
    for (path, bytes) in tree(&one.at("")).into_iter().rev() {
        other.write(&path, bytes);
    }
    one.engine().rebuild(NOW).unwrap();
    other.engine().rebuild(NOW).unwrap();
    assert!(one.feeds() == other.feeds());
}
