//! What `defaults:` of `_config.yml` gives to posts, as Jekyll 4.3.1 does it.

use serde_json::Value;

use crate::making::{Made, Ran};

const HEAD: &str = "title: Defaults\nurl: https://defaults.example\n";
const POSTS: &[&str] = &[
    "_posts/2024-01-01-a.md",
    "_posts/news/2024-01-02-b.md",
    "_posts/news/old/2024-01-03-c.md",
    "_posts/newsroom/2024-01-04-d.md",
    "zh/_posts/2024-01-05-e.md",
];

/// A site with these entries of `defaults` and `POSTS` without front matter, or with this one.
fn site(defaults: &str, own: &str) -> Made {
    let made = Made::new();
    made.write("_config.yml", format!("{HEAD}{defaults}"));
    for path in POSTS {
        made.write(path, format!("---\n{own}---\nText.\n"));
    }
    made
}

/// A key of each post by the letter of its name; `-` for those that are not published.
fn listed(made: &Made, key: &str) -> Vec<String> {
    let Ran { out, .. } = made.run(&["list", "--format", "json", "content"]);
    let posts: Vec<Value> = serde_json::from_str(&out).unwrap();
    assert_eq!(posts.len(), POSTS.len());
    let text = |path: &&str| {
        let post = posts.iter().find(|post| post["path"] == **path).unwrap();
        let value = match &post[key] {
            Value::Array(items) => {
                items.iter().map(|item| item.as_str().unwrap()).collect::<Vec<_>>().join(",")
            }
            value => value.as_str().unwrap().replace("https://defaults.example", ""),
        };
        if post["state"] == "published" { value } else { "-".to_owned() }
    };
    POSTS.iter().map(text).collect()
}

fn authors(scopes: &[(&str, &str)]) -> Vec<String> {
    let entry = |(scope, name): &(&str, &str)| {
        format!("  - scope: {{{scope}}}\n    values: {{author: {name}}}\n")
    };
    let entries: String = scopes.iter().map(entry).collect();
    listed(&site(&format!("defaults:\n{entries}"), ""), "authors")
}

#[test]
fn the_longer_path_wins_then_a_type_then_the_later_entry() {
    assert_eq!(authors(&[("path: ''", "One")]), ["One"; 5]);
    assert_eq!(authors(&[("", "One"), ("", "Two")]), ["Two"; 5]);
    assert_eq!(authors(&[("type: posts", "One"), ("", "Two")]), ["One"; 5]);
    assert_eq!(authors(&[("type: pages", "One"), ("type: post", "Two")]), ["Two"; 5]);
    // A path is the beginning of another, not a folder of it.
    let news = [("path: _posts/news", "News"), ("path: _posts/news/old", "Old"), ("", "All")];
    assert_eq!(authors(&news), ["All", "News", "Old", "News", "All"]);
    let folder = [("path: _posts/news/", "News"), ("path: zh", "Zh")];
    assert_eq!(authors(&folder), ["", "News", "News", "", "Zh"]);
}

#[test]
fn a_path_may_be_a_pattern() {
    assert_eq!(authors(&[("path: '_posts/*'", "One")]), ["One", "One", "One", "One", ""]);
    assert_eq!(authors(&[("path: '*/_posts'", "One")]), ["", "", "", "", "One"]);
    assert_eq!(authors(&[("path: '_posts/*/old'", "One")]), ["", "", "One", "", ""]);
    assert_eq!(authors(&[("path: '**/*-[ad].md'", "One")]), ["One", "", "", "One", ""]);
    assert_eq!(authors(&[("path: '{zh,_posts/n*}/*'", "One")]), ["", "One", "One", "One", "One"]);
    // A slash at the end wants a folder.
    assert_eq!(authors(&[("path: '_posts/*/'", "One")]), ["", "One", "One", "One", ""]);
    // What would take for ever in a matcher that goes back.
    let many = format!("path: '{}x'", "*a".repeat(200));
    assert_eq!(authors(&[(&many, "One")]), [""; 5]);
}

#[test]
fn values_are_those_of_the_posts_unless_they_have_their_own() {
    let entry =
        "defaults:\n- values:\n    permalink: /:year/:title/\n    author: Ann\n    tags: x y\n";
    assert_eq!(listed(&site(entry, ""), "url")[1], "/2024/b/");
    assert_eq!(listed(&site(entry, ""), "tags"), ["x,y"; 5]);
    assert_eq!(listed(&site(entry, "tags: z\nauthor: Bob\n"), "tags"), ["z"; 5]);
    assert_eq!(listed(&site(entry, "author: Bob\n"), "authors"), ["Bob"; 5]);
    // A key without a value says nothing.
    assert_eq!(listed(&site(entry, "author:\n"), "authors"), ["Ann"; 5]);
    assert_eq!(listed(&site(entry, "permalink: /own.html\n"), "url"), ["/own.html"; 5]);
}

#[test]
fn categories_come_together() {
    let entry = "defaults:\n- values:\n    categories: a b\n    category: c d\n";
    assert_eq!(listed(&site(entry, ""), "categories")[3..], ["a,b,c d", "zh,a,b,c d"]);
    assert_eq!(listed(&site(entry, "categories: [x]\n"), "categories")[3], "a,b,x,c d");
    assert_eq!(listed(&site(entry, "category: y\n"), "categories")[3], "a,b,y");
}

#[test]
fn posts_are_withheld_by_default_and_may_be_published_each() {
    let entry = "defaults:\n- scope: {path: _posts/news/old}\n  values: {published: false}\n";
    let old = |own: &str| listed(&site(entry, own), "key")[2].clone();
    assert_eq!(old(""), "-");
    assert_eq!(old("published: true\n"), "news/old/2024-01-03-c");
    assert_eq!(listed(&site(entry, ""), "key")[1], "news/2024-01-02-b");
    // Jekyll takes an empty one for no.
    assert_eq!(listed(&site("defaults: [{values: {published: }}]\n", ""), "key"), ["-"; 5]);
}

#[test]
fn what_is_wrong_with_a_default_is_said_once_with_its_line() {
    let made = site(
        "defaults:\n  - scope:\n      path: \"\"\n    values:\n      lang: english\n      author: Ann\n\
         \x20     id: same\n  - scope: {path: /_posts}\n    values: {author: Bob}\n  - scope: {}\n",
        "",
    );
    let Ran { out, .. } = made.run(&["check", "content"]);
    let mut findings: Vec<&str> =
        out.lines().filter(|line| line.contains("_config.yml:")).collect();
    findings.sort_by_key(|line| line.split(':').nth(2).unwrap().parse::<usize>().unwrap());
    assert_eq!(findings.len(), 4, "{out}");
    assert!(findings[0].contains("_config.yml:7:") && findings[0].contains("`lang`"), "{out}");
    assert!(findings[1].contains("_config.yml:9:") && findings[1].contains("values.id"), "{out}");
    assert!(findings[2].contains("_config.yml:10:") && findings[2].contains("`/_posts`"), "{out}");
    assert!(findings[3].contains("_config.yml:12:") && findings[3].contains("values"), "{out}");
    assert!(out.contains("0 rejected, 4 other"), "{out}");
    let none = site("defaults: {a: b}\n", "").run(&["check", "content"]).out;
    assert!(none.contains("_config.yml:3: `defaults` cannot be a mapping"), "{none}");
}
