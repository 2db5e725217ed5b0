//! To be written: see SPLIT.
//!
//! Invariant: as the reference's.

