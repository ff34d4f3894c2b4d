//! The address of what is no post: a page, or a file that goes out as it is.

use crate::base::percent;
use crate::content::front_matter::node::Node;
use crate::content::front_matter::split;

/// What becomes HTML, besides files in Markdown.
const MARKUP: &[&str] = &["html", "htm"];

/// Whether a file is one that Jekyll looks at, by its path in the site.
pub fn is_seen(path: &str) -> bool {
    path.split('/').all(|name| !name.is_empty() && !name.starts_with(['.', '_', '#', '~']))
}

/// The path of a file in the built site, with a slash at its start. It is a page if it begins with
/// front matter; `style` is the site's `permalink`, and `markdown` what its files in Markdown end in.
pub fn path(file: &str, bytes: &[u8], style: &str, markdown: &[String]) -> String {
    let text = if bytes.starts_with(b"---") { std::str::from_utf8(bytes).ok() } else { None };
    let parts = text.map(split).filter(|parts| parts.yaml_line > 1 && !parts.is_open);
    let Some(parts) = parts else { return percent::encode_path(&format!("/{file}")) };
    let front = Node::parse(parts.yaml).ok();
    let own = front.as_ref().and_then(|front| front.get("permalink")?.text());
    let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let is_html = MARKUP.contains(&extension) || markdown.iter().any(|ending| ending == extension);
    let template = match own {
        Some(own) => own.to_owned(),
        None if !is_html => "/:path/:basename:output_ext".to_owned(),
        None if stem == "index" => "/:path/".to_owned(),
        None => format!("/:path/:basename{}", ending(style)),
    };
    let output = if is_html { ".html".to_owned() } else { format!(".{extension}") };
    let filled = template.replace(":output_ext", &output);
    let filled = filled.replace(":basename", stem).replace(":path", folder);
    let mut path = String::from("/");
    for piece in filled.split_inclusive('/').filter(|piece| *piece != "/") {
        path.push_str(piece);
    }
    percent::encode_path(&path)
}

/// How the addresses of pages end where those of posts have this style.
fn ending(style: &str) -> &'static str {
    match style {
        "" | "date" | "ordinal" | "weekdate" | "none" => ":output_ext",
        "pretty" => "/",
        own if own.ends_with('/') => "/",
        own if own.ends_with(":output_ext") => ":output_ext",
        _ => "",
    }
}
