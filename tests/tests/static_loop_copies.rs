//! Which names own the object that a loop gives them: by the list that it goes through.

use pyclast_codegen::Opcode;
use pyclast_tests::static_module::{compiled, named, opcodes};

/// Objects that go through a list in a function `f` of these statements: before its first loop, and behind its beginning.
fn owned(statements: &str) -> (usize, usize) {
    let body = statements.replace('\n', "\n    ");
    let module = compiled(&format!("def f(xs, o) -> None:\n    {body}\n"));
    let functions = named(&module, "f");
    let opcodes = opcodes(functions[0]);
    let start = opcodes.iter().position(|&opcode| opcode == Opcode::ForIter).expect("there is a loop");
    let count = |part: &[Opcode]| {
        let pairs = part.windows(2).filter(|pair| pair == &[Opcode::BuildList, Opcode::UnpackSequence]);
        pairs.count()
    };
    (count(&opcodes[..start]), count(&opcodes[start..]))
}

/// A loop that keeps what it made, sometimes.
const KEEPS: &str = "for x in xs:\n    made = [x]\n    if x:\n        best = made\n    o(x)";

#[test]
fn a_name_that_a_loop_may_give_the_object_of_another_owns_its_own_before() {
    assert_eq!(owned(&format!("best = None\n{KEEPS}")), (1, 0));
    assert_eq!(owned(&format!("best = o\n{}", KEEPS.replace("best = made", "best = made or None"))), (1, 0));
    assert_eq!(owned(&format!("xs, best = o\n{}", KEEPS.replace("best = made", "best, y = made, 1"))), (1, 0));
}

#[test]
fn a_name_that_may_be_unbound_owns_what_it_gets() {
    assert_eq!(owned(KEEPS), (0, 1));
    assert_eq!(owned(&format!("if xs:\n    best = None\n{KEEPS}")), (0, 1));
    assert_eq!(owned(&format!("best = None\n{KEEPS}\ndel best")), (0, 1));
    // The first manager may pass over what the second raises.
    assert_eq!(owned(&format!("with o, o() as best:\n    o(1)\n{KEEPS}")), (0, 1));
}

#[test]
fn what_a_loop_hands_on_each_time_is_owned_already() {
    let hands_on = "last = None\nmade = [0]\nfor x in xs:\n    last = made\n    made = [x]";
    assert_eq!(owned(hands_on), (0, 0));
    // Not each time.
    assert_eq!(owned(&hands_on.replace("    last", "    if x:\n        continue\n    last")), (1, 0));
}

#[test]
fn of_nested_loops_the_outer_one_is_enough_unless_it_stores_in_the_name_itself() {
    let nested = "best = None\nfor x in xs:\n    made = [x]\n    for y in xs:\n        best = made";
    assert_eq!(owned(nested), (1, 0));
    assert_eq!(owned(&nested.replace("    made", "    best = None\n    made")), (1, 1));
}

#[test]
fn a_copy_before_a_loop_that_hands_on_owns_what_it_gets_if_it_may_not_be_made() {
    let before = "made = [0]\nbest = None\nif o:\n    best = made\n";
    assert_eq!(owned(&format!("{before}for x in xs:\n    last = made\n    made = [x]")), (1, 0));
    assert_eq!(owned(&format!("{before}for x in xs:\n    made = [x]")), (0, 0), "it hands on nothing");
}

#[test]
fn machine_values_are_owned_by_nobody() {
    let counts = "n: int64 = 1\nbest: int64 = 0\nfor x in xs:\n    n += 1\n    if x:\n        best = n\n    o(x)";
    assert_eq!(owned(counts), (0, 0));
}

#[test]
fn an_item_of_a_range_that_nobody_uses_is_used_where_its_name_has_other_objects() {
    assert_eq!(owned("i = None\nfor i in range(3):\n    o(1)"), (0, 1));
    assert_eq!(owned("i = None\nfor i in range(3):\n    o(i)"), (0, 0));
    assert_eq!(owned("i = None\nfor i in xs:\n    o(1)"), (0, 1), "it may be one");
    assert_eq!(owned("for i in xs:\n    o(1)"), (0, 0));
    assert_eq!(owned("for i in range(3):\n    o(1)\nfor i in range(4):\n    o(2)"), (0, 0));
}

#[test]
fn what_is_named_in_an_expression_or_a_pattern_owns_what_it_gets() {
    let in_loop = |statement: &str| format!("for x in xs:\n    made = [x]\n    {statement}\n    o(x)");
    assert_eq!(owned(&in_loop("if (best := made): pass")), (0, 1));
    assert_eq!(owned(&in_loop("if (best := [x]): pass")), (0, 0), "a new object");
    let matched = |pattern: &str| in_loop(&format!("match made:\n        case {pattern}: o(best)"));
    assert_eq!(owned(&matched("best")), (0, 1));
    assert_eq!(owned(&matched("[1] | [2] as best")), (0, 1));
    assert_eq!(owned(&matched("[best]")), (0, 0), "an item");
}
