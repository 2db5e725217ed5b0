//! Opcodes: names, numbers, operands, caches and stack effects, from one table.
//!
//! ```text
//! Opcode::LoadAttr   "LOAD_ATTR"   80   9 caches   name << 1 | method   pops 1, pushes 1 or 2
//! ```
//!
//! Invariant: nothing outside [`table`] states a fact that a row of the table holds.

mod table;

pub use table::Opcode;

/// A table with an entry for each opcode, made when the program is compiled: `by_opcode!(|opcode| opcode.caches() > 0)`.
macro_rules! by_opcode {
    (|$opcode:ident| $entry:expr) => {{
        use $crate::Opcode;
        let $opcode = Opcode::ALL[0];
        let mut entries = [$entry; Opcode::ALL.len()];
        let mut index = 1;
        while index < entries.len() {
            let $opcode = Opcode::ALL[index];
            entries[index] = $entry;
            index += 1;
        }
        entries
    }};
}
pub(crate) use by_opcode;

/// How an opcode is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    /// One byte of bytecode.
    Real(u8),
    /// Exists only before assembly (CPython numbers these from 256).
    Pseudo(u16),
    /// A byte behind the prefix [`EXTENDED_OPCODE`]: CinderX's page of typed opcodes.
    Extended(u8),
}

/// The byte before a typed opcode. Its operand says what the opcode does to the stack:
/// `taken << 2 | given` (`get_ext_oparg`).
pub const EXTENDED_OPCODE: u8 = 126;

/// Where the number of values starts in an [`Operand::ConstValues`] operand.
pub const VALUES_SHIFT: u32 = 20;

/// What an operand means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operand {
    /// No operand.
    None,
    /// A plain number.
    Count,
    /// An index into `co_consts`.
    Const,
    /// An index into `co_consts`, and how many values the instruction takes besides: in the bits from
    /// [`VALUES_SHIFT`] on before assembly, in the constant after.
    ConstValues,
    /// An index into `co_names`.
    Name,
    /// `name << 1 | method`.
    AttributeName,
    /// `name << 1 | push_null`.
    GlobalName,
    /// `name << 2 | two_arguments << 1 | method`.
    SuperName,
    /// An index into the fast locals.
    Local,
    /// Two fast locals: `first << 4 | second`.
    LocalPair,
    /// A cell or free variable (an index into the fast locals once assembled).
    Deref,
    /// A jump: a label before assembly, a distance in code units after.
    Jump,
    /// A binary operator (`NB_*`).
    Binary,
    /// `comparison << 5 | to_bool << 4 | mask`.
    Compare,
    /// 1 inverts the test.
    Invert,
    /// A `CALL_INTRINSIC_1` function.
    Intrinsic1,
    /// A `CALL_INTRINSIC_2` function.
    Intrinsic2,
    /// A `LOAD_COMMON_CONSTANT` value.
    CommonConstant,
    /// A special method (`__enter__`, …).
    SpecialMethod,
    /// `str`, `repr` or `ascii`.
    Conversion,
    /// An attribute of a function object.
    FunctionAttribute,
}

/// The opcodes by their byte.
const BY_BYTE: [Option<Opcode>; 256] = {
    let mut opcodes = [None; 256];
    let mut index = 0;
    while index < Opcode::ALL.len() {
        if let Encoding::Real(byte) = Opcode::ALL[index].encoding() {
            opcodes[byte as usize] = Some(Opcode::ALL[index]);
        }
        index += 1;
    }
    opcodes
};

/// The typed opcodes by their byte.
const BY_EXTENDED_BYTE: [Option<Opcode>; 256] = {
    let mut opcodes = [None; 256];
    let mut index = 0;
    while index < Opcode::ALL.len() {
        if let Encoding::Extended(byte) = Opcode::ALL[index].encoding() {
            opcodes[byte as usize] = Some(Opcode::ALL[index]);
        }
        index += 1;
    }
    opcodes
};

impl Opcode {
    /// The opcode that a byte of bytecode names; `None` for unused bytes and for the specialized and
    /// instrumented forms that only a running interpreter writes.
    pub const fn from_byte(byte: u8) -> Option<Self> {
        BY_BYTE[byte as usize]
    }

    /// The opcode that a byte behind [`EXTENDED_OPCODE`] names.
    pub const fn from_extended_byte(byte: u8) -> Option<Self> {
        BY_EXTENDED_BYTE[byte as usize]
    }

    /// Whether the opcode stands behind [`EXTENDED_OPCODE`].
    #[inline]
    pub const fn is_extended(self) -> bool {
        // Their rows are the last of the table.
        self as u8 >= Self::InvokeMethod as u8
    }

    /// The operand as it is assembled.
    #[inline]
    pub const fn assembled_operand(self, oparg: i32) -> i32 {
        if self.is_extended() && matches!(self.operand(), Operand::ConstValues) {
            oparg & ((1 << VALUES_SHIFT) - 1)
        } else {
            oparg
        }
    }

    /// The operand of the [`EXTENDED_OPCODE`] before a typed opcode.
    pub const fn extended_operand(self, oparg: i32) -> u32 {
        let (pops, pushes) = self.stack_use(oparg);
        (pops << 2 | pushes).cast_unsigned()
    }

    /// Whether CPython's `OPCODE_HAS_ARG` holds.
    pub const fn has_arg(self) -> bool {
        !matches!(self.operand(), Operand::None)
    }

    /// Whether the instruction can jump (block pushes are not jumps).
    ///
    /// `OPCODE_HAS_JUMP`, and the pseudo jumps.
    #[inline]
    pub const fn has_jump(self) -> bool {
        self.is(JUMP)
    }

    /// Whether the operand is a label: a jump or a block push (`HAS_TARGET`).
    #[inline]
    pub const fn has_target(self) -> bool {
        self.is(JUMP | BLOCK_PUSH)
    }

    /// `SETUP_FINALLY`, `SETUP_WITH`, `SETUP_CLEANUP` (`IS_BLOCK_PUSH_OPCODE`).
    #[inline]
    pub const fn is_block_push(self) -> bool {
        self.is(BLOCK_PUSH)
    }

    /// `IS_UNCONDITIONAL_JUMP_OPCODE`.
    #[inline]
    pub const fn is_unconditional_jump(self) -> bool {
        self.is(UNCONDITIONAL)
    }

    /// `IS_CONDITIONAL_JUMP_OPCODE`.
    #[inline]
    pub const fn is_conditional_jump(self) -> bool {
        self.is(CONDITIONAL)
    }

    /// `IS_SCOPE_EXIT_OPCODE`: control leaves the code object.
    #[inline]
    pub const fn is_scope_exit(self) -> bool {
        self.is(SCOPE_EXIT)
    }

    /// Whether control never goes on to the next instruction.
    #[inline]
    pub const fn ends_flow(self) -> bool {
        self.is(SCOPE_EXIT | UNCONDITIONAL)
    }

    /// `OPCODE_HAS_EVAL_BREAK`: the eval loop may run signal handlers or switch threads here.
    #[inline]
    pub const fn has_eval_break(self) -> bool {
        self.is(EVAL_BREAK)
    }

    /// Whether a jump's distance counts back from its end.
    pub const fn is_backward(self) -> bool {
        matches!(self, Opcode::JumpBackward | Opcode::JumpBackwardNoInterrupt | Opcode::EndAsyncFor)
    }

    /// Whether the operand names a constant.
    #[inline]
    pub(crate) const fn has_constant(self) -> bool {
        self.is(CONSTANT)
    }

    /// Whether nothing follows it in a basic block: it jumps or leaves the code object.
    #[inline]
    pub(crate) const fn ends_block(self) -> bool {
        self.is(JUMP | SCOPE_EXIT)
    }

    /// Whether it takes all its operands off the stack and puts new values there, and does nothing more to
    /// locals than to load one.
    #[inline]
    pub(crate) const fn consumes_operands(self) -> bool {
        self.is(CONSUMES)
    }

    #[inline]
    const fn is(self, properties: u8) -> bool {
        PROPERTIES[self as usize] & properties != 0
    }

    /// Values taken off the stack, and values put on it, on the fall-through.
    #[inline]
    pub const fn stack_use(self, oparg: i32) -> (i32, i32) {
        match STACK_USE[self as usize] {
            Some((pops, pushes)) => (pops.at(oparg), pushes.at(oparg)),
            None => self.stack_use_in_table(oparg),
        }
    }

    /// Net stack effect (`PyCompile_OpcodeStackEffectWithJump`).
    ///
    /// A block push acts only where it jumps to (its handler).
    #[inline]
    pub const fn stack_effect(self, oparg: i32, jump: bool) -> i32 {
        match STACK_EFFECT[self as usize] {
            Some(_) if jump && self.is_block_push() => {}
            Some(effect) => return effect.at(oparg),
            None => {}
        }
        let (pops, pushes) = self.stack_use_in_table(oparg);
        pushes - pops
    }
}

/// Goes to a target, if only sometimes.
const JUMP: u8 = 1;
/// Puts a handler on the block stack.
const BLOCK_PUSH: u8 = 2;
/// Always goes to its target.
const UNCONDITIONAL: u8 = 4;
/// Goes to its target depending on the value it takes.
const CONDITIONAL: u8 = 8;
/// Leaves the code object.
const SCOPE_EXIT: u8 = 16;
/// May run signal handlers or switch threads.
const EVAL_BREAK: u8 = 32;
/// Values come and go, and that is all that happens to the stack and to locals.
const CONSUMES: u8 = 64;
/// The operand names a constant.
const CONSTANT: u8 = 128;

/// By opcode: its properties, from its row in the table and the lists here.
const PROPERTIES: [u8; Opcode::ALL.len()] = by_opcode!(|opcode| properties_of(opcode));

const fn properties_of(opcode: Opcode) -> u8 {
    let target = match opcode {
        Opcode::SetupFinally | Opcode::SetupWith | Opcode::SetupCleanup => BLOCK_PUSH,
        _ if matches!(opcode.operand(), Operand::Jump) => JUMP,
        _ => 0,
    };
    let kind = match opcode {
        Opcode::Jump => UNCONDITIONAL | EVAL_BREAK,
        Opcode::JumpBackward => UNCONDITIONAL | EVAL_BREAK,
        Opcode::JumpNoInterrupt | Opcode::JumpForward | Opcode::JumpBackwardNoInterrupt => UNCONDITIONAL,
        Opcode::PopJumpIfFalse
        | Opcode::PopJumpIfTrue
        | Opcode::PopJumpIfNone
        | Opcode::PopJumpIfNotNone
        | Opcode::PopJumpIfZero
        | Opcode::PopJumpIfNonzero => CONDITIONAL,
        Opcode::ReturnValue | Opcode::RaiseVarargs | Opcode::Reraise | Opcode::ReturnPrimitive => SCOPE_EXIT,
        Opcode::Call | Opcode::CallFunctionEx | Opcode::Resume => EVAL_BREAK,
        _ => 0,
    };
    let consumes = match opcode {
        Opcode::LoadConst
        | Opcode::LoadSmallInt
        | Opcode::LoadFast
        | Opcode::LoadGlobal
        | Opcode::LoadName
        | Opcode::LoadDeref
        | Opcode::PushNull
        | Opcode::PopTop
        | Opcode::Call
        | Opcode::CallKw
        | Opcode::BinaryOp
        | Opcode::CompareOp
        | Opcode::ContainsOp
        | Opcode::IsOp
        | Opcode::ToBool
        | Opcode::UnaryNot
        | Opcode::BuildTuple
        | Opcode::BuildList
        | Opcode::BuildMap
        | Opcode::BuildString
        | Opcode::StoreAttr
        | Opcode::StoreName
        | Opcode::StoreGlobal
        | Opcode::StoreSubscr
        | Opcode::ReturnValue
        | Opcode::PopJumpIfFalse
        | Opcode::PopJumpIfTrue
        | Opcode::PopJumpIfNone
        | Opcode::PopJumpIfNotNone
        | Opcode::Jump
        | Opcode::NotTaken
        | Opcode::Resume
        | Opcode::Nop => CONSUMES,
        _ => 0,
    };
    let constant = match opcode {
        Opcode::LoadConst => CONSTANT,
        _ if opcode.is_extended() && matches!(opcode.operand(), Operand::Const | Operand::ConstValues) => CONSTANT,
        _ => 0,
    };
    target | kind | consumes | constant
}

/// A number of values as a function of the operand, for all opcodes but a few: a fixed number, so many
/// for each unit of the operand, and so many for its lowest bit.
#[derive(Clone, Copy, Debug)]
struct Amount {
    fixed: i8,
    each: i8,
    odd: i8,
}

impl Amount {
    #[inline]
    const fn at(self, oparg: i32) -> i32 {
        self.fixed as i32 + self.each as i32 * oparg + self.odd as i32 * (oparg & 1)
    }

    /// The function that has these values at 0, 1 and 2.
    #[expect(clippy::cast_possible_truncation, reason = "numbers of a few values")]
    const fn through(zero: i32, one: i32, two: i32) -> Self {
        let each = (two - zero) / 2;
        Self { fixed: zero as i8, each: each as i8, odd: (one - zero - each) as i8 }
    }
}

/// By opcode: what it takes and gives, if these are [`Amount`]s.
const STACK_USE: [Option<(Amount, Amount)>; Opcode::ALL.len()] = by_opcode!(|opcode| amounts_of(opcode));

const fn amounts_of(opcode: Opcode) -> Option<(Amount, Amount)> {
    /// Operands in which any two rows differ that differ at all.
    const SAMPLES: [i32; 8] = [0, 1, 2, 3, 4, 7, 0x102, 1 << VALUES_SHIFT];
    let [(pops_0, pushes_0), (pops_1, pushes_1), (pops_2, pushes_2)] =
        [opcode.stack_use_in_table(0), opcode.stack_use_in_table(1), opcode.stack_use_in_table(2)];
    let pops = Amount::through(pops_0, pops_1, pops_2);
    let pushes = Amount::through(pushes_0, pushes_1, pushes_2);
    let mut index = 0;
    while index < SAMPLES.len() {
        let (known_pops, known_pushes) = opcode.stack_use_in_table(SAMPLES[index]);
        if pops.at(SAMPLES[index]) != known_pops || pushes.at(SAMPLES[index]) != known_pushes {
            return None;
        }
        index += 1;
    }
    Some((pops, pushes))
}

/// By opcode: its net stack effect where it does not jump, if that is an [`Amount`].
const STACK_EFFECT: [Option<Amount>; Opcode::ALL.len()] = by_opcode!(|opcode| match STACK_USE[opcode as usize] {
    _ if opcode.is_block_push() => Some(Amount { fixed: 0, each: 0, odd: 0 }),
    Some((pops, pushes)) =>
        Some(Amount { fixed: pushes.fixed - pops.fixed, each: pushes.each - pops.each, odd: pushes.odd - pops.odd }),
    None => None,
});
