//! Signatures by private keys in headers: what each key and algorithm takes, what nobody may write otherwise, and how many
//! are tried.

use base64::{Engine, prelude::BASE64_STANDARD};
use hookgate::{
    BuildError, Key, Keyring, Receiver, Rejection, UnixTime,
    dedup::MemoryStore,
    keys::{EcdsaForm, JwsAlgorithm, VerifyingKey},
    pack::{Head, LiveKeys, RawRequest, Scheme},
    providers::preset::Preset,
    schemes::{
        HmacHeader, HmacHeaderConfig, PublicKeySignature, PublicKeySignatureConfig,
        SignatureEncoding, SignatureLayout, TimestampForm,
    },
    simulator::{Sent, Signer},
};
use proptest::prelude::*;
use serde::Deserialize;

use crate::props::{Call, Stage, now, vector};

const BODY: &str = r#"{"id":"1"}"#;
const MISMATCH: Rejection = Rejection::SignatureMismatch;
const MALFORMED: Rejection =
    Rejection::MalformedSignature("it is not in the scheme's layout, encoding and length");

fn file(name: &str) -> Vec<u8> {
    vector(&format!("signed_request/{name}"))
}

fn config(algorithm: JwsAlgorithm) -> PublicKeySignatureConfig {
    PublicKeySignatureConfig::new(algorithm, "x-signature", SignatureEncoding::Hex)
}

fn scheme(config: PublicKeySignatureConfig) -> PublicKeySignature {
    config.try_into().unwrap()
}

/// Every algorithm with a key of its kind: the names of the private and the public half.
const ALGORITHMS: [(JwsAlgorithm, &str, &str); 9] = [
    (JwsAlgorithm::EdDsa, "ed.key.pem", "ed.pub.der"),
    (JwsAlgorithm::Es256, "p256.key.pem", "p256.pub.der"),
    (JwsAlgorithm::Es384, "p384.key.pem", "p384.pub.der"),
    (JwsAlgorithm::Rs256, "rsa.key.pem", "rsa.pub.der"),
    (JwsAlgorithm::Rs384, "rsa.key.pem", "rsa.pub.der"),
    (JwsAlgorithm::Rs512, "rsa.key.pem", "rsa.pub.der"),
    (JwsAlgorithm::Ps256, "rsa.key.pem", "rsa.pub.der"),
    (JwsAlgorithm::Ps384, "rsa.key.pem", "rsa.pub.der"),
    (JwsAlgorithm::Ps512, "rsa.key.pem", "rsa.pub.der"),
];

fn key_of(algorithm: JwsAlgorithm) -> VerifyingKey {
    let found = ALGORITHMS.iter().find(|(it, ..)| *it == algorithm).unwrap();
    VerifyingKey::der(file(found.2), [algorithm])
}

/// What `scheme` says of `body` with these signatures.
fn judged(
    scheme: &PublicKeySignature,
    key: impl Into<Key>,
    signature: &str,
    body: &[u8],
) -> Result<(), Rejection> {
    let keys = [key.into()];
    let headers = vec![("x-signature", signature)];
    let request = RawRequest::new(Head::new("POST", "/", &headers), body);
    scheme
        .verify(request, LiveKeys::new(&keys, now()))
        .map(drop)
}

/// The bytes of a signature over [`BODY`].
fn signed(algorithm: JwsAlgorithm, form: EcdsaForm) -> Vec<u8> {
    let found = ALGORITHMS.iter().find(|(it, ..)| *it == algorithm).unwrap();
    let config = match form {
        EcdsaForm::Der => config(algorithm).ecdsa_form(EcdsaForm::Der),
        _ => config(algorithm),
    };
    let signer = Signer::new(config, file(found.1)).unwrap();
    let sent = Sent::post("/", "application/json", BODY);
    let sent = signer.sign(sent, "1", now()).unwrap();
    const_hex::decode(sent.header("x-signature").unwrap()).unwrap()
}

#[test]
fn the_vectors_of_rfc_8032_are_made_and_taken() {
    #[derive(Deserialize)]
    struct Known {
        seed: String,
        pub_key: String,
        message: String,
        signature: String,
    }
    let known: Vec<Known> =
        serde_json::from_slice(&vector("public_keys/ed25519_rfc8032.json")).unwrap();
    for known in known {
        let body = const_hex::decode(&known.message).unwrap();
        let key = VerifyingKey::hex(&known.pub_key, [JwsAlgorithm::EdDsa]);
        let ed = scheme(config(JwsAlgorithm::EdDsa));
        assert_eq!(judged(&ed, key, &known.signature, &body), Ok(()));
        let seed = const_hex::decode(&known.seed).unwrap();
        let signer = Signer::new(config(JwsAlgorithm::EdDsa), seed).unwrap();
        let sent = Sent::post("/", "text/plain", body);
        let sent = signer.sign(sent, "1", now()).unwrap();
        assert_eq!(sent.header("x-signature"), Some(&*known.signature));
    }
}

/// What libraries disagree on: points of small order, in canonical form and not, a second half that is not reduced, and
/// signatures that only a verification with the cofactor takes.
#[test]
fn ed25519_is_verified_strictly() {
    #[derive(Deserialize)]
    struct Case {
        message: String,
        pub_key: String,
        signature: String,
    }
    let cases: Vec<Case> =
        serde_json::from_slice(&vector("public_keys/ed25519_edge_cases.json")).unwrap();
    let ed = scheme(config(JwsAlgorithm::EdDsa));
    let is_taken = |case: &Case| {
        let key = VerifyingKey::hex(&case.pub_key, [JwsAlgorithm::EdDsa]);
        let body = const_hex::decode(&case.message).unwrap();
        key.validate().is_ok() && judged(&ed, key, &case.signature, &body).is_ok()
    };
    let taken: Vec<bool> = cases.iter().map(is_taken).collect();
    let mut expected = [false; 10];
    expected[3] = true;
    assert_eq!(taken, expected);
}

#[test]
fn a_key_of_small_order_is_refused_at_start_however_it_is_written() {
    // The eight points, and what decoders take for them.
    let mut points = Vec::new();
    for y in [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ] {
        let mut y = const_hex::decode(y).unwrap();
        points.push(y.clone());
        y[31] |= 0x80;
        points.push(y);
    }
    let algorithms = [JwsAlgorithm::EdDsa];
    let forgeable = "an Ed25519 key is a point of small order: its signatures can be forged";
    for point in points {
        let text = BASE64_STANDARD.encode(&point);
        let url = text.replace('+', "-").replace('/', "_").replace('=', "");
        let jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{url}"}}"#);
        let der = [&file("ed.pub.der")[..12], &*point].concat();
        for key in [
            VerifyingKey::raw(&point, algorithms),
            VerifyingKey::base64(&text, algorithms),
            VerifyingKey::whpk(format!("whpk_{text}")),
            VerifyingKey::der(&der, algorithms),
        ] {
            assert_eq!(key.validate(), Err(BuildError::UnfitKey(forgeable)));
        }
        assert!(VerifyingKey::jwk(jwk, algorithms).validate().is_err());
    }
}

#[test]
fn every_algorithm_verifies_what_its_key_signs_and_nothing_else() {
    for (algorithm, ..) in ALGORITHMS {
        let forms: &[EcdsaForm] = match algorithm {
            JwsAlgorithm::Es256 | JwsAlgorithm::Es384 => &[EcdsaForm::Fixed, EcdsaForm::Der],
            _ => &[EcdsaForm::Fixed],
        };
        for form in forms {
            let scheme = scheme(config(algorithm).ecdsa_form(*form));
            let judge = |signature: &[u8], body: &[u8]| {
                let key = key_of(algorithm);
                judged(&scheme, key, &const_hex::encode(signature), body)
            };
            let right = signed(algorithm, *form);
            assert_eq!(judge(&right, BODY.as_bytes()), Ok(()), "{algorithm:?}");
            assert_eq!(judge(&right, b"{}"), Err(MISMATCH), "{algorithm:?}");
            for bit in (0..right.len() * 8).step_by(13) {
                let mut wrong = right.clone();
                wrong[bit / 8] ^= 1 << (bit % 8);
                assert!(
                    judge(&wrong, BODY.as_bytes()).is_err(),
                    "{algorithm:?} {bit}"
                );
            }
            let long = [&*right, &[0]].concat();
            let short = &right[..right.len() - 1];
            for wrong in [&*long, short, &[], &[0; 64], &[0xff; 64], &[0; 256]] {
                assert!(judge(wrong, BODY.as_bytes()).is_err(), "{algorithm:?}");
            }
        }
    }
}

#[test]
fn a_signature_of_a_length_that_its_algorithm_never_has_is_malformed() {
    use JwsAlgorithm::{EdDsa, Es256, Es384, Ps512, Rs256};
    for (algorithm, form, shortest, longest) in [
        (EdDsa, EcdsaForm::Fixed, 64, 64),
        (Es256, EcdsaForm::Fixed, 64, 64),
        (Es384, EcdsaForm::Fixed, 96, 96),
        // A sequence of two numbers of 1 byte, or of 33 and 49.
        (Es256, EcdsaForm::Der, 8, 72),
        (Es384, EcdsaForm::Der, 8, 104),
        // As long as the modulus, of 2,048 to 8,192 bits.
        (Rs256, EcdsaForm::Fixed, 256, 1024),
        (Ps512, EcdsaForm::Fixed, 256, 1024),
    ] {
        let scheme = scheme(config(algorithm).ecdsa_form(form));
        for (length, expected) in [
            (shortest - 1, MALFORMED),
            (shortest, MISMATCH),
            (longest, MISMATCH),
            (longest + 1, MALFORMED),
        ] {
            let signature = "01".repeat(length);
            let judged = judged(&scheme, key_of(algorithm), &signature, BODY.as_bytes());
            assert_eq!(judged, Err(expected), "{algorithm:?} {form:?} {length}");
        }
    }
}

#[test]
fn keys_of_another_algorithm_are_not_tried() {
    let scheme = scheme(config(JwsAlgorithm::EdDsa));
    let right = const_hex::encode(signed(JwsAlgorithm::EdDsa, EcdsaForm::Fixed));
    let headers = vec![("x-signature", &*right)];
    let request = RawRequest::new(Head::new("POST", "/", &headers), BODY.as_bytes());
    let other = |place: usize| Key::public(place.to_string(), key_of(JwsAlgorithm::Es256));
    let mut ring: Vec<Key> = (0..8).map(other).collect();
    let verified = scheme.verify(request, LiveKeys::new(&ring, now()));
    assert_eq!(verified.map(drop), Err(Rejection::NoLiveKey));
    ring.push(Key::public("own", key_of(JwsAlgorithm::EdDsa)));
    let verified = scheme.verify(request, LiveKeys::new(&ring, now()));
    assert_eq!(verified.map(drop), Ok(()));
}

#[test]
fn a_key_of_several_algorithms_lends_none_to_another() {
    let both = [JwsAlgorithm::Rs256, JwsAlgorithm::Ps256];
    for (named, signed_by) in [(both[0], both[1]), (both[1], both[0])] {
        let key = VerifyingKey::der(file("rsa.pub.der"), both);
        let signature = const_hex::encode(signed(signed_by, EcdsaForm::Fixed));
        let judged = judged(&scheme(config(named)), key, &signature, BODY.as_bytes());
        assert_eq!(judged, Err(MISMATCH), "{named:?}");
    }
}

/// `a - b`, of numbers of 32 bytes, where `b` is the smaller one.
fn minus(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut borrow = 0;
    let mut digits: Vec<u8> = Vec::new();
    for (a, b) in a.iter().rev().zip(b.iter().rev()) {
        let difference = i16::from(*a) - i16::from(*b) - borrow;
        borrow = i16::from(difference < 0);
        digits.push(difference.rem_euclid(256) as u8);
    }
    digits.reverse();
    digits
}

/// A positive number in DER.
fn number(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let mut bytes = bytes[zeros..].to_vec();
    if bytes.first().is_none_or(|first| first & 0x80 != 0) {
        bytes.insert(0, 0);
    }
    [&[2, bytes.len() as u8], &*bytes].concat()
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    let parts = parts.concat();
    [&[0x30, parts.len() as u8], &*parts].concat()
}

#[test]
fn of_an_ecdsa_signature_either_s_is_taken_and_one_way_to_write_it() {
    const ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    let order = const_hex::decode(ORDER).unwrap();
    let fixed = signed(JwsAlgorithm::Es256, EcdsaForm::Fixed);
    let (r, s) = fixed.split_at(32);
    let other_s = minus(&order, s);
    let judge = |form: EcdsaForm, signature: &[u8]| {
        let scheme = scheme(config(JwsAlgorithm::Es256).ecdsa_form(form));
        let key = key_of(JwsAlgorithm::Es256);
        judged(&scheme, key, &const_hex::encode(signature), BODY.as_bytes())
    };
    let (number_r, number_s) = (number(r), number(s));
    let der = sequence(&[&number_r, &number_s]);
    for (form, signature) in [
        (EcdsaForm::Fixed, fixed.clone()),
        (EcdsaForm::Fixed, [r, &other_s].concat()),
        (EcdsaForm::Der, der.clone()),
        (EcdsaForm::Der, sequence(&[&number_r, &number(&other_s)])),
    ] {
        assert_eq!(judge(form, &signature), Ok(()), "{form:?}");
    }
    let with_zero = |number: &[u8]| [&[2, number[1] + 1, 0], &number[2..]].concat();
    let long_length = [&[0x30, 0x81, der[1]], &der[2..]].concat();
    let endless = [&[0x30, 0x80], &der[2..], &[0, 0]].concat();
    let negative = [&[2, 32, r[0] | 0x80], &r[1..]].concat();
    let behind_sequence = [&*der, &[0]].concat();
    for wrong in [
        // The other form.
        fixed.clone(),
        // A number with a needless zero in front.
        sequence(&[&with_zero(&number_r), &number_s]),
        // A length that is longer than it must be, or that is not said.
        long_length,
        endless,
        // Something behind: in the sequence, and after it.
        sequence(&[&number_r, &number_s, &[2, 1, 0]]),
        behind_sequence,
        // Numbers that are no such numbers.
        sequence(&[&negative, &number_s]),
        sequence(&[&number(&[0]), &number_s]),
        sequence(&[&number_r, &number(&[0])]),
        sequence(&[&number_r, &number(&order)]),
        sequence(&[&number_r]),
    ] {
        assert!(judge(EcdsaForm::Der, &wrong).is_err(), "{wrong:02x?}");
    }
    let zeros = [0; 32];
    for wrong in [
        der,
        [r, &zeros].concat(),
        [&zeros, s].concat(),
        [&*order, s].concat(),
        [r, &order].concat(),
        [&[0xff; 32], s].concat(),
    ] {
        assert!(judge(EcdsaForm::Fixed, &wrong).is_err(), "{wrong:02x?}");
    }
}

#[test]
fn one_key_is_the_same_in_every_form_that_consoles_show() {
    for (algorithm, name, curve, length) in [
        (JwsAlgorithm::Es256, "p256", "P-256", 32),
        (JwsAlgorithm::Es384, "p384", "P-384", 48),
    ] {
        let signature = const_hex::encode(signed(algorithm, EcdsaForm::Fixed));
        let algorithms = [algorithm];
        let der = file(&format!("{name}.pub.der"));
        let point = &der[der.len() - 2 * length - 1..];
        let mut compressed = point[..=length].to_vec();
        compressed[0] = 2 + point[2 * length] % 2;
        let url = |part: &[u8]| base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(part);
        let (x, y) = (url(&point[1..=length]), url(&point[length + 1..]));
        let jwk = format!(r#"{{"kty":"EC","crv":"{curve}","x":"{x}","y":"{y}"}}"#);
        let pem = format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            BASE64_STANDARD.encode(&der)
        );
        for key in [
            VerifyingKey::der(&der, algorithms),
            VerifyingKey::pem(pem, algorithms),
            VerifyingKey::jwk(jwk, algorithms),
            VerifyingKey::raw(point, algorithms),
            VerifyingKey::raw(&compressed, algorithms),
            VerifyingKey::hex(const_hex::encode(point), algorithms),
            VerifyingKey::hex(const_hex::encode(&der), algorithms),
            VerifyingKey::base64(BASE64_STANDARD.encode(&compressed), algorithms),
            VerifyingKey::base64(BASE64_STANDARD.encode(&der), algorithms),
            VerifyingKey::der(file(&format!("{name}.crt.der")), algorithms),
        ] {
            assert_eq!(key.validate(), Ok(()), "{curve}");
            let scheme = scheme(config(algorithm));
            let said = judged(&scheme, key, &signature, BODY.as_bytes());
            assert_eq!(said, Ok(()), "{curve}");
        }
        // Each coordinate is as long as the field, and the other one does not make up for it.
        let full = (1..=length, length + 1..=2 * length);
        for (x, y) in [
            (1..=length - 1, full.1.clone()),
            (full.0.clone(), length + 1..=2 * length - 1),
            (full.0.clone(), length..=2 * length),
            (1..=length - 1, length..=2 * length),
            (1..=length + 1, length + 2..=2 * length),
        ] {
            let (x, y) = (url(&point[x]), url(&point[y]));
            let jwk = format!(r#"{{"kty":"EC","crv":"{curve}","x":"{x}","y":"{y}"}}"#);
            let error = VerifyingKey::jwk(jwk, algorithms).validate().unwrap_err();
            assert!(error.to_string().contains("no public key"), "{error}");
        }
        // A compressed point in DER is a damaged key of a known kind. One of another curve is of another kind.
        let bits = der.len() - 2 * length - 1;
        let mut short = der[..bits - 3].to_vec();
        short[1] -= length as u8;
        short.extend([3, length as u8 + 2, 0]);
        short.extend(&compressed);
        let error = VerifyingKey::der(short, algorithms).validate().unwrap_err();
        assert!(error.to_string().contains("damaged"), "{error}");
        let other = VerifyingKey::pem(file("secp256k1.pub.pem"), algorithms);
        let error = other.validate().unwrap_err().to_string();
        assert!(error.contains("of a kind"), "{error}");
    }
}

/// `RSAPublicKey` of RFC 8017, which older tools write.
#[test]
fn an_rsa_key_may_stand_in_a_block_of_its_own_kind() {
    let pem = format!(
        "-----BEGIN RSA PUBLIC KEY-----\n{}\n-----END RSA PUBLIC KEY-----\n",
        BASE64_STANDARD.encode(file("rsa.pkcs1.der"))
    );
    let key = VerifyingKey::pem(pem, [JwsAlgorithm::Rs256]);
    assert_eq!(key.validate(), Ok(()));
    let signature = const_hex::encode(signed(JwsAlgorithm::Rs256, EcdsaForm::Fixed));
    let rs256 = scheme(config(JwsAlgorithm::Rs256));
    assert_eq!(judged(&rs256, key, &signature, BODY.as_bytes()), Ok(()));
}

/// What names another curve is no key of the curve whose points are as long.
#[test]
fn a_point_counts_on_the_curve_that_is_named_beside_it() {
    for (algorithm, name, curve) in [
        // prime239v3 in place of P-256, P-521 in place of P-384.
        (JwsAlgorithm::Es256, "p256", "2a8648ce3d030107"),
        (JwsAlgorithm::Es384, "p384", "2b81040022"),
    ] {
        let der = const_hex::encode(file(&format!("{name}.pub.der")));
        let last = &curve[curve.len() - 1..];
        let other = if last == "7" { "6" } else { "3" };
        let other = der.replacen(curve, &format!("{}{other}", &curve[..curve.len() - 1]), 1);
        assert_ne!(der, other);
        assert_eq!(VerifyingKey::hex(der, [algorithm]).validate(), Ok(()));
        assert_eq!(
            VerifyingKey::hex(other, [algorithm]).validate(),
            Err(BuildError::UnfitKey(
                "a key is of a kind that verifies nothing here: RSA, P-256, P-384 and Ed25519 do"
            )),
            "{name}"
        );
    }
}

/// RFC 7517, sections 4.2 and 4.3. A key that is published for another purpose may be known to more than its owner.
#[test]
fn a_jwk_verifies_if_it_says_that_it_does_or_does_not_say() {
    let jwk = |purpose: &str| {
        let der = file("ed.pub.der");
        let x = base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(&der[der.len() - 32..]);
        let jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}"{purpose}}}"#);
        VerifyingKey::jwk(jwk, [JwsAlgorithm::EdDsa]).validate()
    };
    for taken in [
        "",
        r#","use":"sig""#,
        r#","key_ops":["verify"]"#,
        r#","key_ops":["sign","verify"]"#,
        r#","use":"sig","key_ops":["verify"]"#,
    ] {
        assert_eq!(jwk(taken), Ok(()), "{taken}");
    }
    for refused in [
        r#","use":"enc""#,
        r#","key_ops":[]"#,
        r#","key_ops":["sign"]"#,
        r#","key_ops":["encrypt","wrapKey"]"#,
        r#","use":"sig","key_ops":["sign"]"#,
        r#","use":"enc","key_ops":["verify"]"#,
    ] {
        assert!(jwk(refused).is_err(), "{refused}");
    }
}

#[test]
fn keys_that_cannot_be_right_are_refused_at_start() {
    let ed = [JwsAlgorithm::EdDsa];
    let es = [JwsAlgorithm::Es256];
    let private = "a key to verify with is a private one: give the public key or the certificate, and keep that one away";
    for unfit in [
        VerifyingKey::hex("", ed),
        VerifyingKey::hex("0x00", ed),
        VerifyingKey::hex("d7".repeat(31), ed),
        VerifyingKey::base64("d75a=", ed),
        // Of another kind.
        VerifyingKey::raw([4; 32], es),
        VerifyingKey::raw([4; 97], es),
        // Not on the curve.
        VerifyingKey::raw([[4; 1].as_slice(), &[1; 64]].concat(), es),
        VerifyingKey::raw([[2; 1].as_slice(), &[0xff; 32]].concat(), es),
        VerifyingKey::raw([[7; 1].as_slice(), &[1; 64]].concat(), es),
        VerifyingKey::raw([0; 65], es),
        VerifyingKey::whpk("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325"),
        VerifyingKey::whpk("whpk_AAAA"),
        VerifyingKey::whpk("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        VerifyingKey::pem(file("weak.pub.pem"), [JwsAlgorithm::Rs256]),
        VerifyingKey::pem(file("secp256k1.pub.pem"), es),
    ] {
        assert!(unfit.validate().is_err(), "{unfit:?}");
    }
    for unfit in [
        VerifyingKey::pem(file("p256.key.pem"), es),
        VerifyingKey::whpk("whsk_gTVNcTUWXzsbPLDeGS7xMWvK9MZ0FKH3"),
    ] {
        assert_eq!(unfit.validate(), Err(BuildError::UnfitKey(private)));
    }
}

#[test]
fn an_rsa_key_that_everybody_signs_for_is_refused() {
    let url = |part: &[u8]| base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(part);
    let jwk = |modulus: &[u8], exponent: &[u8]| {
        let (n, e) = (url(modulus), url(exponent));
        let jwk = format!(r#"{{"kty":"RSA","n":"{n}","e":"{e}"}}"#);
        VerifyingKey::jwk(jwk, [JwsAlgorithm::Rs256]).validate()
    };
    assert_eq!(jwk(&[0xff; 256], &[1, 0, 1]), Ok(()));
    for (modulus, exponent) in [
        // 1,024 bits, 2,047 bits, and 2,040 bits behind a zero.
        (vec![0xff; 128], vec![1, 0, 1]),
        ([&[0x7f][..], &[0xff; 255]].concat(), vec![1, 0, 1]),
        ([&[0][..], &[0xff; 255]].concat(), vec![1, 0, 1]),
        // More than the backend takes.
        (vec![0xff; 1025], vec![1, 0, 1]),
        (vec![0xff; 256], vec![1]),
        (vec![0xff; 256], vec![0, 1]),
        (vec![0xff; 256], vec![2]),
        (vec![0xff; 256], vec![]),
    ] {
        assert!(jwk(&modulus, &exponent).is_err(), "{exponent:?}");
    }
}

/// The well-known attack: everybody knows a public key, and can make a MAC with it.
#[test]
fn a_public_key_is_for_no_algorithm_of_shared_secrets() {
    for name in ["ed", "p256", "p384", "rsa"] {
        for algorithm in [
            JwsAlgorithm::Hs256,
            JwsAlgorithm::Hs384,
            JwsAlgorithm::Hs512,
        ] {
            let key = VerifyingKey::der(file(&format!("{name}.pub.der")), [algorithm]);
            assert!(key.validate().is_err(), "{name} {algorithm:?}");
        }
    }
}

#[test]
fn a_scheme_and_its_keys_must_name_one_algorithm() {
    let pack = |config: PublicKeySignatureConfig, key: VerifyingKey| {
        let pack = Preset::custom("acme", scheme(config), key);
        let receiver = Receiver::new("test", pack).dedup(MemoryStore::new());
        receiver.build().map(drop)
    };
    let ed = || config(JwsAlgorithm::EdDsa);
    assert_eq!(pack(ed(), key_of(JwsAlgorithm::EdDsa)), Ok(()));
    for other in [JwsAlgorithm::Es256, JwsAlgorithm::Rs256] {
        let refused = pack(ed(), key_of(other)).unwrap_err().to_string();
        assert!(
            refused.contains("algorithm that its scheme names"),
            "{refused}"
        );
    }
    // A key of several algorithms is for each.
    let several = VerifyingKey::der(
        file("rsa.pub.der"),
        [JwsAlgorithm::Rs256, JwsAlgorithm::Ps256],
    );
    assert_eq!(pack(config(JwsAlgorithm::Ps256), several.clone()), Ok(()));
    assert!(pack(config(JwsAlgorithm::Rs512), several).is_err());
    // What is no signature by a private key, or has no two numbers.
    for wrong in [
        config(JwsAlgorithm::Hs256),
        ed().ecdsa_form(EcdsaForm::Der),
        ed().key_id("x signature"),
        ed().id("x-id"),
        PublicKeySignatureConfig::new(JwsAlgorithm::EdDsa, "x-signature", SignatureEncoding::Jws),
    ] {
        assert!(
            PublicKeySignature::try_from(wrong.clone()).is_err(),
            "{wrong:?}"
        );
    }
}

fn list() -> PublicKeySignatureConfig {
    config(JwsAlgorithm::EdDsa).layout(SignatureLayout::List)
}

/// The key that signs in these tests, and others in front of it.
fn ring(others: u8) -> Vec<Key> {
    // A point of RFC 8032's tests, and the one with the other sign.
    let other = |place: u8| {
        let text = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
        let mut point = const_hex::decode(text).unwrap();
        point[31] ^= 0x80 * (place % 2);
        let key = VerifyingKey::raw(&point, [JwsAlgorithm::EdDsa]);
        Key::public(place.to_string(), key)
    };
    let own = Key::public("own", key_of(JwsAlgorithm::EdDsa));
    (0..others).map(other).chain([own]).collect()
}

#[test]
fn a_request_is_verified_sixteen_times_at_most() {
    assert_eq!(PublicKeySignature::MAX_VERIFICATIONS, 16);
    let scheme = scheme(list());
    let right = const_hex::encode(signed(JwsAlgorithm::EdDsa, EcdsaForm::Fixed));
    let wrong = "00".repeat(64);
    let judge = |others: u8, before: usize| {
        let header = format!("{}{right}", format!("{wrong},").repeat(before));
        let headers = vec![("x-signature", &*header)];
        let request = RawRequest::new(Head::new("POST", "/", &headers), BODY.as_bytes());
        let ring = ring(others);
        let verified = scheme.verify(request, LiveKeys::new(&ring, now()));
        verified.map(|it| it.key_id().to_string())
    };
    // The signature that is right is the last one, and so is the key that made it.
    for (others, before) in [(0, 0), (0, 15), (1, 7), (3, 3), (7, 1)] {
        assert_eq!(
            judge(others, before).as_deref(),
            Ok("own"),
            "{others} {before}"
        );
    }
    for (others, before) in [(1, 8), (3, 4), (7, 2)] {
        assert_eq!(judge(others, before), Err(MISMATCH), "{others} {before}");
    }
    // More than eight keys are not tried with any signature.
    assert_eq!(judge(8, 0), Err(MISMATCH));
}

#[test]
fn signatures_that_cannot_be_are_passed_over_and_none_that_can_is_malformed() {
    let scheme = scheme(list());
    let right = const_hex::encode(signed(JwsAlgorithm::EdDsa, EcdsaForm::Fixed));
    let judge = |header: &str| {
        let key = key_of(JwsAlgorithm::EdDsa);
        judged(&scheme, key, header, BODY.as_bytes())
    };
    for header in [format!("00,zz,,{right}"), format!("{right},{right}")] {
        assert_eq!(judge(&header), Ok(()));
    }
    for header in ["", "00", "zz", &right[2..], &format!("0x{right}")] {
        assert_eq!(judge(header), Err(MALFORMED), "{header}");
    }
}

#[test]
fn the_header_that_names_the_key_chooses_among_those_that_are_trusted() {
    let scheme = scheme(config(JwsAlgorithm::EdDsa).key_id("x-key-id"));
    let right = const_hex::encode(signed(JwsAlgorithm::EdDsa, EcdsaForm::Fixed));
    let judge = |names: &[&str], own: Option<&str>| {
        let key = key_of(JwsAlgorithm::EdDsa);
        let key = match own {
            Some(name) => key.with_id(name),
            None => key,
        };
        let keys = [Key::public("0", key)];
        let named = names.iter().map(|name| ("x-key-id", *name));
        let headers: Vec<_> = [("x-signature", &*right)]
            .into_iter()
            .chain(named)
            .collect();
        let request = RawRequest::new(Head::new("POST", "/", &headers), BODY.as_bytes());
        let name = scheme.key_name(&request).map(|name| name.map(String::from));
        let verified = scheme.verify(request, LiveKeys::new(&keys, now()));
        (name, verified.map(drop))
    };
    let named = |name: &str| Ok(Some(name.to_owned()));
    assert_eq!(judge(&["2026"], Some("2026")), (named("2026"), Ok(())));
    assert_eq!(judge(&["2026"], None), (named("2026"), Ok(())));
    assert_eq!(
        judge(&["2025"], Some("2026")),
        (named("2025"), Err(MISMATCH))
    );
    let long = "k".repeat(257);
    for wrong in [&[][..], &[""], &["2026", "2026"], &[&*long]] {
        let (name, verified) = judge(wrong, Some("2026"));
        assert!(
            matches!(name, Err(Rejection::MalformedSignature(_))),
            "{wrong:?}"
        );
        assert!(
            matches!(verified, Err(Rejection::MalformedSignature(_))),
            "{wrong:?}"
        );
    }
}

#[tokio::test]
async fn deliveries_arrive_over_http_while_the_key_is_rotated() {
    let config = PublicKeySignatureConfig::new(
        JwsAlgorithm::EdDsa,
        "x-signature",
        SignatureEncoding::Base64Url,
    )
    .id("x-id")
    .timestamp("x-time", TimestampForm::Seconds)
    .template("{id}.{timestamp}.{body}");
    let old = Signer::new(config.clone(), file("ed.key.pem")).unwrap();
    let rfc = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    let new = Signer::new(config.clone(), const_hex::decode(rfc).unwrap()).unwrap();
    let new_key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let new_key = Key::public("new", VerifyingKey::hex(new_key, [JwsAlgorithm::EdDsa]));
    let ring = Keyring::from(key_of(JwsAlgorithm::EdDsa));
    let pack = Preset::custom("acme", scheme(config), ring.clone());
    let stage = Stage::of(pack, |builder| builder).await;
    let call = |signer: &Signer, id: &str, at: UnixTime| {
        let sent = Sent::post("/hook", "application/json", BODY);
        Call::of(&signer.sign(sent, id, at).unwrap())
    };
    let status = async |call: Call| stage.send(&call).await.status;
    assert_eq!(status(call(&old, "1", now())).await, 200);
    assert_eq!(status(call(&new, "2", now())).await, 401);
    ring.replace([new_key]).unwrap();
    assert_eq!(status(call(&old, "3", now())).await, 401);
    assert_eq!(status(call(&new, "2", now())).await, 200);
    // A copy, an id that nobody signed, and a time outside of the window.
    assert_eq!(status(call(&new, "2", now())).await, 200);
    assert_eq!(status(call(&new, "2", now()).with("x-id", "4")).await, 401);
    let early = UnixTime::from_secs(now().as_secs() - 301);
    assert_eq!(status(call(&new, "5", early)).await, 401);
    assert_eq!(stage.script.runs(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// What [`templates`](super::templates) shows of MACs holds here too: one reader takes and refuses settings for both.
    #[test]
    fn a_template_is_taken_where_it_is_taken_for_macs(
        template in "(\\{(id|timestamp|timestamp:10|body|body|method|path|url|header:x-a|nonce)\\}|[.:a|-]){1,5}",
        has_id: bool,
        has_time: bool,
        has_url: bool,
    ) {
        let mut mac = HmacHeaderConfig::new("x-signature", SignatureEncoding::Hex).template(&template);
        let mut key = config(JwsAlgorithm::EdDsa).template(&template);
        mac.id_header = has_id.then(|| "x-id".to_owned());
        mac.timestamp_header = has_time.then(|| "x-time".to_owned());
        mac.url = has_url.then(|| "https://hooks.example/".to_owned());
        (key.id_header, key.timestamp_header, key.url) =
            (mac.id_header.clone(), mac.timestamp_header.clone(), mac.url.clone());
        let mac = HmacHeader::try_from(mac).map(drop);
        prop_assert_eq!(PublicKeySignature::try_from(key).map(drop), mac);
    }
}
