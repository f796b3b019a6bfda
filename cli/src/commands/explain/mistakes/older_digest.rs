//! A signature with another digest than the scheme's, in a header of its own.

use hookgate::schemes::{HmacHeaderConfig, SignatureLayout};

use super::{
    super::{case::Case, finding::Trial, signatures::signatures},
    scheme::with_config,
    signature_header::{MAX_HEADERS, shown},
};

/// A header beside the missing one that is right with another digest, as senders have it that go over to a longer one.
pub(super) fn trials(case: &Case, scheme: &HmacHeaderConfig) -> Vec<Trial> {
    let header = &scheme.signature_header;
    if case.value(header).is_some() {
        return Vec::new();
    }
    let mut trials = Vec::new();
    for (name, value) in case.headers.iter().take(MAX_HEADERS) {
        for signature in signatures(value) {
            if signature.digest == scheme.digest {
                continue;
            }
            let mut config = scheme.clone();
            config.signature_header.clone_from(name);
            config.digest = signature.digest;
            config.encoding = signature.encoding;
            config.layout = SignatureLayout::Single {
                prefix: signature.before.to_owned(),
            };
            trials.push(Trial::proof(
                with_config(case, &config),
                "signature_old",
                format!(
                    "{header} is missing, and {} is right with another digest",
                    shown(name)
                ),
                format!("let the proxy pass {header} on, or have the sender write it"),
            ));
        }
    }
    trials
}
