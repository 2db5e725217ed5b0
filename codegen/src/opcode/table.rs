//! THE opcode table: every opcode of every target, once.
//!
//! One row names an opcode, its number, its inline caches, what its operand means, and how many
//! values it takes off and puts on the stack. Encoder, decoder, stack depth, disassembler and
//! verifier all read this table and nothing else.
//!
//! ```text
//! Call, "CALL", real 52, caches 3, Count, pops 2 + oparg, pushes 1;
//! ```
//!
//! Source: `Include/opcode_ids.h` and `Include/internal/pycore_opcode_metadata.h` of CPython
//! 3.14.8, and CinderX's `opcode.py` for the page behind `EXTENDED_OPCODE`, whose rows come last; the
//! end-to-end tests compare each row with a running interpreter.
//! Invariant: `pops` and `pushes` describe the fall-through; [`Opcode::stack_effect`] says where the
//! jump differs.

use super::{Encoding, Operand};

/// Declares [`Opcode`] and every per-opcode fact from one list of rows.
macro_rules! opcodes {
    ($oparg:ident; $($variant:ident, $name:literal, $page:ident $number:literal, caches $caches:literal,
       $operand:ident, pops $pops:expr, pushes $pushes:expr;)*) => {
        /// An opcode of some target. Pseudo opcodes exist only before assembly.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
        pub enum Opcode {
            $(
                #[doc = concat!("`", $name, "`")]
                $variant,
            )*
        }

        impl Opcode {
            /// Every opcode, in the order of the table.
            pub const ALL: &'static [Opcode] = &[$(Opcode::$variant),*];

            /// CPython's name, as `dis` prints it.
            pub const fn name(self) -> &'static str {
                match self { $(Opcode::$variant => $name,)* }
            }

            /// How the opcode is written in bytecode.
            #[inline]
            pub const fn encoding(self) -> Encoding {
                match self { $(Opcode::$variant => encoding!($page $number),)* }
            }

            /// Inline cache entries (16-bit code units) that follow the instruction.
            #[inline]
            pub const fn caches(self) -> usize {
                match self { $(Opcode::$variant => $caches,)* }
            }

            /// What the operand means.
            pub const fn operand(self) -> Operand {
                match self { $(Opcode::$variant => Operand::$operand,)* }
            }

            /// Values taken off the stack, and values put on it, on the fall-through.
            pub(super) const fn stack_use_in_table(self, $oparg: i32) -> (i32, i32) {
                match self { $(Opcode::$variant => ($pops, $pushes),)* }
            }
        }
    };
}

/// How many values an instruction with a [`Operand::ConstValues`] operand takes.
const fn taken(oparg: i32) -> i32 {
    oparg >> super::VALUES_SHIFT
}

/// Turns `real N`, `pseudo N` or `extended N` into an [`Encoding`].
macro_rules! encoding {
    (real $number:literal) => {
        Encoding::Real($number)
    };
    (pseudo $number:literal) => {
        Encoding::Pseudo($number)
    };
    (extended $number:literal) => {
        Encoding::Extended($number)
    };
}

opcodes! {
    oparg;
    Cache,                            "CACHE",                              real 0,     caches 0, None,              pops 0,                pushes 0;
    BinarySlice,                      "BINARY_SLICE",                       real 1,     caches 0, None,              pops 3,                pushes 1;
    BuildTemplate,                    "BUILD_TEMPLATE",                     real 2,     caches 0, None,              pops 2,                pushes 1;
    CallFunctionEx,                   "CALL_FUNCTION_EX",                   real 4,     caches 0, None,              pops 4,                pushes 1;
    CheckEgMatch,                     "CHECK_EG_MATCH",                     real 5,     caches 0, None,              pops 2,                pushes 2;
    CheckExcMatch,                    "CHECK_EXC_MATCH",                    real 6,     caches 0, None,              pops 2,                pushes 2;
    CleanupThrow,                     "CLEANUP_THROW",                      real 7,     caches 0, None,              pops 3,                pushes 2;
    DeleteSubscr,                     "DELETE_SUBSCR",                      real 8,     caches 0, None,              pops 2,                pushes 0;
    EndFor,                           "END_FOR",                            real 9,     caches 0, None,              pops 1,                pushes 0;
    EndSend,                          "END_SEND",                           real 10,    caches 0, None,              pops 2,                pushes 1;
    ExitInitCheck,                    "EXIT_INIT_CHECK",                    real 11,    caches 0, None,              pops 1,                pushes 0;
    FormatSimple,                     "FORMAT_SIMPLE",                      real 12,    caches 0, None,              pops 1,                pushes 1;
    FormatWithSpec,                   "FORMAT_WITH_SPEC",                   real 13,    caches 0, None,              pops 2,                pushes 1;
    GetAiter,                         "GET_AITER",                          real 14,    caches 0, None,              pops 1,                pushes 1;
    GetAnext,                         "GET_ANEXT",                          real 15,    caches 0, None,              pops 1,                pushes 2;
    GetIter,                          "GET_ITER",                           real 16,    caches 0, None,              pops 1,                pushes 1;
    Reserved,                         "RESERVED",                           real 17,    caches 0, None,              pops 0,                pushes 0;
    GetLen,                           "GET_LEN",                            real 18,    caches 0, None,              pops 1,                pushes 2;
    GetYieldFromIter,                 "GET_YIELD_FROM_ITER",                real 19,    caches 0, None,              pops 1,                pushes 1;
    InterpreterExit,                  "INTERPRETER_EXIT",                   real 20,    caches 0, None,              pops 1,                pushes 0;
    LoadBuildClass,                   "LOAD_BUILD_CLASS",                   real 21,    caches 0, None,              pops 0,                pushes 1;
    LoadLocals,                       "LOAD_LOCALS",                        real 22,    caches 0, None,              pops 0,                pushes 1;
    MakeFunction,                     "MAKE_FUNCTION",                      real 23,    caches 0, None,              pops 1,                pushes 1;
    MatchKeys,                        "MATCH_KEYS",                         real 24,    caches 0, None,              pops 2,                pushes 3;
    MatchMapping,                     "MATCH_MAPPING",                      real 25,    caches 0, None,              pops 1,                pushes 2;
    MatchSequence,                    "MATCH_SEQUENCE",                     real 26,    caches 0, None,              pops 1,                pushes 2;
    Nop,                              "NOP",                                real 27,    caches 0, None,              pops 0,                pushes 0;
    NotTaken,                         "NOT_TAKEN",                          real 28,    caches 0, None,              pops 0,                pushes 0;
    PopExcept,                        "POP_EXCEPT",                         real 29,    caches 0, None,              pops 1,                pushes 0;
    PopIter,                          "POP_ITER",                           real 30,    caches 0, None,              pops 1,                pushes 0;
    PopTop,                           "POP_TOP",                            real 31,    caches 0, None,              pops 1,                pushes 0;
    PushExcInfo,                      "PUSH_EXC_INFO",                      real 32,    caches 0, None,              pops 1,                pushes 2;
    PushNull,                         "PUSH_NULL",                          real 33,    caches 0, None,              pops 0,                pushes 1;
    ReturnGenerator,                  "RETURN_GENERATOR",                   real 34,    caches 0, None,              pops 0,                pushes 1;
    ReturnValue,                      "RETURN_VALUE",                       real 35,    caches 0, None,              pops 1,                pushes 1;
    SetupAnnotations,                 "SETUP_ANNOTATIONS",                  real 36,    caches 0, None,              pops 0,                pushes 0;
    StoreSlice,                       "STORE_SLICE",                        real 37,    caches 0, None,              pops 4,                pushes 0;
    StoreSubscr,                      "STORE_SUBSCR",                       real 38,    caches 1, None,              pops 3,                pushes 0;
    ToBool,                           "TO_BOOL",                            real 39,    caches 3, None,              pops 1,                pushes 1;
    UnaryInvert,                      "UNARY_INVERT",                       real 40,    caches 0, None,              pops 1,                pushes 1;
    UnaryNegative,                    "UNARY_NEGATIVE",                     real 41,    caches 0, None,              pops 1,                pushes 1;
    UnaryNot,                         "UNARY_NOT",                          real 42,    caches 0, None,              pops 1,                pushes 1;
    WithExceptStart,                  "WITH_EXCEPT_START",                  real 43,    caches 0, None,              pops 5,                pushes 6;
    BinaryOp,                         "BINARY_OP",                          real 44,    caches 5, Binary,            pops 2,                pushes 1;
    BuildInterpolation,               "BUILD_INTERPOLATION",                real 45,    caches 0, Count,             pops 2 + (oparg & 1),  pushes 1;
    BuildList,                        "BUILD_LIST",                         real 46,    caches 0, Count,             pops oparg,            pushes 1;
    BuildMap,                         "BUILD_MAP",                          real 47,    caches 0, Count,             pops oparg * 2,        pushes 1;
    BuildSet,                         "BUILD_SET",                          real 48,    caches 0, Count,             pops oparg,            pushes 1;
    BuildSlice,                       "BUILD_SLICE",                        real 49,    caches 0, Count,             pops oparg,            pushes 1;
    BuildString,                      "BUILD_STRING",                       real 50,    caches 0, Count,             pops oparg,            pushes 1;
    BuildTuple,                       "BUILD_TUPLE",                        real 51,    caches 0, Count,             pops oparg,            pushes 1;
    Call,                             "CALL",                               real 52,    caches 3, Count,             pops 2 + oparg,        pushes 1;
    CallIntrinsic1,                   "CALL_INTRINSIC_1",                   real 53,    caches 0, Intrinsic1,        pops 1,                pushes 1;
    CallIntrinsic2,                   "CALL_INTRINSIC_2",                   real 54,    caches 0, Intrinsic2,        pops 2,                pushes 1;
    CallKw,                           "CALL_KW",                            real 55,    caches 3, Count,             pops 3 + oparg,        pushes 1;
    CompareOp,                        "COMPARE_OP",                         real 56,    caches 1, Compare,           pops 2,                pushes 1;
    ContainsOp,                       "CONTAINS_OP",                        real 57,    caches 1, Invert,            pops 2,                pushes 1;
    ConvertValue,                     "CONVERT_VALUE",                      real 58,    caches 0, Conversion,        pops 1,                pushes 1;
    Copy,                             "COPY",                               real 59,    caches 0, Count,             pops oparg,            pushes 1 + oparg;
    CopyFreeVars,                     "COPY_FREE_VARS",                     real 60,    caches 0, Count,             pops 0,                pushes 0;
    DeleteAttr,                       "DELETE_ATTR",                        real 61,    caches 0, Name,              pops 1,                pushes 0;
    DeleteDeref,                      "DELETE_DEREF",                       real 62,    caches 0, Deref,             pops 0,                pushes 0;
    DeleteFast,                       "DELETE_FAST",                        real 63,    caches 0, Local,             pops 0,                pushes 0;
    DeleteGlobal,                     "DELETE_GLOBAL",                      real 64,    caches 0, Name,              pops 0,                pushes 0;
    DeleteName,                       "DELETE_NAME",                        real 65,    caches 0, Name,              pops 0,                pushes 0;
    DictMerge,                        "DICT_MERGE",                         real 66,    caches 0, Count,             pops 4 + oparg,        pushes 3 + oparg;
    DictUpdate,                       "DICT_UPDATE",                        real 67,    caches 0, Count,             pops 1 + oparg,        pushes oparg;
    EndAsyncFor,                      "END_ASYNC_FOR",                      real 68,    caches 0, Jump,              pops 2,                pushes 0;
    ExtendedArg,                      "EXTENDED_ARG",                       real 69,    caches 0, Count,             pops 0,                pushes 0;
    ForIter,                          "FOR_ITER",                           real 70,    caches 1, Jump,              pops 1,                pushes 2;
    GetAwaitable,                     "GET_AWAITABLE",                      real 71,    caches 0, Count,             pops 1,                pushes 1;
    ImportFrom,                       "IMPORT_FROM",                        real 72,    caches 0, Name,              pops 1,                pushes 2;
    ImportName,                       "IMPORT_NAME",                        real 73,    caches 0, Name,              pops 2,                pushes 1;
    IsOp,                             "IS_OP",                              real 74,    caches 0, Invert,            pops 2,                pushes 1;
    JumpBackward,                     "JUMP_BACKWARD",                      real 75,    caches 1, Jump,              pops 0,                pushes 0;
    JumpBackwardNoInterrupt,          "JUMP_BACKWARD_NO_INTERRUPT",         real 76,    caches 0, Jump,              pops 0,                pushes 0;
    JumpForward,                      "JUMP_FORWARD",                       real 77,    caches 0, Jump,              pops 0,                pushes 0;
    ListAppend,                       "LIST_APPEND",                        real 78,    caches 0, Count,             pops 1 + oparg,        pushes oparg;
    ListExtend,                       "LIST_EXTEND",                        real 79,    caches 0, Count,             pops 1 + oparg,        pushes oparg;
    LoadAttr,                         "LOAD_ATTR",                          real 80,    caches 9, AttributeName,     pops 1,                pushes 1 + (oparg & 1);
    LoadCommonConstant,               "LOAD_COMMON_CONSTANT",               real 81,    caches 0, CommonConstant,    pops 0,                pushes 1;
    LoadConst,                        "LOAD_CONST",                         real 82,    caches 0, Const,             pops 0,                pushes 1;
    LoadDeref,                        "LOAD_DEREF",                         real 83,    caches 0, Deref,             pops 0,                pushes 1;
    LoadFast,                         "LOAD_FAST",                          real 84,    caches 0, Local,             pops 0,                pushes 1;
    LoadFastAndClear,                 "LOAD_FAST_AND_CLEAR",                real 85,    caches 0, Local,             pops 0,                pushes 1;
    LoadFastBorrow,                   "LOAD_FAST_BORROW",                   real 86,    caches 0, Local,             pops 0,                pushes 1;
    LoadFastBorrowLoadFastBorrow,     "LOAD_FAST_BORROW_LOAD_FAST_BORROW",  real 87,    caches 0, LocalPair,         pops 0,                pushes 2;
    LoadFastCheck,                    "LOAD_FAST_CHECK",                    real 88,    caches 0, Local,             pops 0,                pushes 1;
    LoadFastLoadFast,                 "LOAD_FAST_LOAD_FAST",                real 89,    caches 0, LocalPair,         pops 0,                pushes 2;
    LoadFromDictOrDeref,              "LOAD_FROM_DICT_OR_DEREF",            real 90,    caches 0, Deref,             pops 1,                pushes 1;
    LoadFromDictOrGlobals,            "LOAD_FROM_DICT_OR_GLOBALS",          real 91,    caches 0, Name,              pops 1,                pushes 1;
    LoadGlobal,                       "LOAD_GLOBAL",                        real 92,    caches 4, GlobalName,        pops 0,                pushes 1 + (oparg & 1);
    LoadName,                         "LOAD_NAME",                          real 93,    caches 0, Name,              pops 0,                pushes 1;
    LoadSmallInt,                     "LOAD_SMALL_INT",                     real 94,    caches 0, Count,             pops 0,                pushes 1;
    LoadSpecial,                      "LOAD_SPECIAL",                       real 95,    caches 0, SpecialMethod,     pops 1,                pushes 2;
    LoadSuperAttr,                    "LOAD_SUPER_ATTR",                    real 96,    caches 1, SuperName,         pops 3,                pushes 1 + (oparg & 1);
    MakeCell,                         "MAKE_CELL",                          real 97,    caches 0, Deref,             pops 0,                pushes 0;
    MapAdd,                           "MAP_ADD",                            real 98,    caches 0, Count,             pops 2 + oparg,        pushes oparg;
    MatchClass,                       "MATCH_CLASS",                        real 99,    caches 0, Count,             pops 3,                pushes 1;
    PopJumpIfFalse,                   "POP_JUMP_IF_FALSE",                  real 100,   caches 1, Jump,              pops 1,                pushes 0;
    PopJumpIfNone,                    "POP_JUMP_IF_NONE",                   real 101,   caches 1, Jump,              pops 1,                pushes 0;
    PopJumpIfNotNone,                 "POP_JUMP_IF_NOT_NONE",               real 102,   caches 1, Jump,              pops 1,                pushes 0;
    PopJumpIfTrue,                    "POP_JUMP_IF_TRUE",                   real 103,   caches 1, Jump,              pops 1,                pushes 0;
    RaiseVarargs,                     "RAISE_VARARGS",                      real 104,   caches 0, Count,             pops oparg,            pushes 0;
    Reraise,                          "RERAISE",                            real 105,   caches 0, Count,             pops 1 + oparg,        pushes oparg;
    Send,                             "SEND",                               real 106,   caches 1, Jump,              pops 2,                pushes 2;
    SetAdd,                           "SET_ADD",                            real 107,   caches 0, Count,             pops 1 + oparg,        pushes oparg;
    SetFunctionAttribute,             "SET_FUNCTION_ATTRIBUTE",             real 108,   caches 0, FunctionAttribute, pops 2,                pushes 1;
    SetUpdate,                        "SET_UPDATE",                         real 109,   caches 0, Count,             pops 1 + oparg,        pushes oparg;
    StoreAttr,                        "STORE_ATTR",                         real 110,   caches 4, Name,              pops 2,                pushes 0;
    StoreDeref,                       "STORE_DEREF",                        real 111,   caches 0, Deref,             pops 1,                pushes 0;
    StoreFast,                        "STORE_FAST",                         real 112,   caches 0, Local,             pops 1,                pushes 0;
    StoreFastLoadFast,                "STORE_FAST_LOAD_FAST",               real 113,   caches 0, LocalPair,         pops 1,                pushes 1;
    StoreFastStoreFast,               "STORE_FAST_STORE_FAST",              real 114,   caches 0, LocalPair,         pops 2,                pushes 0;
    StoreGlobal,                      "STORE_GLOBAL",                       real 115,   caches 0, Name,              pops 1,                pushes 0;
    StoreName,                        "STORE_NAME",                         real 116,   caches 0, Name,              pops 1,                pushes 0;
    Swap,                             "SWAP",                               real 117,   caches 0, Count,             pops oparg,            pushes oparg;
    UnpackEx,                         "UNPACK_EX",                          real 118,   caches 0, Count,             pops 1,                pushes 1 + (oparg & 0xFF) + (oparg >> 8);
    UnpackSequence,                   "UNPACK_SEQUENCE",                    real 119,   caches 1, Count,             pops 1,                pushes oparg;
    YieldValue,                       "YIELD_VALUE",                        real 120,   caches 0, Count,             pops 1,                pushes 1;
    Resume,                           "RESUME",                             real 128,   caches 0, Count,             pops 0,                pushes 0;
    EnterExecutor,                    "ENTER_EXECUTOR",                     real 255,   caches 0, Count,             pops 0,                pushes 0;
    AnnotationsPlaceholder,           "ANNOTATIONS_PLACEHOLDER",            pseudo 256, caches 0, None,              pops 0,                pushes 0;
    Jump,                             "JUMP",                               pseudo 257, caches 0, Jump,              pops 0,                pushes 0;
    JumpIfFalse,                      "JUMP_IF_FALSE",                      pseudo 258, caches 0, Jump,              pops 1,                pushes 1;
    JumpIfTrue,                       "JUMP_IF_TRUE",                       pseudo 259, caches 0, Jump,              pops 1,                pushes 1;
    JumpNoInterrupt,                  "JUMP_NO_INTERRUPT",                  pseudo 260, caches 0, Jump,              pops 0,                pushes 0;
    LoadClosure,                      "LOAD_CLOSURE",                       pseudo 261, caches 0, Deref,             pops 0,                pushes 1;
    PopBlock,                         "POP_BLOCK",                          pseudo 262, caches 0, None,              pops 0,                pushes 0;
    SetupCleanup,                     "SETUP_CLEANUP",                      pseudo 263, caches 0, Jump,              pops 0,                pushes 2;
    SetupFinally,                     "SETUP_FINALLY",                      pseudo 264, caches 0, Jump,              pops 0,                pushes 1;
    SetupWith,                        "SETUP_WITH",                         pseudo 265, caches 0, Jump,              pops 0,                pushes 1;
    StoreFastMaybeNull,               "STORE_FAST_MAYBE_NULL",              pseudo 266, caches 0, Local,             pops 1,                pushes 0;
    InvokeMethod,                     "INVOKE_METHOD",                      extended 1,  caches 0, ConstValues,      pops taken(oparg) + 2, pushes 1;
    LoadField,                        "LOAD_FIELD",                         extended 2,  caches 0, Const,            pops 1,                pushes 1;
    StoreField,                       "STORE_FIELD",                        extended 6,  caches 0, Const,            pops 2,                pushes 0;
    BuildCheckedList,                 "BUILD_CHECKED_LIST",                 extended 9,  caches 0, ConstValues,      pops taken(oparg),     pushes 1;
    LoadType,                         "LOAD_TYPE",                          extended 11, caches 0, Count,            pops 1,                pushes 1;
    Cast,                             "CAST",                               extended 12, caches 0, Const,            pops 1,                pushes 1;
    LoadLocal,                        "LOAD_LOCAL",                         extended 14, caches 0, Const,            pops 0,                pushes 1;
    StoreLocal,                       "STORE_LOCAL",                        extended 15, caches 0, Const,            pops 1,                pushes 0;
    PrimitiveBox,                     "PRIMITIVE_BOX",                      extended 17, caches 0, Count,            pops 1,                pushes 1;
    PrimitiveUnbox,                   "PRIMITIVE_UNBOX",                    extended 18, caches 0, Count,            pops 1,                pushes 1;
    PrimitiveBinaryOp,                "PRIMITIVE_BINARY_OP",                extended 19, caches 0, Count,            pops 2,                pushes 1;
    PrimitiveUnaryOp,                 "PRIMITIVE_UNARY_OP",                 extended 20, caches 0, Count,            pops 1,                pushes 1;
    PrimitiveCompareOp,               "PRIMITIVE_COMPARE_OP",               extended 21, caches 0, Count,            pops 2,                pushes 1;
    LoadIterableArg,                  "LOAD_ITERABLE_ARG",                  extended 22, caches 0, Count,            pops 1,                pushes 2;
    LoadMappingArg,                   "LOAD_MAPPING_ARG",                   extended 23, caches 0, Count,            pops if oparg == 3 { 3 } else { 2 }, pushes 1;
    InvokeFunction,                   "INVOKE_FUNCTION",                    extended 24, caches 0, ConstValues,      pops taken(oparg),     pushes 1;
    FastLen,                          "FAST_LEN",                           extended 27, caches 0, Count,            pops 1,                pushes 1;
    ConvertPrimitive,                 "CONVERT_PRIMITIVE",                  extended 28, caches 0, Count,            pops 1,                pushes 1;
    InvokeNative,                     "INVOKE_NATIVE",                      extended 29, caches 0, ConstValues,      pops taken(oparg),     pushes 1;
    LoadClass,                        "LOAD_CLASS",                         extended 30, caches 0, Const,            pops 0,                pushes 1;
    BuildCheckedMap,                  "BUILD_CHECKED_MAP",                  extended 31, caches 0, ConstValues,      pops 2 * taken(oparg), pushes 1;
    SequenceGet,                      "SEQUENCE_GET",                       extended 33, caches 0, Count,            pops 2,                pushes 1;
    SequenceSet,                      "SEQUENCE_SET",                       extended 34, caches 0, Count,            pops 3,                pushes 0;
    ListDel,                          "LIST_DEL",                           extended 35, caches 0, Count,            pops 2,                pushes 0;
    RefineType,                       "REFINE_TYPE",                        extended 36, caches 0, Const,            pops 1,                pushes 1;
    PrimitiveLoadConst,               "PRIMITIVE_LOAD_CONST",               extended 37, caches 0, Const,            pops 0,                pushes 1;
    ReturnPrimitive,                  "RETURN_PRIMITIVE",                   extended 40, caches 0, Count,            pops 1,                pushes 0;
    TpAlloc,                          "TP_ALLOC",                           extended 41, caches 0, Const,            pops 0,                pushes 1;
    LoadMethodStatic,                 "LOAD_METHOD_STATIC",                 extended 43, caches 0, Const,            pops 1,                pushes 2;
    PopJumpIfZero,                    "POP_JUMP_IF_ZERO",                   extended 100, caches 1, Jump,             pops 1,                pushes 0;
    PopJumpIfNonzero,                 "POP_JUMP_IF_NONZERO",                extended 103, caches 1, Jump,             pops 1,                pushes 0;
}
