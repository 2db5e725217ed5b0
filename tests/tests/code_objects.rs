//! CPython's own code objects, of its whole standard library, through everything that reads or writes
//! code objects: the marshal reader and writer, the assembler, the verifier, the disassembler.

use pyclast_codegen::disassemble::{DisassembleOptions, disassemble};
use pyclast_codegen::{
    CodeObject, CodeUnit, Constant, FinalInstruction, Handler, InstructionSequence, LocalKind, Opcode, OptimizedUnit,
    assemble::assemble, decode, marshal, pyc, verify,
};
use pyclast_syntax::{Location, PyString};
use pyclast_tests::{oracle, output_of, stdlib};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use tempfile::TempDir;

/// The standard library compiled by CPython, once for all tests of this file.
fn corpus() -> &'static [PathBuf] {
    static FILES: OnceLock<(TempDir, Vec<PathBuf>)> = OnceLock::new();
    let (_, files) = FILES.get_or_init(|| {
        let folder = TempDir::new().expect("a scratch folder can be made");
        output_of(
            oracle::command().arg(oracle::tool("code_objects.py")).arg("compile").arg(stdlib()).arg(folder.path()),
        );
        let mut files: Vec<PathBuf> = fs::read_dir(folder.path())
            .expect("the scratch folder can be listed")
            .map(|entry| entry.expect("the scratch folder can be listed").path())
            .collect();
        files.sort();
        assert!(files.len() > 1000, "the standard library has only {} files", files.len());
        (folder, files)
    });
    files
}

fn load(path: &Path) -> (Vec<u8>, Arc<CodeObject>) {
    let file = fs::read(path).expect("the compiled file is there");
    let (_, marshalled) = pyc::parse(&pyclast_codegen::Target::CPYTHON_3_14, &file).expect("a header of CPython");
    match marshal::read(marshalled) {
        Ok(Constant::Code(code)) => (marshalled.to_vec(), code),
        other => panic!("{}: {other:?}", path.display()),
    }
}

/// Calls `visit` with every code object of the corpus.
fn for_each_code(mut visit: impl FnMut(&Arc<CodeObject>)) {
    for path in corpus() {
        let mut pending = vec![load(path).1];
        while let Some(code) = pending.pop() {
            visit(&code);
            pending.extend(code.constants.iter().filter_map(|constant| match constant {
                Constant::Code(inner) => Some(inner.clone()),
                _ => None,
            }));
        }
    }
}

#[test]
fn marshal_reads_back_what_it_writes_and_nothing_is_lost() {
    let mut equal_bytes = 0;
    for path in corpus() {
        let (marshalled, code) = load(path);
        let ours = marshal::write(&code, 5);
        equal_bytes += usize::from(ours == marshalled);
        let Ok(Constant::Code(again)) = marshal::read(&ours) else { panic!("{}", path.display()) };
        // Equal bytes again: comparing the code objects would miss NaN, and the fields that `code.__eq__` ignores.
        assert_eq!(marshal::write(&again, 5), ours, "{}", path.display());
    }
    // One process that compiled everything interns strings of one file for the next; see the next test.
    assert!(equal_bytes * 100 > corpus().len() * 98, "only {equal_bytes} files are written as CPython does");
}

#[test]
fn a_fresh_process_writes_the_same_bytes() {
    let folder = TempDir::new().expect("a scratch folder can be made");
    let sources = sorted_sources(&stdlib());
    let output = folder.path().join("out.pyc");
    for source in sources.iter().step_by(53) {
        let program = "import sys, py_compile; py_compile.compile(sys.argv[1], sys.argv[2], quiet=2)";
        output_of(oracle::command().args(["-I", "-c", program]).arg(source).arg(&output));
        // Sources that do not compile leave no file.
        if output.exists() {
            let (marshalled, code) = load(&output);
            assert!(marshal::write(&code, 5) == marshalled, "{} is written otherwise", source.display());
            fs::remove_file(&output).expect("the compiled file can be removed");
        }
    }
}

fn sorted_sources(folder: &Path) -> Vec<PathBuf> {
    let mut sources = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).expect("a source folder can be listed") {
            let path = entry.expect("a source folder can be listed").path();
            if path.is_dir() {
                pending.push(path);
            } else if path.is_file() && path.extension().is_some_and(|extension| extension == "py") {
                sources.push(path);
            }
        }
    }
    sources.sort();
    sources
}

#[test]
fn the_verifier_accepts_every_code_object_of_cpython() {
    for_each_code(|code| {
        if let Err(error) = verify::verify(code) {
            panic!("{}: {error}", code.filename);
        }
    });
}

#[test]
fn the_disassembly_is_that_of_dis() {
    let folder = TempDir::new().expect("a scratch folder can be made");
    let sample = folder.path().join("sample");
    fs::create_dir(&sample).expect("a scratch folder can be made");
    for path in corpus().iter().step_by(11) {
        fs::copy(path, sample.join(path.file_name().unwrap_or_default())).expect("a scratch file can be written");
    }
    output_of(oracle::command().arg(oracle::tool("code_objects.py")).arg("dis").arg(&sample).arg(folder.path()));
    for path in sorted_files(&sample) {
        let expected = fs::read(folder.path().join(path.file_stem().unwrap_or_default()).with_extension("txt"));
        let expected = expected.expect("the interpreter has written a disassembly");
        let ours = disassemble(&load(&path).1, DisassembleOptions::default());
        let expected = String::from_utf8_lossy(&expected);
        if let Some((line, (theirs, ours))) =
            expected.lines().zip(ours.lines()).enumerate().find(|(_, (theirs, ours))| theirs != ours)
        {
            panic!("{}, line {}:\n  {theirs}\n  {ours}", path.display(), line + 1);
        }
        assert_eq!(expected.lines().count(), ours.lines().count(), "{}", path.display());
    }
}

fn sorted_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the scratch folder can be listed")
        .map(|entry| entry.expect("the scratch folder can be listed").path())
        .collect();
    files.sort();
    files
}

#[test]
fn assembling_what_was_taken_apart_gives_the_same_bytes() {
    for_each_code(|code| {
        let again = assemble(take_apart(code), &code.filename);
        let place = || format!("{}: {}", code.filename, code.qualname);
        assert_eq!(again.code, code.code, "{}: code", place());
        assert_eq!(again.line_table, code.line_table, "{}: line table", place());
        assert_eq!(again.exception_table, code.exception_table, "{}: exception table", place());
        assert_eq!(again.local_names, code.local_names, "{}: variables", place());
        assert_eq!(again.local_kinds, code.local_kinds, "{}: kinds of variables", place());
    });
}

/// The assembler undone: instructions with targets as indices, jumps without direction, locations and handlers.
fn take_apart(code: &CodeObject) -> OptimizedUnit {
    let decoded: Vec<_> = decode::instructions(&code.code).collect();
    let units = code.code.len() / 2;
    let mut index_at = vec![0; units + 1];
    for (index, instruction) in (0..).zip(&decoded) {
        index_at[instruction.start as usize] = index;
    }
    let mut locations = vec![Location::NONE; units];
    for entry in decode::location_entries(&code.line_table, code.first_line) {
        let entry = entry.expect("CPython's line table is well-formed");
        locations[entry.start as usize..entry.end as usize].fill(entry.location);
    }
    let mut handlers = vec![None; units];
    for entry in decode::exception_entries(&code.exception_table) {
        let entry = entry.expect("CPython's exception table is well-formed");
        let start_depth = i32::try_from(entry.depth).expect("a small depth") + 1 + i32::from(entry.lasti);
        let handler = Handler { target: index_at[entry.target as usize], start_depth, preserve_lasti: entry.lasti };
        handlers[entry.start as usize..entry.end as usize].fill(Some(handler));
    }
    let instructions = decoded.iter().map(|instruction| {
        let opcode = instruction.known().expect("CPython writes opcodes of the table");
        // END_ASYNC_FOR names the END_SEND, five code units after the SEND that the graph knows.
        let back = if opcode == Opcode::EndAsyncFor { 5 } else { 0 };
        let oparg = match instruction.jump_target() {
            Some(target) => index_at[(target - back) as usize],
            None => instruction.oparg,
        };
        FinalInstruction {
            opcode: match opcode {
                Opcode::JumpForward | Opcode::JumpBackward => Opcode::Jump,
                Opcode::JumpBackwardNoInterrupt => Opcode::JumpNoInterrupt,
                other => other,
            },
            oparg: oparg.cast_signed(),
            location: locations[instruction.start as usize],
            handler: handlers[instruction.start as usize],
        }
    });
    OptimizedUnit { instructions: instructions.collect(), unit: unit_of(code), stack_size: code.stack_size }
}

fn unit_of(code: &CodeObject) -> CodeUnit {
    let of_kind = |bit: u8| -> Vec<PyString> {
        let variables = code.local_names.iter().zip(code.local_kinds.iter());
        variables.filter(|(_, kind)| kind.0 & bit != 0).map(|(name, _)| name.clone()).collect()
    };
    let locals = code.local_kinds.iter().filter(|kind| kind.0 & LocalKind::LOCAL != 0);
    CodeUnit {
        name: code.name.clone(),
        qualname: code.qualname.clone(),
        first_line: code.first_line,
        arg_count: code.arg_count,
        pos_only_arg_count: code.pos_only_arg_count,
        kw_only_arg_count: code.kw_only_arg_count,
        flags: code.flags,
        parameter_count: 0,
        constants: code.constants.to_vec(),
        trailing_constant: None,
        names: code.names.clone(),
        var_names: of_kind(LocalKind::LOCAL),
        hidden_locals: locals.map(|kind| kind.0 & LocalKind::HIDDEN != 0).collect(),
        cell_vars: of_kind(LocalKind::CELL),
        free_vars: of_kind(LocalKind::FREE),
        sequence: InstructionSequence::default(),
    }
}
