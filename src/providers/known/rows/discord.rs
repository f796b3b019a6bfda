//! Discord.

use http::StatusCode;

use crate::{
    challenge::{AnswerAs, Question, Shape, TextAt},
    keys::{Encoding, JwsAlgorithm},
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm, repeats::secs,
    },
    schemes::{PublicKeySignatureConfig, SignatureEncoding, TimestampForm},
};

const PAGE: &str =
    "docs.discord.com, \"Interactions Overview\", \"Validating Security Request Headers\"";
const RESPONDING: &str = "docs.discord.com, \"Receiving and Responding to Interactions\"";

/// Discord.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "discord",
    title: "Discord",
    page: Fact::known(
        "https://docs.discord.com/developers/interactions/overview",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            PublicKeySignatureConfig::new(
                JwsAlgorithm::EdDsa,
                "x-signature-ed25519",
                SignatureEncoding::Hex,
            )
            .timestamp("x-signature-timestamp", TimestampForm::Seconds)
            .template("{timestamp:10}{body}")
            .into()
        }),
        PAGE,
    ),
    // Webhook events have none.
    identity: Fact::known(Identity::Member("/id"), RESPONDING),
    equal_bodies: Some("neither has an `id`, as two PINGs of webhook events"),
    event_type: Fact::known(EventTypeAt::Nowhere, RESPONDING),
    // RESPONDING for interactions; docs.discord.com, "Webhook Events", "Adding a Webhook Events URL", for the other one.
    challenges: &[
        Question::event(
            &[("/type", "1"), ("/id", ""), ("/token", "")],
            TextAt::Nowhere,
            Shape::token(0, 0),
            AnswerAs::Always {
                status: StatusCode::OK,
                body: r#"{"type":1}"#,
            },
        ),
        Question::event(
            &[("/type", "0"), ("/application_id", "")],
            TextAt::Nowhere,
            Shape::token(0, 0),
            AnswerAs::Always {
                status: StatusCode::NO_CONTENT,
                body: "",
            },
        ),
    ],
    secret: Some(
        SecretForm::of(Encoding::Hex, "DISCORD_PUBLIC_KEY")
            .shown_in("the application in the developer portal, General Information, Public Key")
            .several("each application of Discord has a key of its own"),
    ),
    timeout: Fact::known(secs(3), RESPONDING),
    marks: &["x-signature-ed25519", "x-signature-timestamp"],
    sample: Some(Sample {
        types: &["ping"],
        body: r#"{"id":"$eventnumber","application_id":"1","type":2,"token":"demo","version":1,"data":{"id":"2","name":$type,"type":1}}"#,
        headers: &[(
            "user-agent",
            "Discord-Interactions/1.0 (+https://discord.com)",
        )],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Discord: `x-signature-ed25519` over the time and the body, by Ed25519, under the application's public key in
    /// hexadecimal ([`VerifyingKey::hex`](crate::keys::VerifyingKey::hex); feature `public-keys`).
    ///
    /// - An interaction is identified by its `id`, a webhook event by the digest of its body.
    /// - A `PING` of webhook events (`"type":0`) says the application alone. So a second one is answered as a copy, unless you
    ///   [`answer_challenge`](Self::answer_challenge). That answers the `PING` of interactions too (`"type":1`).
    /// - What another interaction is answered with is your handler's reply.
    /// - Discord sends requests with wrong signatures too, and wants 401: that is what they get.
    ///
    /// ```
    /// use hookgate::{keys::{JwsAlgorithm, VerifyingKey}, providers::preset::Preset};
    ///
    /// let text = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    /// let pack = Preset::discord(VerifyingKey::hex(text, [JwsAlgorithm::EdDsa]));
    /// # let _ = pack;
    /// ```
    discord
}
