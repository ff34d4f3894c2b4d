//! `include`: another text in the place of a tag, with parameters of its own.

use std::sync::Arc;

use crate::content::library::INCLUDES;
use crate::content::liquid::expression::Cursor;
use crate::content::liquid::parser::parse;
use crate::content::liquid::render::{Flow, Renderer};
use crate::content::liquid::value::Value;

/// How deep includes nest: one may include itself.
const MAX_INCLUDES: usize = 64;

impl Renderer<'_> {
    /// Runs what a tag includes.
    pub fn include(&mut self, words: &str) -> Flow {
        if self.is_untrusted {
            let what = format!("`{{% include {} %}}` was left out", name_of(words).0);
            self.problem(what, "posts of strangers include nothing");
            return Flow::Next;
        }
        let (name, parameters) = name_of(words);
        let name = if name.contains("{{") { self.written(name) } else { name.to_owned() };
        let Some(text) = self.variables().library.include(&name) else {
            let what =
                format!("there is no `{INCLUDES}/{}`", &name[..name.floor_char_boundary(80)]);
            self.problem(what, "the include is left out: write the file, or its name in the site");
            return Flow::Next;
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
        let parameters = self.parameters(parameters);
        self.scope.locals.push(("include".to_owned(), parameters));
        let line = self.line;
        let outer = self.problems.enter(line, format!("{INCLUDES}/{name}"));
        self.includes += 1;
        let parts = parse(&text, self.problems);
        let flow = self.parts(&parts);
        self.includes -= 1;
        self.problems.leave(outer);
        self.line = line;
        self.scope.locals.pop();
        flow
    }

    /// A name with variables in it.
    fn written(&mut self, name: &str) -> String {
        let parts = parse(name, self.problems);
        let out = std::mem::take(&mut self.out);
        self.parts(&parts);
        std::mem::replace(&mut self.out, out).trim().to_owned()
    }

    /// `key=value key="text"`.
    fn parameters(&mut self, words: &str) -> Value {
        let mut cursor = Cursor::new(words);
        let mut fields: Vec<(Arc<str>, Value)> = Vec::new();
        while let Some(name) = cursor.name() {
            if !cursor.take("=") {
                continue;
            }
            let Some(value) = cursor.expression() else { break };
            fields.push((name.into(), self.value(&value)));
        }
        Value::map(fields)
    }
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
