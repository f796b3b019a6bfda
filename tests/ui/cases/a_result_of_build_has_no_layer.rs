use hookgate::{Receiver, Secret, dedup::MemoryStore, providers::logto::Logto};
use hookgate_axum::ReceiverExt;

fn main() {
    let secret = Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES").unwrap();
    let built = Receiver::new("logto", Logto::new(secret)).dedup(MemoryStore::new()).build();
    let _ = built.layer();
}
