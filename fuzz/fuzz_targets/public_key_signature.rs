#![no_main]

#[path = "../bodies/public_key_signature.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|input: &[u8]| body::run(input));
