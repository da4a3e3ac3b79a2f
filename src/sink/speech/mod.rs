//! Pages and hints as speech, through Speech Dispatcher; docs/speech.md tells a person how to set it up.
//!
//! Takes pages that stand still, hints, and the lines that go, and has the text said by the desktop's speech service. A text
//! interrupts whatever is being said; a hint never interrupts a text, but waits a few seconds for its end; nothing is
//! said twice. A server that goes away is noticed at once and connected to again as soon as it is there. A setting that
//! the server does not know is logged, and the rest is spoken without it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use log::{info, warn};

use super::{Filter, Sink, Watch, usable};
use crate::contract::event::{Event, Hint, LineChange, PageEvent};
use crate::error::{Result, err};
use crate::retry::log_once::LogOnce;

mod phrases;
mod settings;
mod ssip;
mod turn;

pub use settings::Settings;

use phrases::Phrases;
use ssip::{Connection, Priority};
use turn::Turn;

/// How long a page is worth saying that could not be said: a server that starts anew is back by then, and whoever held the
/// page up may still be there.
const PAGE_LASTS: Duration = Duration::from_secs(30);
/// What each connection begins with: who speaks (user, program, part), plain text, and which reports are wanted.
const GREETING: [&str; 5] = [
    "SET SELF CLIENT_NAME glyphd:glyphd:main",
    "SET SELF SSML_MODE off",
    "SET SELF NOTIFICATION BEGIN on",
    "SET SELF NOTIFICATION END on",
    "SET SELF NOTIFICATION CANCEL on",
];

/// The voice of the device.
pub struct Speech {
    settings: Settings,
    place: PathBuf,
    phrases: &'static Phrases,
    connection: Option<Connection>,
    turn: Turn,
    /// Settings that the server does not know are logged once.
    log_once: LogOnce,
}

impl Speech {
    /// The voice with these settings, whether or not the server is there yet: it is connected to as soon as it is.
    ///
    /// # Errors
    /// `Config` for settings that cannot be used.
    pub fn open(settings: &Settings) -> Result<Self> {
        usable("speech", &settings.check())?;
        let phrases = Phrases::of(&settings.language);
        if settings.hints && phrases.is_none() {
            warn!(
                "speech: output.speech.language: no hints in \"{}\", they are said in English",
                settings.language
            );
        }
        Ok(Speech {
            settings: settings.clone(),
            place: settings.place(),
            phrases: phrases.unwrap_or_else(Phrases::english),
            connection: None,
            turn: Turn::default(),
            log_once: LogOnce::default(),
        })
    }

    /// Does `work` with a connection; a broken one is given up.
    fn with<T>(&mut self, work: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.connect()?,
        };
        let done = work(&mut connection);
        match &done {
            Ok(_) => self.connection = Some(connection),
            Err(_) => self.turn.hung_up(),
        }
        done
    }

    fn connect(&mut self) -> Result<Connection> {
        let mut connection = Connection::open(&self.place)?;
        for command in GREETING {
            if let Some(refusal) = connection.ask(command)?.refusal() {
                return Err(err!(
                    Io,
                    "Speech Dispatcher refuses \"{command}\": {refusal}"
                ));
            }
        }
        self.choose(&mut connection)?;
        info!("speech: connected to {}", self.place.display());
        Ok(connection)
    }

    /// Chooses language, synthesizer and voice, in this order, as each may change those after it. The server takes any name
    /// at all and then speaks in some other voice, so what it has is looked up.
    fn choose(&mut self, connection: &mut Connection) -> Result<()> {
        let Settings {
            language,
            module,
            voice,
            ..
        } = self.settings.clone();
        self.set(connection, "language", "LANGUAGE", &language)?;
        if let Some(module) = module {
            let mut is_there = false;
            let answer = connection.ask_for("LIST OUTPUT_MODULES", |name| {
                is_there |= name == module;
            })?;
            if is_there || answer.refusal().is_some() {
                self.set(connection, "module", "OUTPUT_MODULE", &module)?;
            } else {
                let what = format!("no synthesizer \"{module}\", another one speaks");
                self.warn_once("module", &format!("{what}; `spd-say -O` lists them"));
            }
        }
        let symbolic = voice.as_deref().is_some_and(settings::is_symbolic);
        let (mut has_voice, mut has_language) = (symbolic, false);
        let wanted = phrases::primary(&language);
        let answer = connection.ask_for("LIST SYNTHESIS_VOICES", |line| {
            // NAME, tab, language, tab, variant.
            let mut columns = line.split('\t');
            has_voice |= columns.next() == voice.as_deref();
            has_language |= columns
                .next()
                .is_some_and(|code| phrases::primary(code).eq_ignore_ascii_case(wanted));
        })?;
        // A synthesizer that does not tell its voices may have any.
        let tells = answer.refusal().is_none();
        if tells && !has_language {
            let what = format!("no voice for \"{language}\", another language's speaks");
            self.warn_once("language", &format!("{what}; `spd-say -L` lists them"));
        }
        match voice {
            Some(voice) if symbolic => self.set(connection, "voice", "VOICE_TYPE", &voice)?,
            Some(voice) if has_voice || !tells => {
                self.set(connection, "voice", "SYNTHESIS_VOICE", &voice)?;
            }
            Some(voice) => self.warn_once(
                "voice",
                &format!("no voice \"{voice}\", the usual one speaks; `spd-say -L` lists them"),
            ),
            None => {}
        }
        for (key, value) in self.settings.numbers() {
            if let Some(value) = value {
                let parameter = key.to_ascii_uppercase();
                self.set(connection, key, &parameter, &value.to_string())?;
            }
        }
        Ok(())
    }

    fn set(&mut self, to: &mut Connection, key: &str, parameter: &str, value: &str) -> Result<()> {
        let answer = to.ask(&format!("SET SELF {parameter} {value}"))?;
        if let Some(refusal) = answer.refusal() {
            let what = format!("\"{value}\" is refused by Speech Dispatcher: {refusal}");
            self.warn_once(key, &what);
        }
        Ok(())
    }

    fn warn_once(&mut self, key: &str, what: &str) {
        let fault = format!("output.speech.{key}: {what}");
        if self.log_once.is_new(&fault) {
            warn!("speech: {fault}");
        }
    }

    fn speak_page(&mut self, page: &PageEvent) -> Result<()> {
        if !self.turn.is_new(page) {
            return Ok(());
        }
        let number = self.with(|connection| connection.speak(Priority::Text, page.text.lines()))?;
        self.turn.page_given(page, number);
        self.take_reports();
        Ok(())
    }

    /// Speaks a hint that came at this time.
    fn speak_hint(&mut self, hint: Hint, at: Instant) -> Result<()> {
        let Some(phrase) = self.phrases.phrase(hint) else {
            return Ok(());
        };
        let number = self.with(|connection| connection.speak(Priority::Notification, [phrase]))?;
        self.turn.hint_given(hint, at, number);
        self.take_reports();
        Ok(())
    }

    /// Takes what the server has reported by now.
    fn listen(&mut self) -> Result<()> {
        self.with(Connection::listen)?;
        self.take_reports();
        Ok(())
    }

    fn take_reports(&mut self) {
        while let Some(notice) = self.connection.as_mut().and_then(Connection::report) {
            self.turn.notice(notice);
        }
    }
}

impl Sink for Speech {
    fn name(&self) -> &str {
        "speech"
    }

    fn filter(&self) -> Filter {
        let (pages, hints) = (self.settings.pages, self.settings.hints);
        Box::new(move |event| match event {
            Event::Page(_) => pages,
            Event::Line(line) => pages && line.event == LineChange::Gone,
            Event::Guide(_) => hints,
            Event::NoRead(_) | Event::Region(_) => false,
        })
    }

    fn lasts(&self, event: &Event) -> Option<Duration> {
        match event {
            Event::Guide(_) => Some(turn::FRESH),
            Event::Page(_) => Some(PAGE_LASTS),
            Event::Line(_) | Event::NoRead(_) | Event::Region(_) => None,
        }
    }

    fn send(&mut self, event: &Event) -> Result<()> {
        // Also for what comes to nothing: to take it would say that the server is there. And what fails here may be offered
        // again, since nothing of it was said.
        self.listen()?;
        match event {
            Event::Page(page) => self.speak_page(page)?,
            Event::Guide(guide) => {
                let now = Instant::now();
                if self.turn.is_due(guide.hint, now) {
                    self.speak_hint(guide.hint, now)?;
                }
            }
            Event::Line(line) if line.event == LineChange::Gone => self.turn.line_gone(line.id),
            Event::Line(_) | Event::NoRead(_) | Event::Region(_) => {}
        }
        Ok(())
    }

    fn watch(&self) -> Watch<'_> {
        Watch::on(self.connection.as_ref().map(Connection::poll_fd))
    }

    fn on_ready(&mut self) -> Result<()> {
        self.listen()?;
        match self.turn.waited(Instant::now()) {
            Some((hint, at)) => self.speak_hint(hint, at),
            None => Ok(()),
        }
    }

    fn close(&mut self, _within: Duration) {
        if let Some(connection) = self.connection.take() {
            connection.close();
        }
    }
}

#[cfg(test)]
mod tests;
