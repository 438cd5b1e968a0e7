// Back from the slopes of the loss to the mask, second half: each row of frequencies turned back along x, times the
// conjugate of its system, summed over all systems of a clip: scale * sum over k of conj(H_k(f)) times the
// transform, f in the band. A workgroup to a row; several systems at a time.

struct AdjointRows {
    systems: u32,
    half: u32,
    scale: f32,
}

@group(0) @binding(0) var<uniform> record: AdjointRows;
@group(0) @binding(2) var<storage, read> systems: array<vec2<f32>>;
@group(0) @binding(3) var<storage, read> lines: array<vec2<f32>>;
@group(0) @binding(4) var<storage, read_write> slopes: array<vec2<f32>>;

// What a cell of the tile adds: one of the systems from `start` on, at a frequency of its row of the band.
fn term(start: u32, row: u32, cell: u32) -> vec2<f32> {
    let side = 2u * record.half + 1u;
    let k = start + cell / length();
    let f = (cell + record.half) % length();
    // Cells that are not used hold nothing.
    if (k < record.systems && f < side) {
        return times(systems[(k * side + row) * side + f], tile[seat(cell)]);
    }
    return vec2<f32>(0.0, 0.0);
}

@compute @workgroup_size(256)
fn adjoint_rows(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let side = 2u * record.half + 1u;
    let used = together() * length();
    var a = vec2<f32>(0.0, 0.0);
    var b = vec2<f32>(0.0, 0.0);
    var c = vec2<f32>(0.0, 0.0);
    var d = vec2<f32>(0.0, 0.0);
    for (var start = 0u; start < record.systems; start = start + together()) {
        for (var cell = thread; cell < used; cell = cell + 256u) {
            let k = start + cell / length();
            var value = vec2<f32>(0.0, 0.0);
            if (k < record.systems) {
                let line = (group.y * record.systems + k) * side + group.x;
                let v = lines[line * length() + cell % length()];
                value = vec2<f32>(v.x, -v.y);
            }
            tile[reversed(cell)] = value;
        }
        transform(thread);
        a = a + term(start, group.x, thread);
        b = b + term(start, group.x, 256u + thread);
        c = c + term(start, group.x, 512u + thread);
        d = d + term(start, group.x, 768u + thread);
        // All have read before the next systems are written.
        workgroupBarrier();
    }
    tile[thread] = a;
    tile[256u + thread] = b;
    tile[512u + thread] = c;
    tile[768u + thread] = d;
    workgroupBarrier();
    for (var cell = thread; cell < length(); cell = cell + 256u) {
        let f = (cell + record.half) % length();
        if (f < side) {
            var total = vec2<f32>(0.0, 0.0);
            for (var k = 0u; k < together(); k = k + 1u) {
                total = total + tile[k * length() + cell];
            }
            slopes[(group.y * side + group.x) * side + f] = record.scale * vec2<f32>(total.x, -total.y);
        }
    }
}
