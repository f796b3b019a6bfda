//! The start-up check: what an operator should know of a fallback before it asks.

use crate::{
    dedup::Promises,
    receiver::Receiver,
    setup::{Finding, Severity},
};

/// The worst first. What cannot be right at all, `build` has refused.
pub(super) fn check(receiver: &Receiver, kept: Promises) -> Vec<Finding> {
    let instances = receiver.0.instances;
    let apart = (instances > 1 && !kept.shared).then(|| {
        Finding::new(
            Severity::Warning,
            "expectations_not_shared",
            format!(
                "{instances} instances run, and each keeps what it awaits by itself: nobody takes over from one that dies, \
                 and together they ask {instances} times as often as the rate says"
            ),
            "give all instances one store of expectations, such as Postgres",
        )
    });
    let forgets = (!kept.survives_restart).then(|| {
        Finding::new(
            Severity::Warning,
            "expectations_forgotten",
            "what is awaited is forgotten at a restart: those processes are never asked for",
            "use a durable store of expectations, such as SQLite or Postgres",
        )
    });
    let known = &receiver.judge().acknowledged;
    let found = apart.into_iter().chain(forgets);
    found.map(|it| it.acknowledged_in(known)).collect()
}
