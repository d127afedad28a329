//! The events that `watch` waits for, and the screen with its table.

mod notifier;
mod screen;

pub(crate) use notifier::{COMPARE_LINKS, Notifier};
pub(crate) use screen::{Key, Screen};

/// An event that ends the wait for the next scan.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wake {
    /// Something changed in a watched directory.
    Changed,
    /// A key with a function was pressed.
    Key(Key),
    /// The size of the terminal changed.
    Resized,
    /// A signal with this number was received.
    Signal(i32),
}
