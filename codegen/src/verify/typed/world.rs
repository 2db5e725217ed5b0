//! What the proof takes for granted: classes with their bases, fields, signatures.
//!
//! ```text
//! ("m", "C", "?")            class m.C, or None
//! (("m", "C"), "x")          a field: holds an int
//! ((("m",), "f"), 2)         a function: takes a C and an int64, returns any object
//! ```
//!
//! The checker made it ([`WorldFacts`]) and vouches for it. A class that it does not know is taken as one without
//! relatives, fields and methods.
//!
//! A world also remembers which code objects were proved in it, so that none is examined twice.
//!
//! Invariant: equal classes have equal ids.

use super::builtins;
use crate::build::BoxedParameters;
use crate::{CodeObject, Constant};
use pyclast_syntax::PyString;
use pyclast_syntax::type_facts::{ClassDescriptor, Descriptor, FunctionDescriptor, Marks, TypeCode};
use pyclast_syntax::world_facts::{FunctionPart, FunctionWorld, WorldFacts};
use ruff_python_ast::name::Name;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::sync::{Arc, Weak};

/// A class.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct ClassId(pub(super) u32);

/// The objects of a class.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Type {
    pub(super) class: ClassId,
    /// Not those of its subclasses.
    pub(super) exact: bool,
    /// And None.
    pub(super) optional: bool,
}

impl Type {
    /// Any object.
    pub(super) const OBJECT: Self = Self { class: ClassId::OBJECT, exact: false, optional: true };
    /// None.
    pub(super) const NONE: Self = Self::exact(ClassId::NONE);

    pub(super) const fn exact(class: ClassId) -> Self {
        Self { class, exact: true, optional: false }
    }

    pub(super) const fn of(class: ClassId) -> Self {
        Self { class, exact: false, optional: false }
    }
}

/// What a parameter, field or result is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Shape {
    Object(Type),
    Primitive(TypeCode),
}

impl Shape {
    pub(super) const ANY: Self = Self::Object(Type::OBJECT);
}

/// A class.
#[derive(Debug)]
pub(super) struct Class {
    pub(super) descriptor: Descriptor,
    /// It and its bases.
    pub(super) mro: Box<[ClassId]>,
    pub(super) is_final: bool,
    pub(super) is_allocated: bool,
    /// What a generic class is made of.
    pub(super) arguments: Box<[Type]>,
    pub(super) family: Family,
}

/// Which layout a class has, where instructions rely on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Family {
    Other,
    CheckedList,
    CheckedDict,
    Array,
}

/// A function that instructions call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Signature {
    /// What it takes; none if it checks for itself.
    pub(super) parameters: Option<Box<[Shape]>>,
    pub(super) returns: Shape,
    /// What it returns is a coroutine that gives `returns`.
    pub(super) is_coroutine: bool,
    /// It does not take the receiver.
    pub(super) is_static: bool,
}

/// Where a function is found: the module or the class, the name, the part.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct FunctionKey {
    container: Container,
    name: Name,
    part: FunctionPart,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Container {
    Module(Name),
    Class(ClassId),
}

/// What the code of a module may rely on.
#[derive(Debug)]
pub struct World {
    pub(super) module: Name,
    /// What the checker vouches for: threads share it.
    known: Arc<Known>,
    /// Classes that the code names besides.
    classes: Classes,
    /// Functions that stand in no source.
    added: FxHashMap<FunctionKey, Arc<Signature>>,
    named: Named,
    proved: Proved,
}

/// What the checker vouches for.
#[derive(Debug, Default)]
struct Known {
    classes: Classes,
    fields: FxHashMap<(ClassId, Name), Shape>,
    functions: FxHashMap<FunctionKey, Arc<Signature>>,
    /// The functions of this module.
    by_qualname: FxHashMap<String, Vec<FunctionKey>>,
}

/// Classes, and their ids by name.
#[derive(Debug, Default)]
struct Classes {
    list: Vec<Class>,
    ids: FxHashMap<Descriptor, ClassId>,
}

/// Code objects that are proved, by their addresses, which nothing else gets while they are remembered; nor are they changed,
/// being shared.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proved(FxHashMap<usize, Weak<CodeObject>>);

/// What constants name, once somebody asked: the code generator shares them.
#[derive(Debug, Default)]
struct Named {
    types: ByConstant<Shape>,
    fields: ByConstant<(ClassId, Shape)>,
    functions: ByConstant<(Option<ClassId>, Arc<Signature>)>,
}

/// Something about tuples, by their addresses, which no others get while these are kept.
#[derive(Debug)]
struct ByConstant<T>(FxHashMap<usize, (Arc<[Constant]>, T)>);

impl<T> Default for ByConstant<T> {
    fn default() -> Self {
        Self(FxHashMap::default())
    }
}

impl<T: Clone> ByConstant<T> {
    fn get(&self, constant: &Constant) -> Option<T> {
        let Constant::Tuple(parts) = constant else { return None };
        self.0.get(&parts.as_ptr().addr()).map(|(_, known)| known.clone())
    }

    fn insert(&mut self, constant: &Constant, known: T) {
        if let Constant::Tuple(parts) = constant {
            self.0.insert(parts.as_ptr().addr(), (Arc::clone(parts), known));
        }
    }
}

impl Classes {
    fn reserve(&mut self, count: usize) {
        self.list.reserve(count);
        self.ids.reserve(count);
    }
}

impl Proved {
    /// Adds a code object.
    pub(super) fn add(&mut self, code: &Arc<CodeObject>) {
        let code = Arc::downgrade(code);
        self.0.insert(code.as_ptr().addr(), code);
    }
}

impl World {
    /// The world of a module.
    pub fn new(facts: &WorldFacts) -> Self {
        let mut world = Self {
            module: facts.module.clone(),
            known: Arc::default(),
            classes: Classes::default(),
            added: FxHashMap::default(),
            named: Named::default(),
            proved: Proved::default(),
        };
        let mut known = Known::default();
        world.classes.reserve(facts.classes.len() + builtins::COUNT as usize);
        known.fields.reserve(facts.fields.len());
        known.functions.reserve(facts.functions.len());
        builtins::add_classes(&mut world);
        for class in &facts.classes {
            let mro: Box<[ClassId]> = class.mro.iter().map(|base| world.class_id(base)).collect();
            let id = world.class_id(&class.class);
            if id.0 >= builtins::COUNT {
                let known = &mut world.classes.list[id.0 as usize];
                known.mro = if mro.first() == Some(&id) { mro } else { [id].into_iter().chain(mro).collect() };
                known.is_final |= class.is_final;
            }
        }
        for class in &facts.allocated {
            let id = world.class_id(class);
            world.classes.list[id.0 as usize].is_allocated = true;
        }
        for field in &facts.fields {
            let class = world.class_id(&field.class);
            let holds = world.shape(field.holds.as_ref());
            known.fields.insert((class, field.name.clone()), holds);
        }
        for function in &facts.functions {
            let (key, signature) = (world.key(&function.function, function.part), world.signature(function));
            if let Some(qualname) = world.qualname(&key) {
                known.by_qualname.entry(qualname).or_default().push(key.clone());
            }
            known.functions.insert(key, Arc::new(signature));
        }
        known.classes = std::mem::take(&mut world.classes);
        world.known = Arc::new(known);
        world
    }

    /// The world of the same facts, in which nothing is proved yet.
    pub(crate) fn anew(&self) -> Self {
        Self {
            module: self.module.clone(),
            known: Arc::clone(&self.known),
            classes: Classes::default(),
            added: FxHashMap::default(),
            named: Named::default(),
            proved: Proved::default(),
        }
    }

    /// Remembers that a code object is proved.
    pub(super) fn remember(&mut self, code: &Arc<CodeObject>) {
        self.proved.add(code);
    }

    /// What is proved in a world made of the same facts is proved here.
    pub(crate) fn adopt(&mut self, proved: Proved) {
        self.proved.0.extend(proved.0);
    }

    /// What is proved here, which is forgotten.
    pub(super) fn take_proved(&mut self) -> Proved {
        std::mem::take(&mut self.proved)
    }

    /// Whether that very code object is proved.
    pub(super) fn has_proved(&self, code: &CodeObject) -> bool {
        self.proved.0.contains_key(&std::ptr::from_ref(code).addr())
    }

    fn key(&mut self, function: &FunctionDescriptor, part: FunctionPart) -> FunctionKey {
        let container = match &function.class {
            Some(class) => Container::Class(self.class_id(class)),
            None => Container::Module(function.module.clone()),
        };
        FunctionKey { container, name: function.name.clone(), part }
    }

    fn signature(&mut self, function: &FunctionWorld) -> Signature {
        let parameters = function.parameters.as_ref().map(|parameters| {
            let mut shapes: Box<[_]> = parameters.iter().map(|parameter| self.shape(parameter.as_ref())).collect();
            let FunctionDescriptor { class, name, .. } = &function.function;
            let double = Shape::Primitive(TypeCode::Double);
            let doubles = shapes.iter().filter(|&&shape| shape == double).count();
            let boxed = BoxedParameters::new(class.is_some(), name, shapes.len(), doubles);
            for shape in &mut shapes {
                match *shape {
                    Shape::Primitive(code) if boxed.contains(code) => {
                        *shape = self.shape(Some(&Descriptor::boxing(code)));
                    }
                    _ => {}
                }
            }
            shapes
        });
        let returns = match self.shape(function.returns.as_ref()) {
            Shape::Primitive(code) if function.is_coroutine => self.shape(Some(&Descriptor::boxing(code))),
            returns => returns,
        };
        Signature { parameters, returns, is_coroutine: function.is_coroutine, is_static: function.is_static }
    }

    /// A class, whatever its marks; a new one if it is not known.
    pub(super) fn class_id(&mut self, descriptor: &Descriptor) -> ClassId {
        if descriptor.marks.is_empty()
            && let Some(id) = self.known_id(descriptor)
        {
            return id;
        }
        let key = descriptor.unmarked();
        if let Some(id) = self.known_id(&key) {
            return id;
        }
        let mut arguments = Vec::new();
        for argument in key.arguments.iter().flatten() {
            match self.shape(Some(argument)) {
                Shape::Object(class) => arguments.push(class),
                // Arrays alone hold primitives, and know which.
                Shape::Primitive(_) => {}
            }
        }
        let id = self.add_class(key, &[], false);
        if let Some(class) = self.classes.list.last_mut() {
            class.arguments = arguments.into();
            class.family = builtins::family(&class.descriptor);
            class.is_final = class.family != Family::Other;
        }
        id
    }

    fn known_id(&self, descriptor: &Descriptor) -> Option<ClassId> {
        self.known.classes.ids.get(descriptor).or_else(|| self.classes.ids.get(descriptor)).copied()
    }

    /// Adds a class; its bases end before `object`, which comes by itself.
    pub(super) fn add_class(&mut self, descriptor: Descriptor, bases: &[ClassId], is_final: bool) -> ClassId {
        let id = ClassId(
            u32::try_from(self.known.classes.list.len() + self.classes.list.len())
                .expect("a module names fewer than 2**32 classes"),
        );
        let mro = [id].into_iter().chain(bases.iter().copied()).chain([ClassId::OBJECT]).collect();
        self.classes.ids.insert(descriptor.clone(), id);
        self.classes.list.push(Class {
            descriptor,
            mro,
            is_final,
            is_allocated: false,
            arguments: Box::default(),
            family: Family::Other,
        });
        id
    }

    pub(super) fn class(&self, id: ClassId) -> &Class {
        let (known, id) = (&self.known.classes.list, id.0 as usize);
        known.get(id).unwrap_or_else(|| &self.classes.list[id - known.len()])
    }

    fn shape(&mut self, descriptor: Option<&Descriptor>) -> Shape {
        let Some(descriptor) = descriptor else { return Shape::ANY };
        if descriptor.marks.contains('#') {
            let code = descriptor.path.last().and_then(|name| TypeCode::named(name));
            return code.map_or(Shape::ANY, Shape::Primitive);
        }
        let class = self.class_id(descriptor);
        let optional = descriptor.marks.contains('?') || class == ClassId::OBJECT;
        let exact = (descriptor.marks.contains('!') || self.class(class).is_final) && class != ClassId::OBJECT;
        Shape::Object(Type { class, exact, optional })
    }

    /// What a constant that names a type stands for.
    pub(super) fn shape_of(&mut self, constant: &Constant) -> Option<Shape> {
        if let Some(known) = self.named.types.get(constant) {
            return Some(known);
        }
        let shape = self.shape(Some(&descriptor(constant)?));
        self.named.types.insert(constant, shape);
        Some(shape)
    }

    /// What a field holds.
    pub(super) fn field(&mut self, constant: &Constant) -> Option<(ClassId, Shape)> {
        if let Some(known) = self.named.fields.get(constant) {
            return Some(known);
        }
        let Constant::Tuple(parts) = constant else { return None };
        let [class, Constant::Str(name)] = &parts[..] else { return None };
        let class = self.class_id(&descriptor(class)?);
        let shape = *self.known.fields.get(&(class, name_of(name)?))?;
        self.named.fields.insert(constant, (class, shape));
        Some((class, shape))
    }

    /// A function, and the class it is in.
    pub(super) fn function(&mut self, constant: &Constant) -> Option<(Option<ClassId>, Arc<Signature>)> {
        if let Some(known) = self.named.functions.get(constant) {
            return Some(known);
        }
        let (class, key) = self.function_key(constant)?;
        let signature = match self.known_function(&key) {
            Some(signature) => Arc::clone(signature),
            None => Arc::new(builtins::signature(self, class, &key.container_module(), &key.name)?),
        };
        self.named.functions.insert(constant, (class, Arc::clone(&signature)));
        Some((class, signature))
    }

    fn known_function(&self, key: &FunctionKey) -> Option<&Arc<Signature>> {
        self.added.get(key).or_else(|| self.known.functions.get(key))
    }

    fn function_key(&mut self, constant: &Constant) -> Option<(Option<ClassId>, FunctionKey)> {
        let Constant::Tuple(parts) = constant else { return None };
        let [Constant::Tuple(container), name] = &parts[..] else { return None };
        let (name, part) = match name {
            Constant::Str(name) => (name_of(name)?, FunctionPart::Whole),
            Constant::Tuple(parts) => match &parts[..] {
                [Constant::Str(name), Constant::Str(part)] => (name_of(name)?, part_of(part)?),
                _ => return None,
            },
            _ => return None,
        };
        let (container, class) = match &container[..] {
            [Constant::Str(module)] => (Container::Module(name_of(module)?), None),
            _ => {
                let class = self.class_id(&descriptor(&parts[0])?);
                (Container::Class(class), Some(class))
            }
        };
        Some((class, FunctionKey { container, name, part }))
    }

    /// Adds a function of this module that stands in no source: how many parameters it takes, and the constant in which its
    /// code says what it checks and returns.
    pub(crate) fn add_function(&mut self, name: Name, parameters: usize, trailing: &Constant) {
        let Constant::Tuple(trailing) = trailing else { return };
        let [Constant::Tuple(checks), returns] = &trailing[..] else { return };
        let mut shapes: Box<[Shape]> = vec![Shape::ANY; parameters].into();
        for [position, class] in checks.as_chunks::<2>().0 {
            let position = position.as_small_int().and_then(|position| usize::try_from(position).ok());
            if let (Some(known), Some(shape)) = (position.and_then(|at| shapes.get_mut(at)), self.shape_of(class)) {
                *known = shape;
            }
        }
        let Some(returns) = self.shape_of(returns) else { return };
        let signature = Signature { parameters: Some(shapes), returns, is_coroutine: false, is_static: true };
        let key = FunctionKey { container: Container::Module(self.module.clone()), name, part: FunctionPart::Whole };
        self.added.insert(key, Arc::new(signature));
    }

    /// Whether a function gives a primitive.
    pub(crate) fn gives_primitive(&mut self, function: &Constant) -> bool {
        self.function(function).is_some_and(|(_, signature)| matches!(signature.returns, Shape::Primitive(_)))
    }

    /// The signatures of functions of this module with a qualified name.
    pub(super) fn functions_called(&self, qualname: &str) -> impl Iterator<Item = &Signature> {
        let keys = self.known.by_qualname.get(qualname).into_iter().flatten();
        keys.filter_map(|key| Some(&**self.known_function(key)?))
    }

    /// Whether a qualified name is that of the parts of a property.
    pub(super) fn is_property(&self, qualname: &PyString) -> bool {
        let keys = self.known.by_qualname.get(&qualname.to_string());
        keys.is_some_and(|keys| keys.iter().any(|key| key.part != FunctionPart::Whole))
    }

    /// The qualified name of a function, if it is of this module.
    fn qualname(&self, key: &FunctionKey) -> Option<String> {
        match &key.container {
            Container::Module(module) => (*module == self.module).then(|| key.name.to_string()),
            Container::Class(class) => {
                let descriptor = &self.class(*class).descriptor;
                let path = descriptor.path.iter().chain([&key.name]).map(Name::as_str);
                (descriptor.module == self.module).then(|| path.collect::<Vec<_>>().join("."))
            }
        }
    }
}

impl FunctionKey {
    fn container_module(&self) -> Name {
        match &self.container {
            Container::Module(name) => name.clone(),
            Container::Class(_) => Name::default(),
        }
    }
}

fn name_of(text: &PyString) -> Option<Name> {
    text.as_str().map(Name::new)
}

fn part_of(text: &PyString) -> Option<FunctionPart> {
    match text.as_str()? {
        "fget" => Some(FunctionPart::Get),
        "fset" => Some(FunctionPart::Set),
        _ => None,
    }
}

/// A constant that names a type, read.
pub(super) fn descriptor(constant: &Constant) -> Option<Descriptor> {
    let Constant::Tuple(parts) = constant else { return None };
    let (Constant::Str(module), rest) = parts.split_first()? else { return None };
    let mut class = ClassDescriptor { module: name_of(module)?, path: SmallVec::new(), arguments: None };
    let mut marks = Marks::default();
    for part in rest {
        match part {
            Constant::Tuple(arguments) => {
                class.arguments = Some(arguments.iter().map(descriptor).collect::<Option<_>>()?);
            }
            Constant::Str(text) => match text.as_str()? {
                mark @ ("?" | "!" | "#") => mark.chars().for_each(|mark| marks.add(mark)),
                name => class.path.push(Name::new(name)),
            },
            _ => return None,
        }
    }
    Some(Descriptor { class: Arc::new(class), marks })
}
