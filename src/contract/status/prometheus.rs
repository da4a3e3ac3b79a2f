//! The status as a text file for Prometheus' node_exporter (textfile collector; text exposition format 0.0.4).

use std::fmt::Write;

use super::{Percentiles, State, Status};

/// The figures, one a line, each name with its type before it.
pub fn text(status: &Status) -> String {
    let mut page = Page::default();
    page.head("glyphd_info", "gauge");
    page.value("glyphd_info", &[("version", &status.version)], 1.0);
    page.head("glyphd_state", "gauge");
    for state in State::ALL {
        let now = if state == status.state { 1.0 } else { 0.0 };
        page.value("glyphd_state", &[("state", state.word())], now);
    }
    page.one("glyphd_uptime_seconds", "gauge", status.uptime_s as f64);
    let camera = &status.camera;
    let works = if camera.fault.is_none() { 1.0 } else { 0.0 };
    page.one("glyphd_camera_works", "gauge", works);
    let reading = &status.reading;
    for (name, count) in [
        ("camera_frames", camera.frames),
        ("camera_skipped", camera.skipped),
        ("camera_bad", camera.bad),
        ("camera_timeouts", camera.timeouts),
        ("camera_restarts", camera.restarts),
        ("camera_recoveries", camera.recoveries),
        ("reading_frames", reading.frames),
        ("reading_still", reading.still),
        ("reading_events", reading.events),
        ("reading_triggers", reading.triggers),
        ("reading_no_reads", reading.no_reads),
    ] {
        page.one(&format!("glyphd_{name}_total"), "counter", count as f64);
    }
    page.head("glyphd_reading_latency_seconds", "gauge");
    page.latency("glyphd_reading_latency_seconds", &[], reading.latency);
    page.sinks(status);
    let board = &status.board;
    for (name, value) in [
        (
            "board_temperature_celsius",
            board.temperature_c.map(f64::from),
        ),
        (
            "board_throttled",
            board
                .throttled
                .map(|throttled| f64::from(u8::from(throttled))),
        ),
        ("memory_bytes", Some(board.memory_kib as f64 * 1024.0)),
    ] {
        if let Some(value) = value {
            page.one(&format!("glyphd_{name}"), "gauge", value);
        }
    }
    page.text
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    // Writing to a string does not fail.
    fn head(&mut self, name: &str, kind: &str) {
        let _ = writeln!(self.text, "# TYPE {name} {kind}");
    }

    fn value(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        let _ = self.text.write_str(name);
        for (at, (label, text)) in labels.iter().enumerate() {
            let open = if at == 0 { '{' } else { ',' };
            let text = text
                .replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', "\\n");
            let _ = write!(self.text, "{open}{label}=\"{text}\"");
        }
        let close = if labels.is_empty() { "" } else { "}" };
        let _ = writeln!(self.text, "{close} {value}");
    }

    fn one(&mut self, name: &str, kind: &str, value: f64) {
        self.head(name, kind);
        self.value(name, &[], value);
    }

    fn latency(&mut self, name: &str, labels: &[(&str, &str)], latency: Percentiles) {
        let Percentiles {
            p50_ms,
            p95_ms,
            p99_ms,
            ..
        } = latency;
        for (quantile, ms) in [("0.5", p50_ms), ("0.95", p95_ms), ("0.99", p99_ms)] {
            let mut labels = labels.to_vec();
            labels.push(("quantile", quantile));
            self.value(name, &labels, ms as f64 / 1000.0);
        }
    }

    /// All of one name together, as the format wants it.
    fn sinks(&mut self, status: &Status) {
        type Figure = fn(&super::SinkStatus) -> f64;
        let figures: [(&str, &str, Figure); 7] = [
            ("works", "gauge", |sink| {
                if sink.fault.is_none() { 1.0 } else { 0.0 }
            }),
            ("waiting", "gauge", |sink| sink.waiting as f64),
            ("accepted_total", "counter", |sink| sink.accepted as f64),
            ("delivered_total", "counter", |sink| sink.delivered as f64),
            ("dropped_total", "counter", |sink| sink.dropped as f64),
            ("recoveries_total", "counter", |sink| sink.recoveries as f64),
            ("clients", "gauge", |sink| {
                sink.clients
                    .map_or(f64::NAN, |clients| clients.connected as f64)
            }),
        ];
        for (figure, kind, of) in figures {
            let name = format!("glyphd_sink_{figure}");
            let values = status.sinks.iter().map(|sink| (sink, of(sink)));
            let values: Vec<_> = values.filter(|(_, value)| !value.is_nan()).collect();
            if !values.is_empty() {
                self.head(&name, kind);
            }
            for (sink, value) in values {
                self.value(&name, &[("sink", &sink.name)], value);
            }
        }
        let name = "glyphd_sink_latency_seconds";
        if !status.sinks.is_empty() {
            self.head(name, "gauge");
        }
        for sink in &status.sinks {
            self.latency(name, &[("sink", &sink.name)], sink.latency);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ClientStatus, SinkStatus};
    use super::*;

    #[test]
    fn each_name_has_one_type_and_its_values_follow() {
        let sink = |name: &str, clients| SinkStatus {
            name: name.into(),
            delivered: 7,
            clients,
            ..SinkStatus::default()
        };
        let status = Status {
            version: "1.0".into(),
            state: State::Paused,
            sinks: vec![
                sink("serial \"a\\b\"", None),
                sink(
                    "socket",
                    Some(ClientStatus {
                        connected: 3,
                        ..ClientStatus::default()
                    }),
                ),
            ],
            ..Status::default()
        };
        let text = text(&status);
        for line in [
            "glyphd_info{version=\"1.0\"} 1",
            "glyphd_state{state=\"paused\"} 1",
            "glyphd_state{state=\"reading\"} 0",
            "glyphd_sink_delivered_total{sink=\"serial \\\"a\\\\b\\\"\"} 7",
            "glyphd_sink_clients{sink=\"socket\"} 3",
            "glyphd_reading_latency_seconds{quantile=\"0.99\"} 0",
        ] {
            assert!(text.lines().any(|have| have == line), "{line}\n{text}");
        }
        let mut typed = Vec::new();
        for line in text.lines() {
            if let Some(head) = line.strip_prefix("# TYPE ") {
                let name = head.split(' ').next().unwrap();
                assert!(!typed.contains(&name), "{name} twice");
                typed.push(name);
            } else {
                let name = line.split(['{', ' ']).next().unwrap();
                assert_eq!(Some(&name), typed.last());
            }
        }
    }
}
