//! The properties of the terminal: its width, and whether it shows colours.

use std::io::{self, IsTerminal};

use clap::ColorChoice;
use phonecert::report::Style;

/// The width if neither the terminal nor `COLUMNS` gives one.
const DEFAULT_WIDTH: usize = 120;

/// The style of an answer to standard output.
pub(crate) fn style(color: ColorChoice) -> Style {
    let is_terminal = io::stdout().is_terminal();
    Style { width: width(), color: shows_color(color, is_terminal), timing: is_terminal, ..Style::default() }
}

fn width() -> usize {
    if let Some((width, _)) = terminal_size::terminal_size_of(io::stdout()) {
        return usize::from(width.0);
    }
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
    columns.filter(|&width: &usize| width > 0).unwrap_or(DEFAULT_WIDTH)
}

fn shows_color(color: ColorChoice, is_terminal: bool) -> bool {
    match color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => {
            let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
            is_terminal && !is_set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        }
    }
}
