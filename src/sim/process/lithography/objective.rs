//! What a mask is sought for: the loss of its prints, and how it changes with the mask.
//!
//! The loss counts, over the points of the print, the smooth prints `Z = σ(50 (D I − t))`:
//! `w_n (Z_nom − T)² + w_o (Z_outer − T)² + w_v (Z_outer − Z_inner)²`. Its slope flows back through the adjoint of the
//! imaging (chain rule through resist, diffusion, Hopkins and the transforms; nothing approximated).
//!
//! A smooth print has no detail finer than some nanometres, and of the slopes only the band of the lens is used. So a
//! few points of the print give the sums over all pixels of the target, provided that the target comes to them without
//! the detail that they cannot hold (the sampling theorem): 4 nm apart instead of 1 nm the contest's slopes differ by
//! 1e-4 of what is left of them after 100 steps, at a sixteenth of the work. Losses then lack what that detail of the
//! target adds to every mask alike.

use num_complex::Complex;

use crate::sim::process::lithography::band::{BLOCK, Band, Coefficients, Real, Work, resampled};
use crate::sim::process::lithography::contest::{INNER, LEVEL, OUTER, STEEPNESS};
use crate::sim::process::lithography::imager::{Fields, Lens, real_part};
use crate::sim::process::lithography::lanes::widest;
use crate::sim::process::lithography::schedule::{Stage, Weights};

/// What light, mask and resist a mask is sought for.
#[derive(Clone, Copy)]
pub struct Problem<'l, T: Real> {
    /// In focus.
    pub focus: &'l Lens<T>,
    /// Out of focus.
    pub defocus: &'l Lens<T>,
    /// Intensity from which on it prints.
    pub level: f64,
    /// Steepness of the smooth print.
    pub steepness: f64,
    /// Intensity factor of the outer corner, in focus.
    pub outer: f64,
    /// Intensity factor of the inner corner, out of focus.
    pub inner: f64,
    /// Amplitudes of the mask inside and outside its shapes.
    pub tones: [f64; 2],
    /// Diffusion length of the resist in parts of the tile's side.
    pub diffusion: f64,
}

impl<'l, T: Real> Problem<'l, T> {
    /// Of the contest's simulator.
    pub fn contest(focus: &'l Lens<T>, defocus: &'l Lens<T>) -> Self {
        Self {
            focus,
            defocus,
            level: LEVEL,
            steepness: STEEPNESS,
            outer: OUTER,
            inner: INNER,
            tones: [1.0, 0.0],
            diffusion: 0.0,
        }
    }
}

/// Share of each coefficient of an image that a diffusion length, in parts of the tile's side, leaves; nothing
/// without diffusion.
pub fn kept(diffusion: f64, reach: u32) -> Vec<f64> {
    if diffusion <= 0.0 {
        return Vec::new();
    }
    let reach = reach as i32;
    let all = (-reach..=reach).flat_map(|fy| (-reach..=reach).map(move |fx| (fx, fy)));
    all.map(|(fx, fy)| {
        let square = f64::from(fx * fx + fy * fy) * diffusion * diffusion;
        libm::exp(-2.0 * core::f64::consts::PI * core::f64::consts::PI * square)
    })
    .collect()
}

/// Loss of a mask given by its coefficients, and the coefficients of its slope.
pub struct Objective<'l, T: Real> {
    problem: Problem<'l, T>,
    weights: Weights,
    print: Band<T>,
    /// Share of each coefficient of an image that diffusion leaves; empty without diffusion.
    kept: Vec<T>,
    /// 1 where it shall print, else 0; at the points of the print.
    target: Vec<T>,
}

impl<'l, T: Real> Objective<'l, T> {
    /// For a target of `n` by `n` shares, n a multiple of the stage's print: 1 where light shall print.
    pub fn new(problem: Problem<'l, T>, stage: Stage, target: &[f32], n: u32) -> Self {
        let Problem { focus, defocus, .. } = problem;
        assert_eq!(
            focus.half(),
            defocus.half(),
            "both conditions have one band"
        );
        let target = resampled(target, n as usize, stage.print as usize);
        let kept = kept(problem.diffusion, 2 * focus.half());
        Self {
            problem,
            weights: stage.weights,
            kept: kept.into_iter().map(T::of).collect(),
            print: Band::new(stage.print as usize, 2 * focus.half()),
            target: target.into_iter().map(|v| T::of(f64::from(v))).collect(),
        }
    }

    /// Loss of a mask, whose coefficients (of the share that is open, |f| ≤ half of the lenses) become those of the
    /// slope by the mask at a point of the print.
    pub fn slope(&self, mask: &mut Coefficients<T>) -> f64 {
        let [inside, outside] = self.problem.tones.map(T::of);
        for c in mask.iter_mut() {
            *c *= inside - outside;
        }
        let middle = mask.len() / 2;
        mask[middle] += outside;
        let (mut in_focus, mut out_of_focus) = (Fields::default(), Fields::default());
        let varies = self.weights.variation != 0.0;
        let mut focus = self.problem.focus.image(mask, Some(&mut in_focus));
        self.diffuse(&mut focus);
        let mut lines = [self.print.coefficients_to_lines(&focus), Vec::new()];
        if varies {
            let mut defocus = self.problem.defocus.image(mask, Some(&mut out_of_focus));
            self.diffuse(&mut defocus);
            lines[1] = self.print.coefficients_to_lines(&defocus);
        }
        let loss = self.prints(&mut lines);

        mask.fill(Complex::default());
        let [focus, defocus] = lines;
        let mut slope = self.print.lines_to_coefficients(&focus);
        self.diffuse(&mut slope);
        self.problem.focus.adjoint(&in_focus, &slope, mask);
        if varies {
            let mut slope = self.print.lines_to_coefficients(&defocus);
            self.diffuse(&mut slope);
            self.problem.defocus.adjoint(&out_of_focus, &slope, mask);
        }
        for c in mask.iter_mut() {
            *c *= inside - outside;
        }
        real_part(mask);
        loss
    }

    /// Diffusion of an image given by its coefficients; its own adjoint.
    fn diffuse(&self, image: &mut [Complex<T>]) {
        for (c, &kept) in image.iter_mut().zip(&self.kept) {
            *c *= kept;
        }
    }

    /// Turns the lines of both images into those of the loss's slopes, block by block; gives the loss.
    fn prints(&self, lines: &mut [Vec<T>; 2]) -> f64 {
        let n = self.print.points();
        let w = self.weights;
        let process = self.process();
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
                loss += widest(
                    #[inline(always)]
                    || both(w, &process, rows, blurred, target),
                );
                self.print.rows_to_lines(blurred, other, &mut work);
            } else {
                loss += one(w, &process, rows, target);
            }
            self.print.rows_to_lines(rows, lines, &mut work);
        }
        loss
    }

    fn process(&self) -> Corners<T> {
        let p = &self.problem;
        let [level, steepness, outer, inner] = [p.level, p.steepness, p.outer, p.inner].map(T::of);
        Corners {
            level,
            steepness,
            outer,
            inner,
        }
    }
}

/// Resist and doses in the number that is computed with.
struct Corners<T> {
    level: T,
    steepness: T,
    outer: T,
    inner: T,
}

/// Intensities to slopes of the loss, with all three corners; gives the loss.
#[inline(always)]
fn both<T: Real>(
    w: Weights,
    corners: &Corners<T>,
    focus: &mut [T],
    defocus: &mut [T],
    target: &[T],
) -> f64 {
    let &Corners {
        level,
        steepness: a,
        outer,
        inner,
    } = corners;
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
fn one<T: Real>(w: Weights, corners: &Corners<T>, focus: &mut [T], target: &[T]) -> f64 {
    let mut unused = vec![T::zero(); focus.len()];
    both(
        Weights {
            variation: 0.0,
            ..w
        },
        corners,
        focus,
        &mut unused,
        target,
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::sim::process::lithography::optics::Optics;
    use crate::sim::process::lithography::socs::{Keep, Kernels};
    use crate::sim::process::lithography::source::Outline;

    pub fn lenses<T: Real>() -> (Lens<T>, Lens<T>) {
        let outline = Outline::Conventional { sigma: 0.5 };
        let mut optics = Optics::euv(outline, 7).unwrap();
        optics.pupil.zernike_waves[6] = 0.05;
        let lens = |z| Lens::new(&Kernels::new(&optics.at_defocus(z), 200.0, Keep::Count(6)));
        (lens(0.0), lens(60.0))
    }

    pub fn target(n: usize) -> Vec<f32> {
        let inside =
            |x: usize, y: usize| (n / 4..n / 2).contains(&x) && (n / 4..3 * n / 4).contains(&y);
        (0..n * n)
            .map(|i| f32::from(u8::from(inside(i % n, i / n))))
            .collect()
    }

    /// A print looked at every 3 nm gives the slope of all its pixels, though the target's edges lie between.
    #[test]
    fn few_points_of_the_print_give_the_slopes_of_all() {
        let (focus, defocus) = lenses::<f64>();
        let n = 256;
        let mut cover = target(n as usize);
        // Edges that no coarse pixel has.
        for row in cover.chunks_exact_mut(n as usize) {
            row.rotate_right(1);
        }
        let mask = Band::<f64>::new(n as usize, focus.half());
        let wide: Vec<f64> = cover.iter().map(|c| f64::from(*c)).collect();
        let of = |print: u32| {
            let stage = Stage {
                mask: n,
                print,
                iterations: 1,
                rate: 0.1,
                pool: 1,
                weights: Weights {
                    nominal: 1.0,
                    outer: 0.5,
                    variation: 0.7,
                },
            };
            let problem = Problem {
                steepness: 12.0,
                ..Problem::contest(&focus, &defocus)
            };
            let mut slope = mask.forward(&wide);
            let loss = Objective::new(problem, stage, &cover, n).slope(&mut slope);
            (loss * f64::from(n / print).powi(2), slope)
        };
        let (loss, all) = of(n);
        let off = |slope: &[Complex<f64>]| {
            let off = all.iter().zip(slope).map(|(a, b)| (a - b).norm_sqr());
            let whole: f64 = all.iter().map(Complex::norm_sqr).sum();
            (off.sum::<f64>() / whole).sqrt()
        };
        for (print, room) in [(128, 2e-4), (64, 5e-2)] {
            let (few, slope) = of(print);
            println!("{print}: slope {:.1e}, loss {few} of {loss}", off(&slope));
            assert!(off(&slope) < room && few < loss, "{print}");
        }
    }
}
