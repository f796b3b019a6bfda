//! Amazon SNS passes the table on both frameworks, with a certificate that is fetched from a server on the own machine.

use hookgate::{
    Receiver,
    keys::JwsAlgorithm,
    providers::sns::{AmazonSns, Notification, SnsCertificates},
    schemes::SnsConfig,
    testing::{Asked, Bench, Scenario, senders},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::{
    application::{OPEN, PATH},
    right::{on_both, pass_but},
};

const TOPIC: &str = "arn:aws:sns:us-west-2:131990247566:orders";

/// Serves this text at every path, until the test ends. Gives its address.
async fn serving(text: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let length = text.len();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(stream.read_u8().await.unwrap());
            }
            stream
                .write_all((head.clone() + &text).as_bytes())
                .await
                .unwrap();
        }
    });
    address
}

#[tokio::test]
async fn amazon_sns_passes_with_a_certificate_that_is_fetched() {
    let vectors = include_str!("../../../tests/vectors/sns/own.json");
    let vectors: Value = serde_json::from_str(vectors).unwrap();
    let text = |name: &str| vectors[name].as_str().unwrap().to_owned();
    let address = serving(text("by_root")).await;
    let receiver = |_: &Bench| {
        let certificates = SnsCertificates::trusting_the_fetch().mirror(&address);
        Receiver::new("orders", AmazonSns::new([TOPIC], certificates))
    };
    let other = include_str!("../../../tests/vectors/signed_request/other.key.pem");
    let body =
        |asked: &Asked<'_>| json!({ "id": asked.id(), "name": asked.personal() }).to_string();
    let sender = || {
        let keys = [text("private_key"), other.to_owned()];
        let config = SnsConfig::new([TOPIC]);
        senders::signed_request(PATH, config, JwsAlgorithm::Rs256, keys, body).unwrap()
    };
    let reports = on_both::<Notification, _>(receiver, sender, None).await;
    pass_but(
        reports,
        &[
            OPEN[0],
            OPEN[1],
            Scenario::UnknownType,
            Scenario::RotatedKey,
        ],
    );
}
