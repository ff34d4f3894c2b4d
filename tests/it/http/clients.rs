//! Who asks, behind which proxies, and how often: any list, any header, any time.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use feedmill::server::client_ip::{Proxies, network};
use feedmill::server::download_limit::{DownloadLimit, MOST_CLIENTS};
use proptest::prelude::{
    ProptestConfig, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest,
};

const PEER: &str = "10.0.0.1";
const LISTED: &[&str] = &["10.0.0.0/8", "2001:db8:1::/48"];

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn proxies(words: &[&str]) -> Proxies {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    Proxies::parse(&words).unwrap()
}

fn client(peer: &str, lines: &[&[u8]]) -> IpAddr {
    proxies(LISTED).client(Some(ip(peer)), lines.iter().copied()).unwrap()
}

#[test]
fn a_list_holds_addresses_and_networks() {
    let table: &[(&str, &[&str], &[&str])] = &[
        ("192.0.2.1", &["192.0.2.1", "::ffff:192.0.2.1"], &["192.0.2.2", "::192.0.2.1"]),
        ("10.0.0.0/8", &["10.0.0.0", "10.255.255.255"], &["9.255.255.255", "11.0.0.0"]),
        ("10.1.2.3/8", &["10.200.0.1"], &["11.1.2.3"]),
        ("192.0.2.1/32", &["192.0.2.1"], &["192.0.2.0"]),
        ("::ffff:10.0.0.0/104", &["10.1.2.3"], &["11.0.0.0"]),
        ("0.0.0.0/0", &["0.0.0.0", "255.255.255.255"], &["::1", "2001:db8::1"]),
        ("::/0", &["::1", "ffff::", "192.0.2.1"], &[]),
        ("2001:db8::/32", &["2001:db8:ffff::1"], &["2001:db9::", "10.0.0.1"]),
        ("::1/128", &["::1"], &["::2", "127.0.0.1"]),
        (" 192.0.2.1 ", &["192.0.2.1"], &[]),
        ("", &[], &["0.0.0.0", "::"]),
        ("unix", &[], &["0.0.0.0", "::"]),
    ];
    for (word, inside, outside) in table {
        let proxies = proxies(&[word]);
        for address in *inside {
            assert!(proxies.trust(Some(ip(address))), "{address} is in {word}");
        }
        for address in *outside {
            assert!(!proxies.trust(Some(ip(address))), "{address} is not in {word}");
        }
        assert_eq!(proxies.trust(None), *word == "unix", "{word}");
    }
}

#[test]
fn a_word_that_is_none_is_named() {
    let bad = [
        "10.0.0.0/33",
        "::/129",
        "10.0.0.0/",
        "/8",
        "10.0.0.0/-1",
        "10.0.0.0/+8",
        "10.0.0.0/8/8",
        "10.0.0.0/255.0.0.0",
        "10.0.0",
        "010.0.0.1",
        "10.0.0.1:80",
        "[::1]",
        "fe80::1%eth0",
        "localhost",
        "Unix",
        "10.0.0.0/ 8",
        "10.0.0.0/99999999999",
        "10.0.0.1 10.0.0.2",
    ];
    for word in bad {
        let finding = Proxies::parse(&["::1".to_owned(), word.to_owned()]).unwrap_err();
        let message = format!("--trusted-proxy: `{word}` is neither an address nor a network");
        assert_eq!(finding.to_string(), message);
    }
}

#[test]
fn the_rightmost_stranger_is_the_client() {
    let table: &[(&[&[u8]], &str)] = &[
        (&[], PEER),
        (&[b""], PEER),
        (&[b"192.0.2.1"], "192.0.2.1"),
        (&[b"192.0.2.9, 192.0.2.1"], "192.0.2.1"),
        (&[b"192.0.2.9", b"192.0.2.1"], "192.0.2.1"),
        (&[b"192.0.2.9, 192.0.2.1, 10.9.9.9,2001:db8:1::7"], "192.0.2.1"),
        (&[b"192.0.2.1", b"10.9.9.9", b" , "], "192.0.2.1"),
        // Nobody but proxies.
        (&[b"10.0.0.2, 10.0.0.3"], PEER),
        // Ways to write an address.
        (&[b"192.0.2.1:4711"], "192.0.2.1"),
        (&[b"2001:db8::1"], "2001:db8::1"),
        (&[b"[2001:db8::1]"], "2001:db8::1"),
        (&[b"[2001:db8::1]:4711"], "2001:db8::1"),
        // What the proxies wrote is no address.
        (&[b"192.0.2.1, unknown"], PEER),
        (&[b"192.0.2.1, 10.0.0.2, 300.0.0.1"], PEER),
        (&[b"192.0.2.1, \xe9"], PEER),
        (&[b"for=192.0.2.1"], PEER),
        // What the client wrote is: it does not matter.
        (&[b"\xe9\0, unknown, 192.0.2.1"], "192.0.2.1"),
    ];
    for (lines, expected) in table {
        assert_eq!(client(PEER, lines), ip(expected), "{lines:?}");
    }
    assert_eq!(client("192.0.2.7", &[b"192.0.2.1"]), ip("192.0.2.7"), "a stranger's word");
    let socket = proxies(&["unix"]);
    let named = [b"192.0.2.1".as_slice()];
    assert_eq!(socket.client(None, named.into_iter()), Some(ip("192.0.2.1")));
    assert_eq!(proxies(LISTED).client(None, named.into_iter()), None);
}

/// Any address, of both families alike.
fn addresses() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<u32>().prop_map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits))),
        any::<u128>().prop_map(|bits| IpAddr::V6(Ipv6Addr::from_bits(bits))),
    ]
}

/// How many of the first bits two addresses of one family share.
fn shared(one: IpAddr, other: IpAddr) -> u32 {
    match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros(),
        (IpAddr::V6(one), IpAddr::V6(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros(),
        _ => 0,
    }
}

fn downloads(limit: u32) -> DownloadLimit {
    DownloadLimit::per_minute(NonZeroU32::new(limit).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_network_is_all_that_begins_alike(address in addresses(), length in 0_u32..=128, flipped in 0_u32..128) {
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let length = length % (bits + 1);
        let other = match address {
            IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() ^ (1 << (flipped % 32))).into(),
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() ^ (1 << flipped)).into(),
        };
        let proxies = proxies(&[&format!("{address}/{length}")]);
        prop_assert!(proxies.trust(Some(address)));
        prop_assert_eq!(proxies.trust(Some(other)), shared(address, other) >= length, "{}", other);
    }

    #[test]
    fn no_word_of_a_list_is_a_panic(word in "[0-9a-f:./%x\\[\\] ]{0,24}|\\PC{0,12}") {
        let _ = Proxies::parse(&[word]);
    }

    #[test]
    fn nothing_to_the_left_of_the_client_matters(
        client in addresses(),
        spoofed in prop::collection::vec(any::<u8>(), 0..40),
        behind in prop::collection::vec(any::<u8>().prop_map(|last| format!("10.0.0.{last}")), 0..4),
        is_own_line in any::<bool>(),
    ) {
        let proxies = proxies(LISTED);
        let appended: String = std::iter::once(client.to_string()).chain(behind).collect::<Vec<_>>().join(", ");
        let whole = [spoofed.as_slice(), b",", appended.as_bytes()].concat();
        let lines = if is_own_line { vec![spoofed.as_slice(), appended.as_bytes()] } else { vec![whole.as_slice()] };
        if !proxies.trust(Some(client)) {
            prop_assert_eq!(proxies.client(Some(ip(PEER)), lines.iter().copied()), Some(client));
        }
        let stranger = Some(ip("192.0.2.7"));
        prop_assert_eq!(proxies.client(stranger, lines.iter().copied()), stranger);
    }

    #[test]
    fn a_bucket_gives_so_many_a_minute_and_no_more(
        limit in 1_u32..200, pauses in prop::collection::vec(0_u64..5_000, 1..400),
    ) {
        let (downloads, client, start) = (downloads(limit), ip("192.0.2.1"), Instant::now());
        let (mut now, mut given) = (start, 0);
        for pause in pauses {
            now += Duration::from_millis(pause);
            match downloads.take(client, now) {
                None => given += 1,
                Some(wait) => {
                    // Not a moment before, and then indeed.
                    let almost = now + wait.saturating_sub(Duration::from_nanos(1));
                    prop_assert!(wait <= Duration::from_mins(1) / limit);
                    prop_assert!(downloads.take(client, almost).is_some());
                    now += wait;
                    prop_assert_eq!(downloads.take(client, now), None);
                    given += 1;
                }
            }
            // A full bucket, and what has come back since; parts of a nanosecond are lost to the client's good.
            let most = f64::from(limit) * (1.0 + (now - start).as_secs_f64() / 60.0) + 0.001;
            prop_assert!(f64::from(given) <= most, "{given} of {most}");
        }
    }
}

#[test]
fn an_ipv6_network_is_one_client() {
    let (downloads, now) = (downloads(1), Instant::now());
    assert_eq!(downloads.take(ip("2001:db8::1"), now), None);
    assert_eq!(downloads.take(ip("2001:db8::ffff:2"), now), Some(Duration::from_mins(1)));
    assert_eq!(downloads.take(ip("2001:db8:0:1::1"), now), None);
    assert_eq!(downloads.take(ip("192.0.2.1"), now), None);
    assert!(downloads.take(ip("::ffff:192.0.2.1"), now).is_some());
    assert_eq!(network(ip("2001:db8:1:2:3:4:5:6")), ip("2001:db8:1:2::"));
}

#[test]
fn a_flood_of_addresses_is_forgotten_and_locks_nobody_out() {
    let (downloads, start) = (downloads(1), Instant::now());
    let number = |number: usize| IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(number).unwrap()));
    for client in 0..MOST_CLIENTS {
        assert_eq!(downloads.take(number(client), start), None);
    }
    let late = number(MOST_CLIENTS);
    for _ in 0..3 {
        assert_eq!(downloads.take(late, start), None, "no room to count it");
    }
    assert!(downloads.take(number(0), start).is_some(), "who is counted stays so");
    let later = start + Duration::from_mins(1);
    assert_eq!(downloads.take(late, later), None);
    assert!(downloads.take(late, later).is_some(), "there is room again");
}
