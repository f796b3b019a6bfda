#![no_main]

#[path = "../bodies/jwt_body_hash.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|input: &[u8]| body::run(input));
