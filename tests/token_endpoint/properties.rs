//! Every request is judged.

use std::task::Poll;

use hookgate::{
    dedup::MemoryStore,
    token::{Client, TokenAnswer},
};
use proptest::prelude::*;

use super::{assertions::of_owner, private_key_jwt::signing_client};
use crate::props::{
    endpoint::{Endpoint, FORM, JSON, body},
    poll,
};

/// Requests that are near enough to a token request to come far.
fn near_requests() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![
        Just("grant_type=client_credentials".to_owned()),
        Just("client_id=unico".to_owned()),
        Just("client_secret=".to_owned()),
        Just("&".to_owned()),
        Just("%".to_owned()),
        Just(r#"{"grant_type":"#.to_owned()),
        Just(r#""urn:ietf:params:oauth:grant-type:jwt-bearer","#.to_owned()),
        Just(r#""assertion":"a.b.c"}"#.to_owned()),
        Just("client_assertion=a.b.c".to_owned()),
        Just(
            "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
                .to_owned()
        ),
        "\\PC{0,8}",
    ];
    prop_oneof![
        proptest::collection::vec(pieces, 0..12).prop_map(|all| all.concat().into_bytes()),
        proptest::collection::vec(any::<u8>(), 0..64),
    ]
}

proptest! {
    #[test]
    fn any_body_is_judged_and_none_without_the_secret_gets_a_token(
        body in near_requests(),
        authorization in proptest::option::of("(Basic )?[ -~]{0,24}"),
        is_json in any::<bool>(),
    ) {
        let endpoint = Endpoint::of(|builder| {
            builder
                .client(Client::new("unico", "s3cr+t&:%"))
                .client(signing_client("signer"))
                .assertion(of_owner("owner.pub"))
                .replay_store(MemoryStore::new())
        });
        let mut headers = vec![("content-type", if is_json { JSON } else { FORM })];
        headers.extend(authorization.as_deref().map(|value| ("authorization", value)));
        let mut answer = std::pin::pin!(endpoint.post(&headers, body));
        let Poll::Ready(answer) = poll(answer.as_mut()) else {
            return Err(TestCaseError::fail("nothing here has to wait"));
        };
        prop_assert!(matches!(answer.status().as_u16(), 400 | 401), "{answer:?}");
        prop_assert!(body_is_one_error(&answer));
    }
}

fn body_is_one_error(answer: &TokenAnswer) -> bool {
    let members = body(answer);
    let members = members.as_object().unwrap();
    members.len() == 1 && members["error"].is_string()
}
