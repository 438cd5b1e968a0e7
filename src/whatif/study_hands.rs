//! A study by hands that do not share memory: as `study_threads`, but nothing waits. Whoever has it
//! calls [`Study::work`] now and then with the time of a clock of its own.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::hands::Hands;
use super::memory::{Key, Memory};
use super::message::{Answer, Facts, Failure, RunRequest, Tell};
use super::study::{Ask, Outcome, State, StudyView, Tally};
use crate::words::Words;

/// What a hand does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Facts(usize),
    Figures { plant: usize, replication: u32 },
}

/// A plant of the study: its request, its name in memory and what the request came to mean.
#[derive(Debug)]
struct Plant {
    request: RunRequest,
    key: Key,
    facts: Option<Box<Facts>>,
}

/// A study under way.
#[derive(Debug)]
pub struct Study {
    ask: Ask,
    memory: Memory,
    hands: Box<dyn Hands>,
    doing: Vec<Option<Doing>>,
    plants: Vec<Plant>,
    waiting: VecDeque<Doing>,
    tally: Option<Tally>,
    first: u32,
    /// Simulated time of replications that are done, of those under way and of all, µs.
    closed_us: u64,
    open_us: BTreeMap<(usize, u32), u64>,
    total_us: u64,
    started_s: f64,
    began_s: f64,
    now_s: f64,
    view: StudyView,
}

impl Study {
    /// Starts it. What the memory holds is not run again; what is run is kept. `now_s` is the clock.
    pub fn start(ask: Ask, memory: &Memory, hands: Box<dyn Hands>, now_s: f64) -> Self {
        let plant = |n: usize| {
            let request = ask.request(n);
            Plant {
                key: Key::of(&request),
                request,
                facts: None,
            }
        };
        let mut study = Self {
            memory: memory.clone(),
            doing: vec![None; hands.count().max(1) as usize],
            hands,
            plants: vec![plant(0)],
            waiting: VecDeque::from([Doing::Facts(0)]),
            tally: None,
            first: 0,
            closed_us: 0,
            open_us: BTreeMap::new(),
            total_us: 0,
            started_s: now_s,
            began_s: now_s,
            now_s,
            view: StudyView {
                state: State::Preparing,
                pairs_done: 0,
                pairs_total: 0,
                reused: 0,
                ran: 0,
                elapsed_s: 0.0,
                remaining_s: None,
                first_estimate_s: None,
                outcome: Arc::new(Outcome::default()),
            },
            ask,
        };
        study.give_out();
        study
    }

    /// Takes what came and gives out what waits.
    pub fn work(&mut self, now_s: f64) {
        if self.view.state.is_over() {
            return;
        }
        self.now_s = now_s;
        let own = self.hands.works_when_asked();
        for hand in 0..self.doing.len() {
            while let Some(doing) = self.doing[hand]
                && let Some(answer) = self.hands.answer(hand as u32)
            {
                let slice = matches!(answer, Answer::Progress { .. }) && own;
                if let Err(state) = self.take(hand, doing, answer) {
                    self.end(state);
                    return;
                }
                // What is done in our own time is not done all at once.
                if slice {
                    break;
                }
            }
        }
        self.give_out();
        let idle = self.doing.iter().all(Option::is_none);
        if idle && self.waiting.is_empty() && self.tally.is_some() {
            self.show(true);
            self.end(State::Done);
        }
    }

    /// What there is to show now.
    pub fn poll(&self) -> StudyView {
        let mut view = self.view.clone();
        if !view.state.is_over() {
            view.elapsed_s = self.now_s - self.started_s;
            let done_us = self.closed_us + self.open_us.values().sum::<u64>();
            let share = done_us as f64 / self.total_us.max(1) as f64;
            let known = view.state == State::Running && share > 0.0;
            view.remaining_s =
                known.then(|| (self.now_s - self.began_s) * (1.0 - share).max(0.0) / share);
        }
        view
    }

    /// Stops it at once; what was done until then stands.
    pub fn cancel(&mut self) {
        if !self.view.state.is_over() {
            self.end(State::Cancelled);
        }
    }

    fn end(&mut self, state: State) {
        self.view.elapsed_s = self.now_s - self.started_s;
        self.view.state = state;
        self.waiting.clear();
        for hand in 0..self.doing.len() {
            if self.doing[hand].take().is_some() {
                self.hands.dismiss(hand as u32);
            }
        }
    }

    fn give_out(&mut self) {
        for hand in 0..self.doing.len() {
            if self.doing[hand].is_some() {
                continue;
            }
            let Some(next) = self.waiting.pop_front() else {
                return;
            };
            let request = match next {
                Doing::Facts(plant) => RunRequest {
                    tell: Tell::Facts,
                    ..self.plants[plant].request.clone()
                },
                Doing::Figures { plant, replication } => RunRequest {
                    tell: Tell::Figures,
                    first_replication: replication,
                    replications: Some(1),
                    ..self.plants[plant].request.clone()
                },
            };
            self.doing[hand] = Some(next);
            self.hands.ask(hand as u32, &request);
        }
    }

    fn take(&mut self, hand: usize, doing: Doing, answer: Answer) -> Result<(), State> {
        let (Doing::Facts(plant) | Doing::Figures { plant, .. }) = doing;
        let failed = |failure| State::Failed {
            plant: plant as u32,
            failure,
        };
        match answer {
            Answer::Started(facts) => {
                if doing == Doing::Facts(plant) {
                    self.plants[plant].facts = Some(facts);
                }
            }
            Answer::Progress {
                replication,
                done_us,
                ..
            } => {
                self.open_us.insert((plant, replication), done_us);
            }
            Answer::Figures {
                replication,
                end_us,
                values,
            } => {
                let values = values.into_iter().map(|v| v.map(f64::from_bits));
                let values = Arc::new(values.collect::<Vec<_>>());
                self.memory
                    .keep(self.plants[plant].key, replication, Arc::clone(&values));
                self.open_us.remove(&(plant, replication));
                self.closed_us += end_us;
                self.view.ran += 1;
                if let Some(tally) = &mut self.tally {
                    tally.take(plant, replication - self.first, values);
                }
                self.show(false);
            }
            Answer::Failed(failure) => return Err(failed(failure)),
            Answer::Done => {
                self.doing[hand] = None;
                if let Doing::Facts(_) = doing {
                    self.prepare();
                }
            }
            Answer::Cancelled => {
                let reason = Words::verbatim("a worker gave up; this is a fault of the program");
                return Err(failed(Failure::Request { reason }));
            }
            Answer::Replication(_) | Answer::Steps { .. } | Answer::Story { .. } => {}
        }
        Ok(())
    }

    /// Goes on once facts are there: from the base to its variants, from all of them to runs.
    fn prepare(&mut self) {
        let Some(base) = &self.plants[0].facts else {
            return;
        };
        if self.plants.len() == 1 {
            // The variants share the base's luck, also where they say otherwise.
            let (seed, first) = (base.seed, base.first_replication);
            self.first = first;
            for n in 1..=self.ask.variants.len() {
                let request = RunRequest {
                    seed: Some(seed),
                    first_replication: first,
                    ..self.ask.request(n)
                };
                self.plants.push(Plant {
                    key: Key::of(&request),
                    request,
                    facts: None,
                });
                self.waiting.push_back(Doing::Facts(n));
            }
            if !self.waiting.is_empty() {
                return;
            }
        }
        let facts: Vec<&Facts> = self
            .plants
            .iter()
            .filter_map(|p| p.facts.as_deref())
            .collect();
        if facts.len() < self.plants.len() {
            return;
        }
        let pairs = self.ask.base.replications.unwrap_or(facts[0].replications);
        let mut tally = Tally::new(&self.ask, &facts);
        for replication in self.first..self.first + pairs {
            for (plant, of) in self.plants.iter().enumerate() {
                if let Some(values) = self.memory.values(of.key, replication) {
                    self.view.reused += 1;
                    tally.take(plant, replication - self.first, values);
                } else {
                    self.waiting
                        .push_back(Doing::Figures { plant, replication });
                    self.total_us += facts[plant].horizon_us;
                }
            }
        }
        self.tally = Some(tally);
        self.view.pairs_total = pairs;
        self.view.state = State::Running;
        self.began_s = self.now_s;
        self.show(false);
    }

    fn show(&mut self, done: bool) {
        let Some(tally) = &self.tally else { return };
        let pairs = tally.pairs();
        self.view.outcome = Arc::new(tally.outcome(done));
        self.view.pairs_done = pairs;
        if pairs > 0 && self.view.first_estimate_s.is_none() {
            self.view.first_estimate_s = Some(self.now_s - self.started_s);
        }
    }
}

impl Drop for Study {
    fn drop(&mut self) {
        self.cancel();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::whatif::hands::{Own, run_kept};
    use crate::whatif::message::Flow;
    use crate::whatif::study_threads;
    use crate::whatif::study_threads::tests::ask;

    /// Hands that share nothing but texts, as the workers of a page.
    #[derive(Debug, Default)]
    struct Far {
        memories: [Memory; 3],
        answers: [VecDeque<String>; 3],
    }

    impl Hands for Far {
        fn count(&self) -> u32 {
            3
        }

        fn ask(&mut self, hand: u32, request: &RunRequest) {
            let text = serde_json::to_string(request).expect("JSON");
            let request: RunRequest = serde_json::from_str(&text).expect("read");
            let answers = &mut self.answers[hand as usize];
            run_kept(&request, &self.memories[hand as usize], &mut |answer| {
                answers.push_back(serde_json::to_string(&answer).expect("JSON"));
                Flow::Continue
            });
        }

        fn answer(&mut self, hand: u32) -> Option<Answer> {
            let text = self.answers[hand as usize].pop_front()?;
            Some(serde_json::from_str(&text).expect("read"))
        }

        fn dismiss(&mut self, hand: u32) {
            self.answers[hand as usize].clear();
        }
    }

    fn whole(mut study: Study) -> StudyView {
        for looks in 0..100_000 {
            study.work(f64::from(looks));
            if study.poll().state.is_over() {
                return study.poll();
            }
        }
        panic!("no end: {:?}", study.poll().state);
    }

    #[test]
    fn hands_come_to_what_threads_come_to() {
        let ask = ask(60, 6);
        let threads = study_threads::Study::start(ask.clone(), &Memory::default(), 2).wait();
        let memory = Memory::default();
        let far = Box::new(Far::default());
        let view = whole(Study::start(ask.clone(), &memory, far, 0.0));
        assert_eq!(view.state, State::Done);
        assert_eq!((view.pairs_done, view.ran, view.reused), (6, 18, 0));
        assert_eq!(view.outcome, threads.outcome);
        let own = Box::new(Own::default());
        let view = whole(Study::start(ask.clone(), &Memory::default(), own, 0.0));
        assert_eq!(view.outcome, threads.outcome);
        // What was run before is not run again.
        let own = Box::new(Own::default());
        let again = whole(Study::start(ask, &memory, own, 0.0));
        assert_eq!((again.ran, again.reused), (0, 18));
        assert_eq!(again.outcome, threads.outcome);
    }

    #[test]
    fn it_stops_at_once_and_names_what_cannot_run() {
        let own = Box::new(Own::default());
        let mut study = Study::start(ask(20_000, 50), &Memory::default(), own, 0.0);
        for looks in 0..20 {
            study.work(f64::from(looks));
        }
        assert_eq!(study.poll().state, State::Running);
        study.cancel();
        study.work(21.0);
        assert_eq!(study.poll().state, State::Cancelled);

        let mut wrong = ask(10, 2);
        wrong.variants[1].overrides = vec![("tool_groups.Mf.count".into(), "2".into())];
        let far = Box::new(Far::default());
        match whole(Study::start(wrong, &Memory::default(), far, 0.0)).state {
            State::Failed { plant, failure } => {
                assert_eq!(plant, 2);
                assert!(failure.to_string().contains("Mf"), "{failure}");
            }
            other => panic!("{other:?}"),
        }
    }
}
