// What the print of each clip loses, and how the loss changes with the lines of both its images: intensities in and
// out of focus from their lines, smooth prints 1 / (1 + exp(-steepness (dose I - level))) at three corners, the loss
//   nominal (Z_nominal - T)^2 + outer (Z_outer - T)^2 + variation (Z_outer - Z_inner)^2,
// its slopes by both intensities, and these turned back to lines: no picture leaves the workgroup.
//
// Counted from half a place before the first, a place x of the first quarter of a row and its mirror images n/2 - 1 - x,
// n/2 + x and n - 1 - x have the same cosines and sines but for signs, which differ between even and odd frequencies: four
// pixels for the products of one. Each invocation has two such places, 16 apart, of two rows, eight apart; 16 rows by 32
// places of the quarter at a time on the way there, 16 by 16 on the way back.

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
// exp(pi i k / n).
@group(0) @binding(1) var<storage, read> waves: array<vec2<f32>>;
// Clips, y, x: 1 where it shall print.
@group(0) @binding(2) var<storage, read> goal: array<f32>;
// Clips, conditions, rows, frequencies: images in, slopes out.
@group(0) @binding(3) var<storage, read_write> lines: array<vec2<f32>>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;

// Images of 16 rows (slow) and 16 frequencies, in focus and then out of focus; later what the even frequencies of 16
// rows and 16 places meet, and then the odd ones: with cosines, with sines, in focus and out of focus.
var<workgroup> values: array<vec4<f32>, 545>;
// Of 16 frequencies (slow) and 32 places; later of 16 places (slow) and 48 frequencies; at last what each lost.
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

// Brings the turns of a place, the `along_tile`th of its tile, for the 48 frequencies from `chunk` times 16 on.
fn turn_to(along_tile: u32, x: u32, chunk: u32, lane: u32) {
    let circle = 2u * record.n;
    let turn = ((chunk * 16u + lane) * (2u * x + 1u)) % circle;
    let step = (32u * x + 16u) % circle;
    let next = along(turn, step, circle);
    let bank = along_tile * 48u + lane;
    turns[bank] = waves[turn];
    turns[bank + 16u] = waves[next];
    turns[bank + 32u] = waves[along(next, step, circle)];
}

// Adds what 16 places from `first` on give to the 48 frequencies from `chunk` times 16 on.
fn turned_back(sums: Sums, chunk: u32, first: u32, local: vec3<u32>) -> Sums {
    turn_to(local.y, first + local.y, chunk, local.x);
    turn_to(local.y + 8u, first + local.y + 8u, chunk, local.x);
    workgroupBarrier();
    let here = folded(local.x % 2u, local.y);
    let there = folded(local.x % 2u, local.y + 8u);
    var part = no_sums();
    for (var k = 0u; k < 16u; k = k + 1u) {
        let at = k * 48u + local.x;
        part = turned(part, values[here + k], values[there + k], turns[at], turns[at + 16u], turns[at + 32u]);
    }
    workgroupBarrier();
    return added(sums, part);
}

fn put(row: u32, in_focus: u32, f: u32, sum: vec4<f32>) {
    let width = record.half + 1u;
    if (row < record.n && f < width) {
        // Back to where the first place is.
        let turn = waves[f];
        lines[in_focus + f] = moved(vec2<f32>(sum.x, -sum.y), turn);
        lines[in_focus + record.n * width + f] = moved(vec2<f32>(sum.z, -sum.w), turn);
    }
}

fn put_all(row: u32, f: u32, sums: Sums, picture: u32) {
    let width = record.half + 1u;
    let near = (picture + row) * width;
    let far = near + 8u * width;
    put(row, near, f, sums.a);
    put(row, near, f + 16u, sums.b);
    put(row, near, f + 32u, sums.c);
    put(row + 8u, far, f, sums.d);
    put(row + 8u, far, f + 16u, sums.e);
    put(row + 8u, far, f + 32u, sums.g);
}

// The lines of a row, in focus and out of focus, at one frequency, counted from half a place before the first.
fn both(picture: u32, row: u32, f: u32) -> vec4<f32> {
    let width = record.half + 1u;
    if (row < record.n && f < width) {
        let in_focus = (picture + row) * width + f;
        let turn = vec2<f32>(waves[f].x, -waves[f].y);
        return vec4<f32>(moved(lines[in_focus], turn), moved(lines[in_focus + record.n * width], turn));
    }
    return vec4<f32>(0.0, 0.0, 0.0, 0.0);
}

// Of two rows: lines at an even frequency and the next, or their sums over the one kind and over the other.
struct Rows {
    even: vec4<f32>,
    odd: vec4<f32>,
    other_even: vec4<f32>,
    other_odd: vec4<f32>,
}

// `sums` and what lines give to them at the place of these turns.
fn more(sums: Rows, rows: Rows, even: vec4<f32>, odd: vec4<f32>) -> Rows {
    return Rows(
        sums.even + rows.even * even,
        sums.odd + rows.odd * odd,
        sums.other_even + rows.other_even * even,
        sums.other_odd + rows.other_odd * odd,
    );
}

// From the sums of a row at a place over even and over odd frequencies to what four pixels lose; what the way back meets
// goes to its seats.
fn meet(even: vec4<f32>, odd: vec4<f32>, row: u32, x: u32, clip: u32, seat: u32) -> f32 {
    let n = record.n;
    var of_even = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    var of_odd = of_even;
    var loss = 0.0;
    if (row < n && x < n / 4u) {
        let to_go = (clip * n + row) * n;
        let sum = even + odd;
        let difference = even - odd;
        let a = slope(sum.x - sum.y, sum.z - sum.w, goal[to_go + x]);
        let b = slope(difference.x + difference.y, difference.z + difference.w, goal[to_go + n / 2u - 1u - x]);
        let c = slope(difference.x - difference.y, difference.z - difference.w, goal[to_go + n / 2u + x]);
        let d = slope(sum.x + sum.y, sum.z + sum.w, goal[to_go + n - 1u - x]);
        loss = a.x + b.x + c.x + d.x;
        let by_focus = mirrored_four(a.y, b.y, c.y, d.y);
        let by_defocus = mirrored_four(a.z, b.z, c.z, d.z);
        of_even = vec4<f32>(by_focus.xy, by_defocus.xy);
        of_odd = vec4<f32>(by_focus.zw, by_defocus.zw);
    }
    values[folded(0u, seat) + x % 16u] = of_even;
    values[folded(1u, seat) + x % 16u] = of_odd;
    return loss;
}

@compute @workgroup_size(16, 8)
fn slopes(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let n = record.n;
    let circle = 2u * n;
    let width = record.half + 1u;
    let thread = local.y * 16u + local.x;
    let row = group.x * 16u + local.y;
    // Rows before this clip's picture in focus.
    let picture = 2u * group.y * n;
    let nothing = vec4<f32>(0.0, 0.0, 0.0, 0.0);
    // Of at most 160 frequencies.
    var first_sums = no_sums();
    var second_sums = first_sums;
    var third_sums = first_sums;
    var fourth_sums = first_sums;
    var loss = 0.0;
    for (var first = 0u; first < n / 4u; first = first + 32u) {
        let x = first + local.x;
        var near = Rows(nothing, nothing, nothing, nothing);
        var far = near;
        var turn = (local.y * (2u * x + 1u)) % circle;
        let step = (16u * x + 8u) % circle;
        var far_turn = (local.y * (2u * x + 33u)) % circle;
        let far_step = (16u * x + 264u) % circle;
        for (var start = 0u; start < width; start = start + 16u) {
            values[thread] = both(picture, row, start + local.x);
            values[thread + 128u] = both(picture, row + 8u, start + local.x);
            let home = local.y * 32u + local.x;
            turns[home] = waves[turn];
            turns[home + 16u] = waves[far_turn];
            turn = along(turn, step, circle);
            far_turn = along(far_turn, far_step, circle);
            turns[home + 256u] = waves[turn];
            turns[home + 272u] = waves[far_turn];
            turn = along(turn, step, circle);
            far_turn = along(far_turn, far_step, circle);
            workgroupBarrier();
            for (var k = 0u; k < min(16u, width - start); k = k + 2u) {
                let at = local.y * 16u + k;
                let both_rows = Rows(values[at], values[at + 1u], values[at + 128u], values[at + 129u]);
                let even = k * 32u + local.x;
                near = more(near, both_rows, turns[even].xyxy, turns[even + 32u].xyxy);
                far = more(far, both_rows, turns[even + 16u].xyxy, turns[even + 48u].xyxy);
            }
            workgroupBarrier();
        }
        for (var part = first; part < min(n / 4u, first + 32u); part = part + 16u) {
            let place = part + local.x;
            if (part > first) {
                near = far;
            }
            loss = loss + meet(near.even, near.odd, row, place, group.y, local.y);
            loss = loss + meet(near.other_even, near.other_odd, row + 8u, place, group.y, local.y + 8u);
            first_sums = turned_back(first_sums, 0u, part, local);
            if (passes > 1u) {
                second_sums = turned_back(second_sums, 3u, part, local);
            }
            if (passes > 2u) {
                third_sums = turned_back(third_sums, 6u, part, local);
            }
            if (passes > 3u) {
                fourth_sums = turned_back(fourth_sums, 9u, part, local);
            }
        }
    }
    put_all(row, local.x, first_sums, picture);
    put_all(row, 48u + local.x, second_sums, picture);
    put_all(row, 96u + local.x, third_sums, picture);
    put_all(row, 144u + local.x, fourth_sums, picture);
    turns[thread] = vec2<f32>(loss, 0.0);
    workgroupBarrier();
    if (local.y == 0u) {
        var sum = 0.0;
        for (var k = 0u; k < 8u; k = k + 1u) {
            sum = sum + turns[k * 16u + local.x].x;
        }
        let groups = (n + 15u) / 16u;
        losses[(group.y * groups + group.x) * 16u + local.x] = sum;
    }
}
