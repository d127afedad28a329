//! What `watch` waits for, and where it shows what it sees.

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
