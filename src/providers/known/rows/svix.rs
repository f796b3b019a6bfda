//! Svix, out of which Standard Webhooks grew.

use crate::providers::known::{
    Fact, Identity, KnownSender, Proof, Sample, SecretForm,
    rows::standard_webhooks::{self, under},
};

const PAGE: &str = "docs.svix.com, \"Verifying webhooks manually\"";

/// Svix.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "svix",
    title: "Svix",
    page: Fact::known("https://docs.svix.com/receiving/introduction", PAGE),
    proof: Fact::known(Proof::Scheme(|| under("svix")), PAGE),
    #[cfg(feature = "public-keys")]
    or_by_key: Some(|| standard_webhooks::under_by_key("svix")),
    identity: Fact::known(Identity::SignedId, PAGE),
    secret: Some(
        SecretForm::whsec("SVIX_SECRET")
            .shown_in("the endpoint's page in the sender's portal, Signing Secret"),
    ),
    marks: &["svix-signature", "svix-id"],
    sample: Some(Sample {
        headers: &[("user-agent", "Svix-Webhooks/1.0")],
        ..Sample::UNKNOWN
    }),
    ..standard_webhooks::ROW
};

preset! {
    /// Svix: the same as Standard Webhooks, under `svix-id`, `svix-timestamp`, `svix-signature`, by the same two kinds of
    /// keys.
    /// A customer of Svix can have them renamed to `webhook-…`: that is [`standard_webhooks`](Self::standard_webhooks).
    svix
}
