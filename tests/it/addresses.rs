//! Addresses of posts, as Jekyll 4.3.1 has them.

use std::borrow::Cow;

use feedmill::base::percent::decode_path;
use serde_json::Value;

use crate::making::Made;

/// The path of the address of a post with front matter, under a configuration; and what `check` says.
fn address(config: &str, path: &str, front: &str) -> (String, String) {
    let made = Made::new();
    made.write("_config.yml", format!("title: A\nurl: https://a.example\n{config}"));
    made.write(path, format!("---\n{front}---\nText.\n"));
    let posts: Value =
        serde_json::from_str(&made.run(&["list", "--format", "json", "content"]).out).unwrap();
    let url = posts[0]["url"].as_str().unwrap().strip_prefix("https://a.example").unwrap();
    let url = decode_path(url).ok().flatten().map_or(url.to_owned(), Cow::into_owned);
    (url, made.run(&["check", "content"]).out)
}

fn slug(name: &str) -> String {
    let path = format!("_posts/2024-01-01-{name}.md");
    address("permalink: /:title/\n", &path, "").0.trim_matches('/').to_owned()
}

#[test]
fn slugs_keep_marks_letters_and_digits() {
    for name in ["हिन्दी-समाचार", "ข่าวเด่น-วันนี้", "தமிழ்", "cafe\u{301}", "❤\u{fe0f}-heart"]
    {
        let kept = name.trim_start_matches('❤');
        assert_eq!(slug(name), kept, "{name}");
    }
    for (name, kept) in [
        ("①-第一", "第一"),
        ("x²", "x"),
        ("½-off", "off"),
        ("Ⅱ-部", "部"),
        ("Ⓐ-b", "b"),
        ("a_b.c~d!e", "a_b.c~d!e"),
        ("٣-𝟘x", "٣-𝟘x"),
    ] {
        assert_eq!(slug(name), kept, "{name}");
    }
}

#[test]
fn all_placeholders_are_known() {
    let template = |template: &str, path: &str, front: &str| {
        let (url, said) = address(&format!("permalink: {template}\n"), path, front);
        assert!(said.contains("0 other findings"), "{said}");
        url
    };
    let path = "_posts/2024-12-30-b.md";
    let all = "/:short_month/:long_month/:w_year/:week/:w_day/:long_day/:short_day/:collection/:path/:name/";
    assert_eq!(
        template(all, path, ""),
        "/Dec/December/2025/01/1/Monday/Mon/posts/2024-12-30-b/2024-12-30-b/"
    );
    let front = "categories: [Big News, C++ & D]\n";
    let path = "_posts/2024-01-02-Hello World.md";
    assert_eq!(
        template("/blog/:slugified_categories/:slug/", path, front),
        "/blog/big-news/c-d/hello-world/"
    );
    let path = "x/_posts/sub/2024-01-03-C d...md";
    let front =
        "categories: [A B, \"C++\"]\nslug: My Slug\npermalink: /:path/:name/:title_:month_/\n";
    assert_eq!(template("date", path, front), "/x/sub/2024-01-03-C d/2024-01-03-c-d/My-Slug_01_/");
    // A style is one in the configuration alone.
    assert_eq!(template("date", path, "permalink: pretty\n"), "/pretty");
}

#[test]
fn an_unknown_placeholder_is_told_where_it_stands() {
    let path = "_posts/2024-01-02-a.md";
    let (_, said) = address("permalink: /:yaer/:title/\n", path, "");
    assert!(said.contains("_config.yml:3: `permalink` cannot be `:yaer`"), "{said}");
    let (_, said) = address("", path, "permalink: /:foo/\n");
    assert!(said.contains("2024-01-02-a.md:2: `permalink` cannot be `:foo`"), "{said}");
}

#[test]
fn the_collection_of_posts_may_have_its_own_template() {
    let config = "permalink: pretty\ncollections:\n  posts:\n    permalink: /p/:title/\n";
    assert_eq!(address(config, "_posts/2024-01-02-a.md", "").0, "/p/a/");
}

#[test]
fn liquid_knows_a_post_by_the_folder_of_its_page_and_its_slug() {
    for (permalink, id) in [
        ("date", "/2022/01/04/a-post"),
        ("pretty", "/2022/01/04/a-post"),
        ("/x/:title.html", "/x/a-post"),
        ("/x/", "/a-post"),
    ] {
        let made = Made::new();
        made.write("_config.yml", format!("url: https://a.example\npermalink: {permalink}\n"));
        made.write("_posts/2022-01-04-a-post.md", "---\ntitle: A\n---\n{{ page.id }}\n");
        made.engine().rebuild(2_208_988_800_000_000_000).unwrap();
        let feed: Value = serde_json::from_slice(&made.feeds()["feed.json"]).unwrap();
        assert_eq!(feed["items"][0]["content_html"], format!("<p>{id}</p>"), "{permalink}");
    }
}
