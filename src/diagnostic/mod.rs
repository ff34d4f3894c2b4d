//! Everything that can go wrong: [`Error`] says what and what to do next, `finding.rs` adds where.
//!
//! A finding has one of two consequences, which its caller decides: the post is left out and the
//! build goes on (findings in a list), or the command stops and the old edition stays (`Result`).
//! Texts are lower case without a final stop, values stand in backticks.

pub mod finding;
mod hint;
pub mod identity;
pub mod loss;
pub mod oddity;

use crate::diagnostic::identity::KnownBy;
use crate::diagnostic::loss::Loss;
use crate::diagnostic::oddity::Oddity;

/// What can be wrong. Each text is under test in `tests/fixtures/*/errors.txt` or in `tests/it`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    // -- written dates (content/stamp.rs)
    /// A written stamp that names no instant.
    #[error("`{written}` is no date")]
    UnreadableDate {
        /// The stamp as written.
        written: String,
    },
    /// `CST` is China's and North America's.
    #[error("`CST` is ambiguous; read as {offset}")]
    AmbiguousZone {
        /// The offset that was taken.
        offset: &'static str,
    },
    /// `01/02/2022`.
    #[error("`{written}` was read with the day first")]
    DayFirst {
        /// The stamp as written.
        written: String,
    },
    /// 30 February and its like.
    #[error("`{written}` is not in the calendar; read as {read}")]
    NotInCalendar {
        /// The stamp as written.
        written: String,
        /// The day it was taken for, `2022-03-02`.
        read: String,
    },
    /// Ten digits.
    #[error("`{written}` was read as seconds since 1970")]
    UnixSeconds {
        /// The stamp as written.
        written: String,
    },
    /// Text behind a stamp.
    #[error("`{rest}` behind the date was ignored")]
    TrailingText {
        /// What was not understood.
        rest: String,
    },

    // -- YAML (content/front_matter.rs)
    /// A YAML document that does not parse.
    #[error("this is not YAML: {reason}")]
    BrokenYaml {
        /// What the parser said.
        reason: String,
    },
    /// Front matter that does not parse, of which the known keys were read line by line.
    #[error("the front matter is not YAML, its lines were read one by one: {reason}")]
    Rescued {
        /// What the parser said.
        reason: String,
    },
    /// Front matter beyond [`crate::content::front_matter::MAX_FRONT_MATTER`].
    #[error("the front matter is {bytes} bytes long, the first 16 KiB were read line by line")]
    FrontMatterTooLong {
        /// Its length.
        bytes: usize,
    },

    // -- the site (content/site.rs)
    /// A key under `feedmill:` that we do not know.
    #[error("unknown key `{key}`")]
    UnknownKey {
        /// The key, with the keys above it: `feedmill.limt`.
        key: String,
        /// The known key that looks most like it, or all known keys.
        instead: String,
    },
    /// A value that a key cannot have.
    #[error("`{key}` cannot be {found}")]
    BadValue {
        /// The key, with the keys above it.
        key: String,
        /// The value, or what kind of value it is.
        found: String,
        /// What it can be.
        expected: &'static str,
    },
    /// A setting of Jekyll's that changes its pages, and no entries.
    #[error("`{key}` is {found}, which changes Jekyll's pages and not the entries")]
    NotFollowed {
        /// The key, with the keys above it.
        key: String,
        /// Its value.
        found: String,
        /// What to do.
        instead: &'static str,
    },
    /// Neither `url` nor `--base-url` says where the site is.
    #[error("the site has no `url`; links are made on {base_url}")]
    NoUrl {
        /// The address that was taken.
        base_url: String,
    },

    // -- the whole site (feed/review.rs)
    /// An id that another post sets too.
    #[error("the id is that of `{other}` too; a feed carries the newer of the two")]
    SameId {
        /// The path of the post that is carried.
        other: String,
    },
    /// A window for a feed that does not exist.
    #[error("there is no feed `{address}`")]
    NoSuchFeed {
        /// Its address.
        address: String,
    },
    /// That by which readers know a post.
    #[error(transparent)]
    KnownBy(#[from] KnownBy),
    /// Tags, no categories, and no feeds of tags.
    #[error("the posts have tags and no categories, so there is one feed only")]
    TagsOnly,
    /// A name that cannot be that of a folder.
    #[error("the {taxonomy} `{name}` stands in the folder `{folder}`")]
    RenamedFolder {
        /// What it is: a category, a tag, an author.
        taxonomy: &'static str,
        /// The name, with what cannot be seen in it written out.
        name: String,
        /// The folder.
        folder: String,
    },
    /// A document that many readers will find heavy.
    #[error("`{path}` has {kib} KiB; some readers stall on that")]
    LargeFeed {
        /// Its path.
        path: String,
        /// Its size.
        kib: u64,
    },

    // -- posts (content/post.rs, engine/post_reader.rs)
    /// No stamp in the front matter and no day in the name.
    #[error("the post has no date")]
    NoDate,
    /// A post under `_posts` whose name has no day: Jekyll passes it over in silence.
    #[error("the name has no date; Jekyll would not see this post")]
    NoDayInName,
    /// The date was not used; the day in the name was.
    #[error("`{written}` is no date; the day in the name was taken")]
    DayFromName {
        /// The stamp as written.
        written: String,
    },
    /// A value of a shape that its key cannot use.
    #[error("`{key}` is {found} and was passed over")]
    Unusable {
        /// The key.
        key: &'static str,
        /// What kind of value it is.
        found: &'static str,
    },
    /// A value that would make a feed invalid, or of which nothing can be made.
    #[error("`{key}` cannot be {found}; it is left out")]
    Dropped {
        /// The key, with the keys above it: `author.email`.
        key: String,
        /// The value, or what kind of value it is.
        found: String,
        /// What it can be.
        expected: &'static str,
    },
    /// A key that is true or false holds neither, or hides nothing although it looks like it.
    #[error("`{key}` is {found}: the post is {becomes}")]
    Switch {
        /// The key.
        key: &'static str,
        /// Its value.
        found: String,
        /// `published` or `withheld`.
        becomes: &'static str,
    },
    /// What is written and means something else than it seems to.
    #[error(transparent)]
    Oddity(#[from] Oddity),
    /// More names than a post may have.
    #[error("more than {limit} names under `{key}`; the rest is passed over")]
    TooManyNames {
        /// The key.
        key: &'static str,
        /// The most names.
        limit: usize,
    },
    /// A value beyond its limit.
    #[error("`{key}` is longer than {limit} bytes and was {fate}")]
    TooLong {
        /// The key.
        key: &'static str,
        /// The most bytes.
        limit: usize,
        /// What became of it: `cut`, `passed over`.
        fate: &'static str,
    },
    /// The file ends inside its front matter.
    #[error("the front matter has no end; the file is cut short")]
    CutShort,
    /// The file is empty.
    #[error("the file is empty")]
    Empty,
    /// The file changed while it was read.
    #[error("the file is being written")]
    Changing,
    /// The process ended, or panicked, while it was at this post.
    #[error("feedmill did not survive this post; it is set aside until its file changes")]
    SetAside,
    /// The file is not UTF-8.
    #[error("the file is not UTF-8 (byte {offset})")]
    NotUtf8 {
        /// Where the first bad byte stands.
        offset: usize,
        /// The encoding that it looks like, by iconv's name.
        likely: Option<&'static str>,
    },
    /// A file or a folder whose name is not UTF-8, and so has no address.
    #[error("the name is not UTF-8{}", if *is_folder { ", so no post is read below it" } else { "" })]
    NameNotUtf8 {
        /// Which of the two it is.
        is_folder: bool,
    },
    /// A NUL byte in the front matter, or at the start of a file without one.
    #[error("the file is binary: it has a NUL byte here")]
    Binary,
    /// The file is larger than any post.
    #[error("the file has {bytes} bytes, a post at most {limit}")]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// A pipe, a socket, a device.
    #[error("not a regular file")]
    NotRegular,
    /// A symbolic link that leads nowhere, out of the site, or to a folder.
    #[error("the link leads {to}")]
    BadLink {
        /// Where it leads.
        to: &'static str,
    },
    /// Front matter of another generator.
    #[error("the front matter is TOML (`+++`), not YAML")]
    Toml,

    // -- feeds (feed/format)
    /// A feed could not be written down.
    #[error("cannot write a feed as {format}: {reason}")]
    Render {
        /// The format's name.
        format: &'static str,
        /// What its library said.
        reason: String,
    },
    // -- bodies (content/body.rs)
    /// A pattern under `feedmill.clean` that cannot be compiled.
    #[error("`{pattern}` under `feedmill.clean.{key}` is no valid pattern: {reason}")]
    BadPattern {
        /// The key under `feedmill.clean`.
        key: &'static str,
        /// The pattern as written.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// See [`Loss`].
    #[error(transparent)]
    Loss(#[from] Loss),

    // -- input and output
    /// The site is no folder.
    #[error("there is no such folder")]
    NoSite,
    /// The site is a folder with nothing in it, and was none before.
    #[error("the folder is empty; the feeds stay as they are")]
    EmptySite,
    /// Another program listens there.
    #[error("the address is in use")]
    AddressInUse,
    /// `--listen` is no address.
    #[error("this is no address to listen on")]
    BadListen,
    /// A word of `--trusted-proxy` that is none.
    #[error("`{written}` is neither an address nor a network")]
    BadProxy {
        /// The word as written.
        written: String,
    },
    /// A root of posts lost all of them at once.
    #[error("all {posts} posts are gone at once; their feeds stay as they are")]
    LostRoot {
        /// How many posts there were.
        posts: usize,
    },
    /// Most posts broke in one pass.
    #[error("{posts} posts became invalid at the same time; keeping the published feeds")]
    Storm {
        /// How many.
        posts: usize,
    },
    /// No post at all, although there were feeds.
    #[error("there is no post, but `{output}` holds feeds; they stay as they are")]
    NothingLeft {
        /// The output folder.
        output: String,
    },
    /// No post at all.
    #[error("there is no post")]
    NoPosts,
    /// A folder under `feedmill.content` that is not there.
    #[error("there is no folder `{folder}`")]
    NoSuchFolder {
        /// The folder, relative to the site.
        folder: String,
    },
    /// A configuration that would make most of what readers have new to them.
    #[error(
        "it would change the ids of {posts} of {of_posts} posts and {feeds} of {of_feeds} feeds; the old configuration stays"
    )]
    NewIds {
        /// Posts whose id would be another.
        posts: usize,
        /// Posts that feeds carry.
        of_posts: usize,
        /// Feeds whose id would be another.
        feeds: usize,
        /// Feeds that carry posts.
        of_feeds: usize,
    },
    /// The export would be written among the posts.
    #[error("the output is the site itself")]
    OutputIsSite,
    /// Files of others stand where documents are to be.
    #[error("{}; nothing was written", foreign(files, *more))]
    Foreign {
        /// The first of them, relative to the output.
        files: Vec<String>,
        /// How many there are besides.
        more: usize,
    },
    /// The page at the root of the output is that of another.
    #[error("this page is not feedmill's; it stays, and the list of feeds is `feeds.html`")]
    ForeignIndex,
    /// Another process writes to the same output.
    #[error("another feedmill writes to this folder")]
    OutputInUse,
    /// The system gives no more watches on folders.
    #[error("the system has no watch left for this folder")]
    NoWatches,
    /// The system gives no watcher at all.
    #[error("the system gives no watcher, so changes are found by scans alone: {reason}")]
    NoWatcher {
        /// What the system said.
        reason: String,
    },
    /// The system is short of files to open or of memory: that says nothing of the file.
    #[error("cannot read it now: {reason}")]
    Withheld {
        /// What the system said.
        reason: String,
    },
    /// A file operation failed.
    #[error("cannot {doing}: {reason}")]
    Io {
        /// What was being done: `read`, `write`, `rename`…
        doing: &'static str,
        /// What the system said.
        reason: String,
    },
}

/// `these files are not feedmill's: …`
fn foreign(files: &[String], more: usize) -> String {
    let names = files.join("`, `");
    let others = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("not feedmill's: `{names}`{others}")
}
