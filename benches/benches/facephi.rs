//! Facephi's verify + decode beside the bare keyed HMAC of the same bytes and one derived serde pass into
//! the same members, and the allocations of both.
//!
//! Only our side hashes the pack's identity parts. The road hashes the last block.
//!
//! Look at the table at the end. Both sides take turns in small batches, and each ratio is the median over all
//! turns, so that a busy machine disturbs both alike.

use std::{alloc::System, fmt::Write, hint::black_box, time::Instant};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use criterion::{Criterion, Throughput};
use hmac::{Hmac, KeyInit, Mac};
use hookgate::{
    Key, Secret, UnixTime,
    cloudevents::Timestamp,
    json::Json,
    pack::{Authenticated, Contents, Head, LiveKeys, Provider, RawRequest},
    providers::facephi::{AssetType, Facephi, PresignedUrl},
};
use http::HeaderMap;
use serde::{Deserialize, de::IgnoredAny};
use sha2::Sha256;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const KEY: &str = "N0tASecretForAnyone0123456789abc";
const NOW: UnixTime = UnixTime::from_secs(1_795_304_115);
const TURNS: usize = 2001;

/// What the baseline reads: the members of the pack's own event, read by derived code.
#[derive(Deserialize)]
#[allow(dead_code)]
struct Event {
    specversion: String,
    #[serde(rename = "type")]
    event_type: String,
    source: String,
    id: String,
    time: Option<Timestamp>,
    subject: Option<String>,
    datacontenttype: Option<String>,
    dataschema: Option<String>,
    signature: IgnoredAny,
    data: IdCaptured,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct IdCaptured {
    ocr: Option<Json>,
    assets: Option<Vec<Asset>>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct Asset {
    #[serde(rename = "type")]
    asset_type: AssetType,
    url: PresignedUrl,
}

struct Case {
    name: &'static str,
    body: Bytes,
    /// What the bare HMAC gets: the body, and its MAC.
    mac: [u8; 32],
}

fn mac_of(signed: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).expect("HMAC takes any key");
    mac.update(signed);
    mac.finalize().into_bytes().into()
}

/// A compact event of about `size` bytes. The part that was read from the document grows.
fn compact(size: usize) -> String {
    let mut ocr = String::from("\"MatchingSidesScore\":0.97");
    for number in 0.. {
        let event = event(&ocr);
        if event.len() + 62 >= size {
            let mac = STANDARD.encode(mac_of(event.as_bytes()));
            return event.replacen(
                "\"data\":",
                &format!("\"signature\":\"{mac}\",\"data\":"),
                1,
            );
        }
        write!(ocr, ",\"Front/ML/Field{number:03}\":\"VALUE {number}\"").expect("memory");
    }
    unreachable!()
}

fn event(ocr: &str) -> String {
    let asset = |what: &str| {
        format!(
            "{{\"type\":\"{what}\",\"url\":\"https://cdn.example/a/{what}?sig=0123456789abcdef\"}}"
        )
    };
    format!(
        "{{\"specversion\":\"1.0\",\"type\":\"com.idv_suite.api.workflows.id_captured.v1\",\
         \"source\":\"/operations/11111111-2222-4333-8444-555555555555\",\
         \"id\":\"aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee\",\"time\":\"2026-11-21T23:35:15.360Z\",\
         \"data\":{{\"ocr\":{{{ocr}}},\"assets\":[{},{},{}]}}}}",
        asset("id_front"),
        asset("id_back"),
        asset("id_portrait"),
    )
}

/// The same event as something on the way may write it.
fn rewritten(compact: &str) -> String {
    compact
        .replace(",\"", ",\n      \"")
        .replace("\":", "\": ")
        .replace('/', "\\/")
}

fn case(name: &'static str, body: String) -> Case {
    Case {
        name,
        mac: mac_of(body.as_bytes()),
        body: body.into(),
    }
}

impl Case {
    fn hookgate(&self, pack: &Facephi, keys: &[Key], headers: &HeaderMap) -> bool {
        let head = Head::new("POST", "/", headers);
        let request = RawRequest::new(head, &self.body);
        let verified = pack
            .verify(request, LiveKeys::new(keys, NOW))
            .expect("the signature is right");
        let bytes = verified.bytes_of(&self.body);
        let authenticated = Authenticated::new(&bytes, &verified, &self.body, head);
        // With the key: to make it of its parts is a part of the way too.
        let Ok(Contents::Event(decoded)) = pack.decode(&authenticated) else {
            return false;
        };
        let key = decoded.key_parts().key("facephi", None, "facephi");
        drop(black_box(decoded));
        black_box(key).is_some()
    }

    fn baseline(&self, keyed: &Hmac<Sha256>) -> bool {
        let mut mac = keyed.clone();
        mac.update(&self.body);
        let right = mac.verify_slice(&self.mac).is_ok();
        let event: Event = serde_json::from_slice(&self.body).expect("the event is right");
        black_box(event).data.ocr.is_some() && right
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
    let pack = Facephi::new(secret.clone());
    let keys = [Key::new("0", secret)];
    let keyed = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).expect("HMAC takes any key");
    let headers = HeaderMap::new();
    let compacts = [820, 2 * 1024, 16 * 1024].map(compact);
    let mut cases: Vec<Case> = Vec::new();
    for body in &compacts {
        cases.push(case("compact", body.clone()));
    }
    for body in &compacts {
        cases.push(case("re-written", rewritten(body)));
    }

    let ours = |case: &Case| case.hookgate(&pack, &keys, &headers);
    let mut criterion = Criterion::default().configure_from_args();
    for case in &cases {
        let mut group =
            criterion.benchmark_group(format!("facephi/{}/{}", case.name, case.body.len()));
        group.throughput(Throughput::Bytes(case.body.len() as u64));
        group.bench_function("hookgate", |b| b.iter(|| ours(case)));
        group.bench_function("baseline", |b| b.iter(|| case.baseline(&keyed)));
        group.finish();
    }
    criterion.final_summary();

    println!("\n| case | bytes | HMAC + serde | hookgate | ratio | allocations | baseline's |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for case in &cases {
        // Batches that are shorter than a scheduler's time slice.
        let times = (100_000 / case.body.len()).clamp(2, 100);
        let allocations = |run: &dyn Fn() -> bool| {
            let region = Region::new(ALLOCATOR);
            run();
            let change = region.change();
            change.allocations + change.reallocations
        };
        let our_allocations = allocations(&|| ours(case));
        let baseline_allocations = allocations(&|| case.baseline(&keyed));
        let turns: Vec<(f64, f64)> = (0..TURNS)
            .map(|_| {
                let bare = time(times, || black_box(case).baseline(black_box(&keyed)));
                let ours = time(times, || ours(black_box(case)));
                (bare, ours)
            })
            .collect();
        let per = |seconds: f64| seconds * 1e9 / times as f64;
        println!(
            "| {} | {} | {:.0} ns | {:.0} ns | {:.3} | {our_allocations} | {baseline_allocations} |",
            case.name,
            case.body.len(),
            per(median(turns.iter().map(|turn| turn.0).collect())),
            per(median(turns.iter().map(|turn| turn.1).collect())),
            median(turns.iter().map(|turn| turn.1 / turn.0).collect()),
        );
    }
}
