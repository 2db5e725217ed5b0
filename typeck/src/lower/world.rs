//! Classes, fields and functions that a module's code names → what the proof of that code takes for granted.
//!
//! ```text
//! c.x      (c: C)     field x of ("m", "C"): ("builtins", "int")
//! f(1)                function (("m",), "f"): takes ("builtins", "int"), returns any object
//! ```
//!
//! Invariant: what is said of a function is what its own code checks and promises ([`super::definition`]).

use super::Lowering;
use crate::types::{ClassId, ClassKind, DecoratedKind, FunctionId, SlotId};
use pyclast_syntax::type_facts::{Descriptor, FunctionDescriptor};
use pyclast_syntax::world_facts::{ClassWorld, FieldWorld, FunctionPart, FunctionWorld};
use ruff_python_ast::name::Name;
use rustc_hash::{FxBuildHasher, FxHashSet};

impl Lowering<'_, '_> {
    /// Notes a function under a name it is called by.
    pub(super) fn note_function(&mut self, descriptor: FunctionDescriptor, part: FunctionPart, function: FunctionId) {
        if !self.is_new_function(&descriptor, part) {
            return;
        }
        let data = self.checker.types.function(function);
        let (kind, count, container, name) =
            (data.kind, data.params.as_ref().map(Vec::len), data.container, data.name.clone());
        let is_typed = kind.is_function() || count.is_some();
        let is_foreign = container
            .is_some_and(|class| matches!(self.checker.types.class(class).module.as_str(), "builtins" | "__static__"));
        if is_typed && is_foreign {
            // Checked collections state what they take; the proof knows them.
            return;
        }
        let parameters = count.map(|count| {
            (0..count)
                .map(|index| self.checker.parameter_type(function, index).and_then(|class| self.checked(class)))
                .collect()
        });
        let member = container.and_then(|class| self.checker.types.own_member(class, &name));
        let decorated = member.and_then(|member| self.checker.types.decorated_kind(member));
        let mut returned = if is_typed { self.checker.returns(function) } else { ClassId::DYNAMIC };
        let is_coroutine = self.checker.types.kind(returned) == ClassKind::Awaitable;
        if is_coroutine {
            returned = self.checker.types.class(returned).type_args.first().copied().unwrap_or(ClassId::DYNAMIC);
        }
        if decorated == Some(DecoratedKind::Unknown) {
            returned = ClassId::DYNAMIC;
        }
        let returns = self.checked(returned);
        let is_static = decorated == Some(DecoratedKind::Static);
        let world = FunctionWorld { function: descriptor, part, parameters, returns, is_coroutine, is_static };
        self.facts.world.functions.push(world);
    }

    /// Notes a function under its own name.
    pub(super) fn note_called(&mut self, descriptor: &FunctionDescriptor, function: FunctionId) {
        if self.noted_ids.insert(function) {
            self.note_function(descriptor.clone(), FunctionPart::Whole, function);
        }
    }

    /// Whether a function was not noted yet; it is from now on.
    fn is_new_function(&mut self, descriptor: &FunctionDescriptor, part: FunctionPart) -> bool {
        let room = self.facts.calls.capacity();
        let noted = self.noted_functions.entry(part).or_insert_with(|| {
            FxHashSet::with_capacity_and_hasher(if part == FunctionPart::Whole { room } else { 0 }, FxBuildHasher)
        });
        noted.insert(descriptor.clone())
    }

    /// Notes what reads and stores a property.
    pub(super) fn note_property(&mut self, descriptor: &FunctionDescriptor, function: FunctionId) {
        self.note_function(descriptor.clone(), FunctionPart::Get, function);
        if !self.is_new_function(descriptor, FunctionPart::Set) {
            return;
        }
        let receiver = self.checker.parameter_type(function, 0).and_then(|class| self.checked(class));
        let value = self.checker.returns(function);
        let value = self.checked(value);
        self.note_accessor(descriptor.clone(), FunctionPart::Set, vec![receiver, value], None);
    }

    /// Notes a field, or what reads and stores it if it has a default.
    pub(super) fn note_field(&mut self, slot: SlotId, class: &Descriptor, name: &Name) {
        // Most are read more than once; flavours of a class have slots of their own.
        if !self.noted_slots.insert(slot) || !self.noted_fields.insert((class.clone(), name.clone())) {
            return;
        }
        let declared = self.checker.slot_decl_type(slot);
        let holds = self.checked(declared);
        if self.checker.is_slot_with_default(slot) {
            let function =
                FunctionDescriptor { class: Some(class.clone()), module: class.module.clone(), name: name.clone() };
            let receiver = Some(class.clone());
            self.note_accessor(function.clone(), FunctionPart::Get, vec![receiver.clone()], holds.clone());
            self.note_accessor(function, FunctionPart::Set, vec![receiver, holds], None);
        } else {
            self.facts.world.fields.push(FieldWorld { class: class.clone(), name: name.clone(), holds });
        }
    }

    /// Notes a field of a dataclass, whose own methods store it, default or not.
    pub(super) fn note_dataclass_field(&mut self, owner: &Descriptor, name: &Name, class: ClassId) {
        let owner = owner.unmarked();
        let holds = self.checked(class);
        self.facts.world.fields.push(FieldWorld { class: owner, name: name.clone(), holds });
    }

    fn note_accessor(
        &mut self,
        function: FunctionDescriptor,
        part: FunctionPart,
        parameters: Vec<Option<Descriptor>>,
        returns: Option<Descriptor>,
    ) {
        let parameters = Some(parameters);
        let world = FunctionWorld { function, part, parameters, returns, is_coroutine: false, is_static: false };
        self.facts.world.functions.push(world);
    }

    /// The descriptor of what is checked at run time.
    fn checked(&self, class: ClassId) -> Option<Descriptor> {
        if self.is_type_checked(class) { self.descriptor(class) } else { None }
    }

    /// All classes that have been named, with their bases.
    pub(super) fn lower_world(&mut self) {
        self.facts.world.module = self.checker.module(self.module).name.clone();
        let named = self.named.take();
        for class in named {
            let mro = self.checker.types.mro(class);
            let mro: Vec<Descriptor> =
                mro.iter().filter_map(|&base| self.descriptor(base)).map(|descriptor| descriptor.unmarked()).collect();
            let Some(descriptor) = mro.first().cloned() else { continue };
            let is_final = self.checker.types.class(class).is_final;
            self.facts.world.classes.push(ClassWorld { class: descriptor, mro, is_final });
        }
    }
}
