//! No body makes unpacking panic, and none becomes larger than its limits.
#![no_main]

use std::{
    future::Future,
    pin::pin,
    sync::{Arc, LazyLock},
    task::{Context, Poll, Waker},
};

use hookgate::{
    Reason, Receiver, Secret,
    framework::Judge,
    pack::Head,
    providers::preset::Preset,
    schemes::{HmacHeader, HmacHeaderConfig, SignatureEncoding},
    testing::FakeClock,
    time::{Timer, UnixTime},
};
use libfuzzer_sys::fuzz_target;

static JUDGE: LazyLock<(Judge, Arc<dyn Timer>)> = LazyLock::new(|| {
    let config = HmacHeaderConfig::new("s", SignatureEncoding::Hex);
    let pack = Preset::custom("fuzz", HmacHeader::try_from(config).unwrap(), Secret::utf8("unknown").unwrap());
    let clock = FakeClock::at(UnixTime::EPOCH);
    let builder = Receiver::new("fuzz", pack).clock(clock.clone()).accept_gzip().body_limit(64 * 1024);
    (builder.judge().unwrap(), Arc::new(clock))
});

fuzz_target!(|body: &[u8]| {
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        ("content-encoding", "gzip".to_owned()),
        ("s", "0".repeat(64)),
    ];
    let (judge, timer) = &*JUDGE;
    let head = Head::new("POST", "/", &headers);
    let judged = pin!(judge.admit(head, Some(bytes::Bytes::copy_from_slice(body)), timer));
    let Poll::Ready(judged) = judged.poll(&mut Context::from_waker(Waker::noop())) else {
        unreachable!("nothing is waited for");
    };
    let reason = judged.map(drop).unwrap_err().reason();
    assert!(
        matches!(reason, Reason::UnsupportedEncoding | Reason::BodyTooLarge | Reason::SignatureMismatch),
        "{reason:?}"
    );
});
