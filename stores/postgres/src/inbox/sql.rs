//! [`Sql`]: the inbox's statements, made once.

use super::{
    accept, ends, lease,
    names::{Names, SLOTS},
};
use crate::prepared::Prepared;

/// Those that every event needs.
#[derive(Debug)]
pub(super) struct Sql {
    pub(super) accept: Prepared,
    pub(super) lease: Prepared,
    pub(super) probe: Prepared,
    pub(super) lapse: Prepared,
    pub(super) held: Prepared,
    pub(super) settle: Prepared,
    pub(super) keep: Prepared,
    payloads: Vec<Prepared>,
}

impl Sql {
    pub(super) fn new(names: &Names) -> Self {
        let payload = |slot| {
            let text = format!(
                "SELECT number, body FROM {} WHERE number = ANY ($1::bigint[])",
                names.payload(slot)
            );
            Prepared::new("payload", "bigint[]", text)
        };
        Self {
            accept: accept::statement(names),
            lease: lease::lease(names),
            probe: lease::probe(names),
            lapse: lease::lapse(names),
            held: lease::held(names),
            settle: ends::settle(names),
            keep: ends::keep(names),
            payloads: (0..SLOTS).map(payload).collect(),
        }
    }

    /// The SQL that makes a connection know those of every batch.
    pub(super) fn prepare(&self) -> Vec<String> {
        let each = [
            &self.accept,
            &self.lease,
            &self.held,
            &self.settle,
            &self.keep,
        ];
        let each = each.into_iter().chain(&self.payloads);
        each.map(|statement| statement.prepare().to_owned())
            .collect()
    }

    /// Reads the payloads of numbers from the table of a slot.
    pub(super) fn payloads(&self, slot: i16) -> Option<&Prepared> {
        self.payloads.get(usize::try_from(slot).ok()?)
    }
}
