//! Errors that an application sees when it starts: they say which variable or setting it is, and never what is in it.
//!
//! Rust prints `Debug` of what `main` returns, so that reads as the text.

use std::{
    error::Error,
    ffi::OsStr,
    process::{Command, Stdio},
};

use hookgate::{
    BuildError, Receiver, Secret,
    access::{Access, ApiKey, Basic, HeaderSecrets},
    dedup::{MemoryStore, StoreError},
    keys::Encoding,
    providers::logto::Logto,
    tenants::KeySourceError,
    token::{Client, TokenIssuer},
};

use crate::props::{CANARY, logto, quiet};

const VARIABLE: &str = "HOOKGATE_TEST_SECRET";
/// Set in a process that the test below starts.
const AS: &str = "HOOKGATE_TEST_SECRET_AS";

/// The harness prints what a test returns as Rust prints what `main` returns.
#[test]
fn a_program_that_reads_its_secret() -> Result<(), Box<dyn Error>> {
    match std::env::var(AS).as_deref() {
        Ok("hex") => Secret::from_env_as(VARIABLE, Encoding::Hex)?,
        Ok(name) => Secret::from_env(name)?,
        // In the tests' own process.
        Err(_) => return Ok(()),
    };
    Ok(())
}

/// What the program above prints where the variable has this value.
fn printed_with(value: Option<&OsStr>, read_as: &str) -> String {
    let mut program = Command::new(std::env::current_exe().unwrap());
    program
        .args([
            "--exact",
            "--nocapture",
            "secrecy::starting::a_program_that_reads_its_secret",
        ])
        .env(AS, read_as)
        .stdin(Stdio::null());
    if let Some(value) = value {
        program.env(VARIABLE, value);
    }
    let output = program.output().unwrap();
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    quiet("output", &text);
    let line = text.lines().find_map(|line| line.split_once("Error: "));
    line.unwrap_or_else(|| panic!("{text}")).1.to_owned()
}

#[test]
fn the_error_of_a_variable_names_it_and_not_its_value() {
    let named = "the environment variable `HOOKGATE_TEST_SECRET`";
    let with = |value: &'static str, read_as| printed_with(Some(OsStr::new(value)), read_as);
    assert_eq!(
        with("\"CANARY\"", VARIABLE),
        format!("{named}: the secret begins or ends with white space or a quote; remove it")
    );
    assert_eq!(with("", VARIABLE), format!("{named}: the secret is empty"));
    assert_eq!(
        with("CANARY", "hex"),
        format!("{named}: the secret is not valid hexadecimal")
    );
    assert_eq!(printed_with(None, VARIABLE), format!("{named} is not set"));
    #[cfg(unix)]
    {
        let value = std::os::unix::ffi::OsStrExt::from_bytes(b"CANARY\xff");
        assert_eq!(
            printed_with(Some(value), VARIABLE),
            format!("{named} is not UTF-8")
        );
    }
}

#[test]
fn a_secret_that_stands_where_the_name_of_a_variable_should_is_not_shown() {
    for secret in [
        "canary4cl43gdtzpccdipnastkoyziwli9qles",
        "CanaryGdTZpcCdipNaStkoyZiwLi",
        "whsec_5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH",
        "canary+with/base64==",
        "4f5e6d",
        "",
    ] {
        let error = Secret::from_env(secret).unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(text.contains("not shown"), "{text}");
        assert!(secret.is_empty() || !text.contains(secret), "{text}");
    }
    for name in ["KEY", "logto_key", "LOGTO_KEY_2"] {
        let error = Secret::from_env(name).unwrap_err();
        assert!(error.to_string().contains(&format!("`{name}` is not set")));
    }
}

fn refused(access: impl Access) -> BuildError {
    let secret = Secret::utf8(logto::KEY).unwrap();
    let receiver = Receiver::new("test", Logto::new(secret)).dedup(MemoryStore::new());
    receiver.access(access).build().unwrap_err()
}

#[test]
fn the_error_of_a_credential_names_its_setting() {
    let issuer = TokenIssuer::new("https://hooks.example/token").client(Client::new("unico", ""));
    for (error, setting) in [
        (refused(ApiKey::header("x-api-key", "")), "the API key"),
        (
            refused(HeaderSecrets::new([("x-key", " CANARY")])),
            "the value of a header pair",
        ),
        (
            refused(Basic::new("CANARY", "")),
            "user and password of `Basic`",
        ),
        (
            issuer.build().unwrap_err(),
            "the secret of a client of the token endpoint",
        ),
    ] {
        assert!(error.to_string().starts_with(setting), "{error}");
    }
}

#[test]
fn errors_of_a_start_print_as_their_text() {
    let secret = Secret::utf8("CANARY ").unwrap_err();
    let behind = std::io::Error::other("postgres://app:CANARY@10.0.0.1/");
    let errors: [(Box<dyn Error>, &str); 5] = [
        (
            secret.clone().into(),
            "the secret begins or ends with white space or a quote; remove it",
        ),
        (
            BuildError::from(secret).into(),
            "a secret cannot be used: the secret begins or ends with white space or a quote; remove it",
        ),
        (
            BuildError::NoKey.into(),
            "no key: give the pack at least one secret",
        ),
        (
            StoreError::Unavailable("PostgreSQL refused (28P01, the login)".into()).into(),
            "the dedup store is unavailable: PostgreSQL refused (28P01, the login)",
        ),
        (
            KeySourceError::new(behind).into(),
            "the key source is unavailable",
        ),
    ];
    for (error, text) in errors {
        let printed = format!("{error:?}");
        assert_eq!(printed, text);
        assert!(printed.starts_with(&error.to_string()));
        assert!(!printed.contains(CANARY));
    }
}
