//! What `watch` waits for, and the screen on which it shows the table.

mod notifier;
mod screen;

pub(crate) use notifier::Notifier;
pub(crate) use screen::{Key, Screen};

/// What ends the wait for the next look.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wake {
    /// Something changed in a watched directory.
    Changed,
    /// A key that does something.
    Key(Key),
    /// The terminal has another size.
    Resized,
    /// A signal of this number.
    Signal(i32),
}
