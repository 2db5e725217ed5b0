//! Opcodes: names, numbers, operands, caches and stack effects, from one table.
//!
//! ```text
//! Opcode::LoadAttr   "LOAD_ATTR"   80   9 caches   name << 1 | method   pops 1, pushes 1 or 2
//! ```
//!
//! Invariant: nothing outside [`table`] states a fact that a row of the table holds.

mod table;

pub use table::Opcode;

/// How an opcode is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    /// One byte of bytecode.
    Real(u8),
    /// Exists only before assembly (CPython numbers these from 256).
    Pseudo(u16),
}

/// What an operand means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operand {
    /// No operand.
    None,
    /// A plain number.
    Count,
    /// An index into `co_consts`.
    Const,
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

impl Opcode {
    /// The opcode that a byte of bytecode names; `None` for unused bytes and for the specialized and
    /// instrumented forms that only a running interpreter writes.
    pub const fn from_byte(byte: u8) -> Option<Self> {
        BY_BYTE[byte as usize]
    }

    /// Whether CPython's `OPCODE_HAS_ARG` holds.
    pub const fn has_arg(self) -> bool {
        !matches!(self.operand(), Operand::None)
    }

    /// Whether the instruction can jump (block pushes are not jumps).
    ///
    /// `OPCODE_HAS_JUMP`, and the pseudo jumps.
    pub const fn has_jump(self) -> bool {
        matches!(self.operand(), Operand::Jump) && !self.is_block_push()
    }

    /// Whether the operand is a label: a jump or a block push (`HAS_TARGET`).
    pub const fn has_target(self) -> bool {
        matches!(self.operand(), Operand::Jump)
    }

    /// `SETUP_FINALLY`, `SETUP_WITH`, `SETUP_CLEANUP` (`IS_BLOCK_PUSH_OPCODE`).
    pub const fn is_block_push(self) -> bool {
        matches!(self, Opcode::SetupFinally | Opcode::SetupWith | Opcode::SetupCleanup)
    }

    /// `IS_UNCONDITIONAL_JUMP_OPCODE`.
    pub const fn is_unconditional_jump(self) -> bool {
        matches!(
            self,
            Opcode::Jump
                | Opcode::JumpNoInterrupt
                | Opcode::JumpForward
                | Opcode::JumpBackward
                | Opcode::JumpBackwardNoInterrupt
        )
    }

    /// `IS_BACKWARDS_JUMP_OPCODE`, and `END_ASYNC_FOR`: the distance is counted back.
    pub const fn is_backward(self) -> bool {
        matches!(self, Opcode::JumpBackward | Opcode::JumpBackwardNoInterrupt | Opcode::EndAsyncFor)
    }

    /// `IS_CONDITIONAL_JUMP_OPCODE`.
    pub const fn is_conditional_jump(self) -> bool {
        matches!(
            self,
            Opcode::PopJumpIfFalse
                | Opcode::PopJumpIfTrue
                | Opcode::PopJumpIfNone
                | Opcode::PopJumpIfNotNone
        )
    }

    /// `IS_SCOPE_EXIT_OPCODE`: control leaves the code object.
    pub const fn is_scope_exit(self) -> bool {
        matches!(self, Opcode::ReturnValue | Opcode::RaiseVarargs | Opcode::Reraise)
    }

    /// `OPCODE_HAS_EVAL_BREAK`: the eval loop may run signal handlers or switch threads here.
    pub const fn has_eval_break(self) -> bool {
        matches!(
            self,
            Opcode::Call | Opcode::CallFunctionEx | Opcode::JumpBackward | Opcode::Resume | Opcode::Jump
        )
    }

    /// Net stack effect (`PyCompile_OpcodeStackEffectWithJump`).
    ///
    /// A block push acts only where it jumps to (its handler).
    pub const fn stack_effect(self, oparg: i32, jump: bool) -> i32 {
        if self.is_block_push() && !jump {
            return 0;
        }
        let (pops, pushes) = self.stack_use(oparg);
        pushes - pops
    }
}
