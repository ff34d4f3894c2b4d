//! Reads the site's settings: `_config.yml` and `_data/authors.yml`.
//!
//! Jekyll's own keys are read as Jekyll reads them, and a value of theirs that we cannot use is
//! passed over: such a file belongs to Jekyll first. Our keys stand under `feedmill:`, and there
//! every mistake is an error with its line.

mod addresses;
mod feeds;
pub mod surroundings;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::content::clean::{Cleaning, Patterns};
use crate::content::config::{File, Section};
use crate::content::date::Zone;
use crate::content::defaults::{Defaults, reading};
use crate::content::front_matter::lines::line_of;
use crate::content::front_matter::node::Node;
use crate::content::html::trust::Trust;
use crate::content::liquid::value::Value;
use crate::content::markdown::dialect::Dialect;
use crate::content::permalink::Template;
use crate::content::person::person;
use crate::content::settings::addresses::{Urls, addresses, tag_authority, urls};
use crate::content::settings::feeds::{
    default_window, exclusions, jekyll_feed, names, overrides, tags, taxonomies, window,
};
use crate::content::settings::surroundings::Surroundings;
use crate::content::site::{Author, Ids, LinkPosts, NamesFrom, Site};
use crate::content::stamp::{Naive, Rules};
use crate::content::syntax::{A_LANGUAGE, language};
use crate::content::text::{collapse, shown, xml_safe};
use crate::content::{aliases, collections, jekyll, site_files};
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Finding, Remark, Result, Severity};

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

const OUR_KEYS: &[&str] = &[
    "aliases",
    "cap",
    "clean",
    "content",
    "entries",
    "exclude",
    "exclude_from_site",
    "feeds",
    "hours",
    "ids",
    "images",
    "limit",
    "link_posts",
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

const IDS: &[(&str, Ids)] =
    &[("tag", Ids::Tag), ("permalink", Ids::Permalink), ("jekyll", Ids::Jekyll)];
const NAMES_FROM: &[(&str, NamesFrom)] =
    &[("category", NamesFrom::Category), ("tag", NamesFrom::Tag)];

const TRUSTS: &[(&str, Trust)] = &[("trusted", Trust::Trusted), ("untrusted", Trust::Untrusted)];
/// What a request for an image may say of the page that shows it (Referrer Policy §3).
const POLICIES: &[(&str, &str)] = &[
    ("no-referrer", "no-referrer"),
    ("no-referrer-when-downgrade", "no-referrer-when-downgrade"),
    ("same-origin", "same-origin"),
    ("origin", "origin"),
    ("strict-origin", "strict-origin"),
    ("origin-when-cross-origin", "origin-when-cross-origin"),
    ("strict-origin-when-cross-origin", "strict-origin-when-cross-origin"),
    ("unsafe-url", "unsafe-url"),
];
const A_POLICY: &str = "a referrer policy like `no-referrer` or `same-origin`";
const LOADING: &[(&str, &str)] = &[("lazy", "lazy"), ("eager", "eager")];
const LINK_POSTS: &[(&str, LinkPosts)] =
    &[("page", LinkPosts::Page), ("external", LinkPosts::External)];
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
    let title = title(&top, around.folder_name);
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
        content: site_files::folders(&ours)?,
        exclude: site_files::patterns(top.node("exclude")),
        exclusions: exclusions(&ours)?,
        ids: ours.choice("ids", IDS, "`tag`, `permalink` or `jekyll`")?.unwrap_or(Ids::Tag),
        tag_authority: tag_authority(&ours, &home)?,
        link_posts: link_posts(&ours)?,
        split_names: ours.choice("split", SPLIT, "`blanks` or `none`")?.unwrap_or(true),
        taxonomies: taxonomies(&ours, &feed)?,
        window: window(&ours, default_window(&feed))?,
        overrides: overrides(&ours, &feed)?,
        collections: Vec::new(),
        aliases: aliases::read(&ours, &feed, &jekyll_feed(&top, &feed))?,
        jekyll_feed: jekyll_feed(&top, &feed),
        tags: tags(&feed),
        include: site_files::patterns(top.node("include")),
        markdown_ext: site_files::markdown_ext(&top, &mut findings),
        languages: languages(&top, &mut findings),
        people: BTreeMap::new(),
        names: names(&ours)?,
        names_from: names_from(&ours)?,
        names_suffix: ours.text("names_suffix")?.unwrap_or_default().to_owned(),
        defaults: Defaults::default(),
        cleaning: cleaning(&ours)?,
        has_first_images: has_first_images(&ours)?,
        dialect: Dialect::read(&top, &ours)?,
        home,
        base,
    };
    addresses(&mut site, &top, &feed, &mut findings);
    collections::read(&mut site, &top, &feed, &mut findings);
    site.defaults = reading::read(&top, config, &mut findings);
    reading::check(&site, &top, &mut findings);
    Ok((site, findings))
}

/// `title`, else `name`, else the name of the folder.
fn title(top: &Section<'_>, folder: &str) -> String {
    let written = top.loose_text("title").or(top.loose_text("name"));
    written.map_or_else(|| xml_safe(folder).into_owned(), collapse)
}

fn link_posts(ours: &Section<'_>) -> Result<LinkPosts> {
    let written = ours.choice("link_posts", LINK_POSTS, "`page` or `external`")?;
    Ok(written.unwrap_or(LinkPosts::Page))
}

fn names_from(ours: &Section<'_>) -> Result<NamesFrom> {
    let written = ours.choice("names_from", NAMES_FROM, "`category` or `tag`")?;
    Ok(written.unwrap_or(NamesFrom::Category))
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

fn loose_texts(node: Option<&Node>) -> Vec<String> {
    let Some(Node::List(items)) = node else { return Vec::new() };
    let text = |item: &Node| item.text().map(|text| text.trim_matches('/').to_owned());
    items.iter().filter_map(text).filter(|text| !text.is_empty()).collect()
}

/// Whether the first image of a body stands for a post without one.
fn has_first_images(ours: &Section<'_>) -> Result<bool> {
    let images = ours.section(&["feedmill", "images"])?;
    images.only(&["referrerpolicy", "loading", "fallback"])?;
    let fallback =
        images.choice("fallback", &[("first", true), ("none", false)], "`first` or `none`")?;
    Ok(fallback.unwrap_or(false))
}

fn cleaning(ours: &Section<'_>) -> Result<Cleaning> {
    let section = ours.section(&["feedmill", "clean"])?;
    section.only(&["lines", "elements", "source_link", "author", "author_pattern"])?;
    let (lines, elements) = (section.texts("lines")?, section.texts("elements")?);
    let images = ours.section(&["feedmill", "images"])?;
    let policy = images.choice("referrerpolicy", POLICIES, A_POLICY)?;
    let loading = images.choice("loading", LOADING, "`lazy` or `eager`")?;
    let attributes = policy.map(|policy| ("referrerpolicy", policy)).into_iter();
    let attributes: Vec<_> = attributes.chain(loading.map(|when| ("loading", when))).collect();
    let patterns = Patterns {
        images: &attributes,
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
