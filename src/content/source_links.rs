//! Links to source files of the site: `[x](2024-01-01-other.md)` leads to the page that is made of the
//! file, as jekyll-relative-links has it.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use crate::base::percent;
use crate::content::dependency::Use;
use crate::content::liquid::elsewhere::Elsewhere;
use crate::content::liquid::limits::MAX_LINKS;
use crate::content::text::shown;
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Remark, Severity};
use crate::diagnostic::loss::Loss;

/// The longest address that is looked at, in bytes.
const MAX_ADDRESS: usize = 1024;

/// Most links of which it is said that they lead to no page.
const MAX_LOST: usize = 64;

/// The pages of the files that a body links to.
pub struct Pages<'a> {
    /// The folder of the body's own file.
    folder: &'a str,
    /// What files in Markdown end in (`markdown_ext`), in small letters.
    endings: &'a [String],
    elsewhere: &'a dyn Elsewhere,
    asked: RefCell<Asked>,
}

/// What was asked, and what was not found.
#[derive(Default)]
struct Asked {
    /// The files, each with the absolute address of its page.
    pages: HashMap<String, Option<String>>,
    uses: Vec<Use>,
    /// The addresses of files without a page.
    lost: BTreeSet<String>,
}

impl<'a> Pages<'a> {
    /// Those that the file at a path links to.
    pub fn new(path: &'a str, endings: &'a [String], elsewhere: &'a dyn Elsewhere) -> Self {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        Self { folder, endings, elsewhere, asked: RefCell::default() }
    }

    /// The absolute address of the page of a source file that an address names.
    pub fn find(&self, address: &str) -> Option<String> {
        let (file, behind) = file(address, self.folder, self.endings)?;
        let Asked { pages, uses, lost } = &mut *self.asked.borrow_mut();
        let page = match pages.get(&file) {
            Some(page) => page.clone(),
            None if pages.len() == MAX_LINKS => return None,
            None => {
                let (used, page) = self.elsewhere.address(&file);
                uses.extend(used);
                pages.insert(file, page.clone());
                page
            }
        };
        if page.is_none() && lost.len() < MAX_LOST {
            lost.insert(address.trim().to_owned());
        }
        page.map(|page| page + behind)
    }

    /// What the links of a text hang on, and what there is to say of them.
    pub fn finish(self, text: &str) -> (Vec<Use>, impl Iterator<Item = Remark>) {
        let Asked { uses, lost, .. } = self.asked.into_inner();
        let remark = move |address: String| {
            let line = line_of(text, &address);
            let error = Error::Loss(Loss::SourceLink { address: shown(&address) });
            Remark { severity: Severity::Warning, line, column: 0, error }
        };
        (uses, lost.into_iter().map(remark))
    }
}

/// The file below the site that an address in a file in `folder` means, and what stands behind it: a
/// query, a fragment. Nothing when it is no source file, or not one of the site.
fn file<'a>(address: &'a str, folder: &str, endings: &[String]) -> Option<(String, &'a str)> {
    let address = address.trim();
    let end = address.find(['#', '?']).unwrap_or(address.len());
    let (path, behind) = address.split_at(end);
    // Nearly all links are other ones.
    let (_, ending) = path.rsplit_once('.')?;
    if !endings.iter().any(|known| known.eq_ignore_ascii_case(ending)) {
        return None;
    }
    let is_elsewhere = path.starts_with("//")
        || path.split('/').next().is_some_and(|first| first.contains(':'))
        || path.len() > MAX_ADDRESS;
    if is_elsewhere {
        return None;
    }
    let decoded = percent::decode_path(path).ok().flatten().unwrap_or(Cow::Borrowed(path));
    let (from, path) = match decoded.strip_prefix('/') {
        Some(path) => ("", path),
        None => (folder, &*decoded),
    };
    let mut parts: Vec<&str> = from.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop()?,
            part => parts.push(part),
        }
    }
    Some((parts.join("/"), behind))
}

/// The line of a text on which an address stands, counted from 1; 0 when it is not there as it is.
fn line_of(text: &str, address: &str) -> usize {
    let decoded = percent::decode_path(address).ok().flatten();
    let at = text.find(address).or_else(|| text.find(&*decoded?));
    at.map_or(0, |at| text[..at].matches('\n').count() + 1)
}
