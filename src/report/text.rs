//! Text for people: hidden characters made visible, width measured, things counted, colour.

pub mod elide;
pub mod manual;
pub mod markdown;
pub mod paint;
pub mod prose;
pub mod quantity;
pub mod time;
pub mod visible;
pub mod width;
