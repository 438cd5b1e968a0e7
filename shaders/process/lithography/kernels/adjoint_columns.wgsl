// Back from the slopes of the loss to the mask, first half: the field of each coherent system times the slope of the
// loss by the intensity, turned back along y. The lines are those of `field_rows`; the field's columns are made of
// them once more, which moves less than keeping them would.

struct AdjointColumns {
    systems: u32,
    each: u32,
    half: u32,
}

@group(0) @binding(0) var<uniform> record: AdjointColumns;
// Clips, conditions, y, x: `each` systems are of one condition.
@group(0) @binding(2) var<storage, read> slopes: array<f32>;
@group(0) @binding(3) var<storage, read_write> lines: array<vec2<f32>>;

// Field times slope at a cell of the tile, conjugate: so the transform turns the other way.
fn product(strip: u32, plane: u32, cell: u32) -> vec2<f32> {
    let column = strip * together() + cell % together();
    var slope = 0.0;
    if (column < length()) {
        let picture = plane / record.each;
        slope = slopes[(picture * length() + cell / together()) * length() + column];
    }
    let field = tile[seat(across(cell))];
    return vec2<f32>(slope * field.x, -slope * field.y);
}

fn put(cell: u32, value: vec2<f32>) {
    if (cell < together() * length()) {
        tile[reversed(across(cell))] = value;
    }
}

@compute @workgroup_size(256)
fn adjoint_columns(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let side = 2u * record.half + 1u;
    let used = together() * length();
    let plane = group.z * record.systems + group.y;
    // Columns of a row side by side, as they lie in memory.
    for (var cell = thread; cell < used; cell = cell + 256u) {
        let column = group.x * together() + cell % together();
        let f = (cell / together() + record.half) % length();
        var value = vec2<f32>(0.0, 0.0);
        if (column < length() && f < side) {
            value = lines[(plane * side + f) * length() + column];
        }
        tile[reversed(across(cell))] = value;
    }
    transform(thread);
    let a = product(group.x, plane, thread);
    let b = product(group.x, plane, 256u + thread);
    let c = product(group.x, plane, 512u + thread);
    let d = product(group.x, plane, 768u + thread);
    workgroupBarrier();
    put(thread, a);
    put(256u + thread, b);
    put(512u + thread, c);
    put(768u + thread, d);
    transform(thread);
    for (var cell = thread; cell < used; cell = cell + 256u) {
        let column = group.x * together() + cell % together();
        let f = (cell / together() + record.half) % length();
        if (column < length() && f < side) {
            lines[(plane * side + f) * length() + column] = vec2<f32>(tile[seat(across(cell))].x, -tile[seat(across(cell))].y);
        }
    }
}
