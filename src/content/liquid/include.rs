//! `include` and `include_relative`: another text in the place of a tag, with parameters of its own.

use std::sync::Arc;

use crate::content::dependency::Use;
use crate::content::library::INCLUDES;
use crate::content::liquid::expression::Cursor;
use crate::content::liquid::flow::Flow;
use crate::content::liquid::parser::parse;
use crate::content::liquid::part::Place;
use crate::content::liquid::render::Renderer;
use crate::content::liquid::value::Value;

/// How deep includes nest: one may include itself.
const MAX_INCLUDES: usize = 64;

/// What the reading of a file beside the post costs of what filters may read, in bytes.
const MAX_BESIDE: usize = 64 << 10;

impl Renderer<'_> {
    /// Runs what a tag includes.
    pub fn include(&mut self, words: &str, place: Place) -> Flow {
        if self.is_untrusted {
            let what = format!("the include `{}` was left out", name_of(words).0);
            self.problem(what, "posts of strangers include nothing");
            return Flow::Next;
        }
        let (name, parameters) = name_of(words);
        let name = if name.contains("{{") { self.written(name) } else { name.to_owned() };
        let path = match place {
            Place::Includes => format!("{INCLUDES}/{name}"),
            Place::Beside => self.beside(&name),
        };
        let text = match self.text_of(&name, &path, place) {
            Ok(text) => text,
            Err(what) => {
                self.problem(what, "the include is left out: write the file, or its name");
                return Flow::Next;
            }
        };
        if self.includes == MAX_INCLUDES {
            let what = format!("includes are nested deeper than {MAX_INCLUDES}: `{name}`");
            self.problem(what, "it is left out there: let it not include itself");
            return Flow::Next;
        }
        if self.context.spend(text.len() + 64).is_err() {
            self.spent("to read too many includes");
            return Flow::Next;
        }
        let outer_locals = self.scope.locals.len();
        // Without any it has those of the include around it, as in Jekyll.
        if !parameters.is_empty() || words.contains("{{") {
            let parameters = self.parameters(parameters);
            self.scope.locals.push(("include".to_owned(), parameters));
        }
        let line = self.line;
        let outer = self.problems.enter(line, path);
        self.includes += 1;
        let parts = parse(&text, self.problems);
        let flow = self.parts(&parts);
        self.includes -= 1;
        self.problems.leave(outer);
        self.line = line;
        self.scope.locals.truncate(outer_locals);
        flow
    }

    /// The text of what is included.
    fn text_of(&mut self, name: &str, path: &str, place: Place) -> Result<Arc<str>, String> {
        let short = &path[..path.floor_char_boundary(120)];
        if !is_name(name) {
            return Err(format!("`{short}` is no name for an include"));
        }
        match place {
            Place::Includes => {
                self.uses(Use::Include(name.into()));
                let found = self.variables().library.include(name);
                found.ok_or_else(|| format!("there is no `{short}`"))
            }
            Place::Beside => {
                self.uses(Use::File(path.into()));
                if self.context.spend(MAX_BESIDE).is_err() {
                    return Err(format!("too many files are included before `{short}`"));
                }
                let found = self.variables().elsewhere.file(path);
                found.map(Into::into).map_err(|why| format!("`{short}`: {why}"))
            }
        }
    }

    /// The path in the site of what lies beside the post.
    fn beside(&mut self, name: &str) -> String {
        self.uses(Use::Path);
        let post = self.scope.root("page").get("path").to_text();
        let folder = post.rsplit_once('/').map_or("", |(folder, _)| folder);
        let slash = if folder.is_empty() { "" } else { "/" };
        format!("{folder}{slash}{}", name.trim_start_matches('/'))
    }

    /// A name with variables in it.
    pub fn written(&mut self, name: &str) -> String {
        let parts = parse(name, self.problems);
        let out = std::mem::take(&mut self.out);
        self.parts(&parts);
        std::mem::replace(&mut self.out, out).trim().to_owned()
    }

    /// `key=value key="text"`. Where Jekyll stops, the rest is left out.
    fn parameters(&mut self, words: &str) -> Value {
        let mut cursor = Cursor::new(words);
        let mut fields: Vec<(Arc<str>, Value)> = Vec::new();
        while !cursor.is_at_end() {
            let name = cursor.name().filter(|_| cursor.take("="));
            let value = match (name, cursor.quoted()) {
                (None, _) => None,
                (_, Some(text)) => Some(Value::text(&text)),
                _ => cursor.expression().map(|expression| self.value(&expression)),
            };
            let Some((name, value)) = name.zip(value) else {
                let rest = cursor.rest();
                let rest = &rest[..rest.floor_char_boundary(60)];
                let what = format!("the parameters of an include cannot be read: `{rest}`");
                self.problem(what, "write `name=value` or `name=\"text\"`");
                break;
            };
            fields.push((name.into(), value));
        }
        Value::map(fields)
    }
}

/// Whether Jekyll takes a name for that of an include: none leads to a folder above.
fn is_name(name: &str) -> bool {
    let is_sign = |c: char| c.is_ascii_alphanumeric() || "_/.-()+~#@".contains(c);
    let has_run = name.as_bytes().windows(2).any(|two| two.iter().all(|it| b"./".contains(it)));
    !name.is_empty() && name.chars().all(is_sign) && !has_run
}

/// The name of an include, which may hold `{{ … }}` with blanks, and what stands behind it.
fn name_of(words: &str) -> (&str, &str) {
    let mut open = 0_usize;
    let bytes = words.as_bytes();
    let end = words.char_indices().position(|(at, sign)| {
        open += usize::from(bytes[at..].starts_with(b"{{"));
        open = open.saturating_sub(usize::from(bytes[at..].starts_with(b"}}")));
        open == 0 && sign.is_whitespace()
    });
    let end = end.and_then(|end| words.char_indices().nth(end)).map_or(words.len(), |(at, _)| at);
    (&words[..end], words[end..].trim())
}
