//! In which feeds a published post is, and until when.

use serde_json::Value;

use crate::making::{Made, Ran};

const CONFIG: &str = "title: S\nurl: https://s.example\n";

/// A site with a configuration below `feedmill:` and a post `open` that nothing leaves out.
fn site(ours: &str) -> Made {
    let ours = if ours.is_empty() { String::new() } else { format!("feedmill:\n{ours}") };
    let made = Made::of(&[("_config.yml", &format!("{CONFIG}{ours}"))]);
    post(&made, "2022-01-01-open", "title: open\ncategories: news");
    made
}

fn post(made: &Made, name: &str, front: &str) {
    made.write(&format!("_posts/{name}.md"), format!("---\n{front}\n---\nText.\n"));
}

/// The titles of a feed of the export, newest first; nothing where there is no such feed.
fn titles(made: &Made, feed: &str) -> Vec<String> {
    let Some(bytes) = made.feeds().remove(&format!("{feed}feed.json")) else { return Vec::new() };
    let feed: Value = serde_json::from_slice(&bytes).unwrap();
    let title = |item: &Value| item["title"].as_str().unwrap().to_owned();
    feed["items"].as_array().unwrap().iter().map(title).collect()
}

/// State and reason of a post.
fn fate(made: &Made, key: &str) -> (String, String) {
    let rows: Value =
        serde_json::from_str(&made.run(&["list", "--format", "json", "content"]).out).unwrap();
    let row = rows.as_array().unwrap().iter().find(|row| row["key"] == key).unwrap();
    let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
    (text("state"), text("reason"))
}

fn pair(state: &str, reason: &str) -> (String, String) {
    (state.to_owned(), reason.to_owned())
}

#[test]
fn feed_false_keeps_a_post_out_of_all_feeds() {
    let made = site("");
    post(&made, "2022-01-02-shy", "title: shy\ncategories: news\nfeed: false");
    post(&made, "2022-01-03-alone", "title: alone\ncategories: quiet\nfeed: no");
    post(&made, "2022-01-04-hidden", "title: hidden\nhidden: true");
    post(&made, "2022-01-05-short", "title: short\nfeed: {excerpt_only: true}");
    post(&made, "2022-01-06-rescued", "title: \"a \"b\" c\"\nfeed: false");
    made.write(
        "_posts/2022-01-07-linking.md",
        "---\ntitle: linking\n---\n[shy]({% post_url 2022-01-02-shy %})\n",
    );
    made.build();
    assert_eq!(titles(&made, ""), ["linking", "short", "hidden", "open"]);
    assert_eq!(titles(&made, "category/news/"), ["open"]);
    assert!(!made.feeds().keys().any(|path| path.contains("quiet")), "{:?}", made.feeds().keys());
    let json = String::from_utf8(made.feeds()["feed.json"].clone()).unwrap();
    assert!(json.contains("https://s.example/news/2022/01/02/shy.html"), "{json}");
    assert_eq!(fate(&made, "2022-01-02-shy"), pair("published", "not in feeds"));
    assert_eq!(fate(&made, "2022-01-06-rescued"), pair("published", "not in feeds"));
    assert_eq!(fate(&made, "2022-01-05-short"), pair("published", ""));
    let listed = made.run(&["list", "content"]).out;
    assert!(listed.contains("published  2022-01-02-shy  [news]  shy  (not in feeds)"), "{listed}");
    let found = made.findings();
    assert!(found.iter().any(|it| it == "3 `hidden` is `true`: the post is published"));
}

#[test]
fn feed_in_quotes_is_told() {
    let made = site("");
    post(&made, "2022-01-02-shy", "title: shy\nfeed: \"false\"");
    made.build();
    assert_eq!(titles(&made, ""), ["shy", "open"]);
    assert_eq!(made.findings(), ["3 `feed` is `false` in quotes: the post is published"]);
}

#[test]
fn a_default_keeps_posts_out_of_feeds() {
    let made = site("");
    made.write(
        "_config.yml",
        "url: https://s.example\ndefaults:\n- scope: {path: _posts/shy}\n  values: {feed: false}\n",
    );
    post(&made, "shy/2022-01-02-a", "title: a");
    post(&made, "shy/2022-01-03-b", "title: b\nfeed: true");
    made.build();
    assert_eq!(titles(&made, ""), ["b", "open"]);
}

#[test]
fn a_site_leaves_posts_out_of_its_feeds() {
    for ours in [
        "  exclude: {categories: [notes], tags: [shy], paths: [_posts/old, _posts/*-draft.md]}\n",
        "  exclude: [category/notes, tag/shy, _posts/old/, ./_posts/*-draft.md]\n",
    ] {
        let made = site(ours);
        post(&made, "2022-01-02-note", "title: note\ncategories: [news, notes]");
        post(&made, "2022-01-03-tagged", "title: tagged\ntags: [shy]");
        post(&made, "old/2022-01-04-old", "title: old");
        post(&made, "older/2022-01-05-older", "title: older");
        post(&made, "2022-01-06-draft", "title: draft");
        post(&made, "2022-01-07-drafts", "title: Notes\ncategories: [Notes]");
        made.build();
        assert_eq!(titles(&made, ""), ["Notes", "older", "open"], "{ours}");
        assert_eq!(titles(&made, "category/news/"), ["open"], "{ours}");
        assert_eq!(fate(&made, "2022-01-02-note"), pair("published", "not in feeds"));
        assert_eq!(made.findings(), [""; 0], "{ours}");
    }
}

#[test]
fn a_site_leaves_posts_out_of_its_own_feed_alone() {
    let made = site("  exclude_from_site: [category/notes]\n");
    post(&made, "2022-01-02-note", "title: note\ncategories: [news, notes]");
    made.build();
    assert_eq!(titles(&made, ""), ["open"]);
    assert_eq!(titles(&made, "category/notes/"), ["note"]);
    assert_eq!(titles(&made, "category/news/"), ["note", "open"]);
    assert_eq!(fate(&made, "2022-01-02-note"), pair("published", "not in the site's feed"));
    // What is left out of all feeds is in none of its categories either.
    made.write(
        "_config.yml",
        format!(
            "{CONFIG}feedmill: {{exclude: [category/news], exclude_from_site: [category/notes]}}\n"
        ),
    );
    made.build();
    assert_eq!(titles(&made, ""), [""; 0]);
    assert_eq!(titles(&made, "category/notes/"), [""; 0]);
}

#[test]
fn what_is_wrong_with_an_exclusion_is_told() {
    let made = site("  exclude: [category/nots, _post/old, category/news]\n");
    assert_eq!(
        made.findings(),
        [
            "4 `feedmill.exclude` names `category/nots`, and no post is there",
            "4 `feedmill.exclude` names `_post/old`, and no post is there",
        ]
    );
    let made = site("  exclude: {category: [news]}\n");
    let Ran { code, err, .. } = made.run(&["check", "content"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("_config.yml:4: unknown key `feedmill.exclude.category`"), "{err}");
    assert!(err.contains("one of `categories`, `tags`, `paths`"), "{err}");
    let made = site("  exclude_from_site: {tags: {a: b}}\n");
    let Ran { code, err, .. } = made.run(&["check", "content"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("`feedmill.exclude_from_site.tags` cannot be a mapping"), "{err}");
}

#[test]
fn a_post_that_has_expired_is_in_no_feed() {
    let made = site("");
    post(&made, "2022-01-02-a", "title: a\ncategories: offers\nexpiry_date: 2022-01-31");
    post(&made, "2022-01-03-b", "title: b\nexpires: 2022-01-31 10:00:00 +0800");
    post(&made, "2022-01-04-c", "title: c\nexpires: 9999-01-31");
    post(&made, "2022-01-05-d", "title: d\nexpires: soon");
    post(&made, "2022-01-06-e", "title: e\nexpires: 2022-01-05");
    made.build();
    assert_eq!(titles(&made, ""), ["d", "c", "open"]);
    assert!(!made.feeds().keys().any(|path| path.contains("offers")));
    assert_eq!(fate(&made, "2022-01-02-a"), pair("withheld", "expired 2022-01-31T00:00:00Z"));
    assert_eq!(fate(&made, "2022-01-04-c"), pair("published", ""));
    assert_eq!(
        made.findings(),
        ["3 `soon` is no date", "3 `expires` is not after the date, so the post is in no feed",]
    );
    // Posts of the future expire as well.
    made.write("_config.yml", format!("{CONFIG}future: true\n"));
    made.build();
    assert_eq!(titles(&made, ""), ["d", "c", "open"]);
}

#[test]
fn a_change_of_the_future_has_not_been_yet() {
    let made = site("");
    post(&made, "2022-01-02-x", "title: x\nlast_modified_at: 2204-01-02 10:00:00 +0800");
    post(&made, "2022-01-03-y", "title: y\nupdated: 2022-02-03");
    post(&made, "2022-01-04-z", "title: z\nlast_modified_at: 2021-02-03");
    made.build();
    let feeds = made.feeds();
    let text = |path: &str| String::from_utf8(feeds[path].clone()).unwrap();
    for path in ["atom.xml", "rss.xml", "feed.json"] {
        assert!(!text(path).contains("2204"), "{}", text(path));
    }
    assert!(text("atom.xml").contains("<updated>2022-01-02T00:00:00+00:00</updated>"));
    assert_eq!(text("feed.json").matches("date_modified").count(), 1);
    assert!(text("rss.xml").contains("<lastBuildDate>Thu, 03 Feb 2022"), "{}", text("rss.xml"));
    assert_eq!(
        made.findings(),
        ["3 `last_modified_at` is in the future; until then the post counts as unchanged"]
    );
    let listed = made.run(&["list", "--format", "json", "content"]).out;
    assert!(!listed.contains("2204"), "{listed}");
}
