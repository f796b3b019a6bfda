//! What an operator should know where anyone may call.

use crate::setup::{Finding, Severity};

/// `what` says of whom: of the receiver, or of a tenant, whose rule is not known before it is looked up.
pub(crate) fn anyone_may_call(needs_access: bool, what: &str) -> Finding {
    const CODE: &str = "anyone_may_call";
    if needs_access {
        Finding::new(
            Severity::Danger,
            CODE,
            format!(
                "{what}, and the sender does not sign all that is used: deliveries can be forged by whoever \
                 knows the URL"
            ),
            "add a rule of `hookgate::access`, or treat each event as a hint and ask the sender's API, with a \
             store of its own for this receiver",
        )
    } else {
        Finding::new(
            Severity::Note,
            CODE,
            format!("{what}: the signature alone decides"),
            "add a rule of `hookgate::access` where the sender can present credentials too",
        )
    }
}
