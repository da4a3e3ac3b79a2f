use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{self, Receiver, Sender};

use nix::poll::{PollFd, PollFlags};
use proptest::prelude::*;

use super::*;
use crate::contract::event::{GuideEvent, Hint, LineChange};
use crate::sink::Watch;
use crate::sink::samples::line;

const LONG: Duration = Duration::from_secs(20);

/// A sink that asks the test what to do at each attempt, and tells it what it was given.
struct Asking {
    asked: Sender<u64>,
    answers: Receiver<Result<()>>,
}

impl Sink for Asking {
    fn name(&self) -> &str {
        "asking"
    }

    fn send(&mut self, event: &Event) -> Result<()> {
        let Event::Line(line) = event else {
            unreachable!()
        };
        let _ = self.asked.send(line.id);
        // The test has gone: hang up as a sink that works.
        self.answers.recv().unwrap_or(Ok(()))
    }
}

fn asking(capacity: usize) -> (Outlet, Receiver<u64>, Sender<Result<()>>) {
    let (asked, attempts) = mpsc::channel();
    let (answer, answers) = mpsc::channel();
    let pause = Duration::from_millis(1);
    let limits = Limits {
        capacity,
        first_pause: pause,
        longest_pause: pause,
    };
    (
        Outlet::start(Box::new(Asking { asked, answers }), limits).unwrap(),
        attempts,
        answer,
    )
}

fn away() -> Result<()> {
    Err(err!(Io, "away"))
}

fn offer(outlet: &Outlet, ids: impl IntoIterator<Item = u64>) {
    ids.into_iter()
        .for_each(|id| outlet.offer(line(id, LineChange::Appeared)));
}

#[test]
fn a_full_queue_drops_the_oldest_and_counts_it() {
    let (outlet, attempts, answer) = asking(3);
    offer(&outlet, [1]);
    assert_eq!(attempts.recv_timeout(LONG), Ok(1));
    // 1 is with the sink, which hangs: offering does not.
    offer(&outlet, 2..=10);
    assert_eq!(
        outlet.counts(),
        Counts {
            accepted: 10,
            delivered: 0,
            dropped: 6,
            waiting: 4
        }
    );
    (0..4).for_each(|_| answer.send(Ok(())).unwrap());
    assert_eq!(
        (0..3)
            .map(|_| attempts.recv_timeout(LONG).unwrap())
            .collect::<Vec<_>>(),
        [8, 9, 10]
    );
    let closed = outlet.close(LONG);
    assert_eq!(
        closed.counts,
        Counts {
            accepted: 10,
            delivered: 4,
            dropped: 6,
            waiting: 0
        }
    );
    assert!(closed.finished);
}

#[test]
fn what_was_accepted_outlives_a_sink_that_is_away_for_a_while() {
    let (outlet, attempts, answer) = asking(10);
    offer(&outlet, 1..=3);
    for result in [away(), away(), Ok(()), away(), Ok(()), Ok(())] {
        answer.send(result).unwrap();
    }
    let seen: Vec<_> = (0..6)
        .map(|_| attempts.recv_timeout(LONG).unwrap())
        .collect();
    assert_eq!(seen, [1, 1, 1, 2, 2, 3]);
    assert!(outlet.wait_until(|counts| counts.delivered == 3));
}

/// A sink that is away until told otherwise, for which hints are worth nothing after no time at all.
struct Away(Receiver<()>, Sender<Event>);

impl Sink for Away {
    fn name(&self) -> &str {
        "away"
    }

    fn lasts(&self, event: &Event) -> Option<Duration> {
        matches!(event, Event::Guide(_)).then_some(Duration::ZERO)
    }

    fn on_ready(&mut self) -> Result<()> {
        // The test lets it go on once all that it offers waits.
        let _ = self.0.recv();
        Ok(())
    }

    fn send(&mut self, event: &Event) -> Result<()> {
        let _ = self.1.send(event.clone());
        Ok(())
    }
}

#[test]
fn what_has_waited_for_too_long_is_dropped_and_counted() {
    let (go_on, told) = mpsc::channel();
    let (sent, seen) = mpsc::channel();
    let outlet = Outlet::start(Box::new(Away(told, sent)), Limits::default()).unwrap();
    let hint = Event::Guide(GuideEvent { hint: Hint::Dark });
    outlet.offer(hint.clone());
    offer(&outlet, [1]);
    outlet.offer(hint);
    go_on.send(()).unwrap();
    assert!(outlet.wait_until(|counts| counts.waiting == 0));
    let counts = outlet.counts();
    assert_eq!((counts.delivered, counts.dropped), (1, 2));
    assert_eq!(seen.try_iter().count(), 1);
}

#[test]
fn an_event_that_can_never_be_sent_does_not_hold_up_the_next() {
    let (outlet, attempts, answer) = asking(10);
    offer(&outlet, 1..=2);
    answer.send(Err(err!(Data, "too long"))).unwrap();
    answer.send(Ok(())).unwrap();
    assert_eq!(
        [attempts.recv_timeout(LONG), attempts.recv_timeout(LONG)],
        [Ok(1), Ok(2)]
    );
    assert_eq!(
        outlet.close(LONG).counts,
        Counts {
            accepted: 2,
            delivered: 1,
            dropped: 1,
            waiting: 0
        }
    );
}

#[test]
fn closing_tries_at_once_what_waits_in_a_long_pause() {
    let (asked, attempts) = mpsc::channel();
    let (answer, answers) = mpsc::channel();
    let limits = Limits {
        capacity: 5,
        first_pause: LONG * 100,
        longest_pause: LONG * 100,
    };
    let outlet = Outlet::start(Box::new(Asking { asked, answers }), limits).unwrap();
    answer.send(away()).unwrap();
    offer(&outlet, 1..=2);
    assert_eq!(attempts.recv_timeout(LONG), Ok(1));
    assert!(outlet.wait_until(|counts| counts.waiting == 2));
    (0..2).for_each(|_| answer.send(Ok(())).unwrap());
    assert_eq!(outlet.close(LONG).counts.delivered, 2);
}

#[test]
fn closing_gives_up_on_a_sink_that_stays_away_or_hangs() {
    let (outlet, _attempts, answer) = asking(5);
    offer(&outlet, 1..=2);
    (0..10_000).for_each(|_| answer.send(away()).unwrap());
    let closed = outlet.close(Duration::from_millis(50));
    assert_eq!(closed.counts.waiting, 2);

    let (outlet, attempts, _answer) = asking(5);
    offer(&outlet, 1..=2);
    attempts.recv_timeout(LONG).unwrap();
    let closed = outlet.close(Duration::from_millis(50));
    assert_eq!((closed.counts.waiting, closed.finished), (2, false));
}

#[test]
fn its_status_tells_the_fault_for_as_long_as_it_lasts_and_how_long_events_took() {
    let (outlet, attempts, answer) = asking(10);
    let fresh = outlet.status();
    assert_eq!((fresh.fault, fresh.clients), (None, None));
    offer(&outlet, 1..=2);
    // Asked for the second time, so the first fault is noted.
    answer.send(away()).unwrap();
    for _ in 0..2 {
        attempts.recv_timeout(LONG).unwrap();
    }
    let failing = outlet.status();
    assert_eq!(
        (failing.fault.as_deref(), failing.waiting),
        (Some("away"), 2)
    );
    assert!(failing.longest_away_ms >= 1, "{failing:?}");
    answer.send(Ok(())).unwrap();
    attempts.recv_timeout(LONG).unwrap();
    let again = outlet.status();
    assert_eq!((again.fault, again.recoveries), (None, 1));
    assert!(again.longest_away_ms >= failing.longest_away_ms);
    assert_eq!((again.delivered, again.latency.count), (1, 1));
    // The picture of the event was taken 1 ms before it was offered.
    assert!(again.latency.p50_ms >= 1, "{:?}", again.latency);
    answer.send(Ok(())).unwrap();
}

/// Hears from the test, until its stream ends.
struct Hearing {
    stream: Option<UnixStream>,
    others: Receiver<UnixStream>,
    heard: Sender<u8>,
}

impl Sink for Hearing {
    fn name(&self) -> &str {
        "hearing"
    }

    fn send(&mut self, _: &Event) -> Result<()> {
        Ok(())
    }

    fn watch(&self) -> Watch<'_> {
        let stream = self.stream.as_ref();
        Watch::on(stream.map(|stream| PollFd::new(stream.as_fd(), PollFlags::POLLIN)))
    }

    fn on_ready(&mut self) -> Result<()> {
        let Some(stream) = &mut self.stream else {
            self.stream = self.others.try_recv().ok();
            return self.stream.as_ref().map(drop).ok_or(away().unwrap_err());
        };
        let mut byte = [0];
        if stream.read(&mut byte).unwrap() == 0 {
            self.stream = None;
            return away();
        }
        self.heard.send(byte[0]).unwrap();
        Ok(())
    }
}

#[test]
fn a_sink_is_called_when_what_it_watches_is_ready_and_until_it_works_again() {
    let (put, others) = mpsc::channel();
    let (tell, heard) = mpsc::channel();
    let sink = Hearing {
        stream: None,
        others,
        heard: tell,
    };
    let limits = Limits {
        first_pause: Duration::from_millis(1),
        ..Limits::default()
    };
    let outlet = Outlet::start(Box::new(sink), limits).unwrap();
    for round in 1..=3 {
        // Nothing is sent, and its fault is noticed all the same.
        while outlet.status().fault.is_none() {
            thread::yield_now();
        }
        let (mut ours, theirs) = UnixStream::pair().unwrap();
        put.send(theirs).unwrap();
        ours.write_all(&[round, round]).unwrap();
        for _ in 0..2 {
            assert_eq!(heard.recv_timeout(LONG), Ok(round));
        }
        let status = outlet.status();
        assert_eq!((status.fault, status.recoveries), (None, round.into()));
    }
}

/// Takes a number of events, then nobody is there any more.
struct Leaving(u32);

impl Sink for Leaving {
    fn name(&self) -> &str {
        "leaving"
    }

    fn send(&mut self, _: &Event) -> Result<()> {
        self.0 = self.0.saturating_sub(1);
        Ok(())
    }

    fn is_over(&self) -> bool {
        self.0 == 0
    }
}

#[test]
fn a_sink_that_is_over_is_said_to_be_and_takes_nothing_more() {
    let outlet = Outlet::start(Box::new(Leaving(2)), Limits::default()).unwrap();
    offer(&outlet, 1..=2);
    assert!(outlet.wait_until(|counts| counts.delivered == 2));
    // The thread says that it is over at its very end.
    let state = outlet.shared.lock();
    drop(
        outlet
            .shared
            .progress
            .wait_while(state, |state| !state.finished)
            .unwrap(),
    );
    assert!(outlet.is_over());
    offer(&outlet, [3]);
    assert_eq!(
        outlet.counts(),
        Counts {
            accepted: 3,
            delivered: 2,
            dropped: 1,
            waiting: 0
        }
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the sink answers: the order stays, nothing comes twice, the newest come through,
    /// and every event is accounted for.
    #[test]
    fn the_newest_are_delivered_in_order(
        capacity in 1usize..6,
        offered in 1u64..20,
        answers in prop::collection::vec(any::<bool>(), 0..30),
    ) {
        let (outlet, attempts, answer) = asking(capacity);
        let mut results = answers.clone();
        results.extend([true; 20]);
        for works in &results {
            answer.send(if *works { Ok(()) } else { away() }).unwrap();
        }
        offer(&outlet, 1..=offered);
        let counts = outlet.close(LONG).counts;
        let delivered: Vec<u64> =
            attempts.try_iter().zip(&results).filter_map(|(id, works)| works.then_some(id)).collect();
        prop_assert!(delivered.is_sorted_by(|a, b| a < b), "{delivered:?}");
        prop_assert_eq!(delivered.last(), Some(&offered));
        prop_assert!(delivered.len() >= capacity.min(offered as usize));
        prop_assert_eq!(counts, Counts {
            accepted: offered,
            delivered: delivered.len() as u64,
            dropped: offered - delivered.len() as u64,
            waiting: 0,
        });
    }
}
