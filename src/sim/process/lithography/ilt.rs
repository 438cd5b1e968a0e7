//! Inverse lithography: the mask whose print is nearest to the target, found along the exact gradient.
//!
//! Every pixel of the mask is free: `M = σ(4 (θ̄ − ½))` with θ̄ a running mean of the parameters θ, which
//! keeps out what no mask writer can draw. The loss counts, over the pixels of the print, the smooth
//! prints `Z = σ(50 (D I − t))`: `w_n (Z_nom − T)² + w_o (Z_outer − T)² + w_v (Z_outer − Z_inner)²`.
//! Assist features come by themselves. Gradients flow back through the adjoint of the imaging (chain rule
//! through σ, resist, Hopkins and the transforms; nothing approximated); Adam (Kingma, Ba, 2015) steps.
//!
//! Pixels of the mask may be larger than those of the print: a block of pixels has a spectrum of its own,
//! which is multiplied in, so coarse masks are imaged exactly.

use num_complex::Complex;

use crate::sim::process::lithography::band::{BLOCK, Band, Coefficients, Real, Work};
use crate::sim::process::lithography::contest::{INNER, LEVEL, OUTER, SIDE, STEEPNESS};
use crate::sim::process::lithography::imager::{Fields, Lens, real_part};
use crate::sim::process::lithography::spectrum::cis;

/// Steepness of the mask's σ.
const MASK_STEEPNESS: f64 = 4.0;

/// What the optimiser minimises.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights {
    /// Of the nominal print's distance from the target.
    pub nominal: f64,
    /// Of the outer print's distance from the target.
    pub outer: f64,
    /// Of the distance between outer and inner print.
    pub variation: f64,
}

/// One level of a run: coarse levels first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    /// Pixels of the mask along a side.
    pub mask: u32,
    /// Pixels of the print along a side.
    pub print: u32,
    /// Steps.
    pub iterations: u32,
    /// Step size of Adam.
    pub rate: f64,
    /// Pixels of the running mean along a side, odd.
    pub pool: u32,
    /// What is minimised.
    pub weights: Weights,
}

/// Stages of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// Coarse first.
    pub stages: Vec<Stage>,
}

impl Schedule {
    /// Weight of the process variation that serves both figures of the contest.
    pub const VARIATION: f64 = 1.8;

    /// 20 steps on 8 nm and 100 on 4 nm, print and mask alike, distance of the outer print and the band
    /// with equal weights: the schedule and loss of OpenILT's multi-level run.
    pub fn baseline() -> Self {
        let stage = |pixels, iterations| Stage {
            mask: pixels,
            print: pixels,
            iterations,
            rate: 0.2,
            pool: 7,
            weights: Weights {
                nominal: 0.0,
                outer: 1.0,
                variation: 1.0,
            },
        };
        Self {
            stages: vec![stage(256, 20), stage(512, 100)],
        }
    }

    /// Many steps: coarse for the assist features, then the print in fine pixels.
    pub fn full(variation: f64) -> Self {
        Self::of(variation, [60, 200, 40])
    }

    /// A tenth of them.
    pub fn quick(variation: f64) -> Self {
        Self::of(variation, [10, 20, 4])
    }

    fn of(variation: f64, iterations: [u32; 3]) -> Self {
        let levels = [(256, 256, 0.2), (512, 512, 0.2), (512, 1024, 0.1)];
        let stage = |((mask, print, rate), iterations)| Stage {
            mask,
            print,
            iterations,
            rate,
            pool: 7,
            weights: Weights {
                nominal: 1.0,
                outer: 0.0,
                variation,
            },
        };
        Self {
            stages: levels.into_iter().zip(iterations).map(stage).collect(),
        }
    }

    /// Pixels of the mask it ends with.
    pub fn mask_pixels(&self) -> u32 {
        self.stages.last().map_or(SIDE, |s| s.mask)
    }
}

/// Loss and gradient on one level.
pub struct Level<'l, T: Real> {
    stage: Stage,
    focus: &'l Lens<T>,
    defocus: &'l Lens<T>,
    mask: Band<T>,
    print: Band<T>,
    /// Spectrum of one pixel of the mask, by frequency.
    pixel: Coefficients<T>,
    /// 1 where it shall print, else 0; pixels of the print.
    target: Vec<T>,
}

impl<'l, T: Real> Level<'l, T> {
    /// For a target of `n` by `n` shares, n a multiple of the stage's print.
    pub fn new(
        stage: Stage,
        focus: &'l Lens<T>,
        defocus: &'l Lens<T>,
        target: &[f32],
        n: u32,
    ) -> Self {
        assert_eq!(
            focus.half(),
            defocus.half(),
            "both conditions have one band"
        );
        let half = focus.half() as i32;
        let blocks = stage.print / stage.mask;
        let one = |f: i32| {
            // Mean over the fine pixels of a block of the wave of frequency −f.
            let sum: num_complex::Complex64 = (0..blocks)
                .map(|j| cis(-f64::from(f) * f64::from(j) / f64::from(stage.print)))
                .sum();
            sum / f64::from(blocks)
        };
        let mut pixel = Vec::new();
        for fy in -half..=half {
            for fx in -half..=half {
                let c = one(fx) * one(fy);
                pixel.push(Complex::new(T::of(c.re), T::of(c.im)));
            }
        }
        let target = shrink(target, n, stage.print);
        Self {
            stage,
            focus,
            defocus,
            mask: Band::new(stage.mask as usize, focus.half()),
            print: Band::new(stage.print as usize, 2 * focus.half()),
            pixel,
            target: target.into_iter().map(|v| T::of(f64::from(v))).collect(),
        }
    }

    /// The mask of parameters.
    pub fn transmission(&self, theta: &[T]) -> Vec<T> {
        let mut mask = pooled(theta, self.stage.mask as usize, self.stage.pool as usize);
        let (a, half) = (T::of(MASK_STEEPNESS), T::of(0.5));
        for m in &mut mask {
            *m = ((*m - half) * a).logistic();
        }
        mask
    }

    /// Loss of parameters, and its gradient.
    pub fn loss(&self, theta: &[T], gradient: &mut Vec<T>) -> f64 {
        let mask = self.transmission(theta);
        let mut spectrum = self.mask.forward(&mask);
        for (c, p) in spectrum.iter_mut().zip(&self.pixel) {
            *c *= p;
        }
        let (mut in_focus, mut out_of_focus) = (Fields::default(), Fields::default());
        let varies = self.stage.weights.variation != 0.0;
        let focus = self.focus.image(&spectrum, Some(&mut in_focus));
        let mut lines = [self.print.coefficients_to_lines(&focus), Vec::new()];
        if varies {
            let defocus = self.defocus.image(&spectrum, Some(&mut out_of_focus));
            lines[1] = self.print.coefficients_to_lines(&defocus);
        }
        let loss = self.prints(&mut lines);

        let mut sum = vec![Complex::default(); self.pixel.len()];
        let [focus, defocus] = lines;
        let slope = self.print.lines_to_coefficients(&focus);
        self.focus.adjoint(&in_focus, &slope, &mut sum);
        if varies {
            let slope = self.print.lines_to_coefficients(&defocus);
            self.defocus.adjoint(&out_of_focus, &slope, &mut sum);
        }
        // The transforms are normalised by their own number of pixels.
        let blocks = f64::from(self.stage.print / self.stage.mask);
        let scale = T::of(blocks * blocks);
        for (c, p) in sum.iter_mut().zip(&self.pixel) {
            *c = *c * p.conj() * scale;
        }
        real_part(&mut sum);
        *gradient = self.mask.inverse(&sum);
        let a = T::of(MASK_STEEPNESS);
        for (g, &m) in gradient.iter_mut().zip(&mask) {
            *g *= a * m * (T::one() - m);
        }
        if self.stage.pool > 1 {
            *gradient = pooled(gradient, self.stage.mask as usize, self.stage.pool as usize);
        }
        loss
    }

    /// Turns the lines of both images into those of the loss's slopes, block by block; gives the loss.
    fn prints(&self, lines: &mut [Vec<T>; 2]) -> f64 {
        let n = self.stage.print as usize;
        let w = self.stage.weights;
        let mut work = Work::default();
        let [focus, defocus] = lines;
        let mut rows = vec![T::zero(); BLOCK * n];
        let mut blurred = vec![T::zero(); BLOCK * n];
        let mut loss = 0.0;
        let line = self.print.line();
        let mut others = defocus.chunks_mut(BLOCK * line);
        for (lines, target) in focus
            .chunks_mut(BLOCK * line)
            .zip(self.target.chunks(BLOCK * n))
        {
            let rows = &mut rows[..target.len()];
            self.print.lines_to_rows(lines, rows, &mut work);
            if let Some(other) = others.next() {
                let blurred = &mut blurred[..target.len()];
                self.print.lines_to_rows(other, blurred, &mut work);
                loss += both(w, rows, blurred, target);
                self.print.rows_to_lines(blurred, other, &mut work);
            } else {
                loss += one(w, rows, target);
            }
            self.print.rows_to_lines(rows, lines, &mut work);
        }
        loss
    }
}

/// Intensities to slopes of the loss, with all three corners; gives the loss.
fn both<T: Real>(w: Weights, focus: &mut [T], defocus: &mut [T], target: &[T]) -> f64 {
    let (a, level) = (T::of(STEEPNESS), T::of(LEVEL));
    let (outer, inner) = (T::of(OUTER), T::of(INNER));
    let [wn, wo, wv] = [w.nominal, w.outer, w.variation].map(T::of);
    let (twice, one) = (a + a, T::one());
    let mut loss = 0.0;
    // The loss is added up apart from the slopes, in pieces: single precision loses nothing of note, and
    // no pixel waits for the sum of those before it.
    let mut losses = [T::zero(); 256];
    for ((focus, defocus), target) in focus
        .chunks_mut(256)
        .zip(defocus.chunks_mut(256))
        .zip(target.chunks(256))
    {
        let pixels = focus.iter_mut().zip(defocus.iter_mut()).zip(target);
        for (((f, d), &t), loss) in pixels.zip(&mut losses) {
            let nominal = ((*f - level) * a).logistic();
            let most = ((*f * outer - level) * a).logistic();
            let least = ((*d * inner - level) * a).logistic();
            let (dn, dm, dv) = (nominal - t, most - t, most - least);
            *loss = wn * dn * dn + wo * dm * dm + wv * dv * dv;
            *f = twice
                * (wn * dn * nominal * (one - nominal)
                    + (wo * dm + wv * dv) * outer * most * (one - most));
            *d = -twice * wv * dv * inner * least * (one - least);
        }
        let (eights, rest) = losses[..target.len()].as_chunks::<8>();
        let mut sums = [T::zero(); 8];
        for eight in eights {
            for (sum, loss) in sums.iter_mut().zip(eight) {
                *sum += *loss;
            }
        }
        loss += sums.iter().chain(rest).map(|s| s.wide()).sum::<f64>();
    }
    loss
}

/// The same without the corner out of focus.
fn one<T: Real>(w: Weights, focus: &mut [T], target: &[T]) -> f64 {
    let mut unused = vec![T::zero(); focus.len()];
    both(
        Weights {
            variation: 0.0,
            ..w
        },
        focus,
        &mut unused,
        target,
    )
}

/// Running mean of `size` by `size` pixels; beyond the border is nothing.
fn pooled<T: Real>(picture: &[T], n: usize, size: usize) -> Vec<T> {
    if size <= 1 {
        return picture.to_vec();
    }
    let reach = size / 2;
    let scale = T::of(1.0 / (size * size) as f64);
    // Along y by whole rows, then along x inside a row.
    let mut columns = vec![T::zero(); n * n];
    for y in 0..n {
        let row = &mut columns[y * n..(y + 1) * n];
        for from in y.saturating_sub(reach)..(y + reach + 1).min(n) {
            for (sum, v) in row.iter_mut().zip(&picture[from * n..(from + 1) * n]) {
                *sum += *v;
            }
        }
    }
    let mut out = vec![T::zero(); n * n];
    for (row, out) in columns.chunks_exact(n).zip(out.chunks_exact_mut(n)) {
        for shift in 0..size {
            // out[x] += row[x + shift − reach]
            let (to, from) = (reach.saturating_sub(shift), shift.saturating_sub(reach));
            for (sum, v) in out[to..].iter_mut().zip(&row[from..]) {
                *sum += *v * scale;
            }
        }
    }
    out
}

/// Means of blocks of pixels.
fn shrink(picture: &[f32], from: u32, to: u32) -> Vec<f32> {
    let (from, to) = (from as usize, to as usize);
    let block = from / to;
    let scale = 1.0 / (block * block) as f32;
    let mut out = vec![0.0; to * to];
    for (y, row) in picture.chunks_exact(from).enumerate() {
        for (x, v) in row.iter().enumerate() {
            out[y / block * to + x / block] += v * scale;
        }
    }
    out
}

/// Every pixel as a block of pixels.
pub fn grown<T: Copy>(picture: &[T], from: u32, to: u32) -> Vec<T> {
    let (n, block) = (from as usize, (to / from) as usize);
    let mut out = Vec::with_capacity(picture.len() * block * block);
    for row in picture.chunks_exact(n) {
        let wide: Vec<T> = row.iter().flat_map(|v| vec![*v; block]).collect();
        for _ in 0..block {
            out.extend_from_slice(&wide);
        }
    }
    out
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Steps done, of all stages.
    pub done: u32,
    /// Steps of all stages.
    pub of: u32,
    /// Loss before this step.
    pub loss: f64,
}

/// Whether a run goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// On.
    Continue,
    /// Stop here; the mask of the steps done is the answer.
    Stop,
}

/// Runs the stages from a target of `n` by `n` shares; gives transmissions of the last stage's mask.
///
/// Each stage's mask has a whole multiple of the pixels of the stage before.
pub fn optimise(
    stages: &[Stage],
    focus: &Lens<f32>,
    defocus: &Lens<f32>,
    target: &[f32],
    n: u32,
    watch: &mut dyn FnMut(Progress) -> Flow,
) -> Vec<f32> {
    let of = stages.iter().map(|s| s.iterations).sum();
    let Some(first) = stages.first() else {
        return target.to_vec();
    };
    let mut theta = shrink(target, n, first.mask);
    let mut size = first.mask;
    let mut done = 0;
    let mut mask = theta.clone();
    for &stage in stages {
        theta = grown(&theta, size, stage.mask);
        size = stage.mask;
        let level = Level::new(stage, focus, defocus, target, n);
        let mut adam = Adam::new(theta.len());
        let mut gradient = Vec::new();
        let mut flow = Flow::Continue;
        for _ in 0..stage.iterations {
            let loss = level.loss(&theta, &mut gradient);
            done += 1;
            flow = watch(Progress { done, of, loss });
            adam.step(&mut theta, &gradient, stage.rate as f32);
            if flow == Flow::Stop {
                break;
            }
        }
        mask = level.transmission(&theta);
        if flow == Flow::Stop {
            return grown(&mask, size, stages[stages.len() - 1].mask);
        }
    }
    mask
}

/// Adam's moments.
struct Adam {
    mean: Vec<f32>,
    square: Vec<f32>,
    step: u32,
}

impl Adam {
    const BETA: [f64; 2] = [0.9, 0.999];

    fn new(count: usize) -> Self {
        Self {
            mean: vec![0.0; count],
            square: vec![0.0; count],
            step: 0,
        }
    }

    fn step(&mut self, theta: &mut [f32], gradient: &[f32], rate: f32) {
        self.step += 1;
        let [a, b] = Self::BETA;
        let bias = |beta: f64| 1.0 - libm::pow(beta, f64::from(self.step));
        let rate = rate * (libm::sqrt(bias(b)) / bias(a)) as f32;
        let (a, b) = (a as f32, b as f32);
        let moments = self.mean.iter_mut().zip(&mut self.square);
        for ((theta, &g), (mean, square)) in theta.iter_mut().zip(gradient).zip(moments) {
            *mean = a * *mean + (1.0 - a) * g;
            *square = b * *square + (1.0 - b) * g * g;
            *theta -= rate * *mean / (square.sqrt() + 1e-8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::process::lithography::optics::Optics;
    use crate::sim::process::lithography::socs::{Keep, Kernels};
    use crate::sim::process::lithography::source::Outline;

    fn lenses<T: Real>() -> (Lens<T>, Lens<T>) {
        let outline = Outline::Conventional { sigma: 0.5 };
        let mut optics = Optics::euv(outline, 7).unwrap();
        optics.pupil.zernike_waves[6] = 0.05;
        let lens = |z| Lens::new(&Kernels::new(&optics.at_defocus(z), 200.0, Keep::Count(6)));
        (lens(0.0), lens(60.0))
    }

    fn target(n: usize) -> Vec<f32> {
        let inside =
            |x: usize, y: usize| (n / 4..n / 2).contains(&x) && (n / 4..3 * n / 4).contains(&y);
        (0..n * n)
            .map(|i| f32::from(u8::from(inside(i % n, i / n))))
            .collect()
    }

    const STAGE: Stage = Stage {
        mask: 32,
        print: 64,
        iterations: 10,
        rate: 0.1,
        pool: 3,
        weights: Weights {
            nominal: 1.0,
            outer: 0.5,
            variation: 0.7,
        },
    };

    /// C12: the gradient is the difference quotient, with coarse mask pixels, pooling and all corners.
    #[test]
    fn the_gradient_is_exact() {
        let (focus, defocus) = lenses::<f64>();
        for weights in [
            STAGE.weights,
            Weights {
                variation: 0.0,
                ..STAGE.weights
            },
        ] {
            let stage = Stage { weights, ..STAGE };
            let level = Level::new(stage, &focus, &defocus, &target(64), 64);
            let mut theta: Vec<f64> = (0..32 * 32).map(|i| f64::from(i * i % 11) / 11.0).collect();
            let mut gradient = Vec::new();
            level.loss(&theta, &mut gradient);
            let most = gradient.iter().fold(0.0, |m, g| f64::max(m, g.abs()));
            let mut unused = Vec::new();
            for at in [0, 31, 400, 555] {
                let (kept, h) = (theta[at], 1e-5);
                theta[at] = kept + h;
                let above = level.loss(&theta, &mut unused);
                theta[at] = kept - h;
                let below = level.loss(&theta, &mut unused);
                theta[at] = kept;
                let quotient = (above - below) / (2.0 * h);
                let error = (gradient[at] - quotient).abs() / most;
                assert!(error < 1e-7, "{at}: {} {quotient}", gradient[at]);
            }
        }
    }

    /// A coarse mask images as the same mask in fine pixels does.
    #[test]
    fn coarse_masks_image_exactly() {
        let (focus, defocus) = lenses::<f64>();
        let coarse = Stage { pool: 1, ..STAGE };
        let fine = Stage { mask: 64, ..coarse };
        let theta: Vec<f64> = (0..32 * 32).map(|i| f64::from(i * 7 % 5) / 5.0).collect();
        let loss = |stage: Stage, theta: &[f64]| {
            Level::new(stage, &focus, &defocus, &target(64), 64).loss(theta, &mut Vec::new())
        };
        let (a, b) = (loss(coarse, &theta), loss(fine, &grown(&theta, 32, 64)));
        assert!((a - b).abs() < 1e-9 * a, "{a} {b}");
    }

    #[test]
    fn optimising_lowers_the_loss_and_can_be_stopped() {
        let (focus, defocus) = lenses::<f32>();
        let target = target(64);
        let mut losses = Vec::new();
        let stages = [STAGE, Stage { mask: 64, ..STAGE }];
        let mask = optimise(&stages, &focus, &defocus, &target, 64, &mut |p| {
            losses.push(p.loss);
            Flow::Continue
        });
        assert_eq!((losses.len(), mask.len()), (20, 64 * 64));
        assert!(losses[19] < 0.6 * losses[0], "{losses:?}");
        let short = optimise(&stages, &focus, &defocus, &target, 64, &mut |p| {
            if p.done == 3 {
                Flow::Stop
            } else {
                Flow::Continue
            }
        });
        assert_eq!(short.len(), 64 * 64);
    }

    #[test]
    fn the_running_mean_is_its_own_adjoint() {
        let n = 12;
        let a: Vec<f64> = (0..n * n).map(|i| ((i * i) % 17) as f64).collect();
        let b: Vec<f64> = (0..n * n).map(|i| ((i * 5) % 13) as f64).collect();
        let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(p, q)| p * q).sum::<f64>();
        let (left, right) = (dot(&pooled(&a, n, 5), &b), dot(&a, &pooled(&b, n, 5)));
        assert!((left - right).abs() < 1e-9 * left.abs());
        assert!((pooled(&vec![1.0_f64; n * n], n, 5)[5 * n + 5] - 1.0).abs() < 1e-12);
    }
}
