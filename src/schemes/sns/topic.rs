//! [`Topic`]: a topic of Amazon SNS, and where the certificates of its messages stand.

use crate::setup::BuildError;

/// The partitions of AWS, and what the names of their hosts end in: as AWS's SDKs resolve endpoints (aws-sdk-java-v2,
/// `SnsHostProvider` and its test).
const PARTITIONS: [(&str, &str); 8] = [
    ("aws", "amazonaws.com"),
    ("aws-cn", "amazonaws.com.cn"),
    ("aws-us-gov", "amazonaws.com"),
    ("aws-eusc", "amazonaws.eu"),
    ("aws-iso", "c2s.ic.gov"),
    ("aws-iso-b", "sc2s.sgov.gov"),
    ("aws-iso-e", "cloud.adc-e.uk"),
    ("aws-iso-f", "csp.hci.ic.gov"),
];

/// A topic of Amazon SNS.
#[derive(Debug, Clone)]
pub(super) struct Topic {
    arn: String,
    region: String,
    suffix: &'static str,
}

const NOT_A_TOPIC: BuildError = BuildError::Scheme(
    "a topic of Amazon SNS is written as its whole ARN, without wildcards: \
     `arn:aws:sns:us-east-1:123456789012:name`",
);
const A_SUBSCRIPTION: BuildError = BuildError::Scheme(
    "what is given as a topic of Amazon SNS is the ARN of a subscription: leave its last part out",
);

impl Topic {
    /// Reads `arn:PARTITION:sns:REGION:ACCOUNT:NAME`.
    pub(super) fn read(arn: &str) -> Result<Self, BuildError> {
        let parts: Vec<&str> = arn.split(':').collect();
        let (partition, region, account, name) = match *parts.as_slice() {
            ["arn", partition, "sns", region, account, name] => (partition, region, account, name),
            ["arn", _, "sns", _, _, _, _] => return Err(A_SUBSCRIPTION),
            _ => return Err(NOT_A_TOPIC),
        };
        let known = PARTITIONS.iter().find(|(known, _)| *known == partition);
        let (_, suffix) = known.ok_or(NOT_A_TOPIC)?;
        let is_account = account.len() == 12 && account.bytes().all(|it| it.is_ascii_digit());
        let is_sign = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.');
        let is_name = (1..=256).contains(&name.len()) && name.bytes().all(is_sign);
        if !(is_account && is_name && is_region(region)) {
            return Err(NOT_A_TOPIC);
        }
        Ok(Self {
            arn: arn.to_owned(),
            region: region.to_owned(),
            suffix,
        })
    }

    pub(super) fn arn(&self) -> &str {
        &self.arn
    }

    /// Whether a certificate of this topic's messages may stand at `url`.
    pub(super) fn may_be_signed_at(&self, url: &str) -> bool {
        CertificateUrl::read(url)
            .is_some_and(|url| url.region == self.region && url.suffix == self.suffix)
    }

    /// Where a certificate with this id stands.
    #[cfg(feature = "simulator")]
    pub(super) fn certificate_url(&self, id: &str) -> String {
        format!("https://{}/{FILE_BEGINS}{id}{FILE_ENDS}", self.host())
    }

    /// The host of SNS in the topic's region.
    #[cfg(any(feature = "simulator", feature = "sns"))]
    pub(super) fn host(&self) -> String {
        format!("sns.{}.{}", self.region, self.suffix)
    }
}

/// Letters, digits and hyphens, a letter first: `us-gov-west-1`. What else a host's name could have in this place would
/// make another host of it.
fn is_region(text: &str) -> bool {
    let is_sign = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    text.len() <= 32
        && text.starts_with(|it: char| it.is_ascii_lowercase())
        && text.bytes().all(is_sign)
}

const HOST_BEGINS: &str = "https://sns.";
const FILE_BEGINS: &str = "SimpleNotificationService-";
const FILE_ENDS: &str = ".pem";

/// The address of a certificate of SNS, and nothing else: `https`, the host of a region, the one path, no port, no user,
/// no query. It is compared text by text, so that no two readers of addresses can differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CertificateUrl<'u> {
    region: &'u str,
    suffix: &'static str,
    /// The digits in the name of its file.
    pub(crate) id: &'u str,
}

impl<'u> CertificateUrl<'u> {
    pub(crate) fn read(url: &'u str) -> Option<Self> {
        let (host, file) = url.strip_prefix(HOST_BEGINS)?.split_once('/')?;
        let (region, suffix) = host.split_once('.')?;
        let id = file.strip_prefix(FILE_BEGINS)?.strip_suffix(FILE_ENDS)?;
        let mut suffixes = PARTITIONS.iter().map(|(_, suffix)| *suffix);
        let suffix = suffixes.find(|known| *known == suffix)?;
        let is_digit = |it: u8| matches!(it, b'0'..=b'9' | b'a'..=b'f');
        let is_id = id.len() == 32 && id.bytes().all(is_digit);
        (is_id && is_region(region)).then_some(Self { region, suffix, id })
    }
}

#[cfg(feature = "sns")]
impl CertificateUrl<'_> {
    /// The name of its file.
    pub(crate) fn file(&self) -> String {
        format!("{FILE_BEGINS}{}{FILE_ENDS}", self.id)
    }

    /// The host that it stands at.
    pub(crate) fn host(&self) -> String {
        format!("sns.{}.{}", self.region, self.suffix)
    }

    /// The names of which its certificate must have one. Known: AWS's own SDK wants `sns.amazonaws.com`, and in newer
    /// regions and other partitions a name with the region in it (aws-sdk-java-v2, `SnsHostProvider`).
    pub(crate) fn certificate_names(&self) -> Vec<String> {
        let Self { region, suffix, .. } = self;
        let mut names = vec![
            format!("sns.{suffix}"),
            format!("sns-signing.{region}.{suffix}"),
            format!("sns-{region}.{suffix}"),
            self.host(),
        ];
        if region.starts_with("us-gov-") {
            // One for both of its regions.
            names.push(format!("sns-us-gov-west-1.{suffix}"));
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "7506a1e35b36ef5a444dd1a8e7cc3ed8";

    #[test]
    fn a_certificate_stands_at_the_host_of_its_topics_region_alone() {
        let topic = |arn| Topic::read(arn).unwrap();
        for (arn, host) in [
            (
                "arn:aws:sns:us-west-2:131990247566:t",
                "sns.us-west-2.amazonaws.com",
            ),
            (
                "arn:aws-cn:sns:cn-north-1:131990247566:t",
                "sns.cn-north-1.amazonaws.com.cn",
            ),
            (
                "arn:aws-us-gov:sns:us-gov-east-1:131990247566:t",
                "sns.us-gov-east-1.amazonaws.com",
            ),
            (
                "arn:aws-eusc:sns:eusc-de-east-1:131990247566:t",
                "sns.eusc-de-east-1.amazonaws.eu",
            ),
            (
                "arn:aws-iso-b:sns:us-isob-east-1:131990247566:t",
                "sns.us-isob-east-1.sc2s.sgov.gov",
            ),
        ] {
            let url = format!("https://{host}/SimpleNotificationService-{ID}.pem");
            assert!(topic(arn).may_be_signed_at(&url), "{url}");
            let elsewhere = topic("arn:aws:sns:eu-west-1:131990247566:t");
            assert!(!elsewhere.may_be_signed_at(&url), "{url}");
        }
    }

    #[test]
    fn an_address_that_is_another_in_any_part_is_none() {
        let topic = Topic::read("arn:aws:sns:us-west-2:131990247566:t").unwrap();
        let short = &ID[1..];
        for url in [
            format!("http://sns.us-west-2.amazonaws.com/SimpleNotificationService-{ID}.pem"),
            format!("HTTPS://sns.us-west-2.amazonaws.com/SimpleNotificationService-{ID}.pem"),
            format!("https://sns.us-west-2.amazonaws.com:443/SimpleNotificationService-{ID}.pem"),
            format!("https://a@sns.us-west-2.amazonaws.com/SimpleNotificationService-{ID}.pem"),
            format!("https://sns.us-west-2.amazonaws.com./SimpleNotificationService-{ID}.pem"),
            format!(
                "https://sns.us-west-2.amazonaws.com.attacker.tld/SimpleNotificationService-{ID}.pem"
            ),
            format!("https://sns.us-west-2.amazonaws.com.cn/SimpleNotificationService-{ID}.pem"),
            format!("https://sns.us-west-2.s3.amazonaws.com/SimpleNotificationService-{ID}.pem"),
            format!("https://s3.amazonaws.com/sns.us-west-2/SimpleNotificationService-{ID}.pem"),
            format!(
                "https://attacker.tld/sns.us-west-2.amazonaws.com/SimpleNotificationService-{ID}.pem"
            ),
            format!(
                "https://sns.us-west-2.amazonaws.com\\@attacker.tld/SimpleNotificationService-{ID}.pem"
            ),
            format!("https://sns.us-west-2.amazonaws.com//SimpleNotificationService-{ID}.pem"),
            format!("https://sns.us-west-2.amazonaws.com/x/../SimpleNotificationService-{ID}.pem"),
            format!(
                "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-{ID}.pem?x=.pem"
            ),
            format!("https://sns.us-west-2.amazonaws.com/SimpleNotificationService-{ID}.pem#.pem"),
            format!("https://sns.us-west-2.amazonaws.com/SimpleNotificationService-{short}.pem"),
            format!("https://sns.us-west-2.amazonaws.com/SimpleNotificationService-{short}G.pem"),
            format!(
                "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-{}.pem",
                ID.to_uppercase()
            ),
            format!("https://sns.us-west-2.amazonaws.com/{ID}.pem"),
            format!(" https://sns.us-west-2.amazonaws.com/SimpleNotificationService-{ID}.pem"),
            format!("https://sns.us-west-2.amazonaws.com/SimpleNotificationService-{ID}.pem\n"),
            format!("https://sns.us-east-1.amazonaws.com/SimpleNotificationService-{ID}.pem"),
            format!("https://sns.amazonaws.com/SimpleNotificationService-{ID}.pem"),
            String::new(),
        ] {
            assert!(!topic.may_be_signed_at(&url), "{url}");
        }
    }

    #[test]
    fn a_topic_is_one_whole_arn() {
        for arn in [
            "",
            "*",
            "MyTopic",
            "arn:aws:sns:us-west-2:131990247566:*",
            "arn:aws:sns:*:131990247566:t",
            "arn:aws:sns:us-west-2:*:t",
            "arn:aws:sns:us-west-2:13199024756:t",
            "arn:aws:sqs:us-west-2:131990247566:t",
            "arn:aws2:sns:us-west-2:131990247566:t",
            "arn:aws:sns:us-west-2.attacker.tld/:131990247566:t",
            "arn:aws:sns:US-WEST-2:131990247566:t",
            "arn:aws:sns::131990247566:t",
            "arn:aws:sns:us-west-2:131990247566:",
            "arn:aws:sns:us-west-2:131990247566:t\n",
            "arn:aws:sns:us-west-2:131990247566:t:b24e11a2-06bd-4e73-aa29-0ed2de3b41b5",
        ] {
            assert!(Topic::read(arn).is_err(), "{arn}");
        }
    }
}
