// What the print of each clip loses, and how the loss changes with the lines of both its images: intensities in and
// out of focus from their lines, smooth prints 1 / (1 + exp(-steepness (dose I - level))) at three corners, the loss
//   nominal (Z_nominal - T)^2 + outer (Z_outer - T)^2 + variation (Z_outer - Z_inner)^2,
// its slopes by both intensities, and these turned back to lines: no picture leaves the workgroup.
//
// A place x of the first quarter of a row and its mirror images n/2 - x, n/2 + x and n - x have the same cosines and
// sines but for signs, which differ between even and odd frequencies: four pixels for the products of one. So each
// invocation has four pixels of a row; 16 rows by 16 places of the quarter at a time.

// Times 48 frequencies that the program is made for; 4 are the most. Fewer need fewer registers.
override passes: u32 = 4u;

struct Slopes {
    n: u32,
    half: u32,
    level: f32,
    steepness: f32,
    outer_dose: f32,
    inner_dose: f32,
    nominal: f32,
    outer: f32,
    variation: f32,
}

@group(0) @binding(0) var<uniform> record: Slopes;
// exp(2 pi i k / n).
@group(0) @binding(1) var<storage, read> waves: array<vec2<f32>>;
// Clips, y, x: 1 where it shall print.
@group(0) @binding(2) var<storage, read> goal: array<f32>;
// Clips, conditions, rows, frequencies: images in, slopes out.
@group(0) @binding(3) var<storage, read_write> lines: array<vec2<f32>>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;

// Images of 16 rows (slow) and 16 frequencies, in focus and then out of focus; later what the even frequencies of 16
// rows and 16 places meet, and then the odd ones: with cosines, with sines, in focus and out of focus.
var<workgroup> values: array<vec4<f32>, 545>;
// Of 16 frequencies (slow) and 16 places; later of 16 places (slow) and 48 frequencies; at last what each lost.
var<workgroup> turns: array<vec2<f32>, 768>;

// Rows of 17 and two parts of 273 numbers, so that those read at once lie in different banks.
fn folded(odd: u32, row: u32) -> u32 {
    return odd * 273u + row * 17u;
}

// Loss at a pixel, and its slopes by the intensities in and out of focus.
fn slope(focus: f32, defocus: f32, target_here: f32) -> vec3<f32> {
    let most_light = record.outer_dose * focus - record.level;
    let z = logistic(record.steepness * (focus - record.level));
    let most = logistic(record.steepness * most_light);
    let least = logistic(record.steepness * (record.inner_dose * defocus - record.level));
    let off = z - target_here;
    let beyond = most - target_here;
    let wide = most - least;
    let loss = record.nominal * off * off + record.outer * beyond * beyond + record.variation * wide * wide;
    let by_focus = record.nominal * off * z * (1.0 - z)
        + (record.outer * beyond + record.variation * wide) * record.outer_dose * most * (1.0 - most);
    let by_defocus = record.variation * wide * record.inner_dose * least * (1.0 - least);
    let twice = 2.0 * record.steepness;
    return vec3<f32>(loss, twice * by_focus, -twice * by_defocus);
}

// Of three times 16 frequencies.
struct Three {
    a: vec4<f32>,
    b: vec4<f32>,
    c: vec4<f32>,
}

// Adds what 16 places from `first` on give to the 48 frequencies from `chunk` times 16 on.
fn turned_back(sums: Three, chunk: u32, first: u32, local: vec3<u32>) -> Three {
    let n = record.n;
    let x = first + local.y;
    let turn = ((chunk * 16u + local.x) * x) % n;
    let step = (16u * x) % n;
    let next = along(turn, step, n);
    let bank = local.y * 48u + local.x;
    turns[bank] = waves[turn];
    turns[bank + 16u] = waves[next];
    turns[bank + 32u] = waves[along(next, step, n)];
    workgroupBarrier();
    let here = folded(local.x % 2u, local.y);
    var a = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    var b = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    var c = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    for (var k = 0u; k < 16u; k = k + 1u) {
        let value = values[here + k];
        a = a + value * turns[k * 48u + local.x].xyxy;
        b = b + value * turns[k * 48u + 16u + local.x].xyxy;
        c = c + value * turns[k * 48u + 32u + local.x].xyxy;
    }
    workgroupBarrier();
    return Three(sums.a + a, sums.b + b, sums.c + c);
}

fn put(row: u32, in_focus: u32, f: u32, sum: vec4<f32>) {
    let width = record.half + 1u;
    if (row < record.n && f < width) {
        lines[in_focus + f] = vec2<f32>(sum.x, -sum.y);
        lines[in_focus + record.n * width + f] = vec2<f32>(sum.z, -sum.w);
    }
}

fn put_three(row: u32, in_focus: u32, f: u32, sums: Three) {
    put(row, in_focus, f, sums.a);
    put(row, in_focus, f + 16u, sums.b);
    put(row, in_focus, f + 32u, sums.c);
}

@compute @workgroup_size(16, 16)
fn slopes(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let n = record.n;
    let width = record.half + 1u;
    let thread = local.y * 16u + local.x;
    let row = group.x * 16u + local.y;
    // Of this row's lines, in focus and out of focus.
    let in_focus = (2u * group.y * n + row) * width;
    let out_of_focus = in_focus + n * width;
    let to_go = (group.y * n + row) * n;
    let nothing = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    // Of at most 160 frequencies.
    var first_sums = Three(nothing, nothing, nothing);
    var second_sums = Three(nothing, nothing, nothing);
    var third_sums = Three(nothing, nothing, nothing);
    var fourth_sums = Three(nothing, nothing, nothing);
    var loss = 0.0;
    for (var first = 0u; first <= n / 4u; first = first + 16u) {
        let x = first + local.x;
        var even = nothing;
        var odd = nothing;
        var turn = (local.y * x) % n;
        let step = (16u * x) % n;
        for (var start = 0u; start < width; start = start + 16u) {
            var value = nothing;
            if (row < n && start + local.x < width) {
                let f = start + local.x;
                value = vec4<f32>(lines[in_focus + f], lines[out_of_focus + f]);
            }
            values[thread] = value;
            turns[thread] = waves[turn];
            turn = along(turn, step, n);
            workgroupBarrier();
            for (var k = 0u; k < min(16u, width - start); k = k + 2u) {
                even = even + values[local.y * 16u + k] * turns[k * 16u + local.x].xyxy;
                odd = odd + values[local.y * 16u + k + 1u] * turns[(k + 1u) * 16u + local.x].xyxy;
            }
            workgroupBarrier();
        }
        var of_even = nothing;
        var of_odd = nothing;
        if (row < n && x <= n / 4u) {
            let sum = even + odd;
            let difference = even - odd;
            let a = slope(sum.x - sum.y, sum.z - sum.w, goal[to_go + x]);
            let b = slope(difference.x + difference.y, difference.z + difference.w, goal[to_go + n / 2u - x]);
            let c = slope(difference.x - difference.y, difference.z - difference.w, goal[to_go + n / 2u + x]);
            let d = slope(sum.x + sum.y, sum.z + sum.w, goal[to_go + (n - x) % n]);
            // At both ends of the quarter two of the four are one pixel.
            let weight = select(1.0, 0.5, x == 0u || x == n / 4u);
            loss = loss + weight * (a.x + b.x + c.x + d.x);
            let near = weight * (a.yz + d.yz);
            let far = weight * (b.yz + c.yz);
            let near_odd = weight * (a.yz - d.yz);
            let far_odd = weight * (b.yz - c.yz);
            let even_sine = near_odd - far_odd;
            let odd_sine = near_odd + far_odd;
            of_even = vec4<f32>(near.x + far.x, even_sine.x, near.y + far.y, even_sine.y);
            of_odd = vec4<f32>(near.x - far.x, odd_sine.x, near.y - far.y, odd_sine.y);
        }
        values[folded(0u, local.y) + local.x] = of_even;
        values[folded(1u, local.y) + local.x] = of_odd;
        first_sums = turned_back(first_sums, 0u, first, local);
        if (passes > 1u) {
            second_sums = turned_back(second_sums, 3u, first, local);
        }
        if (passes > 2u) {
            third_sums = turned_back(third_sums, 6u, first, local);
        }
        if (passes > 3u) {
            fourth_sums = turned_back(fourth_sums, 9u, first, local);
        }
    }
    put_three(row, in_focus, local.x, first_sums);
    put_three(row, in_focus, 48u + local.x, second_sums);
    put_three(row, in_focus, 96u + local.x, third_sums);
    put_three(row, in_focus, 144u + local.x, fourth_sums);
    turns[thread] = vec2<f32>(loss, 0.0);
    workgroupBarrier();
    if (local.y == 0u) {
        var sum = 0.0;
        for (var k = 0u; k < 16u; k = k + 1u) {
            sum = sum + turns[k * 16u + local.x].x;
        }
        let groups = (n + 15u) / 16u;
        losses[(group.y * groups + group.x) * 16u + local.x] = sum;
    }
}
