//! The first pass: what each scope does with each name, in CPython's order of visit.
//!
//! ```text
//! x = y      x: LOCAL, then y: USE
//! ```
//!
//! The order decides the order of a scope's symbols and of its children; it is that of
//! `symtable.c: symtable_visit_*` over CPython's tree, which is not always that of the source.
//!
//! Invariant: each visit leaves the builder in the scope in which it found it.

mod annotation;
mod comprehension;
mod definition;
mod expression;
mod pattern;
mod statement;
mod type_parameter;
