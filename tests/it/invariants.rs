//! What holds after any changes, in any order: an incremental pass gives what a full build gives,
//! and a reader is told 304 exactly when nothing has changed for it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use feedmill::engine::engine::Engine;
use feedmill::feed::edition::{Document, Edition};
use feedmill::http::answer::Answer;
use feedmill::http::health::Health;
use feedmill::http::respond::{Request, respond};
use feedmill::http::serving::Serving;
use http::header::{ETAG, HOST, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version};
use proptest::prelude::{ProptestConfig, Strategy, any, prop, proptest};

use crate::making::{Made, Tree, tree};

/// 1 January 2040, in nanoseconds: after every change of a file, so that none is "in the making".
const START: i64 = 2_208_988_800 * SECOND;
const SECOND: i64 = 1_000_000_000;
const HOUR: i64 = 3600 * SECOND;

const CONFIG: &str = "title: Changes\nurl: https://changes.example\nfeedmill:\n  \
    content: [old_post]\n  feeds: [tag, author]\n  limit: 3\n  hours: 2\n  names_from: tag\n";

const ROOTS: &[&str] = &["_posts", "old_post", "desk/_posts"];
const EXTENSIONS: &[&str] = &["md", "html", "txt"];

/// One change of the site.
#[derive(Debug, Clone, Copy)]
struct Step {
    kind: u8,
    slot: usize,
    root: usize,
    other: usize,
    variant: usize,
    /// Whether the pass scans everything; else it is told where to look.
    is_scan: bool,
}

fn step() -> impl Strategy<Value = Step> {
    (0..13_u8, 0..4_usize, 0..3_usize, 0..3_usize, 0..6_usize, any::<bool>()).prop_map(
        |(kind, slot, root, other, variant, is_scan)| Step {
            kind,
            slot,
            root,
            other,
            variant,
            is_scan,
        },
    )
}

/// A site under change, and the time of its next change.
struct Site {
    made: Made,
    engine: Engine,
    now: i64,
    changes: u64,
}

impl Site {
    fn new() -> Self {
        let made = Made::of(&[("_config.yml", CONFIG)]);
        // No root is ever empty: that is another story.
        made.write("_posts/2021-01-01-first.md", "First.\n");
        made.write("old_post/2021-01-02-second.md", "---\ntags: old\n---\nSecond.\n");
        let mut engine = made.engine();
        engine.rebuild(START).unwrap();
        Self { made, engine, now: START, changes: 0 }
    }

    /// Writes a post; each change has a time of its own, as on a disk with fine stamps.
    fn write(&mut self, path: &str, text: &str) -> PathBuf {
        self.changes += 1;
        self.made.write(path, text);
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + self.changes);
        let file = self.made.at(path);
        File::options().write(true).open(&file).unwrap().set_modified(at).unwrap();
        file
    }

    /// Makes a change; returns the paths that it touches.
    fn change(&mut self, step: Step) -> BTreeSet<PathBuf> {
        let name = |root: usize, kind: usize| {
            format!("{}/2022-01-0{}-post.{}", ROOTS[root], step.slot + 1, EXTENSIONS[kind])
        };
        let path = name(step.root, step.variant % 3);
        let file = self.made.at(&path);
        match step.kind {
            0..=3 => BTreeSet::from([self.write(&path, &post(step, self.now))]),
            4 => BTreeSet::from([self.write(&path, "---\ntitle: cut short\ndate: 2022-01-0")]),
            5 => {
                let _ = fs::remove_file(&file);
                BTreeSet::from([file])
            }
            6 => self.rename(file, &name(step.other, step.variant % 3)),
            7 => self.rename(file, &name(step.root, (step.variant + 1) % 3)),
            8 if file.exists() => {
                let to = name(step.other, (step.variant + 1) % 3);
                let text = fs::read_to_string(&file).unwrap();
                BTreeSet::from([self.write(&to, &text)])
            }
            9 | 10 => {
                let text = format!("{} {{% post_url 2022-01-0{}-post %}}", step.variant, step.slot);
                let path = ["_includes/a.html", "_includes/b.html", "_data/d.yml", "_data/e/f.csv"];
                let text = if step.slot < 2 { text } else { format!("x: {}", step.variant) };
                self.write(path[step.slot], &text);
                self.engine.take_library(self.made.read().1.library);
                BTreeSet::new()
            }
            11 => {
                BTreeSet::from([self.write(
                    &format!("{}/part.inc", ROOTS[step.root]),
                    &format!("{}", step.variant),
                )])
            }
            _ => {
                self.now += HOUR * i64::try_from(step.variant).unwrap();
                BTreeSet::new()
            }
        }
    }

    fn rename(&self, from: PathBuf, to: &str) -> BTreeSet<PathBuf> {
        let to = self.made.at(to);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        let _ = fs::rename(&from, &to);
        BTreeSet::from([from, to])
    }

    fn pass(&mut self, paths: &BTreeSet<PathBuf>, is_scan: bool) {
        self.now += SECOND;
        if is_scan { self.engine.rescan(self.now) } else { self.engine.look(paths, self.now) }
            .unwrap();
    }

    /// The export and the edition of a full build of the same content, elsewhere.
    fn fresh(&self) -> (Tree, BTreeMap<String, Document>) {
        let other = Made::new();
        fs::remove_dir(other.at("")).unwrap();
        copy(&self.made, &other);
        let mut engine = other.engine();
        engine.rebuild(self.now).unwrap();
        (other.feeds(), documents(&engine.edition()))
    }
}

/// Copies a site, with the times of its files.
fn copy(from: &Made, to: &Made) {
    for name in tree(&from.at("")).keys() {
        fs::create_dir_all(to.at(name).parent().unwrap()).unwrap();
        fs::copy(from.at(name), to.at(name)).unwrap();
        let modified = fs::metadata(from.at(name)).unwrap().modified().unwrap();
        File::options().write(true).open(to.at(name)).unwrap().set_modified(modified).unwrap();
    }
}

fn post(step: Step, now: i64) -> String {
    let Step { slot, variant, other, .. } = step;
    let stamps = [
        "2022-01-01 08:00:00".to_owned(),
        "2022-01-01 08:00:00".to_owned(),
        "2022-01-03 09:30:00 +0800".to_owned(),
        // Due in a while: the time is told in Unix seconds.
        format!("{}", (now + HOUR * 2) / SECOND),
        format!("{}", (now + HOUR * 5) / SECOND),
        "2022-01-02".to_owned(),
    ];
    let categories = ["news", "river", "news river", "", "财经", "News"][variant];
    let tags = ["a", "b", "", "a b", "c", "a"][(variant + other) % 6];
    let flags = ["", "", "draft: true\n", "", "author: Ann\n", "permalink: /:title\n"]
        [(variant + slot + other) % 6];
    format!(
        "---\ntitle: Post {slot} {other}\ndate: {}\ncategories: {categories}\ntags: {tags}\n\
         {flags}---\nBody {variant}, after [another]({{% post_url 2022-01-0{}-post %}}).\n{}\n",
        stamps[variant],
        // A post's own address may change with that of a post which it names, or of none.
        (slot + other) % 5 + 1,
        [
            "{% include a.html %}",
            "{% assign n = page.tags[0] %}{% include {{ n }}.html %}",
            "{{ site.data.d.x }} {{ site.data.e.f.size }} {{ site.data.size }}",
            "{% include_relative part.inc %}",
            "{% for p in site.posts %}{{ p.title }} {{ p.date }}{% endfor %}{{ site.time }}",
            "{{ site.tags.a | map: 'url' | join }} {{ site.categories.size }}",
        ][(variant + 2 * slot + other) % 6],
    )
}

/// An edition's documents, without the times of their changes.
fn documents(edition: &Edition) -> BTreeMap<String, Document> {
    let timeless = |document: &Document| Document { last_modified: 0, ..document.clone() };
    edition.documents().map(|(path, document)| (path.to_string(), timeless(document))).collect()
}

/// The names under which two maps differ.
fn different<T: PartialEq>(left: &BTreeMap<String, T>, right: &BTreeMap<String, T>) -> Vec<String> {
    let all: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    all.into_iter().filter(|name| left.get(*name) != right.get(*name)).cloned().collect()
}

fn ask(edition: &Edition, path: &str, header: Option<(HeaderName, &HeaderValue)>) -> Answer {
    let address: String = path
        .bytes()
        .map(|byte| match byte {
            b'/' | b'.' | b'-' | b'0'..=b'9' | b'a'..=b'z' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    let uri: Uri = format!("/{address}").parse().unwrap();
    let mut headers = HeaderMap::new();
    headers.insert(HOST, HeaderValue::from_static("changes.example"));
    if let Some((name, value)) = header {
        headers.insert(name, value.clone());
    }
    let request = Request {
        method: &Method::GET,
        uri: &uri,
        version: Version::HTTP_11,
        headers: &headers,
        now: i64::MAX,
    };
    respond(&request, edition, &Serving::new("", 300), &Health::default())
}

/// What a reader that knows `before` is told of `after`.
fn assert_told_rightly(before: &Edition, after: &Edition) {
    for (path, document) in before.documents() {
        let first = ask(before, path, None);
        assert_eq!(first.status, StatusCode::OK, "{path}");
        let expected = match after.document(path) {
            None => StatusCode::NOT_FOUND,
            Some((_, next)) if next.hash == document.hash => StatusCode::NOT_MODIFIED,
            Some(_) => StatusCode::OK,
        };
        for (asked, told) in [(IF_NONE_MATCH, ETAG), (IF_MODIFIED_SINCE, LAST_MODIFIED)] {
            let again = ask(after, path, Some((asked.clone(), &first.headers[told])));
            assert_eq!(again.status, expected, "{path} by {asked}");
        }
    }
}

fn times(made: &Made) -> BTreeMap<String, SystemTime> {
    let folder = made.folder().join("feeds");
    let time = |name: &String| fs::metadata(folder.join(name)).unwrap().modified().unwrap();
    made.feeds().keys().map(|name| (name.clone(), time(name))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_incremental_pass_gives_what_a_full_build_gives(
        steps in prop::collection::vec(prop::collection::vec(step(), 1..4), 1..8),
    ) {
        let mut site = Site::new();
        for batch in steps {
            let before = site.engine.edition();
            let is_scan = batch[0].is_scan;
            let paths = batch.iter().flat_map(|step| site.change(*step)).collect();
            site.pass(&paths, is_scan);
            let (feeds, edition) = site.fresh();
            let differ = different(&documents(&site.engine.edition()), &edition);
            assert_eq!(differ, [""; 0], "the edition is not that of a full build");
            let differ = different(&site.made.feeds(), &feeds);
            assert_eq!(differ, [""; 0], "the export is not that of a full build");
            assert_told_rightly(&before, &site.engine.edition());
        }
        let (edition, times_before) = (site.engine.edition(), times(&site.made));
        let pass = site.engine.rebuild(site.now + 1000 * SECOND).unwrap();
        assert_eq!(pass.rendered.written, 0);
        let all = |edition: &Edition| -> BTreeMap<String, Document> {
            let pair = |(path, document): (&std::sync::Arc<str>, &std::sync::Arc<Document>)| {
                (path.to_string(), Document::clone(document))
            };
            edition.documents().map(pair).collect()
        };
        assert_eq!(all(&site.engine.edition()), all(&edition), "a rebuild without a change");
        assert_eq!(times(&site.made), times_before);
    }

    #[test]
    fn the_order_of_files_does_not_matter(
        steps in prop::collection::vec(step(), 2..8),
        order in prop::collection::vec(any::<usize>(), 8),
    ) {
        let mut posts: Vec<(String, String)> = steps
            .iter()
            .enumerate()
            .map(|(index, step)| {
                (format!("{}/2022-01-01-p{index}.md", ROOTS[step.root]), post(*step, START))
            })
            .collect();
        posts.push(("_config.yml".to_owned(), CONFIG.to_owned()));
        let built = |posts: &[(String, String)]| {
            let made = Made::new();
            for (path, text) in posts {
                made.write(path, text);
            }
            made.engine().rebuild(START + 3 * HOUR).unwrap();
            made.feeds()
        };
        let expected = built(&posts);
        for (index, other) in order.iter().enumerate() {
            let count = posts.len();
            posts.swap(index % count, other % count);
        }
        assert!(built(&posts) == expected, "another order gives other bytes");
    }
}

#[test]
fn identical_rewrites_write_nothing() {
    let mut site = Site::new();
    let step = Step { kind: 0, slot: 0, root: 0, other: 1, variant: 2, is_scan: false };
    let paths = site.change(step);
    site.pass(&paths, false);
    let (edition, times_before) = (site.engine.edition(), times(&site.made));
    for is_scan in [false, true] {
        let paths = site.change(step);
        site.now += SECOND;
        let pass =
            if is_scan { site.engine.rescan(site.now) } else { site.engine.look(&paths, site.now) };
        assert_eq!((pass.unwrap().rendered.written, times(&site.made)), (0, times_before.clone()));
        assert_eq!(documents(&site.engine.edition()), documents(&edition));
    }
}

#[test]
fn a_future_post_comes_to_the_second() {
    let mut site = Site::new();
    let step = Step { kind: 0, slot: 0, root: 0, other: 0, variant: 3, is_scan: false };
    let paths = site.change(step);
    site.pass(&paths, false);
    let due = START + 2 * HOUR;
    assert_eq!(site.engine.next_look(), Some(due));
    let has_it =
        |site: &Site| String::from_utf8_lossy(&site.made.feeds()["rss.xml"]).contains("Post 0 0");
    site.engine.tick(due - 1).unwrap();
    assert!(!has_it(&site));
    site.engine.tick(due).unwrap();
    assert!(has_it(&site));
    assert_eq!(site.engine.next_look(), None);
}

#[test]
fn a_site_that_gets_its_first_posts_folder_is_read_anew() {
    for (post, seen) in [
        ("_posts/2022-01-03-c.md", "_posts"),
        ("_posts/2022-01-03-c.md", "_posts/2022-01-03-c.md"),
        ("desk/_posts/2022-01-03-c.md", "desk"),
    ] {
        let made = Made::of(&[
            ("_config.yml", "url: https://bare.example\n"),
            ("2022-01-01-a.md", "A.\n"),
            ("b.md", "---\ndate: 2022-01-02\n---\nB.\n"),
        ]);
        let mut engine = made.engine();
        engine.rebuild(START).unwrap();
        made.write(post, "C.\n");
        engine.look(&BTreeSet::from([made.at(seen)]), START + SECOND).unwrap();
        let fresh = Made::new();
        fs::remove_dir(fresh.at("")).unwrap();
        copy(&made, &fresh);
        fresh.engine().rebuild(START + SECOND).unwrap();
        assert_eq!(
            different(&made.feeds(), &fresh.feeds()),
            [""; 0],
            "{seen}: {:?}",
            engine.held()
        );
    }
}

#[test]
fn of_equal_posts_with_one_key_the_next_one_is_rendered_as_itself() {
    let made = Made::of(&[("_config.yml", CONFIG)]);
    made.write("_posts/2022-01-01-a.html", "*a*\n");
    made.write("_posts/2022-01-01-a.md", "*a*\n");
    let mut engine = made.engine();
    engine.rebuild(START).unwrap();
    assert!(String::from_utf8_lossy(&made.feeds()["rss.xml"]).contains("[*a*]]>"));
    fs::remove_file(made.at("_posts/2022-01-01-a.html")).unwrap();
    let paths = BTreeSet::from([made.at("_posts/2022-01-01-a.html")]);
    engine.look(&paths, START + SECOND).unwrap();
    assert!(String::from_utf8_lossy(&made.feeds()["rss.xml"]).contains("<em>a</em>"));
}
