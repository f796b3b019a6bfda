//! Logto's webhooks in a function of AWS Lambda. `docs/lambda.md` says what differs there.
//!
//! ```sh
//! LOGTO_SIGNING_KEY=… REDIS_URL=rediss://… cargo lambda watch -p lambda
//! ```

mod function;
#[cfg(test)]
mod tests;

use hookgate::{Secret, providers::logto::Logto};
use hookgate_redis::RedisStore;
use lambda_http::{Error, Request, service_fn};

use crate::function::{Function, receiver};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    // Lambda keeps what is written to standard error. It has no colours.
    tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .init();
    let pack = Logto::new(Secret::from_env("LOGTO_SIGNING_KEY")?);
    // Each concurrent request has a process of its own, so the store is one that they share.
    let store = RedisStore::connect(&std::env::var("REDIS_URL")?).await?;
    let function = Function::new(receiver("logto", pack).dedup(store).build()?);
    lambda_http::run(service_fn(|request: Request| function.answer(request))).await
}
