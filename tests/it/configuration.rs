//! What Jekyll's keys of `_config.yml` give, and what is said of those that give nothing.

use crate::making::Made;

const HEAD: &str = "title: C\nurl: https://c.example\n";

/// A site with this configuration and posts by their paths, all with tags `a` and `b`.
fn site(config: &str, posts: &[&str]) -> Made {
    let made = Made::new();
    made.write("_config.yml", format!("{HEAD}{config}"));
    for path in posts {
        made.write(path, "---\ncategory: c\ntags: a b\n---\nText.\n");
    }
    made
}

fn check(config: &str) -> String {
    site(config, &["_posts/2024-01-01-a.md"]).run(&["check", "content"]).out
}

fn tags(config: &str) -> Vec<String> {
    let made = site(config, &["_posts/2024-01-01-a.md"]);
    let mut engine = made.engine();
    engine.rebuild(2_208_988_800_000_000_000).unwrap();
    let feeds = made.feeds();
    let name =
        |path: &String| Some(path.strip_prefix("tag/")?.strip_suffix("/rss.xml")?.to_owned());
    feeds.keys().filter_map(name).collect()
}

#[test]
fn tags_have_feeds_as_jekyll_feed_would_have_them() {
    assert_eq!(tags("feed: {tags: true}\n"), ["a", "b"]);
    assert_eq!(tags("feed:\n  tags: {only: [a, c]}\n"), ["a"]);
    assert_eq!(tags("feed:\n  tags: {except: [a]}\n"), ["b"]);
    assert_eq!(tags("feed:\n  tags: {only: [a, b], except: [b]}\n"), ["a"]);
    // The categories that jekyll-feed was told to make feeds of have them in any case.
    assert!(check("feed: {tags: true, categories: [x]}\n").contains("0 other findings"));
}

#[test]
fn of_a_key_that_is_there_twice_the_last_one_counts() {
    let config =
        "feed:\n  tags: true\n  posts_limit: 1.10\n  posts_limit: 3\nurl: https://d.example\n";
    let said = check(config);
    assert!(said.contains("_config.yml:6: `posts_limit` cannot be given twice"), "{said}");
    assert!(said.contains("_config.yml:7: `url` cannot be given twice"), "{said}");
    assert!(said.contains("the last one counts"), "{said}");
    let made = site(config, &["_posts/2024-01-01-a.md"]);
    let listed = made.run(&["list", "--format", "json", "content"]).out;
    assert!(listed.contains("https://d.example/c/2024/01/01/a.html"), "{listed}");
}

#[test]
fn what_is_included_is_walked() {
    let posts = [
        "_old/_posts/2024-01-01-a.md",
        ".kept/_posts/2024-01-02-b.mkdn",
        "_posts/2024-01-03-c.mkdown",
    ];
    let count = |config| site(config, &posts).run(&["list", "content"]).out.lines().count();
    assert_eq!(count(""), 1);
    assert_eq!(count("include: [_old, .kept/]\nkeep_files: [x]\n"), 3);
    assert_eq!(count("include: ['_o*']\n"), 2);
}

#[test]
fn what_is_not_followed_is_told_once_with_its_line() {
    let said = check(
        "plugins: [jekyll-feed, jemoji, jekyll-toc]\nkramdown:\n  math_engine: katex\n  auto_ids: true\n\
         limit_posts: 5\nmarkdown: redcarpet\nmarkdown_ext: md,mdx\nunpublished: true\n",
    );
    for text in [
        "_config.yml:3: `plugins` is `jemoji`, `jekyll-toc`, which changes Jekyll's pages",
        "_config.yml:5: `kramdown.math_engine` is `katex`",
        "_config.yml:7: `limit_posts` is `5`",
        "_config.yml:8: `markdown` is `redcarpet`",
        "_config.yml:10: `unpublished` is `true`",
        "5 other findings",
    ] {
        assert!(said.contains(text), "{text}: {said}");
    }
    let quiet = "plugins: [jekyll-feed, jekyll-seo-tag, jekyll-sitemap, jekyll-paginate]\npaginate: 5\n\
                 markdown: kramdown\nkramdown: {input: GFM, math_engine: mathjax, auto_ids: false}\n\
                 highlighter: rouge\nsass: {style: compressed}\ntheme: minima\nlimit_posts: 0\n\
                 encoding: UTF-8\nliquid: {error_mode: warn}\ncollections: {docs: {output: true}}\n";
    assert!(check(quiet).contains("0 other findings"), "{}", check(quiet));
}

#[test]
fn a_theme_that_asks_for_jekyll_feed_is_told() {
    let config = "title: S\nurl: https://s.example\nbaseurl: /blog\n";
    let made = Made::of(&[
        ("_config.yml", config),
        ("_posts/2022-01-02-post.md", "Text.\n"),
        ("_includes/a/head.html", "<head>\n  {% feed_meta %}\n{% feed_metadata %}</head>\n"),
        ("_layouts/default.html", "<p>feed_meta</p>{% seo %}{%- feed_meta -%}\n"),
        ("_sass/x.html", "{% feed_meta %}\n"),
    ]);
    let what =
        "`feed_meta` is a tag of jekyll-feed, which is not among `plugins`: Jekyll stops here";
    assert_eq!(made.findings(), [format!("2 {what}"), format!("1 {what}")]);
    let out = made.run(&["check", "content"]).out;
    for words in [
        format!("warning: content/_includes/a/head.html:2: {what}\n    2 |   {{% feed_meta %}}\n"),
        "<link rel=\"alternate\" type=\"application/rss+xml\" \
         href=\"https://s.example/blog/rss.xml\" title=\"{{ site.title | escape }}\">"
            .to_owned(),
        "type=\"application/atom+xml\" href=\"https://s.example/blog/atom.xml\"".to_owned(),
        "type=\"application/feed+json\" href=\"https://s.example/blog/feed.json\"".to_owned(),
    ] {
        assert!(out.contains(&words), "no {words} in {out}");
    }
    made.write("Gemfile", "group :jekyll_plugins do\n  # gem \"jekyll-feed\"\nend\n");
    assert_eq!(made.findings().len(), 2);
    made.write("Gemfile", "group :jekyll_plugins do\n  gem \"jekyll-feed\"\nend\n");
    assert_eq!(made.findings(), [""; 0]);
    made.write("Gemfile", "");
    for plugins in ["plugins: [jekyll-seo-tag, jekyll-feed]\n", "gems:\n- jekyll-feed\n"] {
        made.write("_config.yml", format!("{config}{plugins}"));
        assert_eq!(made.findings(), [""; 0], "{plugins}");
    }
}

/// The pages of the posts that a site of a configuration has, by the names of their files.
fn pages(config: &str, posts: &[&str]) -> Vec<String> {
    let ran = site(config, posts).run(&["list", "content", "--format", "json"]);
    let rows: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let rows = rows.as_array().unwrap().iter();
    let name = |row: &serde_json::Value| {
        row["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
    };
    let mut names: Vec<String> = rows.map(name).collect();
    names.sort();
    names
}

#[test]
fn files_in_markdown_end_as_the_site_says() {
    let posts = [
        "_posts/2024-01-01-a.md",
        "_posts/2024-01-01-i.txt",
        "_posts/2024-01-01-j.mdown",
        "_posts/2024-01-01-k.HTML",
        "_posts/2024-01-01-l.Markdown",
    ];
    // As Jekyll 4.3 has them, which reads `j.mdown` always and copies it where it is no Markdown.
    for (config, wanted) in [
        ("", ["a.html", "i.txt", "k.html", "l.html"].as_slice()),
        ("markdown_ext: 'md,mdown,markdown'\n", &["a.html", "i.txt", "j.html", "k.html", "l.html"]),
        ("markdown_ext: mdown\n", &["a.md", "i.txt", "j.html", "k.html", "l.markdown"]),
        ("markdown_ext: MD,txt\n", &["a.html", "i.html", "k.html", "l.markdown"]),
        ("markdown_ext: md, mdown\n", &["a.html", "i.txt", "k.html", "l.markdown"]),
    ] {
        assert_eq!(pages(config, &posts), wanted, "{config}");
    }
    let made = site("markdown_ext: mdown\n", &[]);
    for path in ["_posts/2024-01-01-a.md", "_posts/2024-01-02-j.mdown"] {
        made.write(path, "---\ntitle: x\n---\n*x*\n");
    }
    made.run(&["build", "content", "--output", "feeds"]);
    let json = String::from_utf8(made.feeds()["feed.json"].clone()).unwrap();
    assert!(json.contains("<p><em>x</em></p>") && json.contains("\"*x*\""), "{json}");
    assert!(check("markdown_ext: md, mdown\n").contains("3: `markdown_ext` cannot be ` mdown`"));
}

#[test]
fn what_is_excluded_and_included_is_what_jekyll_means() {
    let posts = [
        "_posts/2020-01-01-a.md",
        "_posts/old/2021-01-01-b.md",
        "_posts/2020/2022-01-01-c.md",
        "drafty/_posts/2023-01-01-d.md",
        "draft/_posts/2023-01-02-e.md",
        "_inc/_posts/2023-01-04-g.md",
    ];
    // As Jekyll 4.3 has them.
    for (config, wanted) in [
        ("exclude: []\n", "a b c d e"),
        ("exclude: [_posts/2020]\n", "b d e"),
        ("exclude: [_posts/old/]\n", "a c d e"),
        ("exclude: [draft]\n", "a b c"),
        ("exclude: [draft/]\n", "a b c d"),
        ("exclude: [/draft]\n", "a b c"),
        ("exclude: [drafty/_posts/2023-01-01-d.md]\n", "a b c e"),
        ("exclude: [2023-01-02-e.md]\n", "a b c d e"),
        ("exclude: ['*/2023-01-02-e.md']\n", "a b c d"),
        ("exclude: [draft/_po]\n", "a b c d"),
        ("exclude: [draft]\ninclude: [draft]\n", "a b c d e"),
        ("include: [_inc]\n", "a b c d e g"),
        ("include: [_in]\n", "a b c d e g"),
        ("include: [_inc/]\n", "a b c d e g"),
        ("include: [_i/]\n", "a b c d e"),
    ] {
        let names = pages(config, &posts).join(" ").replace(".html", "");
        assert_eq!(names, wanted, "{config}");
    }
}
