//! Reads the site's settings: `_config.yml` and `_data/authors.yml`.
//!
//! Jekyll's own keys are read as Jekyll reads them, and a value of theirs that we cannot use is
//! passed over: such a file belongs to Jekyll first. Our keys stand under `feedmill:`, and there
//! every mistake is an error with its line.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::content::clean::{Cleaning, Patterns};
use crate::content::config::{File, Section};
use crate::content::date::Zone;
use crate::content::defaults::{Defaults, reading};
use crate::content::enclosure::A_FILE;
use crate::content::front_matter::{Node, line_of};
use crate::content::html::trust::Trust;
use crate::content::jekyll;
use crate::content::liquid::value::Value;
use crate::content::markdown::dialect::Dialect;
use crate::content::permalink::Template;
use crate::content::person::person;
use crate::content::site::{
    Author, Extent, Ids, JekyllFeed, MAX_ENTRIES, NamesFrom, Site, TagFilter, Taxonomy, Window,
};
use crate::content::stamp::{Naive, Rules};
use crate::content::syntax::{A_LANGUAGE, is_tag_authority, language};
use crate::content::text::{collapse, nfc, shown, xml_safe};
use crate::content::url::{Base, web_address};
use crate::error::{Error, Finding, Remark, Result, Severity};

/// The site's configuration file.
pub const CONFIG: &str = "_config.yml";

/// The people that posts name by a key.
pub const AUTHORS: &str = "_data/authors.yml";

/// All that the settings of a site are made from, as it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Sources {
    /// The text of [`CONFIG`]; empty when there is none.
    pub config: String,
    /// The text of [`AUTHORS`]; empty when there is none.
    pub authors: String,
    /// The texts of `_includes/` and `_data/`, by their paths.
    pub library: BTreeMap<String, String>,
    /// Which of those files could not be read, and why.
    pub unread: Vec<(String, String)>,
    /// See [`Surroundings`].
    pub folder_name: String,
    /// See [`Surroundings`].
    pub base_url: Option<String>,
    /// See [`Surroundings`].
    pub fallback_url: String,
}

/// What is known of a site besides its configuration.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// Path of the configuration, as the user would name it.
    pub config_path: &'a str,
    /// Name of the site's folder: its title when the configuration has none.
    pub folder_name: &'a str,
    /// `--base-url`, when given.
    pub base_url: Option<&'a str>,
    /// Where links are made when nothing else says so: the listening address.
    pub fallback_url: &'a str,
}

const OUR_KEYS: &[&str] = &[
    "cap",
    "clean",
    "content",
    "entries",
    "feeds",
    "hours",
    "ids",
    "limit",
    "markdown",
    "max_size",
    "naive_dates",
    "names",
    "names_from",
    "names_suffix",
    "overrides",
    "sanitize",
    "split",
    "tag_authority",
];
const WINDOW_KEYS: &[&str] = &["limit", "hours", "cap", "entries", "max_size"];
const EXTENTS: &[(&str, Extent)] =
    &[("full", Extent::Full), ("summary", Extent::Summary), ("title", Extent::Title)];

const IDS: &[(&str, Ids)] =
    &[("tag", Ids::Tag), ("permalink", Ids::Permalink), ("jekyll", Ids::Jekyll)];
const NAMES_FROM: &[(&str, NamesFrom)] =
    &[("category", NamesFrom::Category), ("tag", NamesFrom::Tag)];
/// The largest document unless the site says otherwise, in KiB.
const MAX_SIZE: usize = 2048;

/// What can be a licence.
pub const A_LICENSE: &str = "the web address of a licence";

const TRUSTS: &[(&str, Trust)] = &[("trusted", Trust::Trusted), ("untrusted", Trust::Untrusted)];
const SPLIT: &[(&str, bool)] = &[("blanks", true), ("none", false)];

/// Reads a configuration; an empty one is a site too. The findings are warnings.
///
/// # Errors
/// When the YAML does not parse, when a key of ours is unknown or has an impossible value, or
/// when the time zone or an address is none.
pub fn parse(config: &str, around: Surroundings<'_>) -> Result<(Site, Vec<Finding>)> {
    let config = config.strip_prefix('\u{feff}').unwrap_or(config);
    let file = File { path: around.config_path, text: config };
    let (node, repeated) =
        Node::parse_repeated(config).map_err(|remark| Box::new(remark.at(around.config_path)))?;
    let top = Section::top(Some(&node), &file);
    let ours = top.section(&["feedmill"])?;
    let feed = top.loose_section(&["feed"]);
    ours.only(OUR_KEYS)?;

    let Urls { home, base, baseurl, is_guess } = urls(&top, around)?;
    let guess = Error::NoUrl { base_url: home.clone() };
    let warning = Remark { severity: Severity::Warning, line: 0, column: 0, error: guess };
    let mut findings: Vec<Finding> =
        is_guess.then(|| warning.at(around.config_path)).into_iter().collect();
    findings.extend(repeated.iter().map(|key| top.repeated(key)));
    findings.extend(jekyll::findings(&top));
    for key in
        ["title", "name", "description", "copyright", "license", "lang", "locale", "permalink"]
    {
        findings.extend(top.dropped_unless_text(key));
    }
    let title = top
        .loose_text("title")
        .or(top.loose_text("name"))
        .map_or_else(|| xml_safe(around.folder_name).into_owned(), collapse);

    let mut site = Site {
        description: top.loose_text("description").map_or_else(|| title.clone(), collapse),
        title,
        variables: variables(&node, home.strip_suffix(&baseurl).unwrap_or(&home), &baseurl),
        baseurl,
        library: Arc::default(),
        dates: dates(&top, &ours)?,
        lang: lang(&top, &mut findings),
        author: None,
        copyright: top.loose_text("copyright").map(collapse),
        license: None,
        permalink: permalink(&top, &mut findings),
        future: matches!(top.node("future"), Some(Node::Bool(true))),
        excerpt_separator: top.loose_text("excerpt_separator").map(str::to_owned),
        icon: None,
        logo: None,
        content: folders(&ours)?,
        exclude: loose_texts(top.node("exclude")),
        ids: ours.choice("ids", IDS, "`tag`, `permalink` or `jekyll`")?.unwrap_or(Ids::Tag),
        tag_authority: tag_authority(&ours, &home)?,
        split_names: ours.choice("split", SPLIT, "`blanks` or `none`")?.unwrap_or(true),
        taxonomies: taxonomies(&ours, &feed)?,
        window: window(&ours, default_window(&feed))?,
        overrides: overrides(&ours, &feed)?,
        jekyll_feed: jekyll_feed(&feed),
        tags: tags(&feed),
        include: loose_texts(top.node("include")),
        languages: languages(&top, &mut findings),
        people: BTreeMap::new(),
        names: names(&ours)?,
        names_from: ours
            .choice("names_from", NAMES_FROM, "`category` or `tag`")?
            .unwrap_or(NamesFrom::Category),
        names_suffix: ours.text("names_suffix")?.unwrap_or_default().to_owned(),
        defaults: Defaults::default(),
        cleaning: cleaning(&ours)?,
        dialect: Dialect::read(&top, &ours)?,
        home,
        base,
    };
    addresses(&mut site, &top, &feed, &mut findings);
    site.defaults = reading::read(&top, config, &mut findings);
    reading::check(&site, &top, &mut findings);
    Ok((site, findings))
}

/// What Liquid knows as `site`: the configuration, with addresses as they were read.
fn variables(node: &Node, url: &str, baseurl: &str) -> Value {
    let fields = if let Node::Map(fields) = node { &fields[..] } else { &[] };
    let written = fields.iter().map(|(key, node)| (key.as_str().into(), Value::of(node)));
    let made = [("url", url), ("baseurl", baseurl)];
    let made = made.into_iter().map(|(key, text)| (key.into(), Value::text(text)));
    Value::map(written.chain(made).collect())
}

/// `collections.posts.permalink`, else `permalink`, which may be the name of a style.
fn permalink(top: &Section<'_>, findings: &mut Vec<Finding>) -> Template {
    let posts = top.node("collections").and_then(|collections| collections.get("posts"));
    let own = posts.and_then(|posts| posts.get("permalink")).and_then(Node::text);
    let (key, path, template) = if let Some(own) = own.filter(|written| !written.is_empty()) {
        ("collections", "collections.posts.permalink", Template::custom(own))
    } else {
        let written = top.loose_text("permalink").unwrap_or("date");
        ("permalink", "permalink", Template::new(written))
    };
    findings.extend(template.unknown(path).map(|error| top.warning(key, error)));
    template
}

/// Fills what holds addresses, which are relative to the site's own.
fn addresses(site: &mut Site, top: &Section<'_>, feed: &Section<'_>, findings: &mut Vec<Finding>) {
    let mut read = |section: &Section<'_>, key, expected, of: &dyn Fn(&str) -> Option<String>| {
        let written = section.loose_text(key)?;
        let address = of(written);
        if address.is_none() {
            findings.push(section.dropped(key, shown(written), expected));
        }
        address
    };
    let license = read(top, "license", A_LICENSE, &web_address);
    let icon = read(feed, "icon", A_FILE, &|written| site.media(written));
    let logo = read(feed, "logo", A_FILE, &|written| site.media(written));
    for key in ["icon", "logo"] {
        findings.extend(feed.dropped_unless_text(key));
    }
    let mut dropped = Vec::new();
    let author = top.node("author").and_then(|node| person(node, "author", site, &mut dropped));
    findings.extend(dropped.into_iter().map(|error| top.warning("author", error)));
    (site.license, site.icon, site.logo, site.author) = (license, icon, logo, author);
}

/// `lang`, else `locale`: the first that is a language.
fn lang(top: &Section<'_>, findings: &mut Vec<Finding>) -> Option<String> {
    for key in ["lang", "locale"] {
        let Some(written) = top.loose_text(key) else { continue };
        match language(written) {
            Some(lang) => return Some(lang.into_owned()),
            None => findings.push(top.dropped(key, shown(written), A_LANGUAGE)),
        }
    }
    None
}

/// The folders that are languages; other ones are none.
fn languages(top: &Section<'_>, findings: &mut Vec<Finding>) -> Vec<String> {
    let mut folders = loose_texts(top.node("languages"));
    folders.retain(|folder| {
        let is_language = language(folder).is_some();
        if !is_language {
            findings.push(top.dropped("languages", shown(folder), A_LANGUAGE));
        }
        is_language
    });
    folders
}

/// Reads `_data/authors.yml`: a mapping from the keys that posts use to people.
///
/// # Errors
/// When it does not parse; the remark says where.
pub fn people(yaml: &str, site: &Site) -> std::result::Result<(People, Vec<Remark>), Remark> {
    let Node::Map(fields) = Node::parse(yaml)? else { return Ok(Default::default()) };
    let mut people = People::new();
    let mut remarks = Vec::new();
    for (key, node) in &fields {
        let mut dropped = Vec::new();
        people.extend(person(node, key, site, &mut dropped).map(|person| (key.clone(), person)));
        let line = line_of(yaml, key).map_or(0, |index| index + 1);
        let remark = |error| Remark { severity: Severity::Warning, line, column: 0, error };
        remarks.extend(dropped.into_iter().map(remark));
    }
    Ok((people, remarks))
}

/// Authors by the key that posts name them by.
pub type People = BTreeMap<String, Author>;

/// The addresses of a site.
struct Urls {
    home: String,
    base: String,
    baseurl: String,
    /// Whether nobody said where the site is.
    is_guess: bool,
}

fn urls(top: &Section<'_>, around: Surroundings<'_>) -> Result<Urls> {
    let flag = around.base_url.map(base_url).transpose()?;
    let url = top.loose_text("url").map(|url| absolute(top, url)).transpose()?;
    let path = top.loose_text("baseurl").map_or("", |path| path.trim().trim_matches('/'));
    let baseurl = if path.is_empty() { String::new() } else { format!("/{path}") };
    let is_guess = url.is_none();
    let home = match url {
        Some(url) => format!("{url}{baseurl}"),
        None => flag.clone().unwrap_or_else(|| around.fallback_url.to_owned()),
    };
    let base = flag.unwrap_or_else(|| home.clone());
    Ok(Urls { home, base, baseurl, is_guess })
}

/// `--base-url`, checked and without a slash at its end.
///
/// # Errors
/// When it is no absolute http or https address.
fn base_url(written: &str) -> Result<String> {
    normal_url(written).ok_or_else(|| {
        let error = Error::BadValue {
            key: "--base-url".to_owned(),
            found: format!("`{written}`"),
            expected: "an address like `https://example.org/feeds`",
        };
        Finding::about("--base-url", error)
    })
}

fn absolute(top: &Section<'_>, written: &str) -> Result<String> {
    let bad =
        || top.bad("url", &Node::Text(written.to_owned()), "an address like `https://example.org`");
    normal_url(written).ok_or_else(bad)
}

fn normal_url(written: &str) -> Option<String> {
    let base = Base::parse(written.trim())?;
    let whole = base.as_str();
    let is_web = whole.starts_with("http://") || whole.starts_with("https://");
    (is_web && !base.has_user() && !whole.contains(['?', '#']))
        .then(|| whole.trim_end_matches('/').to_owned())
}

fn dates(top: &Section<'_>, ours: &Section<'_>) -> Result<Rules> {
    let naive = ours
        .choice(
            "naive_dates",
            &[("site", Naive::SiteZone), ("jekyll", Naive::Jekyll)],
            "`site` or `jekyll`",
        )?
        .unwrap_or(Naive::SiteZone);
    let zone = match top.loose_text("timezone") {
        None => Zone::UTC,
        Some(name) => Zone::parse(name).ok_or_else(|| {
            top.bad(
                "timezone",
                &Node::Text(name.to_owned()),
                "a name of the time zone database, like `Asia/Shanghai`",
            )
        })?,
    };
    Ok(Rules { zone, naive })
}

fn folders(ours: &Section<'_>) -> Result<Vec<String>> {
    let mut folders = Vec::new();
    for folder in ours.texts("content")? {
        let folder = folder.trim_start_matches("./").trim_matches('/').to_owned();
        if folder.is_empty() || folder.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err(ours.bad(
                "content",
                &Node::Text(folder),
                "folders inside the site, like `old_post`",
            ));
        }
        folders.push(folder);
    }
    Ok(folders)
}

fn loose_texts(node: Option<&Node>) -> Vec<String> {
    let Some(Node::List(items)) = node else { return Vec::new() };
    let text = |item: &Node| item.text().map(|text| text.trim_matches('/').to_owned());
    items.iter().filter_map(text).filter(|text| !text.is_empty()).collect()
}

/// `example.org,2025`: RFC 4151 wants a domain or mail address and the year in which it was ours.
fn tag_authority(ours: &Section<'_>, home: &str) -> Result<String> {
    if let Some(written) = ours.text("tag_authority")? {
        let expected = "a domain and a date that it was yours on, like `example.org,2025`";
        return if is_tag_authority(written) {
            Ok(written.to_owned())
        } else {
            Err(ours.bad("tag_authority", &Node::Text(written.to_owned()), expected))
        };
    }
    let base = Base::parse(home);
    let host = base.as_ref().and_then(Base::host).unwrap_or("localhost");
    // RFC 4151 has no place for the brackets and colons of an IPv6 address.
    let is_name = host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
    Ok(format!("{},2025", if is_name { host } else { "localhost" }))
}

fn taxonomies(ours: &Section<'_>, feed: &Section<'_>) -> Result<Vec<Taxonomy>> {
    let mut taxonomies = vec![Taxonomy::Category];
    if feed.node("tags").is_some_and(|tags| !matches!(tags, Node::Bool(false) | Node::Null)) {
        // jekyll-feed made feeds of tags: their subscribers are to find them.
        taxonomies.push(Taxonomy::Tag);
    }
    for word in ours.texts("feeds")? {
        let known = Taxonomy::ALL.into_iter().find(|taxonomy| taxonomy.word() == word);
        let expected = "a list of `category`, `tag`, `author` and `lang`";
        taxonomies.push(known.ok_or_else(|| ours.bad("feeds", &Node::Text(word), expected))?);
    }
    taxonomies.sort();
    taxonomies.dedup();
    Ok(taxonomies)
}

/// jekyll-feed's `posts_limit` and `excerpt_only`, which our own keys override.
fn default_window(feed: &Section<'_>) -> Window {
    let limit = feed.number("posts_limit", MAX_ENTRIES, "").ok().flatten().unwrap_or(20);
    let is_excerpt = matches!(feed.node("excerpt_only"), Some(Node::Bool(true)));
    Window {
        limit,
        hours: None,
        cap: 200,
        extent: if is_excerpt { Extent::Summary } else { Extent::Full },
        size: MAX_SIZE * 1024,
    }
}

fn window(section: &Section<'_>, default: Window) -> Result<Window> {
    let limit =
        section.number("limit", MAX_ENTRIES, "a number from 1 to 10000")?.unwrap_or(default.limit);
    let cap = section
        .number("cap", MAX_ENTRIES, "a number from 1 to 10000")?
        .unwrap_or(default.cap)
        .max(limit);
    let hours = section.number("hours", 1_000_000, "a number of hours")?.or(default.hours);
    let extent = section
        .choice("entries", EXTENTS, "`full`, `summary` or `title`")?
        .unwrap_or(default.extent);
    let size = section.number("max_size", 1_000_000, "a number of KiB")?;
    Ok(Window { limit, hours, cap, extent, size: size.map_or(default.size, |kib| kib * 1024) })
}

/// jekyll-feed's own `path` and `tags.path`; its categories' feeds always were in `feed/`.
fn jekyll_feed(feed: &Section<'_>) -> JekyllFeed {
    let path = |node: Option<&Node>| {
        let path = node.and_then(Node::text)?.trim_matches('/');
        (!path.is_empty()).then(|| path.to_owned())
    };
    let default = JekyllFeed::default();
    let tags = path(feed.node("tags").and_then(|tags| tags.get("path")));
    JekyllFeed {
        site: path(feed.node("path")).unwrap_or(default.site),
        categories: default.categories,
        tags: tags.map_or(default.tags, |path| format!("{path}/")),
    }
}

/// jekyll-feed's `tags.only` and `tags.except`.
fn tags(feed: &Section<'_>) -> TagFilter {
    let names = |key| {
        let node = feed.node("tags")?.get(key)?;
        let items = if let Node::List(items) = node { items } else { std::slice::from_ref(node) };
        Some(items.iter().filter_map(Node::text).map(|name| nfc(name).into_owned()).collect())
    };
    TagFilter { only: names("only"), except: names("except").unwrap_or_default() }
}

fn overrides(ours: &Section<'_>, feed: &Section<'_>) -> Result<BTreeMap<String, (Window, usize)>> {
    let default = window(ours, default_window(feed))?;
    let section = ours.section(&["feedmill", "overrides"])?;
    let mut windows = BTreeMap::new();
    for (address, _) in section.fields() {
        let path = ["feedmill", "overrides", address.as_str()];
        let one = section.section(&path)?;
        one.only(WINDOW_KEYS)?;
        let line = section.line(address);
        windows.insert(address.trim_matches('/').to_owned(), (window(&one, default)?, line));
    }
    Ok(windows)
}

fn names(ours: &Section<'_>) -> Result<BTreeMap<String, String>> {
    let section = ours.section(&["feedmill", "names"])?;
    let name = |(key, node): &(String, Node)| match node.text() {
        Some(name) => Ok((key.clone(), collapse(name))),
        None => Err(section.bad(key, node, "text")),
    };
    let names: Result<BTreeMap<String, String>> = section.fields().iter().map(name).collect();
    // A feed without a name would be hard to find: an empty one is none.
    names.map(|names| names.into_iter().filter(|(_, name)| !name.is_empty()).collect())
}

fn cleaning(ours: &Section<'_>) -> Result<Cleaning> {
    let section = ours.section(&["feedmill", "clean"])?;
    section.only(&["lines", "elements", "source_link", "author", "author_pattern"])?;
    let (lines, elements) = (section.texts("lines")?, section.texts("elements")?);
    let patterns = Patterns {
        lines: &lines,
        elements: &elements,
        source_link: section.text("source_link")?,
        author: section.text("author")?,
        author_pattern: section.text("author_pattern")?,
        trust: ours.choice("sanitize", TRUSTS, "`trusted` or `untrusted`")?.unwrap_or_default(),
    };
    Cleaning::new(&patterns).map_err(|error| {
        let key = if let Error::BadPattern { key, .. } = &error { key } else { "clean" };
        section.at(key, error)
    })
}
