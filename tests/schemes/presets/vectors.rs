//! Each row is proved by requests that its own sender, or a program that shares no code with the library, has signed.

use std::io::{self, Write};

use hookgate::{
    Keyring, Rejection, UnixTime,
    pack::KeyParts,
    providers::known::{self, EventTypeAt, Identity, KnownSender, Proof},
    schemes::{JwtBinding, SchemeConfig, SignatureLayout, SignedMembersConfig},
    simulator::Sent,
};
use serde_json::{Value, json};

use crate::props::{
    ENDPOINT, Refused, Seen,
    presets::{Pair, Vector, senders_of_vectors, vectors},
};

fn signers() -> impl Iterator<Item = &'static KnownSender> {
    let signs = |sender: &&KnownSender| matches!(sender.proof.value(), Proof::Scheme(_));
    // `schemes::sns` has the vectors of Amazon SNS: its row names no topics, so it makes no scheme.
    let is_whole = |sender: &&KnownSender| sender.name != "sns";
    known::ALL.iter().copied().filter(signs).filter(is_whole)
}

fn all() -> impl Iterator<Item = Vector> {
    signers().flat_map(|sender| vectors(sender.name))
}

/// What its receiver makes of `sent`, under the key of the vector.
async fn seen(vector: &Vector, sent: Sent) -> Result<Seen, Refused> {
    under(vector, &vector.keys(), vector.now(), sent).await
}

async fn under(
    vector: &Vector,
    keys: &Keyring,
    now: UnixTime,
    sent: Sent,
) -> Result<Seen, Refused> {
    let open = vector.settings.clone();
    Seen::by_with(vector.sender(), keys, open, now, sent).await
}

/// How it is signed.
fn scheme_of(vector: &Vector) -> SchemeConfig {
    let scheme = vector.sender().scheme_with(&vector.settings);
    scheme.unwrap().unwrap()
}

#[test]
fn every_sender_that_signs_has_a_vector_and_every_vector_a_sender() {
    let mut names: Vec<_> = signers().map(|sender| sender.name).collect();
    names.sort_unstable();
    assert_eq!(senders_of_vectors(), names);
}

/// How many rows somebody else has proved.
#[test]
fn vectors_say_who_made_them() {
    let mut from_outside = 0;
    for sender in signers() {
        let vectors = vectors(sender.name);
        assert!(
            vectors.iter().all(|it| it.origin.len() > 10),
            "{}",
            sender.name
        );
        from_outside += usize::from(vectors.iter().any(|it| !it.made_here));
    }
    let _ = writeln!(
        io::stderr(),
        "{from_outside} of {} senders that sign have a vector from outside",
        signers().count()
    );
}

#[tokio::test]
async fn each_vector_is_the_event_that_its_file_says() {
    for vector in all() {
        let name = format!("{}: {}", vector.sender, vector.origin);
        let seen = seen(&vector, vector.sent()).await;
        let seen = seen.unwrap_or_else(|refused| panic!("{name}: {refused:?}"));
        assert_eq!(seen.counted.event_type, vector.event_type, "{name}");
        assert_eq!(seen.claimed_type, vector.claimed_type, "{name}");
        let key = |parts: &KeyParts| parts.key(ENDPOINT, None, &vector.sender);
        let parts = match (vector.sender().identity.value(), &vector.id) {
            // The tests of the pack say what it is.
            (Identity::OfPack(_), None) => continue,
            (_, Some(id)) => KeyParts::of(id),
            (Identity::SignedId, None) => panic!("{name}: say the `id`"),
            (Identity::Member(at), None) => {
                let body: Option<Value> = serde_json::from_slice(&vector.body()).ok();
                let id = body.as_ref().and_then(|body| body.pointer(at)?.as_str());
                assert_eq!(id, None, "{name}: say the `id`");
                let mut parts = KeyParts::of("");
                parts.digest_of(&vector.body());
                parts
            }
            (Identity::Digest, None) if vector.sender().form_field.is_none() => {
                KeyParts::of_digest(&seen.payload)
            }
            _ => continue,
        };
        assert_eq!(Some(seen.counted.key), key(&parts), "{name}");
    }
}

/// One change on the way, and the request after it.
type Altered = (String, Sent);

fn flipped(body: &[u8], at: usize) -> Vec<u8> {
    let mut body = body.to_vec();
    body[at] ^= 1;
    body
}

/// Changes of the body, all of which is covered.
fn bodies(scheme: &SchemeConfig, sent: &Sent) -> Vec<Altered> {
    if let SchemeConfig::SignedMembers(config) = scheme {
        return members(config, sent);
    }
    let body = &sent.body;
    let end = body.len() - 1;
    let more =
        |before: &[u8], member: &str, behind: &[u8]| [before, member.as_bytes(), behind].concat();
    let changed: [(&str, Vec<u8>); 12] = [
        ("its first bit", flipped(body, 0)),
        ("a bit in its middle", flipped(body, end / 2)),
        ("its last bit", flipped(body, end)),
        ("without its first byte", body[1..].to_vec()),
        ("without its last byte", body[..end].to_vec()),
        ("its first half", body[..end / 2].to_vec()),
        ("twice", body.repeat(2)),
        ("empty", Vec::new()),
        ("a member more", more(b"{", r#""more":1,"#, &body[1..])),
        (
            "one more at its end",
            more(&body[..end], r#","more":1"#, b"}"),
        ),
        ("a space before it", more(b" ", "", body)),
        ("a space behind it", more(body, "", b" ")),
    ];
    // A MAC inside of JSON covers the value. It may have been written anew, with other spaces.
    let covers_spaces = !matches!(
        scheme,
        SchemeConfig::HmacBodyField(_) | SchemeConfig::SignedMembers(_)
    );
    let altered = changed.into_iter();
    let altered = altered.filter(|(what, _)| covers_spaces || !what.starts_with("a space"));
    let sent = |body| sent.clone().with_body(body);
    if let Some(token) = token_within(scheme, body) {
        // Nothing around the token counts.
        let around = [
            "a member more",
            "one more at its end",
            "a space before it",
            "a space behind it",
        ];
        let altered = altered.filter(|(what, _)| !around.contains(what));
        let altered = altered.map(|(what, body)| (format!("body, {what}"), sent(body)));
        return altered
            .chain(tokens(&token).map(|(what, other)| {
                let body = String::from_utf8_lossy(body).replace(&token, &other);
                (format!("token, {what}"), sent(body.into_bytes()))
            }))
            .collect();
    }
    altered
        .map(|(what, body)| (format!("body, {what}"), sent(body)))
        .collect()
}

/// The token that a member of the body holds, where the scheme has it there.
fn token_within(scheme: &SchemeConfig, body: &[u8]) -> Option<String> {
    let SchemeConfig::JwtBodyHash(config) = scheme else {
        return None;
    };
    let JwtBinding::Member(place) = &config.binding else {
        return None;
    };
    let body: Value = serde_json::from_slice(body).unwrap();
    Some(body.pointer(place)?.as_str()?.to_owned())
}

/// Changes of a token, each in one of its parts.
fn tokens(token: &str) -> impl Iterator<Item = (&'static str, String)> {
    let parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let with = move |place: usize, part: &str| {
        let mut parts = parts.clone();
        parts[place] = part.to_owned();
        parts.join(".")
    };
    let claims = "eyJhIjoxfQ";
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    [
        ("other claims", with(1, claims)),
        ("no claims", with(1, "")),
        ("no signature", with(2, "")),
        ("another signature", with(2, "AAAA")),
        ("`none`", with(0, none)),
    ]
    .into_iter()
}

/// Changes of each member that is signed, and of the list.
fn members(config: &SignedMembersConfig, sent: &Sent) -> Vec<Altered> {
    let body: Value = serde_json::from_slice(&sent.body).unwrap();
    let item = "/notificationItems/0/NotificationRequestItem";
    let mut altered = Vec::new();
    for at in &config.members {
        for other in [json!("another"), json!(7), json!(["a"])] {
            let mut body = body.clone();
            let (object, name) = at.rsplit_once('/').unwrap();
            let object = body.pointer_mut(&format!("{item}{object}")).unwrap();
            object[name] = other;
            let sent = sent.clone().with_body(body.to_string());
            altered.push((format!("{at}, another"), sent));
        }
    }
    let list = |items: Value| {
        let mut body = body.clone();
        body["notificationItems"] = items;
        sent.clone().with_body(body.to_string())
    };
    let one = body["notificationItems"][0].clone();
    altered.extend([
        ("no item".to_owned(), list(json!([]))),
        ("the item twice".to_owned(), list(json!([one, one]))),
        ("no list".to_owned(), list(one)),
        ("no body".to_owned(), sent.clone().with_body("")),
    ]);
    altered
}

/// Whether path and query of the request are part of what is signed.
fn covers_target(scheme: &SchemeConfig) -> bool {
    match scheme {
        SchemeConfig::HmacHeader(config) => config.template.contains("{path}"),
        SchemeConfig::SignedForm(_) => true,
        _ => false,
    }
}

/// Changes of the target, where that is covered.
fn targets(scheme: &SchemeConfig, sent: &Sent) -> Vec<Altered> {
    if !covers_target(scheme) {
        return Vec::new();
    }
    let path = &sent.path;
    let other = [
        "/".to_owned(),
        format!("{path}&more=1"),
        format!("{path}?more=1"),
        path.split('?').next().unwrap().to_owned() + "/more",
        path[..path.len() - 1].to_owned(),
    ];
    let other = other.into_iter().map(|path| {
        let mut sent = sent.clone();
        sent.path = path;
        (format!("target, {}", sent.path), sent)
    });
    other.collect()
}

/// `value` with another first character of each signature.
fn forged(scheme: &SchemeConfig, value: &str) -> String {
    let other = |rest: &str| {
        let first = if rest.starts_with('0') { "1" } else { "0" };
        format!("{first}{}", &rest[1..])
    };
    let list = |value: &str| value.split(',').map(other).collect::<Vec<_>>().join(",");
    let before = match scheme {
        SchemeConfig::HmacHeader(config) => match &config.layout {
            SignatureLayout::Single { prefix } | SignatureLayout::SpaceSeparated { prefix } => {
                prefix.clone()
            }
            SignatureLayout::Pairs { signature, .. } => format!("{signature}="),
            SignatureLayout::List => return list(value),
            SignatureLayout::TimeAndSignature => {
                let (time, signature) = value.rsplit_once('.').unwrap();
                return format!("{time}.{}", other(signature));
            }
            SignatureLayout::TimeAndList => {
                let (time, signatures) = value.split_once(',').unwrap();
                return format!("{time},{}", list(signatures));
            }
            other => panic!("say here where a signature of {other:?} begins"),
        },
        _ => String::new(),
    };
    if before.is_empty() {
        return other(value);
    }
    let parts: Vec<_> = value.split(&before).collect();
    let (first, rest) = parts.split_first().unwrap();
    let rest = rest.iter().map(|rest| format!("{before}{}", other(rest)));
    format!("{first}{}", rest.collect::<String>())
}

/// Changes of each of `names` in one request.
fn headers(
    what: &str,
    names: &[String],
    sent: &Sent,
    other: impl Fn(&str) -> String,
) -> Vec<Altered> {
    let each = |change: &dyn Fn(Sent, &str, &str) -> Sent| {
        names.iter().fold(sent.clone(), |changed, name| {
            change(changed, name, sent.header(name).unwrap())
        })
    };
    let changed = [
        ("missing", each(&|it, name, _| it.without_header(name))),
        (
            "empty",
            each(&|it, name, _| it.without_header(name).with_header(name, "")),
        ),
        (
            "changed",
            each(&|it, name, value| it.without_header(name).with_header(name, other(value))),
        ),
        (
            "twice",
            each(&|it, name, value| it.with_header(name, value)),
        ),
    ];
    changed
        .map(|(how, sent)| (format!("{what}, {how}"), sent))
        .to_vec()
}

/// Changes of the headers that carry the proof, all at once, and of each that is covered by it. A sender that has several
/// names for them uses some.
fn proof(scheme: &SchemeConfig, sent: &Sent) -> Vec<Altered> {
    let used = |names: Vec<&str>| -> Vec<String> {
        let names = names.into_iter().map(str::to_lowercase);
        names.filter(|name| sent.header(name).is_some()).collect()
    };
    let signatures = used(scheme.signature_headers());
    let mut altered = Vec::new();
    if !signatures.is_empty() {
        altered = headers("signature", &signatures, sent, |value| {
            forged(scheme, value)
        });
    }
    for name in used(scheme.covered_headers()) {
        // Another character in the place of the last one: also another time within the window.
        altered.extend(headers(&name, std::slice::from_ref(&name), sent, |value| {
            let (rest, last) = value.split_at(value.len() - 1);
            format!("{rest}{}", if last == "1" { "2" } else { "1" })
        }));
    }
    altered
}

#[tokio::test]
async fn what_is_altered_within_the_coverage_is_refused() {
    for vector in all() {
        let (scheme, sent) = (scheme_of(&vector), vector.sent());
        let altered = [
            bodies(&scheme, &sent),
            proof(&scheme, &sent),
            targets(&scheme, &sent),
        ];
        let altered = altered.concat();
        assert!(altered.len() >= 10, "{}", vector.sender);
        for (what, altered) in altered {
            let refused = seen(&vector, altered).await.map(|_| ());
            let status = refused.as_ref().map_err(|it| it.status.as_u16());
            assert!(
                matches!(status, Err(400 | 401))
                    || what.starts_with("content-type") && status == Err(415),
                "{}: {what}: {refused:?}",
                vector.sender
            );
        }
        let other_key = Pair::of_another(vector.sender());
        let refused = under(&vector, &other_key, vector.now(), sent).await;
        assert_eq!(refused.unwrap_err().status, 401, "{}", vector.sender);
    }
}

/// Changes of what no proof covers, with the type that the request then claims.
fn uncovered(vector: &Vector, right: &Seen) -> Vec<(Altered, Option<String>)> {
    let scheme = scheme_of(vector);
    let proof = [scheme.signature_headers(), scheme.covered_headers()].concat();
    let proof: Vec<_> = proof.into_iter().map(str::to_lowercase).collect();
    let sent = vector.sent();
    let claims = match vector.sender().event_type.value() {
        EventTypeAt::Header(name) => Some(*name),
        _ => None,
    };
    let own = sent.headers.iter().map(|(name, _)| name.as_str());
    let usual = [
        "x-added",
        "x-event-id",
        "x-event-type",
        "date",
        "traceparent",
    ];
    let marks = vector.sender().marks.iter().copied();
    let mut altered = Vec::new();
    for name in own.chain(usual).chain(marks).chain(claims) {
        if name == "content-type" || proof.contains(&name.to_lowercase()) {
            continue;
        }
        let without = sent.clone().without_header(name);
        let with = without.clone().with_header(name, "another");
        let is_type = claims == Some(name);
        let claimed = |value: Option<&str>| match is_type {
            true => value.map(str::to_owned),
            false => right.claimed_type.clone(),
        };
        altered.push(((format!("{name}, missing"), without), claimed(None)));
        altered.push(((format!("{name}, another"), with), claimed(Some("another"))));
    }
    if covers_target(&scheme) {
        return altered;
    }
    let mut elsewhere = sent;
    elsewhere.path = "/elsewhere?id=another&type=another".to_owned();
    altered.push((
        ("another path".to_owned(), elsewhere),
        right.claimed_type.clone(),
    ));
    altered
}

#[tokio::test]
async fn what_is_altered_outside_of_it_changes_nothing_but_what_is_typed_unsigned() {
    for vector in all() {
        let right = seen(&vector, vector.sent()).await.unwrap();
        for ((what, altered), claimed_type) in uncovered(&vector, &right) {
            let expected = Seen {
                claimed_type,
                ..right.clone()
            };
            let seen = seen(&vector, altered).await;
            assert_eq!(seen, Ok(expected), "{}: {what}", vector.sender);
        }
    }
}

#[tokio::test]
async fn vectors_of_senders_that_sign_a_time_end_with_its_window() {
    for vector in all() {
        let seen = seen(&vector, vector.sent()).await.unwrap();
        let Some(sent_at) = seen.counted.sent_at else {
            continue;
        };
        let late = UnixTime::from_millis(sent_at.as_millis() + 301_000);
        let late = under(&vector, &vector.keys(), late, vector.sent()).await;
        let why = late.unwrap_err().why;
        let is_too_old = matches!(why, Rejection::TimestampTooOld { .. });
        assert!(is_too_old, "{}: {why:?}", vector.sender);
    }
}
