//! The servers that are compared: one route, one thread that serves, no logging.

use hookgate::{
    Receiver, Secret,
    dedup::MemoryStore,
    providers::{logto::Logto, preset::Preset},
};

use crate::{by_hand::SignIn, deliveries::KEY, on_axum, peers};

/// Serves `variant`, such as `axum-logto` or `actix-standard-webhooks-by-hand`, until it is killed.
pub(crate) fn serve(variant: &str) {
    #[cfg(feature = "metrics")]
    crate::counting::install();
    match variant.split_once('-') {
        Some(("axum", subject)) => on_axum::serve(subject),
        #[cfg(feature = "actix")]
        Some(("actix", subject)) => crate::on_actix::serve(subject),
        _ => {
            let app = peers::app(variant).unwrap_or_else(|| panic!("no variant {variant}"));
            on_axum::run(app);
        }
    }
}

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
