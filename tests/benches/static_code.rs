//! What static code is worth: four programs under the JIT, by pyclast and by the reference, beside plain CPython and mypyc.
//!
//! ```text
//! cargo bench -p pyclast-tests --bench static_code
//! PYCLAST_MYPYC=ENV/bin/python cargo bench …          with the figures of that environment's mypyc (it needs gcc and Python.h)
//! ```
//!
//! Prints milliseconds, and how many times faster than CPython on the untyped program and than the reference's code.

use pyclast_tests::{oracle, pyclast};
use std::env;

fn main() {
    let mut command = oracle::command();
    command.env("PYCLAST_CINDERX", oracle::cinderx()).arg(oracle::tool("static_bench.py"));
    command.arg("--pyclast").arg(pyclast()).arg("--python").arg(oracle::python());
    if let Some(python) = env::var_os("PYCLAST_MYPYC") {
        command.arg("--mypyc").arg(python);
    }
    assert!(command.status().expect("the oracle starts").success(), "the programs cannot be measured");
}
