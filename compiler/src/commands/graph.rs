//! `pyclast graph`: the import graph, its order, its cycles, and why a module is in it.
//!
//! ```text
//! lib      src/lib.py
//! main     src/main.py    lib, os (standard library)
//! ```
//!
//! Invariant: modules come in the order in which they would be checked: after what they import.

use super::Status;
use super::project::{project_settings, session_options};
use crate::cli::{GraphArgs, GraphFormat};
use crate::database::{Purpose, Session};
use crate::imports::graph::{Edge, Group, Place};
use crate::imports::{ImportGraph, ModuleName, Node, NodeId};
use serde_json::{Value, json};
use std::io::{self, BufWriter, Write};

/// Prints the graph.
pub(super) fn run(arguments: &GraphArgs) -> anyhow::Result<Status> {
    let settings = project_settings(&arguments.project, None)?;
    let session = Session::open(session_options(&arguments.project, &settings, Purpose::Graph, None), None);
    let mut status = Status::Clean;
    for (path, reason) in session.unlisted() {
        status = Status::Failed;
        writeln!(io::stderr(), "pyclast: cannot list {}: {reason}", path.display())?;
    }
    let graph = session.graph();
    let mut output = BufWriter::new(io::stdout().lock());
    if let Some(wanted) = &arguments.why {
        let Some(node) = graph.find(&ModuleName::new(wanted)) else {
            anyhow::bail!("no module imports {wanted}");
        };
        why(&mut output, graph, node, arguments.format)?;
    } else {
        match arguments.format {
            GraphFormat::Text => text(&mut output, graph)?,
            GraphFormat::Json => writeln!(output, "{}", as_json(graph))?,
            GraphFormat::Dot => dot(&mut output, graph)?,
        }
    }
    output.flush()?;
    Ok(status)
}

fn why(output: &mut dyn Write, graph: &ImportGraph, wanted: NodeId, format: GraphFormat) -> io::Result<()> {
    let chain = graph.why(wanted);
    if format == GraphFormat::Json {
        let names: Vec<_> = chain.iter().map(|&id| graph.node(id).name.as_str()).collect();
        return writeln!(output, "{}", json!({ "module": graph.node(wanted).name.as_str(), "chain": names }));
    }
    for (depth, &id) in chain.iter().enumerate() {
        let node = graph.node(id);
        let note = match depth.checked_sub(1) {
            None => String::new(),
            Some(before) => note_of_edge(graph, chain[before], id),
        };
        writeln!(output, "{:indent$}{}{}{note}", "", node.name, place_note(node), indent = depth * 2)?;
    }
    Ok(())
}

fn note_of_edge(graph: &ImportGraph, from: NodeId, to: NodeId) -> String {
    let edge = graph.node(from).edges.iter().find(|edge| edge.to == to);
    edge.map(notes).filter(|notes| !notes.is_empty()).map_or(String::new(), |notes| format!(" [{}]", notes.join(", ")))
}

/// Under which conditions an import runs, if not always.
fn notes(edge: &Edge) -> Vec<&'static str> {
    let conditions = edge.conditions;
    let mut notes = Vec::new();
    if conditions.is_excluded() {
        notes.push("other version or platform");
    } else if conditions.is_typing_only() {
        notes.push("typing only");
    }
    if conditions.in_function {
        notes.push("in a function");
    }
    if conditions.in_try {
        notes.push("in try");
    }
    if edge.is_implied {
        notes.push("its package");
    }
    notes
}

const fn place_note(node: &Node) -> &'static str {
    match node.place {
        Place::Text(_) => "",
        Place::Binary(_) => " (extension)",
        Place::Namespace => " (namespace package)",
        Place::StandardLibrary => " (standard library)",
        Place::Missing => " (not found)",
    }
}

fn text(output: &mut dyn Write, graph: &ImportGraph) -> io::Result<()> {
    let order = graph.order();
    for group in &order {
        if group.is_cycle {
            writeln!(
                output,
                "cycle of {}{}:",
                group.members.len(),
                if group.at_load { "" } else { " (not at load time)" }
            )?;
        }
        for &id in &group.members {
            let node = graph.node(id);
            let indent = if group.is_cycle { "  " } else { "" };
            write!(output, "{indent}{}{}", node.name, place_note(node))?;
            let imports: Vec<String> = node
                .edges
                .iter()
                .filter(|edge| !edge.is_implied)
                .map(|edge| {
                    let notes = notes(edge);
                    let name = &graph.node(edge.to).name;
                    if notes.is_empty() { name.to_string() } else { format!("{name} [{}]", notes.join(", ")) }
                })
                .collect();
            if !imports.is_empty() {
                write!(output, " <- {}", imports.join(", "))?;
            }
            writeln!(output)?;
        }
    }
    let cycles = order.iter().filter(|group| group.is_cycle).count();
    let missing = graph.nodes().iter().filter(|node| node.place == Place::Missing).count();
    writeln!(output, "{} modules, {cycles} cycles, {missing} not found", graph.nodes().len())
}

fn as_json(graph: &ImportGraph) -> Value {
    let name = |id: NodeId| graph.node(id).name.as_str();
    let modules: Vec<Value> = graph
        .nodes()
        .iter()
        .map(|node| {
            let imports: Vec<Value> = node
                .edges
                .iter()
                .map(|edge| {
                    json!({
                        "module": name(edge.to),
                        "runtime": edge.conditions.runtime,
                        "typing": edge.conditions.typing,
                        "in_function": edge.conditions.in_function,
                        "in_try": edge.conditions.in_try,
                        "implied": edge.is_implied,
                    })
                })
                .collect();
            json!({
                "module": node.name.as_str(),
                "kind": kind(&node.place),
                "files": files(&node.place),
                "root": node.is_root,
                "package": node.is_package,
                "imports": imports,
            })
        })
        .collect();
    let order = graph.order();
    let names = |group: &Group| group.members.iter().map(|&id| name(id)).collect::<Vec<_>>();
    let cycles = order.iter().filter(|group| group.is_cycle);
    let cycles: Vec<Value> = cycles.map(|group| json!({ "modules": names(group), "at_load": group.at_load })).collect();
    json!({ "modules": modules, "order": order.iter().map(names).collect::<Vec<_>>(), "cycles": cycles })
}

const fn kind(place: &Place) -> &'static str {
    match place {
        Place::Text(_) => "source",
        Place::Binary(_) => "extension",
        Place::Namespace => "namespace",
        Place::StandardLibrary => "standard-library",
        Place::Missing => "missing",
    }
}

fn files(place: &Place) -> Vec<String> {
    match place {
        Place::Text(files) => files.iter().map(|file| file.to_string_lossy().into_owned()).collect(),
        Place::Binary(file) => vec![file.to_string_lossy().into_owned()],
        Place::Namespace | Place::StandardLibrary | Place::Missing => Vec::new(),
    }
}

fn dot(output: &mut dyn Write, graph: &ImportGraph) -> io::Result<()> {
    writeln!(output, "digraph imports {{")?;
    let mut cycle_of = vec![None; graph.nodes().len()];
    for (number, group) in graph.order().iter().enumerate().filter(|(_, group)| group.is_cycle) {
        group.members.iter().for_each(|id| cycle_of[id.index()] = Some(number));
    }
    for (index, node) in graph.nodes().iter().enumerate() {
        let style = match (&node.place, cycle_of[index]) {
            (Place::Missing, _) => ", style=dashed, color=gray",
            (_, Some(_)) => ", color=red",
            _ => "",
        };
        writeln!(output, "  n{index} [label={}{style}];", quoted(node.name.as_str()))?;
    }
    for (index, node) in graph.nodes().iter().enumerate() {
        for edge in node.edges.iter().filter(|edge| !edge.is_implied) {
            let in_cycle = cycle_of[index].is_some() && cycle_of[index] == cycle_of[edge.to.index()];
            let dashed = edge.conditions.in_function || !edge.conditions.runtime;
            let style = match (in_cycle, dashed) {
                (true, true) => " [color=red, style=dashed]",
                (true, false) => " [color=red]",
                (false, true) => " [style=dashed]",
                (false, false) => "",
            };
            writeln!(output, "  n{index} -> n{}{style};", edge.to.0)?;
        }
    }
    writeln!(output, "}}")
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}
