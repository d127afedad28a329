//! The first pass: the same walk as the second, with a namer that takes down what it is asked for.

use super::names::{Kind, Names, extend};
use super::{Namer, path, shapes, text};
use crate::model::Mac;
use crate::problem::Problem;
use crate::report::shape::{Device, EventRow};

impl Names {
    /// Takes down what a phone's entry names, and the phone.
    pub fn device(&mut self, device: &Device) {
        shapes::device(&mut device.clone(), self);
        self.phone(device.mac.as_deref());
    }

    /// Takes down what an event names, and its phone.
    pub fn event(&mut self, event: &EventRow) {
        shapes::event(&mut event.clone(), self);
        self.phone(event.mac.as_deref());
    }

    /// Takes down what is said of a file that could not be read.
    pub fn problem(&mut self, problem: &Problem) {
        shapes::problem(&mut problem.clone(), self);
    }

    /// Takes down what a text names.
    pub fn text(&mut self, text: &str) {
        text::rewrite(text, text::Manner::LOG, self);
    }

    /// Takes down what a path names.
    pub fn path(&mut self, path: &str) {
        path::rewrite(path, self);
    }

    fn phone(&mut self, mac: Option<&str>) {
        let Some(mac) = mac.and_then(|mac| mac.parse().ok()) else { return };
        self.phones.insert(mac);
        self.macs.remove(&mac);
    }
}

impl Namer for Names {
    fn mac(&mut self, mac: Mac) -> (Kind, u64) {
        if !self.phones.contains(&mac) {
            extend(&mut self.macs, [mac]);
        }
        (Kind::Mac, 0)
    }

    fn is_phone(&self, _: Mac) -> bool {
        // What stands for a phone alone needs no taking down.
        false
    }

    fn ipv4(&mut self, address: u32) -> u64 {
        extend(&mut self.ipv4, [address]);
        0
    }

    fn ipv6(&mut self, address: u128) -> u64 {
        extend(&mut self.ipv6, [address]);
        0
    }

    fn word(&mut self, kind: Kind, name: &str) -> u64 {
        let words = self.words.entry(kind).or_default();
        if !words.contains(name) {
            extend(words, [name.into()]);
        }
        0
    }

    fn stays(&mut self, kind: Kind, number: u64) {
        extend(&mut self.taken, [(kind, number)]);
    }
}
