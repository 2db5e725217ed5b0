//! stdlib-stubs
