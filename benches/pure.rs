//! What the pure parts cost, one post, one feed or one request at a time.
//!
//! `cargo bench` runs all, `cargo bench -- catalog` some. What a whole site costs, with its disk
//! and its sockets, is measured by `benches/end_to_end/run`.
#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]

use std::fmt::Write;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, Throughput};
use feedmill::base::fingerprint::Fingerprint;
use feedmill::base::hash::Hash;
use feedmill::catalog::card::Card;
use feedmill::catalog::{Catalog, Change, FeedName, Horizon};
use feedmill::content::date::Moment;
use feedmill::content::front_matter::{FrontMatter, split};
use feedmill::content::post::{Post, Reach};
use feedmill::content::post_path::{Layout, Origin};
use feedmill::content::settings::parse;
use feedmill::content::settings::surroundings::Surroundings;
use feedmill::content::site::Site;
use feedmill::content::stamp;
use feedmill::content::taxonomy::Taxonomy;
use feedmill::feed::assemble;
use feedmill::feed::edition::{Document, Edition};
use feedmill::feed::format::FORMATS;
use feedmill::feed::model::{Entry, Feed};
use feedmill::feed::page;
use feedmill::http::health::Health;
use feedmill::http::respond::{Request, respond};
use feedmill::http::serving::Serving;
use http::header::{ACCEPT_ENCODING, HOST, IF_MODIFIED_SINCE, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, Method, Uri, Version};

/// Posts of the catalog, and the categories that they are spread over.
const POSTS: usize = 100_000;
const CATEGORIES: usize = 2_000;

/// Entries of the feed that is rendered.
const ENTRIES: usize = 20;

/// 2026-01-01 00:00 in Unix seconds: any day will do.
const NEW_YEAR: i64 = 1_767_225_600;

const CONFIG: &str = r"
title: 河湾日报
url: https://paper.example
timezone: Asia/Shanghai
lang: zh-CN
feedmill:
  clean:
    lines: ['^\[返回']
    source_link: '^<(https?://[^>\s]+)>$'
    author: 'p.credit'
    author_pattern: '来源：(.+?)）?$'
";

/// Front matter as scripts write it: clean, and with quotes that YAML does not take.
const CLEAN: &str = "---\nlayout: post\ntitle: \"渡口的第一班船：载客三百人\"\ndate: 2026-01-04 07:38:28 +0800\ncategories: hewanribao\ntags: 河湾日报新闻\n---\n正文\n";
const BROKEN: &str = "---\nlayout: post\ntitle: \"渡口的\"第一班船\"：载客三百人\"\ndate: 2026-01-04 07:38:28 +0800\ncategories: hewanribao\ntags: 河湾日报新闻\n---\n正文\n";

/// Sentences that bodies are put together from.
const SENTENCES: &[&str] = &[
    "清早六点，渡口的第一班船已经坐满了人，船工把缆绳绕了两圈，等雾散开一点再走。",
    "新修的石阶一共四十二级，每隔十级留出一块平台，挑担的人可以在那里歇一歇。",
    "<strong>水位比去年同期低了半米</strong>，值班员每小时记一次，数字写在门口的黑板上。",
    "“以前过河要等一个上午，现在一刻钟就到对岸。”卖菜的大娘一边数零钱一边说。",
    "按照计划，年底之前还要添两条船 &amp; 一座候船的棚子，费用由两岸的村子分担。",
    "有人问起票价，售票员指了指墙上的<a href=\"/price.html?line=2&amp;t=1\" target=\"_blank\">价目表</a>，一个字也没有改。",
    "中午太阳出来，河面上一片白光，孩子们蹲在岸边看木桩上的鱼鹰。",
];

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let site = site();
    front_matter(&mut criterion);
    dates(&mut criterion, &site);
    body(&mut criterion, &site);
    catalog(&mut criterion, &site);
    formats(&mut criterion, &site);
    conditional(&mut criterion);
    criterion.final_summary();
}

fn front_matter(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("front matter");
    for (name, text) in [("clean", CLEAN), ("rescued", BROKEN)] {
        assert_eq!(FrontMatter::decode(split(text)).1.is_some(), name == "rescued");
        group.bench_function(name, |bencher| {
            bencher.iter(|| FrontMatter::decode(split(black_box(text))));
        });
    }
}

fn dates(criterion: &mut Criterion, site: &Site) {
    let mut group = criterion.benchmark_group("date");
    for (name, written) in [
        ("with offset", "2026-01-04 07:38:28 +0800"),
        ("in the site's zone", "2026-01-04 07:38:28"),
        ("by hand", "2026年1月4日 7:38"),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| stamp::read(black_box(written), false, site.dates).unwrap());
        });
    }
}

fn body(criterion: &mut Criterion, site: &Site) {
    let text = post_text(0);
    let mut group = criterion.benchmark_group("post");
    group.throughput(Throughput::Bytes(u64::try_from(text.len()).unwrap()));
    // What a cold start does with every post, and with those that stand in a feed.
    group.bench_function("parse", |bencher| {
        bencher.iter(|| with_post(0, black_box(&text), site, |post| post.date));
    });
    group.bench_function("render body", |bencher| {
        with_post(0, &text, site, |post| bencher.iter(|| post.render(site, &|_: &str| None)));
    });
}

fn catalog(criterion: &mut Criterion, site: &Site) {
    let mut catalog = Catalog::default();
    catalog.apply((0..POSTS).map(|index| Change::Put(card(index, "first"))), Horizon::OPEN);
    let largest =
        catalog.feeds().filter(|name| **name != FeedName::Site).max_by_key(|n| catalog.count(n));
    let largest = largest.unwrap().clone();
    let mut group = criterion.benchmark_group("catalog of 100,000");
    for (name, feed) in [("window of the site", &FeedName::Site), ("window of a group", &largest)] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| catalog.window(black_box(feed), site.window).len());
        });
    }
    // Each takes its own effect back, so that the thousandth round does what the first did.
    let edits = ["second", "first"].map(|text| Change::Put(card(POSTS / 2, text)));
    group.bench_function("one post edited, and back", |bencher| {
        bencher.iter_batched(
            || edits.clone(),
            |edits| edits.map(|edit| catalog.apply([edit], Horizon::OPEN).len()),
            BatchSize::SmallInput,
        );
    });
    let new = card(POSTS, "first");
    let gone = Change::Remove { key: Arc::clone(&new.key), path: Arc::clone(&new.path) };
    let coming_and_going = [Change::Put(new), gone];
    group.bench_function("one post added, and removed", |bencher| {
        bencher.iter_batched(
            || coming_and_going.clone(),
            |changes| changes.map(|change| catalog.apply([change], Horizon::OPEN).len()),
            BatchSize::SmallInput,
        );
    });
}

fn formats(criterion: &mut Criterion, site: &Site) {
    let name = FeedName::Group(Taxonomy::Category, "hewanribao".into());
    let entries: Vec<Arc<Entry>> = (0..ENTRIES).map(|index| entry(index, site)).collect();
    let feed: Feed = assemble::feed(site, &name, entries.clone());
    let mut group = criterion.benchmark_group("feed of 20");
    group.bench_function("assemble", |bencher| {
        bencher.iter_batched(
            || entries.clone(),
            |entries| assemble::feed(site, &name, entries),
            BatchSize::SmallInput,
        );
    });
    for format in FORMATS {
        let length = (format.render)(&feed).unwrap().len();
        group.throughput(Throughput::Bytes(u64::try_from(length).unwrap()));
        group.bench_function(format.name, |bencher| {
            bencher.iter(|| (format.render)(black_box(&feed)).unwrap());
        });
    }
    let length = page::render("河湾日报", &feed, ENTRIES).unwrap().len();
    group.throughput(Throughput::Bytes(u64::try_from(length).unwrap()));
    group.bench_function("page", |bencher| {
        bencher.iter(|| page::render("河湾日报", black_box(&feed), ENTRIES).unwrap());
    });
}

fn conditional(criterion: &mut Criterion) {
    let mut edition = Edition::default();
    for category in 0..CATEGORIES {
        for format in FORMATS {
            let path = format!("category/{}/{}", category_name(category), format.file);
            let document = Document {
                hash: Hash::of(path.as_bytes()),
                length: 90_000,
                media_type: format.media_type,
                last_modified: NEW_YEAR,
            };
            edition.put(path.into(), Arc::new(document));
        }
    }
    let path = format!("category/{}/{}", category_name(7), FORMATS[0].file);
    let tag = format!("\"{}\"", edition.document(&path).unwrap().1.hash);
    let uri: Uri = format!("/{path}").parse().unwrap();
    let (serving, health) = (Serving::default(), Health::default());
    let mut group = criterion.benchmark_group("request");
    for (name, condition, status) in [
        ("200", None, 200),
        ("304 by entity tag", Some((IF_NONE_MATCH, tag.as_str())), 304),
        ("200, another entity tag", Some((IF_NONE_MATCH, "\"another\"")), 200),
        ("304 by date", Some((IF_MODIFIED_SINCE, "Thu, 01 Jan 2026 00:00:00 GMT")), 304),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static("paper.example"));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        headers.extend(condition.map(|(name, value)| (name, value.parse().unwrap())));
        let request = Request {
            method: &Method::GET,
            uri: &uri,
            version: Version::HTTP_11,
            headers: &headers,
            now: i64::MAX,
        };
        assert_eq!(respond(&request, &edition, &serving, &health).status, status, "{name}");
        group.bench_function(name, |bencher| {
            bencher.iter(|| respond(black_box(&request), &edition, &serving, &health));
        });
    }
}

fn site() -> Site {
    let around = Surroundings {
        config_path: "_config.yml",
        folder_name: "site",
        base_url: None,
        fallback_url: "http://127.0.0.1:8080",
    };
    parse(CONFIG, around).unwrap().0
}

fn path_of(index: usize) -> String {
    format!("_posts/2026-01-04-{:018}.md", 300_000_000_000_000_000 + index)
}

/// A post of about 4 KB: paragraphs in HTML, an image, a credit, and two lines of Markdown.
fn post_text(index: usize) -> String {
    let mut text = CLEAN.replace("正文\n", "");
    for paragraph in 0..10 {
        text.push_str("<p>");
        for sentence in 0..3 {
            let at = (index + 2 * paragraph + 3 * sentence) % SENTENCES.len();
            text.push_str(SENTENCES[at]);
        }
        text.push_str("</p>\n ");
    }
    let _ = write!(
        text,
        "<p><img src=\"/pictures/{index}.jpg\" alt=\"\" width=\"640\" /></p>\n \
         <p class=\"credit\">（来源：河湾日报）</p>\n\n<https://origin.example/{index}>\n\n\
         [返回河湾日报](//paper.example/category/hewanribao.html)\n"
    );
    text
}

/// Gives the post of a text to `look`: a post borrows from its text.
fn with_post<T>(index: usize, text: &str, site: &Site, look: impl FnOnce(&Post<'_>) -> T) -> T {
    let (path, layout) = (path_of(index), Layout::below(Vec::new()));
    let origin = Origin::of(&path, &layout).unwrap();
    let post = Post::parse(&origin, text, site).post.unwrap();
    look(&post)
}

fn entry(index: usize, site: &Site) -> Arc<Entry> {
    with_post(index, &post_text(index), site, |post| {
        Arc::new(assemble::entry(post, post.render(site, &|_: &str| None), site))
    })
}

fn category_name(category: usize) -> String {
    format!("category{category:04}")
}

/// The one place that knows what a card is made of. A few categories have most of the posts, and
/// dates come in no order.
fn card(index: usize, text: &str) -> Card {
    let path = path_of(index);
    let category = index % CATEGORIES % (index % 97 + 1);
    let minutes = i64::try_from(index * 7_919 % POSTS).unwrap();
    let key: Arc<str> = path.trim_start_matches("_posts/").trim_end_matches(".md").into();
    Card {
        long_key: Arc::clone(&key),
        key,
        rank: 0,
        date: Moment::from_unix(NEW_YEAR + 60 * minutes),
        is_withheld: false,
        groups: vec![(Taxonomy::Category, category_name(category).into())],
        id: None,
        uses: Box::default(),
        reach: Reach::All,
        expires: None,
        changes: None,
        page: index as u64,
        has_tags: true,
        hash: Hash::of(format!("{index} {text}").as_bytes()),
        stamp: Fingerprint::default(),
        path: path.into(),
    }
}
