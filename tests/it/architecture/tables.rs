//! What may know what, and where what belongs: a new file or a new crate gets a row here.

/// What each part of the crate may see of the rest; the first row whose prefix fits counts. From
/// `main` down: each folder sees those below it, `source` and `publish` do not see each other, and
/// neither do `engine` and `server`.
pub(crate) const LAYERS: &[(&str, &[&str])] = &[
    ("src/lib.rs", &[]),
    ("src/main.rs", &["cli"]),
    (
        "src/cli/",
        &[
            "cli",
            "daemon",
            "server",
            "engine",
            "source",
            "feed",
            "catalog",
            "content",
            "diagnostic",
            "base",
            "os",
        ],
    ),
    (
        "src/daemon/",
        &[
            "daemon",
            "server",
            "engine",
            "source",
            "http",
            "catalog",
            "content",
            "diagnostic",
            "base",
            "os",
        ],
    ),
    ("src/server/", &["server", "http", "feed", "diagnostic", "base", "os"]),
    (
        "src/engine/",
        &["engine", "source", "publish", "feed", "catalog", "content", "diagnostic", "base", "os"],
    ),
    ("src/source/", &["source", "feed::format", "content", "diagnostic", "base", "os"]),
    ("src/publish/", &["publish", "feed", "content", "diagnostic", "base", "os"]),
    ("src/os/", &["os", "diagnostic", "base"]),
    ("src/http/", &["http", "feed::edition", "feed::page", "base"]),
    ("src/feed/format/", &["feed::format", "feed::model", "diagnostic"]),
    ("src/feed/", &["feed", "catalog", "content", "diagnostic", "base"]),
    ("src/catalog/", &["catalog", "content", "base"]),
    ("src/content/", &["content", "diagnostic", "base"]),
    ("src/diagnostic/", &["diagnostic", "base"]),
    ("src/base/", &["base"]),
];

/// Contacts with the outside world, and the only places that have them.
pub(crate) const OUTSIDE: &[(&str, &[&str])] = &[
    (
        "std::fs",
        &["src/os/", "src/source/", "src/publish/", "src/engine/", "src/server/", "src/daemon/"],
    ),
    ("std::net", &["src/server/"]),
    ("std::os", &["src/os/", "src/source/", "src/server/", "src/daemon/"]),
    ("std::env", &["src/os/", "src/daemon/"]),
    ("std::process", &["src/cli/", "src/main.rs"]),
    ("std::thread", &["src/os/", "src/engine/", "src/server/", "src/daemon/"]),
    (
        "std::path",
        &[
            "src/os/",
            "src/source/",
            "src/publish/",
            "src/engine/",
            "src/server/",
            "src/daemon/",
            "src/cli/",
            "src/diagnostic/",
        ],
    ),
    ("SystemTime::now", &["src/os/clock.rs"]),
    ("Instant::now", &["src/os/", "src/engine/", "src/server/", "src/daemon/"]),
];

/// Every dependency and the files that use it.
pub(crate) const OWNERS: &[(&str, &[&str])] = &[
    ("serde_yaml", &["src/content/front_matter/decoder.rs"]),
    // Its derives mark what the snapshot keeps.
    ("serde", &["src/"]),
    ("postcard", &["src/engine/snapshot.rs"]),
    ("chrono", &["src/content/date.rs"]),
    ("chrono-tz", &["src/content/date.rs"]),
    ("comrak", &["src/content/markdown.rs", "src/content/markdown/"]),
    ("memchr", &["src/content/text.rs"]),
    ("scraper", &["src/content/html.rs", "src/content/html/"]),
    ("url", &["src/content/url.rs"]),
    ("percent-encoding", &["src/base/percent.rs"]),
    ("regex", &["src/content/clean.rs"]),
    ("hashbrown", &["src/catalog/cards.rs"]),
    ("unicode-normalization", &["src/content/text.rs"]),
    ("unicode-segmentation", &["src/content/text.rs"]),
    (
        "thiserror",
        &[
            "src/diagnostic/mod.rs",
            "src/diagnostic/identity.rs",
            "src/diagnostic/loss.rs",
            "src/diagnostic/oddity.rs",
        ],
    ),
    ("rss", &["src/feed/format/rss.rs"]),
    ("atom_syndication", &["src/feed/format/atom.rs"]),
    ("askama", &["src/feed/page.rs", "src/feed/directory.rs"]),
    (
        "serde_json",
        &[
            "src/content/library/json.rs",
            "src/feed/format/json.rs",
            "src/http/health.rs",
            "src/engine/large_posts.rs",
            "src/publish/manifest.rs",
            "src/cli/format.rs",
        ],
    ),
    ("blake3", &["src/base/hash.rs"]),
    ("twox-hash", &["src/base/hash.rs"]),
    ("http", &["src/http/"]),
    ("httpdate", &["src/http/conditional.rs"]),
    ("notify", &["src/source/watch.rs"]),
    ("hyper", &["src/server/http_server.rs", "src/server/reply.rs", "src/server/deadline.rs"]),
    ("hyper-util", &["src/server/deadline.rs"]),
    ("http-body", &["src/server/reply.rs"]),
    ("bytes", &["src/server/cache.rs", "src/server/reply.rs"]),
    (
        "tokio",
        &[
            "src/server/cache.rs",
            "src/server/deadline.rs",
            "src/daemon/serve.rs",
            "src/server/connection_limit.rs",
            "src/server/http_server.rs",
            "src/server/listen.rs",
        ],
    ),
    ("arc-swap", &["src/server/cache.rs", "src/server/http_server.rs"]),
    ("simdutf8", &["src/engine/post_reader.rs"]),
    ("rustix", &["src/os/disk.rs"]),
    ("flate2", &["src/server/cache.rs"]),
    ("indicatif", &["src/os/progress_bar.rs"]),
    ("sd-notify", &["src/os/systemd.rs"]),
    ("listenfd", &["src/server/listen.rs"]),
    (
        "tracing",
        &["src/os/", "src/publish/", "src/engine/", "src/server/", "src/daemon/", "src/cli/log.rs"],
    ),
    ("clap", &["src/cli/"]),
    ("tikv-jemallocator", &["src/main.rs"]),
    ("tracing-subscriber", &["src/cli/log.rs"]),
];
