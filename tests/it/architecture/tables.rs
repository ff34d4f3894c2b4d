//! What may know what, and where what belongs: a new file or a new crate gets a row here.

/// What each part of the crate may see of the rest; the first row whose prefix fits counts.
pub(crate) const LAYERS: &[(&str, &[&str])] = &[
    ("src/lib.rs", &[]),
    ("src/error.rs", &[]),
    ("src/hash.rs", &[]),
    ("src/content/", &["content", "error", "hash"]),
    ("src/feed/format/", &["feed::format", "feed::model", "error"]),
    ("src/feed/", &["feed", "content", "error", "hash"]),
    ("src/http/", &["http", "feed::edition", "error", "hash"]),
    ("src/service/", &["service", "http", "feed", "content", "error", "hash"]),
    ("src/main.rs", &["service", "content", "error"]),
];

/// Which files of the service may know which others: `run` ties them together, `mill` and
/// `report` know what they read and write.
pub(crate) const SERVICE: &[(&str, &[&str])] = &[
    ("mod", &[]),
    ("disk", &[]),
    ("parallel", &["systemd"]),
    ("files", &[]),
    ("source", &["disk", "files"]),
    ("watch", &["source", "disk"]),
    ("posts", &["disk"]),
    ("export", &["disk", "parallel"]),
    ("cache", &[]),
    ("deadline", &[]),
    ("client", &[]),
    ("seats", &["client"]),
    ("downloads", &["client"]),
    ("metrics", &[]),
    ("reply", &[]),
    (
        "server",
        &["cache", "client", "clock", "deadline", "downloads", "metrics", "reply", "seats", "disk"],
    ),
    ("systemd", &["server"]),
    ("snapshot", &["disk"]),
    ("ids", &["posts", "disk", "parallel"]),
    ("press", &["posts", "export", "ids", "parallel", "progress", "snapshot"]),
    ("hold", &["source"]),
    ("notes", &[]),
    ("progress", &[]),
    ("intake", &["posts", "source", "hold", "notes", "parallel", "progress"]),
    ("mill", &["posts", "source", "press", "hold", "ids", "intake", "snapshot", "progress"]),
    ("report", &["posts", "source", "disk", "parallel"]),
    ("load", &["source", "report", "posts", "disk", "server"]),
    ("clock", &["mill"]),
    ("batch", &["watch"]),
    (
        "miller",
        &[
            "batch", "mill", "press", "clock", "load", "snapshot", "source", "watch", "disk",
            "cache", "metrics", "server", "systemd",
        ],
    ),
    (
        "run",
        &[
            "batch", "miller", "mill", "press", "progress", "clock", "load", "snapshot", "watch",
            "cache", "client", "metrics", "server", "systemd",
        ],
    ),
];

/// Contacts with the outside world, and the only places that have them.
pub(crate) const OUTSIDE: &[(&str, &[&str])] = &[
    ("std::fs", &["src/service/"]),
    ("std::net", &["src/service/"]),
    ("std::os", &["src/service/"]),
    ("std::env", &["src/service/", "src/main.rs"]),
    ("std::process", &["src/service/", "src/main.rs"]),
    ("std::thread", &["src/service/"]),
    ("std::path", &["src/service/", "src/main.rs", "src/error.rs"]),
    ("SystemTime::now", &["src/service/clock.rs"]),
    ("Instant::now", &["src/service/", "src/main.rs"]),
];

/// Every dependency and the files that use it.
pub(crate) const OWNERS: &[(&str, &[&str])] = &[
    ("serde_yaml", &["src/content/front_matter.rs"]),
    // Its derives mark what the snapshot keeps.
    ("serde", &["src/"]),
    ("postcard", &["src/service/snapshot.rs"]),
    ("chrono", &["src/content/date.rs"]),
    ("chrono-tz", &["src/content/date.rs"]),
    ("comrak", &["src/content/markdown.rs"]),
    ("scraper", &["src/content/html.rs"]),
    ("url", &["src/content/url.rs"]),
    ("percent-encoding", &["src/content/url.rs"]),
    ("regex", &["src/content/clean.rs"]),
    ("hashbrown", &["src/content/catalog/cards.rs"]),
    ("unicode-normalization", &["src/content/text.rs"]),
    ("unicode-segmentation", &["src/content/text.rs"]),
    ("thiserror", &["src/error.rs"]),
    ("rss", &["src/feed/format/rss.rs"]),
    ("atom_syndication", &["src/feed/format/atom.rs"]),
    ("askama", &["src/feed/page.rs", "src/feed/directory.rs"]),
    ("serde_json", &["src/feed/format/json.rs", "src/service/report.rs"]),
    ("blake3", &["src/hash.rs"]),
    ("twox-hash", &["src/hash.rs"]),
    ("http", &["src/http/"]),
    ("httpdate", &["src/http/conditional.rs"]),
    ("notify", &["src/service/watch.rs"]),
    ("hyper", &["src/service/server.rs", "src/service/reply.rs", "src/service/deadline.rs"]),
    ("hyper-util", &["src/service/deadline.rs"]),
    ("http-body", &["src/service/reply.rs"]),
    ("bytes", &["src/service/cache.rs", "src/service/reply.rs"]),
    (
        "tokio",
        &[
            "src/service/cache.rs",
            "src/service/deadline.rs",
            "src/service/run.rs",
            "src/service/seats.rs",
            "src/service/server.rs",
            "src/service/systemd.rs",
        ],
    ),
    ("arc-swap", &["src/service/cache.rs", "src/service/server.rs"]),
    ("simdutf8", &["src/service/posts.rs"]),
    ("rustix", &["src/service/disk.rs"]),
    ("flate2", &["src/service/cache.rs"]),
    ("indicatif", &["src/service/progress.rs"]),
    ("sd-notify", &["src/service/systemd.rs"]),
    ("listenfd", &["src/service/systemd.rs"]),
    ("tracing", &["src/service/"]),
    ("clap", &["src/main.rs"]),
    ("tikv-jemallocator", &["src/main.rs"]),
    ("tracing-subscriber", &["src/main.rs"]),
];
