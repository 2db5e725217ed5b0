//! Prints what the code generator is told of each program in a list that has no errors: for comparing it with CinderX's code.
//!
//! Reads what `first_errors` reads. Writes lines: `F number name checks returns` for a function, `A number class.name` for a
//! field, `I number function count` for an invocation.

use pyclast_syntax::type_facts::{
    AttributePlan, Binding, CallFact, DataclassFact, Descriptor, FieldDefault, FunctionDescriptor,
};
use pyclast_syntax::{ParsedModule, SourceText, SymbolTable, node_index, parse};
use pyclast_typeck::{Arena, Folds, Source, check_program_with_facts, fold, module_flags};
use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, walk_stmt};
use ruff_python_ast::{Stmt, StmtFunctionDef};
use std::io::Read;

fn descriptor(descriptor: &Descriptor) -> String {
    let mut parts = vec![format!("'{}'", descriptor.module)];
    parts.extend(descriptor.path.iter().map(|name| format!("'{name}'")));
    if let Some(arguments) = &descriptor.arguments {
        let arguments: Vec<_> = arguments.iter().map(self::descriptor).collect();
        parts.push(format!("({}{})", arguments.join(", "), if arguments.len() == 1 { "," } else { "" }));
    }
    parts.extend(descriptor.marks.iter().map(|mark| format!("'{mark}'")));
    format!("({})", parts.join(", "))
}

fn function(function: &FunctionDescriptor) -> String {
    match &function.class {
        Some(class) => format!("({}, '{}')", descriptor(class), function.name),
        None => format!("(('{}',), '{}')", function.module, function.name),
    }
}

/// The methods that a dataclass is given.
fn dataclass(number: &str, fact: &DataclassFact) {
    let has = |name| fact.own_methods.contains(&name);
    let own = format!("0, {}", descriptor(&fact.class));
    let made = |name: &str, checks: &str, returns: &str| println!("F\t{number}\t{name}\t{checks}\t{returns}");
    let none = "('builtins', 'None', '!')";
    if fact.init && !has("__init__") {
        let mut checks = own.clone();
        let arguments = fact.fields.iter().filter(|field| !field.is_classvar && field.init);
        for (position, field) in arguments.enumerate() {
            if field.default != FieldDefault::Factory {
                checks += &format!(", {}, {}", position + 1, descriptor(&field.class));
            }
        }
        made("__init__", &checks, none);
    }
    if fact.repr && !has("__repr__") {
        made("__repr__", &own, "('builtins', 'str')");
    }
    if fact.eq && !has("__eq__") {
        made("__eq__", &own, "('builtins', 'object')");
    }
    if fact.order {
        ["__lt__", "__le__", "__gt__", "__ge__"].iter().for_each(|name| made(name, &own, "('builtins', 'object')"));
    }
    if fact.frozen {
        let checks = format!("{own}, 1, ('builtins', 'str')");
        ["__setattr__", "__delattr__"].iter().for_each(|name| made(name, &checks, none));
    }
    if fact.unsafe_hash || fact.eq && fact.frozen && !has("__hash__") {
        made("__hash__", &own, "('builtins', 'int')");
    }
}

#[derive(Default)]
struct Functions<'a>(Vec<&'a StmtFunctionDef>);

impl<'a> SourceOrderVisitor<'a> for Functions<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if let Stmt::FunctionDef(function) = statement {
            self.0.push(function);
        }
        walk_stmt(self, statement);
    }
}

struct Parsed {
    name: String,
    module: ParsedModule,
    symbols: SymbolTable,
    folds: Folds,
}

fn main() {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).expect("standard input is text");
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let words: Vec<&str> = line.split(' ').collect();
        let ["PROGRAM", number, mode] = words[..] else { continue };
        let mut parsed = Vec::new();
        while let Some(line) = lines.next_if(|line| line.starts_with("FILE ")) {
            let words: Vec<&str> = line.split(' ').collect();
            let count: usize = words[2].parse().expect("a count of lines");
            let text: String = lines.by_ref().take(count).map(|line| format!("{line}\n")).collect();
            let Ok(source) = SourceText::decode(text.as_bytes()) else { continue };
            let Ok(module) = parse(source) else { continue };
            let Ok(symbols) = SymbolTable::build(&module) else { continue };
            if words[1].ends_with(".pyi") || (mode != "always" && !module_flags(&module).0.is_static) {
                continue;
            }
            let name = words[1].trim_end_matches(".py").replace('/', ".");
            let name = name.strip_suffix(".__init__").unwrap_or(&name).to_owned();
            let folds = fold(&module, false);
            parsed.push(Parsed { name, module, symbols, folds });
        }
        let sources: Vec<Source<'_>> = parsed
            .iter()
            .map(|parsed| Source {
                name: &parsed.name,
                parsed: &parsed.module,
                symbols: &parsed.symbols,
                folds: &parsed.folds,
                is_package: false,
                is_stub: false,
                bind: true,
            })
            .collect();
        let arena = Arena::default();
        let (program, facts) = check_program_with_facts(&sources, &arena);
        if !program.errors.is_empty() {
            continue;
        }
        for (parsed, facts) in parsed.iter().zip(&facts) {
            let mut functions = Functions::default();
            functions.visit_body(&parsed.module.module().body);
            for node in functions.0 {
                let Some(fact) = facts.functions.get(&node_index(node)) else { continue };
                let checks: Vec<_> =
                    fact.checks.iter().map(|(at, class)| format!("{at}, {}", descriptor(class))).collect();
                println!("F\t{number}\t{}\t{}\t{}", node.name, checks.join(", "), descriptor(&fact.returns));
            }
            for class in facts.classes.values() {
                class.dataclass.iter().for_each(|fact| dataclass(number, fact));
            }
            for plan in facts.attributes.values() {
                if let AttributePlan::Field { class, name } = plan {
                    println!("A\t{number}\t({}, '{name}')", descriptor(class));
                }
            }
            for call in facts.calls.values() {
                match call {
                    CallFact::Function(called) => {
                        println!("I\t{number}\t({}, {})", function(&called.function), called.parameters)
                    }
                    CallFact::Method { invocation: called, is_virtual, binding, .. } => {
                        let receiver = u32::from(*is_virtual && *binding != Binding::Static);
                        println!("I\t{number}\t({}, {})", function(&called.function), called.parameters - receiver);
                    }
                    CallFact::Construct { new, init, .. } => {
                        for called in new.iter().chain(init) {
                            println!("I\t{number}\t({}, {})", function(&called.function), called.parameters);
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}
