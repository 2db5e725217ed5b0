//! Every row of the opcode table equals what the running CPython says of the opcode.

use pyclast_codegen::{Encoding, Opcode, Operand, Target, VALUES_SHIFT};
use pyclast_tests::{oracle, output_of};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

fn oracle_rows() -> (BTreeMap<String, Value>, Value) {
    let text = output_of(oracle::command().arg(oracle::tool("opcodes.py")));
    let answer: Value = serde_json::from_str(&text).expect("opcodes.py prints JSON");
    let rows = answer["opcodes"].as_array().expect("a list of rows");
    let by_name = rows.iter().map(|row| (row["name"].as_str().unwrap_or_default().to_owned(), row.clone()));
    (by_name.collect(), answer)
}

fn number(opcode: Opcode) -> u64 {
    match opcode.encoding() {
        Encoding::Real(number) | Encoding::Extended(number) => number.into(),
        Encoding::Pseudo(number) => number.into(),
    }
}

/// The flags of CPython that say of an operand what it means. Of cells some are flagged as free variables and
/// some as locals, so these two flags are one here.
fn expected_flags(opcode: Opcode) -> &'static [&'static str] {
    match opcode.operand() {
        Operand::Const | Operand::ConstValues => &["has_const"],
        Operand::Name | Operand::AttributeName | Operand::GlobalName | Operand::SuperName => &["has_name"],
        Operand::Local | Operand::LocalPair | Operand::Deref => &["has_local", "has_free"],
        Operand::Jump if opcode.is_block_push() => &["has_exc"],
        Operand::Jump => &["has_jump"],
        _ => &[],
    }
}

fn opcodes_of_cpython() -> impl Iterator<Item = Opcode> {
    Opcode::ALL.iter().copied().filter(|opcode| !opcode.is_extended())
}

#[test]
fn every_row_is_that_of_the_interpreter() {
    let (rows, answer) = oracle_rows();
    assert_eq!(answer["magic"], Target::CPYTHON_3_14.magic);
    for opcode in opcodes_of_cpython() {
        let name = opcode.name();
        let row = rows.get(name).unwrap_or_else(|| panic!("{name} is unknown to the interpreter"));
        assert_eq!(row["number"], number(opcode), "{name}: number");
        assert_eq!(row["caches"], opcode.caches(), "{name}: caches");
        assert_eq!(row["has_arg"], opcode.has_arg(), "{name}: whether it takes an operand");
        for flags in [&["has_const"][..], &["has_name"], &["has_local", "has_free"], &["has_jump"], &["has_exc"]] {
            let flagged = flags.iter().any(|&flag| row[flag] == true);
            assert_eq!(flagged, expected_flags(opcode) == flags, "{name}: {flags:?}");
        }
        if let Encoding::Real(byte) = opcode.encoding() {
            assert_eq!(Opcode::from_byte(byte), Some(opcode), "{name}: from its byte");
        }
    }
}

#[test]
fn no_opcode_is_missing() {
    let (rows, _) = oracle_rows();
    let known: Vec<&str> = Opcode::ALL.iter().map(|opcode| opcode.name()).collect();
    let missing: Vec<&String> =
        rows.keys().filter(|name| !name.starts_with("INSTRUMENTED_") && !known.contains(&name.as_str())).collect();
    assert!(missing.is_empty(), "not in the table: {missing:?}");
}

#[test]
fn stack_effects_are_those_of_the_interpreter() {
    let (rows, _) = oracle_rows();
    let mut compared = 0;
    for opcode in opcodes_of_cpython() {
        let name = opcode.name();
        let effects = rows[name]["effects"].as_array().expect("a list of effects");
        for effect in effects {
            let oparg = effect[0].as_i64().and_then(|oparg| i32::try_from(oparg).ok()).expect("a small operand");
            for (column, jump) in [(1, false), (2, true)] {
                if let Some(expected) = effect[column].as_i64() {
                    let ours = opcode.stack_effect(oparg, jump);
                    assert_eq!(i64::from(ours), expected, "{name} {oparg}, jump {jump}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 3000, "only {compared} effects compared");
}

/// What a typed instruction takes and gives, as CinderX's tables say; operands that are constants end in the number
/// of values.
#[test]
fn typed_rows_are_those_of_cinderx() {
    let text = output_of(Command::new(oracle::cinderx()).arg(oracle::tool("typed_opcodes.py")));
    let rows: BTreeMap<String, Value> = serde_json::from_str(&text).expect("typed_opcodes.py prints JSON");
    let typed: Vec<Opcode> = Opcode::ALL.iter().copied().filter(|opcode| opcode.is_extended()).collect();
    let names: BTreeSet<&str> = typed.iter().map(|opcode| opcode.name()).collect();
    assert_eq!(names, rows.keys().map(String::as_str).collect());
    for opcode in typed {
        let (name, row) = (opcode.name(), &rows[opcode.name()]);
        assert_eq!(row["number"], number(opcode), "{name}: number");
        assert_eq!(row["caches"], opcode.caches(), "{name}: caches");
        for effect in row["effects"].as_array().expect("a list of effects") {
            let values = effect[0].as_i64().and_then(|values| i32::try_from(values).ok()).expect("a small number");
            let oparg = if opcode.operand() == Operand::ConstValues { values << VALUES_SHIFT | 7 } else { values };
            let (taken, given) = opcode.stack_use(oparg);
            assert_eq!((&effect[1], &effect[2]), (&Value::from(taken), &Value::from(given)), "{name} {values}");
        }
        let Encoding::Extended(byte) = opcode.encoding() else { panic!("{name} is no typed opcode") };
        assert_eq!(Opcode::from_extended_byte(byte), Some(opcode), "{name}: from its byte");
    }
}
