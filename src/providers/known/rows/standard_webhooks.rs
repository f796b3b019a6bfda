//! Standard Webhooks.

use std::time::Duration;

#[cfg(feature = "public-keys")]
use crate::{keys::JwsAlgorithm, schemes::PublicKeySignatureConfig};
use crate::{
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Repeats, Sample, SecretForm,
        repeats::{hours, minutes, secs},
    },
    schemes::{HmacHeaderConfig, SchemeConfig, SignatureEncoding, SignatureLayout, TimestampForm},
};

const SPEC: &str = "standardwebhooks.com, the specification";

/// The schedule that the specification recommends.
const GAPS: &[Duration] = &[
    secs(5),
    minutes(5),
    minutes(30),
    hours(2),
    hours(5),
    hours(10),
    hours(14),
    hours(20),
    hours(24),
];

/// Senders that follow the specification. Each decides for itself how long it waits, and what it sends again.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "standard-webhooks",
    title: "Standard Webhooks",
    page: Fact::known("https://www.standardwebhooks.com", SPEC),
    proof: Fact::known(Proof::Scheme(|| under("webhook")), SPEC),
    #[cfg(feature = "public-keys")]
    or_by_key: Some(|| under_by_key("webhook")),
    identity: Fact::known(Identity::SignedId, SPEC),
    // A `type` in the body is recommended, and not required.
    event_type: Fact::known(EventTypeAt::Nowhere, SPEC),
    signed_anew: Fact::known(true, SPEC),
    secret: Some(SecretForm::whsec("STANDARD_WEBHOOKS_SECRET")),
    timeout: Fact::assumed(secs(15)),
    repeats: Fact::assumed(Repeats::after(GAPS)),
    marks: &["webhook-signature", "webhook-id"],
    sample: Some(Sample::UNKNOWN),
    ..KnownSender::UNKNOWN
};

/// How they sign, under headers that begin so.
pub(super) fn under(prefix: &str) -> SchemeConfig {
    HmacHeaderConfig::new(format!("{prefix}-signature"), SignatureEncoding::Base64)
        .layout(SignatureLayout::SpaceSeparated {
            prefix: "v1,".to_owned(),
        })
        .id(format!("{prefix}-id"))
        .timestamp(format!("{prefix}-timestamp"), TimestampForm::Seconds)
        .template("{id}.{timestamp}.{body}")
        .into()
}

/// The same by Ed25519, the specification's version `1a`.
#[cfg(feature = "public-keys")]
pub(super) fn under_by_key(prefix: &str) -> PublicKeySignatureConfig {
    let header = format!("{prefix}-signature");
    PublicKeySignatureConfig::new(JwsAlgorithm::EdDsa, header, SignatureEncoding::Base64)
        .layout(SignatureLayout::SpaceSeparated {
            prefix: "v1a,".to_owned(),
        })
        .id(format!("{prefix}-id"))
        .timestamp(format!("{prefix}-timestamp"), TimestampForm::Seconds)
        .template("{id}.{timestamp}.{body}")
}

preset! {
    /// Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature`. Each attempt is signed
    /// anew; the signed id identifies the event over all attempts.
    ///
    /// Secrets (`whsec_…`) verify signatures of the version `v1`. Public keys (`whpk_…`, feature `public-keys`) verify those
    /// of `v1a`. A ring may hold both, and one right signature is enough. Other versions are passed over.
    ///
    /// ```
    /// # #[cfg(feature = "public-keys")]
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use hookgate::{Key, Keyring, Secret, keys::VerifyingKey, providers::preset::Preset};
    ///
    /// let ring = Keyring::new([
    ///     Key::public("new", VerifyingKey::whpk("whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")),
    ///     Key::new("old", Secret::whsec("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?),
    /// ])?;
    /// let pack = Preset::standard_webhooks(ring);
    /// # let _ = pack;
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "public-keys"))]
    /// # fn main() {}
    /// ```
    standard_webhooks
}
