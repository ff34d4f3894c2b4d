//! Filters of texts.

use std::borrow::Cow;

use crate::base::percent::{encode_byte, encode_loose};
use crate::content::liquid::filters::call::{Call, Context, Fault, MAX_VALUE, has_scheme};
use crate::content::liquid::filters::lists::bounds;
use crate::content::liquid::value::{Value, count};
use crate::content::markdown::dialect::Flavor;
use crate::content::text::{collapse, unaccented};
use crate::content::{markdown, slug};

/// The longest text that `markdownify` reads, in bytes.
const MAX_MARKDOWN: usize = 64 << 10;

/// What a filter of texts makes of a value; `None` for other filters.
pub fn apply(
    input: &Value,
    call: Call<'_>,
    context: &mut Context<'_>,
) -> Option<Result<Value, Fault>> {
    let written = input.to_s();
    let text = &*written;
    let first = call.text(0, "");
    let out: Cow<'_, str> = match call.name {
        "append" => format!("{text}{first}").into(),
        "prepend" => format!("{first}{text}").into(),
        "relative_url" | "absolute_url" if matches!(input, Value::Nil) => "".into(),
        "relative_url" => loose(&context.below_base(text)).into(),
        "absolute_url" if has_scheme(text) => text.into(),
        "absolute_url" => {
            format!("{}{}", context.url.trim_end_matches('/'), loose(&context.below_base(text)))
                .into()
        }
        "strip_index" => {
            let endings = ["index.html", "index.htm"];
            let rest = endings.iter().find_map(|it| text.strip_suffix(it));
            rest.filter(|rest| rest.ends_with('/')).unwrap_or(text).into()
        }
        "upcase" => text.to_uppercase().into(),
        "downcase" => text.to_lowercase().into(),
        "capitalize" => capitalized(text).into(),
        "strip" => text.trim().into(),
        "lstrip" => text.trim_start().into(),
        "rstrip" => text.trim_end().into(),
        "strip_newlines" => text.replace("\r\n", "").replace('\n', "").into(),
        "newline_to_br" => text.replace("\r\n", "\n").replace('\n', "<br />\n").into(),
        "normalize_whitespace" => collapse(text).into(),
        "escape" | "h" => escaped(text, "&#39;").into(),
        "xml_escape" => escaped(text, "&apos;").into(),
        "inspect" => {
            let mut out = String::new();
            input.inspect(&mut out);
            escaped(&out, "&apos;").into()
        }
        "escape_once" => escaped_once(text).into(),
        "url_encode" | "cgi_escape" => form(text).into(),
        "uri_escape" => component(&decoded(text, false)).into(),
        "url_decode" => decoded(text, true).into(),
        "strip_html" => without_tags(text).into(),
        "replace" | "replace_first" | "replace_last" => {
            let (second, is_all) = (call.text(1, ""), call.name == "replace");
            return Some(replaced(text, &first, &second, (is_all, call.name == "replace_last")));
        }
        "remove" => text.replace(&*first, "").into(),
        "remove_first" => text.replacen(&*first, "", 1).into(),
        "remove_last" => match text.rfind(&*first) {
            Some(at) => [&text[..at], &text[at + first.len()..]].concat().into(),
            None => text.into(),
        },
        "slice" => {
            let signs: Vec<char> = text.chars().collect();
            let (from, to) = bounds(signs.len(), call);
            signs[from..to].iter().collect::<String>().into()
        }
        "truncate" => truncated(text, call).into(),
        "truncatewords" => truncated_words(text, call).into(),
        "number_of_words" => return Some(Ok(count(words(text, &first)))),
        "slugify" => slug(text, &call.text(0, "default")).into(),
        "markdownify" if text.len() <= MAX_MARKDOWN => {
            // A parser and its tree take more than the text.
            if let Err(fault) = context.spend(64 * text.len() + 4096) {
                return Some(Err(fault));
            }
            let flavor = context.dialect.flavor.unwrap_or(Flavor::Kramdown);
            markdown::to_html(text, flavor, context.dialect).into()
        }
        "markdownify" => return Some(Err(Fault::TooMuch)),
        "smartify" => smart(text).into(),
        _ => return None,
    };
    Some(Ok(Value::text(&out)))
}

fn capitalized(text: &str) -> String {
    let mut signs = text.chars();
    let first = signs.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(signs.flat_map(char::to_lowercase)).collect()
}

fn escaped(text: &str, apostrophe: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str(apostrophe),
            c => out.push(c),
        }
    }
    out
}

/// As [`escaped`], but what is an entity stays.
fn escaped_once(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&escaped(&rest[..at], "&#39;"));
        let name = &rest[at + 1..];
        let number = name.strip_prefix('#');
        let is_sign = |byte: &u8| match number {
            Some(_) => byte.is_ascii_digit(),
            None => byte.is_ascii_alphabetic(),
        };
        let length = number.unwrap_or(name).bytes().take(32).take_while(is_sign).count();
        let length = length + usize::from(number.is_some() && length > 0);
        let is_entity = length > 0 && name[length..].starts_with(';');
        out.push_str(if is_entity { "&" } else { "&amp;" });
        rest = name;
    }
    out.push_str(&escaped(rest, "&#39;"));
    out
}

/// What no URI can hold is percent-encoded.
fn loose(text: &str) -> String {
    encode_loose(text).collect()
}

/// Encoded as forms are.
fn form(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'_' | b'.' | b'-' | b'~' => out.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            byte => out.push_str(encode_byte(byte)),
        }
    }
    out
}

/// As a part of a URI: what may stand in one without a meaning of its own stays, and so do the signs
/// that part it.
fn component(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(encode_byte(byte));
        }
    }
    out
}

fn decoded(text: &str, is_form: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let pair = behind.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        let byte = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        rest = match (first, byte) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                &behind[2..]
            }
            (b'+', _) if is_form => {
                bytes.push(b' ');
                behind
            }
            _ => {
                bytes.push(*first);
                behind
            }
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Without scripts, styles, comments and tags, as Liquid does it.
fn without_tags(text: &str) -> String {
    let whole = [("<script", "</script>"), ("<style", "</style>"), ("<!--", "-->")];
    let mut endless = [false; 3];
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let kind = whole.iter().position(|(open, _)| rest.starts_with(open));
        let end = kind.filter(|kind| !endless[*kind]).and_then(|kind| {
            let close = whole[kind].1;
            let end = rest.find(close).map(|end| end + close.len());
            endless[kind] = end.is_none();
            end
        });
        match end.or_else(|| rest.find('>').map(|end| end + 1)) {
            Some(end) => rest = &rest[end..],
            None => break,
        }
    }
    out.push_str(rest);
    out
}

fn replaced(
    text: &str,
    from: &str,
    to: &str,
    (is_all, is_last): (bool, bool),
) -> Result<Value, Fault> {
    if !is_all {
        let at = if is_last { text.rfind(from) } else { text.find(from) };
        let out = at.map(|at| [&text[..at], to, &text[at + from.len()..]].concat());
        return Ok(Value::text(out.as_deref().unwrap_or(text)));
    }
    // How long it becomes is counted before it is made.
    let places = text.matches(from).count();
    if places.saturating_mul(to.len()).saturating_add(text.len()) > 2 * MAX_VALUE {
        return Err(Fault::TooMuch);
    }
    Ok(Value::text(&text.replace(from, to)))
}

fn truncated(text: &str, call: Call<'_>) -> String {
    let length = call.arguments.first().map_or(50, Value::integer);
    let length = usize::try_from(length).unwrap_or(0);
    let end = call.text(1, "...");
    if text.chars().count() <= length {
        return text.to_owned();
    }
    let kept = length.saturating_sub(end.chars().count());
    text.chars().take(kept).chain(end.chars()).collect()
}

fn truncated_words(text: &str, call: Call<'_>) -> String {
    let limit = call.arguments.first().map_or(15, Value::integer);
    let limit = usize::try_from(limit).unwrap_or(0).max(1);
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    if words.len() <= limit {
        return text.to_owned();
    }
    words[..limit].join(" ") + &call.text(1, "...")
}

/// How many words a text has; with `cjk` or `auto` each Chinese or Japanese character is one.
fn words(text: &str, mode: &str) -> usize {
    let is_cjk = |c: char| {
        matches!(u32::from(c), 0x2E80..=0x2FDF | 0x3040..=0x30FF | 0x3400..=0x4DBF
            | 0x4E00..=0x9FFF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF)
    };
    if !matches!(mode, "cjk" | "auto") || !text.contains(is_cjk) {
        return text.split_whitespace().count();
    }
    let others = text.replace(is_cjk, " ").split_whitespace().count();
    text.chars().filter(|c| is_cjk(*c)).count() + others
}

/// What Jekyll makes of a text that is to be a part of an address.
fn slug(text: &str, mode: &str) -> String {
    match mode {
        "default" => slug::plain(text),
        "pretty" => slug::pretty(text).to_lowercase(),
        "ascii" => slug::of(text, |c| c.is_ascii_alphanumeric()),
        "latin" => slug::of(&unaccented(text), |c| c.is_ascii_alphanumeric()),
        "raw" => slug::of(text, |c| !c.is_whitespace()),
        _ => text.to_lowercase(),
    }
}

/// Quotes, dashes and dots as printers set them.
fn smart(text: &str) -> String {
    let text = text.replace("---", "—").replace("--", "–").replace("...", "…");
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    for c in text.chars() {
        let opens = before.is_whitespace() || matches!(before, '(' | '[' | '—' | '–' | '“' | '‘');
        out.push(match (c, opens) {
            ('"', true) => '“',
            ('"', false) => '”',
            ('\'', true) => '‘',
            ('\'', false) => '’',
            _ => c,
        });
        before = c;
    }
    out
}
