//! phonecert reads the application logs of Polycom/Poly phones and says what is wrong with their
//! device certificates, why, and what to do.

pub mod device;
pub mod inventory;
pub mod lookup;
pub mod problem;
pub mod reference;
pub mod report;
