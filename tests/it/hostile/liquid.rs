//! Posts whose Liquid asks for too much of the site: loops over lists of posts, includes that include
//! themselves, data of many megabytes. Each goes out within its bounds, with a finding.

use std::fmt::Write;
use std::time::Instant;

use super::HANG;

use crate::making::Made;

/// A site of one good post and a bad one, and what has to be said of that.
struct Bad {
    body: String,
    files: Vec<(&'static str, String)>,
    said: &'static str,
}

fn bad(body: &str, files: &[(&'static str, &str)], said: &'static str) -> Bad {
    let files = files.iter().map(|(path, text)| (*path, (*text).to_owned())).collect();
    Bad { body: body.to_owned(), files, said }
}

fn nested_loops(depth: usize) -> String {
    let open =
        (0..depth).fold(String::new(), |all, at| all + &format!("{{% for v{at} in (1..60) %}}"));
    open + "x" + &"{% endfor %}".repeat(depth)
}

fn cases() -> Vec<Bad> {
    let posts = "{% for a in site.posts %}{% for b in site.posts %}{% for c in site.tags %}{{ a.title }}{{ b.url }}{{ c }}{% endfor %}{% endfor %}{% endfor %}";
    let twice = "{% include twice.html %}{% include twice.html %}";
    let ring = ("_includes/b.html", "{% include a.html %}{% include c.html %}{% include a.html %}");
    let chain = " | split: \"\" | reverse | join: \"-\" | escape".repeat(4_000);
    let names: String =
        (0..1_200).fold(String::new(), |all, at| all + &format!("{{% include n{at}.html %}}\n"));
    let data: String =
        (0..1_200).fold(String::new(), |all, at| all + &format!("{{{{ site.data.k{at} }}}}\n"));
    let where_all = "{% for i in (1..9999) %}{% assign w = site.posts | where_exp: 'p', 'p.title contains site.posts[0].title' | sort: 'title' | group_by: 'date' %}{% endfor %}";
    let join_all = "{% assign l = site.posts %}{% for i in (1..200) %}{% assign l = l | concat: l %}{% endfor %}{{ l | jsonify }}";
    vec![
        bad(&nested_loops(1), &[], ""),
        bad(&nested_loops(4), &[], "loops make more than"),
        bad(&nested_loops(90), &[], "loops make more than"),
        bad(posts, &[], "site.posts"),
        bad(where_all, &[], "the tags of this post need more than"),
        bad(join_all, &[], "would give or read too much text"),
        bad(
            "{% include twice.html %}",
            &[("_includes/twice.html", twice)],
            "includes are nested deeper",
        ),
        bad(
            "{% for i in (1..500) %}{% include a.html %}{% endfor %}",
            &[("_includes/a.html", "{% include b.html %}"), ring, ("_includes/c.html", "c")],
            "includes are nested deeper",
        ),
        bad(
            "{% include_relative self.inc %}",
            &[(
                "_posts/self.inc",
                "{% include_relative self.inc %}{% include_relative self.inc %}",
            )],
            "includes are nested deeper",
        ),
        bad("{% include_relative 2024-01-02-bad.md %}", &[], "includes are nested deeper"),
        bad(&names, &[], "more than 1000 files and posts"),
        bad(&data, &[], "more than 1000 files and posts"),
        bad(&format!("{{{{ \"ab\"{chain} }}}}"), &[], "would give or read too much text"),
        bad(&format!("{{{{ page.excerpt{chain} }}}}"), &[], "would give or read too much text"),
        bad(&"{{ page.excerpt }}".repeat(20_000), &[], ""),
        bad(
            &("w".repeat(200) + "\n\n" + &"{{ page.excerpt }}".repeat(20_000)),
            &[],
            "need more than",
        ),
        bad(&"{% raw %}{% endraw ".repeat(50_000), &[], "has no end"),
        bad(
            &"{{ 1.5 | divided_by: 0.0000000000001 | times: 99999999999 | round: -99999 }}"
                .repeat(5_000),
            &[],
            "",
        ),
        bad("{{ 1 | date: '%999999999N%99999999L' }}", &[], ""),
    ]
}

#[test]
fn liquid_stays_within_its_bounds() {
    for Bad { body, files, said } in cases() {
        let sample = &body[..body.floor_char_boundary(60)];
        let folder = Made::of(&[("_config.yml", "title: T\nurl: https://site.example\n")]);
        for number in 0..120 {
            let day = number % 28 + 1;
            let text = format!("---\ntitle: good {number}\ntags: [a, b]\n---\ngood\n");
            folder.write(&format!("_posts/2023-01-{day:02}-good{number}.md"), text);
        }
        folder.write("_posts/2024-01-02-bad.md", format!("---\ntitle: bad\n---\n{body}\n"));
        for (path, text) in files {
            folder.write(path, text);
        }
        let start = Instant::now();
        let checked = folder.run(&["check"]);
        assert!(start.elapsed() < HANG, "{sample}: {:?}", start.elapsed());
        let of_bad: String = checked
            .out
            .lines()
            .filter(|line| line.contains("-bad.md"))
            .fold(String::new(), |all, line| all + line + "\n");
        assert!(of_bad.contains(said), "{sample}: {of_bad}");
        let start = Instant::now();
        let built = folder.run(&["build"]);
        assert_eq!(built.code, Some(0), "{sample}: {}", built.err);
        assert!(start.elapsed() < HANG, "{sample}: {:?}", start.elapsed());
        let feeds = folder.feeds();
        assert!(String::from_utf8_lossy(&feeds["atom.xml"]).contains("good 111"), "{sample}");
        let size: usize = feeds.values().map(Vec::len).sum();
        assert!(size <= 16 << 20, "{sample}: {size} bytes");
    }
}

#[test]
fn lists_of_posts_in_every_post_take_no_hour() {
    let folder = Made::of(&[("_config.yml", "title: T\nurl: https://site.example\n")]);
    let body = "{% for a in site.posts %}{% if a.tags contains 'x' %}{% for b in site.posts limit:9 %}{{ b.title }}{% endfor %}{% endif %}{% endfor %}{{ site.related_posts | map: 'title' | join }}";
    for number in 0..400 {
        let (category, day) = (number % 20, number % 28 + 1);
        let text =
            format!("---\ntitle: p{number}\ncategories: c{category}\ntags: [x]\n---\n{body}\n");
        folder.write(&format!("_posts/2023-01-{day:02}-p{number}.md"), text);
    }
    let start = Instant::now();
    assert_eq!(folder.run(&["build"]).code, Some(0));
    assert!(start.elapsed() < HANG, "{:?}", start.elapsed());
    let said = folder.run(&["check"]).out;
    assert_eq!(said.matches("`site.posts` has the newest 100 posts").count(), 400);
}

#[test]
fn ten_megabytes_of_data_are_read_in_time() {
    let folder = Made::of(&[("_config.yml", "title: T\nurl: https://site.example\n")]);
    let mut yaml = String::new();
    while yaml.len() < 1_000_000 {
        let _ =
            writeln!(yaml, "- {{name: \"row {}\", list: [1, 2, 3], map: {{a: b}}}}", yaml.len());
    }
    for number in 0..2 {
        folder.write(&format!("_data/big{number}.yml"), &yaml);
    }
    // On one line, as programs write it.
    let json = format!("[{}{{\"last\": 1}}]", "{\"a\": [1, {\"b\": 2.5}]},".repeat(38_000));
    for number in 2..8 {
        folder.write(&format!("_data/big{number}.json"), &json);
    }
    let csv = "name,price\n".to_owned() + &"\"Tea, green\",3\n".repeat(60_000);
    folder.write("_data/rows/table.csv", &csv);
    folder.write("_data/rows/open.csv", "\"".repeat(900_000));
    folder.write("_data/deep.json", "[".repeat(900_000));
    folder.write("_data/large.yml", "a: ".to_owned() + &"x".repeat(2 << 20));
    let body = "{{ site.data.rows.table.size }} {{ site.data.big1[7].name }} {{ site.data.big5.last.last }}\n\n{{ site.data | jsonify }}{% for r in site.data.rows.table %}x{% endfor %}{% for f in site.data %}{{ f[0] }} {% endfor %}{{ site.data.big1 | sort: 'name' | size }}";
    folder.write("_posts/2024-01-02-bad.md", format!("---\ntitle: bad\n---\n{body}\n"));
    let start = Instant::now();
    assert_eq!(folder.run(&["build"]).code, Some(0));
    assert!(start.elapsed() < HANG, "{:?}", start.elapsed());
    let feed = String::from_utf8(folder.feeds()["feed.json"].clone()).unwrap();
    assert!(feed.contains("60000 row 346 1"), "{feed}");
    let said = folder.run(&["check"]).out;
    for expected in [
        "_data/deep.json:",
        "_data/large.yml: ",
        "`jsonify` would give or read too much text",
        "the loop was left out: loops make more than",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
}
