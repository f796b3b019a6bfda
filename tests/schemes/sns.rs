//! Messages of Amazon SNS: what their signature covers, and which are refused.

use hookgate::{
    BuildError, Key, Receiver, Rejection, Severity, UnixTime,
    dedup::MemoryStore,
    keys::VerifyingKey,
    pack::{Coverage, Head, LiveKeys, RawRequest, Scheme},
    providers::preset::Preset,
    schemes::{Sns, SnsConfig, SnsSignature},
    simulator::{Sent, Signer},
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::props::{
    now,
    sns::{OWN, TOPIC, certificate, genuine},
};

fn scheme(topic: &str, signature: SnsSignature) -> Sns {
    SnsConfig::new([topic])
        .signature(signature)
        .try_into()
        .unwrap()
}

/// What was proved of the body, by this certificate at this time.
fn proved_at(
    scheme: &Sns,
    headers: &[(&str, &str)],
    body: &[u8],
    key: VerifyingKey,
    at: UnixTime,
) -> Result<Vec<u8>, Rejection> {
    let headers = headers.to_vec();
    let request = RawRequest::new(Head::new("POST", "/", &headers), body);
    let keys = [Key::public("0", key)];
    let verified = scheme.verify(request, LiveKeys::new(&keys, at))?;
    match verified.coverage() {
        Coverage::Bytes(bytes) => Ok(bytes.to_vec()),
        other => panic!("{other:?}"),
    }
}

/// Of the program that is not hookgate.
fn proved(signature: SnsSignature, body: &str) -> Result<Vec<u8>, Rejection> {
    let scheme = scheme(TOPIC, signature);
    proved_at(
        &scheme,
        &[],
        body.as_bytes(),
        certificate(&OWN.by_root),
        now(),
    )
}

fn members(body: &[u8]) -> Map<String, Value> {
    serde_json::from_slice(body).unwrap()
}

/// The members that are signed.
fn signed(body: &[u8]) -> Map<String, Value> {
    let of_confirmation = ["SubscribeURL", "Token"];
    let of_all = [
        "Message",
        "MessageId",
        "Subject",
        "Timestamp",
        "TopicArn",
        "Type",
    ];
    let mut members = members(body);
    let is_notification = members["Type"] == "Notification";
    members.retain(|name, value| {
        let name = name.as_str();
        !value.is_null()
            && (of_all.contains(&name) || (!is_notification && of_confirmation.contains(&name)))
    });
    members
}

fn is_malformed<T>(refused: Result<T, Rejection>) -> bool {
    matches!(refused, Err(Rejection::MalformedSignature(_)))
}

#[test]
fn what_amazon_sns_has_signed_is_verified_where_its_version_is_taken() {
    for (name, version) in genuine::MESSAGES {
        let body = genuine::body(name);
        let of = |signature| {
            let scheme = scheme(genuine::TOPIC, signature);
            let key = certificate(genuine::pem());
            proved_at(&scheme, &[], &body, key, genuine::AT)
        };
        let (right, wrong) = match version {
            1 => (SnsSignature::Sha1, SnsSignature::Sha256),
            _ => (SnsSignature::Sha256, SnsSignature::Sha1),
        };
        for taken in [right, SnsSignature::Sha1OrSha256] {
            assert_eq!(members(&of(taken).unwrap()), signed(&body), "{name}");
        }
        assert!(is_malformed(of(wrong)), "{name}");
    }
}

#[test]
fn a_message_of_the_version_that_is_not_taken_says_what_to_change() {
    let refused = proved(SnsSignature::Sha256, &OWN.taken["sha1"]).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the signature is malformed: it is of version 1, by SHA-1: set the topic's attribute `SignatureVersion` to 2"
    );
    assert!(proved(SnsSignature::Sha1, &OWN.taken["sha1"]).is_ok());
    // The member that names the version is not signed: it makes no signature of the other one.
    for (name, version, signature) in [
        ("plain", "1", SnsSignature::Sha1OrSha256),
        ("sha1", "2", SnsSignature::Sha256),
    ] {
        let mut body = members(OWN.taken[name].as_bytes());
        body["SignatureVersion"] = version.into();
        let refused = proved(signature, &Value::from(body).to_string());
        assert_eq!(refused, Err(Rejection::SignatureMismatch), "{name}");
    }
}

#[test]
fn what_another_program_has_signed_is_verified_in_each_form_that_sns_writes() {
    for (name, body) in &OWN.taken {
        let proved = proved(SnsSignature::Sha1OrSha256, body);
        assert_eq!(members(&proved.unwrap()), signed(body.as_bytes()), "{name}");
    }
}

#[test]
fn what_is_signed_right_and_could_be_read_in_two_ways_or_is_not_ours_is_refused() {
    assert!(OWN.refused.len() > 10);
    for (name, body) in &OWN.refused {
        for signature in [SnsSignature::Sha256, SnsSignature::Sha1OrSha256] {
            assert!(proved(signature, body).is_err(), "{name}");
        }
    }
}

#[test]
fn each_signed_member_that_is_changed_or_left_out_is_refused() {
    for (name, version) in genuine::MESSAGES {
        let body = genuine::body(name);
        let signature = if version == 1 {
            SnsSignature::Sha1
        } else {
            SnsSignature::Sha256
        };
        let scheme = scheme(genuine::TOPIC, signature);
        let proved = |changed: &Map<String, Value>| {
            let body = Value::from(changed.clone()).to_string();
            proved_at(
                &scheme,
                &[],
                body.as_bytes(),
                certificate(genuine::pem()),
                genuine::AT,
            )
        };
        let right = members(&body);
        assert!(proved(&right).is_ok(), "written anew, it says the same");
        for member in signed(&body).keys().chain(&["Signature".to_owned()]) {
            let mut without = right.clone();
            without.remove(member);
            assert!(proved(&without).is_err(), "{name} without {member}");
            let text = right[member].as_str().unwrap();
            let mut others = vec![format!("{text} "), String::new(), format!("{text}\n")];
            others.extend([text.to_uppercase(), text.replacen('2', "3", 1)]);
            for other in others.into_iter().filter(|other| other != text) {
                let mut changed = right.clone();
                changed[member] = other.clone().into();
                assert!(proved(&changed).is_err(), "{name}: {member} is {other:?}");
            }
        }
        // A member more that would be signed.
        let mut more = right.clone();
        let added = if right.contains_key("Subject") {
            "Token"
        } else {
            "Subject"
        };
        more.insert(added.to_owned(), "A".into());
        let is_signed = added == "Subject" && right["Type"] == "Notification";
        assert_eq!(proved(&more).is_err(), is_signed, "{name}: {added}");
    }
}

#[test]
fn what_nothing_signs_may_say_anything_and_is_not_in_what_is_proved() {
    let right = members(OWN.taken["plain"].as_bytes());
    let proof = proved(SnsSignature::Sha256, &OWN.taken["plain"]).unwrap();
    for (name, value) in [
        ("UnsubscribeURL", json!("https://attacker.tld/")),
        (
            "MessageAttributes",
            json!({"admin": {"Type": "String", "Value": "true"}}),
        ),
        ("Token", json!("x")),
        ("SubscribeURL", json!("https://attacker.tld/")),
        ("message", json!("another")),
        ("Subject", json!(null)),
    ] {
        let mut changed = right.clone();
        changed.insert(name.to_owned(), value);
        let changed = proved(SnsSignature::Sha256, &Value::from(changed).to_string());
        assert_eq!(changed.unwrap(), proof, "{name}");
    }
}

#[test]
fn headers_decide_nothing() {
    let scheme = scheme(TOPIC, SnsSignature::Sha256);
    let headers = [
        ("x-amz-sns-message-type", "SubscriptionConfirmation"),
        (
            "x-amz-sns-topic-arn",
            "arn:aws:sns:us-west-2:999999999999:theirs",
        ),
        ("x-amz-sns-message-id", "1"),
        ("x-amz-sns-rawdelivery", "true"),
    ];
    let body = OWN.taken["plain"].as_bytes();
    let of = |headers: &[_]| proved_at(&scheme, headers, body, certificate(&OWN.by_root), now());
    assert_eq!(of(&headers).unwrap(), of(&[]).unwrap());
}

#[test]
fn a_body_with_a_member_twice_or_of_another_kind_is_no_message() {
    let body = &OWN.taken["plain"];
    let more = |text: &str| body.replacen('{', &format!("{{{text},"), 1);
    for wrong in [
        more(r#""Message":"Hello""#),
        more(r#""Mess\u0061ge":"Hello""#),
        more(r#""SigningCertURL":"https://attacker.tld/""#),
        more(r#""UnsubscribeURL":1,"UnsubscribeURL":2"#),
        body.replace("\"Hello\"", "[\"Hello\"]"),
        body.replace("\"Hello\"", "null"),
        body.replace("\"Hello\"", "\"\\ud800\""),
        body.replace("\"2\"", "2"),
        format!("[{body}]"),
        format!("{body}{body}"),
        body[..body.len() - 1].to_owned(),
        "{}".to_owned(),
        "Hello".to_owned(),
        String::new(),
    ] {
        assert!(proved(SnsSignature::Sha256, &wrong).is_err(), "{wrong}");
    }
    let no_id = proved(SnsSignature::Sha256, &OWN.refused["no id"]);
    assert_eq!(no_id, Err(Rejection::MissingId));
    let without = r#"{"Type":"Notification","Message":"a"}"#;
    let refused = proved(SnsSignature::Sha256, without);
    assert_eq!(refused, Err(Rejection::MissingSignature));
}

#[test]
fn raw_message_delivery_is_refused_with_what_to_change() {
    let scheme = scheme(TOPIC, SnsSignature::Sha256);
    for body in ["any text", "{}"] {
        let raw = [("x-amz-sns-rawdelivery", "true")];
        let key = certificate(&OWN.by_root);
        let refused = proved_at(&scheme, &raw, body.as_bytes(), key, now());
        let why = "raw message delivery signs nothing: turn it off for the subscription";
        assert_eq!(refused, Err(Rejection::MalformedSignature(why)), "{body}");
    }
}

#[test]
fn a_certificate_proves_nothing_outside_of_its_dates() {
    let scheme = scheme(TOPIC, SnsSignature::Sha256);
    let body = OWN.taken["plain"].as_bytes();
    let at = |pem: &str, at: UnixTime| proved_at(&scheme, &[], body, certificate(pem), at);
    for pem in [&OWN.ended, &OWN.not_begun] {
        assert!(is_malformed(at(pem, now())));
    }
    // 2026-01-01 and 2046-01-01, both inside.
    let secs = UnixTime::from_secs;
    let (begin, end) = (1_767_225_600, 2_398_377_600);
    assert!(at(&OWN.by_root, secs(begin)).is_ok());
    assert!(at(&OWN.by_root, secs(end)).is_ok());
    assert!(is_malformed(at(&OWN.by_root, secs(begin - 1))));
    assert!(is_malformed(at(&OWN.by_root, secs(end + 1))));
}

#[test]
fn a_key_is_named_for_a_message_of_ours_alone() {
    let scheme = scheme(TOPIC, SnsSignature::Sha256);
    let named = |body: &str| {
        let headers = Vec::<(&str, &str)>::new();
        let request = RawRequest::new(Head::new("POST", "/", &headers), body.as_bytes());
        let name = scheme.key_name(&request);
        name.map(|name| name.map(|it| it.into_owned()))
    };
    let id = "00000000000000000000000000000000";
    let own = format!("https://sns.us-west-2.amazonaws.com/SimpleNotificationService-{id}.pem");
    assert_eq!(named(&OWN.taken["plain"]), Ok(Some(own.clone())));
    for url in [
        own.replace("https", "http"),
        own.replace("us-west-2", "us-east-1"),
        own.replace("sns.", "sns.attacker."),
        own.replace("sns.", ""),
        own.replace("us-west-2.", "us-west-2.attacker."),
        own.replace(".amazonaws.com", ".amazonaws.com.cn"),
        own.replace(".amazonaws.com", ".attacker-amazonaws.com"),
        own.replace(".com/", ".com:8443/"),
        own.replace(".com/", ".com:443/"),
        own.replace(".com/", ".com./"),
        own.replace(".com/", ".com/x/"),
        own.replace("sns.", "SNS."),
        own.replace(".com/", ".com.attacker.tld/"),
        own.replace("//", "//user@"),
        own.replace("SimpleNotificationService", "x"),
        own.replace(id, "../../x"),
        own.replace(id, &id[1..]),
        own.replace(id, &format!("{id}0")),
        own.replace(id, &"A".repeat(32)),
        format!("{own}?"),
    ] {
        let mut body = members(OWN.taken["plain"].as_bytes());
        body["SigningCertURL"] = url.clone().into();
        assert!(is_malformed(named(&Value::from(body).to_string())), "{url}");
    }
    for (name, body) in &OWN.refused {
        // Of these only the signature is wrong.
        let is_forged = ["another key", "a digest of the other version"].contains(&&**name);
        assert_eq!(named(body).is_ok(), is_forged, "{name}");
    }
}

/// Whoever finds keys by their names may have several.
#[test]
fn a_certificate_of_another_name_than_the_message_gives_proves_nothing() {
    let scheme = scheme(TOPIC, SnsSignature::Sha256);
    let body = OWN.taken["plain"].as_bytes();
    let own = members(body)["SigningCertURL"].as_str().unwrap().to_owned();
    let named = |url: &str| {
        let key = certificate(&OWN.by_root).with_id(url);
        proved_at(&scheme, &[], body, key, now())
    };
    assert!(named(&own).is_ok());
    let other = own.replace(&"0".repeat(32), &"1".repeat(32));
    assert_ne!(other, own);
    assert!(named(&other).is_err());
}

/// A notification is sent again for weeks, with its first time. That of a confirmation must be in the window.
#[test]
fn the_time_of_a_confirmation_alone_is_that_of_the_request() {
    let scheme = scheme(TOPIC, SnsSignature::Sha256);
    let keys = [Key::public("0", certificate(&OWN.by_root))];
    let sent_at = |body: &str| {
        let headers = Vec::<(&str, &str)>::new();
        let request = RawRequest::new(Head::new("POST", "/", &headers), body.as_bytes());
        let verified = scheme.verify(request, LiveKeys::new(&keys, now())).unwrap();
        verified.sent_at()
    };
    assert_eq!(sent_at(&OWN.taken["plain"]), None);
    let at = members(OWN.confirmation.as_bytes())["Timestamp"].clone();
    let at = UnixTime::from_rfc3339(at.as_str().unwrap());
    assert!(at.is_some());
    assert_eq!(sent_at(&OWN.confirmation), at);
}

/// The id is signed as it is read. No sender escapes what is in a UUID.
#[test]
fn a_message_id_with_an_escape_is_no_uuid() {
    let body = &OWN.taken["plain"];
    let id = members(body.as_bytes())["MessageId"]
        .as_str()
        .unwrap()
        .to_owned();
    let escaped = format!("\\u{:04x}{}", u32::from(id.as_bytes()[0]), &id[1..]);
    let other = body.replace(&id, &escaped);
    assert_eq!(members(other.as_bytes())["MessageId"], id);
    let refused = proved(SnsSignature::Sha256, &other);
    assert_eq!(refused, Err(Rejection::MalformedId("it is no UUID")));
}

#[test]
fn a_confirmation_is_no_event() {
    let scheme = scheme(TOPIC, SnsSignature::Sha256);
    let signed = |body: &str| proved(SnsSignature::Sha256, body).unwrap();
    assert!(scheme.is_event(&signed(&OWN.taken["plain"])));
    assert!(!scheme.is_event(&signed(&OWN.confirmation)));
    assert!(!scheme.is_event(b"{}"));
}

fn built(config: SnsConfig, key: VerifyingKey) -> Result<Receiver, BuildError> {
    let pack = Preset::custom("sns", Sns::try_from(config)?, key);
    let store = MemoryStore::with_capacity(1);
    Receiver::new("test", pack).dedup(store).build()
}

#[test]
fn settings_that_bind_no_message_to_its_receiver_are_refused() {
    let none: [&str; 0] = [];
    let key = || certificate(&OWN.by_root);
    assert!(built(SnsConfig::new(none), key()).is_err());
    for topic in ["*", "arn:aws:sns:us-west-2:131990247566:*", "orders"] {
        assert!(
            built(SnsConfig::new([TOPIC, topic]), key()).is_err(),
            "{topic}"
        );
    }
    // What consoles show beside it is told from what is no topic at all.
    let subscription = format!("{TOPIC}:2bcfbf39-05c3-41de-beaa-fcfcc21c8f55");
    let error = built(SnsConfig::new([subscription]), key()).unwrap_err();
    assert!(error.to_string().contains("subscription"), "{error}");
    let config = || SnsConfig::new([TOPIC]);
    assert!(built(config(), key()).is_ok());
    assert!(built(config(), certificate(&OWN.weak)).is_err());
    let ed = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let ed = VerifyingKey::hex(ed, [hookgate::keys::JwsAlgorithm::EdDsa]);
    assert!(built(config(), ed).is_err());
}

#[test]
fn sha1_is_warned_of_at_start() {
    for (signature, warns) in [
        (SnsSignature::Sha256, false),
        (SnsSignature::Sha1, true),
        (SnsSignature::Sha1OrSha256, true),
    ] {
        let found = scheme(TOPIC, signature).findings();
        let warned = found
            .iter()
            .any(|it| it.code() == "sns_sha1" && it.severity() == Severity::Warning);
        assert_eq!(warned, warns, "{signature:?}");
    }
}

#[test]
fn the_signer_signs_what_the_scheme_verifies() {
    let config = || SnsConfig::new([TOPIC]);
    let signer = Signer::new(config(), &OWN.private_key).unwrap();
    let scheme = Sns::try_from(config()).unwrap();
    let of = |sent: &Sent| proved_at(&scheme, &[], &sent.body, certificate(&OWN.by_root), now());
    for body in [
        "any text",
        r#"{"id":1}"#,
        "",
        r#"{"Type":"Notification","Message":"a","Subject":"b"}"#,
        r#"{"Type":"SubscriptionConfirmation"}"#,
        r#"{"Type":"UnsubscribeConfirmation","Message":"a"}"#,
    ] {
        let post = || Sent::post("/", "text/plain", body);
        let sent = signer.sign(post(), "m-1", now()).unwrap();
        assert!(of(&sent).is_ok(), "{body}");
        for wrong in [
            sent.clone().with_tampered_body(),
            sent.clone().with_tampered_signature(),
            sent.clone().unsigned(),
            signer.unsigned(sent.clone()),
        ] {
            assert!(of(&wrong).is_err(), "{body}");
        }
        let again = signer.sign(sent.clone(), "m-2", now()).unwrap();
        assert_eq!((again.headers, again.body), (sent.headers, sent.body));
    }
    let wrong = Sent::post(
        "/",
        "text/plain",
        r#"{"Type":"Notification","Message":"a","Subject":"b\n"}"#,
    );
    assert!(signer.sign(wrong, "m-1", now()).is_err());
    assert!(Signer::new(config(), "no key").is_err());
    let sha1 = config().signature(SnsSignature::Sha1);
    assert!(Signer::new(sha1, &OWN.private_key).is_err());
}

/// What a signed text says, read from its end: every value but that of `Message` stands on one line.
fn read(text: &str) -> Option<Map<String, Value>> {
    let mut rest = text.strip_suffix('\n')?;
    let mut members = Map::new();
    let mut last = |name: &str| {
        let (before, value) = rest.rsplit_once('\n')?;
        // A name stands at the begin of a line.
        rest = before.strip_suffix(name)?.strip_suffix('\n')?;
        members.insert(name.to_owned(), value.into());
        Some(value)
    };
    let is_notification = last("Type")? == "Notification";
    last("TopicArn")?;
    if !is_notification {
        last("Token")?;
    }
    last("Timestamp")?;
    if !is_notification {
        last("SubscribeURL")?;
    }
    // Only this one may be there or not.
    let _ = last("Subject");
    last("MessageId")?;
    let message = rest.strip_prefix("Message\n")?;
    members.insert("Message".to_owned(), message.into());
    Some(members)
}

/// Values that look like other parts of the text.
fn tricky() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "Message",
        "MessageId",
        "Subject",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
        "Notification",
        "SubscriptionConfirmation",
        TOPIC,
        "2026-03-06T19:53:21.424Z",
        "26858270-545e-5848-82a2-e05566af3dcf",
        "\n",
        "\n",
        "\n",
        "a",
    ]);
    prop::collection::vec(part, 0..9).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn no_two_messages_have_one_signed_text(
        is_notification in any::<bool>(),
        message in tricky(),
        subject in prop::option::of(prop_oneof![tricky(), "[A-Za-z ]{1,9}"]),
        url in prop_oneof![tricky(), "[A-Za-z ]{1,9}"],
        token in prop_oneof![tricky(), "[A-Za-z ]{1,9}"],
    ) {
        let mut members = json!({
            "Type": "SubscriptionConfirmation", "MessageId": "26858270-545e-5848-82a2-e05566af3dcf",
            "TopicArn": TOPIC, "Timestamp": "2026-11-21T23:30:00.000Z", "Message": message,
        });
        let mut names = vec!["Message", "MessageId", "Timestamp", "TopicArn", "Type"];
        if is_notification {
            members["Type"] = "Notification".into();
            if let Some(subject) = subject {
                members["Subject"] = subject.into();
                names.push("Subject");
            }
        } else {
            members["SubscribeURL"] = url.into();
            members["Token"] = token.into();
            names.extend(["SubscribeURL", "Token"]);
        }
        names.sort_unstable();
        let signer = Signer::new(SnsConfig::new([TOPIC]), &OWN.private_key).unwrap();
        let sent = Sent::post("/", "text/plain", members.to_string());
        let Ok(sent) = signer.sign(sent, "m-1", now()) else {
            // What could be read in two ways has a line end where none may be.
            let one_line = names.iter().filter(|name| **name != "Message");
            let mut values = one_line.map(|name| members[*name].as_str().unwrap());
            prop_assert!(values.any(|value| value.contains('\n')));
            return Ok(());
        };
        let text = std::str::from_utf8(&sent.body).unwrap();
        let proved = proved(SnsSignature::Sha256, text).unwrap();
        let line = |name: &&str| format!("{name}\n{}\n", members[*name].as_str().unwrap());
        let text: String = names.iter().map(line).collect();
        prop_assert_eq!(read(&text), Some(self::members(&proved)), "{}", text);
    }
}
