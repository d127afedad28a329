//! Which failures of connections an untrusted certificate explains.

use crate::stamp::Stamp;

/// A connection that fails this long after a server's certificate was not trusted failed for that, in
/// milliseconds. Servers and phones can take a minute to give up.
const EXPLAINS: u64 = 120_000;

/// Whether a failure at `later` can be the consequence of what was seen at `earlier`, in one boot.
pub(crate) fn is_soon(earlier: &Stamp, later: &Stamp) -> bool {
    match (earlier.uptime(), later.uptime(), earlier.yearless(), later.yearless()) {
        (Some(earlier), Some(later), _, _) => later.abs_diff(earlier) <= EXPLAINS,
        (_, _, Some(earlier), Some(later)) => earlier.milliseconds_until(later).unsigned_abs() <= EXPLAINS,
        // The stamps' types differ: the clock was set in between.
        _ => true,
    }
}
