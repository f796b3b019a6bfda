//! No body makes unpacking panic, and none becomes larger than its limits.

use std::{
    future::Future,
    io::Read,
    pin::pin,
    sync::{Arc, LazyLock},
    task::{Context, Poll, Waker},
};

use flate2::bufread::GzDecoder;
use hookgate::{
    Receiver, Rejection, Secret,
    framework::Judge,
    pack::Head,
    providers::preset::Preset,
    schemes::{HmacHeader, HmacHeaderConfig, SignatureEncoding},
    testing::FakeClock,
    time::{Timer, UnixTime},
};

/// In bytes. What comes in 263 bytes or more breaks it before the ratio.
const LIMIT: usize = 64 * 1024;
/// Most bytes that one byte may become.
const RATIO: usize = 250;

static JUDGE: LazyLock<(Judge, Arc<dyn Timer>)> = LazyLock::new(|| {
    let config = HmacHeaderConfig::new("s", SignatureEncoding::Hex);
    let pack = Preset::custom("fuzz", HmacHeader::try_from(config).unwrap(), Secret::utf8("unknown").unwrap());
    let clock = FakeClock::at(UnixTime::EPOCH);
    let builder = Receiver::new("fuzz", pack).clock(clock.clone()).accept_gzip().body_limit(LIMIT);
    (builder.judge().unwrap(), Arc::new(clock))
});

pub(crate) fn run(body: &[u8]) {
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
    let rejection = judged.map(drop).unwrap_err();
    match rejection {
        // It was unpacked: nobody has signed it.
        Rejection::SignatureMismatch => {
            let length = unpacked_length(body).expect("it is no gzip, and was taken");
            assert!(length <= LIMIT.min(body.len() * RATIO), "{length} of {}", body.len());
        }
        Rejection::BodyTooLarge { limit: LIMIT } => assert!(body.len() * RATIO >= LIMIT),
        Rejection::UnpackedTooLarge { ratio: RATIO } => assert!(body.len() * RATIO < LIMIT),
        Rejection::UnsupportedEncoding => {}
        other => panic!("{other:?}"),
    }
}

/// What it becomes, but for what is far beyond the limits.
fn unpacked_length(body: &[u8]) -> Option<usize> {
    let mut unpacked = GzDecoder::new(body).take(2 * LIMIT as u64);
    std::io::copy(&mut unpacked, &mut std::io::sink()).ok()?.try_into().ok()
}
