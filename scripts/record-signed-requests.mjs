// Signs requests with Node's crypto, which shares no code with what is tested:
// node scripts/record-signed-requests.mjs > tests/vectors/signed_request/requests.json
import { constants, createPrivateKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";

const folder = new URL("../tests/vectors/signed_request/", import.meta.url);
const key = (name) => createPrivateKey(readFileSync(new URL(`${name}.key.pem`, folder)));
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
const fixed = { dsaEncoding: "ieee-p1363" };
const algorithms = {
  RS256: ["rsa", "sha256", {}],
  RS384: ["rsa", "sha384", {}],
  RS512: ["rsa", "sha512", {}],
  PS256: ["rsa", "sha256", pss],
  PS384: ["rsa", "sha384", pss],
  PS512: ["rsa", "sha512", pss],
  ES256: ["p256", "sha256", fixed],
  ES384: ["p384", "sha384", fixed],
  EdDSA: ["ed", null, {}],
};
const body = '{"event":"update_process","data":{"id":"f4dd6bc9-74d3-4dba-8deb-eb09ad4ea704","status":3}}';
const signature = (name, text) => {
  const [file, digest, options] = algorithms[name];
  return sign(digest, Buffer.from(text), { key: key(file), ...options });
};

const requests = [];
const forms = {
  seconds: "1700000000",
  milliseconds: "1700000000000",
  rfc3339: "2023-11-14T22:13:20.000Z",
};
const templates = ["{body}", "{timestamp}.{nonce}.{body}", "{body}\n{nonce}\n{timestamp}", "v1:{algorithm}:{nonce}:{body}"];
let place = 0;
for (const algorithm of Object.keys(algorithms)) {
  for (const encoding of ["base64", "base64_url", "hex", "jws", "jws with its payload"]) {
    const template = templates[place % templates.length];
    const form = Object.keys(forms)[place % 3];
    place += 1;
    const nonce = `n-${place}`;
    const fill = { "{body}": body, "{nonce}": nonce, "{timestamp}": forms[form], "{algorithm}": algorithm };
    const text = template.replace(/\{\w+\}/g, (placeholder) => fill[placeholder]);
    let value;
    if (encoding.startsWith("jws")) {
      const head = Buffer.from(JSON.stringify({ typ: "JWT", alg: algorithm })).toString("base64url");
      const payload = Buffer.from(text).toString("base64url");
      const signed = signature(algorithm, `${head}.${payload}`).toString("base64url");
      value = `${head}.${encoding === "jws" ? "" : payload}.${signed}`;
    } else {
      value = signature(algorithm, text).toString(encoding.replace("_", ""));
    }
    requests.push({
      algorithm,
      key: algorithms[algorithm][0],
      encoding: encoding.split(" ")[0],
      template,
      timestamp_form: form,
      nonce,
      timestamp: forms[form],
      signature: value,
    });
  }
}
process.stdout.write(`${JSON.stringify({ body, requests }, null, 1)}\n`);
