//! Tags of Jekyll's plugins: no plugin is run, but what many of them show can be linked to.

use crate::content::html::attributes::escape;

/// What a tag shows.
#[derive(Debug, Clone, Copy)]
enum Shows {
    /// What stands at this address, once its first word is in place of `*`.
    At(&'static str),
    /// The image that its first address names.
    Image,
    /// What its first address names.
    Link,
    /// Nothing that a feed would carry.
    Nothing,
}

/// The tags that are known.
const KNOWN: &[(&str, Shows)] = &[
    ("asciicast", Shows::At("https://asciinema.org/a/*")),
    ("asciinema", Shows::At("https://asciinema.org/a/*")),
    ("audio", Shows::Link),
    ("bandcamp", Shows::Link),
    ("bilibili", Shows::At("https://www.bilibili.com/video/*")),
    ("codepen", Shows::At("https://codepen.io/pen/*")),
    ("dailymotion", Shows::At("https://www.dailymotion.com/video/*")),
    ("feed_meta", Shows::Nothing),
    ("gist", Shows::At("https://gist.github.com/*")),
    ("img", Shows::Image),
    ("imgcap", Shows::Image),
    ("instagram", Shows::At("https://www.instagram.com/p/*/")),
    ("jsfiddle", Shows::At("https://jsfiddle.net/*")),
    ("loom", Shows::At("https://www.loom.com/share/*")),
    ("oembed", Shows::Link),
    ("picture", Shows::Image),
    ("responsive_image", Shows::Image),
    ("seo", Shows::Nothing),
    ("soundcloud", Shows::Link),
    ("speakerdeck", Shows::At("https://speakerdeck.com/player/*")),
    ("toc", Shows::Nothing),
    ("tweet", Shows::Link),
    ("twitter", Shows::Link),
    ("video", Shows::Link),
    ("vimeo", Shows::At("https://vimeo.com/*")),
    ("youtube", Shows::At("https://www.youtube.com/watch?v=*")),
];

/// The HTML of what a tag would show: empty for nothing, `None` for a tag that is not known or that
/// does not say what it shows.
pub fn shown(name: &str, words: &str) -> Option<String> {
    let (_, shows) = KNOWN.iter().find(|(known, _)| *known == name)?;
    let mut words = words.split_whitespace().map(|word| {
        let value = word.split_once('=').filter(|(key, _)| is_key(key));
        value.map_or(word, |(_, value)| value).trim_matches(['"', '\'', ','])
    });
    match shows {
        Shows::Nothing => Some(String::new()),
        Shows::At(at) => {
            let word = words.find(|word| !word.is_empty() && !word.starts_with(['-', '{']))?;
            let address = if is_address(word) { word.to_owned() } else { at.replace('*', word) };
            Some(link(&address))
        }
        Shows::Link => words.find(|word| is_address(word)).map(link),
        Shows::Image => {
            let image = words.find(|word| is_address(word) || is_image(word))?;
            let mut out = "<img src=\"".to_owned();
            let is_relative = !is_address(image) && !image.starts_with('/');
            out.push_str(if is_relative { "/" } else { "" });
            escape(&mut out, image);
            out.push_str("\">");
            Some(out)
        }
    }
}

fn is_key(key: &str) -> bool {
    key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

fn is_address(word: &str) -> bool {
    word.starts_with("http://") || word.starts_with("https://") || word.starts_with("//")
}

fn is_image(word: &str) -> bool {
    let ending = word.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    matches!(ending.as_deref(), Some("jpg" | "jpeg" | "png" | "gif" | "webp" | "svg" | "avif"))
}

fn link(address: &str) -> String {
    let mut out = "<a href=\"".to_owned();
    escape(&mut out, address);
    out.push_str("\">");
    escape(&mut out, address);
    out.push_str("</a>");
    out
}
