//! Text on its way to a person: made harmless, measured, counted and coloured.

pub mod paint;
pub mod quantity;
pub mod visible;
pub mod width;
