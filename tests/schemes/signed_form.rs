//! A MAC over an address and the fields of a form.

use std::collections::BTreeSet;

use bytes::Bytes;
use hookgate::{
    BuildError, EventKey, Key, Receiver, Rejection, Secret, UnixTime,
    json::Payload,
    pack::{LiveKeys, RawRequest, Scheme},
    providers::preset::{Preset, PresetSimulator},
    schemes::{Digest, SignatureEncoding, SignedForm, SignedFormConfig},
    simulator::{Sent, Signer},
};
use proptest::prelude::*;

use crate::props::{
    Call, Seen, Stage, at_once,
    presets::{head_of, vectors},
};

const ADDRESS: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
const TARGET: &str = "/myapp.php?foo=1&bar=2";
const TOKEN: &str = "12345";
const FORM: &str = "application/x-www-form-urlencoded";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

fn config(fields: &[&str]) -> SignedFormConfig {
    SignedFormConfig::new("x-twilio-signature", SignatureEncoding::Base64)
        .digest(Digest::Sha1)
        .url(ADDRESS)
        .fields(fields.iter().copied())
        .body_digest("bodySHA256")
}

/// What is proved of a request, and the digest that identifies it.
fn proved(config: &SignedFormConfig, sent: &Sent) -> Result<(Bytes, [u8; 32]), Rejection> {
    let scheme = SignedForm::try_from(config.clone()).unwrap();
    let keys = [Key::new("0", Secret::utf8(TOKEN).unwrap())];
    let request = RawRequest::new(head_of(sent), &sent.body);
    let verified = scheme.verify(request, LiveKeys::new(&keys, NOW))?;
    let digest = verified.digest().unwrap();
    Ok((verified.bytes_of(&sent.body), *digest.as_bytes()))
}

fn form(body: &str, signature: &str) -> Sent {
    let headers = [("content-type", FORM), ("x-twilio-signature", signature)];
    Sent::new(TARGET, headers, body.to_owned())
}

fn signed(config: &SignedFormConfig, media_type: &str, body: &str) -> Sent {
    let signer = Signer::new(config.clone(), TOKEN).unwrap();
    let sent = Sent::post("/", media_type, body.to_owned());
    signer.sign(sent, "", NOW).unwrap()
}

/// github.com/twilio/twilio-python and twilio-node, the tests of their validators.
#[test]
fn repeated_fields_are_signed_as_twilios_libraries_do() {
    let config = config(&["Sid", "SidAccount", "Digits", "MessagingBinding.Address"]);
    for (body, signature) in [
        (
            "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234",
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        ),
        (
            "Digits=1234&Digits=5678&Digits=1234&SidAccount=AC123&Sid=CA123",
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        ),
        (
            "MessagingBinding.Address=%2B1415xxxxxxx&MessagingBinding.Address=%2B1325xxxxxxx",
            "83O6e2vORAoJHUNzJjDWN1jz+BA=",
        ),
    ] {
        assert!(proved(&config, &form(body, signature)).is_ok(), "{body}");
    }
    let (text, _) = proved(
        &config,
        &form(
            "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234",
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        ),
    )
    .unwrap();
    assert_eq!(text, "Digits=1234&Digits=5678&Sid=CA123&SidAccount=AC123");
}

/// One signed text has several readings. A name that nobody knows could swallow the fields behind it.
#[test]
fn a_form_with_a_field_that_is_not_named_is_refused() {
    let signed_by_sender = signed(
        &config(&["Body", "From", "New"]),
        FORM,
        "Body=a&From=b&New=c",
    );
    let known = config(&["Body", "From"]);
    let refused = proved(&known, &signed_by_sender).unwrap_err();
    let why = "the form has a field that the settings do not name";
    assert_eq!(refused, Rejection::MalformedSignature(why));
    assert!(proved(&known.clone().fields(["New"]), &signed_by_sender).is_ok());
    // Or taken and left out, by name.
    let (text, digest) = proved(&known.leave_out_unknown_fields(), &signed_by_sender).unwrap();
    assert_eq!(text, "Body=a&From=b");
    let whole = proved(&config(&["Body", "From", "New"]), &signed_by_sender).unwrap();
    assert_eq!(digest, whole.1);
    // One without a name, or with a long one, is none that a sender means.
    let leaves_out = config(&["Body"]).leave_out_unknown_fields();
    let why = "a field of the form has no name, or one that is too long";
    for (name, taken) in [
        (String::new(), false),
        ("n".repeat(256), true),
        ("n".repeat(257), false),
    ] {
        let body = format!("Body=a&{name}=b");
        let signer = Signer::new(leaves_out.clone(), TOKEN).unwrap();
        let sent = signer.sign(Sent::post("/", FORM, body.clone()), "", NOW);
        assert_eq!(sent.is_ok(), taken, "{}", name.len());
        let seen = proved(&leaves_out, &form(&body, "IK+Dwps556ElfBT0I3Rgjkr1wJU="));
        let refused = match taken {
            true => Rejection::SignatureMismatch,
            false => Rejection::MalformedSignature(why),
        };
        assert_eq!(seen, Err(refused), "{}", name.len());
    }
    // Names are compared as they stand.
    for body in ["body=a", "Body%20=a", "Bod=y", "=a", "B%6fdy=a"] {
        let sent = signed(&config(&["Body", "Bod"]), FORM, "Body=a").with_body(body);
        let is_right = body == "B%6fdy=a";
        assert_eq!(
            proved(&config(&["Body", "From"]), &sent).is_ok(),
            is_right,
            "{body}"
        );
    }
}

#[test]
fn a_form_is_read_in_one_way_or_refused() {
    let config = config(&["Body", "From"]);
    let sent = signed(&config, FORM, "Body=a&From=b");
    for body in [
        "Body=a&From=b&",
        "&Body=a&From=b",
        "Body=a&&From=b",
        "Body=a&From",
        "Body=a;From=b",
        "Body=%&From=b",
        "Body=%6&From=b",
        "Body=%ff&From=b",
        "",
        "Body",
    ] {
        let refused = proved(&config, &sent.clone().with_body(body.to_owned()));
        assert!(
            matches!(
                refused,
                Err(Rejection::MalformedSignature(_) | Rejection::SignatureMismatch)
            ),
            "{body}: {refused:?}"
        );
    }
    // As many fields as are taken, and one more.
    let many = |count: usize| {
        let fields: Vec<_> = (0..count).map(|number| format!("Body={number}")).collect();
        fields.join("&")
    };
    assert!(proved(&config, &signed(&config, FORM, &many(256))).is_ok());
    let more = sent.with_body(many(257));
    let why = "the form has too many fields";
    assert_eq!(
        proved(&config, &more).unwrap_err(),
        Rejection::MalformedSignature(why)
    );
}

/// However it is written on the way, it is one event, and a handler gets one text.
#[test]
fn what_is_proved_of_a_form_is_written_as_it_was_signed() {
    let config = config(&["Body", "From", "To"]);
    let sent = signed(&config, FORM, "To=c&Body=a+%26%3d+b&From=%C3%A9&Body=a");
    let right = proved(&config, &sent).unwrap();
    assert_eq!(right.0, "Body=a&Body=a+%26%3D+b&From=%C3%A9&To=c");
    for body in [
        "Body=a&Body=a%20%26%3D%20b&From=%c3%a9&To=%63",
        "From=%C3%A9&To=c&To=c&Body=a&Body=a+%26=+b",
    ] {
        let sent = sent.clone().with_body(body);
        assert_eq!(proved(&config, &sent), Ok(right.clone()), "{body}");
    }
    let other = signed(&config, FORM, "Body=a&From=b");
    assert_ne!(proved(&config, &other).unwrap().1, right.1);
}

/// Nothing parts a value from the next name. The digest of the text identifies the event, so it is the same one.
#[test]
fn another_reading_of_a_signed_text_is_the_same_event() {
    let config = config(&["Body", "Digits", "From"]);
    let sent = signed(&config, FORM, "Body=now+Digits99&From=%2B1");
    let other = sent.clone().with_body("Body=now+&Digits=99&From=%2B1");
    let (sent, other) = (
        proved(&config, &sent).unwrap(),
        proved(&config, &other).unwrap(),
    );
    assert_ne!(sent.0, other.0);
    assert_eq!(sent.1, other.1);
}

#[test]
fn path_and_query_are_those_of_the_address() {
    let config = config(&["Body"]);
    let why = "the request's path and query are not those of the address that it covers";
    for (media_type, body) in [(FORM, "Body=a"), ("application/json", "{}")] {
        let sent = signed(&config, media_type, body);
        assert!(sent.path.starts_with(TARGET));
        assert!(proved(&config, &sent).is_ok());
        for path in [
            "/myapp.php",
            "/myapp.php?foo=1",
            "/myapp.php?foo=1&bar=2&more=1",
            "/myapp.php?foo=1&bar=21",
            "/myapp.php?bar=2&foo=1",
            "/other?foo=1&bar=2",
            "/Myapp.php?foo=1&bar=2",
            "/myapp.php?foo=1&bar=2&bodySHA256=",
            "/myapp.php?foo=1&bar=2&bodySHA256=0x",
            // As many digits as a digest has, and a sign more.
            &format!("{TARGET}&bodySHA256=0x{}", "0".repeat(64)),
            &format!("{TARGET}&bodySHA256={}g", "0".repeat(63)),
        ] {
            let mut sent = sent.clone();
            sent.path = path.to_owned();
            let refused = proved(&config, &sent).unwrap_err();
            assert_eq!(refused, Rejection::MalformedSignature(why), "{path}");
        }
    }
    let without_query = config.url("https://mycompany.com/myapp.php");
    let sent = signed(&without_query, FORM, "Body=a");
    assert!(proved(&without_query, &sent).is_ok());
    for path in ["/myapp.php?", "/myapp.php?more=1", "/myapp.php/"] {
        let mut sent = sent.clone();
        sent.path = path.to_owned();
        let refused = proved(&without_query, &sent).unwrap_err();
        assert_eq!(refused, Rejection::MalformedSignature(why), "{path}");
    }
}

/// Twilio is known to sign either, and whichever it is, it is one event.
#[test]
fn the_port_of_the_scheme_may_be_signed_or_left_out() {
    let at = |url: &str| config(&["Body"]).url(url);
    for (plain, with_port, other_port) in [
        (
            "https://hooks.example/hook?a=1",
            "https://hooks.example:443/hook?a=1",
            "https://hooks.example:80/hook?a=1",
        ),
        (
            "http://hooks.example/hook",
            "http://hooks.example:80/hook",
            "http://hooks.example:443/hook",
        ),
    ] {
        for (media_type, body) in [(FORM, "Body=a"), ("application/json", "{}")] {
            let [by_plain, by_port] =
                [plain, with_port].map(|url| signed(&at(url), media_type, body));
            for url in [plain, with_port] {
                let first = proved(&at(url), &by_plain).unwrap();
                assert_eq!(proved(&at(url), &by_port), Ok(first), "{url}");
            }
            let refused = proved(&at(plain), &signed(&at(other_port), media_type, body));
            assert_eq!(refused, Err(Rejection::SignatureMismatch), "{other_port}");
        }
    }
}

#[test]
fn a_body_that_is_no_form_is_that_of_its_digest() {
    let config = config(&["Body"]);
    let json = "application/json";
    let sent = signed(&config, json, r#"{"a":1}"#);
    assert_eq!(proved(&config, &sent).unwrap().0, r#"{"a":1}"#);
    let refused = |sent: Sent| proved(&config, &sent).unwrap_err();
    let why = "the digest that it covers is not that of the body";
    let other = sent.clone().with_body(r#"{"a":2}"#);
    assert_eq!(refused(other), Rejection::MalformedSignature(why));
    // A right digest of another body, which nobody has signed.
    let mut swapped = sent.clone().with_body("{}");
    swapped.path = signed(&config, json, "{}").path;
    assert_eq!(refused(swapped), Rejection::SignatureMismatch);
    for more in ["&more=1", "0", "&bodySHA256=0"] {
        let mut longer = sent.clone();
        longer.path += more;
        assert!(
            matches!(refused(longer), Rejection::MalformedSignature(_)),
            "{more}"
        );
    }
    // Without a parameter that is set, there are only forms.
    let mut forms_alone = config.clone();
    forms_alone.body_digest = None;
    assert!(proved(&forms_alone, &sent).is_err());
    let signer = Signer::new(forms_alone, TOKEN).unwrap();
    assert!(signer.sign(Sent::post("/", json, "{}"), "", NOW).is_err());
}

#[test]
fn a_body_that_is_not_what_its_content_type_says_is_refused() {
    let config = config(&["Body"]);
    for (media_type, body, other) in [
        (FORM, "Body=a", "application/json"),
        ("application/json", "{}", FORM),
    ] {
        let sent = signed(&config, media_type, body);
        let sent = sent
            .without_header("content-type")
            .with_header("content-type", other);
        assert_eq!(proved(&config, &sent), Err(Rejection::MislabelledBody));
    }
}

#[test]
fn settings_that_cannot_be_right_are_refused() {
    let refused = |config: SignedFormConfig| SignedForm::try_from(config).is_err();
    let with = |url: &str| config(&["Body"]).url(url);
    for url in [
        "",
        "/hook",
        "ftp://hooks.example/",
        "https://hooks.example/#a",
        "https:///hook",
        "https://hooks.example/ä",
    ] {
        assert!(refused(with(url)), "{url}");
    }
    for name in ["", "a b", "&", "1a", "?a", "a=", "é", &"a".repeat(65)] {
        assert!(refused(config(&["Body", name])), "{name}");
        assert!(refused(config(&["Body"]).body_digest(name)), "{name}");
    }
    let many: Vec<String> = (0..1025).map(|number| format!("f{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert!(!refused(config(&many[..1024])));
    assert!(refused(config(&many)));
    let mut without = config(&["Body"]);
    without.url = None;
    assert!(refused(without));
    let mut nothing = config(&[]);
    nothing.body_digest = None;
    assert!(refused(nothing));
    assert!(!refused(with(
        "https://user:pass@hooks.example:8443/a/b?c=d"
    )));
}

#[tokio::test]
async fn a_handler_gets_twilios_form_and_a_second_reading_is_a_copy() {
    let vector = vectors("twilio").remove(0);
    let delivery = vector.delivery().await;
    let text = "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212";
    assert_eq!(delivery.payload(), text);
    let Payload::Unrecognized { raw, .. } = delivery.into_event() else {
        panic!("a form is no JSON");
    };
    assert_eq!(raw, text);

    let pack = || {
        let token = Secret::utf8(TOKEN).unwrap();
        Preset::twilio(token).address("https://hooks.example/hook")
    };
    let stage = Stage::of(pack(), |it| it).await;
    let twilio = PresetSimulator::twilio(TOKEN).address("https://hooks.example/hook");
    let sent = twilio.send(NOW, "Body=now+Digits99&From=%2B1");
    let other = sent.clone().with_body("Body=now+&Digits=99&From=%2B1");
    for sent in [&sent, &other, &sent] {
        assert_eq!(stage.send(&Call::of(sent)).await.status, 200);
        assert_eq!(stage.script.runs(), 1);
    }
    assert_eq!(stage.script.last().raw, "Body=now+Digits99&From=%2B1");
}

#[tokio::test]
async fn fields_of_ones_own_are_named() {
    let preset = || {
        let token = Secret::utf8(TOKEN).unwrap();
        Preset::twilio(token).address("https://hooks.example/hook")
    };
    let settings = SignedFormConfig::new("x-twilio-signature", SignatureEncoding::Base64)
        .digest(Digest::Sha1)
        .url("https://hooks.example/hook")
        .fields(["Body", "Brand.New"]);
    let sent = signed(&settings, FORM, "Body=a&Brand.New=b");
    let refused = Seen::by_pack(preset(), NOW, sent.clone())
        .await
        .unwrap_err();
    assert_eq!(refused.status, 401);
    let named = preset().form_fields(["Brand.New"]);
    let seen = Seen::by_pack(named, NOW, sent).await.unwrap();
    assert_eq!(seen.payload, "Body=a&Brand.New=b");

    // Whoever names fields has not said what becomes of others.
    let sent = signed(&settings.fields(["Other"]), FORM, "Brand.New=b&Other=c");
    let named = || preset().form_fields(["Brand.New"]);
    let refused = Seen::by_pack(named(), NOW, sent.clone()).await;
    assert_eq!(refused.unwrap_err().status, 401);
    let left_out = named().leave_out_unknown_fields();
    let seen = Seen::by_pack(left_out, NOW, sent).await.unwrap();
    assert_eq!(seen.payload, "Brand.New=b");

    let secret = || Secret::utf8("k").unwrap();
    let built = Receiver::new("hook", Preset::github(secret()).form_fields(["a"])).judge();
    assert!(matches!(built.map(|_| ()), Err(BuildError::Scheme(_))));
}

/// Short names and values of few letters, so that texts with several readings are common.
fn forms() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let name = prop::sample::select(vec!["A", "AB", "B", "BA"]);
    prop::collection::vec((name, "[AB]{0,3}"), 1..4)
}

fn text_of(form: &[(&str, String)]) -> String {
    let pairs: BTreeSet<_> = form.iter().collect();
    pairs
        .into_iter()
        .map(|(name, value)| format!("{name}{value}"))
        .collect()
}

fn body_of(form: &[(&str, String)]) -> String {
    let pairs: Vec<_> = form
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

proptest! {
    /// A signature proves the forms of its text and no others, and all of them are one event.
    #[test]
    fn forms_of_one_text_are_one_event_and_others_are_refused(one in forms(), other in forms()) {
        let config = config(&["A", "AB", "B", "BA"]);
        let sent = signed(&config, FORM, &body_of(&one));
        let right = proved(&config, &sent).unwrap();
        let seen = proved(&config, &sent.with_body(body_of(&other)));
        if text_of(&one) == text_of(&other) {
            prop_assert_eq!(seen.unwrap().1, right.1);
        } else {
            prop_assert_eq!(seen, Err(Rejection::SignatureMismatch));
        }
    }
}

/// The event keys of two addresses differ, though the fields are the same.
#[test]
fn the_address_is_part_of_what_identifies_an_event() {
    let key = |url: &'static str| -> EventKey {
        let pack = Preset::twilio(Secret::utf8(TOKEN).unwrap()).address(url);
        let sent = PresetSimulator::twilio(TOKEN)
            .address(url)
            .send(NOW, "Body=a");
        at_once(async move { Seen::by_pack(pack, NOW, sent).await.unwrap().counted.key })
    };
    let first = key("https://hooks.example/hook?of=1");
    assert_ne!(first, key("https://hooks.example/hook?of=2"));
}
