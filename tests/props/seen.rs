//! [`Seen`]: what a receiver of a known sender makes of one request.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use hookgate::{
    Delivery, EventKey, Keyring, Receiver, Rejection, UnixTime,
    access::AnyoneMayCall,
    dedup::MemoryStore,
    framework::{self, DeliverySlot, Handled, Outcome, Ran},
    pack::Provider,
    providers::{
        facephi::Facephi,
        idcloud::IdCloud,
        known::{KnownSender, OpenSettings},
        logto::Logto,
        preset::Preset,
        sns::AmazonSns,
        unico_check::UnicoCheck,
    },
    simulator::Sent,
    testing::FakeClock,
    time::Timer,
};
use http::StatusCode;

use super::{
    presets::{head_of, open_of},
    sns,
};

/// The name of the receiver: part of its event keys.
pub(crate) const ENDPOINT: &str = "hook";

/// What a receiver makes of a request that it takes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    pub(crate) counted: Counted,
    pub(crate) claimed_type: Option<String>,
    pub(crate) payload: Bytes,
}

/// What decides about an event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Counted {
    pub(crate) key: EventKey,
    pub(crate) event_type: Option<String>,
    pub(crate) signed_id: Option<String>,
    pub(crate) sent_at: Option<UnixTime>,
    pub(crate) occurred_at: Option<UnixTime>,
}

/// Why it takes a request for none of its sender's.
#[derive(Debug, PartialEq)]
pub(crate) struct Refused {
    pub(crate) why: Rejection,
    pub(crate) status: StatusCode,
}

impl Seen {
    /// At the endpoint of its sender.
    pub(crate) async fn by(
        sender: &KnownSender,
        keys: &Keyring,
        now: UnixTime,
        sent: Sent,
    ) -> Result<Self, Refused> {
        Self::by_with(sender, keys, open_of(sender), now, sent).await
    }

    /// At an endpoint of its sender with these settings.
    pub(crate) async fn by_with(
        sender: &KnownSender,
        keys: &Keyring,
        open: OpenSettings,
        now: UnixTime,
        sent: Sent,
    ) -> Result<Self, Refused> {
        let keys = keys.clone();
        match sender.name {
            "facephi" => Self::by_pack(Facephi::new(keys), now, sent).await,
            "idcloud" => Self::by_pack(IdCloud::new(), now, sent).await,
            "logto" => Self::by_pack(Logto::new(keys), now, sent).await,
            "sns" => Self::by_pack(AmazonSns::signed_by([sns::TOPIC], keys), now, sent).await,
            "unico-check" => Self::by_pack(UnicoCheck::new(), now, sent).await,
            _ => {
                let preset = Preset::of(sender, keys).open_settings(open);
                Self::by_pack(preset, now, sent).await
            }
        }
    }

    pub(crate) async fn by_pack<P: Provider>(
        pack: P,
        now: UnixTime,
        sent: Sent,
    ) -> Result<Self, Refused> {
        let clock = FakeClock::at(now);
        let timer: Arc<dyn Timer> = Arc::new(clock.clone());
        let receiver = Receiver::new(ENDPOINT, pack)
            .access(AnyoneMayCall)
            .dedup(MemoryStore::with_clock(10, clock.clone()))
            .clock(clock)
            .build()
            .unwrap();
        let head = head_of(&sent);
        let judged = receiver
            .judge()
            .admit(head, Some(sent.body.clone()), &timer)
            .await;
        let admitted = match judged {
            Ok(judged) => judged.admitted().unwrap(),
            Err(why) => {
                let status = receiver.judge().refusal(&why).status();
                return Err(Refused { why, status });
            }
        };
        let taken = Arc::new(Mutex::new(None));
        let place = taken.clone();
        let run = move |slot: DeliverySlot, _| async move {
            let delivery: Delivery<P::Event> = slot.take().unwrap();
            *place.lock().unwrap() = Some(Self::from(delivery));
            Ran {
                outcome: Outcome::Processed,
                reply: None::<()>,
                status: None,
            }
        };
        let handled = framework::handle(receiver, admitted, timer, run).await;
        assert!(matches!(handled, Handled::Answer(_)));
        let seen = taken.lock().unwrap().take();
        Ok(seen.unwrap())
    }
}

impl<E> From<Delivery<E>> for Seen {
    fn from(delivery: Delivery<E>) -> Self {
        let claimed = delivery.claimed_type();
        Self {
            counted: Counted {
                key: *delivery.event_key(),
                event_type: delivery.event_type().map(str::to_owned),
                signed_id: delivery.signed_id().map(str::to_owned),
                sent_at: delivery.sent_at(),
                occurred_at: delivery.occurred_at(),
            },
            claimed_type: claimed.map(|it| (*it.trust_unsigned()).to_owned()),
            payload: delivery.payload().clone(),
        }
    }
}
