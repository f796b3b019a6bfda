//! Every request gets a typed answer and never a panic, and the same answer however it is cut into chunks.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use hookgate::{
    Keyring, Reason, Receiver, Rejection, Secret,
    framework::{BodyBroken, BodySource},
    pack::Head,
    providers::{logto::Logto, preset::Preset},
    schemes::{HmacHeader, HmacHeaderConfig, SignatureEncoding, SignatureLayout},
    testing::FakeClock,
    time::Timer,
};
use proptest::{collection::vec, prelude::*};

use crate::props::{ScriptedStore, at_once, hex, hmac_sha256, logto, now, standard_webhooks};

type HeaderList = Vec<(String, Vec<u8>)>;

/// A body in chunks, which may break off.
struct Chunks(VecDeque<Result<Bytes, BodyBroken>>);

impl Chunks {
    fn of(body: &[u8], cuts: &[usize]) -> Self {
        let mut rest = body;
        let mut chunks = VecDeque::new();
        for cut in cuts {
            let (chunk, after) = rest.split_at(cut % (rest.len() + 1));
            chunks.push_back(Ok(Bytes::copy_from_slice(chunk)));
            rest = after;
        }
        chunks.push_back(Ok(Bytes::copy_from_slice(rest)));
        Self(chunks)
    }
}

impl BodySource for Chunks {
    fn poll_chunk(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BodyBroken>>> {
        Poll::Ready(self.0.pop_front())
    }
}

struct Road {
    receiver: Receiver,
    timer: Arc<dyn Timer>,
}

const LIMIT: usize = 2_000;

impl Road {
    fn new(pack: impl hookgate::pack::Provider) -> Self {
        let clock = FakeClock::at(now());
        let receiver = Receiver::new("test", pack)
            .dedup(ScriptedStore::new(&clock))
            .clock(clock.clone())
            .body_limit(LIMIT)
            .build()
            .unwrap();
        Self {
            receiver,
            timer: Arc::new(clock),
        }
    }

    fn logto() -> Self {
        Self::new(Logto::new(Secret::utf8(logto::KEY).unwrap()))
    }

    fn standard() -> Self {
        let secret = Secret::whsec(standard_webhooks::KEY).unwrap();
        Self::new(Preset::standard_webhooks(secret))
    }

    /// Nothing here is ever pending: the chunks are there, and so are the keys.
    fn judge(&self, method: &str, headers: &HeaderList, body: Chunks) -> Result<String, Rejection> {
        let head = Head::new(method, "/", headers);
        let judged = at_once(self.receiver.judge().admit(head, body, &self.timer));
        if let Err(rejection) = &judged {
            let answer = self.receiver.judge().refusal(rejection);
            assert!(answer.status().is_client_error() || answer.status().is_server_error());
            assert_eq!(answer.reason(), rejection.reason());
        }
        judged.map(|judged| judged.admitted().unwrap().first().event_key().to_string())
    }
}

/// Headers that mean something, with values that may, and others.
fn headers() -> impl Strategy<Value = HeaderList> {
    let name = prop_oneof![
        Just(logto::SIGNATURE.to_owned()),
        Just("content-type".to_owned()),
        Just("Content-Length".to_owned()),
        Just("content-encoding".to_owned()),
        Just("host".to_owned()),
        Just("webhook-id".to_owned()),
        Just("webhook-timestamp".to_owned()),
        Just("webhook-signature".to_owned()),
        "[a-z-]{1,12}",
    ];
    let value = prop_oneof![
        Just(b"application/json".to_vec()),
        "[0-9a-f]{64}".prop_map(String::into_bytes),
        "(v1,[A-Za-z0-9+/=]{0,60} ?){0,20}".prop_map(String::into_bytes),
        "-?[0-9]{0,22}".prop_map(String::into_bytes),
        vec(any::<u8>(), 0..40),
    ];
    vec((name, value), 0..8)
}

fn signed(body: &[u8]) -> HeaderList {
    vec![
        ("content-type".to_owned(), b"application/json".to_vec()),
        (
            logto::SIGNATURE.to_owned(),
            hex(&hmac_sha256(logto::KEY.as_bytes(), body)).into_bytes(),
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn any_request_is_judged(
        method in "(POST|GET|[A-Za-z]{0,9})",
        headers in headers(),
        body in vec(any::<u8>(), 0..300),
        cuts in vec(any::<usize>(), 0..5),
    ) {
        for road in [Road::logto(), Road::standard()] {
            prop_assert!(road.judge(&method, &headers, Chunks::of(&body, &cuts)).is_err());
        }
    }

    #[test]
    fn any_signed_bytes_are_an_event_or_undecodable(body in vec(any::<u8>(), 0..300)) {
        let judged = Road::logto().judge("POST", &signed(&body), Chunks::of(&body, &[]));
        if let Err(rejection) = judged {
            prop_assert_eq!(rejection.reason(), Reason::Undecodable);
        }
    }

    #[test]
    fn any_signed_json_with_a_name_is_an_event(
        name in "\\PC{1,30}",
        members in vec(("[a-zA-Z]{1,12}", "\\PC{0,20}"), 0..6),
    ) {
        let mut value = serde_json::Map::new();
        for (name, text) in members {
            value.insert(name, text.into());
        }
        value.insert("event".to_owned(), name.into());
        value.remove("createdAt");
        let body = serde_json::to_vec(&value).unwrap();
        let judged = Road::logto().judge("POST", &signed(&body), Chunks::of(&body, &[]));
        prop_assert!(judged.is_ok(), "{:?}", judged);
    }

    #[test]
    fn chunks_never_change_the_verdict(
        n in 0..1000u64,
        flip in proptest::option::of(any::<prop::sample::Index>()),
        cuts in vec(any::<usize>(), 0..12),
    ) {
        let mut body = logto::body(n).into_bytes();
        let headers = signed(&body);
        if let Some(flip) = flip {
            let at = flip.index(body.len());
            body[at] ^= 1;
        }
        let road = Road::logto();
        let whole = road.judge("POST", &headers, Chunks::of(&body, &[]));
        prop_assert_eq!(whole.is_ok(), flip.is_none());
        prop_assert_eq!(road.judge("POST", &headers, Chunks::of(&body, &cuts)), whole);
    }

    #[test]
    fn the_limit_is_the_same_for_every_length_and_cut(
        length in LIMIT - 3..LIMIT + 4,
        cuts in vec(any::<usize>(), 0..6),
    ) {
        let mut body = logto::body(1).into_bytes();
        body.resize(length, b' ');
        let judged = Road::logto().judge("POST", &signed(&body), Chunks::of(&body, &cuts));
        match judged {
            Ok(_) => prop_assert!(length <= LIMIT),
            Err(rejection) => {
                prop_assert!(length > LIMIT);
                prop_assert_eq!(rejection.reason(), Reason::BodyTooLarge);
            }
        }
    }

    #[test]
    fn a_body_that_breaks_off_is_incomplete(n in 0..1000u64, cuts in vec(any::<usize>(), 1..5)) {
        let body = logto::body(n).into_bytes();
        let mut chunks = Chunks::of(&body, &cuts);
        chunks.0.pop_back();
        chunks.0.push_back(Err(BodyBroken));
        let judged = Road::logto().judge("POST", &signed(&body), chunks);
        prop_assert_eq!(judged.map_err(|rejection| rejection.reason()), Err(Reason::BodyIncomplete));
    }

    #[test]
    fn any_header_text_is_judged_by_any_layout(
        text in vec(any::<u8>(), 0..200),
        listed in "((v1|t|v0)?[=,][0-9a-zA-Z+/=-]{0,70}[, ]?){0,18}",
        pairs in any::<bool>(),
        base64 in any::<bool>(),
    ) {
        let encoding = if base64 { SignatureEncoding::Base64 } else { SignatureEncoding::Hex };
        let mut config = HmacHeaderConfig::new("x-signature", encoding);
        config.template = "{timestamp}.{body}".to_owned();
        if pairs {
            config.layout = SignatureLayout::Pairs {
                signature: "v1".to_owned(),
                timestamp: Some("t".to_owned()),
            };
        } else {
            config.layout = SignatureLayout::SpaceSeparated { prefix: "v1,".to_owned() };
            config.timestamp_header = Some("x-time".to_owned());
        }
        let scheme = HmacHeader::try_from(config).unwrap();
        let ring = Keyring::from(Secret::utf8("secret").unwrap());
        let road = Road::new(Preset::custom("custom", scheme, ring));
        for text in [text, listed.into_bytes()] {
            let headers = vec![
                ("content-type".to_owned(), b"application/json".to_vec()),
                ("x-time".to_owned(), b"1795304115".to_vec()),
                ("x-signature".to_owned(), text),
            ];
            let judged = road.judge("POST", &headers, Chunks::of(b"{}", &[]));
            prop_assert!(judged.is_err());
        }
    }

}
