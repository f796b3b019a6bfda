//! The code that somebody writes without hookgate: verify, parse, answer. Copies are handled again.

use std::{sync::OnceLock, time::SystemTime};

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use hookgate::{UnixTime, providers::logto};
use serde::Deserialize;
use sha2::Sha256;

use crate::deliveries::KEY;

const OK: u16 = 200;
const BAD_REQUEST: u16 = 400;
const UNAUTHORIZED: u16 = 401;

/// What the handlers of the Standard Webhooks pair read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignIn {
    event: String,
    created_at: String,
    session_id: String,
    user_id: String,
    user_ip: String,
    user: User,
    hook_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    id: String,
    username: Option<String>,
    primary_email: Option<String>,
    name: Option<String>,
    last_sign_in_at: Option<i64>,
    is_suspended: bool,
}

impl SignIn {
    /// Touches every member, so that no parse is optimised away.
    pub(crate) fn weight(&self) -> usize {
        let texts = [
            &self.event,
            &self.created_at,
            &self.session_id,
            &self.user_id,
            &self.user_ip,
            &self.hook_id,
            &self.user.id,
        ];
        let optional = [
            &self.user.username,
            &self.user.primary_email,
            &self.user.name,
        ];
        texts.iter().map(|text| text.len()).sum::<usize>()
            + optional.iter().filter(|text| text.is_some()).count()
            + usize::from(self.user.is_suspended)
            + usize::from(self.user.last_sign_in_at.is_some())
    }
}

fn keyed() -> &'static Hmac<Sha256> {
    static KEYED: OnceLock<Hmac<Sha256>> = OnceLock::new();
    KEYED.get_or_init(|| Hmac::new_from_slice(KEY).expect("HMAC takes any key"))
}

/// The status for a delivery of Logto.
pub(crate) fn logto(signature: Option<&[u8]>, body: &[u8]) -> u16 {
    let Some(signature) = signature else {
        return UNAUTHORIZED;
    };
    let mut wanted = [0; 32];
    if const_hex::decode_to_slice(signature, &mut wanted).is_err() {
        return UNAUTHORIZED;
    }
    let mut mac = keyed().clone();
    mac.update(body);
    if mac.verify_slice(&wanted).is_err() {
        return UNAUTHORIZED;
    }
    match logto::Event::from_slice(body) {
        Ok(logto::Event::PostSignIn(_)) => OK,
        _ => BAD_REQUEST,
    }
}

/// The status for a delivery by Standard Webhooks. `text` looks a header up.
pub(crate) fn standard_webhooks<'a>(
    text: impl Fn(&'static str) -> Option<&'a str>,
    body: &[u8],
) -> u16 {
    let (Some(id), Some(at), Some(signature)) = (
        text("webhook-id"),
        text("webhook-timestamp"),
        text("webhook-signature"),
    ) else {
        return UNAUTHORIZED;
    };
    let now = UnixTime::from_system(SystemTime::now()).as_secs();
    if at.parse().is_ok_and(|at: i64| (now - at).abs() > 300) {
        return UNAUTHORIZED;
    }
    let mut mac = keyed().clone();
    for piece in [id, ".", at, "."] {
        mac.update(piece.as_bytes());
    }
    mac.update(body);
    let computed: [u8; 32] = mac.finalize().into_bytes().into();
    let right = signature.split(' ').any(|one| {
        one.strip_prefix("v1,")
            .and_then(|one| STANDARD.decode(one).ok())
            .is_some_and(|one| subtle::ConstantTimeEq::ct_eq(&one[..], &computed[..]).into())
    });
    if !right {
        return UNAUTHORIZED;
    }
    match serde_json::from_slice::<SignIn>(body) {
        Ok(event) if event.weight() > 0 => OK,
        _ => BAD_REQUEST,
    }
}
