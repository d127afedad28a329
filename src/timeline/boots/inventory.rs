//! The lines of an inventory, by which two inventories are compared.

use std::mem::Discriminant;

use super::super::Record;
use crate::event::Event;
use crate::model::Slot;

/// The kind of an inventory line, and its slot.
pub(super) type InventoryLine = (Discriminant<Event>, Option<Slot>);

/// The kind and the slot of this line, if it is of an inventory.
pub(super) fn inventory_line(record: &Record<'_>) -> Option<InventoryLine> {
    let event = record.event().filter(|event| event.is_inventory())?;
    Some((std::mem::discriminant(event), event.slot()))
}

/// The line of an inventory that has an uptime, which a phone with a known date would not write.
pub(super) fn early_inventory(record: &Record<'_>) -> Option<InventoryLine> {
    inventory_line(record).filter(|_| record.uptime().is_some())
}
