//! `published` and `draft`: a post that Jekyll does not build is in no feed, and one that its author
//! meant to hide is told. What Jekyll 4.3.1 does with each value was tried.

use crate::making::Made;

/// What becomes of a post with a line of front matter: its state, the reason, and the findings.
fn fate(line: &str) -> (String, String, Vec<String>) {
    let made = Made::of(&[("_config.yml", "title: S\nurl: https://s.example\n")]);
    made.write("_posts/2022-01-01-open.md", "---\ntitle: Open\n---\nText.\n");
    made.write("_posts/2022-01-02-post.md", format!("---\ntitle: Post\n{line}\n---\nText.\n"));
    let listed: serde_json::Value =
        serde_json::from_str(&made.run(&["list", "--format", "json", "content"]).out).unwrap();
    let row = listed.as_array().unwrap().iter().find(|row| row["key"] == "2022-01-02-post");
    let row = row.unwrap();
    let found: serde_json::Value =
        serde_json::from_str(&made.run(&["check", "--format", "json", "content"]).out).unwrap();
    let problem = |record: &serde_json::Value| {
        format!("{} {}", record["line"], record["problem"].as_str().unwrap())
    };
    let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
    (text("state"), text("reason"), found.as_array().unwrap().iter().map(problem).collect())
}

#[test]
fn what_jekyll_does_not_build_is_withheld() {
    for line in
        ["published:", "published: ~", "published: null", "published: NULL", "published:  # later"]
    {
        let (state, reason, found) = fate(line);
        assert_eq!((&*state, &*reason), ("withheld", "published: empty"), "{line}");
        assert_eq!(found, ["3 `published` is empty: the post is withheld"], "{line}");
    }
    for line in [
        "published: false",
        "published: no",
        "published: Off",
        "published: FALSE",
        "published: fALSE",
        "published : false",
        "\"published\": false",
        "published: &a false",
        "published: !!bool false",
        "published: !!bool \"no\"",
        "published: !foo false",
        "published: false # later",
        "published: true\npublished: false",
        "published:\n  false",
        "published: !!str false",
    ] {
        let (state, reason, _) = fate(line);
        assert_eq!((&*state, &*reason), ("withheld", "published: false"), "{line}");
    }
    // The rest of the front matter is no YAML, so its lines were read one by one.
    for line in [
        "published:\nx: \"a \"b\" c\"",
        "published: ~\nx: \"a \"b\" c\"",
        "published: no\nx: \"a \"b\" c\"",
    ] {
        assert_eq!(fate(line).0, "withheld", "{line}");
    }
}

/// Of very long front matter the head alone is read, and yet nothing that withholds a post is passed over,
/// wherever the cut falls.
#[test]
fn what_withholds_a_post_counts_behind_the_limit() {
    for length in [16_300, 16_360, 16_365, 16_370, 16_375, 16_384, 20_000] {
        for line in ["published: false", "published:", "draft: true"] {
            let long = format!("x: {}\n{line}\ny: {}", "x".repeat(length), "y".repeat(200));
            assert_eq!(fate(&long).0, "withheld", "{length} {line}");
        }
    }
}

#[test]
fn what_was_meant_to_be_hidden_is_told() {
    for (line, problem) in [
        ("published: \"false\"", "`published` is `false` in quotes: the post is published"),
        ("published: 'no'", "`published` is `no` in quotes: the post is published"),
        ("published: \"\"", "`published` is `` in quotes: the post is published"),
        ("published: \"null\"", "`published` is `null` in quotes: the post is published"),
        ("published: n", "`published` is `n`: the post is published"),
        ("published: 0", "`published` is `0`: the post is published"),
        ("published: []", "`published` is a list: the post is published"),
        ("published: {}", "`published` is a mapping: the post is published"),
        ("published: [false]", "`published` is a list: the post is published"),
        ("published: later", "`published` is `later`: the post is published"),
        ("published: |\n  false", "`published` is `false\\u{a}`: the post is published"),
        ("Published: false", "`Published` is `false`: the post is published"),
        ("draft: \"true\"", "`draft` is `true` in quotes: the post is published"),
        ("Draft: true", "`Draft` is `true`: the post is published"),
        ("hidden: true", "`hidden` is `true`: the post is published"),
    ] {
        let (state, _, found) = fate(line);
        assert_eq!(state, "published", "{line}");
        assert_eq!(found, [format!("3 {problem}")], "{line}");
    }
}

#[test]
fn what_is_plain_is_not_remarked_on() {
    for line in [
        "published: true",
        "published: yes",
        "published: \"true\"",
        "published: y",
        "published: 1",
        "draft:",
        "draft: false",
        "draft: \"false\"",
        "draft: ''",
        "hidden: false",
        "Published: true",
        "x: published",
    ] {
        assert_eq!(fate(line), ("published".to_owned(), String::new(), Vec::new()), "{line}");
    }
    assert_eq!(fate("draft: true").1, "draft: true");
}
