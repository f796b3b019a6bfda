//! The records of `listen --save`. `verify` judges them as the middleware did, and `explain` names the cause.

use std::{fs, path::Path};

use hookgate::{providers::known, schemes::SchemeConfig};
use serde_json::Value;

use crate::{
    command::{hookgate, verdicts, verify_text},
    listening::send,
    send_and_listen::FRAMEWORKS,
    senders::{Row, rows},
};

/// The mistake, why the middleware refuses it, and what `explain` must find first. `None` where nothing tells.
struct Wrong<'a> {
    arguments: &'a [&'a str],
    reason: &'a str,
    mistake: Option<&'a str>,
}

/// Every mistake that a request of `row` can have.
fn all_wrong(row: &Row) -> Vec<Wrong<'_>> {
    let shows_credentials = row.unsigned == "access_missing";
    let mut all = vec![
        Wrong {
            arguments: &["--unsigned"],
            reason: row.unsigned,
            mistake: Some(if shows_credentials {
                "access_missing"
            } else {
                "signature_missing"
            }),
        },
        Wrong {
            arguments: &["--tamper"],
            reason: row.tampered,
            // Nothing can be said about a body whose content was changed.
            mistake: shows_credentials.then_some("access_denied"),
        },
    ];
    if let Some(reason) = row.stale {
        all.push(Wrong {
            arguments: &["--stale"],
            reason,
            mistake: Some("clock_skew"),
        });
    }
    all
}

/// The record that `listen` has kept as the `number`th.
fn record(folder: &Path, number: usize) -> Vec<u8> {
    fs::read(folder.join(format!("{number:06}.json"))).unwrap()
}

fn explained(folder: &Path, number: usize, arguments: &[&str]) -> (Option<i32>, Value) {
    let file = folder.join(format!("{number:06}.json"));
    let mut all = vec!["explain", file.to_str().unwrap(), "--json"];
    all.extend(arguments);
    let output = hookgate(&all).env("OTHER_SECRET", OTHER).output().unwrap();
    let explained = serde_json::from_slice(&output.stdout);
    (
        output.status.code(),
        explained.unwrap_or_else(|_| panic!("{output:?}")),
    )
}

const OTHER: &str = "an0ther-s3cret-0123456789";

#[test]
fn every_saved_request_is_judged_as_it_was_and_explained_with_its_cause() {
    for framework in FRAMEWORKS {
        for row in &rows() {
            let folder = tempfile::tempdir().unwrap();
            let saved = folder.path().join("seen");
            let arguments = ["--framework", framework, "--save", saved.to_str().unwrap()];
            let listening = row.listen(&arguments);
            let url = format!("{}/hook?a=b", listening.url);
            assert!(row.send(&url, &[]).status.success());
            let all = all_wrong(row);
            for wrong in &all {
                row.send(&url, &[wrong.arguments, &["--attempts", "1"]].concat());
                let noted = listening.note();
                let what = format!("{} {:?}", row.name(), wrong.arguments);
                assert_eq!(noted, format!("refused  {}", wrong.reason), "{what}");
            }
            listening.stop();

            let records: Vec<u8> = (1..=all.len() + 1)
                .flat_map(|number| record(&saved, number))
                .collect();
            let verdicts = verdicts(&verify_text(records));
            assert_eq!(verdicts[0]["verdict"], "accepted", "{}", row.name());
            let (status, accepted) = explained(&saved, 1, &[]);
            assert_eq!(
                (status, &accepted["verdict"]),
                (Some(0), &"accepted".into())
            );
            for ((number, wrong), verdict) in (2..).zip(&all).zip(&verdicts[1..]) {
                let what = format!("{} {framework} {:?}", row.name(), wrong.arguments);
                assert_eq!(verdict["reason"], wrong.reason, "{what}");
                let (status, explained) = explained(&saved, number, &[]);
                assert_eq!(explained["reason"], wrong.reason, "{what}");
                let first = &explained["findings"][0];
                let found = first["mistake"]
                    .as_str()
                    .filter(|_| first["confidence"] != "possible");
                assert_eq!(found, wrong.mistake, "{what}: {explained:#}");
                let expected = if wrong.mistake.is_some() { 3 } else { 4 };
                assert_eq!(status, Some(expected), "{what}");
            }
        }
    }
}

#[test]
fn a_saved_request_signed_with_another_key_is_told_by_that_key() {
    for row in rows()
        .iter()
        .filter(|row| row.unsigned == "missing_signature")
    {
        let name = row.name();
        // There is no other certificate's key here.
        let Some(mistake) = (match row.provider {
            "public-key-signature" | "signed-request" | "sns" | "unico-check" => None,
            name if signs_by_key(name) => None,
            "facephi" => Some("facephi_recipe"),
            "hmac-body-field" => Some("scheme_recipe"),
            _ => Some("other_key"),
        }) else {
            continue;
        };
        let folder = tempfile::tempdir().unwrap();
        let saved = folder.path().to_str().unwrap();
        let listening = row.listen(&["--save", saved]);
        let keys = folder.path().join("other");
        fs::write(&keys, format!("utf8:{OTHER}")).unwrap();
        let keys = ["--key-file", keys.to_str().unwrap(), "--attempts", "1"];
        row.send(&listening.url, &keys);
        assert_eq!(listening.note(), "refused  signature_mismatch", "{name}");
        listening.stop();
        let others = ["--other-key-env", "OTHER_SECRET", "--key-as", "utf8"];
        let (status, explained) = explained(folder.path(), 1, &others);
        let finding = &explained["findings"][0];
        assert_eq!(finding["mistake"], mistake, "{name}: {explained:#}");
        assert!(finding["cause"].to_string().contains("$OTHER_SECRET"));
        assert_eq!((status, &explained["complete"]), (Some(3), &true.into()));
    }
}

#[test]
fn a_saved_request_of_settings_that_the_sender_does_not_share_is_told_by_the_line_to_use() {
    let folder = tempfile::tempdir().unwrap();
    for (place, (provider, event, ours, theirs, line)) in [
        (
            "facephi",
            "selfie_captured",
            "{}",
            r#"{"recipe":"null_member"}"#,
            "Facephi::new(Secret::utf8(text)?).recipe(Recipe::NullMember)",
        ),
        (
            "hmac-body-field",
            "user.created",
            r#"{"member":"mac"}"#,
            r#"{"member":"mac","recipe":"empty_member","encoding":"hex"}"#,
            "HmacBodyField::try_from(config)?.recipe(Recipe::EmptyMember)",
        ),
        (
            "unico-check",
            "update_process",
            r#"{"signed":{"algorithms":["RS256"],"scheme":{"signature_header":"x-s"}}}"#,
            r#"{"signed":{"algorithms":["PS256"],"scheme":{"signature_header":"x-s","nonce_header":"x-n","template":"{nonce}\n{body}","encoding":"hex"}}}"#,
            "UnicoCheck::signed(SignedRequest::try_from(SignedRequestConfig::new(\"x-s\").nonce(\"x-n\")",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let file = |name: &str, text: &str| {
            let path = folder.path().join(format!("{place}-{name}.json"));
            fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let (ours, theirs) = (file("ours", ours), file("theirs", theirs));
        let saved = folder.path().join(place.to_string());
        let arguments = ["--settings", &ours, "--save", saved.to_str().unwrap()];
        let listening = crate::listening::Listening::start(provider, &arguments);
        let to = ["--to", &listening.url, "--attempts", "1"];
        send(&[&[provider, event, "--settings", &theirs], &to[..]].concat());
        let refused = listening.note();
        assert!(refused.ends_with("_signature") || refused.ends_with("_mismatch"), "{refused}");
        listening.stop();
        let (_, explained) = explained(&saved, 1, &[]);
        let advice = explained["findings"][0]["advice"].as_str().unwrap();
        assert!(advice.contains(line), "{advice}");
        assert_eq!(explained["complete"], true, "{explained:#}");
    }
}

/// Whether it is a sender that signs with a private key.
fn signs_by_key(name: &str) -> bool {
    let scheme = known::find(name).and_then(known::KnownSender::scheme);
    match scheme {
        Some(SchemeConfig::PublicKeySignature(_)) => true,
        Some(SchemeConfig::JwtBodyHash(config)) => !config
            .algorithms
            .iter()
            .any(|it| it.name().starts_with("HS")),
        _ => false,
    }
}
