//! Walks the tree of a text and writes what it shows, within bounds.

mod code;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::content::dependency::Use;
use crate::content::liquid::expression::{Condition, Expression};
use crate::content::liquid::filters::call::{Context, MAX_FILTERED};
use crate::content::liquid::flow::Flow;
use crate::content::liquid::limits::{
    MAX_EXPANSION, MAX_ITERATIONS, MAX_LINKS, MAX_STEPS, MAX_USES,
};
use crate::content::liquid::part::Part;
use crate::content::liquid::problem::Problems;
use crate::content::liquid::scope::Scope;
use crate::content::liquid::value::Value;
use crate::content::liquid::variables::{Highlight, Variables};

/// How deep blocks and includes nest together.
const MAX_DEPTH: usize = 200;

/// One pass over one text.
pub struct Renderer<'v> {
    /// What was written so far.
    pub out: String,
    /// What names stand for.
    pub scope: Scope<'v>,
    /// What the text hangs on.
    pub used: BTreeSet<Use>,
    /// What was found.
    pub problems: &'v mut Problems,
    /// How many includes are open.
    pub includes: usize,
    /// How many rounds loops may still make.
    pub rounds: usize,
    /// The places of `cycle`.
    pub cycles: HashMap<String, usize>,
    /// Where loops ended, for `offset:continue`.
    pub offsets: HashMap<String, usize>,
    /// Whether a stranger wrote it.
    pub is_untrusted: bool,
    variables: &'v Variables<'v>,
    highlight: Highlight,
    /// What filters know.
    pub context: Context<'v>,
    links: HashMap<String, Option<String>>,
    changed: Option<Arc<str>>,
    steps: usize,
    /// How many bytes may still be written.
    room: usize,
    /// Whether a limit was reached: from then on tags show nothing.
    is_spent: bool,
    depth: usize,
    /// The line of the tag at hand.
    pub line: usize,
    /// How often something was asked for that is not known here.
    pub withheld: usize,
}

impl<'v> Renderer<'v> {
    /// A pass over a text of so many bytes.
    pub fn new(
        length: usize,
        highlight: Highlight,
        variables: &'v Variables<'v>,
        is_untrusted: bool,
        problems: &'v mut Problems,
    ) -> Self {
        let context = Context {
            url: variables.url,
            baseurl: variables.baseurl,
            dialect: variables.dialect,
            rules: variables.rules,
            left: MAX_FILTERED,
        };
        Self {
            out: String::with_capacity(length),
            scope: Scope::new(variables),
            used: BTreeSet::new(),
            problems,
            includes: 0,
            rounds: MAX_ITERATIONS,
            cycles: HashMap::new(),
            offsets: HashMap::new(),
            is_untrusted,
            variables,
            highlight,
            context,
            links: HashMap::new(),
            changed: None,
            steps: MAX_STEPS,
            room: length.saturating_add(MAX_EXPANSION),
            is_spent: false,
            depth: 0,
            line: 0,
            withheld: 0,
        }
    }

    /// Writes what some parts show.
    pub fn parts(&mut self, parts: &[Part<'_>]) -> Flow {
        if self.depth == MAX_DEPTH {
            self.spent(&format!("more than {MAX_DEPTH} nested blocks and includes"));
            return Flow::Next;
        }
        self.depth += 1;
        let mut flow = Flow::Next;
        for part in parts {
            // The text of the post itself goes out whatever its tags cost.
            if self.is_spent && !(self.depth == 1 && matches!(part, Part::Text(_))) {
                continue;
            }
            flow = self.part(part);
            if flow != Flow::Next {
                break;
            }
        }
        self.depth -= 1;
        if self.depth == 0 && flow != Flow::Next {
            // As in Jekyll: there is no loop to leave but the text itself.
            let what = "`break` or `continue` outside of a loop ends the post".to_owned();
            self.problem(what, "what follows is left out: take the tag away");
        }
        flow
    }

    fn part(&mut self, part: &Part<'_>) -> Flow {
        if let Part::Text(text) = part
            && self.depth == 1
        {
            self.out.push_str(text);
            return Flow::Next;
        }
        self.step();
        match part {
            Part::Text(text) => self.write(text),
            Part::Html(html) => self.write(html),
            Part::Output(value, line) => {
                self.line = *line;
                let value = self.filtered(value);
                self.show(&value);
            }
            Part::Assign(name, value, line) => {
                self.line = *line;
                let value = self.filtered(value);
                self.scope.globals.insert((*name).to_owned(), value);
            }
            Part::Capture(name, body) => {
                let (text, flow) = self.apart(body);
                self.scope.globals.insert((*name).to_owned(), Value::Text(text.into()));
                return flow;
            }
            Part::If(branches, is_unless, line) => {
                self.line = *line;
                return self.conditional(branches, *is_unless);
            }
            Part::Case(subject, branches, line) => {
                self.line = *line;
                return self.case(subject, branches);
            }
            Part::For(it) => {
                self.line = it.line;
                return self.repeated(it);
            }
            Part::Cycle(group, values) => self.cycle(group.as_ref(), values),
            Part::Count(name, step) => self.count(name, *step),
            Part::Changed(body) => {
                let (text, flow) = self.apart(body);
                if self.changed.as_deref() != Some(&*text) {
                    self.write(&text);
                    self.changed = Some(text.into());
                }
                return flow;
            }
            Part::Highlight(words, body) => {
                let (code, flow) = self.apart(body);
                self.code(words, &code);
                return flow;
            }
            Part::Link(words, line) => self.link(words, *line),
            Part::Include(words, place, line) => {
                self.line = *line;
                return self.include(words, *place);
            }
            Part::Leave(flow, line) => {
                self.line = *line;
                return *flow;
            }
            Part::Group(body) => {
                self.depth -= 1;
                let flow = self.parts(body);
                self.depth += 1;
                return flow;
            }
        }
        Flow::Next
    }

    /// Counts one step.
    pub fn step(&mut self) {
        self.steps = self.steps.saturating_sub(1);
        if self.steps == 0 {
            self.spent(&format!("more than {MAX_STEPS} steps"));
        }
    }

    /// Notes that a limit was reached.
    pub fn spent(&mut self, what: &str) {
        if !self.is_spent {
            let what = format!("the tags of this post need {what}");
            // It explains all that is missing behind it.
            self.problems.add_always(self.line, what, "those behind it show nothing: use fewer");
        }
        self.is_spent = true;
    }

    /// Writes text, if there is room for it.
    pub fn write(&mut self, text: &str) {
        match self.room.checked_sub(text.len()) {
            Some(room) => {
                self.room = room;
                self.out.push_str(text);
            }
            None => self.spent(&format!("more than {MAX_EXPANSION} bytes")),
        }
    }

    fn show(&mut self, value: &Value) {
        if value.weight() > self.room.saturating_add(64) {
            self.spent(&format!("more than {MAX_EXPANSION} bytes"));
            return;
        }
        match value {
            Value::Text(text) => self.write(text),
            other => self.write(&other.to_text()),
        }
    }

    /// What some parts show, written apart.
    fn apart(&mut self, body: &[Part<'_>]) -> (String, Flow) {
        let out = std::mem::take(&mut self.out);
        let flow = self.parts(body);
        (std::mem::replace(&mut self.out, out), flow)
    }

    fn conditional(
        &mut self,
        branches: &[(Option<Condition<'_>>, Vec<Part<'_>>)],
        is_unless: bool,
    ) -> Flow {
        for (index, (condition, body)) in branches.iter().enumerate() {
            let withheld = self.withheld;
            let holds = condition.as_ref().is_none_or(|condition| {
                self.step();
                self.holds(condition) != (is_unless && index == 0)
            });
            if self.withheld > withheld {
                return self.undecided();
            }
            if holds {
                return self.parts(body);
            }
        }
        Flow::Next
    }

    /// A block whose condition nobody can decide here shows nothing.
    fn undecided(&mut self) -> Flow {
        let what = "the block was left out, its condition is not known here".to_owned();
        self.problems.add(self.line, what, "ask for keys of the post or of `_config.yml`");
        Flow::Next
    }

    fn case(
        &mut self,
        subject: &Expression<'_>,
        branches: &[(Vec<Expression<'_>>, Vec<Part<'_>>)],
    ) -> Flow {
        let withheld = self.withheld;
        let subject = self.value(subject);
        let mut is_found = false;
        for (values, body) in branches {
            let fits = if values.is_empty() {
                !is_found
            } else {
                values.iter().any(|value| {
                    self.step();
                    self.value(value).equals(&subject)
                })
            };
            if self.withheld > withheld {
                return self.undecided();
            }
            if fits {
                is_found = true;
                let flow = self.parts(body);
                if flow != Flow::Next {
                    return flow;
                }
            }
        }
        Flow::Next
    }

    fn cycle(&mut self, group: Option<&Expression<'_>>, values: &[Expression<'_>]) {
        let values: Vec<Value> = values.iter().map(|value| self.value(value)).collect();
        let name = match group {
            Some(group) => self.value(group).to_text().to_string(),
            None => values.iter().map(Value::to_text).collect::<Vec<_>>().join("\0"),
        };
        let place = self.cycles.entry(name).or_default();
        let value = values.get(*place % values.len().max(1)).cloned().unwrap_or_default();
        *place += 1;
        self.show(&value);
    }

    fn count(&mut self, name: &str, step: i64) {
        let counter = self.scope.counters.entry(name.to_owned()).or_default();
        // `increment` shows what was, `decrement` what is.
        let before = *counter;
        *counter = before.saturating_add(step);
        let shown = if step > 0 { before } else { *counter };
        self.write(&shown.to_string());
    }

    fn link(&mut self, words: &str, line: usize) {
        self.line = line;
        // A name may hold variables.
        let words = if words.contains("{{") { self.written(words) } else { words.to_owned() };
        let words = words.as_str();
        if !self.links.contains_key(words) {
            if self.links.len() == MAX_LINKS {
                let what = format!("the post names more than {MAX_LINKS} posts");
                self.problem(what, "link to the others by their addresses");
                return;
            }
            let (uses, address) = self.variables.elsewhere.address(words);
            for used in uses {
                self.uses(used);
            }
            // A page has a path here, behind which `{{ site.url }}` may stand.
            let url = self.variables.url.trim_end_matches('/');
            let path = |address: String| match address.strip_prefix(url) {
                Some(path) if path.starts_with('/') => path.to_owned(),
                _ => address,
            };
            self.links.insert(words.to_owned(), address.map(path));
        }
        if let Some(address) = self.links.get(words).cloned().flatten() {
            self.write(&address);
            return;
        }
        let words = words.lines().next().unwrap_or_default();
        let short = &words[..words.floor_char_boundary(80)];
        let what = format!("there is no post and no file `{short}`");
        self.problem(what, "name a post, a page or a file of this site, as its file is named");
    }

    /// How code is written.
    pub fn highlight(&self) -> Highlight {
        self.highlight
    }

    /// Notes what the text hangs on.
    pub fn uses(&mut self, used: Use) {
        if self.used.len() < MAX_USES {
            self.used.insert(used);
        } else if !self.used.contains(&used) {
            self.spent(&format!("more than {MAX_USES} files and posts"));
        }
    }

    /// What the names of the site stand for.
    pub fn variables(&self) -> &'v Variables<'v> {
        self.variables
    }

    /// Whether a limit was reached.
    pub fn is_spent(&self) -> bool {
        self.is_spent
    }

    /// Names what is wrong on the line of the tag at hand.
    pub fn problem(&mut self, what: String, hint: &str) {
        self.problems.add(self.line, what, hint);
    }
}
