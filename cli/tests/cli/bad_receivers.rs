//! `hookgate send` against receivers that fail in every way.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    thread,
};

use serde_json::{Value, json};

use crate::listening::{Listening, send, sent};

/// A receiver that does `answer` with each connection, on a free port. It ends with the test's process.
pub(crate) fn receiver(answer: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            answer(stream.unwrap());
        }
    });
    url
}

/// Reads one request, and gives its head.
fn read(stream: &mut TcpStream) -> Vec<String> {
    read_whole(stream).0
}

/// Reads one request, and gives its head, in lower case, and its body.
pub(crate) fn read_whole(stream: &mut TcpStream) -> (Vec<String>, String) {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        head.push(line.trim().to_ascii_lowercase());
    }
    let length = head
        .iter()
        .find_map(|line| line.strip_prefix("content-length: "))
        .unwrap_or("0");
    let mut body = vec![0; length.parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    (head, String::from_utf8(body).unwrap())
}

/// Reads the request and answers with this text.
pub(crate) fn answering(text: &'static str) -> impl Fn(TcpStream) + Send + 'static {
    move |mut stream| {
        read(&mut stream);
        let _ = stream.write_all(text.as_bytes());
    }
}

/// Reads the request, answers with this text, and resets the connection: a close that sends nothing more.
fn resetting(text: &'static str) -> impl Fn(TcpStream) + Send + 'static {
    move |mut stream| {
        read(&mut stream);
        let _ = stream.write_all(text.as_bytes());
        stream.set_nonblocking(true).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build();
        runtime.unwrap().block_on(async {
            let stream = tokio::net::TcpStream::from_std(stream).unwrap();
            stream.set_zero_linger().unwrap();
        });
    }
}

/// What `send` says about a receiver: the exit status, and how the attempts ended.
fn outcome(provider: &str, event: &str, url: &str) -> (Option<i32>, Vec<Value>, Value) {
    let output = send(&[
        provider,
        event,
        "--to",
        url,
        "--json",
        "--speed",
        "1000",
        "--timeout",
        "0.3",
        "--attempts",
        "2",
    ]);
    let (lines, summary) = sent(&output);
    let attempts = lines[0]["attempts"].as_array().unwrap().iter();
    let ends = attempts.map(|attempt| match attempt.get("status") {
        Some(status) => status.clone(),
        None => attempt["error"].clone(),
    });
    (output.status.code(), ends.collect(), summary)
}

#[test]
fn each_failure_has_a_name_and_the_run_an_end() {
    let hanging = |stream: TcpStream| {
        // Stays open for as long as the sender does.
        thread::spawn(move || BufReader::new(stream).lines().count());
    };
    let nobody = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/", listener.local_addr().unwrap())
    };
    let redirect = "HTTP/1.1 302 Found\r\nlocation: /other\r\ncontent-length: 0\r\n\r\n";
    let broken = "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n";
    for (url, end) in [
        (receiver(answering(broken)), json!(500)),
        (receiver(answering(redirect)), json!(302)),
        (receiver(hanging), json!("timed_out")),
        (receiver(answering("")), json!("broken")),
        (receiver(resetting("")), json!("reset")),
        (
            receiver(resetting(
                "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nfour",
            )),
            json!("reset"),
        ),
        (
            receiver(answering("SSH-2.0-OpenSSH\r\n")),
            json!("not_http"),
        ),
        (receiver(answering("HTTP/1.1 200 OK\r\n")), json!("broken")),
        (nobody, json!("refused")),
        (
            "http://no-such-host.invalid/".to_owned(),
            json!("unreachable"),
        ),
    ] {
        let (status, ends, summary) = outcome("facephi", "id_captured", &url);
        assert_eq!(ends, [end.clone(), end], "{url}");
        assert_eq!(status, Some(1), "{url}");
        assert_eq!(summary["accepted"], 0, "{url}");
        assert_eq!(summary["unfinished"], 1, "{url}");
    }
}

/// What a person reads of each failure.
#[test]
fn each_failure_is_said_in_words_with_what_comes_next() {
    for (answer, words) in [
        (
            Box::new(answering("")) as Box<dyn Fn(TcpStream) + Send>,
            "connection closed before an answer",
        ),
        (Box::new(resetting("")), "connection reset"),
        (
            Box::new(answering(
                "HTTP/1.1 307 T\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n",
            )),
            "307 (redirect, not followed)",
        ),
    ] {
        let url = receiver(answer);
        let output = send(&["facephi", "id_captured", "--to", &url, "--attempts", "1"]);
        assert_eq!(output.status.code(), Some(1));
        let text = String::from_utf8(output.stdout).unwrap();
        for said in [
            words,
            "would be sent again after 1 s",
            "1 sent: 0 accepted, 1 not",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
    }
}

#[test]
fn an_endless_answer_is_not_read_to_its_end() {
    let url = receiver(|mut stream| {
        read(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[b'a'; 65_536]).is_ok() {}
    });
    let output = send(&["github", "push", "--to", &url]);
    assert!(output.status.success(), "{output:?}");
}

/// As many as were asked for arrive, however fast the receiver is. `pace.rs` shows how they are spread.
#[test]
fn a_rate_and_a_concurrency_lose_and_double_nothing() {
    let (seen, heads) = std::sync::mpsc::channel();
    let url = receiver(move |mut stream| {
        seen.send(read(&mut stream)).unwrap();
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    });
    let output = send(&[
        "github",
        "push",
        "--to",
        &url,
        "--count",
        "12",
        "--rate",
        "200",
        "--concurrency",
        "3",
        "--json",
    ]);
    let (lines, summary) = sent(&output);
    assert_eq!((lines.len(), &summary["sent"]), (12, &json!(12)));
    assert_eq!(heads.try_iter().count(), 12);
    for wrong in ["0", "-1", "nan", "fast"] {
        let output = send(&["github", "push", "--to", &url, "--rate", wrong]);
        assert_eq!(output.status.code(), Some(2), "{wrong}");
    }
}

#[test]
fn a_sender_that_never_sends_again_does_not() {
    let url = receiver(answering("HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n"));
    let (status, ends, summary) = outcome("github", "push", &url);
    assert_eq!((status, ends), (Some(1), vec![json!(503)]));
    assert_eq!(summary["unfinished"], 0);
}

#[test]
fn patience_bounds_what_would_take_hours() {
    let url = receiver(answering("HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n"));
    let output = send(&[
        "shopify",
        "orders/create",
        "--to",
        &url,
        "--patience",
        "0.5",
        "--json",
    ]);
    let (lines, _) = sent(&output);
    assert_eq!(lines[0]["attempts"].as_array().unwrap().len(), 1);
    assert_eq!(lines[0]["again_after_s"], 60.0);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn the_senders_own_headers_are_on_the_wire() {
    let (seen, head) = std::sync::mpsc::channel();
    let url = receiver(move |mut stream| {
        seen.send(read(&mut stream)).unwrap();
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    });
    for (provider, event, header) in [
        (
            "logto",
            "PostSignIn",
            "user-agent: logto (https://logto.io/)",
        ),
        ("github", "push", "x-github-event: push"),
        ("slack", "message", "user-agent: slackbot 1.0"),
        ("shopify", "orders/paid", "x-shopify-topic: orders/paid"),
        ("facephi", "id_validated", "x-api-key: s3cretkeyoffacephi"),
        ("idcloud", "process_finished", "authorization: basic "),
    ] {
        assert!(send(&[provider, event, "--to", &url]).status.success());
        let head = head.recv().unwrap();
        assert_eq!(head[0], "post /hook http/1.1");
        assert!(
            head.iter().any(|line| line.starts_with(header)),
            "{provider}: {head:?}"
        );
    }
}

#[test]
fn an_application_behind_the_receiver_decides_the_answer() {
    for framework in ["axum", "actix"] {
        let (seen, head) = std::sync::mpsc::channel();
        let answers = [
            "HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 204 Done\r\n\r\n",
        ];
        let count = std::sync::atomic::AtomicUsize::new(0);
        let application = receiver(move |mut stream| {
            seen.send(read(&mut stream)).unwrap();
            let place = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let _ = stream.write_all(answers[place.min(1)].as_bytes());
        });
        let listening = Listening::start(
            "logto",
            &[
                "--json",
                "--framework",
                framework,
                "--forward",
                &application,
            ],
        );
        let forged = send(&["logto", "PostSignIn", "--to", &listening.url, "--tamper"]);
        assert_eq!(forged.status.code(), Some(1));
        let output = send(&["logto", "PostSignIn", "--to", &listening.url, "--json"]);
        let (lines, _) = sent(&output);
        let statuses = lines[0]["attempts"].as_array().unwrap().iter();
        let statuses: Vec<_> = statuses.map(|attempt| attempt["status"].clone()).collect();
        assert_eq!(statuses, [503, 200], "{framework}");
        assert_eq!(listening.stop().events.len(), 1);
        let heads: Vec<_> = head.try_iter().collect();
        assert_eq!(heads.len(), 2, "the forged one was passed on: {heads:?}");
        assert!(
            heads[0]
                .iter()
                .any(|line| line.starts_with("hookgate-event-key: "))
        );
    }
}
