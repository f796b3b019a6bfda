//! Contentful.

use crate::{
    providers::known::{EventTypeAt, Fact, JSON, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, TimestampForm},
};

const TOOLKIT: &str = "github.com/contentful/node-apps-toolkit, `signRequest`";
const HEADERS: &str = "contentful.com, \"Webhook headers\"";
const VERIFICATION: &str = "contentful.com, \"Request verification\"";

const LIST: &str = "x-contentful-signed-headers";
const TIME: &str = "x-contentful-timestamp";
/// The media type of its management API.
const MANAGEMENT: &str = "application/vnd.contentful.management.v1+json";

/// The signed text with these headers, and the two that are always signed. Each stands there by its name, in their order.
///
/// The list of the names is a literal, so a request whose own list is another has another text.
fn template_with(names: &[String]) -> String {
    let mut names: Vec<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
    names.extend([LIST.to_owned(), TIME.to_owned()]);
    names.sort_unstable();
    names.dedup();
    let list = names.join(",");
    let headers = names.iter().map(|name| match name.as_str() {
        LIST => format!("{LIST}:{list}"),
        TIME => format!("{TIME}:{{timestamp}}"),
        other => format!("{other}:{{header:{other}}}"),
    });
    let headers = headers.collect::<Vec<_>>().join(";");
    format!("{{method}}\n{{path}}\n{headers}\n{{body}}")
}

/// Contentful.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "contentful",
    title: "Contentful",
    page: Fact::known(
        "https://www.contentful.com/developers/docs/webhooks/request-verification",
        VERIFICATION,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-contentful-signature", SignatureEncoding::Hex)
                .timestamp(TIME, TimestampForm::Milliseconds)
                .template(template_with(&[]))
                .into()
        }),
        TOOLKIT,
    ),
    template_with: Some(template_with),
    event_type: Fact::known(EventTypeAt::Header("x-contentful-topic"), HEADERS),
    secret: Some(
        SecretForm::text("CONTENTFUL_SIGNING_SECRET")
            .shown_in("the space, Settings, Webhooks, Settings, Enable request verification: it is not shown again")
            .several("each space of Contentful has a secret of its own"),
    ),
    media_types: &[MANAGEMENT, JSON],
    content_type: MANAGEMENT,
    assumed: &["which headers are signed, unless `signed_headers` says it"],
    marks: &["x-contentful-signature", LIST, TIME],
    sample: Some(Sample {
        types: &["ContentManagement.Entry.publish", "ContentManagement.Asset.delete"],
        body: r#"{"sys":{"type":"Entry","id":"$id","space":{"sys":{"type":"Link","linkType":"Space","id":"demo"}},"revision":$number,"updatedAt":"$time"},"fields":{"title":{"en-US":"Demo"}}}"#,
        headers: &[
            (LIST, "x-contentful-signed-headers,x-contentful-timestamp"),
            ("x-contentful-webhook-name", "Demo"),
        ],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Contentful: `x-contentful-signature` over method, path, some headers and the body, under the space's signing secret as
    /// text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Each request names the headers that it signs, in `x-contentful-signed-headers`. Only exactly those that are set are
    ///   taken: that header itself and `x-contentful-timestamp`, and what [`signed_headers`](Self::signed_headers) names beside
    ///   them. Look at one request to see them: no page lists those of webhooks.
    /// - The path is that of the request, with its query. Behind a proxy that changes it, nothing verifies.
    /// - `x-contentful-topic` is a [`claimed_type`](crate::delivery::Delivery::claimed_type), also where it is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    contentful
}
