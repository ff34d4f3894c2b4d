//! Written stamps: what they are read as, and what the author is told about it.

use feedmill::content::date::{Day, Moment, Zone};
use feedmill::content::stamp::{Naive, Rules, day_in_name, read};
use feedmill::diagnostic::Error;
use proptest::prelude::{Strategy, any, prop};
use proptest::{prop_assert, prop_assert_eq, prop_oneof, proptest};

const TEN: &str = "2022-01-05T10:00:00+08:00";
const MIDNIGHT: &str = "2022-01-05T00:00:00+08:00";
const ZONES: [&str; 8] = [
    "UTC",
    "Asia/Shanghai",
    "America/New_York",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Africa/Monrovia",
    "Australia/Lord_Howe",
    "Pacific/Apia",
];

fn zone(name: &str) -> Zone {
    Zone::parse(name).unwrap()
}

fn rules(zone_name: &str) -> Rules {
    Rules { zone: zone(zone_name), naive: Naive::SiteZone }
}

fn jekyll(zone_name: &str) -> Rules {
    Rules { naive: Naive::Jekyll, ..rules(zone_name) }
}

/// The cells of a table, one for each `|` and each line. Blanks around a cell do not count.
fn cells(table: &str) -> impl Iterator<Item = &str> {
    table.trim().split(['|', '\n']).map(str::trim)
}

/// The rows of a table, one for each line.
fn rows<const N: usize>(table: &str) -> impl Iterator<Item = [&str; N]> {
    let row = |line| cells(line).collect::<Vec<_>>().try_into().unwrap();
    table.trim().lines().map(row)
}

/// The moment in the site zone, with ` ! ` and each warning behind it; or the error.
fn told(written: &str, quoted: bool, rules: Rules) -> String {
    match read(written, quoted, rules) {
        Ok(reading) => {
            let moment = rules.zone.rfc3339(reading.moment);
            let warnings = reading.warnings.iter().map(|warning| format!(" ! {warning}"));
            moment + &warnings.collect::<String>()
        }
        Err(error) => error.to_string(),
    }
}

/// Without Jekyll's rule, quotes never matter.
#[track_caller]
fn assert_read(written: &str, site: &str, expected: &str) {
    for quoted in [false, true] {
        assert_eq!(told(written, quoted, rules(site)), expected, "`{written}` in {site}");
    }
}

#[track_caller]
fn assert_all(table: &str, site: &str, expected: &str) {
    for written in cells(table) {
        assert_read(written, site, expected);
    }
}

#[test]
fn the_common_form_and_its_variants_are_one_moment() {
    let stamps = "
        2022-01-04 07:38:28 +0800 | 2022-01-04 07:38:28 +08:00 | 2022-01-04 07:38:28+0800
        2022-01-04 07:38:28+08:00 | 2022-01-04  07:38:28  +0800 | 2022-01-04\t07:38:28 +0800
        2022-01-04T07:38:28 +0800 | 2022-01-04T07:38:28+08:00 | 2022-01-04t07:38:28+08:00
        2022-01-04 07:38:28.123 +0800 | 2022-01-04 07:38:28.000000000 +0800
        2022-01-04T07:38:28,5+0800 | 2022-1-4 7:38:28 +0800 | 2022-01-03 23:38:28 Z
        2022-01-03T23:38:28Z | 2022-01-03T23:38:28z | 2022-01-03 18:38:28 -0500
        2022-01-04 13:38:28 +14:00 | 2022-01-03 09:38:28 -1400";
    assert_all(stamps, "Asia/Shanghai", "2022-01-04T07:38:28+08:00");
    assert_all(stamps, "UTC", "2022-01-03T23:38:28Z");
    assert_all(stamps, "America/New_York", "2022-01-03T18:38:28-05:00");
    assert_read("\u{3000}2022-01-04 07:38:28 +0800 ", "UTC", "2022-01-03T23:38:28Z");
    let moment = read("2022-01-04 07:38:28 +0800", false, rules("UTC")).unwrap().moment;
    assert_eq!((zone("UTC").local(moment).day, zone("Asia/Shanghai").local(moment).day), (3, 4));
}

#[test]
fn every_way_to_write_an_offset_counts() {
    let east = "+8 | +800 | +08 | +8:00 | GMT+8 | UTC+8 | UTC+08:00 | gmt+0800 | UTC +8 | UT+8
        Asia/Shanghai | PRC | HKT | SGT | sgt | ＋0800";
    for offset in cells(east) {
        assert_read(&format!("2022-01-05 10:00:00 {offset}"), "UTC", "2022-01-05T02:00:00Z");
        assert_read(&format!("2022-01-05 10:00:00{offset}"), "Asia/Shanghai", TEN);
        assert_read(&format!("2022/01/05 10:00 {offset}"), "Asia/Shanghai", TEN);
        assert_read(&format!("2022/01/05 10:00 AM {offset}"), "Asia/Shanghai", TEN);
    }
    // `Etc/GMT+8` is a name of the database, which counts the other way round.
    let others = "
        01:00 | JST   \n 01:00 | KST   \n 04:15 | Asia/Kathmandu   \n 04:30 | +05:30
        10:00 | Z     \n 10:00 | UTC   \n 10:00 | GMT   \n 10:00 | GMT0
        10:00 | -0000 \n 10:00 | +00:00 \n 14:00 | -4   \n 14:00 | -400
        14:00 | \u{2212}0400 \n 14:00 | EDT \n 15:00 | EST \n 15:00 | CDT
        15:00 | America/New_York \n 15:00 | America/Port-au-Prince
        16:00 | MDT   \n 17:00 | MST   \n 17:00 | PDT   \n 18:00 | PST   \n 18:00 | Etc/GMT+8";
    for [time, offset] in rows(others) {
        let expected = format!("2022-01-05T{time}:00Z");
        assert_read(&format!("2022-01-05 10:00:00 {offset}"), "UTC", &expected);
        assert_read(&format!("2022-01-05T10:00{offset}"), "UTC", &expected);
    }
    assert_read("2022-01-05 12:00-400", "UTC", "2022-01-05T16:00:00Z");
    // Summer time of a named zone is the zone's own affair.
    assert_read("2022-07-05 10:00 America/New_York", "UTC", "2022-07-05T14:00:00Z");
}

#[test]
fn cst_is_chinas_where_the_site_is_and_told_about() {
    let table = "
Asia/Shanghai   | 2022-01-05 10:00:00 CST | 2022-01-05T10:00:00+08:00 ! `CST` is ambiguous; read as +08:00
Asia/Shanghai   | 2022/01/05 10:00 AM CST | 2022-01-05T10:00:00+08:00 ! `CST` is ambiguous; read as +08:00
Asia/Shanghai   | 2022-01-05 CST          | 2022-01-05T00:00:00+08:00 ! `CST` is ambiguous; read as +08:00
UTC             | 2022-01-05 10:00:00 CST | 2022-01-05T16:00:00Z ! `CST` is ambiguous; read as -06:00
America/Chicago | 2022-01-05 10:00:00 CST | 2022-01-05T10:00:00-06:00 ! `CST` is ambiguous; read as -06:00";
    for [site, written, expected] in rows(table) {
        assert_read(written, site, expected);
    }
    // On that day the clocks in Shanghai were an hour ahead of China Standard Time.
    let expected = "1986-07-02T01:00:00+09:00 ! `CST` is ambiguous; read as -06:00";
    assert_read("1986-07-01 10:00 CST", "Asia/Shanghai", expected);
}

#[test]
fn a_day_alone_is_its_midnight_in_the_site_zone() {
    let stamps = "
        2022-01-05 | 20220105 | 2022-1-5 | 2022/01/05 | 2022/1/5 | 2022.01.05 | 05.01.2022 | 5.1.2022
        January 5, 2022 | Jan 5 2022 | 5 Jan 2022 | 5th January, 2022 | 05-Jan-2022
        Wed, 05 Jan 2022 | Wednesday, January 5th, 2022 | 2022年01月05日 | 2022年1月5日
        2022 年 1 月 5 日 | ２０２２年１月５日 | ２０２２－０１－０５ | 2022\u{2013}01\u{2013}05";
    assert_all(stamps, "Asia/Shanghai", MIDNIGHT);
    assert_all(stamps, "UTC", "2022-01-05T00:00:00Z");
    assert_read("2022-01-05 +0800", "UTC", "2022-01-04T16:00:00Z");
    assert_read("2022-01-05 Asia/Shanghai", "UTC", "2022-01-04T16:00:00Z");
}

#[test]
fn a_time_without_offset_is_in_the_site_zone() {
    let stamps = "
        2022-01-05 10:00:00 | 2022-01-05T10:00:00 | 2022-01-05 10:00 | 2022-01-05T10:00
        2022-01-05 10:00:00.000 | 2022/01/05 10:00 | 20220105 10:00 | 20220105T100000 | 20220105T1000
        05.01.2022 10:00 | 2022-01-05 10:00 am | January 5, 2022 10:00 am
        January 5, 2022, 10:00 a.m. | Jan. 5, 2022 10 AM | Wed, 05 Jan 2022 10:00:00
        2022年01月05日 10:00 | 2022年01月05日10:00:00 | 2022年01月05日　１０：００：００
        ２０２２－０１－０５　１０：００ | 2022-01-05 10：00：00";
    assert_all(stamps, "Asia/Shanghai", TEN);
    assert_all(stamps, "UTC", "2022-01-05T10:00:00Z");
}

#[test]
fn other_forms_are_read_as_written() {
    let table = "
        2022-01-05 10:00 PM +0800            | 2022-01-05T22:00:00+08:00
        2022/01/05 10:00 PM GMT+8            | 2022-01-05T22:00:00+08:00
        2022/01/05 10:00PM+8                 | 2022-01-05T22:00:00+08:00
        2022-01-05 10:00:00 p.m.             | 2022-01-05T22:00:00+08:00
        2022-01-05 22:00 PM                  | 2022-01-05T22:00:00+08:00
        2022-01-05 12:00 AM                  | 2022-01-05T00:00:00+08:00
        2022-01-05 12:30 PM                  | 2022-01-05T12:30:00+08:00
        2022-01-05 9:05:00 +0800             | 2022-01-05T09:05:00+08:00
        Wed, 05 Jan 2022 10:00:00 +0800      | 2022-01-05T10:00:00+08:00
        Wed, 5 Jan 2022 02:00:00 GMT         | 2022-01-05T10:00:00+08:00
        20220105T100000+0800                 | 2022-01-05T10:00:00+08:00
        20220105T100000.123+0800             | 2022-01-05T10:00:00+08:00
        2022年01月05日 10:00 +0800           | 2022-01-05T10:00:00+08:00
        ２０２２／０１／０５ １０：００：００ ＋０８：００ | 2022-01-05T10:00:00+08:00
        2022-01-05 24:00:00                  | 2022-01-06T00:00:00+08:00
        2022-01-05 24:00:00 +0800            | 2022-01-06T00:00:00+08:00
        2022-01-05 23:59:60                  | 2022-01-06T00:00:00+08:00
        2022-01-05 23:59:60 +0800            | 2022-01-06T00:00:00+08:00
        2022-12-31T23:59:60Z                 | 2023-01-01T08:00:00+08:00
        2024-02-29 10:00:00 +0800            | 2024-02-29T10:00:00+08:00";
    for [written, expected] in rows(table) {
        assert_read(written, "Asia/Shanghai", expected);
    }
}

#[test]
fn what_may_be_meant_otherwise_is_a_warning() {
    let table = "
01/02/2022       | 2022-02-01T00:00:00+08:00 ! `01/02/2022` was read with the day first
1/2/2022 10:00   | 2022-02-01T10:00:00+08:00 ! `1/2/2022 10:00` was read with the day first
01-02-2022       | 2022-02-01T00:00:00+08:00 ! `01-02-2022` was read with the day first
2022-02-30       | 2022-03-02T00:00:00+08:00 ! `2022-02-30` is not in the calendar; read as 2022-03-02
2024-02-30       | 2024-03-01T00:00:00+08:00 ! `2024-02-30` is not in the calendar; read as 2024-03-01
2022-04-31 10:00 | 2022-05-01T10:00:00+08:00 ! `2022-04-31 10:00` is not in the calendar; read as 2022-05-01
1641348000       | 2022-01-05T10:00:00+08:00 ! `1641348000` was read as seconds since 1970
１６４１３４８０００ | 2022-01-05T10:00:00+08:00 ! `1641348000` was read as seconds since 1970
2016-07-19 (optional) | 2016-07-19T00:00:00+08:00 ! `(optional)` behind the date was ignored
2022-01-05 10 +0800   | 2022-01-05T00:00:00+08:00 ! `10 +0800` behind the date was ignored
2022-01-05 10:00 FOO  | 2022-01-05T10:00:00+08:00 ! `FOO` behind the date was ignored
2022-01-05 10:00:00 +0800 # c | 2022-01-05T10:00:00+08:00 ! `# c` behind the date was ignored
2022-01-05-4-title    | 2022-01-05T00:00:00+08:00 ! `-4-title` behind the date was ignored
2022-01-05 \u{1b}[2J  | 2022-01-05T00:00:00+08:00 ! `\u{fffd}[2J` behind the date was ignored";
    for [written, expected] in rows(table) {
        assert_read(written, "Asia/Shanghai", expected);
    }
    let rolled = "2022-03-02T10:00:00+08:00 ! `2022-02-30 10:00:00 +0800` is not in the calendar; \
        read as 2022-03-02";
    assert_read("2022-02-30 10:00:00 +0800", "Asia/Shanghai", rolled);
    let both = "2022-03-02T00:00:00Z ! `30/02/2022` was read with the day first \
        ! `30/02/2022` is not in the calendar; read as 2022-03-02";
    assert_read("30/02/2022", "UTC", both);
}

#[test]
fn what_names_no_day_is_unreadable() {
    let stamps = "~ | null | false | true | +0800 | yesterday | yesterday-ish | 2022 | 2022-01 | 2022-01-
        202201 | 2022-01 10:00 | January 2022 | 10:00 | 22-01-07 | 2022-13-01 | 2022-00-01 | 2022-01-00
        2022-01-32 | 2022-13-40 | 2022-01-055 | 20221301 | 12/25/2022 | 2022-01/05 | 0000-01-01
        00000101 | 10000-01-01 | -2022-01-05 | 2022-01-05 25:00 | 2022-01-05 24:00:01
        2022-01-05 24:01 | 2022-01-05 10:60 | 2022-01-05 10:00:61 | 2022-01-05 13:00 AM
        2022-01-05 24:00 PM | 2022-01-05 10:00:00 +2500 | 2022-01-05 10:00:00 +14:01
        2022-01-05 10:00:00 -1401 | 2022-01-05 10:00:00 +15 | 2022-01-05 10:00:00 +0860
        2022-01-05 10:00:00 +99999999999999 | 2022-01-05 10:00:00 GMT+25 | 0001-01-01 00:00:00 +0800
        9999-12-31 23:00:00 -0800 | 9999-12-31 24:00:00 Z | 164134800 | 16413480000 | 1641348000 x
        📅 | 2022-W01-3";
    for written in cells(stamps).chain(["", " ", "\u{3000}", " +0800", "\u{0}"]) {
        let error = read(written, false, rules("Asia/Shanghai")).unwrap_err();
        assert!(matches!(error, Error::UnreadableDate { .. }), "`{written}`: {error}");
    }
    assert_eq!(told("~", false, rules("UTC")), "`~` is no date");
    assert_eq!(told("a\nb\u{7}", false, rules("UTC")), "`a\u{fffd}b\u{fffd}` is no date");
}

#[test]
fn a_hostile_stamp_is_refused_quickly_and_repeated_briefly() {
    let million = 1_000_000;
    for written in [
        "9".repeat(million),
        format!("2022-01-05 {}", "9".repeat(million)),
        format!("2022-01-05 10:00:00 +{}", "0".repeat(million)),
        "📅".repeat(million / 4),
        "\u{0}".repeat(million),
        format!("2022-01-05{}", "\u{301}".repeat(million / 2)),
        "\u{fdfa}".repeat(100),
        format!("2022-01-05{}x", " ".repeat(million)),
    ] {
        let Err(Error::UnreadableDate { written }) = read(&written, false, rules("UTC")) else {
            panic!("{} bytes were read", written.len());
        };
        assert!(written.chars().count() <= 101);
    }
    // Blanks around a stamp are none of its characters.
    let padded = format!("{}2022-01-05", " ".repeat(million));
    assert_eq!(told(&padded, false, rules("UTC")), "2022-01-05T00:00:00Z");
    let long = format!("2022-01-05 {}", "好".repeat(89));
    assert!(told(&long, false, rules("UTC")).starts_with("2022-01-05T00:00:00Z ! `好"));
}

#[test]
fn jekylls_rule_for_a_full_stamp_without_offset_can_be_had() {
    let table = r#"
        2022-01-05 10:00:00       | 2022-01-05T18:00:00+08:00
        2022-01-05T10:00:00       | 2022-01-05T18:00:00+08:00
        2022-1-5 10:00:00.5       | 2022-01-05T18:00:00+08:00
        2022-01-05 20:30:00       | 2022-01-06T04:30:00+08:00
        "2022-01-05 10:00:00"     | 2022-01-05T10:00:00+08:00
        "2022-01-05T10:00:00"     | 2022-01-05T10:00:00+08:00
        2022-01-05 10:00          | 2022-01-05T10:00:00+08:00
        "2022-01-05 10:00"        | 2022-01-05T10:00:00+08:00
        2022/01/05 10:00:00       | 2022-01-05T10:00:00+08:00
        Wed, 2022-01-05 10:00:00  | 2022-01-05T10:00:00+08:00
        2022-01-05 10:00:00 +0800 | 2022-01-05T10:00:00+08:00
        2022-01-05 １０:００:００ | 2022-01-05T10:00:00+08:00
        2022-01-05                | 2022-01-05T00:00:00+08:00"#;
    for [written, shanghai] in rows(table) {
        let bare = written.trim_matches('"');
        assert_eq!(told(bare, bare != written, jekyll("Asia/Shanghai")), shanghai, "{written}");
    }
    assert_eq!(told("2022-01-05 10:00:00", false, jekyll("UTC")), "2022-01-05T10:00:00Z");
}

/// What Jekyll 4.3.1 made of these, with `timezone: Asia/Shanghai` and without.
#[test]
fn what_jekyll_reads_well_is_read_alike() {
    let table = r#"
        2022-01-05 10:00:00          | 2022-01-05T18:00:00+08:00 | 2022-01-05T10:00:00Z
        2022-01-05 10:00             | 2022-01-05T10:00:00+08:00 | 2022-01-05T10:00:00Z
        "2022-01-05 10:00:00"        | 2022-01-05T10:00:00+08:00 | 2022-01-05T10:00:00Z
        2022-01-05T10:00:00          | 2022-01-05T18:00:00+08:00 | 2022-01-05T10:00:00Z
        "2022-01-05T10:00:00"        | 2022-01-05T10:00:00+08:00 | 2022-01-05T10:00:00Z
        2022-01-05                   | 2022-01-05T00:00:00+08:00 | 2022-01-05T00:00:00Z
        "2022-01-05"                 | 2022-01-05T00:00:00+08:00 | 2022-01-05T00:00:00Z
        2022-01-05 20:30:00          | 2022-01-06T04:30:00+08:00 | 2022-01-05T20:30:00Z
        2022-01-05  10:00:00  +0800  | 2022-01-05T10:00:00+08:00 | 2022-01-05T02:00:00Z
        2022-01-05 10:00:00+0800     | 2022-01-05T10:00:00+08:00 | 2022-01-05T02:00:00Z
        2022-01-05 10:00:00+08:00    | 2022-01-05T10:00:00+08:00 | 2022-01-05T02:00:00Z
        2022-01-05 10:00:00 UTC      | 2022-01-05T18:00:00+08:00 | 2022-01-05T10:00:00Z
        2022-01-05 10:00:00 Z        | 2022-01-05T18:00:00+08:00 | 2022-01-05T10:00:00Z
        2022-01-05 10:00:00 EST      | 2022-01-05T23:00:00+08:00 | 2022-01-05T15:00:00Z
        2022-01-05 10:00 PM +0800    | 2022-01-05T22:00:00+08:00 | 2022-01-05T14:00:00Z
        January 5, 2022 10:00 am     | 2022-01-05T10:00:00+08:00 | 2022-01-05T10:00:00Z
        01/02/2022                   | 2022-02-01T00:00:00+08:00 | 2022-02-01T00:00:00Z
        2022-01-05 10:00:00 +05:30   | 2022-01-05T12:30:00+08:00 | 2022-01-05T04:30:00Z
        2022-01-05 10:00:00 -0000    | 2022-01-05T18:00:00+08:00 | 2022-01-05T10:00:00Z
        2022-01-05 10 +0800          | 2022-01-05T00:00:00+08:00 | 2022-01-05T00:00:00Z
        2022-01-05 23:59:60 +0800    | 2022-01-06T00:00:00+08:00 | 2022-01-05T16:00:00Z
        20220105                     | 2022-01-05T00:00:00+08:00 | 2022-01-05T00:00:00Z
        20220105T100000+0800         | 2022-01-05T10:00:00+08:00 | 2022-01-05T02:00:00Z"#;
    for [written, shanghai, utc] in rows(table) {
        let bare = written.trim_matches('"');
        for (site, expected) in [("Asia/Shanghai", shanghai), ("UTC", utc)] {
            let reading = read(bare, bare != written, jekyll(site)).unwrap();
            assert_eq!(zone(site).rfc3339(reading.moment), expected, "{written} in {site}");
        }
    }
}

#[test]
fn a_time_in_a_gap_is_shifted_and_one_that_came_twice_is_the_first() {
    // Samoa went without a day; in São Paulo it was midnight that was skipped.
    let table = "
        Asia/Shanghai       | 1986-05-04 02:30    | 1986-05-04T03:30:00+09:00
        Asia/Shanghai       | 1986-05-04 01:59:59 | 1986-05-04T01:59:59+08:00
        Asia/Shanghai       | 1986-05-04 03:00    | 1986-05-04T03:00:00+09:00
        Asia/Shanghai       | 1991-09-15 01:30    | 1991-09-15T01:30:00+09:00
        Asia/Shanghai       | 1991-09-15 02:00    | 1991-09-15T02:00:00+08:00
        America/New_York    | 2022-03-13 02:30    | 2022-03-13T03:30:00-04:00
        America/New_York    | 2022-11-06 01:30    | 2022-11-06T01:30:00-04:00
        Australia/Lord_Howe | 2022-10-02 02:15    | 2022-10-02T02:45:00+11:00
        Pacific/Apia        | 2011-12-30 12:00    | 2011-12-31T12:00:00+14:00
        Pacific/Apia        | 2011-12-30          | 2011-12-31T00:00:00+14:00
        America/Sao_Paulo   | 2018-11-04          | 2018-11-04T01:00:00-02:00";
    for [site, written, expected] in rows(table) {
        assert_read(written, site, expected);
    }
    // The gap is that of the zone which the stamp names, not of the site.
    let written = "2022-03-13 02:30 America/New_York";
    assert_read(written, "UTC", "2022-03-13T07:30:00Z");
}

#[test]
fn a_civil_time_must_be_in_the_calendar_and_on_the_clock() {
    let shanghai = zone("Asia/Shanghai");
    let unix = |moment: Option<Moment>| moment.map(Moment::unix);
    assert_eq!(unix(shanghai.at(2022, 1, 5, 10, 0, 0)), Some(1_641_348_000));
    assert_eq!(unix(shanghai.at(1986, 5, 4, 2, 30, 0)), unix(shanghai.at(1986, 5, 4, 3, 30, 0)));
    for (year, month, day, hour, minute, second) in [
        (2022, 2, 30, 0, 0, 0),
        (2022, 1, 0, 0, 0, 0),
        (2022, 1, 5, 24, 0, 0),
        (2022, 1, 5, 10, 0, 60),
        (0, 1, 1, 0, 0, 0),
        (10_000, 1, 1, 0, 0, 0),
        // In UTC this is still the year 0.
        (1, 1, 1, 0, 0, 0),
    ] {
        assert_eq!(shanghai.at(year, month, day, hour, minute, second), None);
    }
}

#[test]
fn a_moment_has_a_civil_time_in_every_zone() {
    let local = zone("Asia/Shanghai").local(Moment::from_unix(1_641_253_108));
    assert_eq!((local.year, local.month, local.day, local.ordinal), (2022, 1, 4, 4));
    assert_eq!((local.hour, local.minute, local.second), (7, 38, 28));
    assert_eq!((local.offset_seconds, local.weekday, local.iso_week), (28_800, 2, 1));
    // 1 January 2022 was the Saturday of the last week of 2021.
    let local = Zone::UTC.local(Moment::from_unix(1_641_000_000));
    assert_eq!((local.ordinal, local.weekday, local.iso_week), (1, 6, 52));
}

#[test]
fn zones_go_by_their_name_in_the_database() {
    for (name, expected) in [("Asia/Shanghai", "Asia/Shanghai"), ("UTC", "UTC"), ("GMT", "GMT")] {
        assert_eq!(Zone::parse(name).map(Zone::name), Some(expected));
    }
    assert_eq!(Zone::parse("Z"), Some(Zone::UTC));
    for name in ["", "Asia", "Mars/Olympus", "+08:00", "asia/shanghai", "Asia/Shanghai\0"] {
        assert_eq!(Zone::parse(name), None, "{name}");
    }
}

#[test]
fn both_formats_write_every_offset_as_their_readers_want_it() {
    // Some readers of RSS know no quarters of an hour; before 1901 Shanghai was 8:05:43 ahead; at
    // both ends the year in the zone would have five digits, or none.
    let table = "
        Asia/Shanghai    | 1641253108   | 2022-01-04T07:38:28+08:00 | Tue, 04 Jan 2022 07:38:28 +0800
        UTC              | 1641253108   | 2022-01-03T23:38:28Z      | Mon, 03 Jan 2022 23:38:28 +0000
        Europe/London    | 1641253108   | 2022-01-03T23:38:28Z      | Mon, 03 Jan 2022 23:38:28 +0000
        America/St_Johns | 1641253108   | 2022-01-03T20:08:28-03:30 | Mon, 03 Jan 2022 20:08:28 -0330
        Asia/Kathmandu   | 1641253108   | 2022-01-04T05:23:28+05:45 | Mon, 03 Jan 2022 23:38:28 +0000
        Asia/Shanghai    | -2208988800  | 1900-01-01T00:00:00Z      | Mon, 01 Jan 1900 00:00:00 +0000
        UTC              | -62135596800 | 0001-01-01T00:00:00Z      | Mon, 01 Jan 0001 00:00:00 +0000
        UTC              | -9223372036854775808 | 0001-01-01T00:00:00Z | Mon, 01 Jan 0001 00:00:00 +0000
        UTC              | 9223372036854775807 | 9999-12-31T23:59:59Z | Fri, 31 Dec 9999 23:59:59 +0000
        Asia/Shanghai    | 253402300799 | 9999-12-31T23:59:59Z      | Fri, 31 Dec 9999 23:59:59 +0000
        America/New_York | -62135596800 | 0001-01-01T00:00:00Z      | Mon, 01 Jan 0001 00:00:00 +0000";
    for [site, unix, rfc3339, rfc822] in rows(table) {
        let moment = Moment::from_unix(unix.parse().unwrap());
        assert_eq!(zone(site).rfc3339(moment), rfc3339);
        assert_eq!(zone(site).rfc822(moment), rfc822);
    }
}

#[test]
fn a_file_name_begins_with_its_day() {
    let table = "
        2022-01-04-x | 2022-01-04 | x
        2022-1-6-x | 2022-01-06 | x
        22-01-07-x | 2022-01-07 | x
        99-01-07-x | 1999-01-07 | x
        2022-01-04-中文-标题 | 2022-01-04 | 中文-标题
        2022-01-04-2022-01-05 | 2022-01-04 | 2022-01-05
        2022-01-04- | 2022-01-04 |
        2022-02-30-x | 2022-03-02 | x";
    for [stem, day, rest] in rows(table) {
        let read = day_in_name(stem).map(|(day, rest)| (day.to_string(), rest));
        assert_eq!(read, Some((day.to_owned(), rest)), "{stem}");
    }
    let without = "2022-01-04 | 2022-01-04x | 2022-13-40-x | 2022-13-01-x | 2022-01-40-x | 2022-01-00-x
        0000-01-01-x | 20220104-x | 12022-01-04-x | -2022-01-04-x | no-date-name | ２０２２-01-04-x";
    for stem in cells(without).chain([""]) {
        assert_eq!(day_in_name(stem), None, "{stem}");
    }
    let (day, _) = day_in_name("2022-01-05-x").unwrap();
    assert_eq!(day, Day { year: 2022, month: 1, day: 5 });
    let shanghai = zone("Asia/Shanghai");
    assert_eq!(shanghai.rfc3339(shanghai.midnight(day)), MIDNIGHT);
    let nonsense = Day { year: i32::MAX, month: 0, day: u32::MAX };
    assert_eq!(shanghai.midnight(nonsense), Moment::MAX);
}

/// Text made of the pieces of stamps gets further into the reader than any text.
fn pieces() -> impl Strategy<Value = String> {
    let table =
        "2022|01|5|31|10|60|99999999999|-|/|.|:|,|+|T|Z|PM|am|UTC|GMT|CST|EST|Jan|Wed|年|月|日|：
        ５|\u{301}|\u{0}|📅|Asia/Shanghai|2022-01-05|10:00:00|+0800";
    let piece = prop::sample::select(cells(table).chain([" ", "  "]).collect::<Vec<_>>());
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn moments() -> impl Strategy<Value = Moment> {
    // Half of them where zones have most of their changes.
    let recent = -3_000_000_000_i64..5_000_000_000;
    prop_oneof![Moment::MIN.unix()..=Moment::MAX.unix(), recent].prop_map(Moment::from_unix)
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic_or_leave_the_years(
        written in prop_oneof![any::<String>(), pieces()],
        quoted: bool,
    ) {
        let _ = day_in_name(&written);
        for site in ZONES {
            if let Ok(reading) = read(&written, quoted, jekyll(site)) {
                prop_assert!((Moment::MIN..=Moment::MAX).contains(&reading.moment));
            }
        }
    }

    #[test]
    fn what_is_formatted_reads_back(moment in moments(), site in prop::sample::select(&ZONES[..])) {
        let rules = rules(site);
        for written in [rules.zone.rfc3339(moment), rules.zone.rfc822(moment)] {
            let reading = read(&written, false, rules).unwrap();
            prop_assert_eq!((reading.moment, reading.warnings), (moment, vec![]), "{}", written);
        }
    }

    #[test]
    fn a_civil_time_is_that_of_the_first_moment_that_has_it(
        moment in moments(),
        site in prop::sample::select(&ZONES[..]),
    ) {
        let zone = zone(site);
        let local = zone.local(moment);
        let (year, month, day) = (local.year, local.month, local.day);
        if let Some(first) = zone.at(year, month, day, local.hour, local.minute, local.second) {
            prop_assert!(first <= moment);
            let again = zone.local(first);
            prop_assert_eq!((again.year, again.ordinal), (local.year, local.ordinal));
            let shown = (again.hour, again.minute, again.second);
            prop_assert_eq!(shown, (local.hour, local.minute, local.second));
        }
    }

    #[test]
    fn any_number_can_be_a_moment(unix: i64, site in prop::sample::select(&ZONES[..])) {
        let zone = zone(site);
        let moment = Moment::from_unix(unix);
        prop_assert!((1..=9999).contains(&zone.local(moment).year));
        prop_assert!(zone.rfc3339(moment).len() <= 25);
        prop_assert_eq!(zone.rfc822(moment).len(), 31);
    }
}
