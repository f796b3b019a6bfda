//! `PublicKeySignature::verify` (look-up, decoding, signed text, verification) beside what `aws-lc-rs` takes for the
//! verification of the same bytes, under a key that was read before.
//!
//! Both sides take turns in small batches, and each ratio is the median over all turns, so that a busy machine disturbs
//! both alike.

use std::hint::black_box;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    VerificationAlgorithm,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use hookgate::{
    Key, UnixTime,
    keys::{EcdsaForm, JwsAlgorithm, VerifyingKey},
    pack::{Head, LiveKeys, RawRequest, Scheme},
    schemes::{PublicKeySignature, PublicKeySignatureConfig, SignatureEncoding, TimestampForm},
    simulator::{Sent, Signer},
};
use hookgate_turns::{Turns, micros, rounds};
use http::HeaderMap;

const NOW: UnixTime = UnixTime::from_secs(1_795_304_115);
const TURNS: usize = 301;
const BYTES: usize = 1024;

struct Case {
    name: &'static str,
    scheme: PublicKeySignature,
    keys: [Key; 1],
    headers: HeaderMap,
    body: Vec<u8>,
    bare: ParsedPublicKey,
    /// The signed bytes in one piece, and their signature: what the bare verification gets.
    signed: Vec<u8>,
    signature: Vec<u8>,
}

impl Case {
    fn new(
        name: &'static str,
        algorithm: JwsAlgorithm,
        bare: &'static dyn VerificationAlgorithm,
        [private, public]: [&[u8]; 2],
        time: bool,
    ) -> Self {
        let config =
            PublicKeySignatureConfig::new(algorithm, "x-signature", SignatureEncoding::Base64);
        let config = match algorithm {
            JwsAlgorithm::Es256 => config.ecdsa_form(EcdsaForm::Der),
            _ => config,
        };
        let config = if time {
            config
                .timestamp("x-time", TimestampForm::Seconds)
                .template("{timestamp:10}{body}")
        } else {
            config
        };
        let body = vec![b'x'; BYTES];
        let signer = Signer::new(config.clone(), private).expect("the key signs");
        let sent = Sent::post("/hook", "application/json", body.clone());
        let sent = signer.sign(sent, "", NOW).expect("any body is signed");
        let signature = sent.header("x-signature").expect("it is signed");
        let signature = BASE64_STANDARD.decode(signature).expect("it is base64");
        let signed = match sent.header("x-time") {
            Some(time) => [time.as_bytes(), &body].concat(),
            None => body.clone(),
        };
        let request = sent.into_request().expect("it is a request");
        Self {
            name,
            scheme: config.try_into().expect("the configuration is right"),
            keys: [VerifyingKey::der(public, [algorithm]).into()],
            headers: request.headers().clone(),
            body,
            bare: ParsedPublicKey::new(bare, public).expect("the key is right"),
            signed,
            signature,
        }
    }

    fn hookgate(&self) -> bool {
        let head = Head::new("POST", "/hook", &self.headers);
        let request = RawRequest::new(head, &self.body);
        let verified = self.scheme.verify(request, LiveKeys::new(&self.keys, NOW));
        verified.is_ok()
    }

    fn bare(&self) -> bool {
        self.bare.verify_sig(&self.signed, &self.signature).is_ok()
    }
}

fn file(name: &str) -> Vec<u8> {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/vectors/signed_request"
    );
    std::fs::read(format!("{folder}/{name}")).expect("the key is there")
}

fn main() {
    let pair =
        |name: &str| [format!("{name}.key.pem"), format!("{name}.pub.der")].map(|it| file(&it));
    let (ed, p256, rsa) = (pair("ed"), pair("p256"), pair("rsa"));
    let case = |name, algorithm, bare, [private, public]: &[Vec<u8>; 2], time| {
        Case::new(name, algorithm, bare, [private, public], time)
    };
    let cases = [
        case("Ed25519, body", JwsAlgorithm::EdDsa, &ED25519, &ed, false),
        case(
            "Ed25519, time and body",
            JwsAlgorithm::EdDsa,
            &ED25519,
            &ed,
            true,
        ),
        case(
            "ECDSA P-256 in DER, body",
            JwsAlgorithm::Es256,
            &ECDSA_P256_SHA256_ASN1,
            &p256,
            false,
        ),
        case(
            "ECDSA P-256 in DER, time and body",
            JwsAlgorithm::Es256,
            &ECDSA_P256_SHA256_ASN1,
            &p256,
            true,
        ),
        case(
            "RSA 2,048, body",
            JwsAlgorithm::Rs256,
            &RSA_PKCS1_2048_8192_SHA256,
            &rsa,
            false,
        ),
    ];
    hookgate_turns::head(["bare verification", "hookgate"], &[]);
    for case in &cases {
        let turns = Turns::timed(
            rounds(TURNS),
            20,
            || black_box(case).bare(),
            || black_box(case).hookgate(),
        );
        hookgate_turns::row(&format!("1 KiB, {}", case.name), &turns, micros, &[]);
    }
}
