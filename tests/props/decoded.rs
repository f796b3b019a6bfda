//! [`decoded`]: what a pack reads in a body, without a server.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use hookgate::{
    Receiver, UnixTime,
    access::AnyoneMayCall,
    dedup::MemoryStore,
    framework::{self, Outcome, Ran},
    pack::{Head, Provider},
    testing::FakeClock,
    time::Timer,
};
use sha2::{Digest, Sha256};

use super::{at_once, hex};

/// The event that `pack` reads in `body`, and its key at an endpoint called `test`. Otherwise the refusal's text. The
/// receiver asks for no credentials.
pub(crate) fn decoded<P>(pack: P, body: &str) -> Result<(P::Event, String), String>
where
    P: Provider<Event: Sync>,
{
    let receiver = Receiver::new("test", pack)
        .access(AnyoneMayCall)
        .dedup(MemoryStore::with_capacity(1))
        .build()
        .unwrap();
    decoded_by(&receiver, body)
}

/// As [`decoded`], by a receiver of the test's own.
pub(crate) fn decoded_by<E>(receiver: &Receiver, body: &str) -> Result<(E, String), String>
where
    E: Send + Sync + 'static,
{
    let headers = vec![("content-type", "application/json")];
    let head = Head::new("POST", "/", &headers);
    let timer: Arc<dyn Timer> = Arc::new(FakeClock::at(UnixTime::EPOCH));
    let body = Some(Bytes::copy_from_slice(body.as_bytes()));
    let admitted = at_once(receiver.judge().admit(head, body, &timer))
        .map_err(|rejection| rejection.to_string())?;
    let admitted = admitted.admitted().unwrap();
    let key = admitted.first().event_key().to_string();
    let event = Mutex::new(None);
    at_once(framework::handle(
        receiver.clone(),
        admitted,
        timer,
        |slot, _| {
            let taken = slot.take::<E>().ok();
            *event.lock().unwrap() = taken.map(|delivery| delivery.into_event());
            async {
                Ran::<()> {
                    outcome: Outcome::Processed,
                    reply: None,
                    status: None,
                }
            }
        },
    ));
    let event = event.into_inner().unwrap();
    Ok((event.unwrap(), key))
}

/// The frozen encoding of an event key, written down once more.
pub(crate) fn event_key(endpoint: &str, pack: &str, parts: &[&str]) -> String {
    let mut hash = Sha256::new_with_prefix("hookgate/key/v1");
    for part in [endpoint, "", pack].iter().chain(parts) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex(&hash.finalize())
}
