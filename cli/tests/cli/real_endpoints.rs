//! The command against the library's own token endpoint, and over TLS.

use std::{fs, net::SocketAddr, path::Path, sync::Arc};

use axum::Router;
use hookgate::{
    Secret,
    dedup::MemoryStore,
    keys::{JwsAlgorithm, VerifyingKey},
    token::{Assertion, Client, SigningKey, TokenIssuer},
};
use hookgate_axum::TokenIssuerExt;
use rcgen::CertifiedKey;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    runtime::Runtime,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

use crate::{
    command::hookgate,
    listening::{Listening, send, sent},
};

const CLIENT_SECRET: &str = "s3cret/of the client: 100 %";
const TOKEN_SECRET: &str = "s3cret of the tokens, of 32 bytes";
const AUDIENCE: &str = "https://hooks.example";

fn certified(name: &str) -> CertifiedKey<rcgen::KeyPair> {
    rcgen::generate_simple_self_signed([name.to_owned()]).unwrap()
}

fn write(directory: &Path, name: &str, text: &str) -> String {
    let path = directory.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A token endpoint for the clients `unico` and `signing`, the user `operator` and the certificate of `unico-check`, and its address.
fn token_endpoint(runtime: &Runtime, certificate: &str) -> String {
    let secret = Secret::utf8(TOKEN_SECRET).unwrap();
    let key = VerifyingKey::pem(certificate, [JwsAlgorithm::Es256]);
    let assertion = Assertion::of("unico-check", key.clone())
        .audience(AUDIENCE)
        .subject("unico-check");
    serve(runtime, |_| {
        TokenIssuer::new(AUDIENCE)
            .signing_key(SigningKey::secret(&secret).unwrap())
            .client(Client::new("unico", CLIENT_SECRET).scope("webhooks"))
            .client(Client::private_key_jwt("signing", key.clone()))
            .replay_store(MemoryStore::new())
            .user(Client::new("operator", CLIENT_SECRET))
            .assertion(assertion)
            .build()
            .unwrap()
    })
}

/// Serves the endpoint that `issuer` makes for its address, and gives that.
fn serve(runtime: &Runtime, issuer: impl FnOnce(&str) -> TokenIssuer) -> String {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}/token", listener.local_addr().unwrap());
    let app = Router::new().route("/token", issuer(&url).route());
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    runtime.spawn(async move { axum::serve(listener, app).await });
    url
}

#[test]
fn the_librarys_endpoint_gives_a_token_for_every_grant() {
    let runtime = Runtime::new().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let client = certified("unico-check");
    let url = token_endpoint(&runtime, &client.cert.pem());
    let key = write(
        directory.path(),
        "key.pem",
        &client.signing_key.serialize_pem(),
    );
    let common = ["token", "--json", "--from", &url, "--client-id"];
    let ask = |arguments: &[&str], secret: &str| -> (Option<i32>, Value) {
        let output = hookgate(&[&common[..], arguments].concat())
            .env("HOOKGATE_CLIENT_SECRET", secret)
            .output()
            .unwrap();
        let shown = serde_json::from_slice(&output.stdout);
        (
            output.status.code(),
            shown.unwrap_or_else(|_| panic!("{output:?}")),
        )
    };
    let signs = ["--client-auth", "private-key-jwt", "--private-key", &key];
    for grant in [
        &["unico", "idcloud"][..],
        &[
            "unico",
            "facephi",
            "--client-auth",
            "body",
            "--scope",
            "webhooks",
        ],
        &["operator", "unico-check", "--grant", "user-password"],
        &[
            "unico-check",
            "unico-check",
            "--private-key",
            &key,
            "--audience",
            AUDIENCE,
        ],
        &[&["signing"][..], &signs, &["--audience", AUDIENCE]].concat(),
    ] {
        let (status, shown) = ask(grant, CLIENT_SECRET);
        assert_eq!(status, Some(0), "{grant:?}: {shown}");
        assert_eq!(shown["claims"]["iss"], AUDIENCE, "{grant:?}");
        assert_eq!(shown["claims"]["sub"], Value::Null);
        assert_eq!(shown["algorithm"], "HS256");
    }
    for (arguments, secret, error) in [
        (&["unico", "idcloud"][..], "wrong", "invalid_client"),
        (
            &["unico", "idcloud", "--scope", "all"],
            CLIENT_SECRET,
            "invalid_scope",
        ),
        (
            &[
                "unico-check",
                "unico-check",
                "--private-key",
                &key,
                "--subject",
                "other",
                "--audience",
                AUDIENCE,
            ],
            "",
            "invalid_grant",
        ),
        // For the endpoint's address instead of the issuer, and for another client.
        (&[&["signing"][..], &signs].concat(), "", "invalid_client"),
        (
            &[&["unico"][..], &signs, &["--audience", AUDIENCE]].concat(),
            "",
            "invalid_client",
        ),
    ] {
        let (status, shown) = ask(arguments, secret);
        assert_eq!((status, &shown["error"]), (Some(1), &json!(error)));
    }
}

/// The command of the guide, against an endpoint that is set up as in the example: with both fields of Unico's form.
#[test]
fn the_guides_command_gets_a_token_from_the_examples_endpoint() {
    let runtime = Runtime::new().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let unico = certified("unico-check");
    let key = VerifyingKey::pem(unico.cert.pem(), [JwsAlgorithm::Es256]);
    let assertion = Assertion::of("unico-check", key)
        .allow_missing_audience()
        .subject("unico-check")
        .version("1");
    let url = serve(&runtime, |url| {
        TokenIssuer::new(url).assertion(assertion).build().unwrap()
    });
    let file = write(directory.path(), "key", &unico.signing_key.serialize_pem());

    let guide = include_str!("../../../docs/unico-check.md");
    let command = guide
        .lines()
        .find_map(|line| line.strip_prefix("$ hookgate token "));
    let command = command.unwrap().replace("unico.key", &file);
    let command = command.replace("http://127.0.0.1:3000/token", &url);
    let arguments: Vec<&str> = command.split(' ').collect();
    let ask = |arguments: &[&str]| hookgate(&[&["token", "--json"], arguments].concat()).output();
    let output = ask(&arguments).unwrap();
    assert!(output.status.success(), "{output:?}");

    for wrong in ["", "2"] {
        let command = command.replace("--ver 1", &format!("--ver={wrong}"));
        let output = ask(&command.split(' ').collect::<Vec<_>>()).unwrap();
        let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(shown["error"], "invalid_grant", "{wrong}");
    }
    let command = command.replace("--ver 1 ", "");
    let output = ask(&command.split(' ').collect::<Vec<_>>()).unwrap();
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(shown["error"], "invalid_grant", "without a version");
}

#[test]
fn a_receiver_takes_events_with_a_token_of_the_endpoint() {
    let runtime = Runtime::new().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let url = token_endpoint(&runtime, &certified("unico").cert.pem());
    let rule = json!({"access": {"bearer": {
        "secret": format!("utf8:{TOKEN_SECRET}"),
        "algorithms": ["HS256"],
        "issuer": AUDIENCE,
        "audience": AUDIENCE,
        "scopes": ["webhooks"],
    }}});
    let settings = write(directory.path(), "settings.json", &rule.to_string());
    let secret = write(directory.path(), "secret", CLIENT_SECRET);
    for provider in ["idcloud", "facephi"] {
        let event = match provider {
            "facephi" => "id_captured",
            _ => "process_finished",
        };
        let listening = Listening::start(provider, &["--json", "--settings", &settings]);
        let output = hookgate(&[
            "send",
            provider,
            event,
            "--to",
            &listening.url,
            "--json",
            "--count",
            "3",
            "--token-url",
            &url,
            "--client-id",
            "unico",
        ])
        .env(
            "HOOKGATE_CLIENT_SECRET",
            fs::read_to_string(&secret).unwrap(),
        )
        .env("FACEPHI_SECRET", "s3cretOfFacephi")
        .output()
        .unwrap();
        assert!(output.status.success(), "{output:?}");
        assert_eq!(sent(&output).1["accepted"], 3);
        assert_eq!(listening.stop().events.len(), 3, "{provider}");
    }
}

/// An `https` receiver that answers 204, and its address.
fn tls_receiver(runtime: &Runtime, identity: &CertifiedKey<rcgen::KeyPair>) -> String {
    let key = PrivatePkcs8KeyDer::from(identity.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![identity.cert.der().clone()], PrivateKeyDer::Pkcs8(key))
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let port = listener.local_addr().unwrap().port();
    runtime.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A client that does not trust us leaves here.
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let mut request = vec![0; 16 * 1024];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await;
            let _ = stream.shutdown().await;
        }
    });
    format!("https://localhost:{port}/hook")
}

#[test]
fn https_is_spoken_with_whom_it_trusts() {
    let runtime = Runtime::new().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let identity = certified("localhost");
    let url = tls_receiver(&runtime, &identity);
    let root = write(directory.path(), "root.pem", &identity.cert.pem());
    let to = ["logto", "PostSignIn", "--to", &url, "--json"];
    let trusted = send(&[&to[..], &["--ca", &root]].concat());
    assert!(trusted.status.success(), "{trusted:?}");
    let stranger = send(&to);
    assert_eq!(stranger.status.code(), Some(1));
    assert_eq!(sent(&stranger).1["answers"], json!({"tls": 1}));
    let other = write(
        directory.path(),
        "other.pem",
        &certified("localhost").cert.pem(),
    );
    let wrong = send(&[&to[..], &["--ca", &other]].concat());
    assert_eq!(sent(&wrong).1["answers"], json!({"tls": 1}));
}
