//! stub
use crate::Constant;
#[derive(Clone, Copy)]
pub(crate) enum Unary { Negative, Invert, Positive, Not }
pub(crate) fn unary(_o: Unary, _c: &Constant) -> Option<Constant> { None }
pub(crate) fn binary(_o: i32, _l: &Constant, _r: &Constant) -> Option<Constant> { None }
