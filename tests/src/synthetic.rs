//! Made-up projects of any size.
//!
//! ```text
//! chain(n): m0 imports m1 imports m2 …      cycle(n): and the last imports the first
//! inheritance(n): each module's class inherits from that of the module before
//! project(modules, lines): packages of 50 modules of functions with bodies
//! ```
//!
//! Invariant: the same numbers give the same files.

use std::fmt::Write;
use std::fs;
use std::path::Path;

/// Modules that import each the next and call its function.
pub fn chain(folder: &Path, count: usize) {
    for index in 0..count {
        write(folder, &format!("m{index}.py"), &link((index + 1 < count).then_some(index + 1)));
    }
}

/// The same, and the last imports the first.
pub fn cycle(folder: &Path, count: usize) {
    for index in 0..count {
        write(folder, &format!("m{index}.py"), &link(Some((index + 1) % count)));
    }
}

/// Classes that inherit each from the one of the module before.
pub fn inheritance(folder: &Path, count: usize) {
    for index in 0..count {
        let (import, base) = match index.checked_sub(1) {
            Some(before) => (format!("from m{before} import C{before}\n\n"), format!("(C{before})")),
            None => (String::new(), String::new()),
        };
        let class = format!("class C{index}{base}:\n    def f{index}(self) -> int:\n        return {index}\n");
        write(folder, &format!("m{index}.py"), &format!("{import}{class}"));
    }
}

fn link(next: Option<usize>) -> String {
    match next {
        Some(next) => format!("import m{next}\ndef f(x):\n    return m{next}.f(x)\n"),
        None => "def f(x):\n    return x\n".to_owned(),
    }
}

/// Modules of `lines` lines; `importers` of them import a name of the first, the others one of the
/// module before them.
pub fn project(folder: &Path, modules: usize, lines: usize, importers: usize) {
    for index in 0..modules {
        let before = index.saturating_sub(1);
        let import = match index {
            0 => String::new(),
            _ if index <= importers => "from p0.m0 import f0 as base\n".to_owned(),
            _ => format!("from p{}.m{} import f1 as base\n", before / 50, before % 50),
        };
        write(folder, &format!("p{}/m{}.py", index / 50, index % 50), &module(index, &import, lines));
        if index % 50 == 0 {
            write(folder, &format!("p{}/__init__.py", index / 50), "");
        }
    }
}

/// The text of a module.
pub fn module(index: usize, import: &str, lines: usize) -> String {
    let mut text = format!("\"\"\"Module {index}.\"\"\"\n{import}");
    let mut number = 0;
    while text.lines().count() + 10 <= lines {
        let body = format!(
            "def f{number}(a: int, b: str = \"x\") -> int:\n    \"\"\"Function {number}.\"\"\"\n    total = 0\n    \
             for value in range(a):\n        if value % 2 == 0 and b:\n            total += value * {number}\n        \
             else:\n            total -= len(b)\n    return total\n\n"
        );
        text.push_str(&body);
        number += 1;
    }
    while text.lines().count() < lines {
        writeln!(text, "x{number} = {number}").expect("a string can be written to");
        number += 1;
    }
    text
}

/// Writes a file and the folders around it.
pub fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a scratch folder can be made");
    fs::write(path, text).expect("a file can be written");
}

/// The text of a static module of about `lines` lines: classes with fields and methods, primitives, narrowing, containers,
/// calls between all of them.
pub fn static_module(lines: usize) -> String {
    let mut text =
        "import __static__\nfrom __static__ import CheckedDict, CheckedList, box, cast, clen, crange, int64\n\
                    from typing import Final, Optional\nLIMIT: Final[int] = 100\n\n\n"
            .to_owned();
    let unit = STATIC_UNIT.lines().count();
    for number in 0..lines.saturating_sub(6).div_ceil(unit) {
        let base = if number % 5 == 0 { String::new() } else { format!("(Node{})", number - 1) };
        text += &STATIC_UNIT.replace("(BASE)", &base).replace("NUMBER", &number.to_string());
    }
    text
}

/// What is repeated; `NUMBER` and `(BASE)` differ.
const STATIC_UNIT: &str = r#"class NodeNUMBER(BASE):
    countNUMBER: int64
    labelNUMBER: str

    def __init__(self, value: int, label: str = "x") -> None:
        self.value: int = value
        self.labelNUMBER = label
        self.nextNUMBER: Optional[NodeNUMBER] = None
        self.countNUMBER = 0

    def total(self, limit: int) -> int:
        result = 0
        node: Optional[NodeNUMBER] = self
        while node is not None:
            result += node.value
            if result > limit:
                return result
            node = node.nextNUMBER
        return result

    def push(self, value: int) -> NodeNUMBER:
        node = NodeNUMBER(value, self.labelNUMBER)
        node.nextNUMBER = self
        return node

    @property
    def name(self) -> str:
        return f"{self.labelNUMBER} of {self.value!r}"


def count_NUMBER(values: CheckedList[int], limit: int64) -> int:
    total: int64 = 0
    for i in crange(clen(values)):
        if i >= limit:
            break
        total += i * 2 + 1
    return box(total)


def find_NUMBER(names: CheckedDict[str, int], name: str, other: object) -> int:
    found = names.get(name)
    if found is not None:
        return found
    if isinstance(other, NodeNUMBER):
        return other.total(LIMIT) + other.value
    try:
        return cast(int, other)
    except TypeError as error:
        raise ValueError(name) from error


def use_NUMBER(value: int) -> str:
    head = NodeNUMBER(value, label="head")
    for item in [1, 2, 3]:
        head = head.push(item)
    numbers: CheckedList[int] = [head.total(10), value]
    count = count_NUMBER(numbers, 5) if value else find_NUMBER({"a": 1}, "a", head)
    pairs = [(key, other) for key, other in enumerate(numbers) if other]
    return head.name + str(count) + str(len(pairs))


"#;
