//! phonecert reads the application logs of Polycom/Poly phones and says what is wrong with their
//! device certificates, why, and what to do.

pub mod check;
pub mod digest;
pub mod event;
pub mod input;
pub mod inventory;
pub mod line;
pub mod lookup;
pub mod model;
mod packed;
pub mod problem;
pub mod reader;
mod recent;
pub mod redact;
pub mod reference;
pub mod report;
pub mod scan;
pub mod secrets;
pub mod stamp;
pub mod timeline;
pub mod window;
