//! Front matter that is not read as it looks: what was meant is read where that can be told, and
//! what was not is told.

use serde_json::Value;

use crate::making::Made;

/// What `list` has of a post with this front matter, and what `check` finds: place, text and hint.
fn read(front: &str) -> (Value, Vec<[String; 3]>) {
    read_by("", front)
}

fn read_by(config: &str, front: &str) -> (Value, Vec<[String; 3]>) {
    let config = format!("title: S\nurl: https://s.example\n{config}");
    let made = Made::of(&[("_config.yml", &config)]);
    made.write("_posts/2022-01-02-post.md", format!("---\n{front}\n---\nText.\n"));
    let json = |command: &str| -> Vec<Value> {
        serde_json::from_str(&made.run(&[command, "--format", "json", "content"]).out).unwrap()
    };
    let finding = |one: &Value| {
        let place = format!("{}:{}", one["line"], one["column"]).replace(":null", "");
        [place, text(&one["problem"]), text(&one["hint"])]
    };
    // That tags alone have no feeds is another matter.
    let is_of_tags = |one: &&Value| text(&one["problem"]).starts_with("the posts have tags");
    let mut found = json("check");
    found.retain(|one| !is_of_tags(&one));
    (json("list").remove(0), found.iter().map(finding).collect())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn names(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(text).collect()
}

fn told(place: &str, problem: &str, hint: &str) -> [String; 3] {
    [place, problem, hint].map(str::to_owned)
}

#[test]
fn a_colon_of_full_width_is_one() {
    let what = "`：` is a full-width colon; it was read as `:`";
    let (post, found) = read("title：全角冒号\ncategory: a");
    assert_eq!(post["title"], "全角冒号");
    assert_eq!(names(&post["categories"]), ["a"]);
    assert_eq!(found, [told("2:6", what, "write `title: `")]);
    let (post, found) = read("title: Plain\ntags ：[a, b]\nauthor：\n  name: Ann");
    assert_eq!(names(&post["tags"]), ["a", "b"]);
    assert_eq!(names(&post["authors"]), ["Ann"]);
    assert_eq!(found, [told("3:6", what, "write `tags: `")]);
    // What is no YAML for another reason, too, is read line by line.
    let (post, found) = read("title：\"a \"b\" c\"\npublished：false");
    assert_eq!(
        (text(&post["title"]), text(&post["state"])),
        ("a \"b\" c".into(), "withheld".into())
    );
    assert!(found[0][1].starts_with("the front matter is not YAML"), "{found:?}");
    // In a value it is a sign like others.
    let (post, found) = read("title: 标题：全角\nown：x: 1");
    assert_eq!(post["title"], "标题：全角");
    assert_eq!(found, [[""; 3]; 0]);
}

#[test]
fn a_tab_that_indents_is_two_blanks() {
    let (what, hint) = (
        "a tab indents this line, and YAML takes blanks alone; it was read as two",
        "write blanks in its place",
    );
    let (post, found) = read("title: T\nauthor:\n\tname: Ann\ntags:\n\t- a\n\t- b");
    assert_eq!(names(&post["authors"]), ["Ann"]);
    assert_eq!(names(&post["tags"]), ["a", "b"]);
    assert_eq!(found, [told("4:1", what, hint)]);
    let (post, found) = read("\ttitle: All\n\ttags: a");
    assert_eq!((text(&post["title"]), names(&post["tags"])), ("All".into(), vec!["a".into()]));
    assert_eq!(found, [told("2:1", what, hint)]);
    let (post, found) = read("title:\tBehind\t\n\t\ntags:\t[a]");
    assert_eq!((text(&post["title"]), names(&post["tags"])), ("Behind".into(), vec!["a".into()]));
    assert!(found.iter().all(|found| found[1] != what), "{found:?}");
}

#[test]
fn what_is_taken_for_a_comment_is_told() {
    let hint = "put the value in single quotes and double those within";
    for (front, place, found) in [
        ("title: Fix for #5", "2:15", "` #5`"),
        ("title: #hashtag", "2:7", "` #hashtag`"),
        ("title: 修复 #五 号", "2:10", "` #五 号`"),
        ("x: y\ntags:\n- a\n- #b", "5:2", "` #b`"),
        ("categories:\n  - #b", "3:4", "` #b`"),
        ("title: \"a \"b\" c\"\nauthor: Ann #1", "3:12", "` #1`"),
    ] {
        let (_, findings) = read(front);
        let what = format!("{found} was read as a comment");
        assert!(findings.contains(&told(place, &what, hint)), "{front}: {findings:?}");
    }
    for front in [
        "title: Text # a comment",
        "title: Text #",
        "title: Text ##",
        "title: C#5",
        "title: 'Fix #5'",
        "title: \"Fix #5\" #6",
        "tags: [a, b] #c",
        "description: >\n  Fix #5",
        "#title: x\nx: y",
        "colour: #fff",
        "gallery:\n- #b",
        "tags: a\nx:\n  - #b",
        "title: Text #!",
    ] {
        let (_, findings) = read(front);
        assert!(
            findings.iter().all(|found| !found[1].contains("comment")),
            "{front}: {findings:?}"
        );
    }
}

#[test]
fn not_more_than_a_few_are_told() {
    assert_eq!(read(&format!("tags:\n{}", "- #a\n".repeat(1000))).1.len(), 16);
}

#[test]
fn keys_in_capitals_are_told() {
    let (post, found) = read("Title: Caps\nTags: x\nDATE: 2022-01-01\nLayout: post\nSeries: y");
    assert_eq!(names(&post["tags"]), [""; 0]);
    let key = |place, key: &str, hint: &str| told(place, &format!("unknown key `{key}`"), hint);
    assert_eq!(
        found,
        [
            key("2", "Title", "did you mean `title`?"),
            key("3", "Tags", "did you mean `tags`?"),
            key("4", "DATE", "did you mean `date`?"),
        ]
    );
    // Where the key is there as well, nothing is lost; of these it is told what comes of them.
    assert_eq!(read("title: a\nTitle: b\nPublished: true\nDraft: false").1, [[""; 3]; 0]);
    let defaults = "defaults:\n- values: {Tags: x}\n";
    assert_eq!(read_by(defaults, "title: a").1.len(), 1);
}

#[test]
fn commas_in_a_text_of_names_are_told() {
    let found = |key: &str, name: &str, list: &str| {
        let what = format!("`{key}` is a text and no list, so `{name}` is one of its names");
        vec![told("2", &what, &format!("write `[{list}]`"))]
    };
    let (post, findings) = read("tags: news, sport");
    // As in Jekyll.
    assert_eq!(names(&post["tags"]), ["news,", "sport"]);
    assert_eq!(findings, found("tags", "news,", "news, sport"));
    assert_eq!(
        read("categories: big news,sport").1,
        found("categories", "news,sport", "big news, sport")
    );
    assert_eq!(
        read("tags: 新闻，体育、财经").1,
        found("tags", "新闻，体育、财经", "新闻, 体育, 财经")
    );
    assert_eq!(read("tags: 'a b, c'").1, found("tags", "b,", "a b, c"));
    let whole = read_by("feedmill: {split: none}\n", "tags: a b, c");
    assert_eq!(whole.1, found("tags", "a b, c", "a b, c"));
    for front in
        ["tags: [a, b]", "tags: a b", "tags: 1,000 2,5", "tag: a, b", "tags: ['a, b']", "tags: ["]
    {
        let (_, findings) = read(front);
        assert!(
            findings.iter().all(|found| !found[1].contains("no list")),
            "{front}: {findings:?}"
        );
    }
}

#[test]
fn an_alias_that_cannot_be_followed_is_no_name() {
    let broken = "title: \"a \"b\" c\"\n";
    let (post, _) = read(&format!("{broken}tags: *a\ncategories:\n- *b\n- c\nauthor: &x Ann"));
    assert_eq!(names(&post["tags"]), [""; 0]);
    assert_eq!(names(&post["categories"]), ["c"]);
    assert_eq!(names(&post["authors"]), ["Ann"]);
    let (post, _) = read(&format!("{broken}tags: &all [a, *b, c]\nauthor: '& Sons'"));
    assert_eq!(names(&post["tags"]), ["a", "c"]);
    assert_eq!(names(&post["authors"]), ["& Sons"]);
}
