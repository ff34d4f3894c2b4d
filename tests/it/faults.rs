//! Faults: what goes wrong around the real program, and what is seen of it then.
//!
//! Below is every fault that is tried, wherever its test stands. After each one the program is
//! healthy, its export is whole and is what it serves, no half-written file is left, the log has no
//! other error, and SIGTERM ends it well ([`finish`](crate::service::harness::Server::finish)).
//! Tests that need root, a mount, a namespace or a program say `not run: …` where there is none.
//!
//! | fault | what is seen | test |
//! |---|---|---|
//! | SIGKILL in the middle of a rebuild | each document old or new; the next start makes all right | `service/kill.rs` |
//! | SIGTERM during a long first build | ends at once with exit 0, as after SIGKILL | `service/start.rs` |
//! | half-written files of a killed process, in the export or beside the snapshot | swept, or replaced; never in the way | `service/kill.rs` |
//! | output: disk full (mount) | old feeds to the byte, on disk and over HTTP; `/healthz` and the log name path and reason, at most thrice; heals by itself | `disk.rs` |
//! | output: no inodes (mount) | the same | `disk.rs` |
//! | output: read-only (mount) | the same | `disk.rs` |
//! | output: a file in the way, deleted, spoilt by others | the last edition stays; written again | `service/export.rs`, `service/stale.rs` |
//! | output: a second instance | refuses, exit 2, with the path that is locked | `service/export.rs` |
//! | state folder cannot be made | one warning; the next start reads everything | `disk.rs` |
//! | post without permission (as root: setpriv) | named; in the feeds after `chmod` | `posts.rs` |
//! | a folder of posts, or the site, may not be entered (as root: setpriv) | its posts stay, and it is named | `service/withheld.rs` |
//! | a folder cannot be listed or entered when settings change (as root: setpriv) | `/healthz` red; they wait for it | `service/withheld.rs` |
//! | the configuration cannot be read (as root: setpriv) | `/healthz` red; the old one stays | `service/withheld.rs` |
//! | post that the system does not give now (no files left, no memory) | stays in its feeds, named once, asked for again | `service/withheld.rs` |
//! | one root of several cannot be listed (as root: setpriv) | `/healthz` red, its posts stay; the others go on, but for feeds that must be rendered with one of its posts | `service/withheld.rs` |
//! | pipe, socket, device, link outside, loop, dangling | named, never waited for, never in a feed | `service/input.rs` |
//! | links to folders, round and round or outside | not followed; named where posts would be in them | `service/input.rs` |
//! | post of 1 GiB | refused with its size; less than 50 MiB more memory | `posts.rs` |
//! | binary, GBK, UTF-16, NUL, BOM, CRLF | the first four refused by name; BOM and CRLF accepted | `service/input.rs`, `posts.rs`, `bad_input.rs` |
//! | hostile categories, twins | folders inside the output, the same in any order | `posts.rs`, `service/export.rs` |
//! | YAML bombs | named; no time is lost | `bad_input.rs` |
//! | characters that XML forbids | valid feeds, the text otherwise kept | `validity.rs`, `bad_input.rs`, `tests/readers/run` |
//! | torn write, cut file | no half post; rejected after two seconds | `service/late.rs` |
//! | editors and copiers | one entry whatever the way | `service/saves.rs` |
//! | events lost (a process that stands still) | a scan; every post is there | `limits.rs` |
//! | events faster than passes take them | bounded; the rest is found by a scan | `service/watch.rs` |
//! | folders made, moved in, renamed | 50 of 50 posts | `service/folders.rs` |
//! | site deleted, moved, replaced, its link swapped | feeds stay; watched again | `service/roots.rs`, `service/hold.rs` |
//! | the site missing, unreadable or not mounted at the start, its configuration wrong | the last edition at once, `/readyz` red; taken in when it is there | `service/missing.rs` |
//! | files of others in the output folder | never replaced or removed; exit 2, or the last edition and `/readyz` red | `service/foreign.rs` |
//! | disk with the site or its posts goes away and comes back (mount) | `/healthz` red, feeds untouched; watched again | `mounts.rs` |
//! | a change without an event | found by a reload, or by the next scan | `limits.rs` |
//! | post deleted, renamed, moved to another category or date | left the old feed, in the new one, same id | `service/posts.rs` |
//! | clock ten years on, 400 days back (faketime) | no document has a time to come, what changes has one of the new clock; 304 by tag; posts go on to come, timers go on | `clock.rs` |
//! | clock put back while deletions and links are waited for (faketime) | the wait ends; all is as it is within seconds | `clock.rs` |
//! | snapshot from the future, damaged, cut | not believed; everything is read | `service/snapshot.rs` |
//! | no events at all (`--poll`) | found by scans, none of which opens a known file; nothing half-written | `polls.rs` |
//! | a folder that others change without events (bindfs) | said once; scanned every 20 seconds, or as `--rescan` says | `polls.rs` |
//! | no watches left (namespace) | the sysctl is named; scans find the rest; heals | `limits.rs` |
//! | no watcher at all (namespace) | the sysctl is named; scans find everything | `limits.rs` |
//! | heads sent byte by byte, 200 at once | closed; others are served all the time | `clients.rs`, `http/sockets.rs` |
//! | slow heads from five addresses, as many as each may have, or as all may have | others are served at once | `clients.rs`, `http/sockets.rs` |
//! | a client that takes a little again and again | closed when it is below the minimum rate | `http/sockets.rs` |
//! | 1,000 connections at once while nothing is accepted (a process that stands still) | all wait in the queue of the system, none has to try again | `clients.rs` |
//! | 5,000 idle connections (hard limit of files) | little memory; the oldest make room for the next request | `clients.rs` |
//! | no files left (64, 120 connections; a limit lowered while it runs) | hardly any work, few lines; recovers, posts of that time too | `limits.rs` |
//! | endless heads | 400, 414, 431 or closed; no memory | `clients.rs`, `http/sockets.rs` |
//! | request smuggling | one answer, then closed | `clients.rs`, `http/sockets.rs` |
//! | traversal | 400 or 404; nothing but the edition is ever read | `http/addresses.rs` |
//! | the same documents over and over from one address | 429 with a limit, healed by its `Retry-After`; who asks with a precondition is never refused | `downloads.rs` |
//! | forged `X-Forwarded-For` | a stranger's is not looked at; behind a trusted proxy the proxy's own word counts | `downloads.rs`, `http/clients.rs` |
//! | readers that never read | one copy of a document for all while it is in the cache, never more than one each; closed by the write timeout | `clients.rs`, `http/sockets.rs` |
//! | names, texts and clients that forge lines of the log | each event one line, valid JSON, no control character | `log.rs` |
//! | lines for journald, reloads of what was said before | priorities, no second time stamp; said once | `journal.rs` |
//! | stderr closed, its reader gone or standing still, its disk full | goes on | `log.rs` |
//! | reload, restart, SIGKILL, hang, watchdog under load (systemd) | no failed request; the old configuration stays | `tests/systemd/run`, `service/systemd.rs`, `service/settings.rs` |
//! | the server task stalls, the passes go on (strace) | reported once; the watchdog is not fed | `service/systemd.rs` |
//! | all posts deleted and restored by `git checkout` | feeds untouched; nothing written | `many.rs` |
//! | many posts deleted or restored bit by bit, with pauses | nothing is published before the number of those missing has stood still | `service/gone.rs`, `service/hold.rs` |
//! | the category of all posts renamed | the old feed gone, all posts in the new one, same ids | `many.rs` |
#![expect(clippy::disallowed_methods, reason = "tests write posts and look at the clock")]

mod clients;
mod clock;
mod disk;
mod downloads;
mod journal;
mod limits;
mod log;
mod many;
mod mounts;
mod polls;
mod posts;
pub(crate) mod tools;
