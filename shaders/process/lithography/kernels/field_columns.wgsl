// The field of each coherent system, second half, and its intensity: columns of a clip's lines turned into
// places along y, the squares of their moduli summed over `each` systems in turn.
// Sums of a split are kept apart and summed in `total`: no order is left to chance.

struct FieldColumns {
    systems: u32,
    splits: u32,
    each: u32,
    half: u32,
    add: u32,
}

@group(0) @binding(0) var<uniform> record: FieldColumns;
@group(0) @binding(2) var<storage, read> lines: array<vec2<f32>>;
// Clips, splits, x, y; `add` says whether to add to what is there.
@group(0) @binding(3) var<storage, read_write> sums: array<f32>;

fn square(cell: u32) -> f32 {
    let e = tile[seat(cell)];
    return e.x * e.x + e.y * e.y;
}

fn put(group: vec3<u32>, cell: u32, sum: f32) {
    let column = group.x * together() + cell / length();
    if (cell < together() * length() && column < length()) {
        let plane = group.z * record.splits + group.y;
        let at = (plane * length() + column) * length() + cell % length();
        var before = 0.0;
        if (record.add == 1u) {
            before = sums[at];
        }
        sums[at] = before + sum;
    }
}

@compute @workgroup_size(256)
fn field_columns(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let side = 2u * record.half + 1u;
    let used = together() * length();
    var squares = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    let first = group.y * record.each;
    for (var k = first; k < min(first + record.each, record.systems); k = k + 1u) {
        for (var cell = thread; cell < used; cell = cell + 256u) {
            // Columns of a row side by side, as they lie in memory.
            let column = group.x * together() + cell % together();
            let f = (cell / together() + record.half) % length();
            var value = vec2<f32>(0.0, 0.0);
            if (column < length() && f < side) {
                value = lines[((group.z * record.systems + k) * side + f) * length() + column];
            }
            tile[reversed(across(cell))] = value;
        }
        transform(thread);
        let now = vec4<f32>(square(thread), square(256u + thread), square(512u + thread), square(768u + thread));
        squares = squares + now;
        // All have read before the next system is written.
        workgroupBarrier();
    }
    put(group, thread, squares.x);
    put(group, 256u + thread, squares.y);
    put(group, 512u + thread, squares.z);
    put(group, 768u + thread, squares.w);
}
