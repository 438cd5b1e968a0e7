//! `geoul kernels`: every GPU kernel with its buffers, its error against the CPU twin, its time.

use clap::Args;

use crate::cli::compute::{ComputeArg, Device, open};
use crate::cli::table::{Side, Table};
use crate::cli::{LangArg, code, texts};
use crate::gpu::kernel::{Kernel, Role};
use crate::sim::KERNELS;
use crate::view::i18n::Texts;

/// Every GPU kernel with its buffers, its error against the CPU twin, its time.
#[derive(Args, Debug)]
pub struct KernelsArgs {
    /// Only kernels whose name holds this.
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// What runs them beside their twin; without a GPU they are only listed.
    #[arg(long, value_enum, default_value = "auto")]
    compute: ComputeArg,
    /// Language of the text; that of the environment when absent.
    #[arg(long, value_enum)]
    lang: Option<LangArg>,
}

/// Lists and measures.
///
/// # Errors
/// The device was lost.
pub fn run(args: &KernelsArgs) -> anyhow::Result<u8> {
    let texts = texts(args.lang);
    let device = match open(args.compute) {
        Ok(device) => device,
        Err(fault) => {
            eprintln!("error: {fault}");
            return Ok(code::NO_DEVICE);
        }
    };
    let wanted = |k: &&&Kernel| args.name.as_ref().is_none_or(|n| k.name.contains(n));
    let mut passed = true;
    let mut count = 0;
    for kernel in KERNELS.iter().filter(wanted) {
        show(kernel, &texts);
        passed &= measure(&device, kernel, &texts)?;
        println!();
        count += 1;
    }
    anyhow::ensure!(count > 0, "no kernel of that name");
    if matches!(device, Device::Cpu) {
        println!("{}", texts.get("kernels-listed-only"));
    }
    Ok(if passed {
        code::PASSED
    } else {
        code::CHECK_FAILED
    })
}

/// Where the texts tell of a kernel, a unit or a constant.
fn key(kind: &str, name: &str) -> String {
    format!("kernel-{kind}{}", name.replace('_', "-"))
}

fn show(kernel: &Kernel, texts: &Texts) {
    println!("{}: {}", kernel.name, texts.get(&key("", kernel.entry())));
    let heads = [
        ("kernels-buffer", Side::Left),
        ("kernels-role", Side::Left),
        ("kernels-shape", Side::Left),
        ("kernels-element", Side::Left),
        ("kernels-unit", Side::Left),
    ];
    let mut table = Table::new(heads.map(|(key, side)| (texts.get(key), side)));
    for slot in kernel.slots {
        let role = match slot.role {
            Role::Read => "kernels-read",
            Role::Write => "kernels-write",
            Role::Change => "kernels-change",
        };
        table.row([
            slot.name.to_owned(),
            texts.get(role),
            slot.shape.to_owned(),
            slot.cell.wgsl().to_owned(),
            texts.get(&key("unit-", slot.unit)),
        ]);
    }
    for line in table.text().lines() {
        println!("  {line}");
    }
    for constant in kernel.constants {
        let about = texts.get(&key("constant-", constant.name));
        println!("  override {}: {about}", constant.name);
    }
    let [x, y, z] = kernel.workgroup;
    let facts = [
        ("size", format!("{x}×{y}×{z}")),
        ("ulp", kernel.ulp.to_string()),
    ];
    let facts = facts.each_ref().map(|(k, v)| (*k, v.as_str()));
    println!("  {}", texts.with("kernels-workgroup", &facts));
}

/// Without its GPU part the program lists only; the form is that of the other build.
#[cfg(not(feature = "gpu"))]
#[allow(clippy::unnecessary_wraps)]
fn measure(_: &Device, _: &'static Kernel, _: &Texts) -> anyhow::Result<bool> {
    Ok(true)
}

/// Runs every case beside the twin and tells the worst error, and the time of the largest case.
#[cfg(feature = "gpu")]
fn measure(device: &Device, kernel: &'static Kernel, texts: &Texts) -> anyhow::Result<bool> {
    use crate::gpu::run::Staging;
    use crate::gpu::twin::{expected, prove};
    use crate::view::i18n::number;

    let Device::Gpu(gpu) = device else {
        return Ok(true);
    };
    let mut staging = Staging::default();
    let (mut worst, mut faults, mut seconds) = (0.0_f32, Vec::new(), None);
    for case in (kernel.cases)() {
        let truth = expected(kernel, &case);
        let outcome = pollster::block_on(async {
            let program = gpu.program(kernel, &case.constants).await?;
            // Once to warm up: the first run of a program includes its last compilation.
            prove(gpu, &program, &case, &truth, &mut staging).await?;
            prove(gpu, &program, &case, &truth, &mut staging).await
        })?;
        worst = worst.max(outcome.worst_ulp);
        faults.extend(outcome.faults);
        seconds = outcome.seconds.or(seconds);
    }
    let time = seconds.map_or_else(|| "–".to_owned(), |s: f64| number(s * 1e6, 1));
    let facts = [("ulp", number(f64::from(worst), 2)), ("time", time)];
    let facts = facts.each_ref().map(|(k, v)| (*k, v.as_str()));
    println!("  {}", texts.with("kernels-measured", &facts));
    for fault in &faults {
        println!("  ✕ {fault}");
    }
    Ok(faults.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::i18n::Lang;

    /// Every kernel, buffer and constant is told in both languages.
    #[test]
    fn all_is_told_in_both_languages() {
        for lang in [Lang::En, Lang::Ko] {
            let texts = Texts::new(lang);
            for kernel in KERNELS {
                let mut keys = vec![key("", kernel.entry())];
                keys.extend(kernel.slots.iter().map(|s| key("unit-", s.unit)));
                keys.extend(kernel.constants.iter().map(|c| key("constant-", c.name)));
                for key in keys {
                    let text = texts.get(&key);
                    assert!(!text.contains(&key), "{}: {text}", kernel.name);
                }
            }
        }
    }
}
