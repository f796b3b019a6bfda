//! Unico Check.

use std::time::Duration;

use crate::providers::known::{
    Credential, CredentialForm, EventTypeAt, Fact, Identity, KnownSender, Proof, Repeats,
    repeats::minutes,
};

const PORTAL: &str = "empresas.unico.io, \"Webhook\"";

/// One gap in minutes and a number of attempts. Both are chosen in the form.
const GAPS: &[Duration] = &[minutes(1), minutes(1), minutes(1)];

/// See [`UnicoCheck`](crate::providers::unico_check::UnicoCheck).
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "unico-check",
    title: "Unico Check",
    page: Fact::assumed("https://empresas.unico.io"),
    proof: Fact::known(Proof::AsConfigured, PORTAL),
    // Of a customer's documentation.
    identity: Fact::assumed(Identity::OfPack("shape, id, event, status, score")),
    event_type: Fact::assumed(EventTypeAt::Member("/event")),
    credentials: &[Credential {
        variable: "UNICO_CHECK_SECRET",
        form: CredentialForm::Header("authorization"),
    }],
    repeats: Fact::assumed(Repeats::after(GAPS)),
    assumed: &["that it takes any 2xx as success, and signs no time"],
    id_at: Some("/data/id"),
    ..KnownSender::UNKNOWN
};
