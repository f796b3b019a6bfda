//! Nuvemshop (Tiendanube).

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "tiendanube.github.io/api-documentation/resources/webhook";

/// Nuvemshop (Tiendanube).
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "nuvemshop",
    title: "Nuvemshop (Tiendanube)",
    page: "https://tiendanube.github.io/api-documentation/resources/webhook",
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-linkedstore-hmac-sha256", SignatureEncoding::Hex).into()
        }),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/event")),
    secret: Some(SecretForm::text("NUVEMSHOP_CLIENT_SECRET").shown_in("the app's client secret")),
    marks: &["x-linkedstore-hmac-sha256"],
    sample: Some(Sample {
        types: &["order/paid", "product/updated"],
        body: r#"{"store_id":$number,"event":$type,"id":$number}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Nuvemshop (Tiendanube): `x-linkedstore-hmac-sha256` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    nuvemshop
}
