//! Fivetran.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "fivetran.com/docs/rest-api/getting-started/webhooks";

/// Fivetran.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "fivetran",
    title: "Fivetran",
    page: Fact::known(
        "https://fivetran.com/docs/rest-api/getting-started/webhooks",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-fivetran-signature-256", SignatureEncoding::Hex).into()
        }),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/event")),
    secret: Some(SecretForm::text("FIVETRAN_WEBHOOK_SECRET").shown_in("chosen with the webhook")),
    marks: &["x-fivetran-signature-256"],
    sample: Some(Sample {
        types: &["sync_end", "sync_start", "create_connector"],
        body: r#"{"event":$type,"created":"$time","connector_type":"google_cloud_postgresql","connector_id":"demo","connector_name":"demo","sync_id":"$uuid","destination_group_id":"demo","data":{"status":"SUCCESSFUL"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Fivetran: `x-fivetran-signature-256` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - For webhooks with a secret. It writes hexadecimal in capitals.
    fivetran
}
