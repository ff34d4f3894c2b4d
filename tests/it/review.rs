//! What only the whole site shows: `check` tells it, with a line and a hint where there is one.

use std::os::unix::fs::symlink;

use crate::making::{Made, Ran};

const URL: &str = "url: https://review.example\n";

/// Checks a site of a configuration and posts by their names; the posts all have a text.
fn check(config: &str, posts: &[(&str, &str)]) -> Ran {
    let made = Made::of(&[("_config.yml", &format!("{URL}{config}"))]);
    for (name, front_matter) in posts {
        made.write(&format!("_posts/{name}.md"), format!("---\n{front_matter}\n---\nText.\n"));
    }
    let ran = made.run(&["check"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    ran
}

#[test]
fn two_posts_of_one_address_are_told_where_the_address_is_the_id() {
    let posts = [("2022-01-01-a", "permalink: /x/"), ("2022-01-02-b", "permalink: /x/")];
    let warning = "warning: content/_posts/2022-01-01-a.md: the id is that of \
        `_posts/2022-01-02-b.md` too; a feed carries the newer of the two\n  \
        hint: give one of them another `id`, or another address\n";
    let ran = check("feedmill: {ids: permalink}\n", &posts);
    assert_eq!(ran.out, format!("{warning}2 files read: 0 rejected, 1 other finding\n"));
    let same_slug = [("2022-01-01-a", "slug: x"), ("a/2022-01-01-b", "slug: x")];
    for (config, posts, has_warning) in [
        ("feedmill: {ids: jekyll}\n", &same_slug, true),
        ("feedmill: {ids: tag}\n", &posts, false),
        ("", &same_slug, false),
    ] {
        let ran = check(config, posts);
        assert_eq!(ran.out.contains("the id is that of `_posts/"), has_warning, "{}", ran.out);
    }
    // Drafts stand in no feed.
    let draft =
        [("2022-01-01-a", "permalink: /x/"), ("2022-01-02-b", "draft: true\npermalink: /x/")];
    let ran = check("feedmill: {ids: permalink}\n", &draft);
    assert_eq!(ran.out, "2 files read: 0 rejected, 0 other findings\n");
}

#[test]
fn a_post_without_a_text_is_told() {
    let made = Made::of(&[("_config.yml", URL)]);
    for (name, front_matter) in [("a", ""), ("b", "description: d")] {
        made.write(
            &format!("_posts/2022-01-01-{name}.md"),
            format!("---\ntitle: t\n{front_matter}\n---\n<!-- nothing -->\n"),
        );
    }
    let ran = made.run(&["check"]);
    assert_eq!(
        ran.out,
        "note: content/_posts/2022-01-01-a.md:5: the post has no text; its entry shows the title \
         alone\n    5 | <!-- nothing -->\n  hint: write what subscribers shall read\n\
         2 files read: 0 rejected, 1 other finding\n"
    );
}

#[test]
fn a_window_for_no_feed_is_told_with_its_line() {
    let config = "feedmill:\n  overrides:\n    category/news: {limit: 3}\n    category/nwes: {limit: 4}\n    /tag/news/:\n      limit: 5\n";
    let ran = check(config, &[("2022-01-01-a", "categories: news")]);
    assert_eq!(
        ran.out,
        "warning: content/_config.yml:5: there is no feed `category/nwes`\n    \
         5 |     category/nwes: {limit: 4}\n  \
         hint: write its address as in the list of feeds: `category/NAME`\n\
         warning: content/_config.yml:6: there is no feed `tag/news`\n    \
         6 |     /tag/news/:\n  \
         hint: write its address as in the list of feeds: `category/NAME`\n\
         1 file read: 0 rejected, 2 other findings\n"
    );
}

#[test]
fn a_site_of_tags_alone_is_told_how_to_have_their_feeds() {
    let told = "warning: content/_config.yml: the posts have tags and no categories, so there is \
        one feed only\n  hint: write `feeds: [tag]` under `feedmill:`\n";
    let tagged = [("2022-01-01-a", "tags: [x, y]"), ("2022-01-02-b", "title: b")];
    assert!(check("", &tagged).out.contains(told));
    let quiet = "2 files read: 0 rejected, 0 other findings\n";
    assert_eq!(check("feedmill: {feeds: [tag]}\n", &tagged).out, quiet);
    let both = [("2022-01-01-a", "tags: [x, y]"), ("2022-01-02-b", "category: c")];
    assert_eq!(check("", &both).out, quiet);
    assert_eq!(check("", &[("2022-01-01-a", "x: y"), ("2022-01-02-b", "x: y")]).out, quiet);
}

#[test]
fn a_name_that_is_no_folders_name_is_noted() {
    let han = "财".repeat(300);
    let cases = [
        ("../x", "%2E.%2Fx"),
        (".", "%2E"),
        ("..", "%2E%2E"),
        ("a\\b:c", "a%5Cb%3Ac"),
        (han.as_str(), ""),
    ];
    for (name, folder) in cases {
        let category = format!("category: '{name}'");
        let ran = check("", &[("2022-01-01-a", &category)]);
        let shown = name.escape_debug();
        let note = format!(
            "note: content/_config.yml: the category `{shown}` stands in the folder `{folder}"
        );
        assert!(ran.out.starts_with(&note), "{name}: {}", ran.out);
        let folder = ran.out.split("the folder `").nth(1).unwrap().split('`').next().unwrap();
        assert!(folder.len() <= 200, "{folder}");
    }
    for name in ["index.html", "con", "aux", "NUL", "COM1", "con.txt", "财经", "a b"] {
        let ran = check("", &[("2022-01-01-a", &format!("category: '{name}'"))]);
        assert_eq!(ran.out, "1 file read: 0 rejected, 0 other findings\n", "{name}");
    }
}

#[test]
fn folders_that_are_not_walked_are_told() {
    let ran = check("feedmill:\n  content: [nope]\n", &[("2022-01-01-a", "x: y")]);
    assert_eq!(
        ran.out,
        "warning: content/_config.yml: there is no folder `nope`\n  \
         hint: make it, or take it out of `content` or `feed.collections`\n\
         1 file read: 0 rejected, 1 other finding\n"
    );
    // A link to a folder is not followed: neither inside the site nor out of it.
    let made = Made::of(&[
        ("_config.yml", URL),
        ("desk/_posts/2022-01-01-a.md", "Text.\n"),
        ("texts/2022-01-02-b.md", "Text.\n"),
    ]);
    symlink("texts", made.at("_posts")).unwrap();
    symlink(made.folder(), made.at("other")).unwrap();
    for command in ["check", "build"] {
        let ran = made.run(&[command]);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        let said = ran.out + &ran.err;
        let warning = "warning: content/_posts: the link leads to a folder\n  \
            hint: posts stand in the site's own folder\n";
        assert!(said.contains(warning), "{command}: {said}");
        assert_eq!(said.matches("warning: ").count(), 1, "{command}: {said}");
    }
}

#[test]
fn what_is_excluded_is_not_read() {
    let config = format!("{URL}exclude: [\"drafts*\", \"*.txt\", old/_posts, \"?.md\"]\n");
    let made = Made::of(&[("_config.yml", &config)]);
    let (inside, outside) = (
        ["_posts/2022-01-01-a.md", "old/deep/_posts/2022-01-01-b.md"],
        [
            "drafts/_posts/2022-01-02-c.md",
            "drafts-2022/_posts/2022-01-02-d.md",
            "_posts/2022-01-02-e.txt",
            "desk/_posts/deep/2022-01-02-f.txt",
            "old/_posts/2022-01-02-g.md",
        ],
    );
    for path in inside.iter().chain(&outside) {
        made.write(path, "Text.\n");
    }
    let ran = made.run(&["list"]);
    assert_eq!(ran.out.lines().count(), inside.len(), "{}", ran.out);
    for name in ["2022-01-01-a", "old/deep/2022-01-01-b"] {
        assert!(ran.out.contains(&format!("  {name}  ")), "{}", ran.out);
    }
}

#[test]
fn two_posts_of_one_page_are_told() {
    let made = Made::of(&[
        ("_config.yml", "title: Site\nurl: https://example.org\n"),
        ("_posts/2022-01-01-a.md", "---\npermalink: /same/\n---\nA.\n"),
        ("_posts/2022-01-02-b.md", "---\npermalink: /same/index.html\n---\nB.\n"),
        ("_posts/2022-01-03-c.md", "---\npermalink: /same\n---\nAnother page.\n"),
        ("_posts/2022-01-04-d.md", "---\npermalink: /same/\npublished: false\n---\nHidden.\n"),
        // Folders below `_posts` are no part of an address.
        ("_posts/x/2022-01-05-e.md", "---\n---\nE.\n"),
        ("_posts/y/2022-01-05-e.md", "---\n---\nE.\n"),
        ("y/_posts/2022-01-05-e.md", "---\n---\nE.\n"),
    ]);
    let told = |out: &str| -> Vec<String> {
        let lines = out.lines().filter(|line| line.contains("two entries have one link"));
        lines.map(|line| line.split(" is that of ").next().unwrap().to_owned()).collect()
    };
    let wanted = [
        "warning: content/_posts/2022-01-02-b.md: the page `/same/index.html`",
        "warning: content/_posts/y/2022-01-05-e.md: the page `/2022/01/05/e.html`",
    ];
    let ran = made.run(&["check", "content"]);
    assert_eq!(told(&ran.out), wanted, "{}", ran.out);
    let ran = made.run(&["build", "content", "--output", "feeds"]);
    assert_eq!(told(&ran.err).len(), 2, "{}", ran.err);
}
