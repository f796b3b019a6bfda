// Run by scripts/record-jwks: <directory of the vectors>.
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const [directory] = process.argv.slice(2);
const ISSUER = "https://id.example";
const AUDIENCE = "https://hooks.example/webhooks/facephi";

const rsa = () => generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = () => generateKeyPairSync("ec", { namedCurve: "P-256" });
const jwk = (pair) => ({ ...pair.privateKey.export({ format: "jwk" }), use: "sig" });
const old = [jwk(rsa()), jwk(ec())];
const young = [jwk(rsa()), jwk(ec())];

// They are published one after the other: the first key of a kind signs.
const phases = { before: old, overlap: [...young, ...old], after: young };

// What the provider publishes with these keys, and a token for each algorithm.
async function recorded(keys) {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const here = `http://127.0.0.1:${server.address().port}`;
  const clients = ["RS256", "PS256", "ES256"].map((alg) => ({
    client_id: alg,
    client_secret: "the vendor's secret, made up for the recording",
    grant_types: ["client_credentials"],
    response_types: [],
    redirect_uris: [],
  }));
  const provider = new Provider(ISSUER, {
    clients,
    jwks: { keys },
    scopes: ["webhooks"],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, resource, client) => ({
          scope: "webhooks",
          audience: resource,
          accessTokenFormat: "jwt",
          accessTokenTTL: 3600,
          jwt: { sign: { alg: client.clientId } },
        }),
      },
    },
  });
  server.on("request", provider.callback());
  const set = await fetch(`${here}/jwks`);
  const answer = {
    content_type: set.headers.get("content-type"),
    cache_control: set.headers.get("cache-control"),
    body: await set.text(),
  };
  const tokens = {};
  for (const { client_id, client_secret } of clients) {
    const credentials = [client_id, client_secret].map(encodeURIComponent).join(":");
    const reply = await fetch(`${here}/token`, {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` },
      body: new URLSearchParams({
        grant_type: "client_credentials",
        scope: "webhooks",
        resource: AUDIENCE,
      }),
    });
    const { access_token } = await reply.json();
    if (!access_token) throw new Error(`no token for ${client_id}: ${reply.status}`);
    tokens[client_id] = access_token;
  }
  server.close();
  server.closeAllConnections();
  return { answer, tokens };
}

const written = { recorded_at: Math.floor(Date.now() / 1000), issuer: ISSUER, audience: AUDIENCE };
for (const [name, keys] of Object.entries(phases)) written[name] = await recorded(keys);
writeFileSync(`${directory}/oidc-provider.json`, `${JSON.stringify(written, null, 2)}\n`);
