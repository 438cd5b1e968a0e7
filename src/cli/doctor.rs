//! `geoul doctor`: what this machine has to compute with, and what will be used.

use clap::Args;

use crate::cli::compute::ComputeArg;
use crate::cli::{LangArg, code, texts};
use crate::view::i18n::Texts;

/// What this machine has to compute with, and what will be used.
#[derive(Args, Debug)]
pub struct DoctorArgs {
    /// What may compute.
    #[arg(long, value_enum, default_value = "auto")]
    compute: ComputeArg,
    /// Language of the text; that of the environment when absent.
    #[arg(long, value_enum)]
    lang: Option<LangArg>,
}

/// Looks and tells.
///
/// # Errors
/// None; a missing device is an exit code.
pub fn run(args: &DoctorArgs) -> anyhow::Result<u8> {
    let texts = texts(args.lang);
    println!(
        "geoul {}  {} {}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    );
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    println!(
        "{}",
        texts.with("doctor-threads", &[("n", &threads.to_string())])
    );
    println!();
    Ok(adapters(args, &texts))
}

#[cfg(not(feature = "gpu"))]
fn adapters(args: &DoctorArgs, texts: &Texts) -> u8 {
    use crate::gpu::Compute;
    println!("{}", texts.get("doctor-not-built"));
    if args.compute.compute() == Compute::Gpu {
        return code::NO_DEVICE;
    }
    println!("{}", texts.get("doctor-uses-cpu"));
    code::PASSED
}

#[cfg(feature = "gpu")]
fn adapters(args: &DoctorArgs, texts: &Texts) -> u8 {
    use crate::cli::table::{Side, Table};
    use crate::gpu::Compute;
    use crate::gpu::device::Adapters;

    let found = pollster::block_on(Adapters::look());
    if found.facts.is_empty() {
        println!("{}", texts.get("doctor-no-adapter"));
    } else {
        let heads = [
            ("doctor-adapter", Side::Left),
            ("doctor-interface", Side::Left),
            ("doctor-kind", Side::Left),
            ("doctor-driver", Side::Left),
            ("doctor-binding", Side::Right),
            ("doctor-workgroup", Side::Right),
            ("doctor-invocations", Side::Right),
            ("doctor-timestamps", Side::Left),
            ("doctor-usable", Side::Left),
        ];
        let mut table = Table::new(heads.map(|(key, side)| (texts.get(key), side)));
        let yes = |it: bool| texts.get(if it { "doctor-yes" } else { "doctor-no" });
        for f in &found.facts {
            table.row([
                f.name.clone(),
                f.backend.clone(),
                texts.get(&format!("doctor-is-{}", f.kind)),
                f.driver.clone(),
                format!("{} MiB", f.binding_bytes >> 20),
                format!("{} KiB", f.workgroup_bytes >> 10),
                f.invocations.to_string(),
                yes(f.timestamps),
                yes(f.usable),
            ]);
        }
        print!("{}", table.text());
    }
    println!();
    let compute = args.compute.compute();
    match (found.chosen(compute), compute) {
        (Some(k), _) => {
            let facts = &found.facts[k];
            let name = [("name", facts.name.as_str())];
            println!("{}", texts.with("doctor-uses", &name));
        }
        (None, Compute::Gpu) => {
            println!("{}", texts.get("doctor-none-to-use"));
            return code::NO_DEVICE;
        }
        (None, Compute::Auto) if !found.facts.is_empty() => {
            println!("{}", texts.get("doctor-uses-cpu-not-software"));
        }
        (None, _) => println!("{}", texts.get("doctor-uses-cpu")),
    }
    code::PASSED
}
