#![no_main]

#[path = "../bodies/github_form.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|input: &[u8]| body::run(input));
