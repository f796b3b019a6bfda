//! Method, path, media type, content encoding, host, declared length.

use hookgate::{Rejection, pack::Head, providers::known};
use serde_json::json;

use super::super::{
    case::{CONTENT_ENCODING, Case},
    court::Ruling,
    encoded::is_plain_text,
    finding::{Confidence, Finding, Trial},
    words::shown_method,
};
use crate::settings::catalog::{
    Listed, {self},
};

/// The media types that some pack takes.
const MEDIA_TYPES: [&str; 3] = [
    "application/json",
    "application/cloudevents+json",
    "application/x-www-form-urlencoded",
];
pub(super) fn trials(case: &Case, ruling: &Ruling) -> Vec<Trial> {
    let Some(rejection) = ruling.rejection() else {
        return Vec::new();
    };
    match rejection {
        Rejection::MethodNotAllowed if challenge(case).is_some() => Vec::new(),
        Rejection::MethodNotAllowed => vec![method(case)],
        Rejection::UnsupportedMediaType if events_mode(case).is_some() => Vec::new(),
        Rejection::UnsupportedMediaType => media_types(case),
        Rejection::MislabelledBody => vec![mislabelled(case)],
        Rejection::UnsupportedEncoding => vec![encoding(case)],
        Rejection::HostMismatch => vec![host(case)],
        _ => Vec::new(),
    }
}

pub(super) fn signs(case: &Case, ruling: &Ruling) -> Vec<Finding> {
    let mut found: Vec<Finding> = wrong_path(case).into_iter().collect();
    if let Ruling::BadCredential(why) = ruling {
        found.push(Finding::sign(
            Confidence::Certain,
            "bad_credential",
            format!("no receiver can be built: {why}"),
            "correct it where the settings hold it, in `access` or `token_endpoint`",
        ));
    }
    if let Ruling::Malformed(why) = ruling {
        found.push(Finding::sign(
            Confidence::Certain,
            "bad_settings",
            format!("no receiver can be built: {why}"),
            "correct the settings; docs/verify.md lists them",
        ));
    }
    if let Some(Rejection::HandshakeRefused(why)) = ruling.rejection() {
        found.push(Finding::sign(
            Confidence::Certain,
            "challenge_refused",
            format!("it asks whether the endpoint is yours, and is not answered: {why}"),
            "compare what the sender sends with docs/challenges.md, and the secret in the setting `challenge`",
        ));
    }
    if let Some(Rejection::BodyTooLarge { limit }) = ruling.rejection() {
        let what = match ruling {
            Ruling::Unread(_) if case.is_unpacked() => "the body, unpacked,",
            _ => "the body, or its declared length,",
        };
        found.push(Finding::sign(
            Confidence::Certain,
            "body_too_large",
            format!("{what} is over the receiver's limit of {limit} bytes"),
            "raise the receiver's `body_limit`, if you expect such bodies",
        ));
    }
    if let Some(Rejection::UnpackedTooLarge { ratio }) = ruling.rejection() {
        found.push(Finding::sign(
            Confidence::Certain,
            "body_too_large",
            format!("the body becomes more than {ratio} times as large when it is unpacked"),
            "let the sender compress less, or send such bodies as they are",
        ));
    }
    if let Ruling::Rejected(Rejection::UnsupportedMediaType) = ruling {
        found.extend(events_mode(case));
    }
    if let Ruling::Rejected(Rejection::MethodNotAllowed | Rejection::UnsupportedMediaType) = ruling
    {
        found.extend(challenge(case));
    }
    if let Ruling::Rejected(Rejection::PeerNotWired) = ruling {
        found.push(Finding::sign(
            Confidence::Certain,
            "peer_unknown",
            "the receiver lets only some networks in, and the peer's address is not known",
            "give the address: --peer 203.0.113.7:443, or --peer unix; in the application, serve with connection info",
        ));
    }
    if let Ruling::Rejected(Rejection::AddressDenied) = ruling {
        found.push(Finding::sign(
            Confidence::Certain,
            "address_denied",
            "the peer's address, or the one that trusted proxies wrote, is in none of the networks",
            "add the sender's range, or name the proxy in front: `Networks::behind`",
        ));
    }
    found
}

/// A CloudEvent in a mode that no receiver here takes: another media type would not make it one that is.
fn events_mode(case: &Case) -> Option<Finding> {
    let media_type = case.value("content-type").unwrap_or_default();
    let media_type = media_type.trim_start().to_ascii_lowercase();
    let (mistake, cause) = if media_type.starts_with("application/cloudevents-batch") {
        (
            "cloudevents_batch",
            "the request is a batch of CloudEvents, and the pack takes one event a request",
        )
    } else if media_type.starts_with("application/cloudevents+")
        && !media_type.starts_with("application/cloudevents+json")
    {
        (
            "cloudevents_format",
            "the request is a CloudEvent in another format than JSON, which the pack does not take",
        )
    } else if case.value("ce-specversion").is_some()
        || case.value("ce-id").is_some() && case.value("ce-type").is_some()
    {
        (
            "cloudevents_binary",
            "the request is a CloudEvent in binary mode (its attributes are ce- headers), and the pack takes the structured mode",
        )
    } else {
        return None;
    };
    Some(Finding::sign(
        Confidence::Certain,
        mistake,
        cause,
        "have the sender deliver one event a request in structured mode: content-type application/cloudevents+json, the attributes and the signature in the body",
    ))
}

/// The sender asks whether the endpoint is its owner's, and the receiver was not told to answer.
fn challenge(case: &Case) -> Option<Finding> {
    if case.method == "OPTIONS" && case.value("webhook-request-origin").is_some() {
        return Some(Finding::sign(
            Confidence::Certain,
            "challenge_not_answered",
            "a sender of CloudEvents asks whether it may send, and the receiver was not told to answer",
            "add `.web_hooks(WebHooks::from_origins([…])?)` to the pack; for this command, the setting `web_hooks`",
        ));
    }
    let sender = catalog::find(&case.provider)?.sender()?;
    let (path, query) = match case.path.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (&*case.path, None),
    };
    let headers: Vec<(&str, &str)> = case
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let head = Head::new(&case.method, path, &headers).query(query);
    let asked = sender.challenges.iter().find(|it| it.is_asked(&head))?;
    let line = if asked.needs_secret() {
        "`.answer_challenge_with(…)`"
    } else {
        "`.answer_challenge()`"
    };
    Some(Finding::sign(
        Confidence::Certain,
        "challenge_not_answered",
        "the sender asks whether the endpoint is yours, and the receiver was not told to answer",
        format!("add {line} to the preset; for this command, the setting `challenge`"),
    ))
}

fn method(case: &Case) -> Trial {
    let name = shown_method(&case.method);
    let mut fixed = case.clone();
    "POST".clone_into(&mut fixed.method);
    Trial::step(
        fixed,
        "wrong_method",
        format!("the request's method is {name}, and the sender's events come as POST"),
        "give the sender the final URL: a redirect (to https, or to a trailing slash) turns POST into GET",
    )
}

/// Of the media types that the sender writes, the body has the other one.
fn mislabelled(case: &Case) -> Trial {
    let right = media_type_of_body(case).unwrap_or("application/json");
    let given = shown_media_type(case.value("content-type").unwrap_or_default());
    Trial::step(
        case.with_header("content-type", right),
        "wrong_media_type",
        format!("content-type is {given}, and the body is {right}"),
        "look for a proxy or a client that writes another content-type than the sender",
    )
}

/// What the sender says of such a body, without parameters.
fn media_type_of_body(case: &Case) -> Option<&'static str> {
    let sender = known::find(&case.provider)?;
    sender.content_type_of(&case.body).split(';').next()
}

fn media_types(case: &Case) -> Vec<Trial> {
    let mistake = "wrong_media_type";
    if case.values("content-type").count() > 1 {
        let first = case.value("content-type").unwrap_or_default();
        return vec![Trial::step(
            case.with_header("content-type", first),
            mistake,
            "the header content-type stands twice",
            "look for a proxy or a client that adds a second one",
        )];
    }
    let given = match case.value("content-type") {
        Some(value) => format!("content-type is {}", shown_media_type(value)),
        None => "there is no content-type".to_owned(),
    };
    if let Some(relaxed) = catalog::find(&case.provider).and_then(Listed::plain_json)
        && given.ends_with(" application/json")
    {
        return vec![Trial::step(
            case.with_setting(relaxed.setting, json!(true)),
            mistake,
            format!("{given}; the pack takes application/cloudevents+json alone"),
            format!("build the pack with {}", relaxed.builder_line),
        )];
    }
    let advice = if known::find(&case.provider).is_none() {
        "make the sender send that content-type; where it cannot be told, let the receiver take what it sends: \
         Preset::custom(…).with_profile(|profile| profile.media_types = &[…]), or the setting `media_types`"
    } else {
        "set that content type for the webhook at the sender, where it can be set; a client that replays the request must \
         send it too"
    };
    // The first of them that passes decides, so the one that the body has comes first.
    let of_body = media_type_of_body(case);
    let others = MEDIA_TYPES.into_iter().filter(|it| Some(*it) != of_body);
    of_body
        .into_iter()
        .chain(others)
        .map(|takes| {
            Trial::step(
                case.with_header("content-type", takes),
                mistake,
                format!("{given}; this provider's events are {takes}"),
                advice,
            )
        })
        .collect()
}

/// A media type without its parameters, where it is one.
fn shown_media_type(value: &str) -> String {
    let name = value.split(';').next().unwrap_or_default().trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '+' | '-' | '.');
    let known = ["application/", "text/", "multipart/"];
    if name.len() <= 64 && name.chars().all(plain) && known.iter().any(|it| name.starts_with(it)) {
        name.to_owned()
    } else {
        "another".to_owned()
    }
}

fn encoding(case: &Case) -> Trial {
    let without = case.without_header(CONTENT_ENCODING);
    let (mistake, cause, advice) = match (
        is_plain_text(&case.body),
        case.is_unpacked(),
        case.accepts_gzip(),
    ) {
        (true, ..) => (
            "body_decompressed",
            "the request says content-encoding, and the body is not compressed: it was decompressed on the way",
            "let what decompresses the body take the header content-encoding away as well",
        ),
        (false, true, _) => (
            "content_encoding",
            "the request says content-encoding: gzip, and the body is not one member of gzip alone",
            "send one member (RFC 1952) with nothing behind it, or decompress in a proxy that takes the header away",
        ),
        (false, false, true) => (
            "content_encoding",
            "the request says another content-encoding than gzip, or several, and the receiver takes gzip alone",
            "let the sender use gzip, or decompress in a proxy that takes the header away",
        ),
        (false, false, false) => (
            "content_encoding",
            "the request says content-encoding, and the receiver takes no encoded body: the signed bytes could \
             differ from those that are read",
            "set accept_gzip where the sender compresses with gzip after it has signed; else switch compression off, \
             or decompress in a proxy that takes the header away",
        ),
    };
    Trial::step(without, mistake, cause, advice)
}

fn host(case: &Case) -> Trial {
    let first = case.value("host").unwrap_or_default();
    Trial::step(
        case.with_header("host", first),
        "repeated_host",
        "the header host stands twice",
        "look for a proxy that adds a second one",
    )
}

/// The path does not decide in the library: the application's router does.
fn wrong_path(case: &Case) -> Option<Finding> {
    let route = case.route.as_deref()?;
    let path = case.path.split(['?', '#']).next().unwrap_or_default();
    if path == route {
        return None;
    }
    let bare = |text: &str| text.trim_end_matches('/').to_ascii_lowercase();
    let how = if path.eq_ignore_ascii_case(route) {
        "they differ in upper and lower case"
    } else if bare(path) == bare(route) {
        "they differ in a trailing slash"
    } else if bare(path).ends_with(&bare(route)) {
        "there is a prefix before it, which a proxy may be meant to take away"
    } else if bare(route).ends_with(&bare(path)) {
        "its prefix is missing, which a proxy may have taken away"
    } else {
        "it is another endpoint's"
    };
    Some(Finding::sign(
        Confidence::Certain,
        "wrong_path",
        format!("the request's path is not the route that you named: {how}"),
        "make the URL at the sender and the route of the application the same",
    ))
}

pub(in crate::commands::explain) fn path_sign(case: &Case) -> Option<Finding> {
    wrong_path(case)
}
