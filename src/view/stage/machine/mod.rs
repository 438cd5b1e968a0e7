//! Shapes of machines, one for each archetype, drawn by us after what such machines look like
//! from outside: their proportions follow the footprint and height that the scene gives.
//!
//! A file holds the machines of one kind of work; [`machine`] is the table.

mod beam;
mod cluster;
mod front;
mod inspect;
mod litho;
mod stocker;
mod thermal;
mod wet;

use super::shape::{Detail, Shape};
use crate::scene::schema::Archetype;

pub use stocker::{STOCKER_HEIGHT_M, stocker};

/// Outer measures of a machine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Along the bay, m.
    pub width: f32,
    /// From back to front, m.
    pub depth: f32,
    /// Above the floor, m.
    pub height: f32,
    /// Load ports before the front.
    pub ports: u32,
}

impl Frame {
    /// Half its width.
    fn side(&self) -> f32 {
        0.5 * self.width
    }

    /// Where its front is.
    fn front(&self) -> f32 {
        0.5 * self.depth
    }

    /// Where its back is.
    fn back(&self) -> f32 {
        -0.5 * self.depth
    }
}

/// The shape of a machine.
pub fn machine(archetype: Archetype, frame: &Frame, detail: Detail) -> Shape {
    let mut shape = Shape::new(detail);
    let draw = match archetype {
        Archetype::Scanner => litho::scanner,
        Archetype::Track => litho::track,
        Archetype::LithoCell => litho::cell,
        Archetype::Furnace => thermal::furnace,
        Archetype::Rtp => thermal::rtp,
        Archetype::Epi => thermal::epi,
        Archetype::Etcher => cluster::etcher,
        Archetype::Asher => cluster::asher,
        Archetype::Cvd => cluster::cvd,
        Archetype::Pvd => cluster::pvd,
        Archetype::Ald => cluster::ald,
        Archetype::Implanter => beam::implanter,
        Archetype::Cmp => wet::cmp,
        Archetype::WetBench => wet::bench,
        Archetype::SpinCleaner => wet::spin_cleaner,
        Archetype::Plating => wet::plating,
        Archetype::Metrology => inspect::metrology,
        Archetype::Inspection => inspect::inspection,
        Archetype::Sorter => inspect::sorter,
        Archetype::Bonder => inspect::bonder,
        Archetype::Tester => inspect::tester,
        Archetype::Generic => inspect::generic,
    };
    draw(&mut shape, frame);
    // Parts of a fixed size stand out of the smallest machines otherwise.
    shape.keep_within(
        [frame.back(), 0.0, -frame.side()],
        [frame.front(), frame.height, frame.side()],
    );
    front::load_ports(&mut shape, frame);
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Archetype; 22] = [
        Archetype::Scanner,
        Archetype::Track,
        Archetype::LithoCell,
        Archetype::Furnace,
        Archetype::Rtp,
        Archetype::Etcher,
        Archetype::Asher,
        Archetype::Implanter,
        Archetype::Cvd,
        Archetype::Pvd,
        Archetype::Ald,
        Archetype::Epi,
        Archetype::Cmp,
        Archetype::WetBench,
        Archetype::SpinCleaner,
        Archetype::Plating,
        Archetype::Metrology,
        Archetype::Inspection,
        Archetype::Sorter,
        Archetype::Bonder,
        Archetype::Tester,
        Archetype::Generic,
    ];

    /// From the smallest tool a scene may hold to the largest that ships.
    const FRAMES: [Frame; 4] = [
        Frame {
            width: 0.6,
            depth: 0.6,
            height: 1.0,
            ports: 1,
        },
        Frame {
            width: 1.6,
            depth: 2.6,
            height: 2.1,
            ports: 2,
        },
        Frame {
            width: 3.2,
            depth: 5.4,
            height: 2.7,
            ports: 3,
        },
        Frame {
            width: 8.5,
            depth: 12.0,
            height: 3.9,
            ports: 4,
        },
    ];

    #[test]
    fn a_machine_keeps_within_its_footprint_and_height() {
        for archetype in ALL {
            for f in FRAMES {
                let (low, high) = machine(archetype, &f, Detail::Near).extent().unwrap();
                // Load ports stand before the front, to the depth that the layout keeps for them.
                let front = f.front() + crate::world::layout::PORT_DEPTH_M as f32;
                let slack = 1e-3;
                let inside = low.x >= f.back() - slack
                    && high.x <= front + slack
                    && low.y >= -slack
                    && high.y <= f.height + slack
                    && low.z >= -f.side() - slack
                    && high.z <= f.side() + slack;
                assert!(inside, "{archetype:?} {f:?}: {low} to {high}");
                assert!(high.y > 0.7 * f.height, "{archetype:?} {f:?}: {high}");
            }
        }
    }

    #[test]
    fn far_shapes_are_light_and_no_two_machines_look_alike() {
        let f = FRAMES[2];
        let mut seen = Vec::new();
        let mut heavy = Vec::new();
        for archetype in ALL {
            let near = machine(archetype, &f, Detail::Near);
            let far = machine(archetype, &f, Detail::Far);
            let (near, far) = (near.triangles(), far.triangles());
            // A thousand tools far away then take at most 1.2 million triangles.
            if far >= 1200 || near >= 9000 || 2 * far >= near {
                heavy.push((archetype, near, far));
            }
            seen.push(far);
        }
        assert!(heavy.is_empty(), "{heavy:?}");
        assert!(seen.iter().collect::<std::collections::BTreeSet<_>>().len() > 12);
    }
}
