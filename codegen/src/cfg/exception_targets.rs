//! Gives every instruction its exception handler (`flowgraph.c: label_exception_targets`).
//!
//! ```text
//! SETUP_FINALLY block2 · CALL · POP_BLOCK · CALL
//! → SETUP_FINALLY block2 · CALL (handler: block2) · NOP · CALL
//! ```
//!
//! Walks the graph with the stack of handlers that are in force. `RESUME` learns whether the yield
//! before it had exactly one handler: the interpreter closes such a generator without running it.
//!
//! After: no `POP_BLOCK` is left; block pushes stay (they are ways into handlers) but protect nothing.

use super::graph::{BlockId, Features, Graph, Node};
use crate::Opcode;

/// `RESUME_AT_FUNC_START`
const RESUME_AT_FUNC_START: i32 = 0;
/// `RESUME_OPARG_DEPTH1_MASK`
const RESUME_DEPTH_1: i32 = 4;

/// Sets the handler of every reachable instruction.
#[inline(never)]
pub(super) fn label_exception_targets(graph: &mut Graph) {
    if !graph.features.has(Features::BLOCK_PUSHES) {
        return;
    }
    let mut stacks = HandlerStacks::default();
    let mut work = graph.start_visit();
    graph[BlockId::ENTRY].mark = HandlerStacks::EMPTY;
    graph.visit(&mut work, BlockId::ENTRY);
    while let Some(block) = work.pop() {
        let stack = label_block(graph, block, &mut stacks, &mut work);
        if let Some(next) = graph.fall_through(block) {
            reach(graph, next, stack, &mut work);
        }
    }
    graph.finish_visit(work);
}

/// Labels one block; returns the handlers in force at its end.
fn label_block(graph: &mut Graph, block: BlockId, stacks: &mut HandlerStacks, work: &mut Vec<BlockId>) -> u32 {
    let mut stack = graph[block].mark;
    if !graph[block].features.has(Features::HANDLERS) {
        label_all(graph, block, stacks.top(stack));
        if let Some(target) = graph.last(block).and_then(Node::destination) {
            reach(graph, target, stack, work);
        }
        return stack;
    }
    let mut yield_depth = None;
    for index in 0..graph.len(block) {
        let handler = stacks.top(stack);
        let node = &mut graph.nodes_mut(block)[index];
        let (opcode, target) = (node.opcode, node.destination());
        if opcode.is_block_push() {
            let target = target.expect("block pushes have a handler");
            reach(graph, target, stack, work);
            if matches!(opcode, Opcode::SetupWith | Opcode::SetupCleanup) {
                graph[target].preserve_lasti = true;
            }
            stack = stacks.push(stack, target);
            continue;
        }
        match opcode {
            Opcode::PopBlock => {
                stack = stacks.pop(stack);
                node.set_nop();
                continue;
            }
            Opcode::Resume if node.oparg != RESUME_AT_FUNC_START => {
                let depth = yield_depth.take();
                if depth == Some(1) {
                    node.oparg |= RESUME_DEPTH_1;
                }
            }
            Opcode::YieldValue => yield_depth = Some(stacks.depth(stack)),
            _ => {}
        }
        node.handler = handler;
        if let Some(target) = target {
            reach(graph, target, stack, work);
        }
    }
    stack
}

/// Labels a block in which handlers neither come nor go. No instruction has one yet.
fn label_all(graph: &mut Graph, block: BlockId, handler: Option<BlockId>) {
    if handler.is_some() {
        for node in graph.nodes_mut(block) {
            node.handler = handler;
        }
    }
}

/// Visits a block, if it is new, with these handlers in force.
fn reach(graph: &mut Graph, block: BlockId, stack: u32, work: &mut Vec<BlockId>) {
    if !graph[block].visited {
        graph[block].mark = stack;
    }
    graph.visit(work, block);
}

/// Stacks of handlers that share their lower parts: a stack is the number of its top entry.
#[derive(Default)]
struct HandlerStacks(Vec<Entry>);

struct Entry {
    below: u32,
    handler: BlockId,
    depth: u32,
}

impl HandlerStacks {
    const EMPTY: u32 = 0;

    fn entry(&self, stack: u32) -> Option<&Entry> {
        self.0.get(stack.checked_sub(1)? as usize)
    }

    fn top(&self, stack: u32) -> Option<BlockId> {
        self.entry(stack).map(|entry| entry.handler)
    }

    fn depth(&self, stack: u32) -> u32 {
        self.entry(stack).map_or(0, |entry| entry.depth)
    }

    fn push(&mut self, below: u32, handler: BlockId) -> u32 {
        let depth = self.depth(below) + 1;
        self.0.push(Entry { below, handler, depth });
        u32::try_from(self.0.len()).expect("block pushes are fewer than 2**32")
    }

    fn pop(&self, stack: u32) -> u32 {
        self.entry(stack).map_or(Self::EMPTY, |entry| entry.below)
    }
}
