//! Whether a value has the form that its specification wants. A feed with another one is invalid as a
//! whole, so what has not is left out and remarked on.

use std::borrow::Cow;

/// What can be a licence.
pub const A_LICENSE: &str = "the web address of a licence";

/// Longest title, in bytes: a page of a book.
pub const MAX_TITLE: usize = 1024;

/// Longest address and id, in bytes.
pub const MAX_ADDRESS: usize = 2 * 1024;

/// Longest language tag, in bytes; the longest that RFC 5646 §4.4.1 counts on has 35.
pub const MAX_LANG: usize = 64;

/// What can be a language, in the words of a hint.
pub const A_LANGUAGE: &str = "a language tag like `en`, `pt-BR` or `zh-Hans`";
/// What can be a mail address.
pub const A_MAIL: &str = "a mail address like `ann@example.org`";
/// What can be a media type.
pub const A_MEDIA_TYPE: &str = "a media type like `audio/mpeg`";
/// What can be an id.
pub const AN_ID: &str = "a URI like `https://example.org/1` or `tag:example.org,2025:1`, or a word";
/// What can be a length.
pub const A_SIZE: &str = "a number of bytes like `1234567`; a duration is no size";

/// The longest language tag; RFC 5646 §4.4.1 finds room for every likely one in it.
const LONGEST_TAG: usize = 35;

/// Tags of before RFC 4646 that its grammar does not cover (RFC 5646 §2.1, `irregular`).
const IRREGULAR: [&str; 17] = [
    "en-gb-oed",
    "i-ami",
    "i-bnn",
    "i-default",
    "i-enochian",
    "i-hak",
    "i-klingon",
    "i-lux",
    "i-mingo",
    "i-navajo",
    "i-pwn",
    "i-tao",
    "i-tay",
    "i-tsu",
    "sgn-be-fr",
    "sgn-be-nl",
    "sgn-ch-de",
];

/// A language tag (BCP 47: RFC 5646 §2.1), with `-` for the `_` of locales. The grammar has languages
/// of four to eight letters too, but none is registered (§2.2.1): `english` is a name and no tag.
pub fn language(written: &str) -> Option<Cow<'_, str>> {
    let written = written.trim();
    if written.len() > LONGEST_TAG || !written.is_ascii() {
        return None;
    }
    let tag = if written.contains('_') {
        Cow::Owned(written.replace('_', "-"))
    } else {
        Cow::Borrowed(written)
    };
    let is_irregular = || IRREGULAR.iter().any(|known| known.eq_ignore_ascii_case(&tag));
    (is_langtag(&tag) || is_irregular()).then_some(tag)
}

/// A language tag in the case that RFC 5646 §2.1.1 recommends, so that tags that differ in case alone
/// are one.
pub fn canonical(tag: &str) -> String {
    let mut has_extension = false;
    let mut subtags = Vec::new();
    for (index, subtag) in tag.split('-').enumerate() {
        let mut subtag = subtag.to_ascii_lowercase();
        has_extension |= subtag.len() == 1;
        match subtag.len() {
            2 if index > 0 && !has_extension => subtag.make_ascii_uppercase(),
            4 if index > 0 && !has_extension => subtag[..1].make_ascii_uppercase(),
            _ => {}
        }
        subtags.push(subtag);
    }
    subtags.join("-")
}

/// `langtag` and `privateuse` of RFC 5646 §2.1. What each subtag is shows from its length and place.
fn is_langtag(tag: &str) -> bool {
    let is_letters = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_alphanumeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_private = |part: &str| part.eq_ignore_ascii_case("x");
    let mut parts = tag.split('-').peekable();
    let Some(primary) = parts.next() else { return false };
    if !is_private(primary) {
        if !(matches!(primary.len(), 2 | 3) && is_letters(primary)) {
            return false;
        }
        for _ in 0..3 {
            // extlang
            parts.next_if(|part| part.len() == 3 && is_letters(part));
        }
        parts.next_if(|script| script.len() == 4 && is_letters(script));
        parts.next_if(|region| {
            (region.len() == 2 && is_letters(region))
                || (region.len() == 3 && region.bytes().all(|byte| byte.is_ascii_digit()))
        });
        let is_variant = |part: &&str| {
            let is_long = (5..=8).contains(&part.len());
            let is_year = part.len() == 4 && part.as_bytes()[0].is_ascii_digit();
            (is_long || is_year) && is_alphanumeric(part)
        };
        while parts.next_if(is_variant).is_some() {}
        while parts
            .next_if(|part| part.len() == 1 && is_alphanumeric(part) && !is_private(part))
            .is_some()
        {
            let mut count = 0;
            while parts
                .next_if(|part| (2..=8).contains(&part.len()) && is_alphanumeric(part))
                .is_some()
            {
                count += 1;
            }
            if count == 0 {
                return false;
            }
        }
        match parts.next() {
            None => return true,
            Some(part) if !is_private(part) => return false,
            Some(_) => {}
        }
    }
    parts.peek().is_some()
        && parts.all(|part| (1..=8).contains(&part.len()) && is_alphanumeric(part))
}

/// A mail address. RFC 4287 §3.2.3 wants `.+@.+`; validators want an `addr-spec` of RFC 5322 §3.4.1,
/// of which this is the form without quotes, comments and brackets.
pub fn mail(written: &str) -> Option<&str> {
    let written = written.trim();
    let (local, domain) = written.split_once('@')?;
    // RFC 5322 §3.2.3, `dot-atom-text`
    let is_atom = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_local = local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atom));
    let is_domain = domain.split('.').all(is_label) && !domain.starts_with('-');
    // RFC 5321 §2.3.5: a domain that others reach has two labels.
    (is_local && is_domain && domain.contains('.')).then_some(written)
}

/// Whether a URI has what its scheme wants of an id.
pub fn is_id(uri: &str) -> bool {
    let Some((scheme, rest)) = uri.split_once(':') else { return false };
    match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" | "ftp" => {
            rest.strip_prefix("//").is_some_and(|host| !host.is_empty() && !host.starts_with('/'))
        }
        // RFC 4151 §2.1
        "tag" => rest.split_once(':').is_some_and(|(authority, _)| is_tag_authority(authority)),
        "urn" => rest.split_once(':').is_some_and(|(space, name)| is_urn(space, name)),
        _ => true,
    }
}

/// RFC 8141 §2, and the form of a UUID (RFC 9562 §4).
fn is_urn(space: &str, name: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let is_space = (2..=32).contains(&space.len()) && space.bytes().all(is_part);
    let is_uuid = || {
        let lengths = [8, 4, 4, 4, 12];
        let mut parts = name.split('-');
        let is_hex = |length: usize, part: &str| {
            part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        lengths.into_iter().all(|length| parts.next().is_some_and(|part| is_hex(length, part)))
            && parts.next().is_none()
    };
    is_space && !name.is_empty() && (!space.eq_ignore_ascii_case("uuid") || is_uuid())
}

/// `example.org,2025`: a domain or a mail address, and a date on which it was ours (RFC 4151 §2.1).
pub fn is_tag_authority(written: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '@' | '_');
    let is_domain = |domain: &str| !domain.is_empty() && domain.chars().all(is_part);
    written.split_once(',').is_some_and(|(domain, date)| is_domain(domain) && is_tag_date(date))
}

fn is_tag_date(date: &str) -> bool {
    let has_digits =
        |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = date.split('-').collect();
    parts.len() <= 3 && has_digits(parts[0], 4) && parts[1..].iter().all(|part| has_digits(part, 2))
}

/// A media type (RFC 6838 §4.2), with parameters or without (RFC 2045 §5.1).
pub fn media_type(written: &str) -> Option<&str> {
    let written = written.trim();
    let (name, parameters) =
        written.split_once(';').map_or((written, None), |(name, rest)| (name, Some(rest)));
    let (kind, subtype) = name.trim_end().split_once('/')?;
    let is_fine = is_restricted_name(kind) && is_restricted_name(subtype);
    (is_fine && parameters.is_none_or(are_parameters)).then_some(written)
}

/// `restricted-name` of RFC 6838 §4.2.
fn is_restricted_name(name: &str) -> bool {
    let is_first = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte);
    is_first && name.len() <= 127 && name.bytes().all(is_part)
}

/// `name=value; name="value"` (RFC 2045 §5.1).
fn are_parameters(written: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&byte);
    let mut rest = written;
    loop {
        let Some((name, value)) = rest.split_once('=') else { return false };
        if name.trim().is_empty() || !name.trim().bytes().all(is_token) {
            return false;
        }
        let end = match value.strip_prefix('"') {
            Some(quoted) => match quoted.find(['"', '\\']) {
                Some(end) if quoted[end..].starts_with('"') => end + 2,
                _ => return false,
            },
            None => value.bytes().take_while(|byte| is_token(*byte)).count(),
        };
        if end == 0 {
            return false;
        }
        rest = value[end..].trim_start();
        match rest.strip_prefix(';') {
            Some(next) => rest = next,
            None => return rest.is_empty(),
        }
    }
}

/// A number of bytes: digits, perhaps in groups of three (`1,234,567`) or divided by `_`, as YAML
/// 1.1 reads numbers, perhaps with the word `bytes` behind them. What may be something else is none:
/// `12:34` is a duration, `1.234` a fraction.
pub fn size(written: &str) -> Option<u64> {
    let written = written.trim();
    let bare = ["bytes", "byte", "B"].iter().find_map(|unit| written.strip_suffix(unit));
    let number = bare.unwrap_or(written).trim_end();
    let is_sign =
        |c: char| matches!(c, ',' | '_' | '\'' | ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}');
    let Some(sign) = number.chars().find(|c| is_sign(*c)) else { return digits(number) };
    let mut groups = number.split(sign);
    let first = groups.next().is_some_and(|group| (1..=3).contains(&group.len()));
    let are_whole = first && groups.all(|group| group.len() == 3);
    (are_whole || (sign == '_' && !number.starts_with('_')))
        .then(|| digits(&number.replace(sign, "")))
        .flatten()
}

fn digits(number: &str) -> Option<u64> {
    number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.parse().ok()).flatten()
}
