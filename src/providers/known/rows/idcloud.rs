//! Unico IDCloud.

use std::time::Duration;

use super::{Fact, JSON, KnownSender, Repeats, repeats::secs};
use crate::provider::Retries;

/// Growing exponentially from an interval. Both are chosen in the webhook's form.
const GAPS: &[Duration] = &[secs(30), secs(60), secs(120), secs(240)];

/// See [`IdCloud`](crate::providers::idcloud::IdCloud).
pub(super) const IDCLOUD: KnownSender = KnownSender {
    name: "idcloud",
    title: "IDCloud",
    secret: None,
    timeout: Fact::assumed(secs(10)),
    retries: Fact::assumed(Retries::Unknown),
    repeats: Fact::assumed(Repeats::after(GAPS)),
    media_types: JSON,
    largest_body: None,
    warning: None,
    marks: &[],
    id_at: Some("/processId"),
    sample: None,
};
