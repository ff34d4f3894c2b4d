//! What the reader of a message can do next.

use crate::diagnostic::Error;

impl Error {
    /// What the reader of the message can do next; empty when the message says it all.
    pub fn hint(&self) -> String {
        match self {
            Self::UnreadableDate { .. }
            | Self::NotInCalendar { .. }
            | Self::UnixSeconds { .. }
            | Self::TrailingText { .. }
            | Self::DayFromName { .. } => "write it as `2022-01-04 07:38:28 +0800`",
            Self::NoDate => "add a line `date: 2022-01-04 07:38:28 +0800`",
            Self::NoDayInName => "name it `2022-01-04-title.md` if Jekyll should build it too",
            Self::AmbiguousZone { .. } => "write the offset: `+0800` or `-0600`",
            Self::DayFirst { .. } => "write the year first: `2022-02-01`",
            Self::BrokenYaml { .. } | Self::Rescued { .. } => {
                "put a value that holds `: `, `#` or quotes in single quotes and double those within"
            }
            Self::FrontMatterTooLong { .. } => "move long values into the body",
            Self::UnknownKey { instead, .. } => return format!("did you mean {instead}?"),
            Self::BadValue { expected, .. } | Self::Dropped { expected, .. } => return format!("it can be {expected}"),
            Self::NotFollowed { instead, .. } => instead,
            Self::NoUrl { .. } => "set `url` in `_config.yml`, or give --base-url",
            Self::SetAside => "this is a defect of feedmill, or the process was killed at that moment: touch the file to try it again",
            Self::CutShort => "close the front matter with a line `---`",
            Self::NotUtf8 { likely: Some(name), .. } => return format!("save it as UTF-8 (`iconv -f {name} -t UTF-8`)"),
            Self::NotUtf8 { .. } => "save it as UTF-8; its bytes do not tell which encoding it is in",
            Self::NameNotUtf8 { .. } => "give it a name in UTF-8; `convmv` renames many at once",
            Self::Binary => "save it as text in UTF-8 (`iconv -f UTF-16 -t UTF-8`)",
            Self::TooLarge { .. } => "link to large contents instead",
            Self::BadLink { .. } => "posts stand in the site's own folder",
            Self::NoSite => "name the folder that holds `_posts` or the posts themselves",
            Self::EmptySite => "mount its disk, or put a `_config.yml` there if it is meant to be empty",
            Self::AddressInUse => "stop the other program, or choose another address with --listen",
            Self::BadListen => "write `127.0.0.1:8080` or `unix:/run/feedmill.sock`",
            Self::BadProxy { .. } => "write `192.0.2.1`, `10.0.0.0/8`, `2001:db8::/32` or `unix`",
            Self::Storm { .. } => "`feedmill check` tells what is wrong with each",
            Self::NothingLeft { .. } => "restore the posts, or empty the output folder if they are meant to be gone",
            Self::NoPosts => "posts end in .md, .markdown, .mkdown, .mkdn, .mkd, .html, .htm or .txt, and stand below a folder `_posts` or in the site's own folder",
            Self::NoSuchFolder { .. } => "make it, or take it out of `content` or `feed.collections`",
            Self::NewIds { .. } => "readers would show each such post again: set `tag_authority` to what it was in the ids, or restart feedmill with --accept-new-ids",
            Self::OutputIsSite => "choose another folder with --output",
            Self::Foreign { .. } => "choose another folder with --output, or let --force replace them",
            Self::OutputInUse => "stop the other one, or choose another folder with --output",
            Self::LostRoot { .. } => "restore the folder, or name it under `exclude` if its posts are meant to be gone",
            Self::NoWatches => "raise the sysctl `fs.inotify.max_user_watches`",
            Self::NoWatcher { .. } => "raise the sysctl `fs.inotify.max_user_instances`",
            Self::Toml => "write the front matter between `---` lines, as `key: value`",
            Self::SameId { .. } => "give one of them another `id`, or another address",
            Self::NoSuchFeed { .. } => "write its address as in the list of feeds: `category/NAME`",
            Self::TagsOnly => "write `feeds: [tag]` under `feedmill:`",
            Self::LargeFeed { .. } => "lower `limit`, or set `entries: summary` for it",
            Self::KnownBy(known_by) => known_by.hint(),
            Self::BadPattern { key: "elements" | "author", .. } => "write a CSS selector: `p.credit`",
            Self::BadPattern { .. } => "write a regular expression: `^\\[Back`",
            Self::TooLong { .. } => "shorten it",
            Self::Loss(loss) => return loss.hint(),
            Self::Oddity(oddity) => return oddity.hint(),
            Self::Switch { key, .. } => switch(key),
            Self::TooManyNames { .. } => "name the few that matter",
            Self::Unusable { .. }
            | Self::Empty
            | Self::Changing
            | Self::ForeignIndex
            | Self::RenamedFolder { .. }
            | Self::NotRegular
            | Self::Render { .. }
            | Self::Withheld { .. }
            | Self::Io { .. } => "",
        }
        .to_owned()
    }
}

/// What to write for a key that is true or false.
fn switch(key: &str) -> &'static str {
    match key {
        "draft" | "Draft" | "DRAFT" => {
            "write `draft: true` or `draft: false`, in lower case and without quotes"
        }
        "feed" => "write `feed: false`, in lower case and without quotes",
        "hidden" => {
            "write `published: false` to withhold it, or `feed: false` to keep it out of the feeds alone"
        }
        _ => "write `published: true` or `published: false`, in lower case and without quotes",
    }
}
