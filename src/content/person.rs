//! A person, as a post, the configuration or `_data/authors.yml` writes one.

use crate::content::front_matter::node::Node;
use crate::content::html::plain::plain;
use crate::content::site::{Author, Site};
use crate::content::syntax::{A_MAIL, mail};
use crate::content::text::shown;
use crate::diagnostic::Error;

/// What can be the address of a person.
const AN_ADDRESS: &str = "an address like `https://example.org/ann`";

/// What can be a person.
const A_PERSON: &str = "a name, or a mapping with `name`, `email` and `url`";

/// A person written as text, or as a mapping with `name`, `email` and `uri` or `url`. The name is
/// plain text, as a title is. What cannot be used is left out; `key` is what the person stands under.
pub fn person(node: &Node, key: &str, site: &Site, dropped: &mut Vec<Error>) -> Option<Author> {
    let before = dropped.len();
    let mut drop = |key: &str, found: &Node, expected| {
        let found = found.text().map_or_else(|| found.kind().to_owned(), shown);
        dropped.push(Error::Dropped { key: key.to_owned(), found, expected });
    };
    let text =
        |node: &Node| node.text().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let field = |name: &str| node.get(name).filter(|node| !is_blank(node));
    let email = field("email").and_then(|written| {
        let email = written.text().and_then(mail).map(str::to_owned);
        if email.is_none() {
            drop(&format!("{key}.email"), written, A_MAIL);
        }
        email
    });
    let uri = ["uri", "url"].into_iter().find_map(|name| Some((name, field(name)?)));
    let uri = uri.and_then(|(name, written)| {
        let address = written.text().and_then(|written| site.link(written));
        if address.is_none() {
            drop(&format!("{key}.{name}"), written, AN_ADDRESS);
        }
        address
    });
    let name = match node {
        Node::Map(_) => field("name").and_then(text).or_else(|| email.clone()),
        scalar => text(scalar),
    };
    let name = name.map(|name| plain(&name)).filter(|name| !name.is_empty());
    // Where an address was all that there was, that has been said.
    if name.is_none() && !is_blank(node) && dropped.len() == before {
        let (key, found) = (key.to_owned(), node.kind().to_owned());
        dropped.push(Error::Dropped { key, found, expected: A_PERSON });
    }
    Some(Author { name: name?, email, uri })
}

/// Whether a value is left empty, which says nothing and needs no remark.
fn is_blank(node: &Node) -> bool {
    match node {
        Node::Null => true,
        Node::Text(text) => text.trim().is_empty(),
        _ => false,
    }
}
