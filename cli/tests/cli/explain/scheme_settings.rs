//! What `explain` proposes to set, for schemes of one's own: forms of base64 and of times, layouts, the address.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};

use super::{
    mistakes::custom,
    request::{AT, BODY, SECRET, feed, hex, mac},
};
use crate::command::hookgate;

fn signed(text: &str) -> Vec<u8> {
    mac(SECRET.as_bytes(), text.as_bytes())
}

/// The first finding: what is wrong, and what to set.
fn first(settings: Value, headers: &[(&str, &str)]) -> (String, String) {
    let explained = custom(settings, headers).explained();
    let finding = &explained["findings"][0];
    let text = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    (text("mistake"), text("advice"))
}

#[test]
fn the_form_of_base64_that_the_sender_writes_is_named() {
    // With a sign in it that tells the alphabets apart.
    let number = (0..).find(|number| {
        let text = URL_SAFE_NO_PAD.encode(signed(&format!("{number}{BODY}")));
        text.contains(['-', '_'])
    });
    let number: u32 = number.unwrap();
    let signature = URL_SAFE_NO_PAD.encode(signed(&format!("{number}{BODY}")));
    let template = format!("{number}{{body}}");
    let settings =
        json!({"signature_header": "x-signature", "encoding": "base64", "template": template});
    let (mistake, advice) = first(settings, &[("x-signature", &signature)]);
    assert_eq!(mistake, "signature_alphabet");
    assert!(advice.contains("SignatureEncoding::Base64Url"), "{advice}");
}

#[test]
fn the_form_of_a_time_is_set_where_a_setting_names_it() {
    for (time, separator, name) in [
        ("2026-11-28T10:00:00Z", ".", "rfc3339"),
        ("1795860000.125", ":", "fractional_seconds"),
        ("2026-11-28T10:00:00.125", ":", "utc_date_time"),
    ] {
        let signature = hex(&signed(&format!("{time}{separator}{BODY}")));
        let in_header = json!({
            "signature_header": "x-signature", "encoding": "hex", "timestamp_header": "x-time",
            "template": format!("{{timestamp}}{separator}{{body}}"),
        });
        let beside = json!({
            "signature_header": "x-signature", "encoding": "hex", "layout": "time_and_signature", "separator": "|",
            "template": format!("{{timestamp}}{separator}{{body}}"),
        });
        let both = format!("{time}|{signature}");
        for (settings, headers) in [
            (
                in_header,
                &[("x-signature", &*signature), ("x-time", time)][..],
            ),
            (beside, &[("x-signature", &*both)]),
        ] {
            let (mistake, advice) = first(settings.clone(), headers);
            assert_eq!(mistake, "timestamp_form", "{settings}");
            let expected = format!("set the scheme's timestamp_unit to {name}");
            assert!(advice.starts_with(&expected), "{advice}");
        }
    }
}

#[test]
fn the_path_and_the_address_are_placeholders_of_the_template_that_is_proposed() {
    let settings = || json!({"signature_header": "x-signature", "encoding": "hex"});
    for (signed_path, template) in [
        ("/in?n=1", "{path}.{body}"),
        ("https://hooks.example/in?n=1", "{url}.{body}"),
    ] {
        let signature = hex(&signed(&format!("{signed_path}.{BODY}")));
        let headers = [("x-signature", &*signature), ("host", "hooks.example")];
        let explained = custom(settings(), &headers)
            .set("path", json!("/in?n=1"))
            .explained();
        let finding = &explained["findings"][0];
        assert_eq!(finding["mistake"], "scheme_template");
        let advice = finding["advice"].as_str().unwrap();
        assert!(advice.contains(template), "{advice}");
        assert_eq!(
            advice.contains("url to the address"),
            template.contains("url"),
            "{advice}"
        );
    }
}

#[test]
fn the_headers_that_the_request_has_are_searched() {
    let settings = |template: &str| {
        json!({
            "signature_header": "x-signature", "id_header": "x-id", "timestamp_header": "x-time", "encoding": "hex",
            "template": template, "or_headers":
                {"signature_header": "y-signature", "id_header": "y-id", "timestamp_header": "y-time"},
        })
    };
    let template = "{id}.{timestamp}.{body}";
    let mac = signed(&format!("1.{AT}.{BODY}"));
    let (right, base64) = (hex(&mac), STANDARD.encode(&mac));
    let (time, millis) = (AT.to_string(), format!("{AT}000"));
    let with = |signature, time| [("y-signature", signature), ("y-id", "1"), ("y-time", time)];
    for (template, headers, mistake, said) in [
        (
            template,
            with(&*base64, &*time),
            "signature_encoding",
            "Base64",
        ),
        (template, with(&right, &millis), "timestamp_rewritten", ""),
        (template, with("", &time), "signature_malformed", ""),
        (
            "{timestamp}.{id}.{body}",
            with(&right, &time),
            "scheme_template",
            template,
        ),
    ] {
        let (found, advice) = first(settings(template), &headers);
        assert_eq!(found, mistake);
        assert!(advice.contains(said), "{advice}");
    }
    let dateless = custom(settings(template), &with(&right, &time)).without("y-time");
    let cause = dateless.explained()["findings"][0]["cause"].clone();
    assert!(cause.to_string().contains("y-time"), "{cause}");
    // Of several headers of signatures.
    let more = json!({
        "signature_header": "x-signature-1", "more_signature_headers": ["x-signature-2"], "encoding": "hex",
    });
    let base64 = STANDARD.encode(signed(BODY));
    let (found, _) = first(more, &[("x-signature-2", &base64)]);
    assert_eq!(found, "signature_encoding");
}

#[test]
fn a_covered_header_that_is_not_there_is_named() {
    let settings = json!({"signature_header": "x-signature", "encoding": "hex", "template": "{header:x-topic}.{body}"});
    let signature = hex(&signed(&format!("t.{BODY}")));
    let row = custom(settings, &[("x-signature", &*signature)]);
    for row in [
        row.clone(),
        row.header("x-topic", "t").header("x-topic", "t"),
    ] {
        let finding = row.explained()["findings"][0].clone();
        assert_eq!(finding["mistake"], "covered_header");
        let cause = finding["cause"].as_str().unwrap();
        assert!(cause.ends_with("(x-topic)"), "{cause}");
    }
}

#[test]
fn a_pair_with_a_time_is_found_behind_any_separator() {
    let settings = json!({
        "signature_header": "x-signature", "encoding": "hex", "separator": "|", "template": "{timestamp}.{body}",
        "layout": {"pairs": {"signature": "v1", "timestamp": "t"}},
    });
    let mac = STANDARD.encode(signed(&format!("{AT}.{BODY}")));
    let (mistake, _) = first(settings, &[("x-signature", &format!("t={AT}|v1={mac}"))]);
    assert_eq!(mistake, "signature_encoding");
}

#[test]
fn what_a_body_alone_does_not_show_is_said_where_the_signature_covers_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let body = file("body.json", BODY);
    let key = file("key", SECRET);
    let line = format!("x-signature: {}", hex(&signed(&format!("/in.{BODY}"))));
    for (template, is_said) in [
        ("{path}.{body}", true),
        ("{method}.{body}", true),
        ("{path:3}.{body}", true),
        ("{header:x-topic}.{body}", true),
        ("{header:x-topic:5}.{body}", true),
        ("{header:x-signature}.{body}", false),
        ("{body}", false),
    ] {
        let settings =
            json!({"signature_header": "x-signature", "encoding": "hex", "template": template});
        let settings = file("settings.json", &settings.to_string());
        let options = [
            "--provider",
            "hmac-header",
            "--settings",
            &settings,
            "--key-file",
            &key,
            "-H",
            &line,
        ];
        let command = hookgate(&[&["explain", &*body, "--json"], &options[..]].concat());
        let output = feed(command, b"");
        let explained: Value = serde_json::from_slice(&output.stdout).unwrap();
        let notes = explained["notes"].to_string();
        assert_eq!(
            notes.contains("the signature covers the path"),
            is_said,
            "{explained}"
        );
        let next = explained["next"].to_string();
        // Where the missing header is the certain cause, nothing more has to be captured.
        if template.starts_with("{path}") {
            assert!(next.contains("only the body was captured"), "{explained}");
        }
    }
}
