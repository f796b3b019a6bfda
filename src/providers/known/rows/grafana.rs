//! Grafana.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const CODE: &str = "github.com/grafana/alerting, http/hmac.go";

/// Grafana.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "grafana",
    title: "Grafana",
    page: Fact::assumed(
        "https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier",
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-grafana-alerting-signature", SignatureEncoding::Hex).into()
        }),
        CODE,
    ),
    equal_bodies: Some("alerts that still fire are sent again"),
    event_type: Fact::assumed(EventTypeAt::Member("/status")),
    secret: Some(SecretForm::text("GRAFANA_WEBHOOK_HMAC_SECRET")),
    marks: &["x-grafana-alerting-signature"],
    sample: Some(Sample {
        types: &["firing", "resolved"],
        body: r#"{"receiver":"hooks","status":$type,"alerts":[{"status":$type,"labels":{"alertname":"demo"},"startsAt":"$time","fingerprint":"$id"}],"groupKey":"{}:{alertname=\"demo\"}","version":"1","orgId":1,"title":"[demo]"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Grafana: `x-grafana-alerting-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    /// - Grafana signs so without a timestamp header, which is its default. With one, use `Preset::custom` with
    ///   `{timestamp}:{body}`.
    grafana
}
