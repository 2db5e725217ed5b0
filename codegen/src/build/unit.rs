//! A code unit while it is built, and the stack of units (`compiler_unit`, compile.c).
//!
//! ```text
//! class C: def m(self): lambda: 1      units: <module>, C, C.m, C.m.<locals>.<lambda>
//! ```
//!
//! Invariant: a unit is entered, filled and left in that order; leaving gives its code object.

use super::Builder;
use super::frame_block::FrameBlock;
use super::name::View;
use super::typed::LoopCopies;
use super::typed::strict::ClassList;
use crate::verify::typed::{Draft, has_typed_code};
use crate::{CodeFlags, CodeObject, CodeUnit, Constant, ConstantTable, InstructionSequence, Opcode, cfg};
use pyclast_syntax::symtable::{Resolution, Scope, ScopeId, Symbol, SymbolFlags, mangle};
use pyclast_syntax::type_facts::FunctionFact;
use pyclast_syntax::{Location, NameId, NameSet, PyString};
use ruff_python_ast::name::Name;
use ruff_python_ast::{StmtAnnAssign, StmtFunctionDef};
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;
use std::ops::Range;
use std::sync::Arc;

/// What a unit is compiled from (`COMPILE_SCOPE_*`); decides qualified names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum UnitKind {
    Module,
    Class,
    Function,
    AsyncFunction,
    Lambda,
    Comprehension,
    /// Annotations, type parameters, type aliases, bounds and defaults of type variables.
    Annotations,
}

/// Numbers of arguments of a unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct ArgumentCounts {
    /// Positional-only.
    pub(super) positional_only: u32,
    /// Positional, positional-only included.
    pub(super) positional: u32,
    /// Keyword-only.
    pub(super) keyword_only: u32,
}

/// An annotated name whose annotation goes into `__annotate__`.
#[derive(Clone, Copy, Debug)]
pub(super) struct DeferredAnnotation<'a> {
    pub(super) statement: &'a StmtAnnAssign,
    /// Its number in `__conditional_annotations__`, if it is conditional.
    pub(super) conditional_index: Option<u32>,
}

/// A code unit while it is built.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own")]
pub(super) struct Unit<'a> {
    pub(super) kind: UnitKind,
    pub(super) scope: ScopeId,
    /// How names are seen now.
    pub(super) view: View,
    pub(super) name: NameId,
    pub(super) qualname: PyString,
    pub(super) first_line: i32,
    /// The class whose private names are mangled here.
    pub(super) private: Option<NameId>,
    pub(super) arguments: ArgumentCounts,
    pub(super) has_docstring: bool,
    pub(super) sequence: InstructionSequence,
    pub(super) constants: ConstantTable,
    pub(super) names: NameSet,
    pub(super) var_names: NameSet,
    pub(super) cell_vars: NameSet,
    pub(super) free_vars: NameSet,
    /// Fast locals of inlined comprehensions in class and module units; true while in force
    /// (`u_fasthidden`).
    pub(super) fast_hidden: FxHashMap<NameId, bool>,
    /// Symbols changed for an inlined comprehension while it is built.
    pub(super) symbol_overrides: FxHashMap<NameId, Symbol>,
    /// Inside an inlined comprehension.
    pub(super) in_inlined_comprehension: bool,
    /// Inside `if`, `for`, `while`, `try`, `with`, `match` of a class or module body: annotations
    /// are conditional.
    pub(super) in_conditional_block: u32,
    pub(super) deferred_annotations: Vec<DeferredAnnotation<'a>>,
    pub(super) next_conditional_annotation: u32,
    /// Class units: attributes assigned through `self` (`__static_attributes__`).
    pub(super) static_attributes: NameSet,
    /// Static code: the facts of the checker count here.
    pub(super) is_typed: bool,
    /// What static code ends its constants with: checks of arguments and what is returned.
    pub(super) trailing_constant: Option<Constant>,
    /// Static code: the JIT cannot compile it safely.
    pub(super) suppresses_jit: bool,
    /// Static code: instructions that are not what makes code leave the JIT, by their places.
    pub(super) harmless: Vec<Range<usize>>,
    /// Strict code: where the classes to be frozen are kept.
    pub(super) class_list: Option<ClassList>,
    /// Static functions: what the checker knows of this one.
    pub(super) function: Option<&'a FunctionFact>,
    /// Static functions: names of locals that are primitives.
    pub(super) primitives: FxHashSet<NameId>,
    /// Static functions: cells of parameters that are primitives, which functions inside read.
    pub(super) apart: FxHashMap<NameId, NameId>,
    /// Static functions: names of parameters that are given as objects, which are kept in other locals.
    pub(super) unboxed: FxHashSet<NameId>,
    /// Static code: names that the inlined comprehensions around the current place bind.
    pub(super) isolated: Vec<NameId>,
    /// Static code: variables of the loops around the current place that are not negative there.
    pub(super) counted: Vec<Name>,
    /// The function of static code that the unit is of.
    pub(super) definition: Option<&'a StmtFunctionDef>,
    /// Names of static code that have to own what loops give them.
    pub(super) loop_copies: LoopCopies<'a>,
    /// Loops of static code that count in temporaries around the current place.
    pub(super) temporaries: u32,
    /// Calls of static code whose arguments are kept in temporaries around the current place.
    pub(super) spilling: u32,
    /// Loops, `try`, `with` around the current place.
    pub(super) blocks: Vec<FrameBlock<'a>>,
}

impl Builder<'_> {
    /// Starts a unit (`_PyCompile_EnterScope` and `codegen_enter_scope`).
    pub(super) fn enter_unit(
        &mut self,
        kind: UnitKind,
        scope: ScopeId,
        name: NameId,
        first_line: i32,
        private: Option<NameId>,
        arguments: ArgumentCounts,
    ) {
        let table = self.table;
        let entry = table.scope(scope);
        let (cell_vars, free_vars) = self.cells_and_frees(entry);
        let qualname = self.qualname(kind, name);
        let mut var_names = self.spare.names.pop().unwrap_or_default();
        var_names.extend(entry.parameters.iter().copied());
        let function = self.scope_fact(scope);
        let primitives = self.primitive_names(function, private);
        let (cell_vars, apart) = self.cells_apart(cell_vars, &primitives);
        self.units.push(Unit {
            kind,
            scope,
            view: self.found_names.new_view(),
            name,
            qualname,
            first_line,
            private,
            arguments,
            has_docstring: false,
            sequence: self.spare.graph.spare_sequence(),
            constants: ConstantTable::in_memory_of(self.spare.assembler.spare_constants()),
            names: self.spare.names.pop().unwrap_or_default(),
            var_names,
            cell_vars,
            free_vars,
            fast_hidden: FxHashMap::default(),
            symbol_overrides: FxHashMap::default(),
            in_inlined_comprehension: false,
            in_conditional_block: 0,
            deferred_annotations: Vec::new(),
            next_conditional_annotation: 0,
            static_attributes: NameSet::default(),
            is_typed: self.inherits_types(),
            trailing_constant: None,
            unboxed: FxHashSet::default(),
            suppresses_jit: false,
            harmless: Vec::new(),
            class_list: self.inherited_class_list(kind),
            function,
            primitives,
            apart,
            isolated: Vec::new(),
            counted: Vec::new(),
            definition: None,
            loop_copies: LoopCopies::default(),
            temporaries: 0,
            spilling: 0,
            blocks: Vec::new(),
        });
        let is_module = kind == UnitKind::Module;
        let location = Location::new(if is_module { 0 } else { first_line }, first_line, 0, 0);
        self.emit_arg(Opcode::Resume, 0, location);
        if is_module {
            self.emit(Opcode::AnnotationsPlaceholder, location);
        }
    }

    /// Ends the unit: adds the final return, optimizes, assembles
    /// (`_PyCompile_OptimizeAndAssemble` and `_PyCompile_ExitScope`).
    pub(super) fn leave_unit(&mut self, add_none: bool) -> Arc<CodeObject> {
        if add_none {
            self.emit_const(Constant::None, Location::NONE);
        }
        self.emit(Opcode::ReturnValue, Location::NONE);
        let unit = self.units.pop().expect("every unit left was entered");
        let flags = self.code_flags(&unit);
        let parameter_count = self.table.scope(unit.scope).parameters.len();
        let text = |name| self.names.get(name).clone();
        let texts = |names: &NameSet| names.names().map(text).collect();
        let mut var_names = self.spare.assembler.spare_names();
        var_names.extend(unit.var_names.names().map(text));
        let [cell_vars, free_vars] = [&unit.cell_vars, &unit.free_vars].map(texts);
        let hidden_locals = if unit.fast_hidden.is_empty() {
            Vec::new()
        } else {
            unit.var_names.names().map(|name| unit.fast_hidden.contains_key(&name)).collect()
        };
        let names = self.spare.assembler.shared_names(unit.names.names().map(text));
        for mut set in [unit.names, unit.var_names] {
            set.clear();
            self.spare.names.push(set);
        }
        let unit = CodeUnit {
            name: self.names.get(unit.name).clone(),
            qualname: unit.qualname,
            first_line: unit.first_line,
            arg_count: unit.arguments.positional,
            pos_only_arg_count: unit.arguments.positional_only,
            kw_only_arg_count: unit.arguments.keyword_only,
            flags,
            parameter_count,
            constants: unit.constants.into_constants(),
            trailing_constant: unit.trailing_constant,
            names,
            hidden_locals,
            var_names,
            cell_vars,
            free_vars,
            sequence: unit.sequence,
        };
        if self.only_diagnoses || !self.errors.in_order.is_empty() {
            // Building goes on only to find more: the code is never used.
            return Arc::new(CodeObject::placeholder(unit));
        }
        self.finish_unit(unit)
    }

    /// Optimizes and assembles a unit; static code is then to get the checks without which it could not be proved.
    pub(super) fn finish_unit(&mut self, unit: CodeUnit) -> Arc<CodeObject> {
        self.spare.graph.reuse_instructions(self.spare.assembler.spare_instructions());
        let optimized = cfg::optimize(unit, self.options.target, &mut self.spare.graph);
        if self.facts.is_none() || !has_typed_code(&optimized) {
            return Arc::new(self.spare.assembler.assemble(optimized, &self.filename));
        }
        let draft = Draft::new(&optimized);
        let code = Arc::new(self.spare.assembler.assemble(optimized, &self.filename));
        self.unchecked.add(&code, draft);
        code
    }

    /// Classes of class bodies at module level go on the module's list.
    fn inherited_class_list(&self, kind: UnitKind) -> Option<ClassList> {
        let is_transparent = matches!(kind, UnitKind::Class | UnitKind::Annotations);
        self.units.last()?.class_list.filter(|&list| is_transparent && list == ClassList::Global)
    }

    /// Cells and free variables in CPython's order (`dictbytype`): each sorted by name.
    fn cells_and_frees(&self, entry: &Scope) -> (NameSet, NameSet) {
        let sorted = |resolution: Resolution, flag: SymbolFlags| {
            let mut names: Vec<_> = entry
                .symbols
                .iter()
                .filter(|(_, symbol)| symbol.resolution == resolution || symbol.flags.intersects(flag))
                .map(|(name, _)| name)
                .collect();
            names.sort_by(|&left, &right| self.names.get(left).cmp(self.names.get(right)));
            NameSet::from_iter(names)
        };
        let mut cells = sorted(Resolution::Cell, SymbolFlags::COMP_CELL);
        for (needed, name) in [
            (entry.needs_class_closure, self.known.class_cell),
            (entry.needs_classdict, self.known.classdict),
            (entry.has_conditional_annotations, self.known.conditional_annotations),
        ] {
            if needed {
                cells.insert(name);
            }
        }
        (cells, sorted(Resolution::Free, SymbolFlags::FREE_CLASS))
    }

    /// `compiler_set_qualname`: the name with those of the units around it.
    fn qualname(&mut self, kind: UnitKind, name: NameId) -> PyString {
        let bare = self.names.get(name).clone();
        let mut enclosing = self.units.len();
        if enclosing <= 1 {
            return bare;
        }
        if self.units[enclosing - 1].kind == UnitKind::Annotations {
            // Type-parameter scopes are transparent: the unit around them counts.
            if enclosing == 2 {
                return bare;
            }
            enclosing -= 1;
        }
        let parent = &self.units[enclosing - 1];
        if matches!(kind, UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Class) {
            let mangled = mangle(&mut self.names, parent.private, name);
            let symbol = self.table.symbol(parent.scope, mangled);
            if symbol.is_some_and(|symbol| symbol.resolution == Resolution::GlobalExplicit) {
                return bare;
            }
        }
        let locals = match parent.kind {
            UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Lambda => ".<locals>",
            _ => "",
        };
        let mut qualname = SmallVec::<[u8; 128]>::new();
        for part in [parent.qualname.as_bytes(), locals.as_bytes(), b".", bare.as_bytes()] {
            qualname.extend_from_slice(part);
        }
        PyString::from_surrogatepass(&qualname)
    }

    /// `compute_code_flags`.
    fn code_flags(&self, unit: &Unit<'_>) -> CodeFlags {
        let scope = self.table.scope(unit.scope);
        let mut flags = CodeFlags::default();
        if scope.is_function_like() {
            flags.insert(CodeFlags(CodeFlags::OPTIMIZED.0 | CodeFlags::NEWLOCALS.0));
            for (present, flag) in [
                (scope.nested, CodeFlags::NESTED),
                (scope.generator && !scope.coroutine, CodeFlags::GENERATOR),
                (scope.generator && scope.coroutine, CodeFlags::ASYNC_GENERATOR),
                (scope.varargs, CodeFlags::VARARGS),
                (scope.varkeywords, CodeFlags::VARKEYWORDS),
                (unit.has_docstring, CodeFlags::HAS_DOCSTRING),
                (scope.method, CodeFlags::METHOD),
            ] {
                if present {
                    flags.insert(flag);
                }
            }
        }
        if scope.coroutine && !scope.generator {
            flags.insert(CodeFlags::COROUTINE);
        }
        if unit.suppresses_jit {
            flags.insert(CodeFlags::SUPPRESS_JIT);
        }
        if unit.trailing_constant.is_some() {
            flags.insert(CodeFlags::STATICALLY_COMPILED);
        }
        if self.table.future.annotations {
            flags.insert(CodeFlags::FUTURE_ANNOTATIONS);
        }
        if self.table.future.barry_as_flufl {
            flags.insert(CodeFlags::FUTURE_BARRY_AS_BDFL);
        }
        flags
    }
}
