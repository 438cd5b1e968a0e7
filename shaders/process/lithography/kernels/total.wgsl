// The intensity of each clip: the sum of its splits, turned from columns back to rows.

struct Total {
    length: u32,
    splits: u32,
    cells: u32,
}

@group(0) @binding(0) var<uniform> record: Total;
// Clips, splits, x, y.
@group(0) @binding(1) var<storage, read> sums: array<f32>;
// Clips, y, x.
@group(0) @binding(2) var<storage, read_write> intensity: array<f32>;

@compute @workgroup_size(64)
fn total(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= record.cells) {
        return;
    }
    let plane = record.length * record.length;
    let clip = id.x / plane;
    let x = id.x % record.length;
    let y = id.x % plane / record.length;
    var sum = 0.0;
    for (var split = 0u; split < record.splits; split = split + 1u) {
        sum = sum + sums[(clip * record.splits + split) * plane + x * record.length + y];
    }
    intensity[id.x] = sum;
}
