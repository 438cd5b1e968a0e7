//! What a watched run shows of one instant: where lots are, what tools do, what waits where.

use super::live::Live;
use super::model::NONE;
use super::state::{Lot, Tool};
use crate::results::record::StepRecord;
use crate::world::ToolState;

/// A lot's identity: it stays when time is sought back and forth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LotKey {
    /// Lot type: position in the model's names.
    pub lot_type: u32,
    /// Number within the type, from 0 in order of release.
    pub number: u32,
}

/// Where a lot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It waits for a tool of the group.
    Queue {
        /// Tool group.
        group: u32,
        /// Since when, µs.
        since_us: u64,
    },
    /// It is inside a tool.
    Tool {
        /// Tool.
        tool: u32,
        /// Start of the job, µs.
        start_us: u64,
        /// End of the job as far as it is known, µs; a breakdown puts it off.
        end_us: u64,
        /// The job is done and the lot waits inside for room at its next step.
        blocked: bool,
    },
    /// It is on its way.
    Moving {
        /// Tool it left; `None`: it left none.
        from: Option<u32>,
        /// Tool group it goes to.
        to: u32,
        /// Departure, µs.
        depart_us: u64,
        /// Arrival, µs.
        arrive_us: u64,
    },
}

/// A lot in work at this instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LotNow {
    /// Which.
    pub key: LotKey,
    /// Product.
    pub product: u32,
    /// Route.
    pub route: u32,
    /// Step it waits for or is in: position in the route, from 0.
    pub step: u32,
    /// Steps of the route.
    pub steps: u32,
    /// Wafers.
    pub wafers: u32,
    /// Priority.
    pub priority: i32,
    /// More urgent than the plant's regular lots.
    pub hot: bool,
    /// Release, µs (0 for lots in work at time 0).
    pub release_us: u64,
    /// Due, µs; `None`: no due date.
    pub due_us: Option<u64>,
    /// Where it is.
    pub place: Place,
}

/// A lot under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// Which.
    pub lot: LotKey,
    /// Product.
    pub product: u32,
    /// Tool it left; `None`: it left none (a new lot, one whose last tool is unknown).
    pub from_tool: Option<u32>,
    /// Tool group it goes to.
    pub to_group: u32,
    /// Departure, µs.
    pub depart_us: u64,
    /// Arrival, µs.
    pub arrive_us: u64,
    /// More urgent than the plant's regular lots.
    pub hot: bool,
}

/// A tool at this instant.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolNow {
    /// Its state.
    pub state: ToolState,
    /// Its setup is being changed.
    pub in_setup: bool,
    /// Tool group.
    pub group: u32,
    /// Lots inside.
    pub lots: Vec<LotKey>,
    /// When the last job inside ends as far as it is known, µs.
    pub busy_until_us: Option<u64>,
}

/// A tool group at this instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupNow {
    /// Lots that wait.
    pub waiting: u32,
    /// Lots inside its tools.
    pub inside: u32,
    /// Lots on their way to it.
    pub coming: u32,
    /// Arrival of the lot that waits longest, µs.
    pub oldest_us: Option<u64>,
    /// Tools productive.
    pub productive: u32,
    /// Tools on standby.
    pub standby: u32,
    /// Tools down by plan, setups included.
    pub scheduled_down: u32,
    /// Tools broken.
    pub unscheduled_down: u32,
}

/// An open critical queue time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowNow {
    /// Lot.
    pub lot: LotKey,
    /// Critical queue time: index in the model.
    pub cqt: u32,
    /// When it was opened, µs.
    pub since_us: u64,
    /// When it is exceeded, µs.
    pub until_us: u64,
}

impl Live {
    /// Lots under way, with the departure and arrival of the run itself.
    pub fn moves(&self) -> impl Iterator<Item = Move> + '_ {
        self.lots_in_work().filter_map(|l| match self.place(l) {
            Place::Moving {
                from,
                to,
                depart_us,
                arrive_us,
            } => Some(Move {
                lot: key(l),
                product: self.model.names.product_of_lot_type[l.lot_type as usize],
                from_tool: from,
                to_group: to,
                depart_us,
                arrive_us,
                hot: self.is_hot(l.priority),
            }),
            _ => None,
        })
    }

    /// All lots in work, in no particular order.
    pub fn lots(&self) -> impl Iterator<Item = LotNow> + '_ {
        self.lots_in_work().map(|l| self.describe(l))
    }

    /// Number of lots in work.
    pub fn wip(&self) -> u32 {
        self.state().lots_in_work
    }

    /// A lot in work; `None`: it is not released yet, or has left.
    pub fn lot(&self, key: LotKey) -> Option<LotNow> {
        let found = self
            .lots_in_work()
            .find(|l| (l.lot_type, l.number) == (key.lot_type, key.number));
        found.map(|l| self.describe(l))
    }

    /// The lot of that name, `TYPE/NUMBER` with upper or lower case, in work or not.
    pub fn find_lot(&self, name: &str) -> Option<LotKey> {
        let (kind, number) = name.trim().rsplit_once(['/', '#'])?;
        let number = number.trim().parse().ok()?;
        let kind = kind.trim();
        let types = &self.model.names.lot_types;
        let exact = types.iter().position(|n| n == kind);
        let lot_type = exact.or_else(|| types.iter().position(|n| n.eq_ignore_ascii_case(kind)))?;
        Some(LotKey {
            lot_type: lot_type as u32,
            number,
        })
    }

    /// Name of a lot: `TYPE/NUMBER`.
    pub fn lot_name(&self, lot: LotKey) -> String {
        let kind = self.model.names.lot_types.get(lot.lot_type as usize);
        format!("{}/{}", kind.map_or("?", String::as_str), lot.number)
    }

    /// Name of a step of a route (position from 0).
    pub fn step_name(&self, route: u32, step: u32) -> &str {
        let steps = self.model.names.steps.get(route as usize);
        steps
            .and_then(|s| s.get(step as usize))
            .map_or("", String::as_str)
    }

    /// Past steps of a lot, oldest first, as far as the history goes back
    /// ([`super::History::steps_from_us`]); the step under way is none of them.
    pub fn steps_of(&self, lot: LotKey) -> impl Iterator<Item = &StepRecord> + '_ {
        self.history()
            .steps()
            .filter(move |s| (s.lot_type, s.lot) == (lot.lot_type, lot.number))
    }

    /// Past steps done in a tool, oldest first, as far as the history goes back.
    pub fn steps_in(&self, tool: u32) -> impl Iterator<Item = &StepRecord> + '_ {
        self.history().steps().filter(move |s| s.tool == tool)
    }

    /// A tool.
    pub fn tool(&self, tool: u32) -> Option<ToolNow> {
        let s = self.state();
        let t = s.tools.get(tool as usize)?;
        let mut lots = Vec::new();
        let mut busy_until_us = None;
        let mut head = t.first_job;
        while head != NONE {
            let mut lot = head;
            while lot != NONE {
                let l = &s.lots[lot as usize];
                lots.push(key(l));
                busy_until_us = busy_until_us.max(Some(l.exit));
                lot = l.next_in_batch;
            }
            head = s.lots[head as usize].next_job;
        }
        Some(ToolNow {
            state: self.tool_state(t),
            in_setup: self.in_setup(t),
            group: t.group,
            lots,
            busy_until_us,
        })
    }

    /// State of every tool, in order.
    pub fn tool_states(&self) -> impl Iterator<Item = ToolState> + '_ {
        self.state().tools.iter().map(|t| self.tool_state(t))
    }

    /// All tool groups, in order, into `out`.
    pub fn groups(&self, out: &mut Vec<GroupNow>) {
        let s = self.state();
        out.clear();
        out.resize(s.groups.len(), GroupNow::default());
        for l in self.lots_in_work() {
            match self.place(l) {
                Place::Queue { group, since_us } => {
                    let g = &mut out[group as usize];
                    g.waiting += 1;
                    g.oldest_us = Some(g.oldest_us.map_or(since_us, |o| o.min(since_us)));
                }
                Place::Tool { tool, .. } => {
                    out[s.tools[tool as usize].group as usize].inside += 1;
                }
                Place::Moving { to, .. } => out[to as usize].coming += 1,
            }
        }
        for t in &s.tools {
            let g = &mut out[t.group as usize];
            match self.tool_state(t) {
                ToolState::Productive => g.productive += 1,
                ToolState::ScheduledDown => g.scheduled_down += 1,
                ToolState::UnscheduledDown => g.unscheduled_down += 1,
                ToolState::Standby | ToolState::Engineering | ToolState::NonScheduled => {
                    g.standby += 1;
                }
            }
        }
    }

    /// Lots that wait at a tool group, as its queue is kept.
    pub fn queue(&self, group: u32) -> impl Iterator<Item = LotKey> + '_ {
        let s = self.state();
        let queue = s.groups.get(group as usize).map(|g| g.queue.as_slice());
        queue
            .unwrap_or_default()
            .iter()
            .map(|w| key(&s.lots[w.lot as usize]))
    }

    /// Critical queue times that are open now.
    pub fn windows(&self) -> impl Iterator<Item = WindowNow> + '_ {
        let s = self.state();
        let slots = self.model.cqt_slots as usize;
        s.lots
            .iter()
            .enumerate()
            .filter(|(_, l)| !l.gone)
            .flat_map(move |(i, l)| {
                s.windows[i * slots..(i + 1) * slots]
                    .iter()
                    .filter(|w| w.cqt != NONE)
                    .map(move |w| WindowNow {
                        lot: key(l),
                        cqt: w.cqt,
                        since_us: w.start,
                        until_us: w.start + self.model.cqts[w.cqt as usize].limit_us,
                    })
            })
    }

    /// Whether lots of this priority are more urgent than the plant's regular ones.
    pub fn is_hot(&self, priority: i32) -> bool {
        priority > self.model.regular_priority
    }

    fn lots_in_work(&self) -> impl Iterator<Item = &Lot> + '_ {
        self.state().lots.iter().filter(|l| !l.gone)
    }

    fn describe(&self, l: &Lot) -> LotNow {
        let route = self.model.steps[l.step as usize].route;
        let spec = &self.model.routes[route as usize];
        LotNow {
            key: key(l),
            product: self.model.names.product_of_lot_type[l.lot_type as usize],
            route,
            step: l.step - spec.first,
            steps: spec.steps,
            wafers: l.wafers,
            priority: l.priority,
            hot: self.is_hot(l.priority),
            release_us: l.release,
            due_us: (l.due != u64::MAX).then_some(l.due),
            place: self.place(l),
        }
    }

    pub(super) fn place(&self, l: &Lot) -> Place {
        let now_us = self.now_us();
        let group = self.model.steps[l.step as usize].group;
        if l.tool != NONE {
            Place::Tool {
                tool: l.tool,
                start_us: l.start,
                end_us: l.exit,
                blocked: l.exit <= now_us && self.state().tools[l.tool as usize].down == NONE,
            }
        } else if l.due_at_queue > now_us {
            Place::Moving {
                from: (l.last_tool != NONE).then_some(l.last_tool),
                to: group,
                depart_us: l.depart,
                arrive_us: l.due_at_queue,
            }
        } else {
            Place::Queue {
                group,
                since_us: l.arrive,
            }
        }
    }

    fn in_setup(&self, t: &Tool) -> bool {
        t.down == NONE
            && t.pm == NONE
            && t.inside > t.blocked
            && t.setup_left > self.now_us() - t.since
    }

    pub(super) fn tool_state(&self, t: &Tool) -> ToolState {
        if t.down != NONE {
            ToolState::UnscheduledDown
        } else if t.pm != NONE || self.in_setup(t) {
            ToolState::ScheduledDown
        } else if t.inside > t.blocked {
            ToolState::Productive
        } else {
            ToolState::Standby
        }
    }
}

pub(super) fn key(l: &Lot) -> LotKey {
    LotKey {
        lot_type: l.lot_type,
        number: l.number,
    }
}
