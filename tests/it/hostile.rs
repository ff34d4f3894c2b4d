//! Posts that are made to cost too much: each goes out within its bounds, with a finding, and harms
//! no other. Inputs have such sizes that what is not linear takes minutes.

mod liquid;

use std::fmt::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use feedmill::base::fingerprint::Fingerprint;
use feedmill::content::front_matter::node::Node;
use feedmill::content::names::{MAX_NAMES, MAX_NAMES_UNTRUSTED};
use feedmill::content::parse_cost;
use feedmill::content::permalink::MAX_PATH;
use feedmill::content::post::Post;
use feedmill::content::post::render::Rendered;
use feedmill::content::post_path::{Layout, Origin};
use feedmill::content::settings::parse;
use feedmill::content::settings::surroundings::Surroundings;
use feedmill::content::site::Site;
use feedmill::diagnostic::Error;
use feedmill::diagnostic::finding::Remark;
use feedmill::diagnostic::loss::Loss;
use feedmill::engine::large_posts::{LARGE, in_turn};
use proptest::prelude::{ProptestConfig, prop, prop_assert, proptest};

use crate::making::{Made, Tree};

const MODES: [&str; 2] = ["untrusted", "trusted"];

const NOW: i64 = 4_000_000_000_000_000_000;

/// A hang, whatever the machine.
const HANG: Duration = Duration::from_secs(20);

fn config(mode: &str) -> String {
    format!(
        "title: T\nurl: https://site.example\nfeedmill:\n  sanitize: {mode}\n  feeds: [category, tag, author, lang]\n"
    )
}

fn site(mode: &str) -> Site {
    let around = Surroundings {
        config_path: "_config.yml",
        folder_name: "site",
        base_url: None,
        fallback_url: "http://127.0.0.1:8080",
    };
    parse(&config(mode), around).unwrap().0
}

fn post_of(front: &str, body: &str) -> String {
    format!("---\ndate: 2024-01-02\n{front}---\n{body}\n")
}

/// What is said of a post, and what is made of it.
fn read(front: &str, body: &str, mode: &str) -> (Vec<Remark>, Rendered) {
    let (site, text) = (site(mode), post_of(front, body));
    let layout = Layout::below(Vec::new());
    let origin = Origin::of("_posts/2024-01-02-bad.md", &layout).unwrap();
    let parsed = Post::parse(&origin, &text, &site);
    let rendered = parsed.post.unwrap().render(&site, &|_: &str| None);
    (parsed.remarks, rendered)
}

/// The export of a site with this post and a good one.
fn built(front: &str, body: &str, mode: &str) -> Tree {
    let folder = Made::of(&[("_config.yml", &config(mode))]);
    folder.write("_posts/2024-01-01-good.md", "---\ntitle: good one\n---\ngood\n");
    folder.write("_posts/2024-01-02-bad.md", post_of(front, body));
    folder.engine().rebuild(NOW).unwrap();
    folder.feeds()
}

/// A list of so many names, of at least `width` letters.
fn names(count: usize, width: usize) -> String {
    (0..count).map(|number| format!("n{number:x<width$}")).collect::<Vec<_>>().join(",")
}

/// The same names under each key.
fn many_names(count: usize, width: usize) -> String {
    let list = names(count, width);
    ["categories", "tags", "authors"].map(|key| format!("{key}: [{list}]\n")).concat()
}

/// Front matter that is too much, and what is said of it.
fn fronts() -> Vec<(String, &'static str)> {
    let numbers: Vec<String> = (1_000..4_000).map(|number| number.to_string()).collect();
    let alias = |times| {
        format!(
            "a: &a [{}]\ncategories: [{}]\n",
            numbers[..500].join(","),
            ["*a"].repeat(times).join(",")
        )
    };
    let slug = format!("slug: {}\n", "s".repeat(8_000));
    vec![
        (format!("tags: [{}]\n", numbers.join(",")), "more than "),
        (format!("list: [{}]\n", numbers.join(",")), ""),
        (format!("tags:\n- {}\n", numbers[..2_000].join("\n- ")), "more than "),
        (alias(500), "repetition limit exceeded"),
        (alias(2), "more than "),
        (many_names(1_000, 0), "more than "),
        (many_names(64, 70), "more than "),
        (format!("tags: [{}]\n", "[[a],b],".repeat(1_500)), ""),
        (format!("a: {}\n", format!("{}\n ", "[".repeat(60)).repeat(200)), "brackets are open"),
        (
            format!("tags: {}{}\nx: y: z\n", "[".repeat(7_000), "]".repeat(7_000)),
            "brackets on one line",
        ),
        (format!("x: y: z\ntags: [{}\n", "a,".repeat(7_000)), "read one by one"),
        (format!("permalink: {}\n{slug}", ":title".repeat(1_200)), "`permalink` is longer"),
        (format!("permalink: /{}\n", "财".repeat(5_000)), "`permalink` is longer"),
        (slug.clone(), "`slug` is longer"),
        (format!("{slug}{}", many_names(64, 0)), "`slug` is longer"),
        (
            format!(
                "permalink: {}\ncategories: [{}]\n",
                ":categories".repeat(1_000),
                names(60, 70)
            ),
            "`permalink` is longer",
        ),
        (format!("title: {}\n", "t".repeat(15_000)), "`title` is longer"),
        (format!("title: a{}\n", "\u{301}".repeat(7_000)), "`title` is longer"),
        (format!("title: '{}'\n", "<b>".repeat(5_000)), ""),
        (format!("description: a{}\n", "\u{301}".repeat(7_000)), ""),
        (format!("image: /{}\n", "x".repeat(15_000)), "`image` is longer"),
        (format!("enclosures: [{}]\n", names(2_000, 0)), "more than "),
        (
            format!("author: {{name: a, uri: 'https://e.example/{}'}}\n", "x".repeat(15_000)),
            "`author` is longer",
        ),
        (format!("lang: {}\n", "x".repeat(15_000)), "`lang` is longer"),
    ]
}

#[test]
fn front_matter_stays_within_its_bounds() {
    for mode in MODES {
        for (front, expected) in fronts() {
            let sample = &front[..front.floor_char_boundary(60)];
            let start = Instant::now();
            let said: Vec<String> =
                read(&front, "x", mode).0.iter().map(|remark| remark.error.to_string()).collect();
            assert!(
                said.iter().any(|text| text.contains(expected)) || expected.is_empty(),
                "{sample}: {said:?}"
            );
            let feeds = built(&front, "x", mode);
            let size: usize = feeds.values().map(Vec::len).sum();
            let most = if mode == "trusted" { 16 << 20 } else { 8 << 20 };
            assert!(size <= most, "{mode} {sample}: {size} bytes");
            assert!(String::from_utf8_lossy(&feeds["atom.xml"]).contains("good one"), "{sample}");
            assert!(start.elapsed() < HANG, "{sample}: {:?}", start.elapsed());
        }
    }
}

/// Bodies of about so many bytes, each of which a parser would make very much of.
fn bodies(bytes: usize) -> Vec<String> {
    let units = [
        "|a|\n|-|\n|b|\n\n",
        "- - - - - - - - - - a\n",
        "[a] ",
        "# a\n",
        "*a _b ",
        "> > > > a\n\nb\n\n",
        "&amp;",
        "<a:b>",
        "[",
        "![",
        "`a ",
        "<b>x</b>\n",
        "\\[",
        "<p a b c d>\n",
        "a\n",
    ];
    let mut bodies: Vec<String> = units.map(|unit| unit.repeat(bytes / unit.len())).into();
    bodies.push(format!("[^a]: x\n\n{}", "[^a]".repeat(bytes / 4)));
    bodies.push(format!(
        "{}|\n{}|\n{}",
        "|a".repeat(bytes / 5),
        "|-".repeat(bytes / 5),
        "|\n".repeat(bytes / 10)
    ));
    bodies.push(format!("{}a", "- ".repeat(bytes / 2)));
    bodies
}

#[test]
fn a_body_that_is_too_large_goes_out_as_title_summary_and_link() {
    for (mode, bytes) in MODES.into_iter().zip([500_000, 1_900_000]) {
        for body in bodies(bytes) {
            let sample = &body[..30];
            let start = Instant::now();
            let (remarks, rendered) =
                read("title: Much\n", &format!("It begins here.\n\n{body}"), mode);
            let is_said = |error: &Error| matches!(error, Error::Loss(Loss::TooLarge { .. }));
            let early = remarks.iter().filter(|remark| is_said(&remark.error)).count();
            let late = rendered.body.warnings.iter().filter(|error| is_said(error)).count();
            assert_eq!(
                early + late,
                1,
                "{mode} {sample}: {remarks:?} {:?}",
                rendered.body.warnings
            );
            assert!(remarks.iter().all(|remark| remark.line > 3), "{remarks:?}");
            assert_eq!(rendered.body.html, "", "{sample}");
            assert!(
                rendered.summary.starts_with("It begins here."),
                "{sample}: {}",
                rendered.summary
            );
            assert!(start.elapsed() < HANG, "{sample}: {:?}", start.elapsed());
        }
    }
}

#[test]
fn a_body_of_too_many_bytes_goes_out_with_its_beginning() {
    for mode in MODES {
        let body = format!("First.\n\n{}", "word ".repeat(420_000));
        let (remarks, rendered) = read("", &body, mode);
        let limit = if mode == "trusted" { 2 << 20 } else { 512 << 10 };
        let [
            Remark {
                line: 4,
                error: Error::Loss(Loss::TooLarge { limit: said, unit: "bytes" }),
                ..
            },
        ] = &remarks[..]
        else {
            panic!("{remarks:?}")
        };
        assert_eq!(*said, limit);
        assert_eq!((&*rendered.body.html, &*rendered.summary), ("", "First."));
        let (_, rendered) = read("description: Its own.\n", &body, mode);
        assert_eq!(rendered.summary, "Its own.");
    }
}

#[test]
fn an_honest_essay_goes_out_whole() {
    let mut essay = String::from("# An essay\n\n");
    let mut part = 0;
    while essay.len() < 1_000_000 {
        part += 1;
        let _ = write!(essay, "## Part {part}\n\n");
        if part <= 200 {
            let _ = write!(essay, "![picture {part}](/img/{part}.jpg)\n\n");
        }
        for sentence in 0..20 {
            let _ = writeln!(
                essay,
                "Sentence {sentence} of part {part} goes on in plain words, as they come to mind, to its end."
            );
        }
        essay.push_str("With *some* weight, a [link](/about) & \"words\".\n\n");
        if part <= 500 {
            let _ = write!(essay, "A claim.[^{part}]\n\n[^{part}]: Its source, page {part}.\n\n");
        }
        essay.push_str("- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n");
    }
    assert!(part >= 500, "{part}");
    let (remarks, rendered) = read("title: Essay\ncategories: [essays]\n", &essay, "trusted");
    assert_eq!(remarks, []);
    assert_eq!(rendered.body.warnings, []);
    assert!(rendered.is_in_all_feeds);
    assert_eq!(rendered.body.html.matches("<img ").count(), 200);
    assert_eq!(rendered.body.html.matches("page 500.").count(), 1);
    assert!(rendered.body.html.contains(&format!("of part {part} goes")));
    let feeds = built("title: Essay\ncategories: [essays]\n", &essay, "trusted");
    for path in ["atom.xml", "rss.xml", "feed.json", "category/essays/atom.xml"] {
        assert!(String::from_utf8_lossy(&feeds[path]).contains("page 500."), "{path}");
    }
}

#[test]
fn a_long_text_in_many_feeds_is_in_the_site_s_own() {
    let body = "Some text & more.\n\n".repeat(15_000);
    let (_, rendered) = read(&many_names(16, 0), &body, "trusted");
    assert_eq!(rendered.body.warnings, [Error::Loss(Loss::TooOften { feeds: 49 })]);
    let feeds = built(&many_names(16, 0), &body, "trusted");
    assert!(feeds.values().map(Vec::len).sum::<usize>() < 16 << 20);
    assert!(feeds["feed.json"].len() > body.len());
    assert!(feeds["category/n0/feed.json"].len() < 10_000);
}

#[test]
fn names_have_a_ceiling_and_are_told() {
    for (mode, limit) in MODES.into_iter().zip([MAX_NAMES_UNTRUSTED, MAX_NAMES]) {
        let (site, text) = (site(mode), post_of(&many_names(300, 0), "x"));
        let layout = Layout::below(Vec::new());
        let origin = Origin::of("one/two/_posts/2024-01-02-bad.md", &layout).unwrap();
        let parsed = Post::parse(&origin, &text, &site);
        let post = parsed.post.unwrap();
        assert_eq!(
            (post.categories.len(), post.tags.len(), post.authors.len()),
            (limit, limit, limit)
        );
        assert_eq!(post.categories[..3], ["one", "two", "n0"]);
        let said: Vec<Error> = parsed.remarks.into_iter().map(|remark| remark.error).collect();
        let expected =
            ["categories", "tags", "authors"].map(|key| Error::TooManyNames { key, limit });
        assert_eq!(said, expected);
    }
}

#[test]
fn a_long_address_is_cut_between_characters() {
    for letter in ["s", "财", "é"] {
        let front = format!("slug: {}\n", letter.repeat(5_000));
        let (_, rendered) = read(&front, "x", "trusted");
        let path = rendered.url.strip_prefix("https://site.example").unwrap();
        assert!((MAX_PATH - 9..=MAX_PATH).contains(&path.len()), "{}", path.len());
        assert!(feedmill::base::percent::decode_path(path).unwrap().unwrap().ends_with(letter));
    }
    let (remarks, rendered) = read("permalink: /:slug/:slug/\nslug: short\n", "x", "trusted");
    assert_eq!((&remarks[..], &*rendered.url), (&[][..], "https://site.example/short/short/"));
}

#[test]
fn numbers_stay_as_they_are_written() {
    let node = Node::parse(
        "a: [1.10, 1.1, 007, 0x1F, &n 1e3, *n, '2.50', .5, -0, !x 3.0]\n1.50: {1: b}\n",
    );
    let list = ["1.10", "1.1", "007", "0x1F", "1e3", "1e3", "2.50", ".5", "-0", "3.0"];
    let node = node.unwrap();
    let Some(Node::List(items)) = node.get("a") else { panic!("{node:?}") };
    assert_eq!(items.iter().map(|item| item.text().unwrap()).collect::<Vec<_>>(), list);
    assert_eq!(node.get("1.50").and_then(|map| map.get("1")).and_then(Node::text), Some("b"));
    assert!(
        Node::parse("1: a\n0x1: b\n")
            .unwrap_err()
            .error
            .to_string()
            .contains("duplicate entry with key 1")
    );
}

/// The least time of several runs.
fn time(work: impl Fn()) -> Duration {
    let once = || {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..5).map(|_| once()).min().unwrap()
}

#[test]
fn twice_the_front_matter_takes_about_twice_the_time() {
    let numbers = |count: usize| {
        let list: Vec<String> =
            (1_000..1_000 + count).map(|number| format!("{number}.50")).collect();
        format!("list: [{}]\n", list.join(","))
    };
    let aliases =
        |count: usize| format!("a: &a [x, y, z]\nb: [{}]\n", ["*a"].repeat(count).join(","));
    let lines = |count: usize| {
        (0..count).map(|number| format!("k{number}: 1\n")).collect::<Vec<_>>().concat()
    };
    let kinds: [&dyn Fn(usize) -> String; 3] = [&numbers, &aliases, &lines];
    for kind in kinds {
        let [one, eight] = [2_000, 16_000].map(kind);
        let decode = |yaml: &str| drop(Node::parse(yaml));
        let (short, long) = (time(|| decode(&one)), time(|| decode(&eight)));
        // Eight times the text: what is quadratic takes 64 times as long.
        assert!(
            long < short * 30 + Duration::from_millis(100),
            "{short:?}, {long:?}: {}",
            &one[..30]
        );
    }
}

/// The stamp of a file of this size.
fn of(size: u64) -> Fingerprint {
    Fingerprint { size, ..Fingerprint::default() }
}

#[test]
fn large_posts_are_handled_one_at_a_time() {
    let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                in_turn("post.md", of(LARGE), || {
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    thread::sleep(Duration::from_millis(5));
                    now.fetch_sub(1, Ordering::SeqCst);
                });
            });
        }
    });
    assert_eq!(most.into_inner(), 1);
    // A small one waits for none.
    in_turn("large.md", of(LARGE), || in_turn("small.md", of(LARGE - 1), || ()));
}

fn weight(node: &Node) -> usize {
    1 + match node {
        Node::List(items) => items.iter().map(weight).sum(),
        Node::Map(fields) => fields.iter().map(|(key, node)| 1 + key.len() + weight(node)).sum(),
        scalar => scalar.text().map_or(0, str::len),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn yaml_never_grows_by_more_than_its_budget(
        lines in prop::collection::vec(("[a-d]", prop::collection::vec("\\*[a-d]|[0-9.]{1,4}|[a-z]{1,9}", 1..30)), 1..12)
    ) {
        let mut yaml = String::new();
        for (number, (anchor, items)) in lines.iter().enumerate() {
            let _ = writeln!(yaml, "k{number}: &{anchor} [{}]", items.join(", "));
        }
        if let Ok(node) = Node::parse(&yaml) {
            prop_assert!(weight(&node) <= 4 * yaml.len() + 4 * 1_024 + 16, "{}", yaml);
        }
    }

    #[test]
    fn a_parser_makes_no_more_than_was_counted(
        pieces in prop::collection::vec("[-+*>]{1,3} |[0-9][.)] |\\|a\\|b|\\|\n|\\|-\\|-\\|\n|\n|\n\n|    |a|\\[a\\]|\\(b\\)|!\\[|`|``|<b>|</b>|<http:a>|&amp;|\\*\\*|_a_|~~b~~|\\\\|# |---\n|\\[\\^a\\]|\\[\\^a\\]: |\\[a\\]: b\n|```\n", 1..40)
    ) {
        let text = pieces.concat().repeat(33_000 / pieces.concat().len() + 1);
        let mut options = comrak::Options::default();
        options.extension.table = true;
        options.extension.footnotes = true;
        options.extension.strikethrough = true;
        let arena = comrak::Arena::new();
        let nodes = comrak::parse_document(&arena, &text, &options).descendants().count();
        // The document itself and its last paragraph are not counted.
        prop_assert!(nodes < 4 || parse_cost::excess(&text, nodes - 4).is_some(), "{} nodes of {:?}", nodes, pieces);
    }
}
