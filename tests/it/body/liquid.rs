//! Liquid: what Jekyll shows, what is left out with its line, and that no text takes long.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use feedmill::content::body::{Body, Markup, render};
use feedmill::content::clean::{Cleaning, Patterns};
use feedmill::content::date::{Moment, Zone};
use feedmill::content::dependency::Use;
use feedmill::content::front_matter::node::Node;
use feedmill::content::html::trust::Trust;
use feedmill::content::library::Library;
use feedmill::content::liquid::elsewhere::{Elsewhere, Listed, Newest};
use feedmill::content::liquid::expand;
use feedmill::content::liquid::limits::{MAX_EXPANSION, MAX_LINKS};
use feedmill::content::liquid::value::Value;
use feedmill::content::liquid::variables::{Highlight, Variables};
use feedmill::content::stamp::{Naive, Rules};

use crate::body::source;

/// A hang, whatever the machine: what is not linear takes minutes on these texts.
const HANG: Duration = Duration::from_secs(20);

const SITE: &str =
    "title: Town\nurl: https://news.example\nbaseurl: /town\nnested: {key: v}\nsecret: s\n";

const PAGE: &str = "title: Gates\nlist: [a, b, c]\nmap: {inner: {deep: d}, other: 1}\nnumber: 7\n\
    float: 1.5\ntruth: true\nempty: ''\ntext: \"a\\nb\\n\"\npeople:\n- {name: Al, age: 3, kind: x}\n\
    - {name: Bo, age: 5, kind: y}\n- {name: Cy, age: 4, kind: x}\n";

/// What posts use besides themselves.
fn files() -> BTreeMap<String, String> {
    [
        ("_includes/figure.html", "<img src=\"{{ include.src }}\">{{ include.caption }}{{ include.no }}"),
        ("_includes/deep/er.md", "{{ page.title }}:{% include figure.html src=include.a %}"),
        ("_includes/tree.html", "{% if include.n > 0 %}{{ include.n }}{% assign m = include.n | minus: 1 %}{% include tree.html n=m %}{% endif %}"),
        ("_includes/bare.html", "[{{ include.src }}]"),
        ("_includes/cycle.html", "x{% include cycle.html %}"),
        ("_includes/twice.html", "{% include twice.html %}{% include twice.html %}"),
        ("_includes/broken.html", "a\n{% endif %}{% for i in (1..2) %}{% post_url 2022-01-01-mill %}{% break %}{% endfor %}b"),
        ("_includes/nest.html", "{% if true %}{% if true %}{% if true %}{% if true %}{% include nest.html %}{% endif %}{% endif %}{% endif %}{% endif %}"),
        ("_data/team.yml", "- {name: Ann, role: a}\n- {name: Bo, role: b}\n"),
        ("_data/shop/prices.csv", "name,price\n\"Tea, green\",3\nMilk,\n"),
        ("_data/shop/stock.tsv", "name\tcount\nTea\t5\n"),
        ("_data/one.json", "{\"a\": [1, {\"b\": true}]}"),
    ]
    .map(|(path, text)| (path.to_owned(), text.to_owned()))
    .into()
}

fn value(yaml: &str) -> Value {
    Value::of(&Node::parse(yaml).unwrap())
}

/// The rest of the site: one post that can be named, three that are listed, and a file.
pub(crate) struct Town;

impl Elsewhere for Town {
    fn address(&self, words: &str) -> (Vec<Use>, Option<String>) {
        let url = "https://news.example/town/mill.html";
        let is_there = words.contains("2022-01-01-mill");
        (vec![Use::Post(words.into())], is_there.then(|| url.to_owned()))
    }

    fn newest(&self) -> Arc<Newest> {
        let listed = |title: &str, categories: &[&str], day: i64| Listed {
            title: title.to_owned(),
            url: format!("/{}.html", title.to_lowercase()),
            date: Moment::from_unix(1_640_995_200 + day * 86_400),
            categories: categories.iter().map(|&it| it.to_owned()).collect(),
            tags: Vec::new(),
        };
        let posts = vec![
            listed("Here", &["b"], 3),
            listed("Two", &["a", "b"], 2),
            listed("One", &["c", "a"], 1),
        ];
        Arc::new(Newest::of(&posts, Zone::parse("Asia/Shanghai").unwrap()))
    }

    fn file(&self, path: &str) -> Result<String, String> {
        let text = match path {
            "_posts/part/x.md" => "{{ page.title }} {{ include.a }}{% include_relative x.md %}",
            "_posts/x.md" => "{% post_url 2022-01-01-mill %}",
            _ => return Err("there is no such file".to_owned()),
        };
        Ok(text.to_owned())
    }
}

/// Calls `with` with the variables of a post.
fn with_variables<T>(page: &Value, with: impl FnOnce(&Variables<'_>) -> T) -> T {
    let site = value(SITE);
    let make = || page.clone();
    let zone = Zone::parse("Asia/Shanghai").unwrap();
    let (library, unread) = Library::of(&files(), None);
    assert!(unread.is_empty(), "{unread:?}");
    with(&Variables {
        dialect: &crate::body::DIALECT,
        library: &library,
        site: &site,
        page: &make,
        url: "https://news.example",
        baseurl: "/town",
        rules: Rules { zone, naive: Naive::SiteZone },
        body: "One *a* {{ page.title }} [l].\n\nTwo.\n\n[l]: /x\n",
        separator: None,
        elsewhere: &Town,
    })
}

fn page() -> Value {
    let date = Value::Date(Moment::from_unix(1_641_253_108), Zone::parse("Asia/Shanghai").unwrap());
    let Value::Map(map) = value(PAGE) else { panic!() };
    let made = [
        ("date".into(), date),
        ("path".into(), Value::text("_posts/2022-01-04-gates.md")),
        ("url".into(), Value::text("/here.html")),
    ];
    Value::map(map.fields().iter().cloned().chain(made).collect())
}

/// The body of a post of one's own people.
pub(crate) fn rendered(markup: Markup, text: &str) -> Body {
    with_variables(&page(), |variables| {
        let mut source = source(markup, text);
        source.liquid = Some(*variables);
        render(&source, &Cleaning::default())
    })
}

/// What a text shows, and what is said of it: `LINE: WHAT`.
fn shown(text: &str, is_untrusted: bool) -> (String, Vec<String>) {
    with_variables(&page(), |variables| {
        let expanded = expand(text, Highlight::Fenced, variables, is_untrusted);
        let says = |remark: &feedmill::diagnostic::finding::Remark| {
            format!("{}: {}", remark.line, remark.error)
        };
        (expanded.text.into_owned(), expanded.remarks.iter().map(says).collect())
    })
}

/// Each line is a template and what Jekyll 4.3.1 made of it in Shanghai.
#[test]
fn what_jekyll_shows() {
    let plain = |text: &str| {
        let pieces: Vec<String> =
            text.split("\\\\").map(|piece| piece.replace("\\n", "\n")).collect();
        pieces.join("\\")
    };
    let mut wrong = Vec::new();
    for line in include_str!("liquid.tsv").lines() {
        let (written, expected) = line.split_once('\t').unwrap();
        let (text, _) = shown(&plain(written), false);
        if text != plain(expected) {
            wrong
                .push(format!("{written}\n  is       {text:?}\n  should be {:?}", plain(expected)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_left_out_is_named_with_its_line() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("{% foo a b %}in{% endfoo %}", "in", &["1: Liquid: `{% foo a b %}` is a plugin's"]),
        (
            "{% youtube abc %}",
            "<a href=\"https://www.youtube.com/watch?v=abc\">https://www.youtube.com/watch?v=abc</a>",
            &["1: Liquid: `{% youtube abc %}` is a plugin's"],
        ),
        (
            "{% gist ann/12 a.rb %}",
            "<a href=\"https://gist.github.com/ann/12\">https://gist.github.com/ann/12</a>",
            &["1: Liquid: `{% gist ann/12 a.rb %}` is a plugin's"],
        ),
        (
            "{% img left /a.png 10 20 \"T\" %}",
            "<img src=\"/a.png\">",
            &["1: Liquid: `{% img left /a.png 10 20 \"T\" %}` is a plugin's"],
        ),
        ("{% feed_meta %}{% seo %}", "", &[]),
        ("{{ a | nope }}", "", &["1: Liquid: there is no filter `nope`"]),
        ("{{ 1 | divided_by: 0 }}", "", &["1: Liquid: `divided_by` divides by zero"]),
        ("{{ \"now\" | date: \"%Y\" }}", "", &["1: Liquid: `date` asks for the time of day"]),
        (
            "{% if site.pages.size > 0 %}a{% else %}b{% endif %}",
            "b",
            &["1: Liquid: `site.pages` is empty here"],
        ),
        (
            "x\n{% if page.previous %}a{% elsif page.next == nil %}b{% endif %}",
            "x\nb",
            &["2: Liquid: `page.previous` is empty here", "2: Liquid: `page.next` is empty here"],
        ),
    ];
    assert_said(cases);
}

#[test]
fn what_has_no_end_shows_nothing_hidden() {
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "a{% endif %}b{% else %}c",
            "abc",
            &["1: Liquid: `{% endif %}` cannot be read", "1: Liquid: `{% else %}` cannot be read"],
        ),
        ("{% if false %}SECRET\n", "", &["1: Liquid: `{% if false %}` has no end"]),
        ("{% for %}a{% endfor %}b", "b", &["1: Liquid: `{% for %}` cannot be read"]),
        ("{% if %}a{% endif %}b", "b", &["1: Liquid: `{% if %}` cannot be read"]),
        ("a{% comment %}b", "ab", &["1: Liquid: `{% comment %}` has no end"]),
        ("{% raw %}a {{ b", "a {{ b", &["1: Liquid: `{% raw %}` has no end"]),
        ("a {% never {{ page.title }} b", "a {% never Gates b", &["1: Liquid: `{%` has no end"]),
        ("a {{ never {% if true %} b{% endif %}", "a {{ never  b", &["1: Liquid: `{{` has no end"]),
        (
            "{% if true %}{% for i in (1..2) %}{{ i }}{% endif %}x",
            "x",
            &["1: Liquid: `{% for i in (1..2) %}` has no end"],
        ),
        (
            "{% for i in (1..1000000000) %}x{% endfor %}y",
            "y",
            &["1: Liquid: the loop was left out: loops make more than 10000 rounds"],
        ),
        (
            "a\n{% break %}after",
            "a\n",
            &["2: Liquid: `break` or `continue` outside of a loop ends the post"],
        ),
        (
            "[m]({% post_url 2022-01-01-mill %}) {{ site.url }}{% link no.md %}",
            "[m](/town/mill.html) https://news.example",
            &["1: Liquid: there is no post and no file `no.md`"],
        ),
        ("{{ \"a", "{{ \"a", &["1: Liquid: `{{` has no end"]),
        ("{{ ' }}x", "x", &["1: Liquid: `{{ ' }}` cannot be read"]),
    ];
    assert_said(cases);
}

#[track_caller]
fn assert_said(cases: &[(&str, &str, &[&str])]) {
    for (written, expected, remarks) in cases {
        let (text, said) = shown(written, false);
        assert_eq!(text, *expected, "from {written:?}");
        assert_eq!(said, *remarks, "from {written:?}");
    }
}

#[test]
fn posts_use_includes_and_data() {
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "{% include figure.html src=\"/a.png\" caption='A cat' %}",
            "<img src=\"/a.png\">A cat",
            &[],
        ),
        ("{% include_cached deep/er.md a=page.list[1] %}", "Gates:<img src=\"b\">", &[]),
        (
            "{% assign f = \"figure\" %}{% include {{ f }}.html src = page.title %}",
            "<img src=\"Gates\">",
            &[],
        ),
        ("{% include {{f}}figure.html %}{{ include.src }}", "<img src=\"\">", &[]),
        ("{% include tree.html n=3 %}", "321", &[]),
        ("{% for t in site.data.team %}{{ t.name }} {% endfor %}", "Ann Bo ", &[]),
        (
            "{{ site.data.shop.prices[0].name }} {{ site.data.shop.stock[0].count | plus: 1 }}",
            "Tea, green 6",
            &[],
        ),
        ("{{ site.data.one.a[1].b }}{{ site.data.none.x }}", "true", &[]),
        ("{% assign b = site.data.team | where: \"role\", \"b\" | first %}{{ b.name }}", "Bo", &[]),
        ("a\n{% include no.html %}", "a\n", &["2: Liquid: there is no `_includes/no.html`"]),
        (
            "{% include ../_config.yml %}",
            "",
            &["1: Liquid: `_includes/../_config.yml` is no name for an include"],
        ),
        (
            "\n{% include broken.html %}",
            "\na\n/town/mill.htmlb",
            &["2: Liquid: `{% endif %}` cannot be read (`_includes/broken.html:2`)"],
        ),
    ];
    assert_said(cases);
    let (text, said) = shown("{% include cycle.html %}y", false);
    assert_eq!((&*text, said.len()), (&*("x".repeat(64) + "y"), 1), "{said:?}");
    let (_, unread) = Library::of(&[("_data/a.yml".to_owned(), "a: [".to_owned())].into(), None);
    assert_eq!(unread[0].path, "_data/a.yml");
}

#[test]
fn a_strangers_post_runs_no_loops() {
    let cases = [
        ("{% for i in (1..2) %}x{% endfor %}y", "y", "1: Liquid: the loop was left out"),
        ("{{ site.secret }}{{ site.title }}", "Town", "1: Liquid: `site.secret` is not known here"),
        ("{% if page.truth %}a{% endif %}", "a", ""),
        ("{% include a.html %}b", "b", "1: Liquid: the include `a.html` was left out"),
        ("{{ site.data.team[0].name }}b", "b", "1: Liquid: `site.data` is not known here"),
    ];
    for (written, expected, remark) in cases {
        let (text, said) = shown(written, true);
        assert_eq!((&*text, &*said.join("\n")), (expected, remark), "from {written:?}");
    }
    let cleaning =
        Cleaning::new(&Patterns { trust: Trust::Untrusted, ..Patterns::default() }).unwrap();
    let body = with_variables(&page(), |variables| {
        let mut source = source(crate::body::MARKDOWN, "{% for i in (1..2) %}x{% endfor %}y");
        source.liquid = Some(*variables);
        render(&source, &cleaning)
    });
    assert_eq!(body.html, "<p>y</p>");
}

#[test]
fn code_is_highlighted_by_nobody() {
    let written =
        "{% highlight ruby linenos %}\n```\n{% raw %}{{ x }}{% endraw %}\n{% endhighlight %}\nz";
    let body = rendered(crate::body::MARKDOWN, written);
    let expected = "<pre><code class=\"language-ruby\">```\n{{ x }}\n</code></pre>\n<p>z</p>";
    assert_eq!(body.html, expected);
    let body = rendered(Markup::Html, "{% highlight c %}\na < b;\n{% endhighlight %}");
    assert_eq!(body.html, "<pre><code class=\"language-c\">a &lt; b;</code></pre>");
}

#[test]
fn no_liquid_takes_long_or_much() {
    let double = "{% assign x = x | append: x %}".repeat(60);
    let nest = "{% assign l = l | push: l %}".repeat(20_000);
    let cases = [
        "{{page.title}}".repeat(100_000),
        "{% if true %}".repeat(100_000),
        "{% if true %}a{% endif %}".repeat(100_000),
        "{% for i in (1..9) %}".repeat(100_000),
        "{% for i in (1..90) %}".repeat(20) + "x" + &"{% endfor %}".repeat(20),
        "{% for a in (1..99) %}{% for b in (1..99) %}{{ a }}{% endfor %}{% endfor %}".to_owned(),
        "{% comment %}".repeat(100_000),
        "{% raw %}".repeat(100_000),
        "{% unknown %}".repeat(100_000),
        "{% endif %}".repeat(100_000),
        "{% capture a %}".repeat(100_000),
        "{% highlight c %}`".repeat(99) + &"{% endhighlight %}".repeat(99),
        format!("{{% assign x = \"abc\" %}}{double}{{{{ x }}}}{{{{ x | size }}}}"),
        format!("{{% assign l = \"a,b\" | split: \",\" %}}{nest}{{{{ l }}}}{{{{ l | inspect }}}}"),
        format!("{{{{ {}1{} }}}}", "(".repeat(50_000), "..2)".repeat(50_000)),
        format!("{{{{ a{} }}}}", "[a".repeat(50_000)),
        format!("{{{{ page.title{} }}}}", " | append: page.title".repeat(50_000)),
        format!("{{% if {}true %}}a{{% endif %}}", "true and ".repeat(100_000)),
        format!("{{% assign s = \"{}\" %}}{{{{ s | replace: \"a\", s }}}}", "a".repeat(100_000)),
        format!(
            "{{% assign s = \"{}\" | split: \"\" %}}{{{{ s | join: s }}}}",
            "a".repeat(100_000)
        ),
        "{% for i in (1..5000) %}{{ \"<b> *x* |a|b|\" | markdownify | strip_html }}{% endfor %}"
            .to_owned(),
        "{% assign a = (1..9223372036854775807) %}{{ a | join }}{{ a | size }}".to_owned(),
        "{{ 9223372036854775807 | times: 9223372036854775807 }}{{ -9223372036854775808 | abs }}"
            .to_owned(),
        "{{ -9223372036854775808 | divided_by: -1 }}{{ 1 | round: 99999999 }}{{ 5 | modulo: 0.0 }}"
            .to_owned(),
        "{{ \"a\" | slice: -9223372036854775808, 9223372036854775807 }}{{ 1 | date: \"%99999Y\" }}"
            .to_owned(),
        "{% include twice.html %}".repeat(3),
        "{% include nest.html %}y".to_owned(),
        "{% include {{ a }}{{ %}".repeat(50_000),
        "{% tablerow i in (1..9999) cols:0 %}{% endtablerow %}".to_owned(),
    ];
    for text in cases {
        let start = Instant::now();
        let (out, said) = shown(&text, false);
        let took = start.elapsed();
        let sample = &text[..text.len().min(60)];
        assert!(took < HANG, "{sample}: {took:?}");
        assert!(out.len() <= text.len() + MAX_EXPANSION, "{sample}: {}", out.len());
        assert!(said.len() <= 52, "{sample}: {}", said.len());
    }
}

#[test]
fn a_long_title_named_often_fills_no_memory() {
    let title = Value::map(vec![("title".into(), Value::text(&"t".repeat(15_000)))]);
    // Twenty gigabytes, if each stood for its title.
    let often = "{{page.title}}".repeat(100_000);
    let chained = format!("{{{{page.title{}}}}}", "|append:page.title".repeat(100_000));
    let in_code = format!("{{% highlight c %}}{often}{{% endhighlight %}}{often}");
    for text in [often, chained, in_code] {
        let body = with_variables(&title, |variables| {
            let mut source = source(Markup::Html, &text);
            source.liquid = Some(*variables);
            render(&source, &Cleaning::default())
        });
        let most = text.len() + MAX_EXPANSION + 100;
        assert!(body.html.len() <= most, "{}", body.html.len());
        assert!(!body.remarks.is_empty());
    }
}

#[test]
fn no_text_names_more_posts_than_are_read() {
    let mut text = String::new();
    for number in 0..100_000 {
        let _ = write!(text, "{{%link {number}%}}{{%link {number}%}}");
    }
    let start = Instant::now();
    let used = with_variables(&page(), |variables| {
        expand(&text, Highlight::Fenced, variables, false).uses
    });
    assert_eq!(used.len(), MAX_LINKS);
    assert!(start.elapsed() < HANG, "{:?}", start.elapsed());
}

#[test]
fn posts_use_the_rest_of_the_site() {
    let newest: &[&str] = &["1: Liquid: `site.posts` has the newest 100 posts at most here"];
    let cases: &[(&str, &str, &[&str])] = &[
        ("{% include_relative x.md %}", "/town/mill.html", &[]),
        ("{% include_relative part/x.md a=\"q \\\" z\" %}", "Gates q \" z/town/mill.html", &[]),
        (
            "a\n{% include_relative ../x.md %}",
            "a\n",
            &["2: Liquid: `_posts/../x.md` is no name for an include"],
        ),
        ("{% include_relative no.md %}", "", &["1: Liquid: `_posts/no.md`: there is no such file"]),
        ("{% assign d = \"2022-01-01\" %}{% link _posts/{{ d }}-mill %}", "/town/mill.html", &[]),
        (
            "{% for p in site.posts %}{{ p.title }}:{{ p.url }} {% endfor %}",
            "Here:/here.html Two:/two.html One:/one.html ",
            newest,
        ),
        (
            "{{ site.posts.size }}{% if site.posts[1].categories contains \"a\" %}y{% endif %}",
            "3y",
            newest,
        ),
        (
            "{% for c in site.categories %}{{ c[0] }}{{ c[1].size }}{{ c[1][0].title }} {% endfor %}",
            "c1One a2Two b2Here ",
            &["1: Liquid: `site.categories` has the newest 100 posts at most here"],
        ),
        (
            "{{ site.related_posts | map: \"title\" | join }}",
            "Two One",
            &["1: Liquid: `site.related_posts` has the newest 100 posts at most here"],
        ),
        (
            "{{ site.time | date: \"%Y-%m-%d\" }}",
            "2022-01-04",
            &["1: Liquid: `site.time` is the date of the newest post here"],
        ),
        (
            "{{ site.static_files | size }}{{ site.collections.size }}{{ site.pages }}",
            "00",
            &[
                "1: Liquid: `site.static_files` is empty here",
                "1: Liquid: `site.collections` is empty here",
                "1: Liquid: `site.pages` is empty here",
            ],
        ),
        ("{{ page.excerpt }}", "<p>One <em>a</em> Gates <a href=\"/x\">l</a>.</p>\n", &[]),
        ("{{ site.data.size }} {{ site.data.shop.size }} {{ [\"site\"].title }}", "3 2 Town", &[]),
        ("{% assign site = page %}{{ site.title }}{{ site.posts }}", "Gates", &[]),
    ];
    assert_said(cases);
}

#[test]
fn it_is_known_what_a_text_hangs_on() {
    let cases: &[(&str, &[Use])] = &[
        ("{{ page.title }}{{ site.title }}", &[]),
        (
            "{% include deep/er.md a=1 %}",
            &[Use::Include("deep/er.md".into()), Use::Include("figure.html".into())],
        ),
        ("{% if false %}{% include figure.html %}{% endif %}", &[]),
        ("{% include no.html %}", &[Use::Include("no.html".into())]),
        ("{{ site.data.team[0].name }}", &[Use::Data("team".into())]),
        ("{{ site.data.shop.prices.size }}", &[Use::Data("shop/prices".into())]),
        ("{{ site.data[\"shop\"][\"no\"] }}", &[Use::Data("shop/no".into())]),
        ("{{ site.data.shop.size }}", &[Use::Data("shop".into())]),
        ("{% assign d = site.data %}{{ d.team }}", &[Use::Data("".into())]),
        ("{% link no.md %}", &[Use::Post("no.md".into())]),
        (
            "{% include_relative x.md %}",
            &[Use::Post("2022-01-01-mill".into()), Use::File("_posts/x.md".into()), Use::Path],
        ),
        ("{{ page.path }}", &[Use::Path]),
        ("{{ site.tags }}{{ site.time }}", &[Use::Newest]),
    ];
    for (text, expected) in cases {
        let used = with_variables(&page(), |variables| {
            expand(text, Highlight::Fenced, variables, false).uses
        });
        assert_eq!(used, *expected, "{text}");
    }
}
