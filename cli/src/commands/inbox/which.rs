//! [`Which`]: which events are meant.

use clap::{Args, ValueEnum, builder::PossibleValue};
use hookgate::{
    UnixTime,
    inbox::{DeadReason, Filter},
};

use super::times::moment;

/// Which events are meant.
#[derive(Args, Clone)]
#[group(id = "which")]
pub(super) struct Which {
    /// Of this endpoint.
    #[arg(long, value_name = "NAME")]
    endpoint: Option<String>,
    /// Of this type: one that the pack knows, other or none.
    #[arg(long = "type", value_name = "TYPE")]
    event_type: Option<String>,
    /// Dead for this reason.
    #[arg(long, value_enum)]
    reason: Option<Reason>,
    /// Proved with the key of this id: what a leaked key has let in.
    #[arg(long, value_name = "ID")]
    key_id: Option<String>,
    /// Accepted then or later: 2026-11-29T08:00:00Z, or 2h for two hours ago.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    accepted_from: Option<UnixTime>,
    /// Accepted before then.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    accepted_before: Option<UnixTime>,
}

impl Which {
    /// `dead`: dead letters alone, or all others alone.
    pub(super) fn filter(&self, dead: Option<bool>) -> Filter {
        let mut filter = Filter::all();
        filter.dead = dead;
        filter.endpoint = self.endpoint.as_deref().map(Into::into);
        filter.event_type = self.event_type.as_deref().map(Into::into);
        filter.key_id = self.key_id.as_deref().map(Into::into);
        filter.accepted_from = self.accepted_from;
        filter.accepted_before = self.accepted_before;
        match self.reason {
            Some(Reason(reason)) => filter.dead_by(reason),
            None => filter,
        }
    }
}

/// A reason, by its stable name.
#[derive(Debug, Clone, Copy)]
struct Reason(DeadReason);

impl ValueEnum for Reason {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [Reason; 6] = {
            let [a, b, c, d, e, f] = DeadReason::ALL;
            [
                Reason(a),
                Reason(b),
                Reason(c),
                Reason(d),
                Reason(e),
                Reason(f),
            ]
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.as_str()))
    }
}
