//! Text on its way to a person: made harmless, measured, counted and coloured.

pub mod elide;
pub mod manual;
pub mod markdown;
pub mod paint;
pub mod prose;
pub mod quantity;
pub mod time;
pub mod visible;
pub mod width;
