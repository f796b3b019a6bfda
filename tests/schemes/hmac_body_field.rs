//! The MAC inside the body that it covers: which bytes it proves, and what is refused.

use base64::{Engine, engine::general_purpose::STANDARD};
use hookgate::{
    BuildError, Key, Rejection, Secret, UnixTime,
    keys::Encoding,
    pack::{Head, LiveKeys, RawRequest, Scheme},
    schemes::{
        Coverage, Digest, HmacBodyField, HmacBodyFieldConfig, Recipe, SignatureEncoding,
        hmac_body_field::{Signed, diagnose},
    },
};
use proptest::prelude::*;

use crate::props::hmac_sha256;

const SECRET: &str = "N0tASecretForAnyone0123456789abc";
const SIGNED: &str = r#"{"id":"1","type":"t","data":{"n":1.5,"s":"é\n"}}"#;
const DATA: &str = r#"{"n":1.5,"s":"é\n"}"#;
const SORTED: &str = r#"{"data":{"n":1.5,"s":"é\n"},"id":"1","type":"t"}"#;

fn mac(text: &str) -> String {
    STANDARD.encode(hmac_sha256(SECRET.as_bytes(), text.as_bytes()))
}

fn scheme(recipe: Recipe) -> HmacBodyField {
    HmacBodyField::try_from(HmacBodyFieldConfig::new("signature"))
        .unwrap()
        .recipe(recipe)
}

/// The bytes that the proof covers.
fn verify(recipe: Recipe, body: &str) -> Result<String, Rejection> {
    prove(recipe, body).map(|(covered, _)| covered)
}

/// The bytes that the proof covers, and whether they are those that arrived.
fn prove(recipe: Recipe, body: &str) -> Result<(String, bool), Rejection> {
    let keys = [Key::new("0", Secret::utf8(SECRET).unwrap())];
    let headers: Vec<(&str, &str)> = Vec::new();
    let request = RawRequest::new(Head::new("POST", "/", &headers), body.as_bytes());
    let verified = scheme(recipe).verify(request, LiveKeys::new(&keys, UnixTime::EPOCH))?;
    Ok(match verified.coverage() {
        Coverage::BodyBut { proof, .. } => {
            let covered = format!("{}{}", &body[..proof.start], &body[proof.end..]);
            (covered, true)
        }
        Coverage::Part(part) => (body[part.clone()].to_owned(), true),
        Coverage::Bytes(bytes) => (String::from_utf8(bytes.to_vec()).unwrap(), false),
        other => panic!("{other:?}"),
    })
}

/// The text that each recipe signs, and the body that a sender makes of it.
fn sent(recipe: Recipe) -> (String, String) {
    let with =
        |value: &str| SIGNED.replace(r#""data":"#, &format!(r#""signature":{value},"data":"#));
    let signed = match recipe {
        Recipe::WithoutMember => SIGNED.to_owned(),
        Recipe::EmptyMember => with(r#""""#),
        Recipe::NullMember => with("null"),
        Recipe::SortedKeys => SORTED.to_owned(),
        Recipe::DataOnly => DATA.to_owned(),
        _ => unreachable!(),
    };
    let body = with(&format!("\"{}\"", mac(&signed)));
    (signed, body)
}

#[test]
fn every_recipe_proves_the_bytes_as_they_arrived() {
    for recipe in Recipe::ALL.iter().copied() {
        let (signed, body) = sent(recipe);
        let (covered, as_arrived) = prove(recipe, &body).unwrap();
        assert_eq!(as_arrived, recipe != Recipe::SortedKeys);
        match recipe {
            // The value's bytes are the proof.
            Recipe::EmptyMember => assert_eq!(covered, signed.replace("\"\"", "")),
            Recipe::NullMember => assert_eq!(covered, signed.replace("null", "")),
            _ => assert_eq!(covered, signed),
        }
    }
}

#[test]
fn every_recipe_proves_a_body_that_was_written_anew() {
    for recipe in Recipe::ALL.iter().copied() {
        let (signed, body) = sent(recipe);
        let pretty = body
            .replace(',', " ,\n\t")
            .replace(':', " : ")
            .replace('é', "\\u00E9")
            .replace("1.5", "15e-1")
            .replace('/', "\\/")
            .replace(r#""signature""#, r#""\u0073ignature""#);
        assert_eq!(verify(recipe, &pretty).unwrap(), signed, "{recipe:?}");
    }
}

#[test]
fn a_body_of_another_recipe_is_refused() {
    for recipe in Recipe::ALL.iter().copied() {
        let (_, body) = sent(recipe);
        for other in Recipe::ALL.iter().copied().filter(|other| *other != recipe) {
            assert_eq!(
                verify(other, &body),
                Err(Rejection::SignatureMismatch),
                "{recipe:?} {other:?}"
            );
        }
    }
}

#[test]
fn the_place_of_the_member_does_not_matter() {
    let mac = mac(SIGNED);
    for body in [
        SIGNED.replacen('{', &format!("{{\"signature\":\"{mac}\","), 1),
        SIGNED.replace("}}", &format!("}},\"signature\":\"{mac}\"}}")),
    ] {
        assert_eq!(verify(Recipe::WithoutMember, &body).unwrap(), SIGNED);
    }
}

#[test]
fn what_would_be_read_in_two_ways_is_refused() {
    let (_, body) = sent(Recipe::WithoutMember);
    let swap = |from, to| {
        let changed = body.replace(from, to);
        assert_ne!(changed, body);
        verify(Recipe::WithoutMember, &changed)
    };
    // A second signature, escaped or not, before the first. The scheme finds this one.
    for second in [r#"{"\u0073ignature":"x","id""#, r#"{"signature":null,"id""#] {
        assert!(matches!(
            swap(r#"{"id""#, second),
            Err(Rejection::MalformedSignature(_))
        ));
    }
    // Behind it, it is one member more than was signed.
    for second in [r#","\u0073ignature":"x"}"#, r#","signature":"x" }"#] {
        let changed = format!("{}{second}", &body[..body.len() - 1]);
        assert!(matches!(
            verify(Recipe::WithoutMember, &changed),
            Err(Rejection::MalformedSignature(_))
        ));
    }
    // The fallback meets repeated members at any depth, and numbers without a value.
    assert_eq!(
        swap(r#"{"n":"#, r#"{"n":0,"n":"#),
        Err(Rejection::MalformedSignature("a member stands twice"))
    );
    assert_eq!(
        swap("1.5", "1e400"),
        Err(Rejection::MalformedSignature("a number is not finite"))
    );
    // A signature of the same object, moved to where it would be an unsigned member of another.
    let signature = mac(SIGNED);
    let nested = SIGNED.replace("{\"n\"", &format!("{{\"signature\":\"{signature}\",\"n\""));
    assert_eq!(
        verify(Recipe::WithoutMember, &nested),
        Err(Rejection::MissingSignature)
    );
}

#[test]
fn numbers_that_are_one_double_are_one_text_only_after_the_fallback() {
    let signed = r#"{"n":9007199254740992,"z":null}"#;
    let body = |n: &str, z: &str| format!(r#"{{"n":{n},"z":{z},"signature":"{}"}}"#, mac(signed));
    let covered = |n, z| verify(Recipe::WithoutMember, &body(n, z));
    // The authenticated bytes say 992, whatever arrived.
    assert_eq!(covered("9007199254740993", "null").unwrap(), signed);
    assert_eq!(
        covered("9007199254740994", "null"),
        Err(Rejection::SignatureMismatch)
    );
    assert_eq!(
        covered("9007199254740992", "1e400"),
        Err(Rejection::MalformedSignature("a number is not finite"))
    );
}

#[test]
fn a_signature_that_cannot_be_one_is_refused_before_any_hashing() {
    let (_, body) = sent(Recipe::WithoutMember);
    let signature = mac(SIGNED);
    let malformed = Err(Rejection::MalformedSignature(
        "it is not in the scheme's encoding and length",
    ));
    let long = "A".repeat(2_000_000);
    let hex = "ab".repeat(32);
    for wrong in [
        "",
        "AAAA",
        &signature[1..],
        &signature.replace('=', ""),
        &long,
        &hex,
    ] {
        assert_eq!(
            verify(Recipe::WithoutMember, &body.replace(&signature, wrong)),
            malformed
        );
    }
    let quoted = format!("\"{signature}\"");
    for wrong in ["null", "1", "{}", "[\"x\"]", "\"\\ud800\""] {
        assert_eq!(
            verify(Recipe::WithoutMember, &body.replace(&quoted, wrong)),
            malformed
        );
    }
    assert_eq!(
        verify(Recipe::WithoutMember, SIGNED),
        Err(Rejection::MissingSignature)
    );
    for no_object in ["", "[]", "\"signature\"", "{", "{\"signature\":"] {
        assert!(matches!(
            verify(Recipe::WithoutMember, no_object),
            Err(Rejection::MalformedSignature(_))
        ));
    }
}

#[test]
fn a_slash_of_the_signature_may_be_escaped() {
    let signed = (0..)
        .map(|n| format!(r#"{{"n":{n}}}"#))
        .find(|text| mac(text).contains('/'))
        .unwrap();
    let body = format!(
        r#"{},"signature":"{}"}}"#,
        signed.trim_end_matches('}'),
        mac(&signed).replace('/', "\\/")
    );
    assert_eq!(verify(Recipe::WithoutMember, &body).unwrap(), signed);
}

#[test]
fn the_settings_of_a_config_survive_serde_and_are_checked() {
    let config: HmacBodyFieldConfig = serde_json::from_str(
        r#"{"member":"mac","recipe":"sorted_keys","encoding":"hex","digest":"sha512"}"#,
    )
    .unwrap();
    assert_eq!(config.recipe, Recipe::SortedKeys);
    assert_eq!(config.encoding, SignatureEncoding::Hex);
    assert_eq!(config.digest, Digest::Sha512);
    let text = serde_json::to_string(&config).unwrap();
    assert_eq!(
        serde_json::from_str::<HmacBodyFieldConfig>(&text).unwrap(),
        config
    );
    assert!(serde_json::from_str::<HmacBodyFieldConfig>(r#"{"member":"m","typo":1}"#).is_err());
    for member in ["", "a\"b", "a\\b", "a\nb"] {
        let built = HmacBodyField::try_from(HmacBodyFieldConfig::new(member));
        assert!(matches!(built, Err(BuildError::Name { .. })), "{member}");
    }
    let same = HmacBodyField::try_from(HmacBodyFieldConfig::new("data"));
    assert!(matches!(same, Err(BuildError::Scheme(_))));
}

#[test]
fn a_captured_body_tells_its_recipe_and_the_form_of_its_secret() {
    let config = HmacBodyFieldConfig::new("signature");
    for recipe in Recipe::ALL.iter().copied() {
        let (_, body) = sent(recipe);
        let found = diagnose(body.as_bytes(), SECRET, &config).unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|found| (found.signed, found.secret))
            .collect();
        assert_eq!(found, [(Signed::Recipe(recipe), Encoding::Utf8)]);
    }
    let body = sent(Recipe::WithoutMember)
        .1
        .replace(&mac(SIGNED), &mac("1"));
    let found = diagnose(body.as_bytes(), SECRET, &config).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].signed,
        Signed::Attributes {
            members: &["id"],
            separator: ""
        }
    );
    assert!(
        diagnose(body.as_bytes(), "another secret", &config)
            .unwrap()
            .is_empty()
    );
    assert!(diagnose(b"{", SECRET, &config).unwrap().is_empty());
}

proptest! {
    /// One changed byte outside the signature is refused, or is a change that ECMAScript does not see.
    #[test]
    fn one_changed_byte_never_changes_what_is_proved(place in 0..200_usize, to in any::<u8>()) {
        for recipe in Recipe::ALL.iter().copied().filter(|recipe| recipe.covers_all()) {
            let (_, body) = sent(recipe);
            let mut bytes = body.clone().into_bytes();
            let place = place % bytes.len();
            bytes[place] = to;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            if let Ok(covered) = verify(recipe, &changed) {
                prop_assert_eq!(covered, verify(recipe, &body).unwrap());
            }
        }
    }
}
