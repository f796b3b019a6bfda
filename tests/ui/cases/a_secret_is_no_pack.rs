use hookgate::{Receiver, Secret};

fn main() {
    let secret = Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES").unwrap();
    let _ = Receiver::new("logto", secret);
}
