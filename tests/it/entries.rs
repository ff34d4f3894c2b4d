//! What an entry says besides its text, in each format.

use serde_json::Value;

use crate::making::Made;
use crate::validity::rules::assert_valid;

const CONFIG: &str = "title: S\nurl: https://s.example\nbaseurl: /blog\n";

/// A site of one post with this front matter, exported.
fn exported(config: &str, front: &str, body: &str) -> Made {
    let made = Made::of(&[("_config.yml", &format!("{CONFIG}{config}"))]);
    made.write("_posts/2022-01-02-post.md", format!("---\n{front}\n---\n{body}\n"));
    made.build();
    made
}

/// The same, and all formats say the same.
fn built(config: &str, front: &str, body: &str) -> Made {
    let made = exported(config, front, body);
    assert_valid(&made.feeds(), "https://s.example/blog");
    made
}

/// The entry in JSON.
fn item(made: &Made) -> Value {
    let feed: Value = serde_json::from_str(&made.text("feed.json")).unwrap();
    feed["items"][0].clone()
}

/// The address of each link of the entry in Atom, by its relation.
fn links(made: &Made) -> Vec<(String, String)> {
    let text = made.text("atom.xml");
    let atom = roxmltree::Document::parse(&text).unwrap();
    let entry =
        atom.descendants().find(|node| node.has_tag_name(("http://www.w3.org/2005/Atom", "entry")));
    let links = entry.unwrap().children().filter(|node| node.tag_name().name() == "link");
    let of =
        |node: &roxmltree::Node<'_, '_>, name| node.attribute(name).unwrap_or_default().to_owned();
    links.map(|node| (of(&node, "rel"), of(&node, "href"))).collect()
}

/// The text of an element of the item in RSS.
fn rss(made: &Made, name: &str) -> Option<String> {
    let text = made.text("rss.xml");
    let rss = roxmltree::Document::parse(&text).unwrap();
    let item = rss.descendants().find(|node| node.has_tag_name("item")).unwrap();
    let found = item.children().find(|node| node.has_tag_name(name))?;
    Some(found.text().unwrap_or_default().to_owned())
}

const PAGE: &str = "https://s.example/blog/2022/01/02/post.html";

fn pairs(links: &[(&str, &str)]) -> Vec<(String, String)> {
    links.iter().map(|(rel, href)| ((*rel).to_owned(), (*href).to_owned())).collect()
}

#[test]
fn a_post_about_a_page_elsewhere_names_it() {
    for (line, page) in [
        ("external_url: https://other.example/a?b=1&c=2", "https://other.example/a?b=1&c=2"),
        ("link: https://other.example/two", "https://other.example/two"),
        ("redirect_to: https://other.example/three", "https://other.example/three"),
        (
            "redirect_to: [https://other.example/a, https://other.example/b]",
            "https://other.example/a",
        ),
        ("redirect_to:\n- https://other.example/a", "https://other.example/a"),
        ("redirect_to: /new/", "https://s.example/blog/new/"),
        ("redirect_to: /", "https://s.example/blog/"),
        ("link: //other.example/ä b", "https://other.example/%C3%A4%20b"),
        ("link: https://b.example/\nexternal_url: https://a.example/", "https://a.example/"),
        ("title: \"a \"b\" c\"\nlink: https://other.example/two", "https://other.example/two"),
    ] {
        let made = built("", line, "Text.");
        assert_eq!(item(&made)["external_url"], page, "{line}");
        assert_eq!(item(&made)["url"], PAGE, "{line}");
        assert_eq!(item(&made)["id"], "tag:s.example,2025:2022-01-02-post", "{line}");
        assert_eq!(links(&made), pairs(&[("alternate", PAGE), ("related", page)]), "{line}");
        assert_eq!(rss(&made, "link").as_deref(), Some(PAGE), "{line}");

        // JSON Feed has a field for each of the two.
        let ours = "feedmill: {link_posts: external, ids: permalink}\n";
        let made = exported(ours, line, "Text.");
        assert_eq!(item(&made)["external_url"], page, "{line}");
        assert_eq!(item(&made)["url"], PAGE, "{line}");
        assert_eq!(links(&made), pairs(&[("alternate", page), ("related", PAGE)]), "{line}");
        assert_eq!(rss(&made, "link").as_deref(), Some(page), "{line}");
        assert_eq!(rss(&made, "guid").as_deref(), Some(PAGE), "{line}");
        assert!(made.text("rss.xml").contains("isPermaLink=\"false\""), "{line}");
    }
}

#[test]
fn what_is_no_page_elsewhere_is_left_out() {
    for (line, found) in [
        ("link: Read more", Some("`link` cannot be `Read more`; it is left out")),
        (
            "external_url: javascript:alert(1)",
            Some("`external_url` cannot be `javascript:alert(1)`; it is left out"),
        ),
        (
            "external_url: mailto:a@b.example",
            Some("`external_url` cannot be `mailto:a@b.example`; it is left out"),
        ),
        ("link: {a: b}", Some("`link` is a mapping and was passed over")),
        (
            "link: [https://a.example, https://b.example]",
            Some("`link` is a list and was passed over"),
        ),
        ("link: \"\"", None),
        ("link:", None),
        ("link: false", None),
        ("redirect_to: []", None),
        // Its own page is nowhere else.
        ("link: https://s.example/blog/2022/01/02/post.html", None),
    ] {
        let made = built("feedmill: {link_posts: external}\n", line, "Text.");
        assert_eq!(item(&made)["external_url"], Value::Null, "{line}");
        assert_eq!(links(&made), pairs(&[("alternate", PAGE)]), "{line}");
        let found: Vec<String> = found.into_iter().map(|found| format!("2 {found}")).collect();
        assert_eq!(made.findings(), found, "{line}");
    }
}

#[test]
fn a_source_in_the_body_stays_beside_the_page_elsewhere() {
    let clean = "feedmill: {clean: {source_link: '^<(https?://[^>]+)>$'}}\n";
    let made = built(clean, "link: https://a.example/", "Text.\n\n<https://via.example/>");
    assert_eq!(item(&made)["external_url"], "https://a.example/");
    assert_eq!(
        links(&made),
        pairs(&[
            ("alternate", PAGE),
            ("related", "https://a.example/"),
            ("via", "https://via.example/")
        ])
    );
}

/// The title of the entry in RSS, Atom and JSON.
fn titles(made: &Made) -> [Option<String>; 3] {
    let text = made.text("atom.xml");
    let atom = roxmltree::Document::parse(&text).unwrap();
    let title = atom.descendants().rfind(|node| node.tag_name().name() == "title");
    let atom = title.and_then(|node| node.text()).map(str::to_owned);
    [rss(made, "title"), atom, item(made)["title"].as_str().map(str::to_owned)]
}

#[test]
fn an_entry_has_no_title_where_its_author_wants_none() {
    for line in ["title: \"\"", "title: ''", "title: \"\" # none", "title: \"\"\nx: \"a \"b\" c\""]
    {
        let made = exported("", line, "Just a *thought*.");
        let first_words = Some("Just a thought.".to_owned());
        assert_eq!(titles(&made), [None, first_words, None], "{line}");
        assert_eq!(rss(&made, "description").as_deref(), Some("Just a thought."), "{line}");
        let listed = made.run(&["list", "content"]).out;
        assert!(listed.contains("Just a thought."), "{listed}");
        // A picture says nothing that could stand for the title, and a list of titles has no other text.
        for (config, body) in
            [("", "![](/a.png)"), ("feedmill: {entries: title}\n", "Just a thought.")]
        {
            let made = exported(config, line, body);
            let [rss, atom, json] = titles(&made);
            assert!(rss.is_some() && rss == atom && atom == json, "{line} {body}");
        }
    }
}

#[test]
fn an_entry_has_a_title_where_its_author_says_nothing() {
    for (line, body, title) in [
        // Jekyll makes one from the name.
        ("x: y", "Text.", "Post"),
        ("title:", "Text.", "Post"),
        ("title: ~", "Text.", "Post"),
        ("title: \"<b></b>\"", "First words.", "First words."),
        ("title: []", "First words.", "First words."),
        ("title: 0", "Text.", "0"),
        ("title: \" \"", "First words.", "First words."),
        ("title: \"\\0\"", "First words.", "First words."),
    ] {
        let made = built("", line, body);
        assert_eq!(titles(&made), [(); 3].map(|()| Some(title.to_owned())), "{line}");
    }
}

#[test]
fn a_title_of_first_words_cuts_no_address() {
    for (body, title) in [
        (
            "Second thought with https://example.net/a/longer/address/than/this goes on.",
            "Second thought with…",
        ),
        (
            "See https://example.net/x now, a longer thought that goes on and on.",
            "See https://example.net/x now, a longer…",
        ),
        (
            "Once https://example.net/near-too-long and more.",
            "Once https://example.net/near-too-long…",
        ),
        (
            "一个没有标题的短文章它一直写下去没有一个停顿的地方所以只能在字的中间被切断而不是别的地方了吧",
            "一个没有标题的短文章它一直写下去没有一个停顿的地方所以只能在字的中间被切断而不…",
        ),
    ] {
        let made = exported("", "title: \"\"", body);
        assert_eq!(titles(&made)[1].as_deref(), Some(title));
    }
}

#[test]
fn posts_of_a_folder_have_no_titles_by_default() {
    let config = "defaults:\n- scope: {path: _posts}\n  values:\n    title: ''\n";
    assert_eq!(titles(&exported(config, "x: y", "A note."))[0], None);
    assert_eq!(titles(&exported(config, "title: Own", "A note."))[0].as_deref(), Some("Own"));
}

#[test]
fn images_are_loaded_as_the_site_wants() {
    let body = "![one](/a.png) <img src=\"https://b.example/b.png\" loading=\"eager\" referrerpolicy=\"origin\" width=\"5\" height=\"4\"> <img src=\"/t.gif\" width=\"1\" height=\"1\">";
    let html = |ours: &str, body: &str| {
        let made = built(&format!("feedmill: {{images: {{{ours}}}}}\n"), "x: y", body);
        item(&made)["content_html"].as_str().unwrap().to_owned()
    };
    let both = html("referrerpolicy: no-referrer, loading: lazy", body);
    assert_eq!(both.matches("<img ").count(), 2, "{both}");
    assert_eq!(
        both.matches(" referrerpolicy=\"no-referrer\" loading=\"lazy\" />").count(),
        2,
        "{both}"
    );
    assert_eq!(both.matches("loading=").count(), 2, "{both}");
    let none = html("fallback: none", body);
    assert!(!none.contains("loading=") && !none.contains("referrerpolicy="), "{none}");
    let linked = html("loading: lazy", "[![](/a.png)](/a)\n\n<video src=\"/v.mp4\"></video>");
    assert_eq!(linked.matches(" loading=\"lazy\"").count(), 1, "{linked}");
}

#[test]
fn the_first_image_stands_for_a_post_that_names_none() {
    let body = "Text <img src=\"/t.gif\" width=\"1\" height=\"1\"> and <img data-src=\"/late.webp\"> and ![](/b.png)";
    let ours = "feedmill: {images: {fallback: first}}\n";
    let made = built(ours, "x: y", body);
    assert_eq!(item(&made)["image"], "https://s.example/late.webp");
    assert!(made.text("rss.xml").contains("url=\"https://s.example/late.webp\""));
    assert!(
        links(&made).contains(&("enclosure".to_owned(), "https://s.example/late.webp".to_owned()))
    );
    let made = built(ours, "image: /own.png", body);
    assert_eq!(item(&made)["image"], "https://s.example/blog/own.png");
    for (config, body) in
        [("", body), (ours, "No image."), (ours, "![](data:image/png;base64,AA==)")]
    {
        assert_eq!(item(&built(config, "x: y", body))["image"], Value::Null, "{config} {body}");
    }
}

#[test]
fn what_is_wrong_with_the_settings_of_images_is_told() {
    for (ours, words) in [
        ("referrerpolicy: none", "`feedmill.images.referrerpolicy` cannot be `none`"),
        ("loading: later", "`feedmill.images.loading` cannot be `later`"),
        ("fallback: last", "`feedmill.images.fallback` cannot be `last`"),
        ("falback: first", "unknown key `feedmill.images.falback`"),
    ] {
        let config = format!("{CONFIG}feedmill:\n  images:\n    {ours}\n");
        let made = Made::of(&[("_config.yml", &config)]);
        let ran = made.run(&["check", "content"]);
        assert_eq!(ran.code, Some(2));
        assert!(ran.err.contains(&format!("_config.yml:6: {words}")), "{}", ran.err);
    }
}
