//! Values that CPython 3.14 gives for the same literals.
