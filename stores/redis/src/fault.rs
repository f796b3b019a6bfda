//! What went wrong, without anything that could be secret.

use hookgate::dedup::StoreError;
use hookgate_store_kit::{Engine, Failure};
use redis::{ErrorKind, RedisError};

/// Its errors repeat neither an address nor a key.
pub(crate) const REDIS: Engine = Engine::named("Redis");

/// `maxmemory` is reached and nothing may be evicted.
const OUT_OF_MEMORY: &str = "OOM";

pub(crate) fn failure(error: RedisError) -> Failure {
    if error.is_timeout() {
        return StoreError::Timeout.into();
    }
    let repeat = error.is_io_error() || error.is_connection_dropped();
    let error = match (error.code(), error.kind()) {
        (Some(OUT_OF_MEMORY), _) => StoreError::Full,
        (Some(code), _) => REDIS.refused_with(code),
        (None, ErrorKind::AuthenticationFailed) => REDIS.refused_with("authentication failed"),
        (None, ErrorKind::UnexpectedReturnType | ErrorKind::Parse) => REDIS.unexpected(),
        (None, _) => REDIS.broken(),
    };
    Failure { error, repeat }
}
