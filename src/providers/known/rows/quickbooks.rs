//! QuickBooks Online.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const SDK: &str = "intuit/QuickBooks-V3-Java-SDK, `WebhooksService` and its tests";

/// QuickBooks Online.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "quickbooks",
    title: "QuickBooks Online",
    page: Fact::assumed("https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("intuit-signature", SignatureEncoding::Base64).into()
        }),
        SDK,
    ),
    event_type: Fact::known(EventTypeAt::Nowhere, SDK),
    secret: Some(SecretForm::text("QUICKBOOKS_VERIFIER_TOKEN")),
    marks: &["intuit-signature"],
    sample: Some(Sample {
        types: &["Create", "Update", "Delete"],
        body: r#"{"eventNotifications":[{"realmId":"1185883450","dataChangeEvent":{"entities":[{"name":"Customer","id":"$number","operation":$type,"lastUpdated":"$time"}]}}]}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// QuickBooks Online: `intuit-signature` over the body alone, under the verifier token of the app. The
    /// secret is taken as text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - One body may hold changes of several companies. The digest of the body identifies them together, which
    ///   is assumed.
    quickbooks
}
