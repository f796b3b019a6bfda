//! Clients: who gets a token, who does not, and what the token opens.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use hookgate::{
    access::Denied,
    token::{Client, TokenSimulator},
};
use serde_json::json;

use super::assertions;
use crate::props::endpoint::{Endpoint, FORM, JSON, NOW, RIGHT, body, header, refused, token};

#[tokio::test]
async fn a_client_gets_a_token_that_opens_the_receiver_until_it_ends() {
    let endpoint = Endpoint::client();
    let answer = endpoint.form(RIGHT).await;
    let told = body(&answer);
    assert_eq!(told["token_type"], "Bearer");
    assert_eq!(told["expires_in"], 600);
    assert_eq!(told["scope"], "webhooks");
    assert_eq!(header(&answer, "cache-control"), Some("no-store"));
    let rule = endpoint.issuer.bearer().scope("webhooks");
    let token = token(&answer);
    assert_eq!(endpoint.judge(&rule, &token), Ok(()));
    let strict = rule.leeway(Duration::ZERO);
    endpoint.clock.advance(Duration::from_secs(599));
    assert_eq!(endpoint.judge(&strict, &token), Ok(()));
    endpoint.clock.advance(Duration::from_secs(1));
    assert_eq!(endpoint.judge(&strict, &token), Err(Denied::Wrong));
}

#[tokio::test]
async fn a_client_may_show_its_secret_by_basic_or_in_the_body_as_form_or_json() {
    let endpoint = Endpoint::client();
    let unico = || TokenSimulator::client("unico", "s3cr+t&:%");
    for simulator in [
        unico(),
        unico().in_json(),
        TokenSimulator::client_by_basic("unico", "s3cr+t&:%"),
        TokenSimulator::client_by_basic("unico", "s3cr+t&:%").in_json(),
    ] {
        assert!(endpoint.opens(&endpoint.send(simulator.request(NOW)).await));
    }
    // Many clients leave out the encoding that RFC 6749 wants inside Basic.
    let plain = format!("Basic {}", BASE64_STANDARD.encode("unico:s3cr+t&:%"));
    let headers = [("content-type", FORM), ("authorization", &plain)];
    let body = "grant_type=client_credentials&unknown=1";
    assert!(endpoint.opens(&endpoint.post(&headers, body).await));
}

/// Id and secret can be read in both ways, and mean something else in each.
#[tokio::test]
async fn basic_without_the_encoding_of_rfc_6749_is_taken_where_it_could_be_encoded_too() {
    let endpoint = Endpoint::of(|builder| {
        builder
            .client(Client::new("our+client", "50%25+1").scope("webhooks"))
            .client(Client::new("other client", "x").scope("webhooks"))
    });
    let simulator = TokenSimulator::client_by_basic("our+client", "50%25+1");
    assert!(endpoint.opens(&endpoint.send(simulator.request(NOW)).await));
    let post = async |pair: &str, more: &str| {
        let basic = format!("Basic {}", BASE64_STANDARD.encode(pair));
        let headers = [("content-type", FORM), ("authorization", &basic)];
        let body = format!("grant_type=client_credentials{more}");
        endpoint.post(&headers, body).await
    };
    let encoded = "our%2Bclient:50%2525%2B1";
    for pair in ["our+client:50%25+1", encoded] {
        // The body may name the client too, if it names the same one.
        for more in ["", "&client_id=our%2Bclient"] {
            assert!(endpoint.opens(&post(pair, more).await), "{pair}{more}");
        }
        // "our client" is what the header says in its other reading, in which it is nobody's.
        for other in ["other+client", "our", "our+client"] {
            let answer = post(pair, &format!("&client_id={other}")).await;
            refused(&answer, 400, "invalid_request");
        }
    }
    // Both halves are read in one way.
    for mixed in ["our+client:50%2525%2B1", "our%2Bclient:50%25+1"] {
        refused(&post(mixed, "").await, 401, "invalid_client");
    }
}

#[tokio::test]
async fn what_can_be_read_in_two_ways_is_refused() {
    let endpoint = Endpoint::client();
    for twice in [
        "client_id=unico",
        "scope=a&scope=b",
        "grant_type=x",
        "x=1&x=1",
    ] {
        let answer = endpoint.form(&format!("{RIGHT}&{twice}")).await;
        refused(&answer, 400, "invalid_request");
    }
    for unreadable in ["%", "a=%C3", "a=%zz"] {
        let answer = endpoint.form(&format!("{RIGHT}&{unreadable}")).await;
        refused(&answer, 400, "invalid_request");
    }
    let many: String = (0..100).map(|number| format!("&p{number}=1")).collect();
    refused(
        &endpoint.form(&format!("{RIGHT}{many}")).await,
        400,
        "invalid_request",
    );
    for body in [
        r#"{"grant_type":"client_credentials","grant_type":"client_credentials"}"#,
        r#"{"grant_type":1}"#,
        r#"["grant_type"]"#,
        "{",
        "",
    ] {
        let answer = endpoint.post(&[("content-type", JSON)], body).await;
        refused(&answer, 400, "invalid_request");
    }
    let pair = format!("Basic {}", BASE64_STANDARD.encode("unico:x"));
    let basic = ("authorization", pair.as_str());
    let form = ("content-type", FORM);
    let grant = "grant_type=client_credentials";
    refused(
        &endpoint.post(&[form, basic], RIGHT).await,
        400,
        "invalid_request",
    );
    refused(
        &endpoint.post(&[form, basic, basic], grant).await,
        400,
        "invalid_request",
    );
    let pair = format!("Basic {}", BASE64_STANDARD.encode("unico:s3cr+t&:%"));
    let right = ("authorization", pair.as_str());
    let other = format!("{grant}&client_id=other");
    refused(
        &endpoint.post(&[form, right], other).await,
        400,
        "invalid_request",
    );
}

#[tokio::test]
async fn every_failure_of_a_client_is_one_answer_with_a_challenge() {
    let endpoint = Endpoint::client();
    let grant = "grant_type=client_credentials";
    let mut answers = vec![endpoint.form(grant).await];
    for (id, secret) in [
        ("unico", "wrong"),
        ("nobody", "s3cr%2Bt%26%3A%25"),
        ("unico", ""),
    ] {
        let body = format!("{grant}&client_id={id}&client_secret={secret}");
        answers.push(endpoint.form(&body).await);
    }
    for value in ["Basic", "Basic %%", "Basic dW5pY28=", "Bearer abc"] {
        let headers = [("content-type", FORM), ("authorization", value)];
        answers.push(endpoint.post(&headers, grant).await);
    }
    for answer in answers {
        refused(&answer, 401, "invalid_client");
        let challenge = header(&answer, "www-authenticate");
        assert_eq!(challenge, Some("Basic realm=\"token\", charset=\"UTF-8\""));
    }
}

#[tokio::test]
async fn while_a_secret_is_rotated_both_are_taken() {
    let client = || Client::new("unico", "old").or("new");
    let endpoint = Endpoint::of(|builder| builder.client(client()));
    for (secret, status) in [("old", 200), ("new", 200), ("oldnew", 401)] {
        let sent = TokenSimulator::client("unico", secret).request(NOW);
        let answer = endpoint.post(&[("content-type", FORM)], sent.body).await;
        assert_eq!(answer.status(), status, "{secret}");
    }
}

#[tokio::test]
async fn a_client_gets_the_scopes_that_it_asks_for_and_no_other() {
    let client = Client::new("unico", "s").scope("a").scope("b");
    let endpoint = Endpoint::of(|builder| builder.client(client));
    let ask = async |scope: &str| {
        let body = "grant_type=client_credentials&client_id=unico&client_secret=s&scope=";
        endpoint.form(&format!("{body}{scope}")).await
    };
    assert_eq!(body(&ask("").await)["scope"], "a b");
    let one = ask("b").await;
    assert_eq!(body(&one)["scope"], "b");
    let rule = |scope| endpoint.issuer.bearer().scope(scope);
    assert_eq!(endpoint.judge(&rule("b"), &token(&one)), Ok(()));
    assert_eq!(endpoint.judge(&rule("a"), &token(&one)), Err(Denied::Wrong));
    refused(&ask("a+c").await, 400, "invalid_scope");
}

#[tokio::test]
async fn a_token_for_one_endpoint_does_not_open_another() {
    let client = |id: &str| Client::new(id, "s").audience(id);
    let endpoint =
        Endpoint::of(|builder| builder.client(client("facephi")).client(client("idcloud")));
    let body = "grant_type=client_credentials&client_id=facephi&client_secret=s";
    let token = token(&endpoint.form(body).await);
    let rule = |audience| endpoint.issuer.bearer().audience(audience);
    assert_eq!(endpoint.judge(&rule("facephi"), &token), Ok(()));
    assert_eq!(endpoint.judge(&rule("idcloud"), &token), Err(Denied::Wrong));
    let unnamed = endpoint.issuer.bearer();
    assert_eq!(endpoint.judge(&unnamed, &token), Err(Denied::Wrong));
    // Another issuer of the same name has other keys.
    let stranger = Endpoint::client();
    assert!(!stranger.opens(&endpoint.form(body).await));
}

#[tokio::test]
async fn a_grant_that_is_not_set_up_is_not_given() {
    let endpoint = Endpoint::client();
    for grant in [
        "password",
        "authorization_code",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
    ] {
        let answer = endpoint
            .form(&format!("grant_type={grant}&assertion=x"))
            .await;
        refused(&answer, 400, "unsupported_grant_type");
    }
    refused(
        &endpoint.form("client_id=unico").await,
        400,
        "invalid_request",
    );
    let login = json!({"user": "unico", "password": "s3cr+t&:%"});
    refused(&endpoint.json(login).await, 400, "invalid_request");
}

#[tokio::test]
async fn a_user_logs_in_with_json_and_gets_the_token_under_the_name_that_is_read() {
    let user = Client::new("unico", "p\u{e4}ss:word").scope("webhooks");
    let endpoint = Endpoint::of(|builder| builder.user(user).also_named("token"));
    let right = json!({"user": "unico", "password": "p\u{e4}ss:word", "more": [1]});
    let answer = endpoint.json(right).await;
    assert_eq!(body(&answer)["token"], body(&answer)["access_token"]);
    assert!(endpoint.opens(&answer));
    for (user, password) in [("unico", "wrong"), ("nobody", "p\u{e4}ss:word")] {
        let answer = endpoint
            .json(json!({"user": user, "password": password}))
            .await;
        refused(&answer, 400, "invalid_grant");
    }
    let form = endpoint.form("user=unico&password=p%C3%A4ss:word").await;
    refused(&form, 400, "invalid_request");
}

#[tokio::test]
async fn credentials_that_the_grant_does_not_use_are_refused() {
    let endpoint = Endpoint::of(|builder| {
        builder
            .client(Client::new("unico", "s3cr+t&:%"))
            .user(Client::new("operator", "pass"))
            .assertion(assertions::of_owner("owner.crt"))
    });
    let form = ("content-type", FORM);
    let json = ("content-type", JSON);
    let wrong = format!("Basic {}", BASE64_STANDARD.encode("unico:wrong"));
    let basic = ("authorization", wrong.as_str());
    let bearer = ("authorization", "Bearer abc");
    let assertion = assertions::posted(&assertions::owner().token(NOW));
    let login = r#"{"user":"operator","password":"pass"}"#;
    let login_with = |name: &str| login.replace('}', &format!(r#","{name}":"x"}}"#));
    let unused = [
        "client_secret=s3cr%2Bt%26%3A%25",
        "client_assertion=x",
        "client_assertion_type=x",
    ];
    for more in unused.iter().chain(&["user=operator", "password=pass"]) {
        let answer = endpoint.form(&format!("{assertion}&{more}")).await;
        refused(&answer, 400, "invalid_request");
    }
    for more in ["assertion=x", "user=operator", "password=pass"] {
        let answer = endpoint.form(&format!("{RIGHT}&{more}")).await;
        refused(&answer, 400, "invalid_request");
    }
    for more in unused {
        let name = more.split('=').next().unwrap();
        let answer = endpoint.post(&[json], login_with(name)).await;
        refused(&answer, 400, "invalid_request");
    }
    let answer = endpoint.post(&[json], login_with("assertion")).await;
    refused(&answer, 400, "invalid_request");
    for shown in [&[form, basic][..], &[form, bearer], &[form, basic, basic]] {
        let answer = endpoint.post(shown, assertion.clone()).await;
        refused(&answer, 400, "invalid_request");
    }
    let answer = endpoint.post(&[json, basic], login).await;
    refused(&answer, 400, "invalid_request");
    // `client_id` is no credential, but must be that of the client which gets the token.
    for (id, status) in [("unico", 400), ("unico-check", 200)] {
        let answer = endpoint.form(&format!("{assertion}&client_id={id}")).await;
        assert_eq!(answer.status(), status, "{id}");
    }
    assert_eq!(endpoint.post(&[json], login).await.status(), 200);
}

#[tokio::test]
async fn what_the_access_rule_reads_is_no_unused_credential() {
    let rule = hookgate::access::Basic::new("gate", "keeper");
    let assertion = assertions::of_owner("owner.crt");
    let endpoint = Endpoint::of(|builder| builder.assertion(assertion).access(rule));
    let form = ("content-type", FORM);
    let body = assertions::posted(&assertions::owner().token(NOW));
    for (pair, status) in [("gate:keeper", 200), ("gate:wrong", 401)] {
        let value = format!("Basic {}", BASE64_STANDARD.encode(pair));
        let headers = [form, ("authorization", &value)];
        let answer = endpoint.post(&headers, body.clone()).await;
        assert_eq!(answer.status(), status);
    }
    // A rule that reads another header has not looked at this one.
    let rule = hookgate::access::ApiKey::header("x-unico", "k3y");
    let assertion = assertions::of_owner("owner.crt");
    let endpoint = Endpoint::of(|builder| builder.assertion(assertion).access(rule));
    let value = format!("Basic {}", BASE64_STANDARD.encode("unico:wrong"));
    let headers = [form, ("x-unico", "k3y"), ("authorization", &value)];
    let answer = endpoint.post(&headers, body.clone()).await;
    refused(&answer, 400, "invalid_request");
    assert_eq!(endpoint.post(&headers[..2], body).await.status(), 200);
}
