//! The colours, by meaning. A meaning is never shown by colour alone, but also by a sign or a word.

use anstyle::{AnsiColor, Style};

use crate::report::shape::{Severity, Status};

/// The meaning of a piece of text, which determines its colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// The terminal's default.
    #[default]
    Plain,
    /// What a reader looks for first: names, headings.
    Strong,
    /// Less important text.
    Dim,
    /// All is well.
    Good,
    /// Worth a look.
    Warning,
    /// Wrong.
    Bad,
    /// Worth knowing.
    Info,
}

impl Tone {
    /// The tone of a phone's status.
    pub const fn of_status(status: Status) -> Self {
        match status {
            Status::Failed => Self::Bad,
            Status::Attention => Self::Warning,
            Status::Unknown => Self::Info,
            Status::Ok => Self::Good,
        }
    }

    /// The tone of a diagnosis.
    pub const fn of_severity(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Bad,
            Severity::Warning => Self::Warning,
            Severity::Info => Self::Info,
        }
    }

    /// The escape sequences of this tone.
    pub const fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Dim => Style::new().dimmed(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Warning => AnsiColor::Yellow.on_default(),
            Self::Bad => AnsiColor::Red.on_default().bold(),
            Self::Info => AnsiColor::Cyan.on_default(),
        }
    }

    /// `text` in this tone; unchanged without colour.
    pub fn paint(self, text: &str, color: bool) -> String {
        if !color || self == Self::Plain || text.is_empty() {
            return text.to_owned();
        }
        let style = self.style();
        format!("{style}{text}{style:#}")
    }
}

/// The sign of a phone's status, which shows it without colour.
pub const fn status_sign(status: Status) -> &'static str {
    match status {
        Status::Failed => "✗",
        Status::Attention => "!",
        Status::Unknown => "?",
        Status::Ok => "✓",
    }
}

/// The sign of a diagnosis' severity.
pub const fn severity_sign(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "✗",
        Severity::Warning => "!",
        Severity::Info => "i",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_only_where_asked_for() {
        assert_eq!(Tone::Bad.paint("x", false), "x");
        assert_eq!(Tone::Plain.paint("x", true), "x");
        assert_eq!(Tone::Dim.paint("x", true), "\u{1b}[2mx\u{1b}[0m");
    }
}
