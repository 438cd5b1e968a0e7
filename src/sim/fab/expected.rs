//! Expected times of steps and routes: what dispatching rules, due dates and the X-factor refer to.

use super::compile::Builder;
use super::model::Shape;
use crate::scene::schema::Per;

impl Builder<'_> {
    /// Expected times of steps and routes, and what remains from each step on.
    pub(super) fn expected_times(&mut self) {
        for (index, spec) in self.scene.routes.iter().flat_map(|r| &r.steps).enumerate() {
            let group = &self.model.groups[spec.tool_group as usize];
            let wafers = f64::from(self.usual_wafers(self.model.steps[index].route));
            let mean = spec.time.mean_us();
            let interval = spec.interval.map_or(mean, |i| i.0 as f64);
            let process = match (spec.per, group.shape) {
                (Per::Wafer, Shape::Cascade(_)) => mean + (wafers - 1.0) * interval,
                (Per::Wafer, _) => wafers * mean,
                _ => mean,
            };
            self.model.steps[index].mean_us = process + (group.load_us + group.unload_us) as f64;
        }
        let locations = self.model.locations as usize;
        let mean_transport: Vec<f64> = {
            let mut means = vec![0.0; locations * locations];
            for t in &self.scene.transport {
                means[t.from as usize * locations + t.to as usize] = t.time.mean_us();
            }
            means
        };
        for r in 0..self.model.routes.len() {
            let (first, n) = (
                self.model.routes[r].first as usize,
                self.model.routes[r].steps as usize,
            );
            self.remaining_times(r, first, n);
            // Transport: probability of each location being the last one a step was done at.
            let mut at = vec![0.0; locations];
            let mut transport = 0.0;
            for (position, spec) in self.scene.routes[r].steps.iter().enumerate() {
                let to = self.model.groups[self.model.steps[first + position].group as usize]
                    .location as usize;
                let p = spec.sampling;
                for (from, weight) in at.iter_mut().enumerate() {
                    transport += p * *weight * mean_transport[from * locations + to];
                    *weight *= 1.0 - p;
                }
                at[to] += p;
            }
            let process = if n > 0 {
                self.model.steps[first].remaining_us
            } else {
                0.0
            };
            self.model.routes[r].raw_us = process + transport;
        }
        self.model.names.raw_process_us = self
            .scene
            .products
            .iter()
            .map(|p| self.model.routes[p.route as usize].raw_us as u64)
            .collect();
    }

    /// Solves "remaining = own + expected remaining of the successors" by sweeps from the end.
    fn remaining_times(&mut self, route: usize, first: usize, n: usize) {
        let mut remaining = vec![0.0f64; n + 1];
        for _ in 0..10_000 {
            let mut change = 0.0f64;
            for position in (0..n).rev() {
                let spec = &self.scene.routes[route].steps[position];
                let after = if spec.next.is_empty() {
                    remaining[position + 1]
                } else {
                    spec.next
                        .iter()
                        .map(|s| s.probability * s.to.map_or(0.0, |to| remaining[to as usize]))
                        .sum()
                };
                let skipped = remaining[position + 1];
                let done = self.model.steps[first + position].mean_us + after;
                let value = spec.sampling * done + (1.0 - spec.sampling) * skipped;
                change = change.max((value - remaining[position]).abs());
                remaining[position] = value;
            }
            if change < 1e-6 {
                break;
            }
        }
        for (step, remaining) in self.model.steps[first..first + n].iter_mut().zip(remaining) {
            step.remaining_us = remaining;
        }
    }

    /// Wafers of the lots of a route: those of the first release of a product on it.
    fn usual_wafers(&self, route: u32) -> u32 {
        self.scene
            .releases
            .iter()
            .find(|r| self.scene.products[r.product as usize].route == route)
            .map_or(25, |r| r.wafers)
    }
}
