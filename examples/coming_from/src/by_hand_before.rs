//! A receiver of GitHub's pushes, written by hand: axum, `hmac`, and a set of ids.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{Books, Push};

struct Hook {
    secret: String,
    seen: Mutex<HashSet<String>>,
    books: Books,
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn is_signed(secret: &str, headers: &HeaderMap, body: &[u8]) -> bool {
    let signature = text(headers, "x-hub-signature-256")
        .and_then(|text| text.strip_prefix("sha256="))
        .and_then(|hex| const_hex::decode(hex).ok());
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
    let (Some(signature), Ok(mac)) = (signature, mac) else {
        return false;
    };
    mac.chain_update(body).verify_slice(&signature).is_ok()
}

async fn on_push(State(hook): State<Arc<Hook>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    if !is_signed(&hook.secret, &headers, &body) {
        return StatusCode::UNAUTHORIZED;
    }
    if text(&headers, "x-github-event") != Some("push") {
        return StatusCode::OK;
    }
    let Some(id) = text(&headers, "x-github-delivery") else {
        return StatusCode::BAD_REQUEST;
    };
    let is_new = hook.seen.lock().unwrap().insert(id.to_owned());
    if !is_new {
        return StatusCode::OK;
    }
    let Ok(push) = serde_json::from_slice::<Push>(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    match hook.books.book(&push.after).await {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

pub(crate) fn app(secret: &str, books: Books) -> Router {
    let hook = Arc::new(Hook {
        secret: secret.to_owned(),
        seen: Mutex::default(),
        books,
    });
    Router::new()
        .route("/webhooks/github", post(on_push))
        .with_state(hook)
}
