//! A MAC in a header, as data: digests, encodings, layouts and templates.

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac, digest::block_api::EagerHash};
use hookgate::{
    BuildError, Key, Reason, Secret, UnixTime,
    pack::{Head, LiveKeys, RawRequest, Scheme},
    providers::preset::Preset,
    schemes::{HmacHeader, HmacHeaderConfig, Template},
    time::Clock,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json;

use crate::props::{self, Call, Stage, hex};

const KEY: &[u8] = b"a key that is long enough for a test";

fn mac<D: EagerHash>(text: &[u8]) -> Vec<u8>
where
    Hmac<D>: Mac + KeyInit,
{
    let mut mac = <Hmac<D> as KeyInit>::new_from_slice(KEY).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn config(value: serde_json::Value) -> HmacHeaderConfig {
    serde_json::from_value(value).unwrap()
}

/// The id and the time that the signature covers. Otherwise why it is none.
type Judged = Result<(Option<String>, Option<UnixTime>), Reason>;

fn judge(value: serde_json::Value, headers: &[(&str, &str)], body: &str) -> Judged {
    judge_at(value, ("POST", "/", None), headers, body)
}

/// With this method, path and query.
fn judge_at(
    value: serde_json::Value,
    (method, path, query): (&str, &str, Option<&str>),
    headers: &[(&str, &str)],
    body: &str,
) -> Judged {
    let scheme = HmacHeader::try_from(config(value)).unwrap();
    let headers: Vec<(&str, &str)> = headers.to_vec();
    let keys = [Key::new("0", Secret::bytes(KEY).unwrap())];
    let request = RawRequest::new(
        Head::new(method, path, &headers).query(query),
        body.as_bytes(),
    );
    let verified = scheme.verify(request, LiveKeys::new(&keys, props::now()));
    verified
        .map(|verified| (verified.signed_id().map(str::to_owned), verified.sent_at()))
        .map_err(|rejection| rejection.reason())
}

const NOTHING_BUT_THE_BODY: Judged = Ok((None, None));

#[test]
fn each_digest_is_taken_by_its_name_alone() {
    let sha1 = hex(&mac::<sha1::Sha1>(b"body"));
    let sha256 = hex(&mac::<sha2::Sha256>(b"body"));
    let sha384 = hex(&mac::<sha2::Sha384>(b"body"));
    let sha512 = hex(&mac::<sha2::Sha512>(b"body"));
    let digests = [
        ("sha1", &sha1),
        ("sha256", &sha256),
        ("sha384", &sha384),
        ("sha512", &sha512),
    ];
    for (digest, right) in digests {
        for (_, text) in digests {
            let value = json!({"signature_header": "x", "encoding": "hex", "digest": digest});
            let expected = if text == right {
                NOTHING_BUT_THE_BODY
            } else {
                Err(Reason::MalformedSignature)
            };
            assert_eq!(judge(value, &[("x", text)], "body"), expected, "{digest}");
        }
    }
}

#[test]
fn a_prefix_as_github_has_it() {
    let value = || {
        json!({
            "signature_header": "X-Hub-Signature-256",
            "encoding": "hex",
            "layout": {"single": {"prefix": "sha256="}},
        })
    };
    let right = hex(&mac::<sha2::Sha256>(b"body"));
    let with = |text: &str| judge(value(), &[("x-hub-signature-256", text)], "body");
    assert_eq!(with(&format!("sha256={right}")), NOTHING_BUT_THE_BODY);
    assert_eq!(with(&right), Err(Reason::MalformedSignature));
    assert_eq!(
        with(&format!("SHA256={right}")),
        Err(Reason::MalformedSignature)
    );
    assert_eq!(
        with(&format!("sha256={}", "0".repeat(64))),
        Err(Reason::SignatureMismatch)
    );
    assert_eq!(judge(value(), &[], "body"), Err(Reason::MissingSignature));
}

#[test]
fn base64_as_shopify_has_it_is_taken_strictly() {
    let right = STANDARD.encode(mac::<sha2::Sha256>(b"body"));
    let with = |text: &str| {
        let value = json!({"signature_header": "x", "encoding": "base64"});
        judge(value, &[("x", text)], "body")
    };
    assert_eq!(with(&right), NOTHING_BUT_THE_BODY);
    assert_eq!(
        with(right.trim_end_matches('=')),
        Err(Reason::MalformedSignature)
    );
    assert_eq!(with(&format!("{right} ")), Err(Reason::MalformedSignature));
    assert_eq!(
        with(&right.replace('=', "")),
        Err(Reason::MalformedSignature)
    );
}

#[test]
fn pairs_as_stripe_has_them() {
    let value = || {
        json!({
            "signature_header": "stripe-signature",
            "encoding": "hex",
            "layout": {"pairs": {"signature": "v1", "timestamp": "t"}},
            "template": "{timestamp}.{body}",
        })
    };
    let right = hex(&mac::<sha2::Sha256>(b"1700000000.body"));
    let wrong = "0".repeat(64);
    let with = |text: &str| judge(value(), &[("stripe-signature", text)], "body");
    let taken = Ok((None, Some(UnixTime::from_secs(1_700_000_000))));
    for text in [
        format!("t=1700000000,v1={right}"),
        format!("v1={right},t=1700000000"),
        format!("t=1700000000, v1={wrong}, v1={right}, v0=abc"),
        format!("t=1700000000,v1=short,v1={right}"),
        format!("t=1700000000,nonsense,v1={right}"),
    ] {
        assert_eq!(with(&text), taken, "{text}");
    }
    for (text, reason) in [
        (format!("v1={right}"), Reason::MissingTimestamp),
        (format!("t=,v1={right}"), Reason::MissingTimestamp),
        ("t=1700000000".to_owned(), Reason::MalformedSignature),
        (
            format!("t=1700000001,v1={right}"),
            Reason::SignatureMismatch,
        ),
        (
            format!("t=1700000000,t=1700000000,v1={right}"),
            Reason::MalformedTimestamp,
        ),
        (format!("t=x,v1={right}"), Reason::MalformedTimestamp),
        (
            format!("t=1700000000,V1={right}"),
            Reason::MalformedSignature,
        ),
        (
            format!("t=1700000000,v0={right}"),
            Reason::MalformedSignature,
        ),
    ] {
        assert_eq!(with(&text), Err(reason), "{text}");
    }
}

#[test]
fn a_time_in_a_header_as_slack_has_it() {
    let value = |unit: &str| {
        json!({
            "signature_header": "x-slack-signature",
            "encoding": "hex",
            "layout": {"single": {"prefix": "v0="}},
            "template": "v0:{timestamp}:{body}",
            "timestamp_header": "x-slack-request-timestamp",
            "timestamp_unit": unit,
        })
    };
    let signature = format!("v0={}", hex(&mac::<sha2::Sha256>(b"v0:1700000000:body")));
    let headers = [
        ("x-slack-signature", &*signature),
        ("x-slack-request-timestamp", "1700000000"),
    ];
    let secs = Ok((None, Some(UnixTime::from_secs(1_700_000_000))));
    let millis = Ok((None, Some(UnixTime::from_millis(1_700_000_000))));
    assert_eq!(judge(value("seconds"), &headers, "body"), secs);
    assert_eq!(judge(value("milliseconds"), &headers, "body"), millis);
    assert_eq!(
        judge(value("seconds"), &headers, "bodi"),
        Err(Reason::SignatureMismatch)
    );
}

#[test]
fn a_configuration_is_data_and_survives_a_round_trip() {
    let value = json!({
        "signature_header": "x-signature",
        "layout": {"space_separated": {"prefix": "v1,"}},
        "encoding": "base64",
        "template": "{id}.{timestamp}.{body}",
        "id_header": "x-id",
        "timestamp_header": "x-time",
        "timestamp_unit": "milliseconds",
        "digest": "sha512",
    });
    let parsed = config(value.clone());
    assert_eq!(serde_json::to_value(&parsed).unwrap(), value);
    assert_eq!(config(serde_json::to_value(&parsed).unwrap()), parsed);
    let least = config(json!({"signature_header": "x", "encoding": "hex"}));
    assert_eq!(least.template, "{body}");
    for typo in [
        json!({"signature_header": "x", "encoding": "hex", "tempate": "{body}"}),
        json!({"signature_header": "x", "encoding": "HEX"}),
        json!({"encoding": "hex"}),
    ] {
        assert!(serde_json::from_value::<HmacHeaderConfig>(typo).is_err());
    }
}

#[test]
fn configurations_that_sign_nothing_sure_are_refused() {
    let refused = |members: serde_json::Value| {
        let mut value = json!({"signature_header": "x", "encoding": "hex"});
        value
            .as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        HmacHeader::try_from(config(value)).expect_err("to be refused")
    };
    for contradiction in [
        json!({"id_header": "x-id"}),
        json!({"template": "{id}.{body}"}),
        json!({"timestamp_header": "x-time"}),
        json!({"template": "{timestamp}.{body}"}),
        json!({"layout": {"space_separated": {"prefix": ""}}}),
        json!({"layout": {"pairs": {"signature": ""}}}),
        json!({
            "layout": {"pairs": {"signature": "v1", "timestamp": "t"}},
            "timestamp_header": "x-time",
            "template": "{timestamp}.{body}",
        }),
    ] {
        let error = refused(contradiction.clone());
        assert!(matches!(error, BuildError::Scheme(_)), "{contradiction}");
    }
    for name in [
        json!({"signature_header": "not a header"}),
        json!({"template": "{id}.{body}", "id_header": ""}),
        json!({"template": "{timestamp}.{body}", "timestamp_header": "a:b"}),
    ] {
        assert!(matches!(refused(name), BuildError::Name { .. }));
    }
}

#[test]
fn what_proxies_write_and_what_a_request_says_of_its_host_is_never_signed_text() {
    let host = "what a request says of its own host is never signed text";
    let connection =
        "a header that clients and proxies write for one connection is never signed text";
    for (name, why) in [
        ("host", host),
        ("forwarded", host),
        ("x-forwarded-host", host),
        ("x-forwarded-proto", host),
        ("connection", connection),
        ("content-length", connection),
        ("content-encoding", connection),
        ("keep-alive", connection),
        ("transfer-encoding", connection),
        ("upgrade", connection),
    ] {
        let template = format!("{{header:{name}}}.{{body}}");
        let of_a_header = json!({"signature_header": "x", "encoding": "hex", "template": template});
        let of_the_id = json!({
            "signature_header": "x", "encoding": "hex", "template": "{id}.{body}", "id_header": name,
        });
        for value in [of_a_header, of_the_id] {
            let error = HmacHeader::try_from(config(value)).expect_err(name);
            assert!(error.to_string().contains(why), "{error}");
        }
    }
    for name in ["x-forwarded", "x-host", "content-type", "date"] {
        let template = format!("{{header:{name}}}.{{body}}");
        let value = json!({"signature_header": "x", "encoding": "hex", "template": template});
        assert!(HmacHeader::try_from(config(value)).is_ok(), "{name}");
    }
}

/// A request that was saved is text, and must be judged as the one that came.
#[test]
fn a_header_that_is_covered_is_utf_8() {
    let value = json!({
        "signature_header": "x", "encoding": "hex", "template": "{header:x-a}.{body}",
    });
    let scheme = HmacHeader::try_from(config(value)).unwrap();
    let keys = [Key::new("0", Secret::bytes(KEY).unwrap())];
    for (text, expected) in [
        ("caf\u{e9}".as_bytes(), Ok(())),
        (b"caf\xe9", Err(Reason::MalformedSignature)),
    ] {
        let signature = hex(&mac::<sha2::Sha256>(&[text, b".body"].concat()));
        let mut headers = HeaderMap::new();
        headers.insert("x", signature.parse().unwrap());
        headers.insert("x-a", HeaderValue::from_bytes(text).unwrap());
        let request = RawRequest::new(Head::new("POST", "/", &headers), b"body");
        let verified = scheme.verify(request, LiveKeys::new(&keys, props::now()));
        let judged = verified.map(drop).map_err(|it| it.reason());
        assert_eq!(judged, expected, "{text:?}");
    }
}

#[test]
fn templates_in_which_one_signature_would_fit_two_readings_are_refused() {
    for text in [
        "",
        "body",
        "{body",
        "{body}{body}",
        "{Body}",
        "{ body }",
        "{host}.{body}",
        "{id:}{body}",
        "{id:0}{body}",
        "{id:257}{body}",
        "{id:+3}{body}",
        "{id:03}{body}",
        "{url:3}.{body}",
        "{header}.{body}",
        "{header:}.{body}",
        "{header:x y}.{body}",
        "{header:X-A}.{body}",
        "{header:x-a}.{header:x-a:3}.{body}",
        "{id}{timestamp:10}{body}",
        "{id:3}{timestamp}{body}",
        "{method}{path}\n{body}",
        "{path}{body}",
        "{body}{url}{id}",
        "{body:md5:hex}",
        "{body:sha1:hex}",
        "{body:sha256}",
        "{body:sha256:jws}",
        "{body:sha256:hex}.{body}",
        "{id}{body:sha256:hex}",
        "{id}.{id}.{body}",
        "{timestamp}.{timestamp}.{body}",
        "{id}{body}",
        "{timestamp}{body}",
        "{body}{id}",
        "{body}{timestamp}",
        "{id}{timestamp}.{body}",
        "{body}.{id}{timestamp}",
        "{id}.{timestamp}{body}",
        "{timestamp}0{body}",
        "{timestamp}-{body}",
        "{body}7{timestamp}",
        "{body}-{timestamp}",
    ] {
        assert!(text.parse::<Template>().is_err(), "{text}");
    }
    for text in [
        "{body}",
        "{timestamp}.{body}",
        "{id}.{timestamp}.{body}",
        "v0:{timestamp}:{body}",
        "{body}.{id}",
        "{body}.{timestamp}",
        "a{id}:{body}:{timestamp}b",
        "{body}\n",
        "{timestamp:10}{body}",
        "{body}{id:36}",
        "{id}{timestamp:10}.{body}",
        "{method}{url}{body}{timestamp:13}",
        "{method}\n{path}\n{header:x-a}\n{header:x-b:2}\n{body:sha256:hex}",
        "{timestamp}.{body:sha512:base64_url}",
    ] {
        assert_eq!(text.parse::<Template>().unwrap().to_string(), text);
    }
}

#[test]
fn an_id_after_the_body_may_not_contain_the_byte_before_it() {
    let value = || {
        json!({
            "signature_header": "x", "encoding": "hex", "template": "{body}--.{id}", "id_header": "x-id",
        })
    };
    let signature = hex(&mac::<sha2::Sha256>(b"a--.b--.c"));
    let with = |id: &str, body: &str| judge(value(), &[("x", &signature), ("x-id", id)], body);
    assert_eq!(with("c", "a--.b"), Ok((Some("c".to_owned()), None)));
    assert_eq!(with("b--.c", "a"), Err(Reason::MalformedId));
}

#[test]
fn a_time_of_a_set_length_needs_no_separator() {
    let value = || {
        json!({
            "signature_header": "x", "encoding": "hex", "template": "{timestamp:10}{body}", "timestamp_header": "x-time",
        })
    };
    let signature = hex(&mac::<sha2::Sha256>(b"17000000001 body"));
    let with =
        |time: &str, body: &str| judge(value(), &[("x", &signature), ("x-time", time)], body);
    let taken = Ok((None, Some(UnixTime::from_secs(1_700_000_000))));
    assert_eq!(with("1700000000", "1 body"), taken);
    assert_eq!(
        with("17000000001", " body"),
        Err(Reason::MalformedTimestamp)
    );
    assert_eq!(
        with("170000000", "01 body"),
        Err(Reason::MalformedTimestamp)
    );
}

#[test]
fn method_path_query_address_and_headers_are_signed_text() {
    let value = || {
        json!({
            "signature_header": "x", "encoding": "hex",
            "template": "{method}\n{path}\n{url}\n{header:x-a}{header:x-b:2}\n{body}",
            "url": "https://hooks.example/in?key=1",
        })
    };
    let text = b"PUT\n/in%20x?n=1\nhttps://hooks.example/in?key=1\naabb\nbody";
    let signature = hex(&mac::<sha2::Sha256>(text));
    let at = ("PUT", "/in%20x", Some("n=1"));
    let own = [
        ("x", &*signature),
        ("x-a", "aa"),
        ("x-b", "bb"),
        ("host", "other.example"),
    ];
    assert_eq!(judge_at(value(), at, &own, "body"), NOTHING_BUT_THE_BODY);
    for other in [
        ("POST", "/in%20x", Some("n=1")),
        ("PUT", "/in x", Some("n=1")),
        ("PUT", "/in%20x", Some("n=2")),
        ("PUT", "/in%20x", None),
    ] {
        let judged = judge_at(value(), other, &own, "body");
        assert_eq!(judged, Err(Reason::SignatureMismatch), "{other:?}");
    }
    for (headers, reason) in [
        (&[("x-a", "aa")][..], Reason::MalformedSignature),
        (&[("x-a", ""), ("x-b", "bb")], Reason::MalformedSignature),
        (&[("x-a", "aab"), ("x-b", "b")], Reason::MalformedSignature),
        (
            &[("x-a", "aa"), ("x-a", "aa"), ("x-b", "bb")],
            Reason::MalformedSignature,
        ),
        (
            &[("x-a", "a\na"), ("x-b", "bb")],
            Reason::MalformedSignature,
        ),
        (&[("x-a", "ab"), ("x-b", "ab")], Reason::SignatureMismatch),
    ] {
        let headers = [&[("x", &*signature)], headers].concat();
        assert_eq!(
            judge_at(value(), at, &headers, "body"),
            Err(reason),
            "{headers:?}"
        );
    }
}

#[test]
fn an_address_is_the_configured_one_or_there_is_none() {
    for (template, url) in [
        ("{url}.{body}", None),
        ("{body}", Some("https://hooks.example/in")),
        ("{url}.{body}", Some("hooks.example/in")),
        ("{url}.{body}", Some("HTTPS://hooks.example/in")),
        ("{url}.{body}", Some("https://")),
        ("{url}.{body}", Some("https://hooks.example/in ")),
    ] {
        let value =
            json!({"signature_header": "x", "encoding": "hex", "template": template, "url": url});
        assert!(
            HmacHeader::try_from(config(value)).is_err(),
            "{template} {url:?}"
        );
    }
}

#[test]
fn a_digest_of_the_body_stands_in_its_place() {
    let signature = hex(&mac::<sha2::Sha256>(
        b"POST|230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5",
    ));
    let value = || json!({"signature_header": "x", "encoding": "hex", "template": "{method}|{body:sha256:hex}"});
    let with = |body: &str| judge(value(), &[("x", &signature)], body);
    assert_eq!(with("body"), NOTHING_BUT_THE_BODY);
    assert_eq!(with("bodi"), Err(Reason::SignatureMismatch));
    // RFC 9530, section 2, has such a text.
    let template = "sha-256=:{body:sha256:base64}:";
    let text = b"sha-256=:Iw2DWNyOiJC0xY3utikS7i8gNXrpKlzIYbmOaP4xrLU=:";
    let signature = hex(&mac::<sha2::Sha256>(text));
    let value = json!({"signature_header": "x", "encoding": "hex", "template": template});
    assert_eq!(
        judge(value, &[("x", &signature)], "body"),
        NOTHING_BUT_THE_BODY
    );
}

#[test]
fn a_mac_is_taken_in_the_form_of_base64_that_is_set_and_in_no_other() {
    let mac = mac::<sha2::Sha256>(b"body 0");
    let url_padded = STANDARD.encode(&mac).replace('+', "-").replace('/', "_");
    let forms = [
        ("base64", STANDARD.encode(&mac)),
        ("base64_unpadded", STANDARD.encode(&mac).replace('=', "")),
        ("base64_url", url_padded.replace('=', "")),
        ("base64_url_padded", url_padded),
    ];
    let distinct: std::collections::BTreeSet<&String> =
        forms.iter().map(|(_, text)| text).collect();
    assert_eq!(distinct.len(), 4, "a MAC that tells the alphabets apart");
    for (encoding, _) in &forms {
        for (form, text) in &forms {
            let value = json!({"signature_header": "x", "encoding": encoding});
            let judged = judge(value, &[("x", text)], "body 0");
            assert_eq!(judged.is_ok(), form == encoding, "{form} as {encoding}");
        }
    }
}

#[test]
fn a_whole_number_is_a_time_from_its_lowest_to_its_highest() {
    let with = |time: &str| {
        let value = json!({
            "signature_header": "x", "encoding": "hex", "template": "{timestamp}:{body}",
            "timestamp_header": "x-time", "timestamp_unit": "milliseconds",
        });
        let signature = hex(&mac::<sha2::Sha256>(format!("{time}:body").as_bytes()));
        let judged = judge(value, &[("x", &signature), ("x-time", time)], "body");
        judged.map(|(_, time)| time.map(UnixTime::as_millis))
    };
    for (time, millis) in [
        ("0", 0),
        ("-0", 0),
        ("007", 7),
        ("1700000000123", 1_700_000_000_123),
        ("-1", -1),
        ("9223372036854775807", i64::MAX),
        ("-9223372036854775808", i64::MIN),
        ("00000000000000000001", 1),
    ] {
        assert_eq!(with(time), Ok(Some(millis)), "{time}");
    }
    for time in [
        "9223372036854775808",
        "-9223372036854775809",
        "99999999999999999999",
        "000000000000000000001",
        "-",
        "--1",
        "1-",
        "+1",
        "1 ",
        "1.0",
        "12a",
        "1/",
        "\u{661}",
    ] {
        assert_eq!(with(time), Err(Reason::MalformedTimestamp), "{time}");
    }
}

#[test]
fn headers_are_found_among_however_many_others_there_are() {
    let scheme = HmacHeader::try_from(config(json!({
        "signature_header": "x-signature", "encoding": "hex", "template": "{id}.{timestamp}.{body}",
        "id_header": "x-id", "timestamp_header": "x-time",
    })));
    let scheme = scheme.unwrap();
    let keys = [Key::new("0", Secret::bytes(KEY).unwrap())];
    let judge = |headers: &HeaderMap| {
        let request = RawRequest::new(Head::new("POST", "/", headers), b"body");
        let verified = scheme.verify(request, LiveKeys::new(&keys, props::now()));
        let verified = verified.map_err(|rejection| rejection.reason())?;
        Ok((
            verified.signed_id().map(str::to_owned),
            verified.sent_at().map(UnixTime::as_secs),
        ))
    };
    let signature = hex(&mac::<sha2::Sha256>(b"id-1.1795304115.body"));
    let own = [
        ("x-signature", &*signature),
        ("x-id", "id-1"),
        ("x-time", "1795304115"),
    ];
    for others in 0..64 {
        let mut headers = HeaderMap::new();
        for number in 0..others {
            let name = HeaderName::try_from(format!("x-other-{number}")).unwrap();
            headers.append(name.clone(), HeaderValue::from_static("1"));
            headers.append(name, HeaderValue::from_static("2"));
        }
        for (name, value) in own {
            headers.insert(name, value.parse().unwrap());
        }
        let right = Ok((Some("id-1".to_owned()), Some(1_795_304_115)));
        assert_eq!(judge(&headers), right, "{others}");
        for ((name, value), (missing, repeated)) in own.into_iter().zip([
            (Reason::MissingSignature, Reason::MalformedSignature),
            (Reason::MissingId, Reason::MalformedId),
            (Reason::MissingTimestamp, Reason::MalformedTimestamp),
        ]) {
            let mut twice = headers.clone();
            twice.append(name, value.parse().unwrap());
            assert_eq!(judge(&twice), Err(repeated), "{name} among {others}");
            let mut none = headers.clone();
            none.remove(name);
            assert_eq!(judge(&none), Err(missing), "{name} among {others}");
        }
    }
}

#[test]
fn a_time_is_signed_as_its_text_and_judged_as_a_time() {
    let with = |unit: &str, template: &str, time: &str| {
        let value = json!({
            "signature_header": "x", "encoding": "hex", "template": template,
            "timestamp_header": "x-time", "timestamp_unit": unit,
        });
        let text = template
            .replace("{timestamp}", time)
            .replace("{body}", "body");
        let signature = hex(&mac::<sha2::Sha256>(text.as_bytes()));
        let judged = judge(value, &[("x", &signature), ("x-time", time)], "body");
        judged.map(|(_, time)| time.map(UnixTime::as_millis))
    };
    for (unit, template, time, millis) in [
        (
            "rfc3339",
            "{timestamp}.{body}",
            "2023-11-14T22:13:20Z",
            1_700_000_000_000,
        ),
        (
            "rfc3339",
            "{timestamp}.{body}",
            "2023-11-14T23:13:20.5+01:00",
            1_700_000_000_500,
        ),
        (
            "rfc3339",
            "{body}:{timestamp}",
            "2023-11-14T22:13:20.123456Z",
            1_700_000_000_123,
        ),
        (
            "fractional_seconds",
            "{timestamp}:{body}",
            "1700000000.1234567",
            1_700_000_000_123,
        ),
        (
            "fractional_seconds",
            "{timestamp}:{body}",
            "1700000000.5",
            1_700_000_000_500,
        ),
        (
            "fractional_seconds",
            "{timestamp}:{body}",
            "1700000000",
            1_700_000_000_000,
        ),
        ("fractional_seconds", "{timestamp}:{body}", "-1.25", -1250),
        (
            "utc_date_time",
            "v1:{timestamp}:{body}",
            "2023-11-14T22:13:20.551",
            1_700_000_000_551,
        ),
        (
            "utc_date_time",
            "{body}:{timestamp}",
            "2023-11-14T22:13:20",
            1_700_000_000_000,
        ),
    ] {
        assert_eq!(with(unit, template, time), Ok(Some(millis)), "{time}");
    }
    for time in [
        "1700000000.",
        ".5",
        "1.1234567891",
        "1.5e3",
        "1.-5",
        "+1.5",
        "1,5",
        "-.5",
        "9223372036854775807.5",
    ] {
        let refused = with("fractional_seconds", "{timestamp}:{body}", time);
        assert_eq!(refused, Err(Reason::MalformedTimestamp), "{time}");
    }
    assert_eq!(
        with("rfc3339", "{timestamp}.{body}", "1700000000"),
        Err(Reason::MalformedTimestamp)
    );
    for time in [
        "2023-11-14T22:13:20Z",
        "2023-11-14T22:13:20z",
        "2023-11-14T22:13:20+00:00",
        "2023-11-14T22:13:20.",
        "2023-11-14T22:13",
        "2023-11-14",
        "1700000000",
    ] {
        let refused = with("utc_date_time", "{timestamp}:{body}", time);
        assert_eq!(refused, Err(Reason::MalformedTimestamp), "{time}");
    }
    // A fraction may have any number of digits, but a time has 256 bytes at most.
    let of_length = |length: usize| {
        let zeros = "0".repeat(length - "2023-11-14T22:13:20.Z".len());
        format!("2023-11-14T22:13:20.{zeros}Z")
    };
    assert_eq!(
        with("rfc3339", "{timestamp}.{body}", &of_length(256)),
        Ok(Some(1_700_000_000_000))
    );
    assert_eq!(
        with("rfc3339", "{timestamp}.{body}", &of_length(257)),
        Err(Reason::MalformedTimestamp)
    );
    // A dot ends no number that has one, and no date that may go on with one.
    for unit in ["fractional_seconds", "utc_date_time"] {
        let ambiguous = json!({
            "signature_header": "x", "encoding": "hex", "template": "{timestamp}.{body}",
            "timestamp_header": "x-time", "timestamp_unit": unit,
        });
        assert!(HmacHeader::try_from(config(ambiguous)).is_err(), "{unit}");
    }
}

#[tokio::test]
async fn a_custom_sender_goes_the_whole_road() {
    let scheme = HmacHeader::try_from(config(json!({
        "signature_header": "x-signature",
        "encoding": "hex",
        "digest": "sha512",
        "template": "{timestamp}.{body}",
        "timestamp_header": "x-time",
    })))
    .unwrap();
    let pack = Preset::custom("custom", scheme, Secret::bytes(KEY).unwrap());
    let stage = Stage::of(pack, |builder| builder).await;
    let send = |at: i64, body: &'static str| {
        let text = format!("{at}.{body}");
        let call = Call::post("/hook", Bytes::from_static(body.as_bytes()))
            .with("x-signature", hex(&mac::<sha2::Sha512>(text.as_bytes())))
            .with("x-time", at.to_string());
        let addr = stage.server.addr;
        async move { call.send(addr).await.status }
    };
    let now = stage.clock.now().as_secs();
    assert_eq!(send(now, "{\"n\":1}").await, 200);
    assert_eq!(send(now + 1, "{\"n\":1}").await, 200, "a copy signed anew");
    assert_eq!(send(now, "{\"n\":2}").await, 200);
    assert_eq!(send(now - 301, "{\"n\":3}").await, 401);
    assert_eq!(stage.script.runs(), 2);
}

#[test]
fn each_header_of_a_scheme_has_a_name_of_its_own() {
    for (id, time) in [
        ("X-Signature", "x-time"),
        ("x-id", "x-signature"),
        ("x-id", "X-ID"),
    ] {
        let refused = HmacHeader::try_from(config(json!({
            "signature_header": "x-signature", "encoding": "hex", "template": "{id}.{timestamp}.{body}",
            "id_header": id, "timestamp_header": time,
        })));
        assert!(matches!(refused, Err(BuildError::Scheme(_))), "{id} {time}");
    }
}
