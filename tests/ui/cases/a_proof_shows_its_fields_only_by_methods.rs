use hookgate::schemes::Verified;

fn forge(mut verified: Verified<'_>) {
    verified.signed_id = Some("another");
    let Verified { key_id, .. } = verified;
}

fn main() {
    let _ = forge;
}
