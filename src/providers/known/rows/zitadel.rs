//! ZITADEL.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const CODE: &str = "github.com/zitadel/zitadel-go, pkg/actions";

/// ZITADEL.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "zitadel",
    title: "ZITADEL",
    page: Fact::assumed("https://zitadel.com/docs/guides/integrate/actions/usage"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("zitadel-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "v1".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .template("{timestamp}.{body}")
                .into()
        }),
        CODE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/event_type")),
    secret: Some(SecretForm::text("ZITADEL_SIGNING_KEY")),
    marks: &["zitadel-signature"],
    sample: Some(Sample {
        types: &["user.human.added", "session.added"],
        body: r#"{"aggregateID":"$number","aggregateType":"user","resourceOwner":"$number","instanceID":"$number","version":"v2","sequence":1,"event_type":$type,"created_at":"$time","userID":"$number","event_payload":{}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// ZITADEL: `zitadel-signature` holds a time, and signs it with the body, under the secret as
    /// text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Each attempt is assumed to be signed anew, with its time.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    /// - The targets of Actions v2.
    zitadel
}
