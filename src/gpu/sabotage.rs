//! Faults planted in the WGSL of a kernel, one token at a time: its cases must see each.
//!
//! A comparison that no planted fault makes fail compares nothing. A fault that no case can see is listed
//! in the kernel's table with the reason why the kernel does the same with it. Parts that several kernels share get
//! their faults in the first of them alone.

use core::ops::Range;

use crate::gpu::device::{Gpu, GpuFault};
use crate::gpu::kernel::{Case, Kernel, Kind, Survivor, Values};
use crate::gpu::run::{Program, Staging};
use crate::gpu::source::Source;
use crate::gpu::twin::{expected, prove};

/// A fault to plant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plant {
    /// Bytes of the joined text.
    pub at: Range<usize>,
    /// What stands there after.
    pub with: String,
    /// What changes, e.g. `< → <=`.
    pub change: String,
    /// Path and line.
    pub place: String,
    /// The line without the spaces around it.
    pub line: String,
}

/// What became of the faults of one kernel.
#[derive(Clone, Debug, Default)]
pub struct Harvest {
    /// Faults that are valid WGSL and were run.
    pub planted: usize,
    /// Of those, seen by a case.
    pub caught: usize,
    /// Of those, not seen but listed in the table.
    pub listed: usize,
    /// Not seen and not listed.
    pub unlisted: Vec<Plant>,
    /// Listed, but caught or not to be found in the text.
    pub stale: Vec<Survivor>,
}

/// What is planted for an operator.
const OPERATORS: [(&str, &str); 18] = [
    ("<<", ">>"),
    (">>", "<<"),
    ("<=", "<"),
    (">=", ">"),
    ("==", "!="),
    ("!=", "=="),
    ("&&", "||"),
    ("||", "&&"),
    ("<", "<="),
    (">", ">="),
    ("+", "-"),
    ("-", "+"),
    ("*", "+"),
    ("/", "*"),
    ("%", "/"),
    ("&", "|"),
    ("|", "&"),
    ("^", "|"),
];

/// Signs that hold one of those but are none.
const OTHER_SIGNS: [&str; 6] = ["->", "+=", "-=", "*=", "/=", "|="];

/// Lines that declare memory or size and compute nothing.
const DECLARATIONS: [&str; 5] = ["@", "var<workgroup>", "override", "struct", "const SIZE"];

/// All faults that can be planted in a text, valid or not.
pub fn plants(source: &Source) -> Vec<Plant> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in source.text.split_inclusive('\n') {
        let code = line.split("//").next().unwrap_or_default();
        let bare = code.trim();
        if !DECLARATIONS.iter().any(|d| bare.starts_with(d)) {
            for (range, with) in tokens(code) {
                let (path, number) = source.place(start + range.start);
                found.push(Plant {
                    at: start + range.start..start + range.end,
                    change: format!("{} → {with}", &code[range]),
                    with,
                    place: format!("{path}:{number}"),
                    line: bare.to_owned(),
                });
            }
        }
        start += line.len();
    }
    found
}

/// Tokens of a line with what replaces them.
fn tokens(code: &str) -> Vec<(Range<usize>, String)> {
    let bytes = code.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &code[at..];
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        if let Some(sign) = OTHER_SIGNS.iter().find(|s| rest.starts_with(**s)) {
            at += sign.len();
        } else if let Some((sign, with)) = OPERATORS.iter().find(|(s, _)| rest.starts_with(s)) {
            found.push((at..at + sign.len(), (*with).to_owned()));
            at += sign.len();
        } else if rest.starts_with(word) {
            let end = rest.find(|c: char| !word(c)).unwrap_or(rest.len());
            if let Some(with) = other_number(&rest[..end]) {
                found.push((at..at + end, with));
            }
            at += end;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    found
}

/// A number near to this literal; `None` when it is none.
fn other_number(literal: &str) -> Option<String> {
    if !literal.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if let Some(digits) = literal.strip_suffix('u') {
        return match digits.strip_prefix("0x") {
            Some(hex) => {
                let value = u32::from_str_radix(hex, 16).ok()?;
                Some(format!("0x{:x}u", value.wrapping_add(1)))
            }
            None => Some(format!("{}u", digits.parse::<u32>().ok()? + 1)),
        };
    }
    let value: f64 = literal.strip_suffix('f').unwrap_or(literal).parse().ok()?;
    if !literal.contains('.') {
        return None;
    }
    let other = if value == 0.0 { 0.5 } else { value * 1.01 };
    Some(format!("{other:?}"))
}

/// Shared parts of a kernel that a kernel before it in the table has too.
pub fn planted_before(table: &[&Kernel], kernel: &Kernel) -> Vec<&'static str> {
    let before = table.iter().take_while(|k| k.name != kernel.name);
    let taken: Vec<&str> = before.flat_map(|k| k.parts).map(|p| p.path).collect();
    let own = kernel.parts.iter().map(|p| p.path);
    own.filter(|path| taken.contains(path)).collect()
}

/// Plants every fault in turn, but for those in parts at the paths `spared`, and runs the cases until one sees it.
///
/// # Errors
/// The device was lost.
pub async fn sabotage(
    gpu: &Gpu,
    kernel: &'static Kernel,
    spared: &[&str],
) -> Result<Harvest, GpuFault> {
    let source = Source::of(kernel);
    let cases = (kernel.cases)();
    let truth: Vec<Vec<Values>> = cases.iter().map(|c| expected(kernel, c)).collect();
    let mut harvest = Harvest::default();
    let mut used = vec![false; kernel.survivors.len()];
    let mut staging = Staging::default();
    for plant in plants(&source) {
        if spared.contains(&source.place(plant.at.start).0) {
            continue;
        }
        let faulty = source.edited(plant.at.clone(), &plant.with);
        if faulty.module().is_err() {
            continue;
        }
        harvest.planted += 1;
        let caught = seen(gpu, kernel, &faulty, &cases, &truth, &mut staging).await?;
        let listed = kernel
            .survivors
            .iter()
            .position(|s| s.line == plant.line && s.change == plant.change);
        match (caught, listed) {
            (true, _) => harvest.caught += 1,
            (false, Some(k)) => {
                used[k] = true;
                harvest.listed += 1;
            }
            (false, None) => harvest.unlisted.push(plant),
        }
    }
    let unused = kernel.survivors.iter().zip(used).filter(|(_, used)| !used);
    harvest.stale = unused.map(|(s, _)| *s).collect();
    Ok(harvest)
}

/// Whether a case sees the fault; a faulty text is compiled once for each set of constants.
async fn seen(
    gpu: &Gpu,
    kernel: &'static Kernel,
    faulty: &Source,
    cases: &[Case],
    truth: &[Vec<Values>],
    staging: &mut Staging,
) -> Result<bool, GpuFault> {
    let mut programs: Vec<(&[(&str, u32)], Program)> = Vec::new();
    // A ragged size sees most, a single element least.
    let mut order: Vec<usize> = (0..cases.len()).collect();
    order.sort_by_key(|&k| (cases[k].kind == Kind::Large, cases[k].kind == Kind::OneCell));
    for k in order {
        let case = &cases[k];
        if programs
            .iter()
            .all(|(c, _)| *c != case.constants.as_slice())
        {
            match gpu.program_of(kernel, faulty, &case.constants).await {
                Ok(program) => programs.push((&case.constants, program)),
                // The loader itself refuses it.
                Err(GpuFault::Shader(_) | GpuFault::Operation { .. }) => return Ok(true),
                Err(fault) => return Err(fault),
            }
        }
        for (constants, program) in &programs {
            if *constants == case.constants.as_slice() {
                let outcome = prove(gpu, program, case, &truth[k], staging).await?;
                if !outcome.faults.is_empty() {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_token_that_computes_gets_its_fault() {
        let text = "@workgroup_size(64)\nfn f(a: u32) -> u32 {\n    return select(0u, a << 1u, a <= 0xffu) + 2u; // 1u\n}\n";
        let source = Source::join([("k.wgsl", text)]);
        let found: Vec<String> = plants(&source).into_iter().map(|p| p.change).collect();
        assert_eq!(
            found,
            [
                "0u → 1u",
                "<< → >>",
                "1u → 2u",
                "<= → <",
                "0xffu → 0x100u",
                "+ → -",
                "2u → 3u"
            ]
        );
        let plant = &plants(&source)[3];
        assert_eq!(plant.place, "k.wgsl:3");
        let faulty = source.edited(plant.at.clone(), &plant.with);
        assert!(faulty.text.contains("a < 0xffu"));
    }

    #[test]
    fn floats_move_by_a_hundredth() {
        assert_eq!(other_number("0.5").as_deref(), Some("0.505"));
        assert_eq!(other_number("0.0").as_deref(), Some("0.5"));
        assert_eq!(other_number("half"), None);
        assert_eq!(other_number("16"), None);
    }
}
