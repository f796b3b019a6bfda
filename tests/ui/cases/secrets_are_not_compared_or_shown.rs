use hookgate::Secret;

fn main() {
    let secret = Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES").unwrap();
    let _ = secret == secret.clone();
    println!("{secret}");
}
