//! Slack (api.slack.com, "Verifying requests from Slack", "The Events API").

use std::time::Duration;

use http::HeaderName;

use super::{Identity, Names, Preset};
use crate::{
    provider::Retries,
    schemes::{
        Digest, HmacHeader, SignatureEncoding, SignatureLayout, Template, TimestampForm,
        TimestampSource,
    },
    tenants::Keys,
};

impl Preset {
    /// Slack: `x-slack-signature` over `v0:{timestamp}:{body}`, under the app's signing secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Events are JSON, identified by their `event_id`. Commands and interactions are forms: they are
    ///   verified alike, identified by the digest of the body, and arrive as
    ///   [`Payload::Unrecognized`](crate::json::Payload::Unrecognized) with the form in `raw`.
    /// - Answer `url_verification` with a response of your own, which carries the `challenge`: a 2xx of
    ///   the handler's own is passed on.
    /// - Known: Slack waits 3 s, and sends an event again at once, after a minute and after 5 minutes.
    ///   With "delayed events" switched on it also does so every hour for a day, which the retention
    ///   covers.
    pub fn slack(keys: impl Into<Keys>) -> Self {
        let mut preset = Self::custom("slack", scheme(), keys);
        preset.identity = Identity::Member(Names {
            id: "event_id",
            event_type: "type",
        });
        preset.profile.timeout = Some(Duration::from_secs(3));
        preset.profile.retries = Retries::For(Duration::from_secs(24 * 3600));
        preset.profile.media_types = &["application/json", "application/x-www-form-urlencoded"];
        preset
    }
}

/// How it signs.
pub(super) fn scheme() -> HmacHeader {
    let time = HeaderName::from_static("x-slack-request-timestamp");
    HmacHeader::of_parts(
        HeaderName::from_static("x-slack-signature"),
        SignatureLayout::Single {
            prefix: "v0=".to_owned(),
        },
        SignatureEncoding::Hex,
        Digest::Sha256,
    )
    .signing(
        Template::timestamp_body(Some("v0:"), ":"),
        None,
        Some((TimestampSource::Header(time), TimestampForm::Seconds)),
    )
}
