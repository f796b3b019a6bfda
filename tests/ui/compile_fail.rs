//! Programs that must not compile, and what the compiler says of them.
//!
//! The texts are those of the toolchain in use. After an update write them anew with
//! `TRYBUILD=overwrite cargo test -p hookgate-ui-tests`, and read what changed.

#[test]
fn wrong_programs_do_not_compile() {
    trybuild::TestCases::new().compile_fail("cases/*.rs");
}
