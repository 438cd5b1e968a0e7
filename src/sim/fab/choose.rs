//! Which lot a free tool takes, and which free tool a lot wakes.

use super::dispatch::{Candidate, Order};
use super::engine::{Engine, Observer};
use super::events::Kind;
use super::model::{NEVER, NONE, Shape};
use super::state::{Availability, Tool, Waiting};
use crate::scene::schema::{CascadeSetup, CascadeStart, CascadeWake, SetupRank, Wake};

/// What a free tool takes.
enum Pick {
    /// One waiting lot: position in the queue.
    Lot(usize),
    /// A batch: positions in the queue, ascending; the first in rank leads.
    Batch { leader: u32, positions: Vec<usize> },
}

impl<O: Observer> Engine<'_, O> {
    // ---- lists of tools that can take a lot ------------------------------------------

    fn can_take(&self, tool: u32) -> bool {
        let t = &self.s.tools[tool as usize];
        t.down == NONE && t.pm == NONE && t.pms_due == 0 && (t.inside == 0 || self.has_free_slot(t))
    }

    /// Whether a tool with jobs inside is a pipeline that may take one more.
    fn has_free_slot(&self, t: &Tool) -> bool {
        let Shape::Cascade(lots) = self.model.groups[t.group as usize].shape else {
            return false;
        };
        t.inside < lots
            && (self.model.options.cascade_start == CascadeStart::AtOnce
                || self.load_start(t.group, t.slot1) <= self.s.now)
    }

    /// When a lot must start to load so as to be in time for a slot, µs.
    fn load_start(&self, group: u32, slot: u64) -> u64 {
        slot.saturating_sub(self.model.groups[group as usize].load_us)
    }

    /// Schedules the moment at which a pipeline may take its next lot.
    pub(super) fn announce_slot(&mut self, tool: u32) {
        let group = self.s.tools[tool as usize].group;
        if self.model.options.cascade_start == CascadeStart::WhenSlotFree
            && matches!(self.model.groups[group as usize].shape, Shape::Cascade(_))
        {
            let at = self.load_start(group, self.s.tools[tool as usize].slot1);
            if at <= self.s.now {
                return;
            }
            let s = &mut self.s.groups[group as usize];
            if !self.model.groups[group as usize].plain || !s.queue.is_empty() {
                self.s.events.push(at, Kind::SlotFree, tool);
            } else if !self.s.tools[tool as usize].soon {
                // Nothing waits, so nobody needs to be told: who arrives later looks here.
                self.s.tools[tool as usize].soon = true;
                s.soon.push(tool);
            }
        }
    }

    /// A lot begins to wait: the pipelines whose slot comes free must be told when.
    pub(super) fn announce_soon(&mut self, group: u32) {
        while let Some(tool) = self.s.groups[group as usize].soon.pop() {
            self.s.tools[tool as usize].soon = false;
            let at = self.load_start(group, self.s.tools[tool as usize].slot1);
            self.s.events.push(at.max(self.s.now), Kind::SlotFree, tool);
        }
    }

    fn forget_soon(&mut self, tool: u32) {
        let t = &mut self.s.tools[tool as usize];
        if std::mem::take(&mut t.soon) {
            self.s.groups[t.group as usize]
                .soon
                .retain(|other| *other != tool);
        }
    }

    /// Of the pipelines nobody was told of, the one whose slot is free for longest; NONE: none.
    fn longest_free_unannounced(&self, group: u32) -> (u64, u32) {
        self.s.groups[group as usize]
            .soon
            .iter()
            .filter(|tool| self.can_take(**tool))
            .map(|tool| {
                (
                    self.load_start(group, self.s.tools[*tool as usize].slot1),
                    *tool,
                )
            })
            .min()
            .unwrap_or((NEVER, NONE))
    }

    /// A pipeline may take its next lot now, unless a breakdown has put that off.
    pub(super) fn slot_free(&mut self, tool: u32) {
        if self.s.tools[tool as usize].availability == Availability::No {
            self.dispatch(tool);
        }
    }

    pub(super) fn make_available(&mut self, tool: u32) {
        let group = self.s.tools[tool as usize].group as usize;
        let t = &mut self.s.tools[tool as usize];
        if t.availability != Availability::No {
            return;
        }
        t.available_since = self.s.now;
        if t.soon {
            self.forget_soon(tool);
        }
        let t = &mut self.s.tools[tool as usize];
        let s = &mut self.s.groups[group];
        if t.inside == 0 {
            t.availability = Availability::Idle;
            s.idle.push_back(tool);
        } else {
            t.availability = Availability::Partial;
            s.partial.push_back(tool);
        }
        if s.bounded && !s.blocked.is_empty() {
            self.retry.push(group as u32);
        }
    }

    #[inline]
    pub(super) fn make_unavailable(&mut self, tool: u32) {
        if self.s.tools[tool as usize].availability != Availability::No {
            self.unlist(tool);
        }
    }

    /// Takes the tool out of its group's lists of tools that can take a lot.
    fn unlist(&mut self, tool: u32) {
        let t = &mut self.s.tools[tool as usize];
        let s = &mut self.s.groups[t.group as usize];
        let list = match std::mem::replace(&mut t.availability, Availability::No) {
            Availability::No => return,
            Availability::Idle => &mut s.idle,
            Availability::Partial => &mut s.partial,
        };
        if list.front() == Some(&tool) {
            list.pop_front();
        } else if let Some(at) = list.iter().position(|t| *t == tool) {
            list.remove(at);
        }
    }

    /// The tool of a plain group that an arriving lot wakes; NONE: none is free.
    #[inline]
    pub(super) fn wake(&mut self, group: u32, lot: u32) -> u32 {
        let s = &self.s.groups[group as usize];
        let spec = &self.model.groups[group as usize];
        let since = |tool: u32| self.s.tools[tool as usize].available_since;
        // Each list has the tool that was available longest in front.
        let idle = s.idle.front().copied();
        let pipelines = matches!(spec.shape, Shape::Cascade(_));
        if !pipelines || (s.partial.is_empty() && s.soon.is_empty()) {
            return match (spec.wake, idle) {
                (_, None) => NONE,
                (Wake::LongestIdle, Some(tool)) => tool,
                _ => self.wake_in_order(group, lot, s.idle.iter().copied()),
            };
        }
        if idle.is_some() && self.model.options.cascade_wake == CascadeWake::EmptyFirst {
            return self.wake_in_order(group, lot, s.idle.iter().copied());
        }
        let (slot_free, unannounced) = self.longest_free_unannounced(group);
        let candidates = idle
            .iter()
            .chain(s.partial.front())
            .map(|tool| (since(*tool), *tool));
        let best = candidates.chain([(slot_free, unannounced)]).min();
        let Some((_, tool)) = best.filter(|(_, tool)| *tool != NONE) else {
            return NONE;
        };
        if tool == unannounced {
            self.forget_soon(tool);
            return tool;
        }
        let list = if idle == Some(tool) {
            &s.idle
        } else {
            &s.partial
        };
        self.wake_in_order(group, lot, list.iter().copied())
    }

    /// The first tool of the list in the group's wake order; NONE: the list is empty.
    fn wake_in_order(
        &self,
        group: u32,
        lot: u32,
        mut tools: impl DoubleEndedIterator<Item = u32>,
    ) -> u32 {
        match self.model.groups[group as usize].wake {
            Wake::LongestIdle => tools.next(),
            Wake::ShortestIdle => tools.next_back(),
            Wake::FirstListed => tools.min(),
            Wake::LeastSetup => {
                let step = self.s.lots[lot as usize].step;
                tools.min_by_key(|t| self.setup_needed(*t, step))
            }
        }
        .unwrap_or(NONE)
    }

    /// Tools in the order in which the lot wakes them.
    pub(super) fn in_wake_order(&self, group: u32, lot: u32, mut tools: Vec<u32>) -> Vec<u32> {
        match self.model.groups[group as usize].wake {
            Wake::LongestIdle => {}
            Wake::ShortestIdle => tools.reverse(),
            Wake::FirstListed => tools.sort_unstable(),
            Wake::LeastSetup => {
                let step = self.s.lots[lot as usize].step;
                tools.sort_by_key(|t| self.setup_needed(*t, step));
            }
        }
        tools
    }

    /// The tool that an arriving lot wakes among those that may take it; NONE: none.
    pub(super) fn wake_eligible(&mut self, group: u32, waiting: &Waiting) -> u32 {
        let reserved = self.s.lots[waiting.lot as usize].reserved_tool;
        // After rework the reserved tool may be of another group than this step's.
        if reserved != NONE
            && self.s.tools[reserved as usize].group == group
            && self.s.tools[reserved as usize].availability != Availability::No
            && self.eligible(reserved, waiting)
        {
            return reserved;
        }
        let s = &self.s.groups[group as usize];
        if s.idle.is_empty() && s.partial.is_empty() {
            return NONE;
        }
        let mut lists = vec![
            s.idle.iter().copied().collect::<Vec<u32>>(),
            s.partial.iter().copied().collect(),
        ];
        if self.model.options.cascade_wake == CascadeWake::LongestAvailable {
            let mut all = lists.concat();
            all.sort_by_key(|tool| self.s.tools[*tool as usize].available_since);
            lists = vec![all];
        }
        for list in lists {
            for tool in self.in_wake_order(group, waiting.lot, list) {
                if self.eligible(tool, waiting) {
                    return tool;
                }
            }
        }
        NONE
    }

    // ---- eligibility and rank ----------------------------------------------------------

    /// Setup time the tool would need for the step, µs.
    pub(super) fn setup_needed(&self, tool: u32, step: u32) -> u64 {
        let spec = &self.model.steps[step as usize];
        let from = self.s.tools[tool as usize].setup;
        if spec.setup == 0 || spec.setup == from {
            0
        } else if spec.setup_us != NEVER {
            spec.setup_us
        } else {
            let group = &self.model.groups[spec.group as usize];
            group.setup_us[(from * group.setup_states + spec.setup) as usize]
        }
    }

    /// Setup time by which lots are ranked, µs.
    fn setup_rank(&self, tool: u32, step: u32) -> u64 {
        let spec = &self.model.steps[step as usize];
        if self.model.options.setup_rank == SetupRank::Table && spec.setup_us != NEVER {
            0
        } else {
            self.setup_needed(tool, step)
        }
    }

    /// Whether the tool, which can take a job, may take this lot now. What only
    /// waits for a secondary resource is looked at again when that comes free.
    pub(super) fn eligible(&mut self, tool: u32, waiting: &Waiting) -> bool {
        if waiting.dedicated != NONE && waiting.dedicated != tool {
            return false;
        }
        let model = self.model;
        let spec = &model.steps[waiting.step as usize];
        let t = &self.s.tools[tool as usize];
        if !model.tools[tool as usize].may_do(waiting.step)
            || (t.reserved_for != NONE && t.reserved_for != waiting.lot)
        {
            return false;
        }
        if spec.setup != 0 && spec.setup != t.setup {
            let cascade = matches!(model.groups[spec.group as usize].shape, Shape::Cascade(_));
            let occupied =
                cascade && t.inside > 0 && model.options.cascade_setup == CascadeSetup::WhenEmpty;
            if t.run_left > 0 || occupied {
                return false;
            }
        }
        if !spec.needs_resource && !spec.cqt_hold {
            return true;
        }
        let mut free = true;
        for resource in [spec.operator, spec.reticle] {
            if resource != NONE && self.s.resources[resource as usize].free == 0 {
                let waiting_groups = &mut self.s.resources[resource as usize].waiting_groups;
                if !waiting_groups.contains(&spec.group) {
                    waiting_groups.push(spec.group);
                }
                free = false;
            }
        }
        if spec.cqt_hold {
            for i in spec.opens.0..spec.opens.1 {
                let cqt = model.lists[i as usize];
                let slot = waiting.lot * model.cqt_slots + model.cqts[cqt as usize].slot;
                let inside_already = self.s.windows[slot as usize].cqt == cqt;
                free &= inside_already
                    || self.s.cqt_inside[cqt as usize] < model.cqts[cqt as usize].lots_max;
            }
        }
        if !free {
            let l = &mut self.s.lots[waiting.lot as usize];
            l.held_since = l.held_since.min(self.s.now);
        }
        free
    }

    fn keys(&self, group: u32, tool: u32, waiting: &Waiting, out: &mut Vec<f64>) {
        let l = &self.s.lots[waiting.lot as usize];
        let spec = &self.model.steps[waiting.step as usize];
        let mut queue_time_left = f64::INFINITY;
        for i in spec.closes.0..spec.closes.1 {
            let cqt = self.model.lists[i as usize];
            let window = &self.model.cqts[cqt as usize];
            let open = self.s.windows[(waiting.lot * self.model.cqt_slots + window.slot) as usize];
            if open.cqt == cqt {
                let left = window.limit_us as f64 - (self.s.now - open.start) as f64;
                queue_time_left = queue_time_left.min(left);
            }
        }
        let first = self.model.routes[spec.route as usize].first;
        let candidate = Candidate {
            now_us: self.s.now,
            priority: waiting.priority,
            arrive_us: l.arrive,
            release_us: l.release,
            due_us: l.due,
            mean_us: spec.mean_us,
            remaining_us: spec.remaining_us,
            total_us: self.model.steps[first as usize].remaining_us,
            setup_us: self.setup_rank(tool, waiting.step),
            queue_time_left_us: queue_time_left,
        };
        out.clear();
        out.extend(
            self.model.groups[group as usize]
                .ranking
                .rules
                .iter()
                .map(|r| (r.key)(&candidate)),
        );
    }

    /// Positions of the eligible lots of the queue in rank order.
    fn ranked(&mut self, group: u32, tool: u32) -> Vec<usize> {
        let queue = std::mem::take(&mut self.s.groups[group as usize].queue);
        let mut ranked: Vec<(Vec<f64>, usize)> = Vec::new();
        for (position, waiting) in queue.iter().enumerate() {
            if self.eligible(tool, waiting) {
                let mut keys = Vec::new();
                self.keys(group, tool, waiting, &mut keys);
                ranked.push((keys, position));
            }
        }
        self.s.groups[group as usize].queue = queue;
        ranked.sort_by(|(a, i), (b, j)| {
            a.iter()
                .zip(b)
                .map(|(x, y)| x.total_cmp(y))
                .find(|o| o.is_ne())
                .unwrap_or_else(|| i.cmp(j))
        });
        ranked.into_iter().map(|(_, position)| position).collect()
    }

    /// Position of the lot the tool takes next.
    fn best(&mut self, group: u32, tool: u32) -> Option<usize> {
        let order = self.model.groups[group as usize].ranking.order;
        let n = self.s.groups[group as usize].queue.len();
        if self.model.groups[group as usize].plain && order != Order::Keys {
            return self.s.groups[group as usize]
                .queue
                .iter()
                .position(|w| w.dedicated == NONE || w.dedicated == tool);
        }
        match order {
            Order::PriorityFifo => {
                for position in 0..n {
                    let waiting = self.s.groups[group as usize].queue[position];
                    if self.eligible(tool, &waiting) {
                        return Some(position);
                    }
                }
                None
            }
            Order::PrioritySetupFifo => {
                let mut best: Option<(usize, i32, u64)> = None;
                for position in 0..n {
                    let waiting = self.s.groups[group as usize].queue[position];
                    if let Some((_, priority, _)) = best
                        && waiting.priority < priority
                    {
                        break;
                    }
                    let setup = self.setup_rank(tool, waiting.step);
                    if best.is_none_or(|(_, _, least)| setup < least)
                        && self.eligible(tool, &waiting)
                    {
                        best = Some((position, waiting.priority, setup));
                        if setup == 0 {
                            break;
                        }
                    }
                }
                best.map(|(position, ..)| position)
            }
            Order::Keys => {
                let queue = std::mem::take(&mut self.s.groups[group as usize].queue);
                let (mut best, mut best_keys, mut keys) = (None, Vec::new(), Vec::new());
                for (position, waiting) in queue.iter().enumerate() {
                    if !self.eligible(tool, waiting) {
                        continue;
                    }
                    self.keys(group, tool, waiting, &mut keys);
                    let first = best.is_none()
                        || keys
                            .iter()
                            .zip(&best_keys)
                            .map(|(a, b): (&f64, &f64)| a.total_cmp(b))
                            .find(|o| o.is_ne())
                            .is_some_and(std::cmp::Ordering::is_lt);
                    if first {
                        best = Some(position);
                        std::mem::swap(&mut best_keys, &mut keys);
                    }
                }
                self.s.groups[group as usize].queue = queue;
                best
            }
        }
    }

    fn pick(&mut self, group: u32, tool: u32) -> Option<Pick> {
        if self.model.groups[group as usize].shape != Shape::Batch {
            return self.best(group, tool).map(Pick::Lot);
        }
        let model = self.model;
        let hot_priority = model.groups[group as usize].hot_priority;
        let ready = |s: &super::state::Group, w: &Waiting| {
            let spec = &model.steps[w.step as usize];
            s.family_wafers[spec.family as usize] >= spec.batch_min
                || i64::from(w.priority) >= hot_priority
        };
        let s = &self.s.groups[group as usize];
        if !s.queue.iter().any(|w| ready(s, w)) {
            return None;
        }
        let ranked = if model.groups[group as usize].ranking.order == Order::Keys {
            self.ranked(group, tool)
        } else {
            // The queue is kept in rank order but for setups, which batch tools take by rank too.
            let setups = model.groups[group as usize].setup_states > 1;
            if setups {
                self.ranked(group, tool)
            } else {
                let n = self.s.groups[group as usize].queue.len();
                (0..n)
                    .filter(|i| {
                        let waiting = self.s.groups[group as usize].queue[*i];
                        self.eligible(tool, &waiting)
                    })
                    .collect()
            }
        };
        let queue = &self.s.groups[group as usize].queue;
        for leader in &ranked {
            let spec = &model.steps[queue[*leader].step as usize];
            if !ready(&self.s.groups[group as usize], &queue[*leader]) {
                continue;
            }
            // The leader is the first in rank of its family, so it is taken first.
            let hot = i64::from(queue[*leader].priority) >= hot_priority;
            let mut positions = Vec::new();
            let mut opened = Vec::new();
            let mut wafers = 0;
            for position in &ranked {
                let waiting = &queue[*position];
                let more = self.s.lots[waiting.lot as usize].wafers;
                if model.steps[waiting.step as usize].family == spec.family
                    && wafers + more <= spec.batch_max
                    && self.windows_hold(waiting, &mut opened)
                {
                    wafers += more;
                    positions.push(*position);
                }
            }
            if (wafers >= spec.batch_min || hot) && !positions.is_empty() {
                let leader = queue[positions[0]].lot;
                positions.sort_unstable();
                return Some(Pick::Batch { leader, positions });
            }
        }
        None
    }

    /// Whether the bounded windows that the lot's step opens hold it beside the lots of its
    /// batch; `opened`: the windows that those open, one entry for each lot.
    fn windows_hold(&self, waiting: &Waiting, opened: &mut Vec<u32>) -> bool {
        let model = self.model;
        let spec = &model.steps[waiting.step as usize];
        if !spec.cqt_hold {
            return true;
        }
        let before = opened.len();
        for i in spec.opens.0..spec.opens.1 {
            let cqt = model.lists[i as usize];
            let window = &model.cqts[cqt as usize];
            let slot = waiting.lot * model.cqt_slots + window.slot;
            if window.lots_max == NONE || self.s.windows[slot as usize].cqt == cqt {
                continue;
            }
            let beside = opened[..before].iter().filter(|c| **c == cqt).count() as u64;
            let inside = u64::from(self.s.cqt_inside[cqt as usize]) + beside;
            if inside >= u64::from(window.lots_max) {
                opened.truncate(before);
                return false;
            }
            opened.push(cqt);
        }
        true
    }

    /// The tool takes what it can from its queue, and goes to the list of free tools
    /// if it could take more. True: it started something.
    pub(super) fn dispatch(&mut self, tool: u32) -> bool {
        let group = self.s.tools[tool as usize].group;
        let mut started = false;
        loop {
            if !self.can_take(tool) {
                return started;
            }
            if self.s.groups[group as usize].queue.is_empty() {
                break;
            }
            let Some(pick) = self.pick(group, tool) else {
                break;
            };
            match pick {
                Pick::Lot(position) => {
                    let lot = self.unqueue(group, position);
                    if self.turn_away_late(lot) {
                        continue;
                    }
                    self.make_unavailable(tool);
                    self.start(tool, lot);
                    started = true;
                }
                Pick::Batch { leader, positions } => {
                    let step = self.s.lots[leader as usize].step;
                    let family = self.model.steps[step as usize].family as usize;
                    let ready = self.s.groups[group as usize].family_ready[family];
                    let mut lots = Vec::with_capacity(positions.len());
                    for position in positions.into_iter().rev() {
                        let lot = self.unqueue(group, position);
                        // As it was before the first of them left the queue.
                        self.s.lots[lot as usize].batch_ready = ready;
                        lots.push(lot);
                    }
                    lots.reverse();
                    let before = lots.len();
                    lots.retain(|lot| !self.turn_away_late(*lot));
                    if lots.len() < before {
                        // The batch may be too small now: its lots go back and the choice is made anew.
                        for lot in lots {
                            self.enqueue(lot);
                        }
                        continue;
                    }
                    if let Some(at) = lots.iter().position(|l| *l == leader) {
                        lots[..=at].rotate_right(1);
                    }
                    self.make_unavailable(tool);
                    self.start_batch(tool, &lots);
                    started = true;
                }
            }
        }
        if started {
            self.make_unavailable(tool);
        }
        self.make_available(tool);
        started
    }
}
