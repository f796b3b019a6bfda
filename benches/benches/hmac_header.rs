//! `HmacHeader::verify` (look-up, decoding, comparison, window) beside the bare keyed HMAC of the same
//! bytes, and the allocations it makes.
//!
//! Look at the table at the end. Both sides take turns in small batches, and each ratio is the median over all
//! turns, so that a busy machine disturbs both alike.

use std::{
    alloc::System,
    hint::black_box,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use criterion::{Criterion, Throughput};
use hmac::{Hmac, KeyInit, Mac};
use hookgate::{
    Key, Secret, UnixTime,
    pack::{Head, LiveKeys, RawRequest, Scheme},
    schemes::{HmacHeader, HmacHeaderConfig, SignatureEncoding, SignatureLayout},
    time::Window,
};
use http::{HeaderMap, HeaderValue, header};
use sha2::Sha256;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const KEY: &[u8] = b"cl43GgdTZpcCdipNaStkoyZiwLi9QlES";
const NOW: UnixTime = UnixTime::from_secs(1_795_304_115);
const WINDOW: Window = Window::both(Duration::from_secs(300));
const TURNS: usize = 301;

struct Case {
    name: &'static str,
    scheme: HmacHeader,
    headers: HeaderMap,
    body: Vec<u8>,
    /// The signed bytes in one piece, and their MAC: what the bare HMAC gets.
    signed: Vec<u8>,
    mac: [u8; 32],
}

fn headers() -> HeaderMap {
    [
        ("host", "127.0.0.1:9977"),
        ("connection", "keep-alive"),
        ("user-agent", "Logto (https://logto.io/)"),
        ("content-type", "application/json"),
        ("accept", "*/*"),
        ("accept-language", "*"),
        ("sec-fetch-mode", "cors"),
        ("accept-encoding", "gzip, deflate"),
    ]
    .into_iter()
    .map(|(name, value)| {
        (
            header::HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )
    })
    .collect()
}

fn mac_of(signed: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY).expect("HMAC takes any key");
    mac.update(signed);
    mac.finalize().into_bytes().into()
}

fn plain(size: usize) -> Case {
    let body = vec![b'x'; size];
    let mac = mac_of(&body);
    let mut headers = headers();
    let text: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    headers.insert(
        "logto-signature-sha-256",
        text.parse().expect("hex is a header value"),
    );
    let config = HmacHeaderConfig::new("logto-signature-sha-256", SignatureEncoding::Hex);
    Case {
        name: "logto",
        scheme: HmacHeader::try_from(config).expect("the configuration is right"),
        headers,
        signed: body.clone(),
        body,
        mac,
    }
}

fn templated(size: usize) -> Case {
    let body = vec![b'x'; size];
    let mut signed = b"msg_2KWPBgLlAfxdpx2AI54pPJ85f4W.1795304115.".to_vec();
    signed.extend_from_slice(&body);
    let mac = mac_of(&signed);
    let mut headers = headers();
    headers.insert(
        "webhook-id",
        HeaderValue::from_static("msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"),
    );
    headers.insert("webhook-timestamp", HeaderValue::from_static("1795304115"));
    headers.insert(
        "webhook-signature",
        format!("v1,{}", STANDARD.encode(mac))
            .parse()
            .expect("base64 is a header value"),
    );
    let mut config = HmacHeaderConfig::new("webhook-signature", SignatureEncoding::Base64);
    config.layout = SignatureLayout::SpaceSeparated {
        prefix: "v1,".to_owned(),
    };
    config.template = "{id}.{timestamp}.{body}".to_owned();
    config.id_header = Some("webhook-id".to_owned());
    config.timestamp_header = Some("webhook-timestamp".to_owned());
    Case {
        name: "templated",
        scheme: HmacHeader::try_from(config).expect("the configuration is right"),
        headers,
        signed,
        body,
        mac,
    }
}

impl Case {
    fn hookgate(&self, keys: &[Key]) -> bool {
        let head = Head::new("POST", "/hook", &self.headers);
        let request = RawRequest::new(head, &self.body);
        let verified = self
            .scheme
            .verify(request, LiveKeys::new(keys, NOW))
            .expect("the signature is right");
        verified
            .sent_at()
            .is_none_or(|at| NOW.since(at) <= WINDOW.past && at.since(NOW) <= WINDOW.future)
    }

    fn bare(&self, keyed: &Hmac<Sha256>) -> bool {
        let mut mac = keyed.clone();
        mac.update(&self.signed);
        mac.verify_slice(&self.mac).is_ok()
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
    let keys = [Key::new(
        "0",
        Secret::bytes(KEY).expect("the key is not empty"),
    )];
    let keyed = Hmac::<Sha256>::new_from_slice(KEY).expect("HMAC takes any key");
    let cases: Vec<Case> = [512, 16 * 1024, 256 * 1024]
        .into_iter()
        .flat_map(|size| [plain(size), templated(size)])
        .collect();

    let mut criterion = Criterion::default().configure_from_args();
    for case in &cases {
        let mut group = criterion.benchmark_group(format!("{}/{}", case.name, case.body.len()));
        group.throughput(Throughput::Bytes(case.body.len() as u64));
        group.bench_function("hookgate", |b| b.iter(|| case.hookgate(&keys)));
        group.bench_function("bare hmac", |b| b.iter(|| case.bare(&keyed)));
        group.finish();
    }
    criterion.final_summary();

    println!("\n| case | bytes | bare HMAC | hookgate | ratio | allocations |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for case in &cases {
        let times = (2_000_000 / case.body.len()).clamp(4, 2000);
        let region = Region::new(ALLOCATOR);
        case.hookgate(&keys);
        let allocations = region.change().allocations;
        let turns: Vec<(f64, f64)> = (0..TURNS)
            .map(|_| {
                let bare = time(times, || black_box(case).bare(black_box(&keyed)));
                let ours = time(times, || black_box(case).hookgate(black_box(&keys)));
                (bare, ours)
            })
            .collect();
        let per = |seconds: f64| seconds * 1e9 / times as f64;
        println!(
            "| {} | {} | {:.0} ns | {:.0} ns | {:.3} | {allocations} |",
            case.name,
            case.body.len(),
            per(median(turns.iter().map(|turn| turn.0).collect())),
            per(median(turns.iter().map(|turn| turn.1).collect())),
            median(turns.iter().map(|turn| turn.1 / turn.0).collect()),
        );
    }
}
