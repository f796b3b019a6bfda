//! Templates: every template that is taken has only one reading.

use hookgate::{
    Key, Secret,
    pack::{Head, LiveKeys, RawRequest, Scheme},
    schemes::{HmacHeader, HmacHeaderConfig, SignatureEncoding, Template},
};
use proptest::{prelude::*, sample::select};

use crate::props::{hex, hmac_sha256, now};

/// One way to read a signed text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Reading {
    id: String,
    timestamp: String,
    body: String,
}

impl Reading {
    fn of(&mut self, piece: &str) -> Option<&mut String> {
        match piece {
            "{id}" => Some(&mut self.id),
            "{timestamp}" => Some(&mut self.timestamp),
            "{body}" => Some(&mut self.body),
            _ => None,
        }
    }

    /// The signed text.
    fn text(&self, pieces: &[&str]) -> String {
        let mut reading = self.clone();
        let text_of = |piece: &&str| {
            reading
                .of(piece)
                .map_or((*piece).to_owned(), |text| text.clone())
        };
        pieces.iter().map(text_of).collect()
    }
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
        if let Some(rest) = text.strip_prefix(piece) {
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

/// Placeholders and literals in any order, the body once.
fn pieces() -> impl Strategy<Value = Vec<&'static str>> {
    let literals = || select(vec!["", "", ".", ":", "a.", "..", "-", "7", ".a", "id"]);
    let order = select(vec![
        vec!["{body}"],
        vec!["{id}", "{body}"],
        vec!["{body}", "{id}"],
        vec!["{timestamp}", "{body}"],
        vec!["{body}", "{timestamp}"],
        vec!["{id}", "{timestamp}", "{body}"],
        vec!["{timestamp}", "{id}", "{body}"],
        vec!["{id}", "{body}", "{timestamp}"],
        vec!["{timestamp}", "{body}", "{id}"],
        vec!["{body}", "{id}", "{timestamp}"],
        vec!["{body}", "{timestamp}", "{id}"],
    ]);
    (order, [literals(), literals(), literals(), literals()]).prop_map(|(order, literals)| {
        let mut pieces = Vec::new();
        for (place, literal) in literals.iter().enumerate() {
            pieces.push(*literal);
            pieces.extend(order.get(place));
        }
        pieces.retain(|piece| !piece.is_empty());
        pieces
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(3000) })]

    #[test]
    fn any_text_is_a_template_or_refused(text in "([{}]|id|body|timestamp|[.:0-9-]|\\PC){0,9}") {
        if let Ok(template) = text.parse::<Template>() {
            prop_assert_eq!(template.to_string(), text);
        }
    }

    /// Otherwise one captured signature would prove a second body, or a second event.
    #[test]
    fn no_signature_fits_two_readings(
        pieces in pieces(),
        id in "[.:a17-]{1,4}",
        timestamp in "-?[0-9]{1,3}",
        body in "[.:ad0-9-]{0,6}",
    ) {
        let template = pieces.concat();
        let mut config = HmacHeaderConfig::new("x-signature", SignatureEncoding::Hex);
        config.id_header = template.contains("{id}").then(|| "x-id".to_owned());
        config.timestamp_header = template.contains("{timestamp}").then(|| "x-time".to_owned());
        config.template = template;
        let Ok(scheme) = HmacHeader::try_from(config) else { return Ok(()) };
        let text = Reading { id, timestamp, body }.text(&pieces);
        let signature = hex(&hmac_sha256(b"secret", text.as_bytes()));
        let ring = [Key::new("0", Secret::utf8("secret").unwrap())];
        let takes = |reading: &Reading| {
            let headers = vec![
                ("x-signature", &*signature),
                ("x-id", &*reading.id),
                ("x-time", &*reading.timestamp),
            ];
            let head = Head::new("POST", "/", &headers);
            let request = RawRequest::new(head, reading.body.as_bytes());
            scheme.verify(request, LiveKeys::new(&ring, now())).is_ok()
        };
        let mut all = Vec::new();
        readings(&pieces, &text, &Reading::default(), &mut all);
        prop_assert!(!all.is_empty());
        all.retain(takes);
        prop_assert!(all.len() <= 1, "{:?} by {:?}: {:?}", text, pieces, all);
    }
}
