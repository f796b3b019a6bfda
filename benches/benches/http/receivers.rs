//! The receivers that are compared, as an application sets them up.

use hookgate::{
    Receiver, Secret,
    dedup::MemoryStore,
    providers::{logto::Logto, preset::Preset},
};

use crate::{by_hand::SignIn, deliveries::KEY};

pub(crate) fn logto() -> Receiver {
    Receiver::new("bench", Logto::new(secret()))
        .dedup(MemoryStore::new())
        .build()
        .expect("the receiver is set up rightly")
}

pub(crate) fn standard_webhooks() -> Receiver {
    let pack = Preset::standard_webhooks(secret()).events::<SignIn>();
    Receiver::new("bench", pack)
        .dedup(MemoryStore::new())
        .build()
        .expect("the receiver is set up rightly")
}

pub(crate) fn secret() -> Secret {
    Secret::bytes(KEY).expect("the key is not empty")
}
