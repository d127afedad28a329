//! What to send to support.

use crate::quantity::count;
use crate::report::shape::Device;
use crate::report::story::page::Block;
use crate::report::text::paint::Tone;
use crate::report::text::prose::Prose;

/// The most logs that are named; if there are more, they are counted.
const MAX_NAMED: usize = 10;

/// What to send when the steps don't help.
pub(super) fn blocks(device: &Device) -> [Block; 2] {
    let steps = vec![
        logs(device),
        Prose::own(
            "What this command prints, as `--format markdown` or `--format json`; `--redact` replaces addresses and names in it.",
        ),
        Prose::own(
            "From the label on the phone's back, or on its box: model, MAC address, part number and revision.",
        ),
        Prose::own(
            "What the phone itself says at the bottom of `Menu > Status > Platform > Phone`: `Device Certificate: …`.",
        ),
        Prose::own("Never a private key: leave `….privateKey` out of configuration files that you send."),
    ];
    [
        Block::Item("→", Tone::Strong, Prose::own("If that does not help, send to support")),
        Block::Steps(steps),
    ]
}

fn logs(device: &Device) -> Prose {
    let mut prose = match device.files.as_slice() {
        [] => return Prose::own("The phone's log, `<MAC>-app.log`: none was found here."),
        [_] => Prose::own("The log "),
        _ => Prose::own("The logs "),
    };
    for (index, file) in device.files.iter().take(MAX_NAMED).enumerate() {
        prose = prose.and(if index == 0 { "" } else { ", " }).and_foreign(file);
    }
    match device.files.len().saturating_sub(MAX_NAMED) {
        0 => prose.and("."),
        more => prose.and(format!(" and {} more.", count(more as u64))),
    }
}
