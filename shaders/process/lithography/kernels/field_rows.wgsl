// The field of each coherent system, first half: for each row of frequencies, system times mask, turned
// into places along x. Rows are ordered by clip, system, frequency in y.

struct FieldRows {
    rows: u32,
    systems: u32,
    first: u32,
    half: u32,
}

@group(0) @binding(0) var<uniform> record: FieldRows;
// Coefficients of all systems; `first` is the first of the `systems` that are imaged now.
@group(0) @binding(2) var<storage, read> systems: array<vec2<f32>>;
// Coefficients of each clip's mask.
@group(0) @binding(3) var<storage, read> mask: array<vec2<f32>>;
@group(0) @binding(4) var<storage, read_write> lines: array<vec2<f32>>;

@compute @workgroup_size(256)
fn field_rows(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let side = 2u * record.half + 1u;
    let used = together() * length();
    for (var cell = thread; cell < used; cell = cell + 256u) {
        let row = group.x * together() + cell / length();
        // Frequency x of the transform's order is the band's place f.
        let f = (cell + record.half) % length();
        var value = vec2<f32>(0.0, 0.0);
        if (row < record.rows && f < side) {
            let clip = row / (record.systems * side);
            let inside = row % (record.systems * side);
            let system = systems[(record.first * side + inside) * side + f];
            value = times(system, mask[(clip * side + inside % side) * side + f]);
        }
        tile[reversed(cell)] = value;
    }
    transform(thread);
    for (var cell = thread; cell < used; cell = cell + 256u) {
        let row = group.x * together() + cell / length();
        if (row < record.rows) {
            lines[row * length() + cell % length()] = tile[seat(cell)];
        }
    }
}
