//! How headers carry MACs: separators, lists, a time beside the signature, further headers, two families of headers.

use hookgate::{
    Key, Reason, Secret, UnixTime,
    pack::{Head, LiveKeys, RawRequest, Scheme},
    schemes::{
        HeaderFamily, HmacHeader, HmacHeaderConfig, SignatureEncoding, SignatureLayout,
        TimestampForm,
    },
    simulator::{Sent, Signer},
};
use serde_json::{Value, json};

use crate::props::{self, hex, hmac_sha256};

const TIME: UnixTime = UnixTime::from_secs(1_700_000_000);

/// The signature of `text` by a key.
fn by(key: &str, text: &str) -> String {
    hex(&hmac_sha256(key.as_bytes(), text.as_bytes()))
}

/// The id of the key that verified the body `body`, the signed id and the time. Otherwise why none did.
type Judged = Result<(String, Option<String>, Option<UnixTime>), Reason>;

fn judge(config: &HmacHeaderConfig, headers: &[(&str, &str)]) -> Judged {
    let scheme = HmacHeader::try_from(config.clone()).unwrap();
    let headers = headers.to_vec();
    let keys = ["new", "old"].map(|key| Key::new(key, Secret::utf8(key).unwrap()));
    let request = RawRequest::new(Head::new("POST", "/", &headers), b"body");
    let verified = scheme.verify(request, LiveKeys::new(&keys, props::now()));
    verified
        .map(|it| {
            (
                it.key_id().to_string(),
                it.signed_id().map(str::to_owned),
                it.sent_at(),
            )
        })
        .map_err(|rejection| rejection.reason())
}

fn by_key(key: &str) -> Judged {
    Ok((key.to_owned(), None, None))
}

fn config(value: Value) -> HmacHeaderConfig {
    let mut members = json!({"signature_header": "x-sig", "encoding": "hex"});
    let others = value.as_object().unwrap().clone();
    members.as_object_mut().unwrap().extend(others);
    serde_json::from_value(members).unwrap()
}

#[test]
fn pairs_are_parted_by_the_separator_that_is_set() {
    let config = config(json!({
        "layout": {"pairs": {"signature": "h1", "timestamp": "ts"}},
        "separator": ";",
        "template": "{timestamp}:{body}",
    }));
    let right = by("old", "1700000000:body");
    let taken = Ok(("old".to_owned(), None, Some(TIME)));
    for (value, judged) in [
        (format!("ts=1700000000;h1={right}"), taken.clone()),
        (format!("ts=1700000000; h1=00; h1={right}"), taken),
        (
            format!("ts=1700000000,h1={right}"),
            Err(Reason::MalformedSignature),
        ),
        (
            format!("ts=1700000000;ts=1700000000;h1={right}"),
            Err(Reason::MalformedTimestamp),
        ),
        (format!("h1={right}"), Err(Reason::MissingTimestamp)),
    ] {
        assert_eq!(judge(&config, &[("x-sig", &value)]), judged, "{value}");
    }
}

#[test]
fn a_list_without_versions_holds_the_right_signature_at_any_place() {
    let config = config(json!({"layout": "list"}));
    let (new, old, other) = (by("new", "body"), by("old", "body"), by("other", "body"));
    for (value, judged) in [
        (old.clone(), by_key("old")),
        (format!("{other},{old}"), by_key("old")),
        (format!("{other}, short, ,{new}"), by_key("new")),
        (format!("{other} {new}"), Err(Reason::MalformedSignature)),
        (other.clone(), Err(Reason::SignatureMismatch)),
        (
            format!("{}{new}", format!("{other},").repeat(16)),
            Err(Reason::SignatureMismatch),
        ),
        (String::new(), Err(Reason::MalformedSignature)),
    ] {
        assert_eq!(judge(&config, &[("x-sig", &value)]), judged, "{value}");
    }
}

#[test]
fn a_time_and_a_signature_are_parted_at_the_last_separator() {
    let value = |unit: &str| {
        config(json!({
            "layout": "time_and_signature", "template": "{timestamp}|{body}", "timestamp_unit": unit,
        }))
    };
    let with = |unit: &str, time: &str| {
        let header = format!("{time}.{}", by("new", &format!("{time}|body")));
        judge(&value(unit), &[("x-sig", &header)])
    };
    let at = |millis| Ok(("new".to_owned(), None, Some(UnixTime::from_millis(millis))));
    assert_eq!(with("seconds", "1700000000"), at(1_700_000_000_000));
    assert_eq!(
        with("fractional_seconds", "1700000000.25"),
        at(1_700_000_000_250)
    );
    assert_eq!(
        with("seconds", "1700000000.25"),
        Err(Reason::MalformedTimestamp)
    );
    assert_eq!(with("seconds", ""), Err(Reason::MissingTimestamp));
    let alone = by("new", "1700000000|body");
    let judged = judge(&value("seconds"), &[("x-sig", &alone)]);
    assert_eq!(judged, Err(Reason::MalformedSignature));
}

#[test]
fn a_time_and_a_list_are_parted_at_the_first_separator() {
    let config = config(json!({
        "layout": "time_and_list", "template": "{timestamp}.{body}", "timestamp_unit": "milliseconds",
    }));
    let time = "1700000000000";
    let right = by("old", &format!("{time}.body"));
    let other = by("other", &format!("{time}.body"));
    let taken = Ok(("old".to_owned(), None, Some(TIME)));
    for (value, judged) in [
        (format!("{time},{right}"), taken.clone()),
        (format!("{time},short, {other},{right}"), taken),
        (format!("{time},{other}"), Err(Reason::SignatureMismatch)),
        // Another time, and the right one at a place of signatures.
        (
            format!("1700000000001,{time},{right}"),
            Err(Reason::SignatureMismatch),
        ),
        (format!("{right},{time}"), Err(Reason::MalformedSignature)),
        (format!(",{right}"), Err(Reason::MissingTimestamp)),
        (right.clone(), Err(Reason::MalformedSignature)),
        (time.to_owned(), Err(Reason::MalformedSignature)),
        (format!("{time}.{right}"), Err(Reason::MalformedSignature)),
        (String::new(), Err(Reason::MalformedSignature)),
    ] {
        assert_eq!(judge(&config, &[("x-sig", &value)]), judged, "{value}");
    }
}

/// A time of as many digits as a signature is not tried as one.
#[test]
fn the_time_before_a_list_is_none_of_its_signatures() {
    let config = config(json!({
        "layout": "time_and_list", "separator": "|", "template": "{timestamp}.{body}",
    }));
    let time = "1".repeat(64);
    let judged = judge(&config, &[("x-sig", &format!("{time}|short"))]);
    assert_eq!(judged, Err(Reason::MalformedSignature));
}

#[test]
fn a_separator_that_a_signature_may_hold_or_nothing_uses_is_refused() {
    for separator in ["+", "/", "=", "-", "_", "a", "0", "\n", "é"] {
        let config = config(json!({"layout": "list", "separator": separator}));
        assert!(HmacHeader::try_from(config).is_err(), "{separator}");
    }
    for layout in [
        json!({"single": {}}),
        json!({"space_separated": {"prefix": "v1,"}}),
    ] {
        let config = config(json!({"layout": layout, "separator": ","}));
        assert!(HmacHeader::try_from(config).is_err());
    }
    assert!(
        serde_json::from_value::<HmacHeaderConfig>(
            json!({"signature_header": "x", "encoding": "hex", "separator": ", "})
        )
        .is_err()
    );
}

#[test]
fn each_of_several_headers_may_carry_the_signature() {
    let config = config(json!({"more_signature_headers": ["x-sig-2", "x-sig-3"]}));
    let (new, old, other) = (by("new", "body"), by("old", "body"), by("other", "body"));
    for (headers, judged) in [
        (vec![("x-sig", &new)], by_key("new")),
        (vec![("x-sig-3", &new)], by_key("new")),
        (vec![("x-sig", &other), ("x-sig-2", &old)], by_key("old")),
        (
            vec![("x-sig", &other), ("x-sig-3", &other), ("x-sig-2", &new)],
            by_key("new"),
        ),
        (
            vec![("x-sig", &other), ("x-sig-2", &other)],
            Err(Reason::SignatureMismatch),
        ),
        (vec![("x-sig-4", &new)], Err(Reason::MissingSignature)),
        (
            vec![("x-sig", &new), ("x-sig-2", &old), ("x-sig-2", &old)],
            Err(Reason::MalformedSignature),
        ),
    ] {
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        assert_eq!(judge(&config, &headers), judged, "{headers:?}");
    }
    let signer = Signer::new(config.clone(), "other")
        .unwrap()
        .also_signed_with("old");
    let sent = signer
        .sign(Sent::post("/", "text/plain", "body"), "", TIME)
        .unwrap();
    assert_eq!(sent.header("x-sig-2"), Some(&*old));
    let headers: Vec<(&str, &str)> = sent
        .headers
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    assert_eq!(judge(&config, &headers), by_key("old"));
    assert_eq!(signer.unsigned(sent).headers.len(), 1, "the content type");
}

#[test]
fn headers_of_signatures_that_cannot_be_told_apart_are_refused() {
    let many: Vec<String> = (0..16).map(|number| format!("x-sig-{number}")).collect();
    for members in [
        json!({"more_signature_headers": ["x-sig"]}),
        json!({"more_signature_headers": ["x-a", "X-A"]}),
        json!({"more_signature_headers": ["x a"]}),
        json!({"more_signature_headers": many}),
        json!({"more_signature_headers": ["x-a"], "layout": "time_and_signature", "template": "{timestamp}.{body}"}),
        json!({"more_signature_headers": ["x-a"], "layout": "time_and_list", "template": "{timestamp}.{body}"}),
        json!({"layout": "time_and_list"}),
        json!({"more_signature_headers": ["x-a"], "or_headers": {"signature_header": "y-sig"}}),
        json!({"or_headers": {"signature_header": "x-sig"}}),
        json!({"or_headers": {"signature_header": "y-sig", "id_header": "y-id"}}),
        json!({"or_headers": {"signature_header": "y-sig", "timestamp_header": "y-time"}}),
        json!({"or_headers": {"signature_header": "y-sig"}, "template": "{timestamp}.{body}", "timestamp_header": "x-time"}),
    ] {
        let config = config(members.clone());
        assert!(HmacHeader::try_from(config).is_err(), "{members}");
    }
}

fn two_families() -> HmacHeaderConfig {
    HmacHeaderConfig::new("webhook-signature", SignatureEncoding::Hex)
        .layout(SignatureLayout::SpaceSeparated {
            prefix: "v1,".to_owned(),
        })
        .id("webhook-id")
        .timestamp("webhook-timestamp", TimestampForm::Seconds)
        .template("{id}.{timestamp}.{body}")
        .or_headers(
            HeaderFamily::new("svix-signature")
                .id("svix-id")
                .timestamp("svix-timestamp"),
        )
}

#[test]
fn either_family_of_headers_is_read_whole_and_both_only_if_they_say_the_same() {
    let signature = |id: &str| format!("v1,{}", by("new", &format!("{id}.1700000000.body")));
    let (own, another) = (signature("a"), signature("b"));
    let family = |prefix: &str, id: &str, signature: &str| {
        vec![
            (format!("{prefix}-id"), id.to_owned()),
            (format!("{prefix}-timestamp"), "1700000000".to_owned()),
            (format!("{prefix}-signature"), signature.to_owned()),
        ]
    };
    let judge = |headers: Vec<(String, String)>| {
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        judge(&two_families(), &headers)
    };
    let taken = |id: &str| Ok(("new".to_owned(), Some(id.to_owned()), Some(TIME)));
    let webhook = || family("webhook", "a", &own);
    assert_eq!(judge(webhook()), taken("a"));
    assert_eq!(judge(family("svix", "b", &another)), taken("b"));
    assert_eq!(
        judge([webhook(), family("svix", "a", &own)].concat()),
        taken("a")
    );
    assert_eq!(judge(Vec::new()), Err(Reason::MissingSignature));
    // Both whole and right, and not the same event.
    let both = [webhook(), family("svix", "b", &another)].concat();
    assert_eq!(judge(both), Err(Reason::MalformedSignature));
    // One whole, with a part of the other.
    for stray in family("svix", "a", &own)
        .into_iter()
        .chain(family("svix", "b", &another))
    {
        let headers = [webhook(), vec![stray.clone()]].concat();
        assert_eq!(judge(headers), Err(Reason::MalformedSignature), "{stray:?}");
    }
    // The id and time of one with the signature of the other.
    for place in 0..3 {
        let mut mixed = webhook();
        mixed[place] = family("svix", "a", &own).swap_remove(place);
        assert_eq!(judge(mixed), Err(Reason::MalformedSignature), "{place}");
    }
}

#[test]
fn what_is_set_survives_a_round_trip() {
    for config in [
        two_families(),
        HmacHeaderConfig::new("x-sig-1", SignatureEncoding::Base64UrlPadded)
            .layout(SignatureLayout::List)
            .separator('|')
            .or_signed_in("x-sig-2")
            .url("https://hooks.example/in")
            .template("{url}.{body}"),
    ] {
        let text = serde_json::to_string(&config).unwrap();
        assert_eq!(
            serde_json::from_str::<HmacHeaderConfig>(&text).unwrap(),
            config,
            "{text}"
        );
    }
}
