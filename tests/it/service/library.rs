//! What posts use besides themselves is watched, and a change of it renders the posts again that
//! use it, and no others. At the end of each test the export is held against a clean build.

use std::fs;
use std::os::unix::fs::symlink;

use super::harness::{CONFIG, Server, Site};

/// What the log says of each time something was published, from the `first` on.
fn published(server: &Server<'_>, first: usize) -> Vec<String> {
    let log = server.log();
    let lines = log.lines().filter(|line| line.contains("published feeds="));
    let shown = |line: &str| {
        let (_, rest) = line.split_once("published ").unwrap();
        let words = rest.split(' ').filter(|word| word.starts_with(['f', 'r']));
        words.collect::<Vec<_>>().join(" ")
    };
    lines.skip(first).map(shown).collect()
}

/// Changes something, waits until a post shows it, and says what was published meanwhile.
fn after(server: &Server<'_>, change: impl FnOnce(), post: &str, shows: &str) -> Vec<String> {
    let first = published(server, 0).len();
    change();
    server.wait_until(shows, || server.body(post).contains(shows));
    server.settle();
    published(server, first)
}

#[test]
fn only_posts_that_use_what_has_changed_are_rendered() {
    let site = Site::new(CONFIG);
    for folder in ["_includes", "_data", "_posts/_part"] {
        fs::create_dir(site.path(folder)).unwrap();
    }
    site.write("_includes/a.html", "a1");
    site.write("_includes/b.html", "b1{% include c.html %}");
    site.write("_includes/c.html", "c1");
    site.write("_data/d.yml", "x: d1");
    site.write("_data/e.yml", "x: e1");
    site.write("_posts/_part/f.md", "f1");
    site.post(1, "one", "x", "{% include a.html %}");
    site.post(2, "two", "y", "{% include b.html %}{% include a.html %}");
    site.post(3, "three", "x", "{{ site.data.d.x }}");
    site.post(4, "four", "y", "{% include_relative _part/f.md %}");
    site.post(5, "five", "z", "plain");
    let server = site.serve();
    assert_eq!(published(&server, 0), [""; 0]);
    let cases: [(&str, &str, &str, &str, &str); 6] = [
        ("_includes/a.html", "a2", "two", "a2", "feeds=3 rendered=2"),
        ("_includes/c.html", "c2", "two", "c2", "feeds=2 rendered=1"),
        ("_data/d.yml", "x: d2", "three", "d2", "feeds=2 rendered=1"),
        ("_posts/_part/f.md", "f2", "four", "f2", "feeds=2 rendered=1"),
        ("_posts/_part/f.md", "f3{% include n.html %}", "four", "f3", "feeds=2 rendered=1"),
        ("_includes/n.html", "n1", "four", "f3n1", "feeds=2 rendered=1"),
    ];
    for (path, text, post, shows, expected) in cases {
        let published = after(&server, || site.write(path, text), post, shows);
        assert_eq!(published, [expected], "{path}");
    }
    // What nobody uses is read, and nothing is published.
    let first = published(&server, 0).len();
    site.write("_data/e.yml", "x: e2");
    server.wait_until("it is read", || server.log().matches("read the includes").count() == 5);
    server.settle();
    assert_eq!(published(&server, first), [""; 0]);
    server.finish(&[]);
}

#[test]
fn a_post_that_lists_others_follows_them() {
    let site = Site::new(CONFIG);
    site.post(1, "one", "x", "Text.");
    site.post(2, "two", "y", "Text.");
    let list = "{% for p in site.posts %}{{ p.title }}.{% endfor %}{{ site.time | date: '%d' }}";
    site.post(1, "list", "z", list);
    let server = site.serve();
    assert!(server.body("list").contains("two.one.list.02"), "{}", server.body("list"));
    // The feed of the post alone is touched by what is in the others; the site's has them too.
    let changed = after(&server, || site.post(1, "one", "x", "Other."), "one", "Other");
    assert_eq!(changed, ["feeds=2 rendered=1"]);
    let changed = after(&server, || site.post(3, "three", "x", "T."), "list", "three.two.");
    assert_eq!(changed, ["feeds=3 rendered=2"]);
    let gone = || site.remove("_posts/2022-01-02-two.md");
    assert_eq!(after(&server, gone, "list", "three.one.list.03"), ["feeds=3 rendered=1"]);
    server.finish(&[]);
}

#[test]
fn a_post_that_shows_where_it_lies_is_rendered_again_when_it_moves() {
    let site = Site::new(CONFIG);
    fs::create_dir(site.path("_posts/2022")).unwrap();
    site.write("_posts/near.inc", "n1");
    site.write("_posts/2022/near.inc", "n2");
    site.post(1, "one", "x", "{{ page.path }}");
    site.post(2, "two", "y", "{% include_relative near.inc %}");
    site.post(3, "three", "z", "Text.");
    let server = site.serve();
    assert!(server.body("one").contains("_posts/2022-01-01-one.md"));
    let move_all = || {
        for name in ["01-one", "02-two", "03-three"] {
            let name = format!("2022-01-{name}.md");
            site.rename(&format!("_posts/{name}"), &format!("_posts/2022/{name}"));
        }
    };
    assert_eq!(after(&server, move_all, "two", "n2"), ["feeds=4 rendered=3"]);
    assert!(server.body("one").contains("_posts/2022/2022-01-01-one.md"));
    server.finish(&[]);
}

#[test]
fn a_restart_finds_what_has_changed() {
    let site = Site::new(CONFIG);
    fs::create_dir(site.path("_includes")).unwrap();
    site.write("_includes/a.html", "a1{% post_url 2022-01-02-two %}");
    site.post(1, "one", "x", "{% include a.html %}");
    site.post(2, "two", "y", "Text.");
    let server = site.serve();
    assert!(server.body("one").contains("a1/y/2022/01/02/two.html"), "{}", server.body("one"));
    server.settle();
    server.finish(&[]);
    site.write("_includes/a.html", "a2{% post_url 2022-01-02-two %}");
    let before = site.written();
    let server = site.serve();
    server.wait_until("it is found", || server.body("one").contains("a2/y"));
    server.settle();
    let of_y = site.out("category/y/atom.xml");
    assert_eq!(site.written()[&of_y], before[&of_y]);
    // An include hangs on the post that it names.
    site.post(2, "two", "z", "Text.");
    server.wait_until("it has moved", || server.body("one").contains("a2/z/2022"));
    server.finish(&[]);
}

#[test]
fn no_file_beside_a_post_is_out_of_the_site() {
    let site = Site::new(CONFIG);
    fs::create_dir(site.path("_posts/in")).unwrap();
    fs::create_dir(site.beside("out-there")).unwrap();
    fs::write(site.beside("out-there/secret.md"), "SECRET").unwrap();
    site.write("_posts/in/near.inc", "near");
    symlink(site.beside("out-there/secret.md"), site.path("_posts/file.md")).unwrap();
    symlink(site.beside("out-there"), site.path("_posts/folder")).unwrap();
    symlink(site.path("_posts/in"), site.path("_posts/inner")).unwrap();
    let names = ["file.md", "folder/secret.md", "../../out-there/secret.md", "inner/near.inc", "."];
    let text: String = names.map(|name| format!("{{% include_relative {name} %}}\n\n")).concat();
    site.post(1, "one", "x", &text);
    let checked = site.run("check", &[]);
    let said = String::from_utf8(checked.stdout).unwrap();
    for (line, words) in [
        (6, "`_posts/file.md`: the link leads out of the site"),
        (8, "`_posts/folder/secret.md`: the link leads out of the site"),
        (10, "`_posts/../../out-there/secret.md` is no name for an include"),
        (14, "`_posts/.`: "),
    ] {
        assert!(said.contains(&format!("2022-01-01-one.md:{line}: Liquid: {words}")), "{said}");
    }
    assert!(site.run("build", &[]).status.success());
    let feed = fs::read_to_string(site.out("feed.json")).unwrap();
    assert!(feed.contains("near") && !feed.contains("SECRET"), "{feed}");
}

/// Files, and the addresses that Jekyll 4.3.1 gives them with its usual permalinks and with `pretty`.
const FILES: [(&str, &str, &str, &str); 9] = [
    ("about.md", "---\ntitle: A\n---\nx", "/b/about.html", "/b/about/"),
    ("docs/index.md", "---\n---\nx", "/b/docs/", "/b/docs/"),
    ("docs/x.html", "<p>raw</p>", "/b/docs/x.html", "/b/docs/x.html"),
    ("docs/s.css", "---\n---\nx", "/b/docs/s.css", "/b/docs/s.css"),
    ("docs/a b.pdf", "%PDF", "/b/docs/a%20b.pdf", "/b/docs/a%20b.pdf"),
    ("own.md", "---\npermalink: /mine/\n---\n", "/b/mine/", "/b/mine/"),
    (
        "two.md",
        "---\npermalink: /:path/q/:basename:output_ext\n---\n",
        "/b/q/two.html",
        "/b/q/two.html",
    ),
    ("raw.md", "no front matter", "/b/raw.md", "/b/raw.md"),
    ("docs/own.md", "---\npermalink: pretty\n---\n", "/b/pretty", "/b/pretty"),
];

#[test]
fn a_post_links_to_pages_and_files() {
    let config = "title: Site\nurl: https://news.example\nbaseurl: /b\n";
    let site = Site::new(config);
    fs::create_dir(site.path("docs")).unwrap();
    for (path, text, _, _) in FILES {
        site.write(path, text);
    }
    let body = FILES.map(|(path, ..)| format!("{{% link {path} %}}\n\n")).concat();
    let shown = |addresses: Vec<&str>| format!("<p>{}</p>", addresses.join("</p>\n<p>"));
    site.post(1, "one", "x", &body);
    site.post(2, "two", "y", "{% link _config.yml %}{% link ../out/atom.xml %}{% link late.md %}");
    let server = site.serve();
    assert_eq!(server.body("one"), shown(FILES.iter().map(|file| file.2).collect()));
    assert_eq!(server.body("two"), "");
    let late = || site.write("late.md", "---\npermalink: /l\n---\n");
    assert_eq!(after(&server, late, "two", "/b/l"), ["feeds=2 rendered=1"]);
    site.write("_config.yml", format!("{config}permalink: pretty\n"));
    let pretty = shown(FILES.iter().map(|file| file.3).collect());
    server.wait_until("pages are pretty", || server.body("one") == pretty);
    server.finish(&[]);
}
