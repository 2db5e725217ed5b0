//! An operand → what `dis` shows in parentheses behind it (`dis.py: ArgResolver`).

use super::table::Step;
use crate::repr::repr;
use crate::{CodeObject, Opcode, Operand};
use rustc_hash::FxHashMap;

/// `_opcode.get_nb_ops()`
const BINARY: [&str; 27] = [
    "+", "&", "//", "<<", "@", "*", "%", "|", "**", ">>", "-", "/", "^", "+=", "&=", "//=", "<<=", "@=", "*=", "%=",
    "|=", "**=", ">>=", "-=", "/=", "^=", "[]",
];
/// `opcode.cmp_op`
const COMPARE: [&str; 6] = ["<", "<=", "==", "!=", ">", ">="];
/// `_opcode.get_intrinsic1_descs()`
const INTRINSIC_1: [&str; 12] = [
    "INTRINSIC_1_INVALID",
    "INTRINSIC_PRINT",
    "INTRINSIC_IMPORT_STAR",
    "INTRINSIC_STOPITERATION_ERROR",
    "INTRINSIC_ASYNC_GEN_WRAP",
    "INTRINSIC_UNARY_POSITIVE",
    "INTRINSIC_LIST_TO_TUPLE",
    "INTRINSIC_TYPEVAR",
    "INTRINSIC_PARAMSPEC",
    "INTRINSIC_TYPEVARTUPLE",
    "INTRINSIC_SUBSCRIPT_GENERIC",
    "INTRINSIC_TYPEALIAS",
];
/// `_opcode.get_intrinsic2_descs()`
const INTRINSIC_2: [&str; 6] = [
    "INTRINSIC_2_INVALID",
    "INTRINSIC_PREP_RERAISE_STAR",
    "INTRINSIC_TYPEVAR_WITH_BOUND",
    "INTRINSIC_TYPEVAR_WITH_CONSTRAINTS",
    "INTRINSIC_SET_FUNCTION_TYPE_PARAMS",
    "INTRINSIC_SET_TYPEPARAM_DEFAULT",
];
/// `opcode._common_constants`
const COMMON_CONSTANTS: [&str; 5] =
    ["AssertionError", "NotImplementedError", "tuple", "<built-in function all>", "<built-in function any>"];
/// `_opcode.get_special_method_names()`
const SPECIAL_METHODS: [&str; 4] = ["__enter__", "__exit__", "__aenter__", "__aexit__"];
/// What `CONVERT_VALUE` calls.
const CONVERSIONS: [&str; 4] = ["", "str", "repr", "ascii"];
/// `dis.FUNCTION_ATTR_FLAGS`
const FUNCTION_ATTRIBUTES: [&str; 5] = ["defaults", "kwdefaults", "annotations", "closure", "annotate"];

/// What the operand of an instruction stands for; empty if it is only a number.
pub(super) fn describe(code: &CodeObject, labels: &FxHashMap<i64, usize>, step: Step) -> String {
    let (Some(opcode), Some(oparg)) = (step.opcode, step.oparg) else { return String::new() };
    let Ok(oparg) = usize::try_from(oparg) else { return String::new() };
    let name = |index: usize| code.names.get(index).map(ToString::to_string).unwrap_or_default();
    let local = |index: usize| code.local_names.get(index).map(ToString::to_string).unwrap_or_default();
    let one_of = |texts: &[&str]| (*texts.get(oparg).unwrap_or(&"")).to_owned();
    match opcode.operand() {
        Operand::None | Operand::Count => String::new(),
        Operand::Const | Operand::ConstValues => code.constants.get(oparg).map(repr).unwrap_or_default(),
        Operand::Name => name(oparg),
        Operand::GlobalName => with_flag(name(oparg >> 1), oparg, " + NULL"),
        Operand::AttributeName => with_flag(name(oparg >> 1), oparg, " + NULL|self"),
        Operand::SuperName => with_flag(name(oparg >> 2), oparg, " + NULL|self"),
        Operand::Local | Operand::Deref => local(oparg),
        Operand::LocalPair => format!("{}, {}", local(oparg >> 4), local(oparg & 15)),
        Operand::Jump => {
            let label = step.target().and_then(|target| labels.get(&target)).copied().unwrap_or(0);
            let preposition = if opcode == Opcode::EndAsyncFor { "from" } else { "to" };
            format!("{preposition} L{label}")
        }
        Operand::Binary => one_of(&BINARY),
        Operand::Compare => {
            let operator = COMPARE.get(oparg >> 5).unwrap_or(&"");
            if oparg & 16 == 0 { (*operator).to_owned() } else { format!("bool({operator})") }
        }
        Operand::Invert if opcode == Opcode::IsOp => if oparg == 0 { "is" } else { "is not" }.to_owned(),
        Operand::Invert => if oparg == 0 { "in" } else { "not in" }.to_owned(),
        Operand::Intrinsic1 => one_of(&INTRINSIC_1),
        Operand::Intrinsic2 => one_of(&INTRINSIC_2),
        Operand::CommonConstant => one_of(&COMMON_CONSTANTS),
        Operand::SpecialMethod => one_of(&SPECIAL_METHODS),
        Operand::Conversion => one_of(&CONVERSIONS),
        Operand::FunctionAttribute => {
            let set = FUNCTION_ATTRIBUTES.iter().enumerate().filter(|(bit, _)| oparg & 1 << bit != 0);
            set.map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
        }
    }
}

/// A name, and what its instruction pushes besides.
fn with_flag(name: String, oparg: usize, suffix: &str) -> String {
    if oparg & 1 == 1 && !name.is_empty() { name + suffix } else { name }
}
