//! Messages of Amazon SNS: those that AWS signed, and `own.json`, which another program signed.

use std::{collections::BTreeMap, sync::LazyLock};

use hookgate::{
    UnixTime,
    keys::{JwsAlgorithm, VerifyingKey},
};
use serde::Deserialize;

use super::vector;

pub(crate) const TOPIC: &str = "arn:aws:sns:us-west-2:131990247566:orders";

/// What `tests/vectors/sns/README.md` describes.
#[derive(Deserialize)]
pub(crate) struct Own {
    pub(crate) private_key: String,
    pub(crate) root: String,
    pub(crate) middle: String,
    pub(crate) stranger: String,
    pub(crate) by_root: String,
    pub(crate) by_middle: String,
    pub(crate) by_stranger: String,
    pub(crate) other_name: String,
    pub(crate) ended: String,
    pub(crate) not_begun: String,
    pub(crate) weak: String,
    pub(crate) taken: BTreeMap<String, String>,
    pub(crate) refused: BTreeMap<String, String>,
    pub(crate) confirmation: String,
}

pub(crate) static OWN: LazyLock<Own> =
    LazyLock::new(|| serde_json::from_slice(&vector("sns/own.json")).unwrap());

pub(crate) fn certificate(pem: impl AsRef<[u8]>) -> VerifyingKey {
    VerifyingKey::pem(pem, [JwsAlgorithm::Rs256])
}

/// What AWS signed.
pub(crate) mod genuine {
    use super::*;

    pub(crate) const TOPIC: &str = "arn:aws:sns:us-west-2:131990247566:dongie-standard-topic";
    /// A little later than the last message.
    pub(crate) const AT: UnixTime = UnixTime::from_secs(1_772_828_000);
    /// Each with its version.
    pub(crate) const MESSAGES: [(&str, u8); 5] = [
        ("notification_no_subject", 1),
        ("notification_v2", 2),
        ("notification_with_subject", 1),
        ("subscription_confirmation", 1),
        ("unsubscribe_confirmation", 2),
    ];

    pub(crate) fn body(name: &str) -> Vec<u8> {
        vector(&format!("sns/{name}.json"))
    }

    pub(crate) fn pem() -> Vec<u8> {
        vector("sns/SimpleNotificationService-7506a1e35b36ef5a444dd1a8e7cc3ed8.pem")
    }
}
