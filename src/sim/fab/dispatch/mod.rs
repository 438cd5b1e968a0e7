//! Dispatching rules: which waiting lot a free tool takes.
//!
//! A rule is one file with one [`Rule`]: a name and a key; the lot with the
//! lowest key goes first. A tool group names one or more rules; the later ones
//! break the ties of the earlier ones, and the order of arrival breaks the last.

mod critical_ratio;
mod earliest_due_date;
mod fifo;
mod least_setup;
mod least_slack;
mod operation_due_date;
mod priority;
mod queue_time;
mod shortest_process_time;

/// A dispatching rule.
#[derive(Debug)]
pub struct Rule {
    /// Name used in scenes.
    pub name: &'static str,
    /// Key of a candidate; the lowest goes first.
    pub key: fn(&Candidate) -> f64,
}

/// All rules.
pub const RULES: &[&Rule] = &[
    &priority::RULE,
    &fifo::RULE,
    &critical_ratio::RULE,
    &earliest_due_date::RULE,
    &operation_due_date::RULE,
    &shortest_process_time::RULE,
    &least_slack::RULE,
    &least_setup::RULE,
    &queue_time::RULE,
];

/// What a rule may look at.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// Now, µs.
    pub now_us: u64,
    /// Priority of the lot; higher is more urgent.
    pub priority: i32,
    /// Arrival in this queue, µs.
    pub arrive_us: u64,
    /// Release of the lot, µs.
    pub release_us: u64,
    /// Due, µs; `u64::MAX`: no due date.
    pub due_us: u64,
    /// Expected process time of this step, µs.
    pub mean_us: f64,
    /// Expected process time from this step to the end of the route, µs.
    pub remaining_us: f64,
    /// Expected process time of the whole route, µs.
    pub total_us: f64,
    /// Setup the tool would need, µs.
    pub setup_us: u64,
    /// Time left of the tightest critical queue time this step closes, µs
    /// (negative: exceeded); infinite where it closes none.
    pub queue_time_left_us: f64,
}

impl Candidate {
    /// Time to the due date, µs; infinite without one.
    fn until_due_us(&self) -> f64 {
        if self.due_us == u64::MAX {
            f64::INFINITY
        } else {
            self.due_us as f64 - self.now_us as f64
        }
    }
}

/// Names of all rules, for checks and hints.
pub fn names() -> Vec<&'static str> {
    RULES.iter().map(|r| r.name).collect()
}

/// A compiled combination of rules.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Ranking {
    /// Shape of the common combinations, which need no keys.
    pub order: Order,
    /// Rules in order of importance.
    pub rules: Vec<&'static Rule>,
}

/// How a ranking can be evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Priority, then arrival: the queue is kept in this order.
    PriorityFifo,
    /// Priority, then least setup, then arrival: the queue is kept by priority and arrival.
    PrioritySetupFifo,
    /// Any other: keys of all candidates are compared.
    Keys,
}

impl Ranking {
    /// Compiles rule names.
    ///
    /// # Errors
    /// The first name that is no rule.
    pub fn new(names: &[String]) -> Result<Self, String> {
        let rules = names
            .iter()
            .map(|name| {
                RULES
                    .iter()
                    .copied()
                    .find(|r| r.name == name)
                    .ok_or_else(|| name.clone())
            })
            .collect::<Result<Vec<_>, _>>()?;
        let is = |wanted: &[&str]| rules.iter().map(|r| r.name).eq(wanted.iter().copied());
        let order = if is(&["priority", "fifo"]) || is(&["priority"]) {
            Order::PriorityFifo
        } else if is(&["priority", "least_setup", "fifo"]) || is(&["priority", "least_setup"]) {
            Order::PrioritySetupFifo
        } else {
            Order::Keys
        };
        Ok(Self { order, rules })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate() -> Candidate {
        Candidate {
            now_us: 1_000,
            priority: 10,
            arrive_us: 900,
            release_us: 0,
            due_us: 5_000,
            mean_us: 100.0,
            remaining_us: 2_000.0,
            total_us: 2_500.0,
            setup_us: 0,
            queue_time_left_us: f64::INFINITY,
        }
    }

    fn first(rule: &str, a: Candidate, b: Candidate) -> bool {
        let rule = RULES
            .iter()
            .find(|r| r.name == rule)
            .expect("the rule exists");
        (rule.key)(&a) < (rule.key)(&b)
    }

    #[test]
    fn each_rule_prefers_what_its_name_says() {
        let c = candidate();
        assert!(first("priority", Candidate { priority: 20, ..c }, c));
        assert!(first(
            "fifo",
            Candidate {
                arrive_us: 800,
                ..c
            },
            c
        ));
        // Ratio 1.5 against 2.
        assert!(first("critical_ratio", Candidate { due_us: 4_000, ..c }, c));
        assert!(first(
            "critical_ratio",
            Candidate {
                remaining_us: 2_100.0,
                ..c
            },
            c
        ));
        assert!(first(
            "earliest_due_date",
            Candidate { due_us: 4_999, ..c },
            c
        ));
        assert!(first(
            "shortest_process_time",
            Candidate { mean_us: 99.0, ..c },
            c
        ));
        assert!(first(
            "least_slack",
            Candidate {
                remaining_us: 2_001.0,
                ..c
            },
            c
        ));
        assert!(first("least_setup", c, Candidate { setup_us: 5, ..c }));
        assert!(first(
            "queue_time",
            Candidate {
                queue_time_left_us: 10.0,
                ..c
            },
            c
        ));
        // Due at 5,000 of 2,500 work: the end of this step, 600 in, is due at 1,200; of 700 in at 1,400.
        assert!(first(
            "operation_due_date",
            c,
            Candidate {
                remaining_us: 1_900.0,
                ..c
            }
        ));
    }

    #[test]
    fn lots_without_due_date_go_last() {
        let c = candidate();
        let none = Candidate {
            due_us: u64::MAX,
            ..c
        };
        for rule in [
            "critical_ratio",
            "earliest_due_date",
            "least_slack",
            "operation_due_date",
        ] {
            assert!(first(rule, c, none), "{rule}");
        }
    }

    #[test]
    fn names_are_unique_and_unknown_ones_are_told() {
        let mut names = names();
        names.sort_unstable();
        let n = names.len();
        names.dedup();
        assert_eq!(names.len(), n);
        assert_eq!(Ranking::new(&["fif".into()]).unwrap_err(), "fif");
    }
}
