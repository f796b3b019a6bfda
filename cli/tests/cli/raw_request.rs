//! Signed requests as no client would write them: any target, any lines.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use hmac::{Hmac, KeyInit, Mac};
use hookgate::time::{Clock, SystemClock};
use serde_json::json;
use sha2::Sha256;

use crate::listening::{Listening, SECRETS};

pub(crate) const CLOSE: &str = "connection: close\r\n";
pub(crate) const JSON: &str = "content-type: application/json\r\n";

/// An event of Logto that occurs now.
pub(crate) fn logto_event(name: &str, session: &str) -> String {
    let created = SystemClock::new().now().to_rfc3339();
    json!({"event": name, "createdAt": created, "sessionId": session, "hookId": "h"}).to_string()
}

/// The MAC of a body, in hex.
pub(crate) fn logto_signature(body: &str) -> String {
    let (_, secret) = SECRETS
        .iter()
        .find(|(name, _)| *name == "LOGTO_SIGNING_KEY")
        .unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let mac = mac.finalize().into_bytes();
    mac.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Sends `body`, signed as Logto does, under this request target and with these lines beside its own. One of them
/// closes the connection. Gives the status line.
pub(crate) fn post(listening: &Listening, target: &str, lines: &str, body: &str) -> String {
    let signature = logto_signature(body);
    let lines = format!("{JSON}logto-signature-sha-256: {signature}\r\n{lines}");
    send(listening, "POST", target, &lines, body)
}

/// Sends `body` by this method, with these lines and only what HTTP needs.
pub(crate) fn send(
    listening: &Listening,
    method: &str,
    target: &str,
    lines: &str,
    body: impl AsRef<[u8]>,
) -> String {
    let body = body.as_ref();
    let authority = listening.url.strip_prefix("http://").unwrap();
    let request = format!(
        "{method} {target} HTTP/1.1\r\nHost: {authority}\r\ncontent-length: {}\r\n{lines}\r\n",
        body.len(),
    );
    let mut stream = TcpStream::connect(authority).unwrap();
    let request = [request.as_bytes(), body].concat();
    stream.write_all(&request).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}
