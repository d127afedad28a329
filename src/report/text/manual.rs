//! Parses the subset of Markdown that the manuals use: paragraphs, `## ` headings, and numbered steps with
//! indented continuation lines.

use super::prose::Prose;

/// A block of a manual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ManualBlock {
    /// The heading of a section.
    Heading(String),
    /// A paragraph.
    Paragraph(String),
    /// Steps, without their numbers.
    Steps(Vec<String>),
}

/// The blocks of a manual, each text in one line.
pub fn blocks(manual: &str) -> Vec<ManualBlock> {
    let mut blocks: Vec<ManualBlock> = Vec::new();
    let mut ended = true;
    for line in manual.lines().map(str::trim) {
        if line.is_empty() {
            ended = true;
        } else if let Some(heading) = line.strip_prefix("## ") {
            blocks.push(ManualBlock::Heading(heading.to_owned()));
            ended = true;
        } else if let Some(step) = step(line) {
            match blocks.last_mut() {
                Some(ManualBlock::Steps(steps)) => steps.push(step.to_owned()),
                _ => blocks.push(ManualBlock::Steps(vec![step.to_owned()])),
            }
            ended = false;
        } else if let Some(text) = blocks.last_mut().filter(|_| !ended).and_then(last_text) {
            text.push(' ');
            text.push_str(line);
        } else {
            blocks.push(ManualBlock::Paragraph(line.to_owned()));
            ended = false;
        }
    }
    blocks
}

/// The steps of a manual's section, such as `What to do`; empty if there is no such section.
pub fn steps_of(manual: &str, section: &str) -> Vec<String> {
    let blocks = blocks(manual);
    let within = blocks
        .into_iter()
        .skip_while(|block| !matches!(block, ManualBlock::Heading(name) if name == section));
    let steps = within.skip(1).take_while(|block| !matches!(block, ManualBlock::Heading(_)));
    let steps = steps.filter_map(|block| match block {
        ManualBlock::Steps(steps) => Some(steps),
        _ => None,
    });
    steps.flatten().collect()
}

impl ManualBlock {
    /// The block as Markdown, with its line feed.
    pub fn markdown(&self) -> String {
        match self {
            Self::Heading(text) => format!("## {text}\n"),
            Self::Paragraph(text) => format!("{}\n", Prose::own(text.as_str()).markdown()),
            Self::Steps(steps) => {
                let numbered = steps.iter().zip(1..).map(|(step, number)| format!("{number}. {step}\n"));
                numbered.collect()
            }
        }
    }
}

/// The text of a step: what follows its number.
fn step(line: &str) -> Option<&str> {
    let (number, text) = line.split_once(". ")?;
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

fn last_text(block: &mut ManualBlock) -> Option<&mut String> {
    match block {
        ManualBlock::Heading(_) => None,
        ManualBlock::Paragraph(text) => Some(text),
        ManualBlock::Steps(steps) => steps.last_mut(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANUAL: &str = "\
What it is.

## What to do
Some\nwords, since 4.0.\n
1. Look at `a
   b`.
2. Mend it.
## Else
1. Nothing.";

    #[test]
    fn lines_become_blocks() {
        let heading = |text: &str| ManualBlock::Heading(text.to_owned());
        let paragraph = |text: &str| ManualBlock::Paragraph(text.to_owned());
        let steps = |texts: &[&str]| ManualBlock::Steps(texts.iter().map(|&text| text.to_owned()).collect());
        assert_eq!(
            blocks(MANUAL),
            [
                paragraph("What it is."),
                heading("What to do"),
                paragraph("Some words, since 4.0."),
                steps(&["Look at `a b`.", "Mend it."]),
                heading("Else"),
                steps(&["Nothing."]),
            ]
        );
        assert_eq!(steps_of(MANUAL, "What to do").len(), 2);
        assert!(steps_of(MANUAL, "What else").is_empty());
    }
}
