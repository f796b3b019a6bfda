//! Messages of Amazon SNS: the version of their signature, their topic, and what SNS was told to leave unsigned.

use hookgate::{
    Rejection,
    providers::known::{self, KnownSender},
    schemes::SchemeConfig,
};
use serde_json::{Map, Value, json};

use super::{
    super::{
        case::Case,
        court::Ruling,
        finding::{Confidence, Finding, Trial},
    },
    concerns_proof,
};

/// Written by SNS where it was told to send what was published and nothing else.
const RAW_DELIVERY: &str = "x-amz-sns-rawdelivery";

/// Whether the receiver is for such messages.
fn is_asked(case: &Case, ruling: &Ruling) -> bool {
    let scheme = known::find(&case.provider).and_then(KnownSender::scheme);
    concerns_proof(ruling) && matches!(scheme, Some(SchemeConfig::Sns(_)))
}

pub(super) fn trials(case: &Case, ruling: &Ruling) -> Vec<Trial> {
    if !is_asked(case, ruling) {
        return Vec::new();
    }
    let message: Map<String, Value> = serde_json::from_slice(&case.body).unwrap_or_default();
    let said = |name: &str| message.get(name).and_then(Value::as_str);
    let of_both = case.with_setting("signature", json!("sha1_or_sha256"));
    let mut trials = vec![match said("SignatureVersion") {
        Some("1") => Trial::proof(
            of_both,
            "sns_version",
            "the topic signs by SHA-1, and the receiver takes SHA-256 alone",
            "set the topic's attribute SignatureVersion to 2; until then: AmazonSns::signature(SnsSignature::Sha1)",
        ),
        _ => Trial::proof(
            of_both,
            "sns_version",
            "the topic signs by SHA-256, and the receiver takes SHA-1 alone",
            "leave `signature` out: SHA-256 is the default",
        ),
    }];
    if let Some(topic) = said("TopicArn") {
        trials.push(Trial::proof(
            case.with_setting("topics", json!([topic])),
            "sns_topic",
            "the message is of another topic than those of the receiver",
            "give the receiver that topic, if it is yours: who owns a topic decides what is in its messages",
        ));
    }
    trials
}

pub(super) fn signs(case: &Case, ruling: &Ruling) -> Vec<Finding> {
    if !is_asked(case, ruling) {
        return Vec::new();
    }
    if case.value(RAW_DELIVERY).is_some() {
        return vec![Finding::sign(
            Confidence::Certain,
            "sns_raw_delivery",
            "raw message delivery is on: SNS sends what was published, and signs nothing",
            "turn it off for the subscription",
        )];
    }
    match ruling {
        Ruling::Rejected(Rejection::MissingSignature) => vec![Finding::sign(
            Confidence::Certain,
            "signature_missing",
            "the message has no signature in its member `Signature`",
            "point SNS itself at the endpoint: what passes messages on must send their body as it came",
        )],
        _ => Vec::new(),
    }
}
