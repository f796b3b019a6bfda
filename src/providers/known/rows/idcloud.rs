//! Unico IDCloud.

use std::time::Duration;

use crate::providers::known::{
    Credential, CredentialForm, EventTypeAt, Fact, Identity, KnownSender, Proof, Repeats,
    repeats::secs,
};

const PAGE: &str = "developer.unico.io, \"Webhooks and events\"";

/// Growing exponentially from an interval. Both are chosen in the webhook's form.
const GAPS: &[Duration] = &[secs(30), secs(60), secs(120), secs(240)];

/// See [`IdCloud`](crate::providers::idcloud::IdCloud).
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "idcloud",
    title: "IDCloud",
    page: Fact::assumed("https://developer.unico.io"),
    proof: Fact::known(Proof::Access, PAGE),
    identity: Fact::known(
        Identity::OfPack("processId and state, or id and status"),
        PAGE,
    ),
    event_type: Fact::known(EventTypeAt::Member("/state"), PAGE),
    credentials: &[
        Credential {
            variable: "IDCLOUD_BASIC",
            form: CredentialForm::UserPassword,
        },
        Credential {
            variable: "IDCLOUD_API_KEY",
            form: CredentialForm::HeaderAndValue,
        },
    ],
    repeats: Fact::assumed(Repeats::after(GAPS)),
    id_at: Some("/processId"),
    ..KnownSender::UNKNOWN
};
