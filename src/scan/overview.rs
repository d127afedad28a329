//! Computes the head and the foot of a report from its rows.

use rayon::prelude::*;

use super::Options;
use super::rows::Rows;
use super::totals::Totals;
use crate::check::CATALOGUE;
use crate::phone::{Tally, shown_seconds};
use crate::problem::Problem;
use crate::report::Overview;
use crate::report::shape::{AnswerSelection, Scanned, Summary};

/// The totals of the rows with these indexes.
pub(super) fn totals_of(rows: &Rows, indexes: &[u32]) -> Totals {
    let parts = indexes.par_chunks(1024).map(|part| {
        let mut totals = Totals::default();
        part.iter().for_each(|at| totals.add(&rows.phone(rows.row(*at))));
        totals
    });
    parts.reduce(Totals::default, |mut totals, more| {
        totals.append(more);
        totals
    })
}

/// The head and the foot of a report. `order`: the indexes of the rows that are shown. `left_out`: how many phones the
/// options leave out.
pub(super) fn overview(
    rows: &Rows,
    order: &[u32],
    left_out: usize,
    options: &Options,
    problems: Vec<Problem>,
) -> Overview {
    let known = rows.totals().filter(|totals| totals.devices == order.len() as u64);
    let totals = known.unwrap_or_else(|| totals_of(rows, order));
    let Tally { files, bytes, lines, unrecognized, events } = totals.tally;
    let [failed, attention, unknown, ok] = totals.statuses;
    let codes = CATALOGUE.iter().zip(totals.codes).filter(|(_, phones)| *phones > 0);
    let selection = AnswerSelection::of(&options.selection, &options.statuses, &options.clock.window);
    let selection = selection.map(|selection| AnswerSelection {
        phones_left_out: left_out as u64,
        phones_with_others: totals.with_others,
        ok_with_others: totals.ok_with_others,
        ..selection
    });
    Overview {
        scanned: Scanned {
            files,
            bytes,
            lines,
            unrecognized_lines: unrecognized,
            events,
            devices: totals.devices,
            first_time: totals.times.and_then(|(first, _)| shown_seconds(first)),
            last_time: totals.times.and_then(|(_, last)| shown_seconds(last)),
        },
        summary: Summary {
            failed,
            attention,
            unknown,
            ok,
            by_code: codes.map(|(rule, phones)| (rule.code.to_owned(), phones)).collect(),
        },
        problems,
        ztp: totals.ztp,
        selection,
        ..Overview::default()
    }
}
