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

use phonecert::report::text::width::{cut, width};

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

    /// Draws the lines that fit, and a footer in the last line: the last change, if there is one, and what else is shown.
    pub(crate) fn draw(&mut self, text: &str, last: Option<&str>, others: &[&str]) -> io::Result<()> {
        let (width, height) = terminal::size()?;
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
        let below = (below > 0).then(|| format!("{below} lines below (↓)"));
        let others: Vec<&str> = below.as_deref().into_iter().chain(others.iter().copied()).collect();
        write!(bytes, "{}", footer(last, &others, usize::from(width)))?;
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

/// The last line of the screen: the last change, then the other parts. If it is too long for `columns`, parts are left out
/// from the last but one to the first, then the change is cut: the last part says how to end the program.
fn footer(last: Option<&str>, others: &[&str], columns: usize) -> String {
    let (end, parts) = others.split_last().map_or(("", others), |(end, parts)| (*end, parts));
    let line = |last: Option<&str>, parts: &[&str]| {
        let all = last.iter().chain(parts).chain([&end]).copied().collect::<Vec<_>>();
        all.join(" · ")
    };
    let whole =
        (0..=parts.len()).rev().map(|kept| line(last, &parts[..kept])).find(|text| width(text) <= columns);
    whole.unwrap_or_else(|| {
        let room = columns.saturating_sub(width(end) + width(" · "));
        match last.map(|last| cut(last, room)).filter(|last| !last.is_empty()) {
            Some(last) => line(Some(&last), &[]),
            None => cut(end, columns).into_owned(),
        }
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_change_is_cut_only_where_nothing_else_can_be_left_out() {
        let change = "14:00:02 0004F2000001 ok -> failed INS001@platform-1";
        let others = ["33 lines below (↓)", "14:00:07", "q ends"];
        for (columns, expected) in [
            (
                100,
                "14:00:02 0004F2000001 ok -> failed INS001@platform-1 · 33 lines below (↓) · 14:00:07 · q ends",
            ),
            (89, "14:00:02 0004F2000001 ok -> failed INS001@platform-1 · 33 lines below (↓) · q ends"),
            (61, "14:00:02 0004F2000001 ok -> failed INS001@platform-1 · q ends"),
            (50, "14:00:02 0004F2000001 ok -> failed INS00… · q ends"),
            (8, "q ends"),
            (3, "q…"),
        ] {
            assert_eq!(footer(Some(change), &others, columns), expected);
        }
        assert_eq!(footer(None, &others, 80), "33 lines below (↓) · 14:00:07 · q ends");
        assert_eq!(footer(None, &others, 20), "q ends");
    }
}
