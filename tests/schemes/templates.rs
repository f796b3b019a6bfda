//! Templates: every template that is taken has only one reading.

use hookgate::{
    Key, Secret,
    pack::{Head, LiveKeys, RawRequest, Scheme},
    schemes::{HmacHeader, HmacHeaderConfig, SignatureEncoding, Template, TimestampForm},
};
use proptest::{prelude::*, sample::select};

use crate::props::{hex, hmac_sha256, now};

const URL: &str = "https://a.7";

/// What one request says: the text of each placeholder, by its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Reading {
    id: String,
    timestamp: String,
    method: String,
    path: String,
    header: String,
    body: String,
}

impl Reading {
    fn of(&mut self, piece: &str) -> Option<&mut String> {
        let name = piece.strip_prefix('{')?.split([':', '}']).next()?;
        match name {
            "id" => Some(&mut self.id),
            "timestamp" => Some(&mut self.timestamp),
            "method" => Some(&mut self.method),
            "path" => Some(&mut self.path),
            "header" => Some(&mut self.header),
            "body" => Some(&mut self.body),
            _ => None,
        }
    }

    /// The signed text.
    fn text(&self, pieces: &[&str]) -> String {
        let mut reading = self.clone();
        let text_of = |piece: &&str| {
            reading
                .of(piece)
                .map_or(known(piece).to_owned(), |text| text.clone())
        };
        pieces.iter().map(text_of).collect()
    }
}

/// The text of a piece that no request says.
fn known(piece: &str) -> &str {
    if piece == "{url}" { URL } else { piece }
}

/// Every way to read `text` by `pieces`.
fn readings(pieces: &[&str], text: &str, so_far: &Reading, found: &mut Vec<Reading>) {
    let Some((piece, pieces)) = pieces.split_first() else {
        if text.is_empty() {
            found.push(so_far.clone());
        }
        return;
    };
    if so_far.clone().of(piece).is_none() {
        if let Some(rest) = text.strip_prefix(known(piece)) {
            readings(pieces, rest, so_far, found);
        }
        return;
    }
    for end in 0..=text.len() {
        let (taken, rest) = text.split_at(end);
        let mut reading = so_far.clone();
        *reading.of(piece).unwrap() = taken.to_owned();
        readings(pieces, rest, &reading, found);
    }
}

/// Placeholders and literals in any order, the body once, and most others with a length or without one.
fn pieces() -> impl Strategy<Value = Vec<&'static str>> {
    let literal = select(vec![
        "", "", "", ".", ":", "a.", "..", "-", "7", ".a", "id", "{url}",
    ]);
    let sources = [
        vec!["{id}", "{id:2}"],
        vec![
            "{timestamp}",
            "{timestamp:2}",
            "{timestamp:3}",
            "{timestamp:rfc3339}",
        ],
        vec!["{method}", "{method:1}"],
        vec!["{path}", "{path:2}"],
        vec!["{header:x-a}", "{header:x-a:1}"],
    ];
    let placeholders = prop::sample::subsequence(sources.to_vec(), 0..=3)
        .prop_flat_map(|kinds| kinds.into_iter().map(select).collect::<Vec<_>>())
        .prop_map(|mut all: Vec<&'static str>| {
            all.push("{body}");
            all
        })
        .prop_shuffle();
    let literals = prop::collection::vec(literal, 5);
    (placeholders, literals).prop_map(|(placeholders, literals)| {
        let mut pieces = Vec::new();
        let mut has_url = false;
        for (place, literal) in literals.into_iter().enumerate() {
            if literal != "{url}" || !std::mem::replace(&mut has_url, true) {
                pieces.push(literal);
            }
            pieces.extend(placeholders.get(place));
        }
        pieces.retain(|piece| !piece.is_empty());
        pieces
    })
}

fn scheme(template: &str, form: TimestampForm) -> Option<HmacHeader> {
    let mut config = HmacHeaderConfig::new("x-signature", SignatureEncoding::Hex);
    config.id_header = template.contains("{id").then(|| "x-id".to_owned());
    config.timestamp_header = template.contains("{timestamp").then(|| "x-time".to_owned());
    config.timestamp_form = form;
    config.url = template.contains("{url}").then(|| URL.to_owned());
    config.template = template.to_owned();
    HmacHeader::try_from(config).ok()
}

fn takes(scheme: &HmacHeader, signature: &str, reading: &Reading) -> bool {
    let ring = [Key::new("0", Secret::utf8("secret").unwrap())];
    let headers = vec![
        ("x-signature", signature),
        ("x-id", &*reading.id),
        ("x-time", &*reading.timestamp),
        ("x-a", &*reading.header),
    ];
    let (path, query) = match reading.path.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (&*reading.path, None),
    };
    let head = Head::new(&reading.method, path, &headers).query(query);
    let request = RawRequest::new(head, reading.body.as_bytes());
    scheme.verify(request, LiveKeys::new(&ring, now())).is_ok()
}

/// All requests that have the signed text of `reading`, of those that the scheme takes.
fn taken(scheme: &HmacHeader, pieces: &[&str], reading: &Reading) -> Vec<Reading> {
    let text = reading.text(pieces);
    let signature = hex(&hmac_sha256(b"secret", text.as_bytes()));
    let mut all = Vec::new();
    let mut fixed = reading.clone();
    // What the template does not name, no signed text tells.
    for piece in pieces {
        if let Some(text) = fixed.of(piece) {
            text.clear();
        }
    }
    readings(pieces, &text, &fixed, &mut all);
    assert!(all.contains(reading));
    all.retain(|reading| takes(scheme, &signature, reading));
    all
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2500) })]

    #[test]
    fn any_text_is_a_template_or_refused(
        text in "([{}]|id|body|timestamp|:rfc3339|method|path|url|header:a|:sha256:hex|[.:0-9-]|\\PC){0,9}",
    ) {
        if let Ok(template) = text.parse::<Template>() {
            prop_assert_eq!(template.to_string(), text);
        }
    }

    /// Otherwise one captured signature would prove a second body, or a second event.
    #[test]
    fn no_signature_fits_two_readings(
        pieces in pieces(),
        id in "[.:a17-]{1,3}",
        timestamp in "-?[0-9]{1,3}",
        method in "[.:a17h-]{1,2}",
        path in "/[.:a17?-]{0,2}",
        header in "[.:a17h-]{1,2}",
        body in "[.:ad0-9-]{0,5}",
    ) {
        let Some(scheme) = scheme(&pieces.concat(), TimestampForm::Seconds) else { return Ok(()) };
        let reading = Reading { id, timestamp, method, path, header, body };
        let all = taken(&scheme, &pieces, &reading);
        prop_assert!(all.len() <= 1, "{:?}: {:?}", pieces, all);
    }

    /// The same of times that are texts of their own form.
    #[test]
    fn no_signature_fits_two_readings_of_a_time(
        pieces in pieces(),
        (form, timestamp) in select(vec![
            (TimestampForm::FractionalSeconds, "1.5"),
            (TimestampForm::FractionalSeconds, "12"),
            (TimestampForm::Rfc3339, "2023-11-14T22:13:20Z"),
            (TimestampForm::Rfc3339, "2023-11-14T22:13:20.7+01:00"),
            (TimestampForm::Rfc3339, "2023-11-14t22:13:20.77z"),
            (TimestampForm::UtcDateTime, "2023-11-14T22:13:20"),
            (TimestampForm::UtcDateTime, "2023-11-14T22:13:20.77"),
        ]),
        id in "[.:a17-]{1,3}",
        body in "(2023-11-14T22:13:20Z)?[.:ad0-9Z-]{0,4}",
    ) {
        let Some(scheme) = scheme(&pieces.concat(), form) else { return Ok(()) };
        let timestamp = timestamp.to_owned();
        let rest = Reading { method: "a".to_owned(), path: "/".to_owned(), header: "1".to_owned(), ..Reading::default() };
        let reading = Reading { id, timestamp, body, ..rest };
        let all = taken(&scheme, &pieces, &reading);
        prop_assert!(all.len() <= 1, "{:?}: {:?}", pieces, all);
    }
}

/// A property of nothing but refusals would hold too.
#[test]
fn texts_without_a_literal_between_them_are_told_apart_by_their_lengths() {
    let reading = Reading {
        id: "ab".to_owned(),
        timestamp: "123".to_owned(),
        method: "POST".to_owned(),
        path: "/hook?x=1".to_owned(),
        header: "h".to_owned(),
        body: "4.body".to_owned(),
    };
    for pieces in [
        &["{timestamp:3}", "{body}"][..],
        &["{body}", "{timestamp:3}"],
        &["{id}", "{timestamp:3}", ".", "{body}"],
        &["{timestamp:3}", "{id}", "{header:x-a:1}", "|", "{body}"],
        &["{method}", "{url}", "{body}", "{timestamp:3}"],
        &["{method:4}", "{path}", "\n", "{body}"],
        &["{header:x-a}", ":", "{path}", "\n", "{id:2}", "{body}"],
    ] {
        let scheme = scheme(&pieces.concat(), TimestampForm::Seconds).unwrap();
        assert_eq!(
            taken(&scheme, pieces, &reading),
            std::slice::from_ref(&reading),
            "{pieces:?}"
        );
    }
}

#[test]
fn a_time_of_rfc_3339_needs_no_literal_beside_it() {
    for time in ["2023-11-14T22:13:20Z", "2023-11-14T22:13:20.77+01:00"] {
        let reading = Reading {
            id: "ab".to_owned(),
            timestamp: time.to_owned(),
            method: "POST".to_owned(),
            path: "/hook".to_owned(),
            header: "h".to_owned(),
            // What could be read as another time, or as the end of one.
            body: "2023-11-14T22:13:21Z:00Z2023-11-14T22:13:22Z".to_owned(),
        };
        for pieces in [
            &["{timestamp:rfc3339}", "{body}"][..],
            &["{body}", "{timestamp:rfc3339}"],
            &["{id:2}", "{timestamp:rfc3339}", "{body}"],
            &["{id}", "{timestamp:rfc3339}", "{body}"],
            &[
                "a:",
                "{header:x-a:1}",
                "{id}",
                "{timestamp:rfc3339}",
                "{body}",
            ],
            &["{id}", "{timestamp:rfc3339}", "|", "{body}"],
            &["{timestamp:rfc3339}", ".", "{body}"],
        ] {
            let scheme = scheme(&pieces.concat(), TimestampForm::Rfc3339).unwrap();
            assert_eq!(
                taken(&scheme, pieces, &reading),
                std::slice::from_ref(&reading),
                "{pieces:?}"
            );
        }
    }
    for (template, form) in [
        ("{timestamp:rfc3339}{body}", TimestampForm::Seconds),
        ("{timestamp:rfc3339}{body}", TimestampForm::UtcDateTime),
        (
            "{id}{method}{timestamp:rfc3339}{body}",
            TimestampForm::Rfc3339,
        ),
        ("{body}{id}{timestamp:rfc3339}", TimestampForm::Rfc3339),
        ("{body}{timestamp:rfc3339}{id}", TimestampForm::Rfc3339),
        ("{id:rfc3339}{body}", TimestampForm::Rfc3339),
        ("{timestamp:RFC3339}{body}", TimestampForm::Rfc3339),
        ("{timestamp}{body}", TimestampForm::Rfc3339),
    ] {
        assert!(scheme(template, form).is_none(), "{template}");
    }
}
