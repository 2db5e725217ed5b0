//! Runs the cases in `codegen/tests/cfg/`: single passes on graphs in textual form, and all passes on
//! the sequences of CPython's `test_peepholer.py`.

use super::constant_pool::ConstantPool;
use super::graph::Graph;
use super::text::{print, reader};
use super::{
    basic_block, cold_blocks, exception_targets, from_sequence, inline_blocks, line_numbers, load_const,
    load_fast_borrow, normalize_jumps, optimize_graph, pseudo_conditional_jumps, pseudo_ops, redundant_jumps,
    redundant_nops, stack_depth, superinstructions, to_sequence, uninitialized, unreachable, unused_constants, verify,
};
use crate::{Constant, FinalInstruction, Instruction, InstructionSequence, Label, Target};
use std::fmt::Write as _;

/// What a case starts with and ends in.
struct Case<'a> {
    title: &'a str,
    locals: Vec<usize>,
    constants: Vec<Constant>,
    passes: Vec<&'a str>,
    before: &'a str,
    after: &'a str,
    constants_after: Option<Vec<Constant>>,
}

/// Cases of a file: `## title`, settings, the graph before, `=>`, the graph after, settings.
fn cases(text: &str) -> Vec<Case<'_>> {
    text.split("\n## ").skip(1).map(case).collect()
}

fn case(text: &str) -> Case<'_> {
    let (head, tail) = text.split_once("=>\n").expect("a case has two sides");
    let mut case = Case {
        title: "",
        locals: vec![0],
        constants: Vec::new(),
        passes: Vec::new(),
        before: "",
        after: tail.trim_end(),
        constants_after: None,
    };
    let mut rest = head;
    while let Some((line, after)) = rest.split_once('\n') {
        let (word, settings) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            _ if case.title.is_empty() => case.title = line,
            "locals" => case.locals = settings.split_whitespace().map(|word| word.parse().expect("a number")).collect(),
            "constants" => case.constants = constants(settings),
            "passes" => case.passes = settings.split_whitespace().collect(),
            _ => break,
        }
        rest = after;
    }
    case.before = rest;
    if let Some((after, line)) = case.after.rsplit_once('\n')
        && let Some(settings) = line.strip_prefix("constants")
    {
        case.constants_after = Some(constants(settings));
        case.after = after;
    }
    case
}

/// Reads `None True 1 "a" (1 2)`.
fn constants(text: &str) -> Vec<Constant> {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace();
    let constants = constant_list(&mut words);
    assert!(words.next().is_none(), "brackets match");
    constants
}

fn constant_list<'a>(words: &mut impl Iterator<Item = &'a str>) -> Vec<Constant> {
    let mut list = Vec::new();
    while let Some(word) = words.next() {
        list.push(match word {
            ")" => return list,
            "(" => Constant::tuple(constant_list(words)),
            "None" => Constant::None,
            "True" => Constant::Bool(true),
            "False" => Constant::Bool(false),
            word if word.starts_with('"') => Constant::str(word.trim_matches('"')),
            word => Constant::big_int(word.parse().expect("a constant is a name, a string or a number")),
        });
    }
    list
}

fn run_pass(name: &str, graph: &mut Graph, case: &Case<'_>, constants: &mut ConstantPool) {
    match name {
        "exception_targets" => exception_targets::label_exception_targets(graph),
        "inline_blocks" => inline_blocks::inline_small_or_lineless_blocks(graph),
        "unreachable" => unreachable::remove_unreachable_blocks(graph),
        "line_numbers" => line_numbers::resolve_line_numbers(graph),
        "load_const" => load_const::optimize_load_const(graph, constants),
        "basic_block" => basic_block::optimize_basic_blocks(graph, constants),
        "redundant_nops" => redundant_nops::remove_redundant_nops(graph),
        "redundant_nops_and_pairs" => redundant_nops::remove_redundant_nops_and_pairs(graph),
        "redundant_jumps" => redundant_jumps::remove_redundant_nops_and_jumps(graph),
        "unused_constants" => unused_constants::remove_unused_constants(graph, constants.constants_mut()),
        "uninitialized" => {
            let bound = case.locals.get(1).copied().unwrap_or(0);
            uninitialized::check_uninitialized_loads(graph, case.locals[0], bound);
        }
        "superinstructions" => superinstructions::insert_superinstructions(graph),
        "cold_blocks" => cold_blocks::push_cold_blocks_to_end(graph),
        "pseudo_conditional_jumps" => pseudo_conditional_jumps::convert_pseudo_conditional_jumps(graph),
        "stack_depth" => _ = stack_depth::calculate_stack_depth(graph),
        "pseudo_ops" => pseudo_ops::convert_pseudo_ops(graph),
        "normalize_jumps" => normalize_jumps::normalize_jumps(graph),
        "load_fast_borrow" => load_fast_borrow::optimize_load_fast(graph, &Target::CPYTHON_3_14),
        other => panic!("unknown pass {other}"),
    }
}

/// Runs the passes of each case on its graph.
fn check_passes(file: &str) {
    for case in cases(file) {
        let mut graph = reader::parse(case.before);
        assert_eq!(print(&graph), print(&reader::parse(&print(&graph))), "{}: text is read as written", case.title);
        let mut pool = ConstantPool::new(case.constants.clone());
        for pass in &case.passes {
            run_pass(pass, &mut graph, &case, &mut pool);
            verify::check(&graph, verify::Stage::Built).expect("the graph stays sound");
        }
        let wanted = print(&reader::parse(case.after));
        assert_eq!(without_labels(&print(&graph)), without_labels(&wanted), "{}", case.title);
        if let Some(wanted) = &case.constants_after {
            assert_eq!(&pool.into_constants(), wanted, "constants of {}", case.title);
        }
    }
}

/// Labels are not of interest after a pass.
fn without_labels(text: &str) -> String {
    text.replace(" label", "")
}

macro_rules! pass_tests {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            check_passes(include_str!(concat!("../../tests/cfg/", stringify!($name), ".txt")));
        }
    )*};
}

pass_tests! {
    exception_targets inline_blocks unreachable line_numbers load_const basic_block swap redundant_nops
    redundant_jumps unused_constants uninitialized superinstructions cold_blocks pseudo_jumps load_fast_borrow
    stale_slots
}

/// All passes on flat sequences, as `_testinternalcapi.optimize_cfg` runs them.
#[test]
fn cases_of_cpythons_test_peepholer() {
    for case in cases(include_str!("../../tests/cfg/peephole.txt")) {
        let mut graph = Graph::default();
        from_sequence::from_sequence(&mut graph, &mut flat_sequence(case.before));
        let mut pool = ConstantPool::new(case.constants.clone());
        optimize_graph(&mut graph, &mut pool, case.locals[0], 0);
        stack_depth::calculate_stack_depth(&mut graph);
        load_fast_borrow::optimize_load_fast(&mut graph, &Target::CPYTHON_3_14);
        let mut instructions = Vec::new();
        to_sequence::to_sequence(&mut graph, &mut instructions);
        let ours = instructions.iter().map(print_flat).collect::<Vec<_>>();
        let wanted: Vec<&str> = case.after.lines().map(str::trim).collect();
        assert_eq!(ours, wanted, "{}", case.title);
        assert_eq!(Some(pool.into_constants()), case.constants_after, "constants of {}", case.title);
    }
}

fn print_flat(instruction: &FinalInstruction) -> String {
    let mut text = instruction.opcode.name().to_owned();
    if instruction.opcode.has_target() {
        let _ = write!(text, " ->{}", instruction.oparg);
    } else if instruction.opcode.has_arg() {
        let _ = write!(text, " {}", instruction.oparg);
    }
    let line = match instruction.location.line {
        -1 => "-".to_owned(),
        -2 => ">".to_owned(),
        line => line.to_string(),
    };
    format!("{text} @{line}")
}

fn flat_sequence(text: &str) -> InstructionSequence {
    let nodes: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).map(reader::instruction).collect();
    let mut sequence = InstructionSequence::default();
    let labels: Vec<Label> = nodes.iter().map(|_| sequence.new_label()).collect();
    for (node, label) in nodes.iter().zip(&labels) {
        sequence.use_label(*label);
        if node.opcode.has_target() {
            let target = labels[usize::try_from(node.oparg).expect("a jump goes to an index")];
            sequence.push_jump(node.opcode, target, node.location);
        } else {
            sequence.push(Instruction::new(node.opcode, node.oparg, node.location));
        }
    }
    sequence
}
