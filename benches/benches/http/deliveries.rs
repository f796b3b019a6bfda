//! Deliveries of 0.8 KiB, all different and signed.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use hookgate::UnixTime;
use sha2::Sha256;

pub(crate) const KEY: &[u8] = b"cl43GgdTZpcCdipNaStkoyZiwLi9QlES";

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sender {
    Logto,
    StandardWebhooks,
    GitHub,
    /// CloudEvents in structured JSON mode, with a signature that nobody has to look at.
    CloudEvents,
}

/// `count` requests as they go over the wire, the first with the number `first`.
pub(crate) fn requests(sender: Sender, first: u64, count: usize) -> Vec<Vec<u8>> {
    let now = UnixTime::from_system(std::time::SystemTime::now());
    (first..)
        .take(count)
        .map(|number| request(sender, number, now))
        .collect()
}

fn request(sender: Sender, number: u64, now: UnixTime) -> Vec<u8> {
    let mut body = body(number, now);
    let mut content_type = "application/json";
    let signature = match sender {
        Sender::Logto => {
            let mac = hex(&mac(&[body.as_bytes()]));
            format!("logto-signature-sha-256: {mac}\r\n")
        }
        Sender::StandardWebhooks => {
            let id = format!("msg_{number:027}");
            let at = now.as_secs().to_string();
            let mac = mac(&[id.as_bytes(), b".", at.as_bytes(), b".", body.as_bytes()]);
            let mac = STANDARD.encode(mac);
            format!(
                "webhook-id: {id}\r\nwebhook-timestamp: {at}\r\nwebhook-signature: v1,{mac}\r\n"
            )
        }
        Sender::GitHub => {
            let mac = hex(&mac(&[body.as_bytes()]));
            format!(
                "x-github-event: push\r\nx-github-delivery: 72d3162e-cc78-11e3-81ab-{number:012}\r\n\
                 x-hub-signature-256: sha256={mac}\r\n"
            )
        }
        Sender::CloudEvents => {
            content_type = "application/cloudevents+json";
            body = format!(
                r#"{{"specversion":"1.0","type":"PostSignIn","source":"/bench","id":"{number}","data":{body}}}"#
            );
            format!("x-signature: {}\r\n", hex(&mac(&[body.as_bytes()])))
        }
    };
    format!(
        "POST /hook HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: keep-alive\r\n{signature}\
         user-agent: Logto (https://logto.io/)\r\ncontent-type: {content_type}\r\naccept: */*\r\n\
         accept-language: *\r\nsec-fetch-mode: cors\r\naccept-encoding: gzip, deflate\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A sign-in as Logto sends it.
fn body(number: u64, now: UnixTime) -> String {
    let at = created_at(now);
    format!(
        r#"{{"event":"PostSignIn","interactionEvent":"SignIn","createdAt":"{at}","sessionId":"bench-session-{number:029}","userAgent":"Mozilla/5.0 (X11; Linux x86_64) Bench/1.0","userId":"2jnidrod69ht","userIp":"198.51.100.23","user":{{"id":"2jnidrod69ht","username":"bench_user","primaryEmail":"bench.user@example.com","primaryPhone":null,"name":"Bench User","avatar":null,"customData":{{"plan":"pro","seats":12}},"identities":{{}},"lastSignInAt":1795304580965,"createdAt":1795304580187,"updatedAt":1795304581064,"profile":{{}},"applicationId":"3cxt79o4kbdoz14wljzhp","cimdClientId":null,"isSuspended":false}},"application":{{"id":"3cxt79o4kbdoz14wljzhp","type":"SPA","name":"Bench SPA","description":"What the benchmark signs in to"}},"hookId":"o7s9sn5gbe07hdq69p1rr"}}"#
    )
}

/// RFC 3339 in UTC with milliseconds, as `createdAt` is written.
fn created_at(now: UnixTime) -> String {
    let time = time::OffsetDateTime::from_unix_timestamp(now.as_secs()).expect("a time of today");
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.000Z",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

fn mac(pieces: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY).expect("HMAC takes any key");
    for piece in pieces {
        mac.update(piece);
    }
    mac.finalize().into_bytes().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
