//! The log as lines on stderr: for people, for tools, or for journald.
//!
//! journald takes the priority of a line from its beginning (`sd-daemon(3)`), has a time for it, and
//! shows it in its own colours. It takes the prefix away, so lines of JSON have it, too.

use std::fmt;
use std::io::{self, IsTerminal, Write};

use clap::ValueEnum;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::{self as line_format, FormatEvent, FormatFields};
use tracing_subscriber::fmt::{self as lines, FmtContext};
use tracing_subscriber::registry::LookupSpan;

use crate::cli::format;
use crate::diagnostic::finding::{Finding, Severity};
use crate::os::log_writer::{self, Writer};
use crate::os::systemd;

/// How lines look.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Form {
    /// For people, and for journald
    #[value(help = None::<&str>)]
    Text,
    /// For tools: one JSON object a line
    #[value(help = None::<&str>)]
    Json,
}

/// Begins to write the log to stderr; dropping what it returns ends that.
pub fn begin(form: Form) -> Writer {
    let is_terminal = io::stderr().is_terminal();
    let is_journal = systemd::is_journal(&io::stderr());
    let (queue, writer) = log_writer::begin(io::stderr());
    let subscriber = lines::fmt()
        .with_writer(move || queue.clone())
        // A log that takes nothing is no reason to panic: its disk may be full, its reader gone.
        .log_internal_errors(false);
    let text = line_format::format().with_target(false).with_ansi(is_terminal);
    match form {
        Form::Text if is_journal => {
            subscriber
                .with_ansi(false)
                .event_format(Prefixed(text.with_ansi(false).without_time()))
                .init();
        }
        Form::Text => subscriber.with_ansi(is_terminal).event_format(text).init(),
        Form::Json => {
            let json = line_format::json().with_target(false).flatten_event(true);
            let subscriber = subscriber.fmt_fields(line_format::JsonFields::new());
            if is_journal {
                subscriber.event_format(Prefixed(json)).init();
            } else {
                subscriber.event_format(json).init();
            }
        }
    }
    writer
}

/// Writes findings to stderr for people; for journald each line with its priority.
pub fn write_findings(findings: &[Finding]) {
    let mut out = io::stderr();
    if !systemd::is_journal(&out) {
        // A pipe that is closed at the other end is their decision, no failure.
        let _ = format::write_findings(&mut out, findings);
        return;
    }
    for finding in findings {
        let mut text = Vec::new();
        let _ = format::write_findings(&mut text, std::slice::from_ref(finding));
        let priority = match finding.severity {
            Severity::Error => 3,
            Severity::Warning => 4,
            Severity::Note => 6,
        };
        for line in String::from_utf8_lossy(&text).lines() {
            let _ = writeln!(out, "<{priority}>{line}");
        }
    }
}

/// Lines that begin with their priority.
struct Prefixed<F>(F);

impl<S, N, F> FormatEvent<S, N> for Prefixed<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: line_format::Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let priority = match *event.metadata().level() {
            Level::ERROR => 3,
            Level::WARN => 4,
            Level::INFO => 6,
            _ => 7,
        };
        write!(writer, "<{priority}>")?;
        self.0.format_event(context, writer, event)
    }
}
