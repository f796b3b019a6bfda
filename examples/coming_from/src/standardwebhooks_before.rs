//! A receiver on axum that verifies with `standardwebhooks`. `svix` has the same calls.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use standardwebhooks::{Webhook, WebhookError};

use crate::{Books, Invoice};

struct Hook {
    webhook: Webhook,
    books: Books,
}

async fn on_event(State(hook): State<Arc<Hook>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    if hook.webhook.verify(&body, &headers).is_err() {
        return StatusCode::UNAUTHORIZED;
    }
    let Ok(paid) = serde_json::from_slice::<Invoice>(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    match hook.books.book(&paid.invoice).await {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

pub(crate) fn app(secret: &str, books: Books) -> Result<Router, WebhookError> {
    let webhook = Webhook::new(secret)?;
    let hook = Arc::new(Hook { webhook, books });
    Ok(Router::new()
        .route("/webhooks/billing", post(on_event))
        .with_state(hook))
}
