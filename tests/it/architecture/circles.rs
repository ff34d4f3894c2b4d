//! Circles of imports: no file needs another that needs it, whatever the way. Found as the strongly
//! connected components of the files (Tarjan 1972).

use std::collections::{BTreeMap, BTreeSet};

use crate::architecture::reading::File;

/// What each file imports, with the line on which it first does.
type Imports<'f> = BTreeMap<&'f str, BTreeMap<&'f str, usize>>;

/// Names each file of a circle, at the line of an import that is part of it.
pub(super) fn circles(files: &[File]) -> Vec<String> {
    let modules: BTreeMap<String, &File> = files
        .iter()
        .filter(|file| file.name.starts_with("src/"))
        .map(|file| (module(&file.name), file))
        .collect();
    let imports: Imports<'_> =
        modules.values().map(|file| (&*file.name, imports(file, &modules))).collect();
    let mut complaints = Vec::new();
    for circle in components(&imports) {
        for name in &circle {
            let inner = imports[name].iter().find(|(other, _)| circle.contains(*other));
            let (other, line) = inner.unwrap();
            complaints.push(format!("{name}:{line}: is in a circle of imports, by {other}"));
        }
    }
    complaints.sort();
    complaints
}

/// The module of a file: `src/a/b.rs` is `a::b`, and so is `src/a/b/mod.rs`.
fn module(name: &str) -> String {
    let path = name.strip_prefix("src/").unwrap().strip_suffix(".rs").unwrap();
    path.strip_suffix("/mod").unwrap_or(path).replace('/', "::")
}

fn imports<'f>(file: &'f File, modules: &BTreeMap<String, &'f File>) -> BTreeMap<&'f str, usize> {
    let mut imports = BTreeMap::new();
    let mut add = |path: &str, line: usize| {
        let mut path = path;
        let other = loop {
            match (modules.get(path), path.rsplit_once("::")) {
                (Some(other), _) => break &*other.name,
                (None, Some((shorter, _))) => path = shorter,
                (None, None) => return,
            }
        };
        if other != file.name {
            imports.entry(other).or_insert(line);
        }
    };
    let lines: Vec<&str> = file.code.lines().collect();
    for named in ["crate", "feedmill"].iter().flat_map(|head| file.paths(head)) {
        // `pub(in crate::a)` says who sees something, and imports nothing.
        let is_visibility = lines[named.line - 1].contains(&format!("pub(in {})", named.path));
        if let Some((_, path)) = named.path.split_once("::").filter(|_| !is_visibility) {
            add(path, named.line);
        }
    }
    // A file names those below it without the way to them.
    let own = module(&file.name);
    for line in &lines {
        let declared = line.trim().trim_start_matches("pub ").strip_prefix("mod ");
        let Some(child) = declared.and_then(|name| name.strip_suffix(';')) else { continue };
        if let Some(named) = file.paths(child).first() {
            add(&format!("{own}::{child}"), named.line);
        }
    }
    imports
}

/// The sets of files that import each other.
fn components<'f>(imports: &Imports<'f>) -> Vec<BTreeSet<&'f str>> {
    let mut search = Search::new(imports);
    for name in imports.keys() {
        if !search.numbers.contains_key(name) {
            search.visit(name);
        }
    }
    search.found
}

struct Search<'s, 'f> {
    imports: &'s Imports<'f>,
    numbers: BTreeMap<&'f str, usize>,
    lowest: BTreeMap<&'f str, usize>,
    open: Vec<&'f str>,
    found: Vec<BTreeSet<&'f str>>,
}

impl<'s, 'f> Search<'s, 'f> {
    fn new(imports: &'s Imports<'f>) -> Self {
        let (numbers, lowest) = (BTreeMap::new(), BTreeMap::new());
        Self { imports, numbers, lowest, open: Vec::new(), found: Vec::new() }
    }

    fn visit(&mut self, name: &'f str) {
        let number = self.numbers.len();
        self.numbers.insert(name, number);
        self.lowest.insert(name, number);
        self.open.push(name);
        for other in self.imports[name].keys() {
            let reached = match self.numbers.get(other) {
                None => {
                    self.visit(other);
                    self.lowest[other]
                }
                Some(number) if self.open.contains(other) => *number,
                Some(_) => continue,
            };
            let lowest = self.lowest[name].min(reached);
            self.lowest.insert(name, lowest);
        }
        if self.lowest[name] == number {
            let start = self.open.iter().position(|open| *open == name).unwrap();
            let component: BTreeSet<&str> = self.open.split_off(start).into_iter().collect();
            if component.len() > 1 {
                self.found.push(component);
            }
        }
    }
}

#[test]
fn a_circle_is_found_whatever_its_length() {
    let files = [
        File::new("src/a/mod.rs", "//! A.\npub mod b;\nfn f() { b::g() }"),
        File::new("src/a/b.rs", "//! B.\nuse crate::{c::C, d};"),
        File::new("src/c.rs", "//! C.\nuse crate::a::A;\npub(in crate::a) fn f() {}"),
        File::new("src/d.rs", "//! D.\n// crate::a\n"),
        File::new("tests/it/x.rs", "//! X.\nuse feedmill::a;"),
    ];
    let expected = [
        "src/a/b.rs:2: is in a circle of imports, by src/c.rs",
        "src/a/mod.rs:3: is in a circle of imports, by src/a/b.rs",
        "src/c.rs:2: is in a circle of imports, by src/a/mod.rs",
    ];
    assert_eq!(circles(&files), expected);
    assert_eq!(circles(&files[3..]), [""; 0]);
}
