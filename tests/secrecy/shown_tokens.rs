//! Nothing leaks of the tokens that senders show: not in a log, an answer, an error or `Debug`.

use std::sync::Arc;

use hookgate::{
    Key, Keyring, Receiver, Secret, UnixTime,
    dedup::MemoryStore,
    pack::Head,
    providers::{
        known::{KnownSender, Proof},
        preset::{Preset, PresetSimulator},
    },
    simulator::{SampleId, Sent, Signer},
    testing::FakeClock,
    time::Timer,
};

use crate::props::{Log, at_once, presets::presets, quiet};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const TOKEN: &str = "CANARY-USER:CANARY-TOKEN";
const WRONG: &str = "CANARY-USER:CANARY-WRONG";

/// What the sender sends: with the right token, a wrong one, none, and in a body that is none of its own.
fn requests(sender: &KnownSender) -> [Sent; 4] {
    let sample = sender.sample.unwrap();
    let body = sample.body_of(sample.types[0], SampleId::from_bits(7), NOW);
    let of = |token: &str| PresetSimulator::of(sender, token).send(NOW, body.clone());
    let signer = Signer::new(sender.scheme().unwrap(), TOKEN).unwrap();
    quiet(sender.name, &format!("{signer:?}"));
    let odd = of(WRONG).with_body(r#"{"CANARY":"#);
    [of(TOKEN), of(WRONG), signer.unsigned(of(TOKEN)), odd]
}

#[test]
fn a_token_stands_in_no_text_and_one_answer_tells_nobody_what_is_wrong() {
    let log = Log::begin();
    let mut refused = 0;
    for sender in presets().filter(|it| matches!(it.proof.value(), Proof::Token(_))) {
        let name = sender.name;
        let ring = Keyring::new([
            Key::new("old", Secret::utf8("CANARY-OLDER").unwrap()),
            Key::new("new", Secret::utf8(TOKEN).unwrap()),
        ]);
        let pack = Preset::of(sender, ring.unwrap());
        let clock = FakeClock::at(NOW);
        let timer: Arc<dyn Timer> = Arc::new(clock.clone());
        let receiver = Receiver::new("tokens", pack)
            .dedup(MemoryStore::with_clock(10, clock.clone()))
            .clock(clock)
            .build()
            .unwrap();
        quiet(name, &format!("{receiver:?} {:?}", receiver.judge()));
        let mut answers = Vec::new();
        for sent in requests(sender) {
            quiet(name, &format!("{sent:?}"));
            let head = Head::new("POST", "/CANARY-PATH", &sent.headers);
            match at_once(receiver.judge().admit(head, Some(sent.body), &timer)) {
                Ok(judged) => quiet(name, &format!("{judged:?}")),
                Err(rejection) => {
                    let answer = receiver.judge().refusal(&rejection);
                    let body = String::from_utf8_lossy(answer.body()).into_owned();
                    quiet(
                        name,
                        &format!("{rejection} {rejection:?} {answer:?} {body}"),
                    );
                    answers.push((answer.status(), answer.headers().to_vec(), body));
                }
            }
        }
        assert_eq!(answers.len(), 3, "{name}");
        assert!(answers.iter().all(|it| *it == answers[0]), "{name}");
        refused += answers.len();
    }
    let lines = log.with("delivery refused");
    assert_eq!(lines.len(), refused);
    quiet("log", &log.text());
}
