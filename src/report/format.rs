//! The type of the tables of formats. Every command has one; `--format` and `--output` choose a row of it.

use std::path::Path;

/// A format of an answer. `W` is the function, or the several functions, that write it.
#[derive(Clone, Copy, Debug)]
pub struct Format<W> {
    /// The name, as for `--format`.
    pub name: &'static str,
    /// The endings of file names, without the dot, for which `--output` chooses it.
    pub endings: &'static [&'static str],
    /// One line for `--help`.
    pub about: &'static str,
    /// Writes the answer.
    pub write: W,
}

impl<W> Format<W> {
    pub(super) const fn new(
        name: &'static str,
        endings: &'static [&'static str],
        about: &'static str,
        write: W,
    ) -> Self {
        Self { name, endings, about, write }
    }

    /// The row of `table` with this name.
    pub fn named<'t>(table: &'t [Self], name: &str) -> Option<&'t Self> {
        table.iter().find(|format| format.name == name)
    }

    /// The row of `table` that the ending of a file's name asks for, in any case.
    pub fn of_path<'t>(table: &'t [Self], path: &Path) -> Option<&'t Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        table.iter().find(|format| format.endings.contains(&ending.as_str()))
    }
}
