"""Makes tests/vectors/sns/own.json with Python's cryptography: certificates, and messages that are signed right.

It is no part of hookgate, so what it signs shows that the library reads the text as another program writes it.
Run from the repository's root: python3 scripts/sns_vectors.py
"""

import base64
import datetime
import json

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

TOPIC = "arn:aws:sns:us-west-2:131990247566:orders"
CERTIFICATE = "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-00000000000000000000000000000000.pem"
ID = "26858270-545e-5848-82a2-e05566af3dcf"
AT = "2026-11-21T23:30:00.000Z"


def day(text):
    return datetime.datetime.fromisoformat(text)


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(subject, key, issuer, issuer_key, ca=False, begin="2026-01-01", end="2046-01-01"):
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(day(begin))
        .not_valid_after(day(end))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if not ca:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(subject)]), critical=False
        ).add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def new_key(bits=2048):
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def signed(key, digest=None, version="2", **members):
    """A message of these members. What is signed is what AWS documents."""
    message = {
        "Type": "Notification",
        "MessageId": ID,
        "TopicArn": TOPIC,
        "Message": "Hello",
        "Timestamp": AT,
        "SigningCertURL": CERTIFICATE,
    }
    message.update(members)
    message = {name: value for name, value in message.items() if value is not ...}
    names = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
    if message.get("Type") != "Notification":
        names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    present = [name for name in names if message.get(name) is not None]
    text = "".join(f"{name}\n{message[name]}\n" for name in present)
    digest = digest or (hashes.SHA1() if version == "1" else hashes.SHA256())
    signature = key.sign(text.encode(), padding.PKCS1v15(), digest)
    message["SignatureVersion"] = version
    message["Signature"] = base64.b64encode(signature).decode()
    return json.dumps(message, ensure_ascii=False)


def main():
    key, weak = new_key(), new_key(1024)
    root_key, middle_key, stranger_key = new_key(), new_key(), new_key()
    root = certificate("Root", root_key, "Root", root_key, ca=True)
    middle = certificate("Middle", middle_key, "Root", root_key, ca=True)
    stranger = certificate("Stranger", stranger_key, "Stranger", stranger_key, ca=True)
    own = "sns.amazonaws.com"
    confirmation = {
        "Type": "SubscriptionConfirmation",
        "Token": "2336412f37fb687f",
        "SubscribeURL": "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription",
    }
    taken = {
        "plain": signed(key),
        "subject": signed(key, Subject="An order"),
        "null subject": signed(key, Subject=None),
        "lines and names in the message": signed(key, Message="Hello\nMessageId\nx\nTimestamp\n\n"),
        "beyond ASCII": signed(key, Message="Olá 🦀 \u0000 \u2028", Subject="Pão"),
        "empty message": signed(key, Message=""),
        "time without a fraction": signed(key, Timestamp="2026-11-21T23:30:00Z"),
        "what nothing signs": signed(key, MessageAttributes={"a": {"Type": "String", "Value": "b"}}, More=[1]),
        "sha1": signed(key, version="1"),
    }
    refused = {
        "a line end in the subject": signed(key, Subject="An order\nTimestamp"),
        "an id that is no UUID": signed(key, MessageId="1"),
        "an id with a line end": signed(key, MessageId=ID + "\n"),
        "no id": signed(key, MessageId=...),
        "a time of another form": signed(key, Timestamp="1700000000"),
        "a time of another offset": signed(key, Timestamp="2026-11-21T23:30:00+00:00"),
        "no time": signed(key, Timestamp=...),
        "no message": signed(key, Message=...),
        "another type": signed(key, Type="Other", SubscribeURL="a", Token="b"),
        "another topic": signed(key, TopicArn=TOPIC + "2"),
        "a topic of another account": signed(key, TopicArn="arn:aws:sns:us-west-2:999999999999:orders"),
        "a version of the future": signed(key, version="3"),
        "a digest of the other version": signed(key, digest=hashes.SHA1()),
        "another key": signed(new_key()),
        "a confirmation without a token": signed(key, **{**confirmation, "Token": ...}),
        "a line end in the address": signed(key, **{**confirmation, "SubscribeURL": "https://a\nToken\nb"}),
    }
    vectors = {
        "private_key": key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
        "root": pem(root),
        "middle": pem(middle),
        "stranger": pem(stranger),
        "by_root": pem(certificate(own, key, "Root", root_key)),
        "by_middle": pem(certificate(own, key, "Middle", middle_key)),
        "by_stranger": pem(certificate(own, key, "Stranger", stranger_key)),
        "other_name": pem(certificate("s3.amazonaws.com", key, "Root", root_key)),
        "ended": pem(certificate(own, key, "Root", root_key, begin="2025-01-01", end="2026-01-01")),
        "not_begun": pem(certificate(own, key, "Root", root_key, begin="2036-01-01")),
        "weak": pem(certificate(own, weak, "Root", root_key)),
        "taken": taken,
        "refused": refused,
        "confirmation": signed(key, **confirmation),
    }
    with open("tests/vectors/sns/own.json", "w", encoding="utf-8") as file:
        json.dump(vectors, file, indent=1)
        file.write("\n")


main()
