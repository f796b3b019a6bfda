//! CloudEvents' verify + decode into a typed event, beside the bare keyed HMAC of the same bytes and one derived serde pass
//! into the same members, and the allocations of both.
//!
//! In binary mode the baseline looks each attribute up in the headers, and copies it. Nothing signs these, so the digest of
//! the body identifies the event, and the baseline makes one too. On our side the event's key is always made of its parts.
//!
//! Look at the table at the end. Both sides take turns in small batches, and each ratio is the median over all
//! turns, so that a busy machine disturbs both alike.

use std::{alloc::System, fmt::Write, hint::black_box, time::Instant};

use bytes::Bytes;
use criterion::{Criterion, Throughput};
use hmac::{Hmac, KeyInit, Mac};
use hookgate::{
    Key, Secret, UnixTime,
    cloudevents::{CloudEvent, Mode, STRUCTURED_JSON},
    pack::{Authenticated, Contents, Head, LiveKeys, Provider, RawRequest},
    providers::cloudevents::CloudEvents,
    schemes::{HmacHeader, HmacHeaderConfig, SignatureEncoding},
};
use http::{HeaderMap, HeaderName, HeaderValue, header::CONTENT_TYPE};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const KEY: &str = "N0tASecretForAnyone0123456789abc";
const NOW: UnixTime = UnixTime::from_secs(1_795_304_115);
const SIGNATURE: &str = "x-signature";
const TURNS: usize = 2001;

/// What the baseline reads of a body in structured mode.
#[derive(Deserialize)]
#[allow(dead_code)]
struct Envelope {
    specversion: String,
    #[serde(rename = "type")]
    event_type: String,
    source: String,
    id: String,
    time: Option<String>,
    subject: Option<String>,
    datacontenttype: Option<String>,
    dataschema: Option<String>,
    data: Order,
}

/// The application's type.
#[derive(Clone, Deserialize)]
#[allow(dead_code)]
struct Order {
    number: String,
    lines: Vec<Line>,
}

#[derive(Clone, Deserialize)]
#[allow(dead_code)]
struct Line {
    article: String,
    pieces: u32,
    price: f64,
}

struct Case {
    mode: Mode,
    headers: HeaderMap,
    body: Bytes,
    mac: [u8; 32],
}

const ATTRIBUTES: [(&str, &str); 6] = [
    ("specversion", "1.0"),
    ("type", "com.example.order.placed.v1"),
    ("source", "https://shop.example/orders"),
    ("id", "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"),
    ("time", "2026-11-21T23:35:15.360Z"),
    ("subject", "orders/4711"),
];

/// An order whose JSON has about `size` bytes.
fn order(size: usize) -> String {
    let mut lines = String::new();
    for number in 0.. {
        if lines.len() + 40 >= size {
            break;
        }
        if number > 0 {
            lines.push(',');
        }
        write!(
            lines,
            "{{\"article\":\"Article {number:04}\",\"pieces\":{},\"price\":12.5}}",
            number % 9
        )
        .expect("memory");
    }
    format!("{{\"number\":\"4711\",\"lines\":[{lines}]}}")
}

fn case(mode: Mode, size: usize) -> Case {
    let mut headers = HeaderMap::new();
    let body = if mode == Mode::Structured {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(STRUCTURED_JSON));
        let mut body = String::from("{");
        for (name, value) in ATTRIBUTES {
            write!(body, "\"{name}\":\"{value}\",").expect("memory");
        }
        body.push_str("\"datacontenttype\":\"application/json\",\"data\":");
        let data = order(size.saturating_sub(body.len() + 1));
        body + &data + "}"
    } else {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in ATTRIBUTES {
            let name = HeaderName::from_bytes(format!("ce-{name}").as_bytes());
            headers.insert(name.expect("a name"), HeaderValue::from_static(value));
        }
        order(size)
    };
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).expect("HMAC takes any key");
    mac.update(body.as_bytes());
    let mac: [u8; 32] = mac.finalize().into_bytes().into();
    let signature = HeaderValue::from_str(&const_hex::encode(mac)).expect("hexadecimal");
    headers.insert(HeaderName::from_static(SIGNATURE), signature);
    Case {
        mode,
        headers,
        body: body.into(),
        mac,
    }
}

impl Case {
    fn hookgate(&self, pack: &CloudEvents<Order>, keys: &[Key]) -> bool {
        let head = Head::new("POST", "/", &self.headers);
        if pack.check_media_type(&head).is_err() {
            return false;
        }
        let verified = pack
            .verify(RawRequest::new(head, &self.body), LiveKeys::new(keys, NOW))
            .expect("the signature is right");
        let bytes = verified.bytes_of(&self.body);
        let authenticated = Authenticated::new(&bytes, &verified, &self.body, head);
        // With the key: to make it of its parts is a part of the way too.
        let Ok(Contents::Event(decoded)) = pack.decode(&authenticated) else {
            return false;
        };
        let key = decoded.key_parts().key("cloudevents", None, "cloudevents");
        drop(black_box::<hookgate::pack::Decoded<CloudEvent<Order>>>(
            decoded,
        ));
        black_box(key).is_some()
    }

    fn baseline(&self, keyed: &Hmac<Sha256>) -> bool {
        let mut mac = keyed.clone();
        mac.update(&self.body);
        let right = mac.verify_slice(&self.mac).is_ok();
        if self.mode == Mode::Structured {
            let event: Envelope = serde_json::from_slice(&self.body).expect("the event is right");
            return !black_box(event).data.lines.is_empty() && right;
        }
        let attributes = ATTRIBUTES.map(|(name, _)| {
            let value = match name {
                "specversion" => self.headers.get("ce-specversion"),
                "type" => self.headers.get("ce-type"),
                "source" => self.headers.get("ce-source"),
                "id" => self.headers.get("ce-id"),
                "time" => self.headers.get("ce-time"),
                _ => self.headers.get("ce-subject"),
            };
            value
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        });
        black_box(Sha256::digest(&self.body));
        let data: Order = serde_json::from_slice(&self.body).expect("the data is right");
        !black_box(data).lines.is_empty()
            && black_box(attributes).iter().all(Option::is_some)
            && right
    }
}

fn time(times: usize, mut run: impl FnMut() -> bool) -> f64 {
    let began = Instant::now();
    for _ in 0..times {
        assert!(black_box(run()));
    }
    began.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let secret = Secret::utf8(KEY).expect("the key is not empty");
    let keys = [Key::new("0", secret.clone())];
    let keyed = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).expect("HMAC takes any key");
    let cases: Vec<Case> = [Mode::Structured, Mode::Binary]
        .into_iter()
        .flat_map(|mode| [820, 16 * 1024].map(|size| case(mode, size)))
        .collect();
    let pack_of = |case: &Case| {
        let config = HmacHeaderConfig::new(SIGNATURE, SignatureEncoding::Hex);
        let scheme = HmacHeader::try_from(config).expect("the scheme is right");
        CloudEvents::signed(scheme, secret.clone())
            .modes([case.mode])
            .events::<Order>()
    };

    let mut criterion = Criterion::default().configure_from_args();
    for case in &cases {
        let pack = pack_of(case);
        let name = format!("cloudevents/{}/{}", case.mode.name(), case.body.len());
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(case.body.len() as u64));
        group.bench_function("hookgate", |b| b.iter(|| case.hookgate(&pack, &keys)));
        group.bench_function("baseline", |b| b.iter(|| case.baseline(&keyed)));
        group.finish();
    }
    criterion.final_summary();

    println!("\n| mode | bytes | baseline | hookgate | ratio | allocations | baseline's |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for case in &cases {
        let pack = pack_of(case);
        // Batches that are shorter than a scheduler's time slice.
        let times = (100_000 / case.body.len()).clamp(2, 100);
        let allocations = |run: &dyn Fn() -> bool| {
            let region = Region::new(ALLOCATOR);
            run();
            let change = region.change();
            change.allocations + change.reallocations
        };
        let our_allocations = allocations(&|| case.hookgate(&pack, &keys));
        let baseline_allocations = allocations(&|| case.baseline(&keyed));
        let turns: Vec<(f64, f64)> = (0..TURNS)
            .map(|_| {
                let bare = time(times, || black_box(case).baseline(black_box(&keyed)));
                let ours = time(times, || black_box(case).hookgate(&pack, &keys));
                (bare, ours)
            })
            .collect();
        let per = |seconds: f64| seconds * 1e9 / times as f64;
        println!(
            "| {} | {} | {:.0} ns | {:.0} ns | {:.3} | {our_allocations} | {baseline_allocations} |",
            case.mode.name(),
            case.body.len(),
            per(median(turns.iter().map(|turn| turn.0).collect())),
            per(median(turns.iter().map(|turn| turn.1).collect())),
            median(turns.iter().map(|turn| turn.1 / turn.0).collect()),
        );
    }
}
