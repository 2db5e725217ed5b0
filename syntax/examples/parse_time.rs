//! Times the stages of the front end over the files named on standard input.
//!
//! ```text
//! find . -name '*.py' | cargo run --release --example parse_time
//! ```

#![expect(clippy::print_stdout, reason = "a tool that prints")]

use pyclast_syntax::{SourceText, parse};
use std::io::BufRead;
use std::time::{Duration, Instant};

fn main() {
    let sources = std::io::stdin().lock().lines().map_while(Result::ok);
    let sources = sources.filter_map(|path| std::fs::read(path).ok()).collect::<Vec<_>>();
    let (mut decoding, mut parsing, mut locating, mut dropping) =
        (Duration::ZERO, Duration::ZERO, Duration::ZERO, Duration::ZERO);
    let mut ruff = Duration::ZERO;
    let mut bytes = 0;
    let mut nodes = 0;
    for source in sources {
        bytes += source.len();
        let start = Instant::now();
        let Ok(text) = SourceText::decode_owned(source) else { continue };
        decoding += start.elapsed();
        let start = Instant::now();
        let options = ruff_python_parser::ParseOptions::from(ruff_python_parser::Mode::Module);
        let parsed = ruff_python_parser::parse_unchecked(text.as_str(), options);
        ruff += start.elapsed();
        drop(parsed);
        let start = Instant::now();
        let Ok(module) = parse(text) else { continue };
        parsing += start.elapsed();
        nodes += module.node_count();
        let start = Instant::now();
        for offset in (0..u32::try_from(module.text().len()).unwrap_or(0)).step_by(8) {
            std::hint::black_box(module.location(pyclast_syntax::Span::new(offset, offset + 5)));
        }
        locating += start.elapsed();
        let start = Instant::now();
        drop(module);
        dropping += start.elapsed();
    }
    println!(
        "{bytes} bytes, {nodes} nodes: decode {decoding:?}, parse {parsing:?} (ruff {ruff:?}), location/8 bytes {locating:?}, drop {dropping:?}"
    );
}
