//! A check's manual: the header of its source file, as text.

/// The `//!` lines at the beginning of `source`, without their marks.
pub(super) fn of(source: &str) -> String {
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    let lines: Vec<_> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    lines.join("\n")
}

/// The first paragraph in one line.
pub(super) fn summary(source: &str) -> String {
    let manual = of(source);
    manual.lines().take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
