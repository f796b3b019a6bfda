//! Jobber.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm, repeats::secs},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const CODE: &str = "github.com/NangoHQ/nango, docs/api-integrations/jobber/webhooks.mdx";

/// Jobber.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "jobber",
    title: "Jobber",
    page: Fact::assumed(
        "https://developer.getjobber.com/docs/using_jobbers_api/setting_up_webhooks",
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-jobber-hmac-sha256", SignatureEncoding::Base64).into()
        }),
        CODE,
    ),
    event_type: Fact::known(EventTypeAt::Member("/data/webHookEvent/topic"), CODE),
    secret: Some(
        SecretForm::text("JOBBER_CLIENT_SECRET").shown_in("Manage Apps, the app, Client Secret"),
    ),
    timeout: Fact::known(secs(1), CODE),
    warning: Some("Jobber waits only 1 s: handlers that need longer belong behind an inbox"),
    marks: &["x-jobber-hmac-sha256"],
    sample: Some(Sample {
        types: &["CLIENT_CREATE", "JOB_UPDATE"],
        body: r#"{"data":{"webHookEvent":{"topic":$type,"appId":"$uuid","accountId":"MQ==","itemId":"MQ==","occurredAt":"$time"}}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Jobber: `x-jobber-hmac-sha256` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    /// - Known: Jobber waits 1 s. Take such events with an inbox.
    jobber
}
