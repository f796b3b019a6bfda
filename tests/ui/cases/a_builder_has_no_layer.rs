//! `build()?` is missing, or its `?`.

use hookgate::{Receiver, Secret, dedup::MemoryStore, providers::logto::Logto};
use hookgate_axum::ReceiverExt;

fn main() {
    let secret = Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES").unwrap();
    let builder = Receiver::new("logto", Logto::new(secret.clone())).dedup(MemoryStore::new());
    let _ = builder.layer();
    let builder = Receiver::new("logto", Logto::new(secret)).dedup(MemoryStore::new());
    let _ = builder.build().layer();
}
