//! The loader: faults at their own file and line; tables that do not fit the WGSL.

use geoul::gpu::kernel::{Cell, Kernel, Part, Role, Slot};
use geoul::gpu::record::{Field, Record};
use geoul::gpu::source::Source;
use geoul::sim::KERNELS;

/// Every kernel of the table fits its WGSL; this needs no adapter.
#[test]
fn every_kernel_fits_its_table() {
    for kernel in KERNELS {
        let source = Source::of(kernel);
        let found = source.reflect(kernel).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(found.slots.len(), kernel.slots.len());
        assert_eq!(
            kernel.source.path,
            format!("shaders/{}.wgsl", kernel.name),
            "a kernel is named after its file"
        );
    }
}

/// A fault in a shared part is shown there, not in the joined text.
#[test]
fn faults_are_shown_at_their_part() {
    let part =
        "// One.\n// Two.\nfn a() -> u32 {\n    return 1u;\n}\nfn b() -> u32 { return 1.5; }\n";
    let source = Source::join([
        (
            "shaders/shared/first.wgsl",
            "fn zero() -> u32 { return 0u; }\n",
        ),
        ("shaders/shared/rng.wgsl", part),
        ("shaders/k.wgsl", "@compute @workgroup_size(1) fn k() {}\n"),
    ]);
    let shown = source.module().unwrap_err().to_string();
    assert!(shown.starts_with("shaders/shared/rng.wgsl:6: "), "{shown}");
    assert!(shown.contains("return 1.5"), "{shown}");
    let unread = Source::join([
        (
            "shaders/shared/first.wgsl",
            "fn zero() -> u32 { return 0u; }\n",
        ),
        ("shaders/k.wgsl", "\n\nfn k( {}\n"),
    ]);
    let shown = unread.module().unwrap_err().to_string();
    assert!(shown.starts_with("shaders/k.wgsl:3: "), "{shown}");
}

const TEXT: &str = "
struct Sizes { count: u32, scale: f32, }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(3) var<storage, read> a: array<f32>;
@group(0) @binding(5) var<storage, read_write> b: array<vec2<f32>>;
@compute @workgroup_size(64)
fn k(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x < sizes.count) { b[id.x] = vec2<f32>(a[id.x], sizes.scale); }
}
";

const SLOTS: &[Slot] = &[
    Slot {
        name: "a",
        role: Role::Read,
        cell: Cell::Float,
        shape: "count",
        unit: "none",
    },
    Slot {
        name: "b",
        role: Role::Write,
        cell: Cell::Complex,
        shape: "count",
        unit: "none",
    },
];

const FIELDS: &[Field] = &[
    Field {
        name: "count",
        kind: "u32",
        offset: 0,
    },
    Field {
        name: "scale",
        kind: "f32",
        offset: 4,
    },
];

fn kernel() -> Kernel {
    Kernel {
        name: "k",
        source: Part {
            path: "shaders/k.wgsl",
            text: TEXT,
        },
        parts: &[],
        record: Record {
            name: "Sizes",
            fields: FIELDS,
            size: 8,
        },
        slots: SLOTS,
        constants: &[],
        workgroup: [64, 1, 1],
        ulp: 0.0,
        twin: |_, _| (),
        cases: Vec::new,
        survivors: &[],
    }
}

#[test]
fn bindings_come_from_the_wgsl() {
    let kernel = kernel();
    let found = Source::of(&kernel).reflect(&kernel).unwrap();
    assert_eq!(found.record, Some(0));
    assert_eq!(found.slots, [(3, false), (5, true)]);
}

/// Each way in which a table can stray from the WGSL is refused, with a word about what strays.
#[test]
fn a_table_that_strays_is_refused() {
    const SWAPPED: &[Field] = &[FIELDS[1], FIELDS[0]];
    const MOVED: &[Field] = &[
        FIELDS[0],
        Field {
            offset: 8,
            ..FIELDS[1]
        },
    ];
    const WRITTEN: &[Slot] = &[
        Slot {
            role: Role::Change,
            ..SLOTS[0]
        },
        SLOTS[1],
    ];
    const NARROW: &[Slot] = &[
        SLOTS[0],
        Slot {
            cell: Cell::Float,
            ..SLOTS[1]
        },
    ];
    let record = |fields| Record {
        name: "Sizes",
        fields,
        size: 8,
    };
    let strays: [(Kernel, &str); 8] = [
        (
            Kernel {
                record: record(SWAPPED),
                ..kernel()
            },
            "0 count: u32",
        ),
        (
            Kernel {
                record: record(MOVED),
                ..kernel()
            },
            "8 scale: f32",
        ),
        (
            Kernel {
                record: record(&FIELDS[..1]),
                ..kernel()
            },
            "on the host",
        ),
        (
            Kernel {
                slots: WRITTEN,
                ..kernel()
            },
            "`a` is read in WGSL",
        ),
        (
            Kernel {
                slots: NARROW,
                ..kernel()
            },
            "`b` must be array<f32>",
        ),
        (
            Kernel {
                slots: &SLOTS[..1],
                ..kernel()
            },
            "`b` is no buffer",
        ),
        (
            Kernel {
                workgroup: [32, 2, 1],
                ..kernel()
            },
            "workgroup",
        ),
        (
            Kernel {
                name: "other",
                ..kernel()
            },
            "no compute entry `other`",
        ),
    ];
    for (kernel, word) in strays {
        let fault = Source::of(&kernel)
            .reflect(&kernel)
            .unwrap_err()
            .to_string();
        assert!(fault.contains(word), "{word}: {fault}");
    }
}
