//! A handler on actix-web that was there before its receiver: as it was, and with verdicts.

use actix_web::{
    Error, HttpResponse,
    error::{ErrorInternalServerError, ErrorUnprocessableEntity},
    web,
};
use hookgate::{Ack, Nack, Receiver};
use hookgate_actix::ReceiverExt;

use crate::existing::{BookError, Books, Payment, verdict};

async fn on_payment(
    books: web::Data<Books>,
    payment: web::Json<Payment>,
) -> Result<HttpResponse, Error> {
    let booked = books.book(payment.into_inner()).await;
    booked.map_err(|error| match error {
        BookError::UnknownOrder => ErrorUnprocessableEntity(error),
        BookError::Database => ErrorInternalServerError(error),
    })?;
    Ok(HttpResponse::Created().finish())
}

async fn on_payment_told(
    books: web::Data<Books>,
    payment: web::Json<Payment>,
) -> Result<Ack, Nack> {
    let booked = books.book(payment.into_inner()).await;
    booked.map_err(verdict)?;
    Ok(Ack::processed())
}

pub(crate) fn routes(
    receiver: &Receiver,
    books: web::Data<Books>,
) -> impl Fn(&mut web::ServiceConfig) {
    let receiver = receiver.clone();
    move |config| {
        let hook = |path| web::resource(path).wrap(receiver.middleware());
        config
            .app_data(books.clone())
            .service(hook("/payments").route(web::post().to(on_payment)))
            .service(hook("/told").route(web::post().to(on_payment_told)));
    }
}
