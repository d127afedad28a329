//! The manual page: one for all commands.

use std::io::{self, Write};

use clap::CommandFactory;
use clap_mangen::Man;

use super::Cli;

/// The page, in roff.
///
/// # Errors
/// Not expected: the page is written to memory.
pub(crate) fn man_page() -> io::Result<Vec<u8>> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let mut page = Vec::new();
    let man = Man::new(command.clone()).manual("phonecert manual");
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    page.write_all(b".SH COMMANDS\n")?;
    for subcommand in command.get_subcommands() {
        page.write_all(&of_command(subcommand)?)?;
    }
    let mut extra = Vec::new();
    man.render_extra_section(&mut extra)?;
    let extra = String::from_utf8_lossy(&extra).replace(".SH EXTRA", ".SH \"EXAMPLES AND EXIT STATUS\"\n.nf");
    page.write_all(extra.as_bytes())?;
    page.write_all(b".fi\n")?;
    man.render_version_section(&mut page)?;
    Ok(page)
}

/// The part of the page about a command: its synopsis, description and options under a heading of its own.
fn of_command(command: &clap::Command) -> io::Result<Vec<u8>> {
    // The manual page has the exit statuses once, at its end.
    let man =
        Man::new(command.clone().after_long_help(command.get_after_help().cloned().unwrap_or_default()));
    let mut part = Vec::new();
    man.render_synopsis_section(&mut part)?;
    man.render_description_section(&mut part)?;
    man.render_options_section(&mut part)?;
    man.render_extra_section(&mut part)?;
    let part = String::from_utf8_lossy(&part);
    let mut page = format!(".SS {}\n", command.get_name());
    for line in part.lines() {
        match line.strip_prefix(".SH ") {
            Some("SYNOPSIS" | "DESCRIPTION") => page.push_str(".PP\n"),
            Some("EXTRA") => page.push_str(".PP\n.nf\n"),
            Some(heading) => page.push_str(&format!(".PP\n\\fI{}\\fR\n", heading.trim_matches('"'))),
            // The whole page has these macros once, at its beginning.
            None if line.starts_with(".ie ") || line.starts_with(".el ") => {}
            None => {
                page.push_str(line);
                page.push('\n');
            }
        }
    }
    page.push_str(".fi\n");
    Ok(page.into_bytes())
}
