//! Slack (api.slack.com, "Verifying requests from Slack", "The Events API").

use http::{HeaderName, HeaderValue, header};
use serde::Deserialize;

use super::{Envelope, Identity, Names, Preset};
use crate::{
    provider::Handshake,
    providers::known::SLACK,
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
    /// - `url_verification` reaches the handler. Answer it with a response of your own, which carries the `challenge`: a
    ///   2xx of the handler's own is passed on. Or let the receiver answer it:
    ///   [`answer_url_verification`](Preset::answer_url_verification).
    /// - Known: Slack waits 3 s, and sends an event again at once, after a minute and after 5 minutes.
    ///   With "delayed events" switched on it also does so every hour for a day, which the retention
    ///   covers.
    pub fn slack(keys: impl Into<Keys>) -> Self {
        let mut preset = Self::custom(SLACK.name, scheme(), keys).knowing(&SLACK);
        preset.identity = Identity::Member(Names {
            id: "event_id",
            event_type: "type",
        });
        preset
    }
}

impl<T> Preset<T> {
    /// Slack only: answers `url_verification`, by which Slack asks whether the endpoint is the app's, with its
    /// `challenge`. The request is verified first. Nothing is claimed for it, and no handler runs. Default: the handler
    /// gets it.
    ///
    /// For another preset, `build()` is a [`BuildError`](crate::BuildError).
    ///
    /// ```
    /// use hookgate::{Secret, providers::preset::Preset};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let pack = Preset::slack(Secret::utf8("8f742231b10e8888abcd99yyyzzz85a5")?).answer_url_verification();
    /// # let _ = pack;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn answer_url_verification(mut self) -> Self {
        self.handshake = Some(url_verification);
        self
    }
}

/// The member of a `url_verification` that is sent back.
#[derive(Deserialize)]
struct Challenge {
    challenge: String,
}

/// The challenge as plain text (docs.slack.dev, "Using HTTP Request URLs", section "URL verification handshake").
fn url_verification(envelope: &Envelope, body: &[u8]) -> Option<Handshake> {
    if envelope.event_type.as_deref() != Some("url_verification") {
        return None;
    }
    // Without a challenge there is nothing to answer: the handler gets it, as any other event.
    let Challenge { challenge } = serde_json::from_slice(body).ok()?;
    let plain = HeaderValue::from_static("text/plain");
    // What a sender wrote is no page of this origin, should a browser ever see it.
    let as_it_says = HeaderValue::from_static("nosniff");
    Some(
        Handshake::new(challenge)
            .header(header::CONTENT_TYPE, plain)
            .header(header::X_CONTENT_TYPE_OPTIONS, as_it_says),
    )
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
