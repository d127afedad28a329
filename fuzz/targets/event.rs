//! The grammars of the known messages.

#![no_main]

use libfuzzer_sys::fuzz_target;
use phonecert::event::{End, Event, MESSAGES, find, read};

fuzz_target!(|bytes: &[u8]| {
    check(bytes);
    // Few inputs begin like a known message. The first byte selects one, so that the fuzzer reaches all grammars.
    if let Some((&choice, rest)) = bytes.split_first() {
        let message = &MESSAGES[usize::from(choice) % MESSAGES.len()];
        check(&[message.begins.as_bytes(), rest].concat());
    }
});

fn check(text: &[u8]) {
    let _ = find(text);
    for ends in [End::Whole, End::Cut] {
        read(text, ends).event().into_iter().for_each(told);
    }
}

fn told(event: &Event) {
    let fields = event.fields();
    assert!(!event.kind().is_empty());
    assert!(serde_json::to_string(&fields).is_ok());
    let _ = (event.slot().map(|slot| slot.to_string()), event.is_inventory(), event.is_installation());
}
