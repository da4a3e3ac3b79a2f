//! The status in words and figures, for a person at a terminal.

use std::fmt;
use std::time::Duration;

use humantime::format_duration;

use super::{CameraStatus, Percentiles, SinkStatus, State, Status, TriggerStatus};

impl State {
    fn says(self) -> &'static str {
        match self {
            State::Starting => "starting",
            State::Reading => "reading",
            State::Waiting => "waiting for a trigger",
            State::Paused => "paused",
            State::NoCamera => "without a camera, trying again",
        }
    }
}

impl Status {
    /// All of it in one line, for the service manager.
    pub fn line(&self) -> String {
        let (camera, reading) = (&self.camera, &self.reading);
        let mut line = match (self.state, &camera.fault) {
            (State::NoCamera, Some(fault)) => format!("no camera: {fault}"),
            (state, _) => format!("{} ({})", state.says(), camera.source),
        };
        let (frames, events) = (reading.frames, reading.events);
        line += &format!("; {frames} pictures read, {events} events sent");
        let trigger = self
            .trigger
            .iter()
            .filter_map(|trigger| trigger.fault.as_ref());
        let faults = trigger.chain(self.sinks.iter().filter_map(|sink| sink.fault.as_ref()));
        for fault in faults {
            line += &format!("; {fault}");
        }
        line
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (version, pid, up) = (&self.version, self.pid, span(self.uptime_s));
        let state = self.state.says();
        writeln!(f, "glyphd {version}, process {pid}, up {up}: {state}")?;
        row(f, "camera", &self.camera.to_string())?;
        let reading = &self.reading;
        let mut figures = format!(
            "{} pictures and {} that showed nothing new, {} events",
            reading.frames, reading.still, reading.events
        );
        if reading.triggers > 0 {
            let (triggers, without) = (reading.triggers, reading.no_reads);
            figures += &format!(", {triggers} triggers, {without} without a reading");
        }
        let took = took(reading.latency, "from the picture to its text");
        row(f, "reading", &format!("{figures}\n{took}"))?;
        if let Some(trigger) = &self.trigger {
            row(f, "trigger", &trigger.to_string())?;
        }
        for sink in &self.sinks {
            row(f, "output", &sink.to_string())?;
        }
        let board = &self.board;
        let mut parts = Vec::new();
        let temperature = board.temperature_c;
        parts.extend(temperature.map(|degrees| format!("{degrees:.0} °C")));
        let slowed = |throttled| {
            if throttled {
                "slowed down for heat or voltage"
            } else {
                "not slowed down"
            }
        };
        parts.extend(
            board
                .throttled
                .map(|throttled| slowed(throttled).to_owned()),
        );
        let [now, peak] = [board.memory_kib, board.memory_peak_kib].map(|kib| kib.div_ceil(1024));
        parts.push(format!("{now} MiB of memory, {peak} at most"));
        row(f, "board", &parts.join(", "))
    }
}

impl fmt::Display for TriggerStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.fault {
            Some(fault) => write!(f, "{}: {fault}", self.name),
            None => write!(f, "{}, {} edges", self.name, self.edges),
        }
    }
}

impl fmt::Display for CameraStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (source, since) = (&self.source, span(self.since_s));
        match &self.fault {
            Some(fault) => writeln!(f, "{source}: away for {since}: {fault}")?,
            None if self.describes.is_empty() => writeln!(f, "{source}: not in use")?,
            None => writeln!(f, "{}, for {since}", self.describes)?,
        }
        let (frames, skipped, bad) = (self.frames, self.skipped, self.bad);
        write!(f, "{frames} pictures, {skipped} skipped, {bad} bad")?;
        if self.restarts > 0 {
            write!(f, ", started again {}", times(self.restarts))?;
        }
        away(f, self.recoveries, self.longest_away_ms)
    }
}

impl fmt::Display for SinkStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        if let Some(clients) = &self.clients {
            write!(f, ", {} connected", clients.connected)?;
        }
        if let Some(fault) = &self.fault {
            write!(f, ": fails: {fault}")?;
        }
        let (sent, waiting, dropped) = (self.delivered, self.waiting, self.dropped);
        write!(f, "\n{sent} sent, {waiting} waiting, {dropped} dropped")?;
        away(f, self.recoveries, self.longest_away_ms)?;
        if self.latency.count > 0 {
            let took = took(self.latency, "from the picture to the last byte");
            write!(f, "\n{took}")?;
        }
        Ok(())
    }
}

/// How often it was away, and for how long at most, if it ever was.
fn away(f: &mut fmt::Formatter<'_>, recoveries: u64, longest_ms: u64) -> fmt::Result {
    if recoveries == 0 {
        return Ok(());
    }
    let longest = format_duration(Duration::from_millis(longest_ms));
    write!(f, ", away {}, {longest} at most", times(recoveries))
}

/// A name, and its lines beside it.
fn row(f: &mut fmt::Formatter<'_>, name: &str, lines: &str) -> fmt::Result {
    for (at, line) in lines.lines().enumerate() {
        let name = if at == 0 { name } else { "" };
        writeln!(f, "{name:<9}{line}")?;
    }
    Ok(())
}

fn took(latency: Percentiles, what: &str) -> String {
    let Percentiles {
        p50_ms,
        p95_ms,
        p99_ms,
        count,
    } = latency;
    if count == 0 {
        return "nothing in the last minutes".into();
    }
    format!("{p50_ms} ms {what} (95 of 100 within {p95_ms}, 99 within {p99_ms})")
}

fn span(seconds: u64) -> String {
    format_duration(Duration::from_secs(seconds)).to_string()
}

fn times(count: u64) -> String {
    match count {
        1 => "once".into(),
        count => format!("{count} times"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{BoardStatus, ClientStatus, ReadingStatus};
    use super::*;

    #[test]
    fn a_person_sees_what_works_and_what_does_not() {
        let status = Status {
            version: "0.1.0".into(),
            pid: 42,
            uptime_s: 3_723,
            state: State::NoCamera,
            camera: CameraStatus {
                source: "v4l2:/dev/video0".into(),
                fault: Some("/dev/video0: not there".into()),
                since_s: 9,
                frames: 100,
                bad: 2,
                recoveries: 1,
                longest_away_ms: 1200,
                ..CameraStatus::default()
            },
            reading: ReadingStatus {
                frames: 70,
                still: 900,
                events: 5,
                latency: Percentiles {
                    p50_ms: 84,
                    p95_ms: 120,
                    p99_ms: 150,
                    count: 70,
                },
                ..ReadingStatus::default()
            },
            trigger: Some(TriggerStatus {
                name: "GPIO line 3 of /dev/gpiochip0".into(),
                fault: None,
                edges: 7,
            }),
            sinks: vec![SinkStatus {
                name: "socket /s".into(),
                delivered: 5,
                clients: Some(ClientStatus {
                    connected: 2,
                    ..ClientStatus::default()
                }),
                ..SinkStatus::default()
            }],
            board: BoardStatus {
                temperature_c: Some(51.6),
                throttled: Some(false),
                memory_kib: 80_000,
                memory_peak_kib: 90_000,
            },
        };
        let shown = "glyphd 0.1.0, process 42, up 1h 2m 3s: without a camera, trying again
camera   v4l2:/dev/video0: away for 9s: /dev/video0: not there
         100 pictures, 0 skipped, 2 bad, away once, 1s 200ms at most
reading  70 pictures and 900 that showed nothing new, 5 events
         84 ms from the picture to its text (95 of 100 within 120, 99 within 150)
trigger  GPIO line 3 of /dev/gpiochip0, 7 edges
output   socket /s, 2 connected
         5 sent, 0 waiting, 0 dropped
board    52 °C, not slowed down, 79 MiB of memory, 88 at most
";
        assert_eq!(status.to_string(), shown);
        assert_eq!(
            status.line(),
            "no camera: /dev/video0: not there; 70 pictures read, 5 events sent"
        );
        let json = serde_json::to_string(&status).unwrap();
        assert_eq!(serde_json::from_str::<Status>(&json).unwrap(), status);
    }
}
