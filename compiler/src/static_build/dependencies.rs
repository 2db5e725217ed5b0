//! Static modules → what each depends on, name by name.
//!
//! ```text
//! a: from b import f;  b: from c import C; def f() -> C      a depends on b.f, and so on c.C
//! c.D gets another signature: a and b stay as they are       c.C gets another field: both are compiled again
//! ```
//!
//! This is CinderX's relation (`ModuleTable.get_dependencies`: what a module binds, and the declarations that leads to),
//! found in the text instead of by the checker, so that nothing has to be checked to see that nothing is to be done. It
//! covers CinderX's: a name in a declaration counts wherever it stands in it.
//!
//! Invariant: no recursion; each name is resolved once, and each module walks only over what it depends on.

use super::program::StaticProgram;
use crate::imports::ModuleName;
use pyclast_codegen::pyc::strict::{self, Dependency};
use pyclast_syntax::PyString;
use pyclast_syntax::imports::ImportTarget;
use rustc_hash::{FxHashMap, FxHashSet};
use siphasher::sip128::{Hasher128, SipHasher13};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;

/// What a module depends on.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Dependencies {
    /// Static modules, by position among those of the program, in the order of their names.
    pub static_: Vec<usize>,
    /// Other modules, found or not, in the order of their names.
    pub ordinary: Vec<ModuleName>,
    /// A number for all of it: the declarations, and which modules are static.
    pub fingerprint: u128,
}

impl Dependencies {
    /// As artifacts record them: what CinderX's loader looks at again (`Compiler.get_dependencies`).
    pub fn records(&self, program: &StaticProgram) -> Vec<Dependency> {
        let name = |module: &ModuleName| PyString::new(module.as_str());
        let static_ = self.static_.iter().map(|&module| &program.modules[module]);
        let static_ = static_.map(|module| Dependency {
            module: name(&module.name),
            source: Some(strict::source_mark(module.validation)),
        });
        let ordinary = self.ordinary.iter().map(|module| Dependency { module: name(module), source: None });
        static_.chain(ordinary).collect()
    }
}

/// What a name of a module, or the module as a whole, leads to.
struct Node {
    place: Place,
    /// A number for the declaration.
    declaration: u64,
    edges: Vec<u32>,
}

/// Where a node is.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Place {
    /// A name of a static module.
    Name(usize, String),
    /// A static module as a whole.
    Whole(usize),
    /// Another module.
    Ordinary(ModuleName),
}

/// The names of a program, as far as anybody asked for them.
pub struct NameGraph<'p> {
    program: &'p StaticProgram,
    nodes: Vec<Node>,
    ids: FxHashMap<Place, u32>,
    /// Nodes whose edges are not known yet.
    unresolved: Vec<u32>,
    /// For each node: the last module that walked over it.
    seen: Vec<usize>,
}

impl<'p> NameGraph<'p> {
    /// A graph that nobody has asked yet.
    pub fn new(program: &'p StaticProgram) -> Self {
        Self { program, nodes: Vec::new(), ids: FxHashMap::default(), unresolved: Vec::new(), seen: Vec::new() }
    }

    /// What a module depends on.
    pub fn dependencies(&mut self, module: usize) -> Dependencies {
        if !self.program.modules[module].flags.is_static {
            return Dependencies::default();
        }
        let mut pending = self.used_by(module);
        let mut parts: Vec<(String, String, u64)> = Vec::new();
        let mut static_: FxHashSet<usize> = FxHashSet::default();
        let mut ordinary: BTreeSet<ModuleName> = BTreeSet::new();
        while let Some(id) = pending.pop() {
            let at = id as usize;
            if std::mem::replace(&mut self.seen[at], module) == module {
                continue;
            }
            self.resolve();
            let Node { place, declaration, edges } = &self.nodes[at];
            match place {
                Place::Name(owner, _) | Place::Whole(owner) if *owner == module => {}
                Place::Name(owner, name) => {
                    static_.insert(*owner);
                    parts.push((self.name(*owner).as_str().to_owned(), name.clone(), *declaration));
                }
                Place::Whole(owner) => {
                    static_.insert(*owner);
                    parts.push((self.name(*owner).as_str().to_owned(), String::new(), *declaration));
                }
                Place::Ordinary(name) => {
                    ordinary.insert(name.clone());
                }
            }
            pending.extend_from_slice(edges);
        }
        parts.sort_unstable();
        let mut static_: Vec<usize> = static_.into_iter().collect();
        static_.sort_by_key(|&owner| self.name(owner));
        let mut hasher = SipHasher13::new();
        parts.hash(&mut hasher);
        ordinary.retain(|name| !is_intrinsic(name));
        for name in &ordinary {
            name.as_str().hash(&mut hasher);
        }
        Dependencies { static_, ordinary: ordinary.into_iter().collect(), fingerprint: hasher.finish128().as_u128() }
    }

    fn name(&self, module: usize) -> &'p ModuleName {
        &self.program.modules[module].name
    }

    /// What a module itself uses.
    fn used_by(&mut self, module: usize) -> Vec<u32> {
        let uses = &self.program.modules[module].uses;
        let mut found = Vec::new();
        for targets in uses.imports.values() {
            for target in targets {
                match target {
                    // A module that is imported is used by what is read from it.
                    ImportTarget::Module(_) => {}
                    ImportTarget::From { .. } => self.follow(module, target, &[], &mut found),
                    ImportTarget::Star { level, module: base } => {
                        found.extend(self.star_base(module, *level, base).map(|base| self.whole(&base)));
                    }
                }
            }
        }
        for mention in &uses.mentions {
            self.mention(module, mention, &uses.imports, &mut found);
        }
        found
    }

    /// Finds the edges of nodes that have none yet.
    fn resolve(&mut self) {
        while let Some(id) = self.unresolved.pop() {
            let Place::Name(module, name) = self.nodes[id as usize].place.clone() else { continue };
            let mut edges = vec![self.node(Place::Whole(module))];
            let interface = &self.program.modules[module].interface;
            match interface.names.get(&name) {
                Some(known) => {
                    let imports: BTreeMap<String, Vec<ImportTarget>> = BTreeMap::new();
                    for target in &known.imports {
                        self.follow(module, target, &[], &mut edges);
                    }
                    for mention in known.mentions.iter().filter(|mention| first_of(mention) != name) {
                        self.mention(module, mention, &imports, &mut edges);
                    }
                }
                None => self.starred(module, &name, &mut edges),
            }
            self.nodes[id as usize].edges = edges;
        }
    }

    /// What `a.b.c` in a module leads to; `imports` are bound beside the names of the module.
    fn mention(
        &mut self,
        module: usize,
        mention: &str,
        imports: &BTreeMap<String, Vec<ImportTarget>>,
        found: &mut Vec<u32>,
    ) {
        let mut parts = mention.split('.');
        let first = parts.next().unwrap_or_default();
        let rest: Vec<&str> = parts.collect();
        let interface = &self.program.modules[module].interface;
        let own = interface.names.get(first);
        if let Some(own) = own {
            if own.imports.is_empty() || !rest.is_empty() {
                found.push(self.node(Place::Name(module, first.to_owned())));
            }
            for target in &own.imports {
                self.follow(module, target, &rest, found);
            }
        }
        for target in imports.get(first).into_iter().flatten() {
            if own.is_none_or(|own| !own.imports.contains(target)) {
                self.follow(module, target, &rest, found);
            }
        }
        if own.is_none() && !imports.contains_key(first) {
            self.starred(module, first, found);
        }
    }

    /// A name that may come from a star import.
    fn starred(&mut self, module: usize, name: &str, found: &mut Vec<u32>) {
        let program = self.program;
        for (level, base) in &program.modules[module].interface.stars {
            let Some(base) = self.star_base(module, *level, base) else { continue };
            match program.by_name.get(&base) {
                Some(&base) if program.modules[base].interface.names.contains_key(name) => {
                    found.push(self.node(Place::Name(base, name.to_owned())));
                }
                _ => {
                    let whole = self.whole(&base);
                    found.push(whole);
                }
            }
        }
    }

    fn star_base(&self, module: usize, level: u32, base: &str) -> Option<ModuleName> {
        let module = &self.program.modules[module];
        module.name.resolve_relative(module.is_package, level, base)
    }

    /// What an import leads to, and the attributes read from it.
    fn follow(&mut self, importer: usize, target: &ImportTarget, attributes: &[&str], found: &mut Vec<u32>) {
        let program = self.program;
        let importer = &program.modules[importer];
        let mut module = match target {
            ImportTarget::Module(name) => ModuleName::new(name),
            ImportTarget::From { level, module, name } => {
                let Some(base) = importer.name.resolve_relative(importer.is_package, *level, module) else { return };
                let Some(&known) = program.by_name.get(&base) else {
                    let whole = self.whole(&base);
                    found.push(whole);
                    return;
                };
                let submodule = base.child(name);
                let is_declared = program.modules[known].interface.names.contains_key(name);
                if is_declared || !program.by_name.contains_key(&submodule) {
                    found.push(self.node(Place::Name(known, name.clone())));
                    return;
                }
                found.push(self.node(Place::Whole(known)));
                submodule
            }
            ImportTarget::Star { .. } => return,
        };
        for attribute in attributes {
            let known = program.by_name.get(&module).copied();
            let submodule = module.child(attribute);
            match known {
                Some(known) if program.modules[known].interface.names.contains_key(*attribute) => {
                    found.push(self.node(Place::Name(known, (*attribute).to_owned())));
                    return;
                }
                _ if program.by_name.contains_key(&submodule) => module = submodule,
                Some(known) => {
                    found.push(self.node(Place::Name(known, (*attribute).to_owned())));
                    return;
                }
                None => break,
            }
        }
        let whole = self.whole(&module);
        found.push(whole);
    }

    fn whole(&mut self, module: &ModuleName) -> u32 {
        match self.program.by_name.get(module) {
            Some(&known) => self.node(Place::Whole(known)),
            None => self.node(Place::Ordinary(module.clone())),
        }
    }

    fn node(&mut self, place: Place) -> u32 {
        if let Some(&known) = self.ids.get(&place) {
            return known;
        }
        let id = u32::try_from(self.nodes.len()).expect("a program has fewer than 2**32 names");
        let declaration = match &place {
            Place::Name(module, name) => {
                let known = self.program.modules[*module].interface.names.get(name);
                known.map_or(0, |known| known.declaration)
            }
            Place::Whole(module) => self.program.modules[*module].interface.flags,
            Place::Ordinary(_) => 0,
        };
        self.ids.insert(place.clone(), id);
        self.nodes.push(Node { place, declaration, edges: Vec::new() });
        self.seen.push(usize::MAX);
        self.unresolved.push(id);
        id
    }
}

fn first_of(mention: &str) -> &str {
    mention.split('.').next().unwrap_or_default()
}

/// Modules that the compiler knows by heart: nothing is recorded of them (`Compiler.intrinsic_modules`).
pub fn is_intrinsic(module: &ModuleName) -> bool {
    const NAMES: [&str; 10] = [
        "builtins",
        "typing",
        "typing_extensions",
        "__static__",
        "__strict__",
        "__future__",
        "strict_modules",
        "dataclasses",
        "cinder",
        "cinderx",
    ];
    NAMES.contains(&module.as_str()) || module.as_str().starts_with("__static__.")
}
