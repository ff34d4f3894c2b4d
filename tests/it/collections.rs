//! Collections that `feed.collections` names have feeds of their own, as with jekyll-feed.

use serde_json::Value;

use crate::making::{Made, led};

/// 1 January 2040, in nanoseconds.
const START: i64 = 2_208_988_800_000_000_000;

/// A site of a configuration, with a post and items of many kinds.
fn site(config: &str) -> Made {
    let item = |more: &str| format!("---\ntitle: T\ndate: 2024-01-05\n{more}---\nText.\n");
    let made = Made::new();
    made.write("_config.yml", format!("title: Site\nurl: https://example.org\n{config}\n"));
    for (path, more) in [
        ("_posts/2024-01-02-p.md", "tags: a\n"),
        ("_news/item-one.md", ""),
        ("_news/2024/deep/B_x.md", ""),
        ("_news/2024-02-03-Dated.md", ""),
        ("_news/own.md", "permalink: /mine/:name/\n"),
        ("_news/slug.md", "slug: My Slug\n"),
        ("_news/c.html", "category: Cat\n"),
        ("_news/off.md", "published: false\n"),
    ] {
        made.write(path, item(more));
    }
    made
}

fn entries(made: &Made, path: &str) -> Vec<Value> {
    let feeds = made.feeds();
    let bytes = feeds.get(path).unwrap_or_else(|| panic!("no {path} in {:?}", feeds.keys()));
    let feed: Value = serde_json::from_slice(bytes).unwrap();
    feed["items"].as_array().unwrap().clone()
}

fn urls(made: &Made, path: &str) -> Vec<String> {
    let url = |item: &Value| {
        item["url"].as_str().unwrap().strip_prefix("https://example.org").unwrap().to_owned()
    };
    let mut urls: Vec<String> = entries(made, path).iter().map(url).collect();
    urls.sort();
    urls
}

#[test]
fn items_are_where_jekyll_has_them() {
    // The files that Jekyll 4.3 writes; it adds the ending to an address without one.
    for (config, wanted) in [
        (
            "news: {output: true}",
            "/mine/own/ /news/2024-02-03-Dated.html /news/2024/deep/B_x.html /news/c.html /news/item-one.html /news/slug.html",
        ),
        (
            "news: {output: true}}\npermalink: pretty\nx: {",
            "/mine/own/ /news/2024-02-03-Dated/ /news/2024/deep/B_x/ /news/c/ /news/item-one/ /news/slug/",
        ),
        (
            "news: {output: true}}\npermalink: /:title\nx: {",
            "/mine/own/ /news/2024-02-03-Dated /news/2024/deep/B_x /news/c /news/item-one /news/slug",
        ),
        (
            "news: {output: true}}\npermalink: /x/:title/\nx: {",
            "/mine/own/ /news/2024-02-03-Dated/ /news/2024/deep/B_x/ /news/c/ /news/item-one/ /news/slug/",
        ),
        (
            "news: {output: true, permalink: '/n/:title/'}",
            "/mine/own/ /n/B_x/ /n/Dated/ /n/My-Slug/ /n/c/ /n/item-one/",
        ),
        (
            "news: {output: true, permalink: '/:collection/:year/:month/:name:output_ext'}",
            "/mine/own/ /news/2024/01/2024-02-03-dated.html /news/2024/01/b-x.html /news/2024/01/c.html /news/2024/01/item-one.html /news/2024/01/slug.html",
        ),
        (
            "news: {output: true, permalink: '/:categories/:slug'}",
            "/b-x /cat/c /dated /item-one /mine/own/ /my-slug",
        ),
    ] {
        let made = site(&format!("collections: {{{config}}}\nfeed: {{collections: [news]}}"));
        made.engine().rebuild(START).unwrap();
        assert_eq!(urls(&made, "collection/news/feed.json").join(" "), wanted, "{config}");
        assert_eq!(entries(&made, "feed.json").len(), 1, "{config}");
    }
}

#[test]
fn the_feed_of_a_collection_holds_its_items_alone_and_they_are_in_no_other() {
    let config = "collections: {news: {output: true}}
feed: {collections: {news: {path: /old/news.xml}}}
feedmill: {feeds: [tag], content: [_news]}
defaults: [{scope: {type: news}, values: {author: Ann}}, {scope: {type: posts}, values: {author: Bob}}]";
    let made = site(config);
    made.write("_posts/2024-01-03-b.md", "---\ncategory: news\n---\nText.\n");
    let mut engine = made.engine();
    engine.rebuild(START).unwrap();
    assert_eq!(entries(&made, "collection/news/feed.json").len(), 6);
    assert_eq!(entries(&made, "feed.json").len(), 2);
    assert!(!made.feeds().contains_key("category/Cat/rss.xml"));
    let one = &entries(&made, "collection/news/feed.json")[0];
    assert_eq!(one["authors"][0]["name"], "Ann");
    assert_eq!(entries(&made, "feed.json")[1]["authors"][0]["name"], "Bob");
    let ids: Vec<String> = entries(&made, "collection/news/feed.json")
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect();
    assert!(ids.contains(&"tag:example.org,2025:_news/2024/deep/B_x".to_owned()), "{ids:?}");
    for target in ["/feed/news.xml", "/old/news.xml"] {
        assert_eq!(led(&engine, target), (301, "/collection/news/atom.xml".to_owned()), "{target}");
    }
    assert_eq!(made.feeds()["old/news.xml"], made.feeds()["collection/news/atom.xml"]);
    assert!(String::from_utf8_lossy(&made.feeds()["feeds.html"]).contains("Collections"));

    // Items come and go as posts do.
    made.write("_news/new.md", "---\ntitle: New\ndate: 2024-01-06\n---\nText.\n");
    engine.rescan(START + 60_000_000_000).unwrap();
    assert_eq!(entries(&made, "collection/news/feed.json")[0]["title"], "New");
    assert_eq!(entries(&made, "feed.json").len(), 2);
}

#[test]
fn what_cannot_be_a_feed_is_told() {
    let made = site(
        "collections: {news: {output: true}, gone: {output: true}, off: {}}\nfeed:\n  collections: [news, gone, off, none, posts]",
    );
    made.write("_news/undated.md", "---\ntitle: U\n---\nText.\n");
    let ran = made.run(&["check", "content"]);
    let told = |text: &str| assert_eq!(ran.out.matches(text).count(), 1, "{text}: {}", ran.out);
    told("error: content/_news/undated.md: ");
    told("there is no folder `_gone`");
    told("_config.yml:5: `feed.collections` cannot be `off`");
    told("_config.yml:5: `feed.collections` cannot be `none`");
    assert!(
        !ran.out.contains("`posts`") && !ran.out.contains("the name has no date"),
        "{}",
        ran.out
    );

    let made = site("collections: {news: {output: true}}\nfeedmill: {content: [_news]}");
    let ran = made.run(&["check", "content"]);
    assert!(ran.out.contains("hint: name it under `feed.collections`"), "{}", ran.out);
}
