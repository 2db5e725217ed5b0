//! What the checker knows of C types and of the intrinsic modules equals what the running CinderX reflects.

use std::process::Command;

use pyclast_stdlib_stubs::c_types;
use pyclast_tests::{oracle, output_of, workspace};

#[test]
fn the_table_is_what_the_reference_reflects() {
    let script = workspace().join("stdlib-stubs/tools/c_types.py");
    let reflected = output_of(Command::new(oracle::cinderx()).arg("-B").arg(script).arg("--text"));
    let ours = c_types::text();
    assert!(ours.lines().count() > 500, "the table is too small");
    for (number, (ours, reflected)) in ours.lines().zip(reflected.lines()).enumerate() {
        assert_eq!(ours, reflected, "line {}", number + 1);
    }
    assert_eq!(ours.lines().count(), reflected.lines().count());
}
