//! The textual form of a graph, for messages and for tests of single passes.
//!
//! ```text
//! block0:
//!   LOAD_FAST 0 @1 !block2            line 1, handler block2
//!   POP_JUMP_IF_FALSE block2 @1
//! block1:
//!   NOP @-                            no location (`@>`: the next one's)
//!   ~ CALL 0 @1 !block2               a slot that held this instruction (read only)
//! block2 label handler lasti cold:
//!   RETURN_VALUE @2
//! ```
//!
//! Blocks are numbered as they were made and written in their order. Columns are not written: a
//! location that is read starts and ends at column 0.

use super::graph::{BlockId, Graph, Node};
use pyclast_syntax::Location;
use std::fmt::Write as _;

/// Writes a graph.
pub(super) fn print(graph: &Graph) -> String {
    let mut text = String::new();
    for block in graph.order() {
        text.push_str(&name(block));
        for (mark, is_set) in marks(graph, block) {
            if is_set {
                text.push(' ');
                text.push_str(mark);
            }
        }
        text.push_str(":\n");
        for node in graph.nodes(block) {
            text.push_str("  ");
            text.push_str(&print_node(node));
            text.push('\n');
        }
    }
    text
}

fn marks(graph: &Graph, block: BlockId) -> [(&'static str, bool); 4] {
    let block = &graph[block];
    [
        ("label", block.labelled),
        ("handler", block.except_handler),
        ("lasti", block.preserve_lasti),
        ("cold", block.cold),
    ]
}

fn name(block: BlockId) -> String {
    format!("block{}", block.index())
}

fn print_node(node: &Node) -> String {
    let mut text = node.opcode.name().to_owned();
    if let Some(target) = node.destination() {
        text.push(' ');
        text.push_str(&name(target));
    } else if node.opcode.has_arg() {
        // Writing to a string cannot fail.
        let _ = write!(text, " {}", node.oparg);
    }
    text.push_str(" @");
    text.push_str(&print_line(node.location));
    if let Some(handler) = node.handler {
        text.push_str(" !");
        text.push_str(&name(handler));
    }
    text
}

fn print_line(location: Location) -> String {
    match location {
        Location::NONE => "-".to_owned(),
        Location::NEXT => ">".to_owned(),
        _ => location.line.to_string(),
    }
}

#[cfg(test)]
pub(super) mod reader {
    //! Textual form → graph.

    use super::super::graph::{BlockId, Features, Graph, Node};
    use crate::Opcode;
    use pyclast_syntax::Location;

    /// Reads a graph.
    pub(in super::super) fn parse(text: &str) -> Graph {
        let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
        let mut graph = Graph::default();
        graph.reset();
        let blocks = lines().filter(|line| line.ends_with(':')).count();
        for _ in 1..blocks {
            graph.new_block();
        }
        let mut current = BlockId::ENTRY;
        let mut used = None;
        let mut is_first = true;
        for line in lines() {
            if let Some(header) = line.strip_suffix(':') {
                end_block(&mut graph, current, used.take());
                let (id, marks) = header.split_once(' ').unwrap_or((header, ""));
                let id = block(id);
                if !is_first {
                    graph[current].next = Some(id);
                }
                is_first = false;
                current = id;
                for mark in marks.split_whitespace() {
                    set_mark(&mut graph, id, mark);
                }
            } else if let Some(slot) = line.strip_prefix("~ ") {
                used.get_or_insert(graph.len(current));
                append(&mut graph, current, slot);
            } else {
                append(&mut graph, current, line);
            }
        }
        end_block(&mut graph, current, used);
        graph
    }

    fn end_block(graph: &mut Graph, block: BlockId, used: Option<usize>) {
        if let Some(used) = used {
            graph.truncate(block, used);
        }
    }

    fn set_mark(graph: &mut Graph, block: BlockId, mark: &str) {
        let block = &mut graph[block];
        match mark {
            "label" => block.labelled = true,
            "handler" => block.except_handler = true,
            "lasti" => block.preserve_lasti = true,
            "cold" => block.cold = true,
            other => panic!("unknown mark {other}"),
        }
    }

    fn append(graph: &mut Graph, block: BlockId, line: &str) {
        let node = instruction(line);
        if node.handler.is_some() {
            // Somewhere a handler was pushed.
            graph.features.add(Features::of(Opcode::SetupFinally, node.location));
        }
        graph.has_nops |= node.opcode == Opcode::Nop;
        let index = graph.len(block);
        graph.insert(block, index, node);
        if let Some(target) = node.destination() {
            graph[target].labelled = true;
            graph[target].except_handler |= node.opcode.is_block_push();
        }
    }

    /// Reads an instruction; `->7` as operand is the number of an instruction.
    pub(in super::super) fn instruction(line: &str) -> Node {
        let mut words = line.split_whitespace();
        let name = words.next().expect("an instruction has an opcode");
        let opcode = Opcode::ALL.iter().find(|opcode| opcode.name() == name);
        let mut node = Node::new(*opcode.expect("the opcode exists"), 0, Location::NONE);
        for word in words {
            match word.as_bytes() {
                [b'@', ..] => node.location = location(&word[1..]),
                [b'!', ..] => node.handler = Some(block(&word[1..])),
                [b'b', ..] => node.target = Some(block(word)),
                [b'-', b'>', ..] => node.oparg = word[2..].parse().expect("a jump has a number"),
                _ => node.oparg = word.parse().expect("an operand is a number"),
            }
        }
        node
    }

    fn block(word: &str) -> BlockId {
        let number = word.strip_prefix("block").expect("blocks are called block");
        BlockId::new(number.parse().expect("blocks have numbers"))
    }

    fn location(word: &str) -> Location {
        match word {
            "-" => Location::NONE,
            ">" => Location::NEXT,
            line => {
                let line = line.parse().expect("lines are numbers");
                Location::new(line, line, 0, 0)
            }
        }
    }
}
