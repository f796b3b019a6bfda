//! `WebHook-Request-Callback`: which addresses are called, and how often.

use std::time::Duration;

use hookgate::{
    BuildError, Receiver, Secret,
    challenge::WebHooks,
    framework::{Answer, Judge, Judgement},
    pack::Head,
    providers::cloudevents::CloudEvents,
    schemes::{HmacHeader, HmacHeaderConfig, SignatureEncoding},
    testing::FakeClock,
};
use http::Method;

use crate::props::{Call, Gate, Issuer, Log, Says, now, until};

const ORIGIN: &str = "sender.example";

fn judge(hosts: &[&str]) -> Judge {
    let config = HmacHeaderConfig::new("x-signature", SignatureEncoding::Hex);
    let scheme = HmacHeader::try_from(config).unwrap();
    let hooks = WebHooks::from_origins([ORIGIN]).unwrap();
    let hooks = hooks.rate(7.try_into().unwrap());
    let hooks = if hosts.is_empty() {
        hooks
    } else {
        hooks.callbacks_to(hosts.iter().copied()).unwrap()
    };
    let secret = Secret::utf8("8f742231b10e8888abcd99yyyzzz85a5").unwrap();
    let pack = CloudEvents::signed(scheme, secret).web_hooks(hooks);
    let receiver = Receiver::new("asked", pack).clock(FakeClock::at(now()));
    receiver.judge().unwrap()
}

fn asks(callback: &str) -> Call {
    Call::post("/hook", "")
        .method(Method::OPTIONS)
        .with("webhook-request-origin", ORIGIN)
        .with("webhook-request-callback", callback)
}

fn answer(judge: &Judge, call: &Call) -> Answer {
    let head = Head::new(call.method.as_str(), "/hook", &call.headers);
    match judge.judge_at_once(head, call.body.clone(), now()).unwrap() {
        Judgement::Answered(answer) => answer,
        other => panic!("{other:?}"),
    }
}

/// Whether the answer lets the sender send. Where a call is begun, the call does.
fn grants(judge: &Judge, call: &Call) -> bool {
    let answer = answer(judge, call);
    assert_eq!(answer.status().as_u16(), 200);
    let names = |name: &str| answer.headers().iter().any(|(own, _)| own == name);
    assert!(names("allow"));
    assert_eq!(
        names("webhook-allowed-origin"),
        names("webhook-allowed-rate")
    );
    names("webhook-allowed-origin")
}

fn tasks() -> usize {
    let runtime = tokio::runtime::Handle::current();
    runtime.metrics().num_alive_tasks()
}

#[tokio::test]
async fn a_callback_to_an_allowed_host_is_called_once_for_each_question() {
    let log = Log::begin();
    let sender = Issuer::start(Says::Status("202 Accepted")).await;
    let port = sender.addr.port();
    let judge = judge(&[&format!("localhost:{port}")]);
    let address = format!("http://localhost:{port}/confirm?id=1&key=a-secret-of-the-sender");
    assert!(!grants(&judge, &asks(&address)));
    until("the call", || !log.with("was let in by a call").is_empty()).await;
    assert_eq!(sender.asked(), ["/confirm?id=1&key=a-secret-of-the-sender"]);
    let head = sender.heads().remove(0);
    assert!(head.starts_with("GET "), "{head}");
    assert!(head.contains("\r\nwebhook-allowed-rate: 7\r\n"), "{head}");
    assert!(!log.text().contains("a-secret-of-the-sender"));
}

#[tokio::test]
async fn a_callback_is_called_only_where_hosts_are_named() {
    let log = Log::begin();
    let before = tasks();
    assert!(grants(&judge(&[]), &asks("https://sender.example/")));
    assert_eq!(tasks(), before);
    assert!(log.with("callback").is_empty());
}

#[tokio::test]
async fn a_callback_elsewhere_is_not_called_and_the_answer_grants() {
    let log = Log::begin();
    let judge = judge(&["sender.example", ".grid.example:553"]);
    let before = tasks();
    let long = format!("https://sender.example/{}", "x".repeat(2048));
    let others = [
        "https://attacker.example/",
        "https://sender.example.attacker.example/",
        "https://attackersender.example/",
        "https://a.sender.example/",
        "https://sender.example./",
        "https://sender.example:8443/",
        "https://sender.example:80/",
        "https://grid.example:553/",
        "https://attackergrid.example:553/",
        "https://a.grid.example/",
        "https://a.grid.example.attacker.example:553/",
        "http://sender.example/",
        "http://sender.example:443/",
        "ftp://sender.example/",
        "https://user@sender.example/",
        "https://:password@sender.example/",
        "https://sender.example@attacker.example/",
        "https://attacker.example\\@sender.example/",
        "https://attacker.example#@sender.example/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://localhost/",
        "http://localhost:8080/",
        "http://0x7f.1/",
        "//sender.example/",
        "/confirm",
        "sender.example",
        "",
        &long,
    ];
    for address in others {
        assert!(grants(&judge, &asks(address)), "{address}");
    }
    let twice =
        asks("https://sender.example/").and("webhook-request-callback", "https://sender.example/");
    assert!(grants(&judge, &twice));
    assert_eq!(tasks(), before);
    assert_eq!(log.with("is not called").len(), others.len() + 1);
    assert!(!log.text().contains("attacker"));

    for address in [
        "https://sender.example/",
        "https://a.grid.example:553/x?y#z",
        "https://SENDER.example",
        // The parser that reads the host is that of the call.
        "https://sender.example\\@attacker.example/",
    ] {
        assert!(!grants(&judge, &asks(address)), "{address}");
    }
    assert_eq!(tasks(), before + 4);
}

#[tokio::test]
async fn an_origin_that_may_not_send_has_nothing_called() {
    let judge = judge(&["sender.example"]);
    let before = tasks();
    let other = asks("https://sender.example/").with("webhook-request-origin", "other.example");
    let head = Head::new("OPTIONS", "/hook", &other.headers);
    let judged = judge.judge_at_once(head, other.body.clone(), now());
    assert!(matches!(judged, Ok(Judgement::Refused { .. })));
    assert_eq!(tasks(), before);
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_grants_nothing() {
    let log = Log::begin();
    let sender = Issuer::start(Says::Redirect).await;
    let port = sender.addr.port();
    let judge = judge(&[&format!("localhost:{port}")]);
    assert!(!grants(
        &judge,
        &asks(&format!("http://localhost:{port}/confirm"))
    ));
    until("the call", || !log.with("302 instead of 2xx").is_empty()).await;
    assert_eq!(sender.asked(), ["/confirm"]);
    assert!(log.with("was let in").is_empty());
}

#[tokio::test]
async fn an_answer_without_an_end_is_given_up() {
    let log = Log::begin();
    let sender = Issuer::start(Says::Endless).await;
    let port = sender.addr.port();
    let judge = judge(&[&format!("localhost:{port}")]);
    assert!(!grants(&judge, &asks(&format!("http://localhost:{port}/"))));
    until("the call", || !log.with("its answer is over").is_empty()).await;
    assert!(sender.written() < 16 << 20);
}

/// Whoever asks again and again gets the answer.
#[tokio::test]
async fn no_more_than_four_calls_are_under_way_and_an_ended_one_keeps_its_place() {
    let log = Log::begin();
    let sender = Issuer::start(Says::Status("200 OK")).await;
    let port = sender.addr.port();
    let judge = judge(&[&format!("localhost:{port}")]);
    let question = asks(&format!("http://localhost:{port}/"));
    for _ in 0..4 {
        assert!(!grants(&judge, &question));
    }
    assert!(grants(&judge, &question));
    until("four calls", || log.with("was let in").len() == 4).await;
    assert!(grants(&judge, &question));
    assert_eq!(sender.fetches(), 4);
    assert_eq!(log.with("others are being called").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_slow_answer_is_given_up_and_the_place_is_free_again() {
    let log = Log::begin();
    let sender = Issuer::start(Says::SetAfter(Gate::shut(), String::new())).await;
    let port = sender.addr.port();
    let judge = judge(&[&format!("localhost:{port}")]);
    let question = asks(&format!("http://localhost:{port}/"));
    for _ in 0..4 {
        assert!(!grants(&judge, &question));
    }
    let second = Duration::from_secs(1);
    // Each call's task begins to wait.
    tokio::task::yield_now().await;
    tokio::time::advance(second).await;
    until("the calls", || sender.fetches() == 4).await;
    assert!(grants(&judge, &question));
    tokio::time::advance(10 * second).await;
    until("the end", || log.with("no answer in time").len() == 4).await;
    until("a place", || !grants(&judge, &question)).await;
}

#[test]
fn hosts_of_callbacks_are_names_with_a_port_perhaps() {
    let built = |hosts: &[&str]| {
        let hooks = WebHooks::from_origins([ORIGIN]).unwrap();
        hooks.callbacks_to(hosts.iter().copied()).map(|_| ())
    };
    for bad in [
        "",
        "*",
        ".example",
        "localhost",
        "sender.example:",
        "sender.example:x",
        "sender.example:99999",
        "https://sender.example",
        "sender.example/confirm",
        "user@sender.example",
        "[::1]",
    ] {
        assert!(
            matches!(built(&[bad]), Err(BuildError::Name { .. })),
            "{bad}"
        );
    }
    assert!(matches!(built(&[]), Err(BuildError::Pack(_))));
    let mixed = built(&["localhost:80", "sender.example"]);
    assert!(matches!(mixed, Err(BuildError::Pack(_))));
    assert!(built(&["localhost:80", "localhost:81"]).is_ok());
}
