// The loss of each clip: the sum of what the rows' workgroups found, written to the history at the number of the
// step, and the step counted. One workgroup to a clip; the order of the sum is fixed.

struct Tally {
    parts: u32,
    clips: u32,
}

@group(0) @binding(0) var<uniform> record: Tally;
@group(0) @binding(1) var<storage, read> losses: array<f32>;
@group(0) @binding(2) var<storage, read_write> history: array<f32>;
@group(0) @binding(3) var<storage, read_write> done: array<u32>;

var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(64)
fn tally(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    var sum = 0.0;
    for (var k = thread; k < record.parts; k = k + 64u) {
        sum = sum + losses[group.x * record.parts + k];
    }
    sums[thread] = sum;
    workgroupBarrier();
    if (thread == 0u) {
        var total = 0.0;
        for (var k = 0u; k < 64u; k = k + 1u) {
            total = total + sums[k];
        }
        history[done[group.x] * record.clips + group.x] = total;
        done[group.x] = done[group.x] + 1u;
    }
}
