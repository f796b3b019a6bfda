#![no_main]

#[path = "../bodies/signed_request.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|input: &[u8]| body::run(input));
