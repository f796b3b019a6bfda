//! What stands in front of the token endpoint.

use std::{sync::Arc, time::Duration};

use http::HeaderValue;

use super::parameters::JSON;
use crate::{
    access::{Access, Gate, Networks, challenges_of},
    limits::{Allowance, BodyBounds},
    request::form::FORM,
    telemetry::Level,
    verdict::Terms,
};

/// Token requests that may be read at once, each at its limit.
const BODIES_IN_FLIGHT: usize = 256;
/// How long the access rule may take to get what it needs: as long as a receiver's.
const ACCESS_LIMIT: Duration = Duration::from_secs(2);

/// As in front of a receiver, but that what is read is a secret.
pub(super) fn gate(
    access: Option<Arc<dyn Access>>,
    networks: Option<Networks>,
    (limit, deadline): (usize, Duration),
) -> Gate {
    let allow = HeaderValue::from_static("POST");
    let in_flight = limit.saturating_mul(BODIES_IN_FLIGHT);
    Gate {
        methods: &["POST"],
        media_types: &[FORM, JSON],
        networks,
        access_timeout: ACCESS_LIMIT,
        #[cfg(feature = "gzip")]
        gzip: false,
        body: BodyBounds {
            limit,
            deadline,
            erased: true,
            in_flight: Allowance::new(in_flight, Level::unmetered()),
        },
        terms: Terms::new(allow, challenges_of(access.as_deref()), false),
        access,
    }
}
