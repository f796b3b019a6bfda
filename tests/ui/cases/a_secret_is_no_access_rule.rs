use hookgate::{Receiver, Secret, providers::logto::Logto};

fn main() {
    let secret = Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES").unwrap();
    let _ = Receiver::new("logto", Logto::new(secret.clone())).access(secret);
}
