//! Optimizes and assembles instruction sequences given as JSON, one code unit a line; used by
//! `tests/oracle/graph.py` to compare the graph passes with CPython alone.
//!
//! ```text
//! {"instructions": [[128,0,0,1,0,0], …], "constants": [["int","1"]], "varnames": [], …}
//! → {"code": "8000…", "linetable": "…", "exceptiontable": "…", "stacksize": 1, "constants": 2}
//! ```

#![expect(clippy::print_stdout, reason = "a command line tool")]

use pyclast_codegen::{
    CodeFlags, CodeUnit, Constant, Encoding, Instruction, InstructionSequence, Label, Opcode, Target,
};
use pyclast_syntax::{Location, PyString};
use serde_json::{Value, json};
use std::error::Error;
use std::io::BufRead;
use std::sync::Arc;
use std::time::{Duration, Instant};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    if std::env::args().nth(1).as_deref() == Some("--time") {
        return time();
    }
    let mut graph = pyclast_codegen::cfg::Graph::default();
    for line in std::io::stdin().lock().lines() {
        let unit = unit(&serde_json::from_str(&line?)?)?;
        let filename = PyString::new("<source>");
        let optimized = pyclast_codegen::cfg::optimize(unit, &Target::CPYTHON_3_14, &mut graph);
        let code = pyclast_codegen::assemble::assemble(optimized, &filename);
        println!(
            "{}",
            json!({
                "code": hex(&code.code),
                "linetable": hex(&code.line_table),
                "exceptiontable": hex(&code.exception_table),
                "stacksize": code.stack_size,
                "constants": code.constants.iter().map(|constant| format!("{constant:?}")).collect::<Vec<_>>(),
            })
        );
    }
    Ok(())
}

/// Optimizes everything a few times and prints the best time of the passes alone.
fn time() -> Result<()> {
    let lines: Vec<String> = std::io::stdin().lock().lines().collect::<std::io::Result<_>>()?;
    let units: Vec<CodeUnit> = lines.iter().map(|line| unit(&serde_json::from_str(line)?)).collect::<Result<_>>()?;
    let count: usize = units.iter().map(|unit| unit.sequence.instructions().len()).sum();
    let mut best = Duration::MAX;
    let mut graph = pyclast_codegen::cfg::Graph::default();
    for _ in 0..20 {
        let copies = units.clone();
        let mut done = Vec::with_capacity(copies.len());
        let start = Instant::now();
        done.extend(
            copies.into_iter().map(|unit| pyclast_codegen::cfg::optimize(unit, &Target::CPYTHON_3_14, &mut graph)),
        );
        best = best.min(start.elapsed());
    }
    println!("{} units, {count} instructions: {best:?}", units.len());
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default();
    bytes.iter().flat_map(|&byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn unhex(text: &str) -> Result<Vec<u8>> {
    let digits = (0..text.len()).step_by(2);
    digits.map(|at| Ok(u8::from_str_radix(text.get(at..at + 2).ok_or("odd length")?, 16)?)).collect()
}

fn unit(value: &Value) -> Result<CodeUnit> {
    let var_names = names(&value["varnames"])?;
    Ok(CodeUnit {
        name: PyString::new("f"),
        qualname: PyString::new("f"),
        first_line: i32::try_from(number(&value["firstlineno"])?)?,
        arg_count: 0,
        pos_only_arg_count: 0,
        kw_only_arg_count: 0,
        flags: CodeFlags(u32::try_from(number(&value["flags"])?)?),
        parameter_count: usize::try_from(number(&value["nparams"])?)?,
        constants: array(&value["constants"])?.iter().map(constant).collect::<Result<_>>()?,
        trailing_constant: None,
        names: [].into(),
        hidden_locals: vec![false; var_names.len()],
        var_names,
        cell_vars: names(&value["cellvars"])?,
        free_vars: names(&value["freevars"])?,
        sequence: sequence(array(&value["instructions"])?)?,
    })
}

/// Instructions whose jumps are indices; each index becomes a label.
fn sequence(instructions: &[Value]) -> Result<InstructionSequence> {
    let mut sequence = InstructionSequence::default();
    let mut parsed = Vec::with_capacity(instructions.len());
    let mut labels: Vec<Option<Label>> = vec![None; instructions.len() + 1];
    for instruction in instructions {
        let mut instruction = self::instruction(instruction)?;
        if instruction.opcode.has_target() {
            let place = labels.get_mut(usize::try_from(instruction.oparg)?).ok_or("a jump goes nowhere")?;
            let label = *place.get_or_insert_with(|| sequence.new_label());
            instruction.oparg = i32::try_from(label.0)?;
        }
        parsed.push(instruction);
    }
    for (instruction, label) in parsed.into_iter().zip(labels) {
        if let Some(label) = label {
            sequence.use_label(label);
        }
        if instruction.opcode.has_target() {
            sequence.push_jump(instruction.opcode, Label(u32::try_from(instruction.oparg)?), instruction.location);
        } else {
            sequence.push(instruction);
        }
    }
    Ok(sequence)
}

fn instruction(value: &Value) -> Result<Instruction> {
    let field = |index: usize| -> Result<i32> {
        match &value[index] {
            Value::Null => Ok(0),
            other => Ok(i32::try_from(number(other)?)?),
        }
    };
    let wanted = field(0)?;
    let opcode = Opcode::ALL.iter().find(|opcode| match opcode.encoding() {
        Encoding::Real(number) => i32::from(number) == wanted,
        Encoding::Pseudo(number) => i32::from(number) == wanted,
        Encoding::Extended(_) => false,
    });
    let location = Location::new(field(2)?, field(3)?, field(4)?, field(5)?);
    Ok(Instruction::new(*opcode.ok_or("unknown opcode")?, field(1)?, location))
}

fn constant(value: &Value) -> Result<Constant> {
    let items = |value: &Value| array(value)?.iter().map(constant).collect::<Result<Vec<_>>>();
    let payload = &value[1];
    Ok(match string(&value[0])? {
        "none" => Constant::None,
        "ellipsis" => Constant::Ellipsis,
        "bool" => Constant::Bool(payload.as_bool().ok_or("not a bool")?),
        "int" => Constant::big_int(string(payload)?.parse()?),
        "float" => Constant::Float(f64::from_bits(string(payload)?.parse()?)),
        "complex" => {
            Constant::Complex(f64::from_bits(string(payload)?.parse()?), f64::from_bits(string(&value[2])?.parse()?))
        }
        "str" => Constant::Str(PyString::from_surrogatepass(&unhex(string(payload)?)?)),
        "bytes" => Constant::Bytes(unhex(string(payload)?)?.into()),
        "tuple" => Constant::tuple(items(payload)?),
        "slice" => {
            let parts: [Constant; 3] = items(payload)?.try_into().map_err(|_| "a slice has three parts")?;
            Constant::Slice(Arc::new(parts))
        }
        // Stands for a code object or for what is not known: equal to nothing else, never folded.
        "unique" => {
            let text = PyString::new(string(payload)?);
            Constant::FrozenSet(Arc::new([Constant::Str(text)]))
        }
        other => return Err(format!("unknown constant {other}").into()),
    })
}

fn array(value: &Value) -> Result<&Vec<Value>> {
    Ok(value.as_array().ok_or("not an array")?)
}

fn names(value: &Value) -> Result<Vec<PyString>> {
    array(value)?.iter().map(|name| Ok(PyString::new(string(name)?))).collect()
}

fn string(value: &Value) -> Result<&str> {
    Ok(value.as_str().ok_or("not a string")?)
}

fn number(value: &Value) -> Result<i64> {
    Ok(value.as_i64().ok_or("not a number")?)
}
