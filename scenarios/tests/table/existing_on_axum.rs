//! A handler on axum that was there before its receiver: as it was, and with verdicts.

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use hookgate::{Ack, Nack, Receiver};
use hookgate_axum::ReceiverExt;

use crate::existing::{BookError, Books, Payment, verdict};

impl IntoResponse for BookError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::UnknownOrder => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Database => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, self.to_string()).into_response()
    }
}

async fn on_payment(
    State(books): State<Books>,
    Json(payment): Json<Payment>,
) -> Result<StatusCode, BookError> {
    books.book(payment).await?;
    Ok(StatusCode::CREATED)
}

async fn on_payment_told(
    State(books): State<Books>,
    Json(payment): Json<Payment>,
) -> Result<Ack, Nack> {
    books.book(payment).await.map_err(verdict)?;
    Ok(Ack::processed())
}

pub(crate) fn routes(receiver: &Receiver, books: Books) -> Router {
    Router::new()
        .route("/payments", post(on_payment).layer(receiver.layer()))
        .route("/told", post(on_payment_told).layer(receiver.layer()))
        .with_state(books)
}
