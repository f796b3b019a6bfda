//! ElevenLabs.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const SDK: &str = "elevenlabs/elevenlabs-js, `webhooks.constructEvent`";

/// ElevenLabs.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "elevenlabs",
    title: "ElevenLabs",
    page: Fact::assumed("https://elevenlabs.io/docs/overview/administration/webhooks"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("elevenlabs-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "v0".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .template("{timestamp}.{body}")
                .into()
        }),
        SDK,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(
        SecretForm::text("ELEVENLABS_WEBHOOK_SECRET").shown_in("Settings, Webhooks: shown once"),
    ),
    marks: &["elevenlabs-signature"],
    sample: Some(Sample {
        types: &[
            "post_call_transcription",
            "post_call_audio",
            "call_initiation_failure",
        ],
        body: r#"{"type":$type,"event_timestamp":$secs,"data":{"agent_id":"agent_demo","conversation_id":"conv_$id","status":"done"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// ElevenLabs: `elevenlabs-signature` over `{timestamp}.{body}`, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Each attempt is assumed to be signed anew, with its time. An event is identified by the digest of its body.
    elevenlabs
}
