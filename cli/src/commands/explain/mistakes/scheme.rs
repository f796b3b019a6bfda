//! The settings of `hmac-header`: digest, encoding, template, unit.

use hookgate::schemes::SignatureEncoding;
use serde_json::json;

use super::{
    super::{case::Case, court::Ruling, finding::Trial, signing::scheme_of},
    concerns_proof,
};

const TEMPLATES: [&str; 9] = [
    "{body}",
    "{timestamp}.{body}",
    "{timestamp}{body}",
    "{timestamp}:{body}",
    "v0:{timestamp}:{body}",
    "{id}.{timestamp}.{body}",
    "{body}.{timestamp}",
    "{body}{timestamp}",
    "{id}.{body}",
];

pub(super) fn trials(case: &Case, ruling: &Ruling) -> Vec<Trial> {
    if case.provider != "hmac-header" || !concerns_proof(ruling) {
        return Vec::new();
    }
    let Some(scheme) = scheme_of(case) else {
        return Vec::new();
    };
    let encoding = match scheme.encoding {
        SignatureEncoding::Hex => "base64",
        _ => "hex",
    };
    let mut trials = vec![Trial::proof(
        case.with_setting("encoding", json!(encoding)),
        "scheme_encoding",
        format!("the signature is {encoding}, and the scheme expects the other form"),
        format!("set the scheme's encoding to {encoding}"),
    )];
    for digest in ["sha1", "sha256", "sha512"] {
        for encoding in ["hex", "base64"] {
            trials.push(Trial::proof(
                case.with_setting("digest", json!(digest))
                    .with_setting("encoding", json!(encoding)),
                "scheme_digest",
                format!("the sender signs with {digest}, written as {encoding}"),
                format!("set the scheme's digest to {digest} and its encoding to {encoding}"),
            ));
        }
    }
    for template in TEMPLATES
        .into_iter()
        .filter(|known| *known != scheme.template)
    {
        let changed = case.with_setting("template", json!(template));
        trials.push(Trial::proof(
            changed,
            "scheme_template",
            format!("the sender signs {template}, not the template that is set"),
            format!("set the scheme's template to {template}"),
        ));
    }
    if scheme.template != "{body}" {
        // A template without time and id goes with settings that have none.
        let mut alone = case.clone();
        if let Some(mut settings) = case.settings() {
            for name in ["template", "id_header", "timestamp_header"] {
                settings.remove(name);
            }
            alone.settings = Some(serde_json::Value::Object(settings).to_string());
        }
        trials.push(Trial::proof(
            alone,
            "scheme_template",
            "the sender signs the body alone, without an id or a time",
            "leave the scheme's template, id_header and timestamp_header out",
        ));
    }
    trials
}
