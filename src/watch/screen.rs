//! Draws the table on the alternate screen of a terminal.

use std::io::{self, Write};
use std::sync::mpsc::Sender;

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use crossterm::terminal::{
    self, BeginSynchronizedUpdate, Clear, ClearType, DisableLineWrap, EnableLineWrap, EndSynchronizedUpdate,
    EnterAlternateScreen, LeaveAlternateScreen,
};
use crossterm::{execute, queue};

use super::Wake;

/// The keys: scrolling in the table, and the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Quit,
    /// This many lines down, or up if negative.
    Lines(isize),
    /// This many screens down, or up if negative.
    Pages(isize),
    First,
    Last,
}

/// The terminal while it shows the table; restored when dropped.
pub(crate) struct Screen {
    /// Number of lines of the text above the screen.
    top: usize,
}

impl Screen {
    /// Switches to the alternate screen, and sends keys and changes of the size to `wake`.
    pub(crate) fn open(wake: Sender<Wake>) -> io::Result<Self> {
        terminal::enable_raw_mode()?;
        // From here on, dropping `screen` restores the terminal.
        let screen = Self { top: 0 };
        execute!(io::stdout(), EnterAlternateScreen, Hide, DisableLineWrap)?;
        std::thread::Builder::new().name("keys".to_owned()).spawn(move || {
            // If the keyboard can't be read, the table is still shown.
            while let Ok(event) = event::read() {
                if let Some(event) = wake_of(&event)
                    && wake.send(event).is_err()
                {
                    return;
                }
            }
        })?;
        Ok(screen)
    }

    /// Draws the lines that fit, and a footer in the last line.
    pub(crate) fn draw(&mut self, text: &str, footer: &str) -> io::Result<()> {
        let (_, height) = terminal::size()?;
        let height = usize::from(height).saturating_sub(1);
        let lines: Vec<&str> = text.lines().collect();
        self.top = self.top.min(lines.len().saturating_sub(height));
        let below = lines.len().saturating_sub(self.top + height);
        let mut bytes = Vec::with_capacity(text.len());
        queue!(bytes, BeginSynchronizedUpdate, MoveTo(0, 0))?;
        for line in lines.iter().skip(self.top).take(height) {
            bytes.extend_from_slice(line.as_bytes());
            queue!(bytes, Clear(ClearType::UntilNewLine))?;
            bytes.extend_from_slice(b"\r\n");
        }
        queue!(bytes, Clear(ClearType::FromCursorDown))?;
        queue!(bytes, MoveTo(0, u16::try_from(height).unwrap_or(u16::MAX)))?;
        let more = if below > 0 { format!("{below} lines below (↓) · ") } else { String::new() };
        write!(bytes, "{more}{footer}")?;
        queue!(bytes, Clear(ClearType::UntilNewLine), EndSynchronizedUpdate)?;
        let mut out = io::stdout().lock();
        out.write_all(&bytes)?;
        out.flush()
    }

    /// Scrolls as the key says.
    pub(crate) fn scroll(&mut self, key: Key) {
        let page = terminal::size().map_or(1, |(_, height)| isize::try_from(height).unwrap_or(1).max(3) - 2);
        self.top = match key {
            Key::Lines(lines) => self.top.saturating_add_signed(lines),
            Key::Pages(pages) => self.top.saturating_add_signed(pages * page),
            Key::First => 0,
            Key::Last => usize::MAX / 2,
            Key::Quit => self.top,
        };
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // If the terminal is gone, there is nothing to restore.
        let _ = execute!(io::stdout(), EnableLineWrap, Show, LeaveAlternateScreen);
        let _ = terminal::disable_raw_mode();
    }
}

fn wake_of(event: &Event) -> Option<Wake> {
    let key = match event {
        Event::Resize(..) => return Some(Wake::Resized),
        Event::Key(key) if key.kind != KeyEventKind::Release => key,
        _ => return None,
    };
    let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
    Some(Wake::Key(match key.code {
        KeyCode::Char('c') if is_control => Key::Quit,
        KeyCode::Char('q' | 'Q') | KeyCode::Esc => Key::Quit,
        KeyCode::Up | KeyCode::Char('k') => Key::Lines(-1),
        KeyCode::Down | KeyCode::Char('j') => Key::Lines(1),
        KeyCode::PageUp => Key::Pages(-1),
        KeyCode::PageDown | KeyCode::Char(' ') => Key::Pages(1),
        KeyCode::Home | KeyCode::Char('g') => Key::First,
        KeyCode::End | KeyCode::Char('G') => Key::Last,
        _ => return None,
    }))
}
