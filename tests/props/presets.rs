//! Requests that senders of presets publish, and the presets that take them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use hmac::{KeyInit, Mac};
use hookgate::{
    Delivery, EventKey, Receiver, Rejection, Secret, UnixTime,
    dedup::MemoryStore,
    framework::{self, Admitted, DeliverySlot, Handled, Outcome, Ran},
    json::{Json, Payload},
    pack::Head,
    providers::{
        known::{self, KnownSender},
        preset::Preset,
    },
    testing::FakeClock,
    time::Timer,
};
use serde::Deserialize;

type Headers = Vec<(String, String)>;

#[derive(Clone, Deserialize)]
pub(crate) struct Vector {
    pub(crate) preset: String,
    pub(crate) origin: String,
    pub(crate) secret: String,
    pub(crate) at: Option<i64>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

pub(crate) fn vectors(preset: &str) -> Vec<Vector> {
    let all: Vec<Vector> = serde_json::from_str(include_str!("../vectors/presets.json")).unwrap();
    all.into_iter()
        .filter(|vector| vector.preset == preset)
        .collect()
}

/// The senders that need no pack of their own.
pub(crate) fn presets() -> impl Iterator<Item = &'static KnownSender> {
    known::ALL
        .iter()
        .copied()
        .filter(|sender| sender.sample.is_some())
}

impl Vector {
    pub(crate) fn sender(&self) -> &'static KnownSender {
        known::find(&self.preset).unwrap()
    }

    pub(crate) fn secret(&self) -> Secret {
        let encoding = self.sender().secret.unwrap().encoding;
        Secret::parse(&self.secret, encoding).unwrap()
    }

    pub(crate) fn preset(&self) -> Preset {
        Preset::of(self.sender(), self.secret())
    }

    pub(crate) fn clock(&self) -> FakeClock {
        FakeClock::at(UnixTime::from_secs(self.at.unwrap_or(1_700_000_000)))
    }

    pub(crate) fn with_header(&self, name: &str, value: &str) -> Self {
        let mut changed = self.clone();
        changed.headers.insert(name.to_owned(), value.to_owned());
        changed
    }

    /// Signed anew over another body, through the receiver's own secret.
    pub(crate) fn resigned(&self, header: &str, prefix: &str, signed: &str, body: &str) -> Self {
        let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(self.secret.as_bytes()).unwrap();
        mac.update(signed.as_bytes());
        let signature = const_hex::encode(mac.finalize().into_bytes());
        let mut changed = self.with_header(header, &format!("{prefix}{signature}"));
        changed.body = body.to_owned();
        changed
    }

    pub(crate) async fn admit(&self) -> Result<(Receiver, Admitted, Arc<dyn Timer>), Rejection> {
        let clock = self.clock();
        let timer: Arc<dyn Timer> = Arc::new(clock.clone());
        let receiver = Receiver::new("presets", self.preset())
            .dedup(MemoryStore::with_clock(10, clock.clone()))
            .clock(clock)
            .build()
            .unwrap();
        let headers: Headers = self.headers.clone().into_iter().collect();
        let head = Head::new("POST", "/", &headers);
        let body = Some(Bytes::from(self.body.clone()));
        let admitted = receiver.judge().admit(head, body, &timer).await?;
        let admitted = admitted.admitted().unwrap();
        Ok((receiver, admitted, timer))
    }

    pub(crate) async fn key(&self) -> EventKey {
        *self.admit().await.unwrap().1.first().event_key()
    }

    pub(crate) async fn delivery(&self) -> Delivery<Payload<Json>> {
        let (receiver, admitted, timer) = self.admit().await.unwrap();
        let taken = Arc::new(Mutex::new(None));
        let place = taken.clone();
        let run = move |slot: DeliverySlot, _| async move {
            *place.lock().unwrap() = Some(slot.take().unwrap());
            Ran {
                outcome: Outcome::Processed,
                reply: None::<()>,
                status: None,
            }
        };
        let handled = framework::handle(receiver, admitted, timer, run).await;
        assert!(matches!(handled, Handled::Answer(_)));
        let delivery = taken.lock().unwrap().take();
        delivery.unwrap()
    }
}

/// A delivery of Stripe with this body, signed.
pub(crate) fn stripe(body: &str) -> Vector {
    let vector = vectors("stripe").remove(0);
    let at = vector.at.unwrap();
    vector.resigned(
        "stripe-signature",
        &format!("t={at},v1="),
        &format!("{at}.{body}"),
        body,
    )
}

/// A delivery of Linear with this body, signed.
pub(crate) fn linear(body: &str) -> Vector {
    vectors("linear")
        .remove(0)
        .resigned("linear-signature", "", body, body)
}
