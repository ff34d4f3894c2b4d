//! Pages as people meet them: in Chromium, served by the program. Where Chromium is not installed
//! these tests say so and pass.

use std::time::Duration;

use serde_json::{Value, json};

use crate::making::Made;
use crate::pages::browser::{Browser, Page};
use crate::pages::served::{HOSTILE, Served, hostile_site, news_site, newspapers};

const NONE: [&str; 0] = [];

/// The names of the rows that are seen.
const ROWS: &str = "[...document.querySelectorAll('.feeds li')].filter(row => row.checkVisibility()).map(row => row.querySelector('a').textContent)";

/// What has the focus: the element, and its text or its id.
const FOCUS: &str = "(e => `${e.localName} ${e.id || e.textContent}`)(document.activeElement)";

#[test]
fn two_thousand_feeds_are_found_copied_and_reached_by_keyboard() {
    let what = "the filter, the copy buttons, the keyboard, reading without a script";
    let Some(mut browser) = Browser::start(what) else { return };
    let made = news_site();
    let served = Served::start(&made, "https://news.example");
    let mut page = browser.page(1200);
    page.open(&served.at(""));
    the_filter_finds(&mut page);
    addresses_are_copied(&mut page, "https://news.example");
    let loading = page.open(&served.at(""));
    the_keyboard_reaches_everything(&mut page, loading);
    page.open(&served.at(""));
    no_focus_hides_behind_the_filter(&mut page);
    assert_eq!(page.complaints(), NONE);

    let slug = &newspapers()[0].0;
    page.open(&served.at(&format!("category/{slug}/")));
    addresses_are_copied(&mut page, &format!("https://news.example/category/{slug}"));
    assert_eq!(page.complaints(), NONE);

    page.call("Emulation.setScriptExecutionDisabled", &json!({"value": true}));
    page.open(&served.at(""));
    all_is_read_without_a_script(&mut page);
    assert_eq!(page.complaints(), NONE);
}

/// Puts words in the place of those in the filter.
fn find(page: &mut Page, words: &str) {
    page.eval("document.getElementById('filter').select()", &Value::Null);
    if words.is_empty() {
        page.renderer("Backspace");
    } else {
        page.call("Input.insertText", &json!({"text": words}));
    }
}

fn the_filter_finds(page: &mut Page) {
    let count = "document.getElementById('found').textContent";
    let all: Vec<String> = newspapers().into_iter().map(|(_, name)| name).collect();
    let found = |page: &mut Page| {
        let rows: Vec<String> = serde_json::from_value(page.eval(ROWS, &Value::Null)).unwrap();
        (rows, page.eval(count, &Value::Null).as_str().unwrap().to_owned())
    };
    let everything = |page: &mut Page| {
        let (mut rows, counted) = found(page);
        rows.sort();
        let mut all = all.clone();
        all.sort();
        assert!(rows == all, "{} rows", rows.len());
        assert_eq!(counted, "");
    };
    everything(page);
    // Slug and name; in capitals and in wide letters, with blanks around.
    for words in ["heilongjiangribao", "黑龙江日报", "  ＨＥＩＬＯＮＧＪＩＡＮＧribao "]
    {
        find(page, words);
        assert_eq!(found(page), (vec!["黑龙江日报".to_owned()], "1".to_owned()), "{words}");
    }
    // Both words, wherever they stand: one row for each topic.
    find(page, "日报 黑龙江");
    assert_eq!(found(page).1, "10");
    assert_eq!(found(page).0.len(), 10);
    // What a row says besides its names is not looked at.
    for words in ["unknownpaper", "要闻", "2022"] {
        find(page, words);
        assert_eq!(found(page), (Vec::new(), "0".to_owned()), "{words}");
        assert_eq!(
            page.eval("document.querySelector('.group').checkVisibility()", &json!(0)),
            false
        );
    }
    find(page, "");
    everything(page);
}

fn addresses_are_copied(page: &mut Page, base: &str) {
    page.allow_clipboard();
    let buttons =
        "[...document.querySelectorAll('button')].filter(b => b.checkVisibility()).length";
    assert_eq!(page.eval(buttons, &Value::Null), 3);
    for (index, file) in ["rss.xml", "atom.xml", "feed.json"].iter().enumerate() {
        let address = format!("{base}/{file}");
        let row = json!(index);
        let shown = "document.querySelectorAll('.formats code')[a].textContent";
        assert_eq!(page.eval(shown, &row), address);
        let before = page.eval("document.querySelectorAll('button')[a].innerText", &row);
        assert!(before.as_str().unwrap().starts_with("复制"), "{before}");
        page.eval("document.querySelectorAll('button')[a].click()", &row);
        let text = format!("document.querySelectorAll('button')[{index}].textContent");
        page.wait_for(&text, &json!("已复制"));
        assert_eq!(page.eval("navigator.clipboard.readText()", &row), address);
    }
}

fn the_keyboard_reaches_everything(page: &mut Page, loading: Duration) {
    let papers = newspapers();
    let mut rows: Vec<Value> = serde_json::from_value(page.eval(ROWS, &Value::Null)).unwrap();
    rows.truncate(2);
    let mut reached = Vec::new();
    for _ in 0..11 {
        let took = page.renderer("Tab");
        // A page that is laid out anew at each key takes a quarter of a minute.
        assert!(
            took < (loading * 5).max(Duration::from_secs(5)),
            "{took:?} for a key, {loading:?} for the whole page"
        );
        reached.push(page.eval(FOCUS, &Value::Null).as_str().unwrap().to_owned());
        if reached.len() == 1 {
            let skip = "document.activeElement.getBoundingClientRect().toJSON()";
            let place = page.eval(skip, &Value::Null);
            let is_seen =
                place["height"].as_f64() > Some(20.0) && place["top"].as_f64() >= Some(0.0);
            assert!(is_seen, "the link past the header has the focus and is not seen: {place}");
        }
    }
    let row = |row: &Value| format!("a {}", row.as_str().unwrap());
    let expected = [
        "a 跳到正文",
        "a RSS",
        "button 复制 RSS",
        "a Atom",
        "button 复制 Atom",
        "a JSON Feed",
        "button 复制 JSON Feed",
        "a 全部订阅源（OPML），可导入阅读器",
        "input filter",
        &row(&rows[0]),
        &row(&rows[1]),
    ];
    assert_eq!(reached, expected);
    // What is filtered away is passed over; the next stop after the filter is what was found.
    page.eval("document.getElementById('filter').focus()", &Value::Null);
    find(page, &papers[1234].0);
    page.renderer("Tab");
    assert_eq!(page.eval(FOCUS, &Value::Null), format!("a {}", papers[1234].1));
    page.renderer("Enter");
    page.wait_for("document.querySelector('h1')?.textContent", &json!(papers[1234].1));
}

/// Going backwards, what has the focus is not below the filter that stays on top (WCAG 2.4.11).
fn no_focus_hides_behind_the_filter(page: &mut Page) {
    let place = "(e => ({top: e.getBoundingClientRect().top, name: e.textContent, \
                 bar: document.querySelector('.filter').getBoundingClientRect().bottom, \
                 isRow: !!e.closest('.feeds')}))(document.activeElement)";
    page.eval(
        "[...document.querySelectorAll('.feeds a')].slice(0, 40).pop().focus()",
        &Value::Null,
    );
    let mut rows = 0;
    loop {
        page.renderer("Shift+Tab");
        let found = page.eval(place, &Value::Null);
        if found["isRow"] == false {
            break;
        }
        rows += 1;
        assert!(found["top"].as_f64() >= found["bar"].as_f64(), "{found}");
    }
    assert!(rows > 20, "{rows}");
    assert_eq!(page.eval(FOCUS, &Value::Null), "input filter");
}

fn all_is_read_without_a_script(page: &mut Page) {
    let read: Vec<String> = serde_json::from_value(page.eval(ROWS, &Value::Null)).unwrap();
    assert_eq!(read.len(), 2000);
    let controls = "[...document.querySelectorAll('input, button, label, output')].filter(e => e.checkVisibility()).length";
    assert_eq!(page.eval(controls, &Value::Null), 0);
}

#[test]
fn hostile_and_endless_names_fit_a_phone_and_stay_names() {
    let what = "narrow screens, names for screen readers, texts that mean harm";
    let Some(mut browser) = Browser::start(what) else { return };
    let made = hostile_site();
    let served = Served::start(&made, &format!("https://{}.example/feeds", "news".repeat(15)));
    let mut page = browser.page(360);
    page.open(&served.at(""));
    let links = "[...document.querySelectorAll('.feeds a')].map(a => a.href)";
    let links: Vec<String> = serde_json::from_value(page.eval(links, &Value::Null)).unwrap();
    assert!(links.len() >= 3 * HOSTILE.len(), "{links:#?}");
    for address in [served.at("")].iter().chain(&links) {
        page.open(address);
        // 320 pixels are a window of 1,280 at 400 % (WCAG 1.4.10).
        for width in [360, 320] {
            page.resize(width);
            let found = page.eval("document.documentElement.scrollWidth", &Value::Null);
            assert_eq!(found, width, "{address} at {width}");
        }
        let code =
            "document.images.length + document.querySelectorAll('svg, script:not([src])').length";
        assert_eq!(page.eval(code, &Value::Null), 0, "{address}");
    }
    for address in [&served.at(""), &links[0]] {
        page.open(address);
        everything_has_a_name(&mut page);
    }
    page.open(&served.at(""));
    no_focus_hides_behind_the_filter(&mut page);
    assert_eq!(page.complaints(), NONE);
}

/// What a screen reader is told: a name for all that can be used, and where the main part is.
fn everything_has_a_name(page: &mut Page) {
    let tree = page.call("Accessibility.getFullAXTree", &json!({}));
    let used = ["link", "button", "searchbox", "textbox", "heading", "region", "RootWebArea"];
    let mut roles = Vec::new();
    for node in tree["nodes"].as_array().unwrap().iter().filter(|node| node["ignored"] == false) {
        let role = node["role"]["value"].as_str().unwrap_or("");
        let name = node["name"]["value"].as_str().unwrap_or("").trim();
        assert!(!used.contains(&role) || !name.is_empty(), "{node}");
        roles.push(role);
    }
    for role in ["main", "banner", "button", "link", "heading"] {
        assert!(roles.contains(&role), "no {role}: {roles:?}");
    }
}

#[test]
fn pages_work_below_a_prefix_and_as_files() {
    let Some(mut browser) = Browser::start("pages below a prefix and as files") else { return };
    let made = Made::of(&[
        ("_config.yml", "title: News\nurl: https://news.example\n"),
        (
            "_posts/2022-01-04-a.md",
            "---\ntitle: A\ncategories: [a b, 日报, 'q?x#y', '50%']\n---\nText.\n",
        ),
    ]);
    let served = Served::start(&made, "https://news.example/my%20news/feeds");
    let mut page = browser.page(1000);
    // The address without its last slash is one that people type.
    page.open(&served.at("my%20news/feeds"));
    let base = served.at("my%20news/feeds/");
    assert_eq!(page.eval("location.href", &Value::Null), base);
    walk_through(&mut page, &base);

    night_falls_and_no_foreign_code_runs(&mut page);

    let mut page = browser.page(1000);
    let folder = made.folder().join("feeds");
    page.open(&format!("file://{}/index.html", folder.display()));
    walk_through(&mut page, &format!("file://{}/", folder.display()));
    assert_eq!(page.complaints(), NONE);
}

/// Goes from the list to each feed's page and back by their links, and looks at what is loaded.
fn walk_through(page: &mut Page, base: &str) {
    let title = "document.querySelector('h1')?.textContent";
    let is_styled = "document.readyState == 'complete' && getComputedStyle(document.querySelector('.skip')).position == 'absolute' && !document.querySelector('.formats button').hidden";
    for (row, name) in ["50%", "a b", "q?x#y", "日报"].into_iter().enumerate() {
        page.wait_for(title, &json!("News"));
        page.wait_for(is_styled, &json!(true));
        page.eval("document.querySelectorAll('.feeds a')[a].click()", &json!(row));
        page.wait_for(title, &json!(name));
        page.wait_for(is_styled, &json!(true));
        let links = "[...document.querySelectorAll('link, script, a')].map(e => e.href || e.src).filter(a => new URL(a).origin == location.origin)";
        let links: Vec<String> = serde_json::from_value(page.eval(links, &Value::Null)).unwrap();
        assert!(links.len() >= 9, "{links:?}");
        for link in links {
            assert!(link.starts_with(base), "{name}: {link}");
        }
        page.eval("document.querySelector('.up a').click()", &Value::Null);
    }
    page.wait_for(title, &json!("News"));
}

/// The colours follow the reader's wish, and the policy that the server sends holds.
fn night_falls_and_no_foreign_code_runs(page: &mut Page) {
    let paper = "getComputedStyle(document.body).backgroundColor";
    for (scheme, colour) in [("light", "rgb(252, 251, 249)"), ("dark", "rgb(23, 24, 26)")] {
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        page.call("Emulation.setEmulatedMedia", &features);
        assert_eq!(page.eval(paper, &Value::Null), colour);
    }
    assert_eq!(page.complaints(), NONE);
    let add = "(() => {const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s); return window.ran ?? 0})()";
    assert_eq!(page.eval(add, &Value::Null), 0);
    page.wait_for("document.scripts.length", &json!(2));
    // It is also the proof that complaints are heard.
    let complaints = page.complaints();
    let is_heard = complaints.iter().any(|words| words.contains("Content Security Policy"));
    assert!(is_heard, "{complaints:?}");
}
