//! Functions of primitive results that may leave the JIT half way, and their twins, which give objects.
//!
//! ```text
//! def f(x: int) -> int64:               <boxed f 1>    x · 1 · COMPARE_OP · … · PRIMITIVE_BOX 7 · RETURN_VALUE
//!     return 1 if x > 1 else 2          f              x · INVOKE_FUNCTION ((("m",), "<boxed f 1>"), 1) · PRIMITIVE_UNBOX 7 · RETURN_PRIMITIVE 7
//! ```
//!
//! The JIT guesses: that an integer is small, that an attribute is where it was, that a name of the module stands for the
//! same function. Where it is wrong, and where an exception is handled, the interpreter goes on with the function, and what
//! that returns is an object; code that called the JIT's takes its address for the number (`resumeInInterpreter`). So the
//! body is a function of its own, whose result is an object either way. It has defaults of keywords, none, for then the JIT
//! puts it in place of no call (`canInline`), where leaving would be the caller's.
//!
//! Invariant: code that returns a primitive leaves the JIT only to raise; and so does what the JIT may put into it.

use super::super::Builder;
use super::super::closure::FunctionFlags;
use super::super::unit::{ArgumentCounts, Unit, UnitKind};
use super::emit::primitive_constant;
use crate::{
    CodeFlags, CodeObject, CodeUnit, Constant, ConstantTable, Instruction, InstructionSequence, Opcode, VALUES_SHIFT,
};
use pyclast_syntax::symtable::ScopeId;
use pyclast_syntax::type_facts::{Descriptor, TypeCode};
use pyclast_syntax::{Location, PyString};
use ruff_python_ast::StmtFunctionDef;
use ruff_python_ast::name::Name;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Twins by the scopes of their functions.
pub(in crate::build) type Twins = FxHashMap<ScopeId, Arc<CodeObject>>;

/// `SEQ_LIST_INEXACT`, `FAST_LEN_INEXACT`
const INEXACT_LIST: i32 = 2;
const INEXACT_LENGTH: i32 = 1 << 4;
/// `SEQ_SUBSCR_UNCHECKED`
const UNCHECKED: i32 = 1 << 3;

impl Builder<'_> {
    /// Ends the unit of a function.
    pub(in crate::build) fn leave_function(
        &mut self,
        function: &StmtFunctionDef,
        location: Location,
    ) -> Arc<CodeObject> {
        let kind = self.unit().kind;
        let Some(code) = self.returned_primitive().filter(|_| kind == UnitKind::Function) else {
            return self.leave_unit(true);
        };
        if !self.unit_may_leave() {
            return self.leave_unit(true);
        }
        let unit = self.units.last().expect("the unit of the function is not left");
        if !fits_twin(unit, function, &self.units[..self.units.len() - 1]) {
            self.unit_mut().suppresses_jit = true;
            return self.leave_unit(true);
        }
        self.leave_with_twin(code, location)
    }

    /// Whether a function that is to be defined can have a twin.
    pub(super) fn may_have_twin(&self, function: &StmtFunctionDef) -> bool {
        takes_positional(function) && self.units.iter().all(|unit| is_once(unit) && unit.blocks.is_empty())
    }

    /// Defines the twin of a function, if it has one.
    pub(in crate::build) fn define_twin(&mut self, scope: ScopeId, location: Location) {
        let Some(twin) = self.twins.remove(&scope) else { return };
        let name = twin_name(&twin);
        let id = self.names.intern(&name);
        if let Some((world, trailing)) = self.world.as_mut().zip(twin.constants.last()) {
            world.add_function(Name::new(&name), twin.arg_count as usize, trailing);
        }
        self.emit_arg(Opcode::BuildMap, 0, location);
        self.make_closure(location, twin, FunctionFlags::KEYWORD_DEFAULTS);
        let index = self.unit_mut().names.insert_full(id).0;
        self.emit_arg(Opcode::StoreGlobal, index, location);
    }

    /// Makes the unit the twin of a function, and gives that.
    fn leave_with_twin(&mut self, code: TypeCode, location: Location) -> Arc<CodeObject> {
        let mut returns = Descriptor::boxing(code);
        returns.marks.add('!');
        let returns = self.type_constant(&returns);
        let unit = self.unit_mut();
        unit.sequence.replace_pairs(|first, second| {
            let is_return = first.opcode == Opcode::Nop && second.opcode == Opcode::ReturnPrimitive;
            is_return.then(|| {
                let boxed = Instruction::new(Opcode::PrimitiveBox, second.oparg, second.location);
                [boxed, Instruction::new(Opcode::ReturnValue, 0, second.location)]
            })
        });
        let given = unit.trailing_constant.clone();
        let checks = given.as_ref().and_then(parts).and_then(<[_]>::first).cloned();
        let checks = checks.unwrap_or_else(|| Constant::tuple([]));
        unit.trailing_constant = Some(Constant::tuple([checks.clone(), returns]));
        let (scope, arguments) = (unit.scope, unit.arguments);
        let docstring = unit.has_docstring.then(|| unit.constants.get(0).cloned()).flatten();
        let twin = self.leave_unit(true);
        let wrapper = Wrapper { twin: &twin, code, arguments, checks: &checks, given, docstring, location };
        let wrapper = wrapper.unit(self.facts.map_or("", |facts| &facts.world.module));
        self.twins.insert(scope, twin);
        self.finish_unit(wrapper)
    }

    /// Whether the JIT's code of the unit may leave it and go on, as far as is known.
    fn unit_may_leave(&mut self) -> bool {
        let Some(unit) = self.units.pop() else { return false };
        let instructions = unit.sequence.instructions();
        // What is sure to raise does not go on, unless somebody handles it.
        let raises = |block: &[Instruction]| {
            block.iter().any(|instruction| matches!(instruction.opcode, Opcode::RaiseVarargs | Opcode::Reraise))
        };
        let found = instructions.iter().any(handles)
            || unit.sequence.blocks().into_iter().any(|block| {
                !raises(&instructions[block.clone()])
                    && block.into_iter().any(|index| {
                        !unit.harmless.iter().any(|range| range.contains(&index))
                            && self.is_guess(instructions[index], &unit)
                    })
            });
        self.units.push(unit);
        found
    }

    /// Whether the JIT may make something of an instruction that is not right each time it is executed.
    fn is_guess(&mut self, instruction: Instruction, unit: &Unit<'_>) -> bool {
        match instruction.opcode {
            Opcode::Resume
            | Opcode::Nop
            | Opcode::PopTop
            | Opcode::Copy
            | Opcode::Swap
            | Opcode::IsOp
            | Opcode::LoadConst
            | Opcode::LoadSmallInt
            | Opcode::LoadFast
            | Opcode::StoreFast
            | Opcode::LoadDeref
            | Opcode::StoreDeref
            | Opcode::LoadLocal
            | Opcode::StoreLocal
            | Opcode::LoadField
            | Opcode::StoreField
            | Opcode::BuildTuple
            | Opcode::BuildList
            | Opcode::BuildMap
            | Opcode::BuildCheckedList
            | Opcode::BuildCheckedMap
            | Opcode::ListAppend
            | Opcode::Cast
            | Opcode::RefineType
            | Opcode::LoadType
            | Opcode::TpAlloc
            | Opcode::PrimitiveLoadConst
            | Opcode::PrimitiveBox
            | Opcode::PrimitiveUnbox
            | Opcode::PrimitiveBinaryOp
            | Opcode::PrimitiveUnaryOp
            | Opcode::PrimitiveCompareOp
            | Opcode::ConvertPrimitive
            | Opcode::Jump
            | Opcode::JumpNoInterrupt
            | Opcode::PopJumpIfZero
            | Opcode::PopJumpIfNonzero
            | Opcode::PopJumpIfTrue
            | Opcode::PopJumpIfFalse
            | Opcode::PopJumpIfNone
            | Opcode::PopJumpIfNotNone
            | Opcode::LoadMethodStatic
            | Opcode::InvokeMethod
            | Opcode::InvokeNative
            | Opcode::ReturnPrimitive
            | Opcode::ReturnValue => false,
            Opcode::FastLen => instruction.oparg & INEXACT_LENGTH != 0,
            Opcode::SequenceGet | Opcode::SequenceSet => instruction.oparg & !UNCHECKED == INEXACT_LIST,
            Opcode::InvokeFunction => self.is_guess_in_callee(instruction.oparg, unit),
            _ => true,
        }
    }

    /// Whether a function that the JIT may put in place of its call may leave the JIT: none that gives a primitive does.
    fn is_guess_in_callee(&mut self, oparg: i32, unit: &Unit<'_>) -> bool {
        let index = usize::try_from(oparg & ((1 << VALUES_SHIFT) - 1)).unwrap_or_default();
        let function = unit.constants.get(index).and_then(parts).and_then(<[_]>::first);
        let Some((function, world)) = function.zip(self.world.as_mut()) else { return true };
        let Some([container, name]) = parts(function) else { return true };
        let path = parts(container).map(|parts| parts.iter().map(text).collect::<Vec<_>>());
        let Some([Some(module), class @ ..]) = path.as_deref() else { return true };
        if matches!(*module, "builtins" | "__static__") || world.gives_primitive(function) {
            return false;
        }
        let is_own = self.facts.is_some_and(|facts| facts.world.module == *module);
        match (class, text(name)) {
            ([] | [Some(_)], Some(name)) if is_own => {
                !self.module_functions.is_pure(class.first().copied().flatten(), name)
            }
            _ => true,
        }
    }
}

/// The function around a twin.
struct Wrapper<'t> {
    twin: &'t CodeObject,
    code: TypeCode,
    arguments: ArgumentCounts,
    checks: &'t Constant,
    /// Its trailing constant.
    given: Option<Constant>,
    docstring: Option<Constant>,
    location: Location,
}

impl Wrapper<'_> {
    /// Takes what the twin takes, and calls it.
    fn unit(self, module: &str) -> CodeUnit {
        let Self { twin, code, arguments, location, .. } = self;
        let count = twin.arg_count as usize;
        let mut constants = ConstantTable::default();
        let mut sequence = InstructionSequence::default();
        if let Some(docstring) = self.docstring.clone() {
            constants.add(docstring);
        }
        let mut emit = |opcode, oparg: usize| {
            let oparg = i32::try_from(oparg).expect("operands are below 2**31");
            sequence.push(Instruction::new(opcode, oparg, location));
        };
        emit(Opcode::Resume, 0);
        for position in 0..count {
            match self.primitive(position) {
                Some(code) => {
                    let local = Constant::int(i64::try_from(position).unwrap_or_default());
                    emit(Opcode::LoadLocal, constants.add(Constant::tuple([local, primitive_constant(code)])));
                }
                None => emit(Opcode::LoadFast, position),
            }
        }
        let container = Constant::tuple([Constant::str(module)]);
        let function = Constant::tuple([container, Constant::str(&twin_name(twin))]);
        let values = Constant::int(i64::try_from(count).unwrap_or_default());
        let function = constants.add(Constant::tuple([function, values]));
        emit(Opcode::InvokeFunction, function | count << VALUES_SHIFT);
        emit(Opcode::PrimitiveUnbox, code as usize);
        emit(Opcode::ReturnPrimitive, code as usize);
        CodeUnit {
            name: twin.name.clone(),
            qualname: twin.qualname.clone(),
            first_line: twin.first_line,
            arg_count: arguments.positional,
            pos_only_arg_count: arguments.positional_only,
            kw_only_arg_count: arguments.keyword_only,
            flags: CodeFlags(twin.flags.0 & !CodeFlags::SUPPRESS_JIT.0),
            parameter_count: count,
            constants: constants.into_constants(),
            trailing_constant: self.given,
            names: Arc::default(),
            var_names: twin.local_names.iter().take(count).cloned().collect::<Vec<PyString>>(),
            hidden_locals: Vec::new(),
            cell_vars: Vec::new(),
            free_vars: Vec::new(),
            sequence,
        }
    }

    /// Which primitive a parameter is.
    fn primitive(&self, position: usize) -> Option<TypeCode> {
        let (pairs, _) = parts(self.checks)?.as_chunks::<2>();
        let [_, class] = pairs.iter().find(|[at, _]| at.as_small_int() == i64::try_from(position).ok())?;
        match parts(class)? {
            [_, name, mark] if text(mark) == Some("#") => TypeCode::named(text(name)?),
            _ => None,
        }
    }
}

/// The global that a twin is: no source can name it.
fn twin_name(twin: &CodeObject) -> String {
    format!("<boxed {} {}>", twin.qualname, twin.first_line)
}

/// Whether a function can have a twin, which is found by its name.
fn fits_twin(unit: &Unit<'_>, function: &StmtFunctionDef, around: &[Unit<'_>]) -> bool {
    let is_repeated = around.iter().any(|unit| !unit.blocks.is_empty());
    takes_positional(function) && around.iter().all(is_once) && (!is_repeated || unit.free_vars.is_empty())
}

/// Whether a unit is executed once, but for loops around it.
fn is_once(unit: &Unit<'_>) -> bool {
    matches!(unit.kind, UnitKind::Module | UnitKind::Class | UnitKind::Annotations)
}

fn takes_positional(function: &StmtFunctionDef) -> bool {
    let parameters = &function.parameters;
    parameters.kwonlyargs.is_empty() && parameters.vararg.is_none() && parameters.kwarg.is_none()
}

fn handles(instruction: &Instruction) -> bool {
    matches!(instruction.opcode, Opcode::SetupFinally | Opcode::SetupCleanup | Opcode::SetupWith)
}

fn parts(constant: &Constant) -> Option<&[Constant]> {
    match constant {
        Constant::Tuple(parts) => Some(parts),
        _ => None,
    }
}

fn text(constant: &Constant) -> Option<&str> {
    match constant {
        Constant::Str(text) => text.as_str(),
        _ => None,
    }
}
