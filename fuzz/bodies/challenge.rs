//! No request makes a question panic. What is repeated has the shape of its sender, and no text of an event is signed.

use std::sync::LazyLock;

use hookgate::{
    Receiver, Secret, UnixTime,
    framework::{Judge, Judgement},
    pack::Head,
    providers::preset::Preset,
    testing::FakeClock,
};

static JUDGES: LazyLock<Vec<Judge>> = LazyLock::new(|| {
    // Short, so that it is guessed.
    let secret = || Secret::utf8("k").unwrap();
    [
        Preset::meta(secret()).answer_challenge_with(secret()),
        Preset::microsoft_graph(secret()).answer_challenge(),
        Preset::okta(secret()).answer_challenge(),
        Preset::twitter(secret()).answer_challenge_with(secret()),
        Preset::telegram(secret())
            .asked_by(&[hookgate::challenge::MONDAY])
            .answer_challenge(),
    ]
    .into_iter()
    .map(|pack| {
        let clock = FakeClock::at(UnixTime::from_secs(1_700_000_000));
        Receiver::new("asked", pack).clock(clock).judge().unwrap()
    })
    .collect()
});

// The first line is the method, the second the query, the third a header's value, and the rest the body.
pub(crate) fn run(input: &[u8]) {
    let Ok(input) = std::str::from_utf8(input) else {
        return;
    };
    let mut lines = input.splitn(4, '\n');
    let mut next = || lines.next().unwrap_or_default();
    let (method, query, value, body) = (next(), next(), next(), next());
    let length = body.len().to_string();
    let headers = vec![
        ("content-type", "application/json"),
        ("content-length", length.as_str()),
        ("x-okta-verification-challenge", value),
    ];
    let head = Head::new(method, "/in", &headers).query(Some(query));
    for judge in JUDGES.iter() {
        let at = UnixTime::from_secs(1_700_000_000);
        if let Ok(Judgement::Answered(answer)) = judge.judge_at_once(head, body.to_owned(), at) {
            let shown = String::from_utf8(answer.body().to_vec()).unwrap();
            assert!(shown.len() <= 600 && shown.is_ascii());
            assert!(!shown.contains(['<', '>', '\r', '\n']));
        }
    }
}
