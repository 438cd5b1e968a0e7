//! Speed of lithography on a GPU: images of a batch of clips, and steps of inverse lithography with three corners at
//! one pixel to the nanometre, by pixels and by level sets, each beside what its bytes alone would take.
//!
//! `cargo bench --no-default-features --features gpu --bench gpu -- [PIXELS] [CLIPS] [--dispatches]`; 2048 pixels and 8
//! clips when absent. The kernels are those of the ICCAD 2013 contest where `GEOUL_DATA` names a folder with them, else
//! 24 of our own of the same size, which cost the same. Any adapter serves; what a software one takes says nothing of
//! a GPU. The bound is the bytes that a dispatch must move, over the speed at which the same device
//! streams.

use geoul::gpu::Compute;
use geoul::gpu::device::{Adapters, Gpu, GpuFault};
use geoul::gpu::run::{Clock, Moved, Staging, Step};
use geoul::sim::process::lithography::ilt::{Problem, Stage, Weights};
use geoul::sim::process::lithography::ilt_on_gpu::{Course, Descent, Leg, LevelSets};
use geoul::sim::process::lithography::imager::Lens;
use geoul::sim::process::lithography::kernels::adam::{self, Adam};
use geoul::sim::process::lithography::level_set::LevelSet;
use geoul::sim::process::lithography::on_gpu::Imager;

#[path = "contest_kernels.rs"]
mod contest_kernels;

use contest_kernels::kernels;

/// Times that a measurement is taken; the median counts.
const TIMES: usize = 7;

/// Seconds: the median of several runs, after one that warms up.
macro_rules! median {
    ($run:expr) => {{
        let mut all = Vec::new();
        for k in 0..=TIMES {
            let seconds: f64 = $run;
            if k > 0 {
                all.push(seconds);
            }
        }
        all.sort_by(f64::total_cmp);
        all[TIMES / 2]
    }};
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut numbers = arguments.iter().filter_map(|a| a.parse::<u32>().ok());
    let pixels = numbers.next().unwrap_or(2048);
    let clips = numbers.next().unwrap_or(8);
    let listed = arguments.iter().any(|a| a == "--dispatches");
    let opened = pollster::block_on(async { Adapters::look().await.open(Compute::Gpu).await });
    let gpu = match opened {
        Ok(Some(gpu)) => gpu,
        Ok(None) => return,
        Err(fault) => {
            println!("skipped: {fault}");
            return;
        }
    };
    println!("{}: {clips} clips of {pixels}² pixels", gpu.name);
    if let Err(fault) = pollster::block_on(measure(&gpu, pixels, clips, listed)) {
        println!("{fault}");
    }
}

async fn measure(gpu: &Gpu, n: u32, clips: u32, listed: bool) -> Result<(), GpuFault> {
    let Some(clock) = gpu.clock() else {
        println!("skipped: this adapter tells no time");
        return Ok(());
    };
    let speed = streams_at(gpu, n, clips).await?;
    println!("streams at {:.1} GB/s", speed / 1e9);
    let bench = Bench {
        clips,
        listed,
        speed,
        clock: &clock,
    };

    let (focus, defocus) = (kernels("focus"), kernels("defocus"));
    let mut imager = Imager::new(gpu, &focus, n, clips).await?;
    let masks = vec![picture(n); clips as usize];
    imager.put(&masks.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let seconds = median!(imager.time(&clock).await?);
    let steps: Vec<&Step> = imager.steps().collect();
    bench.show("image, one condition", &steps, seconds);
    if listed {
        bench.list(gpu, &steps).await?;
    }
    drop(imager);

    let (focus, defocus) = (Lens::<f32>::new(&focus), Lens::<f32>::new(&defocus));
    let problem = Problem::contest(&focus, &defocus);
    let stage = Stage {
        mask: n,
        print: n,
        pool: 1,
        iterations: 40 * (TIMES as u32 + 1),
        rate: 0.1,
        weights: Weights {
            nominal: 1.0,
            outer: 0.0,
            variation: 1.8,
        },
    };
    let few = n / 4;
    for (pool, print) in [(1, n), (1, few), (7, few)] {
        let stage = Stage {
            pool,
            print,
            ..stage
        };
        let mut run = Descent::new(gpu, &problem, &[stage], n, clips, None).await?;
        for (clip, mask) in (0..).zip(&masks) {
            run.put(clip, mask, mask);
        }
        let what = format!("step by pixels, means over {pool}² pixels, print at {print}² points");
        bench.steps(&what, &mut run).await?;
    }
    for (mask, print) in [(n, n), (n / 2, few)] {
        let stage = Stage {
            mask,
            print,
            ..stage
        };
        let mut run = LevelSets::new(gpu, &problem, &[stage], n, clips, None).await?;
        for (clip, mask) in (0..).zip(&masks) {
            run.put(clip, &LevelSet::nearest(focus.half(), mask, n), mask);
        }
        let what = format!("step of a level set, mask at {mask}² and print at {print}² points");
        bench.steps(&what, &mut run).await?;
    }
    Ok(())
}

/// What all measurements share.
struct Bench<'b> {
    clips: u32,
    listed: bool,
    /// Bytes a second.
    speed: f64,
    clock: &'b Clock,
}

impl Bench<'_> {
    /// One step of a run, and twenty.
    async fn steps<L: Leg>(&self, what: &str, run: &mut Course<'_, L>) -> Result<(), GpuFault> {
        let one = median!(run.time(1, self.clock).await?);
        let twenty = median!(run.time(20, self.clock).await?);
        let steps: Vec<&Step> = run.steps(0).collect();
        self.show(what, &steps, one);
        println!(
            "twenty of them: {:.3} ms per clip",
            1e3 * twenty / f64::from(self.clips)
        );
        if self.listed {
            self.list(run.gpu(), &steps).await?;
        }
        Ok(())
    }

    fn show(&self, what: &str, steps: &[&Step], seconds: f64) {
        let moved = Moved::sum(steps.iter().copied());
        let clips = f64::from(self.clips);
        let each = seconds / clips;
        let bound = moved.bytes() as f64 / self.speed / clips;
        println!(
            "{what}: {:.1} µs per clip, {} dispatches, {:.1} MB read and {:.1} MB written per clip: {:.0} % of the \
             memory's bound of {:.1} µs",
            1e6 * each,
            steps.len(),
            moved.read as f64 / 1e6 / clips,
            moved.written as f64 / 1e6 / clips,
            100.0 * bound / each,
            1e6 * bound,
        );
    }

    /// Every dispatch with what it moves per clip, what it takes by itself, and how near it comes to the memory's
    /// bound.
    async fn list(&self, gpu: &Gpu, steps: &[&Step]) -> Result<(), GpuFault> {
        let mut staging = Staging::default();
        for step in steps {
            let seconds = median!({
                let mut batch = gpu.batch();
                batch.run_timed(&[step], self.clock);
                batch.submit();
                gpu.seconds(self.clock, &mut staging).await?
            });
            let (moved, each) = (step.moved(), 1e6 * f64::from(self.clips));
            let name = step.name().rsplit('/').next().unwrap_or_default();
            let groups: u64 = step.groups().iter().map(|g| u64::from(*g)).product();
            println!(
                "  {name:16} {:8.3} MB read {:8.3} MB written {:8} workgroups {:8.2} µs {:4.0} %",
                moved.read as f64 / each,
                moved.written as f64 / each,
                groups / u64::from(self.clips),
                1e6 * seconds / f64::from(self.clips),
                100.0 * moved.bytes() as f64 / self.speed / seconds,
            );
        }
        Ok(())
    }
}

/// Bytes a second that the device reads and writes in a step of Adam, which does nothing but stream.
async fn streams_at(gpu: &Gpu, n: u32, clips: u32) -> Result<f64, GpuFault> {
    let all = n * n * clips;
    let stream = |name: &str| gpu.storage(name, all as usize);
    let (slopes, mean, square, theta) = (
        stream("slopes")?,
        stream("mean")?,
        stream("square")?,
        stream("theta")?,
    );
    let rates = gpu.filled("rates", &[0.1_f32])?;
    let done = gpu.filled("done", &vec![1_u32; clips as usize])?;
    let free = gpu.filled("free", &[1.0_f32])?;
    let program = gpu.program(&adam::KERNEL, &[]).await?;
    let record = Adam {
        pixels: n * n,
        free: 1,
        all,
    };
    let buffers = [&slopes, &rates, &done, &free, &mean, &square, &theta];
    let step = gpu.step(&program, &record.words(), &buffers, record.groups())?;
    let mut staging = Staging::default();
    let Some(clock) = gpu.clock() else {
        return Ok(f64::NAN);
    };
    let seconds = median!({
        let mut batch = gpu.batch();
        batch.run_timed(&[&step], &clock);
        batch.submit();
        gpu.seconds(&clock, &mut staging).await?
    });
    Ok(step.moved().bytes() as f64 / seconds)
}

/// Lines and spaces that differ from row to row.
fn picture(n: u32) -> Vec<f32> {
    let at = |i: u32| ((i % n / 40 + i / n) % 7) as f32 / 7.0;
    (0..n * n).map(at).collect()
}
