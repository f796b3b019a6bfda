//! Unico Check's signed request. `explain` finds every candidate, and prints the builder's line.

use std::{collections::BTreeSet, fs};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::request::{AT, CERTIFICATES, NONCE, Row, UNICO_BODY, certificate, rs256, unico};
use crate::command::{base64, hookgate};

/// The first finding, which the library has confirmed.
fn confirmed(row: &Row, what: &str) -> Value {
    let explained = row.explained();
    let finding = explained["findings"][0].clone();
    assert_eq!(
        finding["mistake"], "signed_request",
        "{what}: {explained:#}"
    );
    assert_eq!(finding["confidence"], "certain", "{what}");
    assert_eq!(explained["complete"], true, "{what}: {explained:#}");
    finding
}

/// The placeholders in every order with the body among them.
fn orders() -> BTreeSet<Vec<&'static str>> {
    let all = ["{timestamp}", "{nonce}", "{body}", "{algorithm}"];
    let mut orders = BTreeSet::from([vec![]]);
    for _ in all {
        let longer: Vec<Vec<&str>> = orders
            .iter()
            .flat_map(|order: &Vec<&str>| {
                let others = all.iter().filter(|it| !order.contains(it));
                others.map(|it| [order.as_slice(), &[*it]].concat())
            })
            .collect();
        orders.extend(longer);
    }
    orders.retain(|order| order.contains(&"{body}"));
    orders
}

fn filled(template: &str) -> String {
    template
        .replace("{timestamp}", &AT.to_string())
        .replace("{nonce}", NONCE)
        .replace("{algorithm}", "RS256")
        .replace("{body}", UNICO_BODY)
}

#[test]
fn every_order_of_the_parts_is_found() {
    let orders = orders();
    assert_eq!(orders.len(), 49);
    for order in orders {
        let template = order.join(".");
        let row = unico(&STANDARD.encode(rs256(filled(&template).as_bytes())));
        if order == ["{body}"] {
            assert_eq!(row.explained()["verdict"], "accepted");
            continue;
        }
        let finding = confirmed(&row, &template);
        let line = finding["advice"].as_str().unwrap();
        assert!(line.contains(&format!(".template({template:?})")), "{line}");
    }
}

#[test]
fn every_separator_is_found() {
    for separator in [".", "\n", ":", "|", "_", ",", ";", " ", "&", "\r\n"] {
        let template = ["{nonce}", "{timestamp}", "{body}"].join(separator);
        let row = unico(&STANDARD.encode(rs256(filled(&template).as_bytes())));
        let finding = confirmed(&row, separator);
        let line = finding["advice"].as_str().unwrap();
        assert!(line.contains(&format!(".template({template:?})")), "{line}");
    }
}

/// Requests that another program signed: every algorithm, text form and form of time.
#[test]
fn every_algorithm_and_text_form_is_found() {
    let recorded = fs::read(format!("{CERTIFICATES}/requests.json")).unwrap();
    let recorded: Value = serde_json::from_slice(&recorded).unwrap();
    let mut found = BTreeSet::new();
    for request in recorded["requests"].as_array().unwrap() {
        let template = request["template"].as_str().unwrap();
        // No candidate: `v1` is of that program's own making.
        if template.starts_with("v1") {
            continue;
        }
        let key = request["key"].as_str().unwrap();
        let headers: Vec<_> = ["signature", "nonce", "timestamp", "algorithm"]
            .iter()
            .map(|part| json!([format!("X-Unico-{part}"), request[part]]))
            .chain([json!(["content-type", "application/json"])])
            .collect();
        let row = unico("")
            .key(&format!("pem:{}", certificate(&format!("{key}.crt.pem"))))
            .body(recorded["body"].as_str().unwrap())
            .set("headers", headers)
            .set("now", 1_700_000_300)
            .set(
                "settings",
                json!({"access": "none", "distinct_by_content": true}),
            )
            .argument(&["--provider", "unico-check"]);
        // A receiver that believes anybody. `explain` still says what is signed.
        let explained = row.explained();
        assert_eq!(explained["verdict"], "accepted", "{request}");
        let finding = &explained["findings"][0];
        assert_eq!(finding["mistake"], "signed_request", "{request}");
        let row = row.set("settings", json!({}));
        let line = confirmed(&row, &request.to_string())["advice"].clone();
        assert_eq!(finding["advice"], line);
        let line = line.as_str().unwrap();
        let algorithm = request["algorithm"].as_str().unwrap();
        let named = format!("JwsAlgorithm::{}", algorithm.to_ascii_lowercase());
        assert!(
            line.to_ascii_lowercase()
                .contains(&named.to_ascii_lowercase()),
            "{line}"
        );
        let encoding = match request["encoding"].as_str().unwrap() {
            "base64" => None,
            "base64_url" => Some("SignatureEncoding::Base64Url"),
            "hex" => Some("SignatureEncoding::Hex"),
            _ => Some("SignatureEncoding::Jws"),
        };
        assert_eq!(
            line.contains("SignatureEncoding::"),
            encoding.is_some(),
            "{line}"
        );
        assert!(
            encoding.is_none_or(|encoding| line.contains(encoding)),
            "{line}"
        );
        // The other program's library writes `typ: JWT` into every JWS.
        let is_jws = encoding == Some("SignatureEncoding::Jws");
        assert_eq!(line.contains(".accept_tokens_as_requests()"), is_jws);
        found.insert((algorithm.to_owned(), encoding));
    }
    // Nine algorithms. The four text forms are spread over them.
    let algorithms: BTreeSet<_> = found.iter().map(|(algorithm, _)| algorithm).collect();
    assert_eq!(algorithms.len(), 9, "{found:?}");
    let encodings: BTreeSet<_> = found.iter().map(|(_, encoding)| encoding).collect();
    assert_eq!(encodings.len(), 4);
}

#[test]
fn the_builders_line_is_the_whole_pack() {
    let row = unico(&STANDARD.encode(rs256(filled("{timestamp}.{nonce}.{body}").as_bytes())));
    assert_eq!(
        confirmed(&row, "")["advice"],
        "build the pack with UnicoCheck::signed(SignedRequest::try_from(SignedRequestConfig::new(\"x-signature\")\
         .nonce(\"x-nonce\").timestamp(\"x-timestamp\", TimestampForm::Seconds)\
         .template(\"{timestamp}.{nonce}.{body}\"))?, VerifyingKey::pem(certificate, [JwsAlgorithm::Rs256]))"
    );
}

#[test]
fn certificates_are_taken_from_files_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let row = unico(&STANDARD.encode(rs256(filled("{nonce}:{body}").as_bytes())));
    let mut http = String::from("POST /webhooks/unico HTTP/1.1\n");
    for header in row.record["headers"].as_array().unwrap() {
        let part = |place: usize| header[place].as_str().unwrap();
        http.push_str(&format!("{}: {}\n", part(0), part(1)));
    }
    http.push_str(&format!(
        "content-length: {}\n\n{UNICO_BODY}",
        UNICO_BODY.len()
    ));
    let captured = folder.path().join("captured.http");
    fs::write(&captured, http).unwrap();
    for (file, form) in [("rsa.crt.pem", "pem"), ("rsa.crt.der", "der")] {
        let certificate = format!("{CERTIFICATES}/{file}");
        let captured = captured.to_str().unwrap();
        let arguments = ["explain", captured, "--provider", "unico-check"];
        let output = hookgate(&[&arguments[..], &["--key-file", &certificate, "--json"]].concat())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(3), "{output:?}");
        let explained: Value = serde_json::from_slice(&output.stdout).unwrap();
        let line = explained["findings"][0]["advice"].as_str().unwrap();
        assert!(
            line.contains(&format!("VerifyingKey::{form}(certificate")),
            "{line}"
        );
    }
}

#[test]
fn what_a_receiver_without_signatures_could_not_check_is_said_too() {
    let unsafe_one = unico(&STANDARD.encode(rs256(filled("{timestamp}{body}").as_bytes())));
    let open = unsafe_one.set(
        "settings",
        json!({"access": "none", "distinct_by_content": true}),
    );
    let explained = open.explained();
    assert_eq!(explained["verdict"], "accepted");
    assert_eq!(explained["findings"][0]["mistake"], "signed_request_unsafe");
    // Without a certificate nobody asks for it.
    let explained = open.set("keys", json!([])).explained();
    assert_eq!(explained["findings"], json!([]));
}

#[test]
fn a_certificate_that_is_not_the_receivers_is_named() {
    let row = unico(&STANDARD.encode(rs256(UNICO_BODY.as_bytes())))
        .key(&format!("pem:{}", certificate("p256.crt.pem")))
        .argument(&["--other-key-file", &format!("{CERTIFICATES}/rsa.crt.pem")]);
    let cause = confirmed(&row, "another certificate")["cause"].clone();
    let cause = cause.as_str().unwrap();
    assert!(
        cause.contains("which is not a key of this receiver"),
        "{cause}"
    );
}

#[test]
fn with_a_certificate_and_no_signature_it_says_that_nothing_is_signed() {
    let row = unico("").without("x-signature").set("settings", json!({}));
    let explained = row.explained();
    let named = explained["findings"].as_array().unwrap().iter();
    let named: Vec<_> = named
        .map(|finding| finding["mistake"].as_str().unwrap())
        .collect();
    assert_eq!(named, ["bad_settings", "signature_missing"]);
}

#[test]
fn where_nothing_is_signed_so_it_says_how_much_was_tried() {
    let row = unico(&base64(&[7; 256]));
    let explained = row.explained();
    assert_eq!(explained["findings"], json!([]), "{explained:#}");
    let tried = explained["tried"].as_array().unwrap();
    let of_signed = tried
        .iter()
        .find(|it| it["what"].as_str().unwrap().contains("certificate's key"));
    // The body alone, and 48 orders × 12 separators, with each of six RSA algorithms.
    assert_eq!(of_signed.unwrap()["changes"], (1 + 48 * 12) * 6);
}
