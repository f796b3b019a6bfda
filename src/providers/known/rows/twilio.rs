//! Twilio.

use crate::{
    providers::known::{
        EventTypeAt, Fact, Identity, JSON, KnownSender, Proof, Sample, SecretForm, repeats::secs,
    },
    request::form::FORM,
    schemes::{Digest, SignatureEncoding, SignedFormConfig},
};

const SECURITY: &str = "twilio.com, \"Webhooks security\"";
const MESSAGES: &str = "twilio.com, \"Our Request to your Webhook URL\"";

/// Fields of messages, calls and their callbacks, as Twilio's pages list them. Those that are numbered stand apart.
const FIELDS: &str = "\
    AccountSid AddOns AnsweredBy ApiVersion ApplicationSid Body ButtonPayload ButtonText ButtonType CallDuration \
    CallSid CallStatus CallToken CallbackSource Called CalledCity CalledCountry CalledState CalledVia CalledZip \
    Caller CallerCity CallerCountry CallerName CallerState CallerZip ChannelInstallSid ChannelMetadata \
    ChannelPrefix ChannelStatusMessage ChannelToAddress Confidence DialBridged DialCallDuration DialCallSid \
    DialCallStatus Digits Direction Duration ErrorCode ErrorMessage ErrorUrl EventType FinishedOnKey Forwarded \
    ForwardedFrom Forwarded_From From FromCity FromCountry FromState FromZip LastStirPassportToken Latitude \
    Longitude MachineDetectionDuration Memo MessageSid MessageStatus MessageType MessagingServiceSid NumMedia \
    NumSegments OptOutType OriginalRepliedMessageSender OriginalRepliedMessageSid ParentCallSid ProfileName \
    QueueResult QueueSid QueueTime RawDlrDoneDate RecordingChannels RecordingDuration RecordingSid RecordingSource \
    RecordingStartTime RecordingStatus RecordingTrack RecordingUrl ReferralBody ReferralHeadline ReferralSourceId \
    ReferralSourceType ReferralSourceUrl SequenceNumber SipCallId SipDomain SipDomainSid SipResponseCode \
    SmsMessageSid SmsSid SmsStatus SpeechResult StirPassportToken StirStatus StirVerstat Timestamp To ToCity \
    ToCountry ToState ToZip TranscriptionSid TranscriptionStatus TranscriptionText TranscriptionUrl UserIdentifier \
    WaId";
/// A message has at most ten media.
const NUMBERED: [&str; 2] = ["MediaContentType", "MediaUrl"];

/// Twilio.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "twilio",
    title: "Twilio",
    page: Fact::known(
        "https://www.twilio.com/docs/usage/webhooks/webhooks-security",
        SECURITY,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            let numbered = NUMBERED
                .iter()
                .flat_map(|name| (0..10).map(move |number| format!("{name}{number}")));
            SignedFormConfig::new("x-twilio-signature", SignatureEncoding::Base64)
                .digest(Digest::Sha1)
                .fields(FIELDS.split(' '))
                .fields(numbered)
                .body_digest("bodySHA256")
                .into()
        }),
        SECURITY,
    ),
    identity: Fact::assumed(Identity::SignedText),
    equal_bodies: Some("a call asks again with the same fields, as after the same digits"),
    event_type: Fact::known(EventTypeAt::Nowhere, MESSAGES),
    secret: Some(
        SecretForm::text("TWILIO_AUTH_TOKEN")
            .shown_in("the console, Account Info, Auth Token")
            .several("each account of Twilio has a token of its own, and so has each subaccount"),
    ),
    timeout: Fact::assumed(secs(15)),
    media_types: &[FORM, JSON],
    content_type: FORM,
    warning: Some(
        "Twilio adds fields when it likes, and a form with one that is not named is refused: `form_fields` names more",
    ),
    assumed: &["which fields its forms have"],
    marks: &["x-twilio-signature", "i-twilio-idempotency-token"],
    sample: Some(Sample {
        types: &["message"],
        body: "AccountSid=AC$hex&ApiVersion=2010-04-01&Body=$name&From=%2B15550100&MessageSid=SM$eventhex&NumMedia=0&NumSegments=1&SmsMessageSid=SM$eventhex&SmsSid=SM$eventhex&SmsStatus=received&To=%2B15550111",
        headers: &[
            ("i-twilio-idempotency-token", "$uuid"),
            ("user-agent", "TwilioProxy/1.1"),
        ],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Twilio: `x-twilio-signature` over the endpoint's address and the sorted fields of the form, under the account's auth
    /// token as text ([`Secret::utf8`](crate::keys::Secret::utf8)). It needs [`address`](Self::address), with path and query:
    /// those of the request must be the same.
    ///
    /// - It signs by SHA-1, and offers nothing else. The start-up check says what that means.
    /// - **A form with a field that nobody named is refused**, since one signed text has several readings
    ///   ([`SignedForm`](crate::schemes::SignedForm)). The row names those of messages, calls and their callbacks.
    ///   [`form_fields`](Self::form_fields) names more. [`leave_out_unknown_fields`](Self::leave_out_unknown_fields) is the
    ///   other choice.
    /// - A handler gets the form written anew: its fields sorted, each pair once, as they were signed. It is an
    ///   [`Unrecognized`](crate::json::Payload::Unrecognized), since a form is no JSON.
    /// - A body of JSON is taken with its digest as `bodySHA256` at the end of the query.
    /// - The digest of what is signed identifies an event: no id is signed that all of them have. **A call that asks again with
    ///   the same fields is a copy**, which is answered without TwiML. Put what tells them apart into the address.
    /// - Requests by GET are refused: their fields stand in the query.
    /// - Assumed: Twilio waits 15 s. What your handler replies is its TwiML.
    twilio
}
