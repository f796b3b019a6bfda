//! [`Names`]: the inbox's tables, of which only the beginning can be chosen.

use crate::table::Table;

/// How many tables hold payloads in turn. One is written to, one is being emptied, and two are spare: a table that somebody
/// reads cannot be emptied for as long.
pub(super) const SLOTS: i16 = 4;

/// The names as they stand in statements: quoted.
#[derive(Debug)]
pub(super) struct Names {
    prefix: Table,
    /// The table of claims and marks.
    pub(super) dedup: String,
    pub(super) work: String,
    pub(super) later: String,
    pub(super) parked: String,
    pub(super) dead: String,
    pub(super) endpoint: String,
    pub(super) count: String,
    pub(super) ring: String,
    pub(super) number: String,
}

impl Names {
    pub(super) fn new(prefix: Table, dedup: &Table) -> Self {
        let of = |what| prefix.derived(what);
        Self {
            dedup: dedup.to_string(),
            work: of("work"),
            later: of("later"),
            parked: of("parked"),
            dead: of("dead"),
            endpoint: of("endpoint"),
            count: of("count"),
            ring: of("ring"),
            number: of("number"),
            prefix,
        }
    }

    pub(super) fn prefix(&self) -> &Table {
        &self.prefix
    }

    /// The table of payloads of a slot.
    pub(super) fn payload(&self, slot: i16) -> String {
        self.prefix.derived(&format!("payload_{slot}"))
    }

    /// The tables of payloads with their slots.
    pub(super) fn payloads(&self) -> impl Iterator<Item = (i16, String)> {
        (0..SLOTS).map(|slot| (slot, self.payload(slot)))
    }

    /// An index of one of the tables. An index has its table's schema.
    pub(super) fn index(&self, of: &str) -> String {
        self.prefix.index(of)
    }

    /// Where instances tell each other of work. Tables of one name in several schemas share it: it is a hint.
    pub(super) fn channel(&self) -> String {
        self.index("work").replace('"', "")
    }
}
