//! The four endpoints, as both processes build them.

use std::time::Duration;

use hookgate::{
    Receiver, ReceiverBuilder, Secret,
    access::{ApiKey, Basic},
    inbox::Inbox,
    providers::{
        facephi::{API_KEY_HEADER, Facephi},
        idcloud::IdCloud,
        logto::Logto,
        unico_check::UnicoCheck,
    },
};

use crate::Result;

pub(crate) const LOGTO_KEY: &str = "a signing key of the example";
pub(crate) const FACEPHI_KEY: &str = "an HMAC key of the example, long enough";
pub(crate) const FACEPHI_API_KEY: &str = "an API key of the example";
pub(crate) const IDCLOUD_BASIC: &str = "user:a password of the example";
pub(crate) const UNICO_SECRET: &str = "a secret of the example";

/// The endpoints' names, which are their paths too.
pub(crate) const NAMES: [&str; 4] = ["logto", "facephi", "idcloud", "unico-check"];

/// Whether the endpoint's effect commits together with the end of its event.
pub(crate) fn is_transactional(endpoint: &str) -> bool {
    matches!(endpoint, "logto" | "facephi")
}

/// One receiver for each.
pub(crate) struct Endpoints {
    pub(crate) logto: Receiver,
    pub(crate) facephi: Receiver,
    pub(crate) idcloud: Receiver,
    pub(crate) unico_check: Receiver,
}

impl Endpoints {
    pub(crate) fn new(inbox: impl Inbox + Clone) -> Result<Self> {
        let durable = |builder: ReceiverBuilder| builder.inbox(inbox.clone()).build();
        let unico = UnicoCheck::new().attempts(10, Duration::from_secs(5 * 60));
        let idcloud = IdCloud::new().timeout(Duration::from_secs(20));
        Ok(Self {
            logto: durable(Receiver::new("logto", Logto::new(Secret::utf8(LOGTO_KEY)?)))?,
            facephi: durable(
                Receiver::new("facephi", Facephi::new(Secret::utf8(FACEPHI_KEY)?))
                    .access(ApiKey::header(API_KEY_HEADER, FACEPHI_API_KEY)),
            )?,
            idcloud: durable(
                Receiver::new("idcloud", idcloud.attempts(5, Duration::from_secs(30)))
                    .access(Basic::from_text(IDCLOUD_BASIC)),
            )?,
            unico_check: durable(
                Receiver::new("unico-check", unico).access(ApiKey::authorization(UNICO_SECRET)),
            )?,
        })
    }
}
