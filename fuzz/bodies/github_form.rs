//! A form of GitHub is read as its JSON is, or refused. An event has one key in both.

use std::{
    pin::pin,
    sync::{Arc, LazyLock},
    task::{Context, Poll, Waker},
    time::Duration,
};

use hookgate::{
    EventKey, Receiver, Rejection, Secret, UnixTime,
    framework::Judge,
    pack::Head,
    providers::preset::{Preset, PresetSimulator},
    simulator::Sent,
    time::{Sleep, Timer},
};

const SECRET: &str = "2f0c7a54b1d94e0f8c61";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

static JUDGE: LazyLock<Judge> = LazyLock::new(|| {
    let pack = Preset::github(Secret::utf8(SECRET).unwrap());
    Receiver::new("fuzz", pack).judge().unwrap()
});

struct Unarmed;

impl Timer for Unarmed {
    fn sleep(&self, _: Duration) -> Sleep {
        panic!("nothing is to be waited for")
    }
}

fn judged(sent: Sent) -> Result<EventKey, Rejection> {
    let timer: Arc<dyn Timer> = Arc::new(Unarmed);
    let head = Head::new("POST", "/", &sent.headers);
    let mut judging = pin!(JUDGE.admit(head, Some(sent.body), &timer));
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(judged) = judging.as_mut().poll(&mut context) else {
        panic!("it waits");
    };
    judged.map(|judged| *judged.admitted().unwrap().first().event_key())
}

pub(crate) fn run(text: &[u8]) {
    let github = PresetSimulator::github(SECRET);
    // As it is: whatever stands in the field.
    let raw = [b"payload=", text].concat();
    match judged(github.send(NOW, raw)) {
        Ok(_) => assert!(!text.contains(&b'&')),
        Err(rejection) => assert!(matches!(rejection, Rejection::Undecodable(_))),
    }
    // As JSON, and the same in a form. A body that looks like a form is no JSON.
    if std::str::from_utf8(text).is_ok() && !text.starts_with(b"payload=") {
        let json = judged(github.send(NOW, text.to_vec())).unwrap();
        let form = judged(github.in_form().send(NOW, text.to_vec())).unwrap();
        assert_eq!(json, form);
    }
}
