//! Text for people: visible forms of hidden characters, widths, quantities, colours.

pub mod elide;
pub mod manual;
pub mod markdown;
pub mod paint;
pub mod prose;
pub mod quantity;
pub mod table;
pub mod time;
pub mod visible;
pub mod width;
