//! No head and no body makes CloudEvents panic in any mode, and what is read twice has the same identity.

use std::sync::LazyLock;

use hookgate::{
    Receiver, UnixTime,
    access::AnyoneMayCall,
    cloudevents::{BATCH_JSON, Mode, STRUCTURED_JSON, Tolerance},
    framework::{Judge, Judgement},
    pack::Head,
    providers::cloudevents::CloudEvents,
};

static JUDGES: LazyLock<[Judge; 2]> = LazyLock::new(|| {
    let pack = || CloudEvents::by_access().modes(Mode::ALL.iter().copied());
    let all = Tolerance::ALL.iter().copied();
    let tolerated = all.filter(|it| *it != Tolerance::PlainJson);
    [pack(), pack().tolerate(tolerated)].map(|pack| {
        let builder = Receiver::new("fuzz", pack).access(AnyoneMayCall);
        builder.judge().unwrap()
    })
});

// Lines `name: value` before an empty one are headers, and the body stands behind it.
pub(crate) fn run(text: &[u8]) {
    let end = text.windows(2).position(|two| two == b"\n\n");
    let (head, body) = match end {
        Some(end) => (&text[..end], &text[end + 2..]),
        None => (&b""[..], text),
    };
    let given: Vec<(String, Vec<u8>)> = head
        .split(|byte| *byte == b'\n')
        .filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let name = String::from_utf8_lossy(&line[..colon]).into_owned();
            Some((name, line[colon + 1..].to_vec()))
        })
        .collect();
    for content_type in [None, Some(STRUCTURED_JSON), Some(BATCH_JSON), Some("text/plain")] {
        let mut headers = given.clone();
        headers.extend(content_type.map(|it| ("content-type".to_owned(), it.as_bytes().to_vec())));
        for judge in &*JUDGES {
            let keys = || {
                let head = Head::new("POST", "/", &headers);
                let judged = judge.judge_at_once(head, body.to_vec(), UnixTime::EPOCH);
                match judged.unwrap() {
                    Judgement::Believed(request) => {
                        let keys = request.events().map(|event| *event.event_key());
                        keys.collect::<Vec<_>>()
                    }
                    _ => Vec::new(),
                }
            };
            assert_eq!(keys(), keys());
        }
    }
}
